"""Danger read from the raw text: answered at once, before consent and before anything waits."""

from dataclasses import replace

from bot.flows.buttons import places_choice
from bot.flows.findings import absorb
from bot.message import Reply, Text
from bot.phrases import Phrases
from bot.session import Session, Stage
from bot.turn import Context, Step, reply
from bot.urgent import CRISIS, crisis_card, urgent_card
from nlu.meaning import Alarm


def alarm_reply(alarms: tuple[Alarm, ...], say: Phrases) -> Reply:
    """The reply that goes out at once. A crisis comes before everything else."""
    crisis = [alarm for alarm in alarms if alarm.kind == CRISIS]
    if crisis:
        others = all(alarm.id.endswith("third_person") for alarm in crisis)
        return reply(crisis_card(say, third_person=others), tone="critical")
    level = max(alarm.floor for alarm in alarms)
    return reply(urgent_card(alarms[0].id, level, say), tone="critical")


def after_alarm(context: Context) -> Step:
    """The turn that follows an alarm reply: remember what was told (with consent), say one more line."""
    kind = CRISIS if any(a.kind == CRISIS for a in context.alarms) else context.alarms[0].kind
    choices = () if kind == CRISIS else (places_choice(context.say),)
    said = reply(
        Text(text=context.say(f"consult.after_alarm.{kind}")),
        choices=choices,
        tone="critical",
    )
    seen = assessed(context)
    if context.account.allows("health"):
        return Step(reply=said, session=seen)
    return Step(reply=said, session=context.session if context.session.version else None, view=seen)


def assessed(context: Context) -> Session:
    """The session with the alarm's findings and what follows from them."""
    session = absorb(context)
    assessment = context.knowledge.diagnosis.assess(
        session.findings,
        session.patient,
        onset=session.onset,
        sudden=session.sudden,
        on=context.now.date(),
        final=True,
    )
    floor = max(alarm.floor for alarm in context.alarms)
    if assessment.triage < floor:
        assessment = replace(assessment, triage=floor, departments=("응급의학과", *assessment.departments)[:3])
    return replace(session, stage=Stage.ASSESSED, assessment=assessment, pending=None, expecting="nothing", done=True)
