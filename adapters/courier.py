"""Send a reply to somebody who waits in a messenger: in parts, as fast as allowed, again where that is safe."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Protocol

import structlog
from aiolimiter import AsyncLimiter

from bot import metrics
from bot.errors import Later
from bot.message import Address, Outgoing

log = structlog.get_logger()

TRIES = 4
"""Attempts at one part before it is left to redelivery."""

LONGEST_PAUSE = 20.0
"""Seconds a turn waits for a messenger that asked for patience; longer pauses are left to redelivery."""

SEND_SECONDS = 15.0
"""What one call may take."""

SHUT_SECONDS = 300.0
"""Seconds between attempts while only the operator can help."""

REMEMBERED = 10_000
"""People whose messenger asked for patience, remembered at most."""


class Wait(Exception):
    """The messenger asks for patience (429); nothing was accepted."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds


class NotSent(Exception):
    """The messenger could not be reached; nothing was accepted."""


class Shut(Exception):
    """The messenger lets the whole app in no more until the operator mends something; nothing was accepted."""


class Refused(Exception):
    """The messenger will never take this part as it is."""


class Gone(Exception):
    """The person has left: blocked the bot or closed the account."""


class Post(Protocol):
    """A messenger's way out. Everything `send` raises besides the errors above leaves open whether it was accepted."""

    async def parts(self, outgoing: Outgoing) -> Sequence[Any]:
        """The calls that make up a reply, in order."""

    async def send(self, address: Address, part: Any) -> None:
        """One of them; returns when the messenger accepted it."""


class Outbox(Protocol):
    """What a courier writes down."""

    async def note_parts(self, address: Address, outgoing_id: str, parts: int) -> None:
        """So many parts of a reply were accepted."""

    async def cut_off(self, address: Address) -> None:
        """Nothing can be sent to this person any more."""


class Courier:
    """Delivers replies of one messenger. Raises Later where the rest must wait in the outbox."""

    def __init__(self, post: Post, outbox: Outbox, *, per_second: float) -> None:
        self._post = post
        self._outbox = outbox
        self._limit = AsyncLimiter(max(1.0, per_second), 1.0)
        self._not_before: OrderedDict[Address, float] = OrderedDict()

    async def deliver(self, outgoing: Outgoing) -> None:
        """Send what was not taken yet; returns when the messenger has all of it, or never will."""
        address = outgoing.address
        parts = await self._post.parts(outgoing)
        for number in range(outgoing.parts_taken, len(parts)):
            try:
                await self._send(address, parts[number])
            except Gone:
                metrics.cut_off.labels(address.platform).inc()
                await self._outbox.cut_off(address)
                return
            except Refused as error:
                metrics.refused.labels(address.platform).inc()
                log.error("refused by the messenger", platform=address.platform, reason=str(error))
            if number + 1 < len(parts):
                await self._outbox.note_parts(address, outgoing.id, number + 1)

    async def _send(self, address: Address, part: Any) -> None:
        pause = 0.2
        for _ in range(TRIES):
            await self._patience(address)
            await self._limit.acquire()
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    return await self._post.send(address, part)
            except Wait as wait:
                metrics.patience.labels(address.platform).inc()
                self._remember(address, wait.seconds)
            except NotSent:
                await asyncio.sleep(pause)
                pause *= 3
            except (Gone, Refused):
                raise
            except Shut as shut:
                raise Later(str(shut), after=SHUT_SECONDS) from None
            except Exception as error:
                # It may have been accepted: a second attempt at once would say everything twice.
                raise Later(type(error).__name__, after=2.0) from error
        raise Later("the messenger does not take it", after=5.0)

    async def _patience(self, address: Address) -> None:
        left = self._not_before.get(address, 0.0) - time.monotonic()
        if left > LONGEST_PAUSE:
            raise Later("the messenger asked for patience", after=left)
        if left > 0:
            await asyncio.sleep(left)

    def _remember(self, address: Address, seconds: float) -> None:
        self._not_before[address] = time.monotonic() + seconds + 0.1
        self._not_before.move_to_end(address)
        while len(self._not_before) > REMEMBERED:
            self._not_before.popitem(last=False)
