"""Danger read from the raw text: answered at once, before consent and before anything waits."""

from dataclasses import replace

from bot.flows.buttons import places_choice
from bot.flows.findings import absorb
from bot.message import Card, Reply, Text
from bot.phrases import Phrases
from bot.session import Expecting, Session, Stage
from bot.turn import Context, Step, reply
from bot.urgent import CRISIS, call, crisis_card, urgent_card
from knowledge.clinical import Triage
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
    """The turn that follows an alarm reply: remember what was told (with consent), say one more line.

    That danger was answered is remembered for a few minutes even without consent, so that the next words, whatever
    they are, are met as what they are.
    """
    say = context.say
    crisis = any(alarm.kind == CRISIS for alarm in context.alarms)
    about_others = crisis and all(alarm.id.endswith("third_person") for alarm in context.alarms)
    first = context.alarms[0]
    own_words = first.id if say.get(f"consult.after_alarm.{first.id}") else first.kind
    kind = "crisis_other" if about_others else CRISIS if crisis else own_words
    choices = () if crisis else (places_choice(say),)
    said = reply(Text(text=say(f"consult.after_alarm.{kind}")), choices=choices, tone="critical")
    ambulance = any(alarm.floor is Triage.AMBULANCE for alarm in context.alarms)
    expecting: Expecting = "crisis" if crisis else "alarm" if ambulance else "nothing"
    if about_others:
        return Step(reply=said, session=replace(context.session, expecting=expecting))
    seen = replace(assessed(context), expecting=expecting)
    if context.account.allows("health"):
        return Step(reply=said, session=seen)
    empty = Session(address=context.session.address, expecting=expecting, version=context.session.version)
    return Step(reply=said, session=empty, view=seen)


def stay(context: Context) -> Step:
    """Words after danger that tell nothing new: stay with the person, say the number again."""
    say = context.say
    if context.session.expecting == "crisis":
        card = Card(title=say("emergency.crisis.call"), links=(call(say, "109"), call(say, "1577-0199")))
        said = reply(Text(text=say("consult.stay.crisis")), card, tone="critical")
    else:
        card = Card(title=say("emergency.generic.call"), links=(call(say, "119"),), level=Triage.AMBULANCE.code)
        said = reply(card, Text(text=say("consult.stay.medical")), choices=(places_choice(say),), tone="critical")
    return Step(reply=said, session=context.session)


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
        departments = tuple(dict.fromkeys(("응급의학과", *assessment.departments)))[:3]
        assessment = replace(assessment, triage=floor, departments=departments)
    return replace(session, stage=Stage.ASSESSED, assessment=assessment, pending=None, expecting="nothing", done=True)
