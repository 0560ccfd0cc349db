"""The card that says what to do at once: at most four lines, with the number to tap."""

from collections.abc import Iterable

from bot.message import Card, Link
from bot.phrases import Phrases
from knowledge.clinical import Finding, Presence, Subject, Triage

LINES = 3
"""Lines below the first; a frightened person reads no more."""

AMBULANCE = "119"
"""The number on every card that names no other."""

CRISIS = "crisis"
"""The kind that is answered with a person to talk to instead of an ambulance."""


def urgent_card(kind: str, level: Triage, say: Phrases, *, reasons: Iterable[str] = ()) -> Card:
    """The card for a kind of emergency (`stroke`, `heart_attack` …), or the general one where the kind has none."""
    if kind == CRISIS:
        return crisis_card(say)
    entry = None
    if level < Triage.AMBULANCE:
        entry = say.get(f"emergency.emergency_room.{kind}") or say.get("emergency.emergency_room.generic")
    entry = entry or say.get(f"emergency.{kind}") or say.get("emergency.generic")
    lines = tuple(dict.fromkeys([*reasons, *entry["lines"]]))[:LINES]
    links = tuple(call(say, number) for number in entry.get("numbers", (AMBULANCE,)))
    return Card(title=entry["call"], lines=lines, links=links, level=level.code)


def crisis_card(say: Phrases, *, third_person: bool = False) -> Card:
    """For somebody who wants to die, or for somebody who is with them: slow, kind, 109 first."""
    entry = say.get("emergency.crisis")
    lines = entry["third_person"] if third_person else entry["lines"]
    links = tuple(call(say, number) for number in ("109", "1577-0199"))
    return Card(title=entry["call"], lines=tuple(lines), links=links)


def call(say: Phrases, number: str) -> Link:
    """A number to tap."""
    return Link(label=say("urgent.call", number=number), url=f"tel:{number}")


def emergency_kind(findings: Iterable[Finding], say: Phrases) -> str:
    """Which card speaks to these findings: the first kind in `urgent.yaml` that one of them belongs to."""
    present = {f.concept for f in findings if f.presence is Presence.PRESENT and f.subject is Subject.PATIENT}
    for kind, concepts in say.get("urgent.kinds").items():
        if not present.isdisjoint(concepts):
            return str(kind)
    return "generic"
