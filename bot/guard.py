"""The last look at a reply. It may only raise the tone, add a line, or replace words by a safe template."""

from dataclasses import replace

from bot.message import Card, Choice, Reply, Text
from bot.phrases import Phrases
from bot.session import Account, Session
from bot.urgent import emergency_kind, urgent_card
from knowledge.clinical import Triage

MOST_CHOICES = 12
"""More choices than this are a form, not a question."""

LONGEST_LABEL = 20
"""Characters of a choice's label; doors with less cut at 14."""


def guard(reply: Reply, session: Session | None, *, alarmed: bool, say: Phrases) -> Reply:
    """The reply, made safe.

    A result that speaks of less urgency than the assessment is replaced by the urgent card; a reply after an alarm
    stays critical.
    """
    reply = replace(reply, choices=tuple(_fitting(choice) for choice in reply.choices[:MOST_CHOICES]))
    if alarmed:
        reply = replace(reply, tone="critical")
    if session is None or session.assessment is None:
        return reply
    level = session.assessment.triage
    if level >= Triage.EMERGENCY and any(_speaks_lower(block, level) for block in reply.blocks):
        card = urgent_card(emergency_kind(session.findings, say), level, say)
        return Reply(blocks=(card, Text(text=say("consult.disclaimer"))), choices=reply.choices, tone="critical")
    return reply


def keepable(session: Session | None, account: Account) -> Session | None:
    """What may be stored of a session: everything with consent, nothing about health after a refusal.

    Before a decision the session waits as it is; the caller gives it a short life.
    """
    if session is None or account.allows("health") or not account.decided("health"):
        return session
    return Session(address=session.address, expecting=session.expecting, version=session.version)


def _speaks_lower(block: object, level: Triage) -> bool:
    return isinstance(block, Card) and block.level is not None and Triage.from_code(block.level) < level


def _fitting(choice: Choice) -> Choice:
    return (
        choice if len(choice.label) <= LONGEST_LABEL else replace(choice, label=choice.label[: LONGEST_LABEL - 1] + "…")
    )
