"""What follows a decision about health information: on with the consultation, or to a grown-up."""

from dataclasses import replace

from bot.flows import consent, consultation
from bot.flows.findings import absorb, complaints
from bot.message import Text
from bot.session import Session, Stage
from bot.turn import Context, Step, reply


def child_writes(context: Context) -> Step:
    """The same, for a child who says so in words: the emergency advice of what they wrote comes first."""
    return consultation.under_14(context, absorb(context))


def agreed(context: Context) -> Step:
    """Keep the decision and go on with what was told before it."""
    account = consent.decide(context, "health", True)
    with_consent = replace(context, account=account)
    session = replace(context.session, expecting="nothing", stage=Stage.CONSULTING)
    if complaints(session, context.knowledge.catalogue.concepts):
        step = consultation.go_on(with_consent, session, final=False)
        blocks = (Text(text=context.say("consent.health.thanks")), *step.reply.blocks)
        return replace(step, reply=replace(step.reply, blocks=blocks), account=account)
    said = reply(Text(text=context.say("consent.health.thanks")), Text(text=context.say("consult.tell_more")))
    return Step(reply=said, session=session, account=account)


def ask_once_more(context: Context) -> Step:
    """Somebody who declined wants to decide again."""
    return consent.ask_health(
        context, Session(address=context.session.address, version=max(context.session.version, 1))
    )
