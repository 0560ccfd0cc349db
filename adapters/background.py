"""Turns that run after their door has said "received": the message is kept first, the answer follows on its own."""

import asyncio
from collections.abc import Collection
from typing import Protocol

import structlog

from bot.delivery import Deliver
from bot.engine import Accepted, Turn
from bot.errors import Overloaded, StateUnavailable
from bot.message import Message

log = structlog.get_logger()

DRAIN_SECONDS = 8.0
"""How long turns may go on after the end was announced; what does not end is run by the next process."""

MOST = 2_000
"""Turns that may run or wait at once; a door with more of them asks its messenger to come again."""


async def stopped(tasks: Collection[asyncio.Task[None]], *, patience: float = 0.5) -> None:
    """End tasks. Cancelled again until they are: Python 3.11's wait_for, used by redis-py, may swallow a cancel."""
    while waiting := [task for task in tasks if not task.done()]:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting, timeout=patience)
    await asyncio.gather(*tasks, return_exceptions=True)


class Turns(Protocol):
    """What a door needs of the engine to answer later."""

    async def accept(self, message: Message, deliver: Deliver | None) -> Accepted | None:
        """Keep a message; None where it came before."""

    async def answer(self, accepted: Accepted, deliver: Deliver | None, *, in_order: bool) -> Turn | None:
        """Run its turn."""


class Background:
    """The turns of one door that answers later."""

    def __init__(self, turns: Turns, deliver: Deliver, *, most: int = MOST) -> None:
        self._turns = turns
        self._deliver = deliver
        self._most = most
        self._taking = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, message: Message) -> bool:
        """Keep a message and begin its turn; False where it came before.

        Raises Overloaded with too many turns under way and StateUnavailable with nowhere to keep it (danger is
        answered all the same): the messenger then sends it again.
        """
        if len(self._tasks) + self._taking >= self._most:
            raise Overloaded("too many turns are under way")
        self._taking += 1
        try:
            accepted = await self._turns.accept(message, self._deliver)
        finally:
            self._taking -= 1
        if accepted is None:
            return False
        task = asyncio.create_task(self._answer(accepted))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def drain(self, seconds: float) -> None:
        """Let turns end; what does not end in time is run by the next process."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def _answer(self, accepted: Accepted) -> None:
        try:
            await self._turns.answer(accepted, self._deliver, in_order=True)
        except (StateUnavailable, Overloaded) as error:
            log.warning("the turn is run later", reason=type(error).__name__)
        except Exception as error:
            # Left to the event loop it would be logged with what it says, which may be what somebody wrote.
            log.error("a turn failed", kind=type(error).__name__)
