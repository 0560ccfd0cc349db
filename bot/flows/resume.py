"""After a word aside, the waiting question again, so that nothing is lost."""

from dataclasses import replace

from bot import compose
from bot.flows import intake
from bot.message import Reply, Text
from bot.session import Expecting, Session, Stage
from bot.turn import Context

ABOUT_PERSON: tuple[Expecting, ...] = ("age", "guardian", "sex")
"""What is asked about the patient rather than about what they feel."""


def awaited(session: Session) -> Expecting:
    """What the waiting question expects, whatever was asked aside since: something about the person, or findings."""
    if session.pending is None or session.pending.findings:
        return "nothing"
    return next((name for name in ABOUT_PERSON if session.asked[-1:] == (name,)), "nothing")


def resumed(context: Context, said: Reply) -> Reply:
    """The reply, followed by the question that waits for an answer, where one does."""
    session = context.session
    if session.pending is None or session.stage is not Stage.CONSULTING:
        return said
    expecting = awaited(session)
    if expecting == "nothing":
        choices = compose.question_choices(session.pending, context)
    else:
        choices = intake.choices(expecting, context)
    return replace(said, blocks=(*said.blocks, Text(text=session.pending.wording)), choices=choices)
