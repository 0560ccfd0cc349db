"""Joining doors: a one-time code given on one, typed on another, and the person goes on where they were."""

import re
from dataclasses import replace

from bot.flows.resume import resumed
from bot.message import Block, Notice, Text
from bot.turn import Context, Step, keep, reply

CODE = re.compile(
    r"^(?:(?:잇기|이어|연결|코드|번호|link|/link)\s*:?\s*(\d{5})[\s-]?(\d{5})|(\d{5})[\s-](\d{5})|([1-9]\d{4})(\d{5}))\.?$",
    re.IGNORECASE,
)
"""A message that is a one-time code and nothing else. Ten bare digits after a 0 are a telephone number."""

FEW = 24
"""Characters of a message that may be nothing but the wish to join doors."""


def code_in(text: str) -> str:
    """The one-time code a message consists of, or empty."""
    found = CODE.match(text.strip()) if len(text) < FEW else None
    return "".join(filter(None, found.groups())) if found else ""


def wishes(context: Context) -> bool:
    """Whether somebody wants to go on in another messenger."""
    text = context.message.text or ""
    words = context.say.lines("link.words")
    return len(text) <= FEW and not context.meaning.findings and any(word in text for word in words)


def types_code(context: Context) -> bool:
    """Whether a one-time code was typed."""
    return bool(code_in(context.message.text or ""))


def offer(context: Context) -> Step:
    """Give a code."""
    say = context.say
    code = f"{context.code[:5]}-{context.code[5:]}"
    said = reply(Text(text=say("link.code", code=code)), Notice(text=say("link.careful")))
    return replace(keep(context, said), offer=context.code)


def join(context: Context) -> Step:
    """Share the session the code opens; what was told on this door before is deleted."""
    say, opens = context.say, context.code_opens
    if opens is None:
        return keep(context, resumed(context, reply(Text(text=say("link.unknown")))))
    if opens.same:
        return keep(context, resumed(context, reply(Text(text=say("link.already")))))
    blocks: list[Block] = [Text(text=say("link.joined"))]
    if context.session.findings:
        blocks.append(Notice(text=say("link.replaced")))
    there = replace(context, session=opens.session, account=opens.account)
    return Step(
        reply=resumed(there, reply(*blocks)), session=None, account="delete", share=opens.person, view=opens.session
    )
