"""Worse than when the result was given: the level rises by one. Better and unchanged never lower it."""

from bot.flows.buttons import choice
from bot.message import Choice
from bot.session import Session
from bot.turn import Context
from knowledge.clinical import Presence, Reason, Subject, Triage
from knowledge.inputs import Held

SOURCE = "worse_than_before"
"""The source of the reason."""


def offered(session: Session, level: Triage, context: Context) -> tuple[Choice, ...]:
    """The offer to ask again later; none where somebody must go now, or where it was accepted already."""
    if level >= Triage.EMERGENCY or session.check_at or not context.account.allows("health"):
        return ()
    return (choice("check:later", context.say("check.choice")),)


def has_result(session: Session) -> bool:
    """Whether there is a result to compare with."""
    return session.done and session.assessment is not None and bool(present(session))


def worse(context: Context) -> bool:
    """Whether the message says that it got worse since the result."""
    if not has_result(context.session):
        return False
    return context.choice == "check:worse" or (not context.choice and context.meaning.course == "worse")


def caution(session: Session, context: Context) -> Held | None:
    """The level that a worsening demands: one more than was told, EMERGENCY at most.

    It stays until something is taken back or the person says that it got better.
    """
    before = context.session
    if not present(before) <= present(session):
        return None
    if before.assessment and worse(context):
        told = before.assessment
        level = max(told.triage, Triage(min(told.triage + 1, Triage.EMERGENCY)))
        reason = Reason(floor=level, text=context.say("check.worse"), source=SOURCE)
        return Held(triage=level, reasons=(reason,), departments=told.departments)
    earlier = before.held
    lasting = earlier is not None and any(reason.source == SOURCE for reason in earlier.reasons)
    return earlier if lasting and context.meaning.course != "better" else None


def present(session: Session) -> set[str]:
    """What the patient has."""
    return {f.concept for f in session.findings if f.presence is Presence.PRESENT and f.subject is Subject.PATIENT}
