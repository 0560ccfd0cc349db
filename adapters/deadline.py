"""One answer to one request, in time: the turn fills it, the door writes it, whichever is late gives way."""

import asyncio

from bot.errors import Later
from bot.message import Outgoing

ALARM_GRACE = 0.8
"""Seconds for which an alarm waits for the rest of its turn, so that both are shown at once."""


class Slot:
    """The place for one turn's replies in the answer to a request.

    A reply counts as delivered once the answer was written; what comes after the slot was closed stays in the outbox.
    """

    def __init__(self) -> None:
        self.said: list[Outgoing] = []
        self._open = True
        self._alarmed = asyncio.Event()
        self._full = asyncio.Event()
        self._written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def deliver(self, outgoing: Outgoing) -> None:
        """Takes a reply; returns once it was written. An alarm is taken at once and written with the reply."""
        if not self._open:
            raise Later("the answer was given")
        self.said.append(outgoing)
        if outgoing.id.endswith(":alarm"):
            self._alarmed.set()
            raise Later("an alarm is written with the reply")
        self._full.set()
        if not await asyncio.shield(self._written):
            raise Later("the answer could not be given")

    def turn_ended(self, _: object = None) -> None:
        """Nothing more will come."""
        self._full.set()

    async def filled(self, until: float) -> bool:
        """Waits for the turn's reply until a reading of the loop's clock; an alarm alone is waited for less long."""
        now = asyncio.get_running_loop().time
        alarmed = asyncio.create_task(self._alarmed.wait())
        full = asyncio.create_task(self._full.wait())
        try:
            await asyncio.wait({alarmed, full}, timeout=until - now(), return_when=asyncio.FIRST_COMPLETED)
            if not full.done() and alarmed.done():
                await asyncio.wait({full}, timeout=min(ALARM_GRACE, until - now()))
        finally:
            alarmed.cancel()
            full.cancel()
        return self._full.is_set()

    def close(self) -> list[Outgoing]:
        """Takes nothing more; what it holds so far."""
        self._open = False
        return self.said

    def written(self, accepted: bool) -> None:
        """Says that the answer was given, or that it could not be."""
        self._open = False
        if not self._written.done():
            self._written.set_result(accepted)
