"""Consent to keep health information and to use a location.

Asked apart, declined without loss, kept with the wording's version and the time.
"""

from dataclasses import replace
from typing import Literal

from bot.compose import urgent_blocks
from bot.flows.buttons import choice, help_choice, places_choice
from bot.message import Block, Choice, Text
from bot.session import Account, Consent, Session, Stage
from bot.turn import SHORT_LIFE, Context, Step, reply
from knowledge.clinical import Triage


def health_choices(context: Context) -> tuple[Choice, ...]:
    """The three answers to the question about health information."""
    say = context.say
    return (
        choice("consent:yes", say("consent.health.yes")),
        choice("consent:no", say("consent.health.no")),
        choice("consent:child", say("consent.health.child")),
    )


def decide(context: Context, kind: Literal["health", "location"], given: bool) -> Account:
    """The account with this decision, replacing an earlier one of the same kind."""
    decision = Consent(kind=kind, given=given, version=context.say("consent.version"), at=context.now)
    others = tuple(c for c in context.account.consents if c.kind != kind)
    return replace(context.account, consents=(*others, decision))


def ask_health(context: Context, session: Session) -> Step:
    """Answer danger first, then ask; what was told waits ten minutes for the decision."""
    say = context.say
    blocks: list[Block] = []
    assessment = session.assessment
    urgent = assessment is not None and assessment.triage >= Triage.EMERGENCY
    if assessment and urgent:
        blocks += urgent_blocks(assessment, session, context)
    if session.version == 0 or session.stage is Stage.NEW:
        blocks.append(Text(text=say("hello.about")))
    hours = int(context.knowledge.session_life.total_seconds() // 3600)
    blocks.append(Text(text=say("consent.health.ask", hours=hours)))
    waiting = replace(session, stage=Stage.CONSENT, expecting="consent", pending=None, done=False)
    said = reply(*blocks, choices=health_choices(context), tone="critical" if urgent else "info")
    return Step(reply=said, session=waiting, session_life=SHORT_LIFE)


def ask_again(context: Context) -> Step:
    """The answer was not understood: show the choices again."""
    said = reply(Text(text=context.say("consent.health.again")), choices=health_choices(context))
    return Step(reply=said, session=context.session, session_life=SHORT_LIFE)


def declined(context: Context) -> Step:
    """Everything that was told is deleted, from the disk too; only the decision itself is kept."""
    say = context.say
    return Step(
        reply=reply(Text(text=say("consent.health.declined")), choices=(places_choice(say), help_choice(say))),
        session=Session(address=context.session.address, version=context.session.version),
        account=decide(context, "health", False),
        forget=True,
    )


def child(context: Context) -> Step:
    """A writer under 14: nothing is stored, a grown-up is named."""
    say = context.say
    return Step(
        reply=reply(Text(text=say("consent.child.stop")), Text(text=say("consent.child.talk"))),
        session=None,
        account="delete",
        forget=True,
    )
