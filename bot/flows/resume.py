"""After a word aside, the waiting question again, so that nothing is lost."""

from dataclasses import replace

from bot import compose
from bot.flows import intake
from bot.message import Reply, Text
from bot.session import Stage
from bot.turn import Context


def resumed(context: Context, said: Reply) -> Reply:
    """The reply, followed by the question that waits for an answer, where one does."""
    session = context.session
    if session.pending is None or session.stage is not Stage.CONSULTING:
        return said
    if session.expecting in ("age", "sex", "guardian"):
        choices = intake.choices(session.expecting, context)
    else:
        choices = compose.question_choices(session.pending, context)
    return replace(said, blocks=(*said.blocks, Text(text=session.pending.wording)), choices=choices)
