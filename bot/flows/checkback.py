"""Asking again some hours after a result, where the person wants it: once, and once more if they stay silent."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.flows.buttons import again_choice, choice, places_choice
from bot.flows.consultation import consult
from bot.flows.followup import has_result, worse
from bot.korean import KST, clock
from bot.message import Reply, Text
from bot.session import CHECK_BACK
from bot.turn import Context, Later, Step, keep, reply
from knowledge.clinical import Triage

AFTER = timedelta(hours=4)
"""How long after a result is asked again."""

SILENCE = timedelta(hours=2)
"""How long after that it is asked once more, where nothing was answered."""

QUIET_FROM, QUIET_TO = 22, 8
"""Hours of the Korean night in which nobody is woken, unless the result was near an emergency."""

NEAR = Triage.CLINIC_24H
"""From this level on the night makes no difference."""


def accept(context: Context) -> Step:
    """The person wants to be asked again."""
    say, session = context.say, context.session
    if not has_result(session) or session.assessment is None or not context.account.allows("health"):
        return keep(context, reply(Text(text=say("check.too_late"))))
    level = session.assessment.triage
    if level >= Triage.EMERGENCY:
        return keep(context, reply(Text(text=say("check.urgent")), tone="critical"))
    first = awake(context.now + AFTER, level)
    here = context.message.address.platform.value in say.lines("check.waits_here")
    said = reply(
        Text(text=say("check.accepted_here" if here else "check.accepted", at=clock(first))),
        choices=(places_choice(say), again_choice(say)),
    )
    later = (
        Later(name=CHECK_BACK, at=first, reply=question("ask", context)),
        Later(name=CHECK_BACK, at=awake(first + SILENCE, level), reply=question("silent", context)),
    )
    return Step(reply=said, session=replace(session, check_at=first), later=later)


def question(key: str, context: Context) -> Reply:
    """What is sent later. It names no complaint: somebody else may see the telephone."""
    say = context.say
    answers = tuple(choice(f"check:{name}", label) for name, label in say.get("check.answers").items())
    return reply(Text(text=say(f"check.{key}")), choices=answers, tone="info" if key == "ask" else "warning")


def awake(at: datetime, level: Triage) -> datetime:
    """The time, or the next morning where it lies in the night and the result was far from an emergency."""
    local = at.astimezone(KST)
    if level >= NEAR or QUIET_TO <= local.hour < QUIET_FROM:
        return at
    morning = local.replace(hour=QUIET_TO, minute=0, second=0, microsecond=0)
    return (morning if local.hour < QUIET_TO else morning + timedelta(days=1)).astimezone(at.tzinfo)


def told_of(context: Context) -> Step:
    """Worse, the same or better than when the result was given."""
    say, session = context.say, context.session
    if not has_result(session) or session.assessment is None:
        return keep(context, reply(Text(text=say("check.too_late"))))
    if worse(context):
        return consult(context)
    better = context.choice == "check:better" or context.meaning.course == "better"
    home = session.assessment.triage is Triage.SELF_CARE
    key = ("better_home" if home else "better") if better else "same"
    said = reply(Text(text=say(f"check.{key}")), choices=(places_choice(say), again_choice(say)))
    return keep(context, said)
