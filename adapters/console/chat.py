"""`drrc chat`: a conversation in the terminal. Choices are numbered; a number picks one."""

import asyncio
import getpass
import uuid
from dataclasses import replace
from datetime import datetime

from rich.console import Console
from rich.panel import Panel
from rich.text import Text as RichText

from adapters.channel import CONSOLE
from adapters.fold import fold
from bot.engine import Engine
from bot.errors import Overloaded, StateUnavailable
from bot.korean import KST
from bot.message import Address, Choice, Message, Outgoing, Platform
from bot.phrases import Phrases

STYLES = {"info": "cyan", "warning": "yellow", "critical": "bold red"}


async def run(engine: Engine, say: Phrases, console: Console, *, user: str | None = None) -> None:
    """Talk until the input ends or the person types the word for leaving."""
    address = Address(platform=Platform.CONSOLE, user=user or getpass.getuser())
    offered: tuple[Choice, ...] = ()

    async def deliver(outgoing: Outgoing) -> None:
        nonlocal offered
        folded = fold(outgoing.reply, CONSOLE)
        offered = folded.numbered
        body = RichText("\n\n".join(folded.parts))
        console.print(Panel(body, title=say("console.title"), border_style=STYLES[outgoing.reply.tone], padding=(1, 2)))

    async def send(message: Message) -> None:
        try:
            await engine.handle(message, deliver)
        except (StateUnavailable, Overloaded):
            console.print(say("hello.unavailable"), style="red")

    def blank() -> Message:
        return Message(id=uuid.uuid4().hex, address=address, sent_at=datetime.now(KST))

    console.print(say("console.how"), style="dim")
    await send(replace(blank(), choice="start"))
    while True:
        try:
            typed = await asyncio.to_thread(console.input, f"[bold]{say('console.prompt')}[/] ")
        except (EOFError, KeyboardInterrupt):
            break
        if typed.strip() in say.lines("console.leave"):
            break
        await send(as_message(blank(), typed, offered))
    console.print(say("console.bye"))


def as_message(blank: Message, typed: str, offered: tuple[Choice, ...]) -> Message:
    """A number picks the offered choice of that number; everything else is text."""
    number = typed.strip()
    if number.isascii() and number.isdigit() and len(number) <= 2 and 1 <= int(number) <= len(offered):
        return replace(blank, choice=offered[int(number) - 1].id)
    return replace(blank, text=typed)
