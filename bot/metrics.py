"""Counters and timings for the operator. Labels never carry anything a person said."""

from prometheus_client import Counter, Histogram

turns = Counter("drrc_turns", "Turns finished", ["platform"])
turn_seconds = Histogram(
    "drrc_turn_seconds",
    "Seconds from acceptance to delivery",
    ["platform"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
)
repeats = Counter("drrc_repeats", "Messages dropped because they were accepted before", ["platform"])
alarms = Counter("drrc_alarms", "Alarm replies sent", ["kind"])
failures = Counter("drrc_failures", "Turns answered with an apology")
holds_lost = Counter("drrc_holds_lost", "Turns run again because their hold was lost")
recovered = Counter("drrc_recovered", "Turns run by recovery")
undelivered = Counter("drrc_undelivered", "Replies a door did not take")
state_unavailable = Counter("drrc_state_unavailable", "Messages refused because Redis was gone")
redelivered = Counter("drrc_redelivered", "Replies taken by their door at a later attempt", ["platform"])
cut_off = Counter("drrc_cut_off", "People who blocked the bot", ["platform"])
refused = Counter("drrc_refused", "Parts of replies a messenger will never take", ["platform"])
patience = Counter("drrc_patience", "Times a messenger asked to slow down", ["platform"])
not_for_us = Counter("drrc_not_for_us", "Deliveries of a messenger that ask for no answer", ["platform"])
