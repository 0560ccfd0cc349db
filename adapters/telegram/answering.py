"""Turns, with "typing…" shown to a person whose answer takes a moment."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from adapters.background import Turns
from bot.delivery import Deliver
from bot.engine import Accepted, Turn
from bot.message import Address, Message

FIRST = 0.4
"""Seconds an answer may take before somebody waits for it."""

AGAIN = 4.0
"""Telegram shows it for five seconds, or until a message comes."""

LONGEST = 60.0
"""After so many seconds the answer comes later, and nobody is typing."""


class Answering:
    """The engine's turns. `show` says once that an answer is being written; whether it works is its own affair."""

    def __init__(self, turns: Turns, show: Callable[[Address], Awaitable[None]]) -> None:
        self._turns = turns
        self._show = show
        self._typing: dict[Address, asyncio.Task[None]] = {}

    async def accept(self, message: Message, deliver: Deliver | None) -> Accepted | None:
        """Keep a message."""
        return await self._turns.accept(message, deliver)

    async def answer(self, accepted: Accepted, deliver: Deliver | None, *, in_order: bool) -> Turn | None:
        """Run its turn."""
        address = accepted.message.address
        self.written(address)
        self._typing[address] = task = asyncio.create_task(self._type(address))
        try:
            return await self._turns.answer(accepted, deliver, in_order=in_order)
        finally:
            task.cancel()
            if self._typing.get(address) is task:
                del self._typing[address]

    def written(self, address: Address) -> None:
        """The answer is on its way."""
        task = self._typing.pop(address, None)
        if task:
            task.cancel()

    async def _type(self, address: Address) -> None:
        end = time.monotonic() + LONGEST
        pause = FIRST
        while time.monotonic() < end:
            await asyncio.sleep(pause)
            await self._show(address)
            pause = AGAIN
