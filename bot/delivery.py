"""What was said and not yet taken: fetched by doors that ask, sent again to doors that are written to."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot import metrics
from bot.errors import Later, StateUnavailable
from bot.message import Address, Outgoing, Platform
from bot.state.keys import PersonKeys
from bot.state.outbox import order
from bot.state.store import Held, Store

log = structlog.get_logger()

Deliver = Callable[[Outgoing], Awaitable[None]]
"""Hands one reply to the person's door; returns when the door accepted it, raises when it did not."""

NEXT_TRY = 3.0
"""Seconds to the next attempt at a reply its door did not take, where the door named no time."""

LONGEST = 300.0
"""Seconds beyond which no reply is put off at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What became of a message's alarm reply before its turn."""

    alarm: Outgoing | None = field(default=None, repr=False)
    """The alarm reply, where there is one."""
    tried: bool = False
    """Whether this run tried to deliver it."""
    taken: bool = False
    """Whether the door took it."""


async def taken(outgoing: Outgoing, deliver: Deliver | None) -> bool:
    """Whether the door took the reply; what it did not take stays in the outbox."""
    if deliver is None:
        return False
    try:
        await deliver(outgoing)
    except Later:
        return False
    except Exception as error:
        metrics.undelivered.inc()
        log.warning("not delivered", kind=type(error).__name__, platform=outgoing.address.platform)
        return False
    return True


class Delivery:
    """A person's undelivered replies, by address."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def undelivered(self, address: Address) -> tuple[Outgoing, ...]:
        """Replies that wait for this person on this door, oldest first."""
        found = [o for keys in await self._all_keys(address) for o in await self._store.outbox.undelivered(keys)]
        return tuple(outgoing for outgoing in found if outgoing.address == address)

    async def mark_delivered(self, address: Address, ids: Sequence[str]) -> None:
        """The person's door has these replies."""
        for keys in await self._all_keys(address):
            await self._store.outbox.mark_delivered(keys, address.platform, ids)

    async def busy(self, address: Address) -> bool:
        """Whether a message of this person is still to be answered."""
        return any([await self._store.busy(keys) for keys in await self._all_keys(address)])

    async def keep_rest(self, outgoing: Outgoing, *, life: timedelta) -> None:
        """Keep what a door could not show at once; it is the next thing its person sees."""
        keys = await self._store.links.person(outgoing.address)
        await self._store.outbox.keep(keys, outgoing, life=life)

    async def note_parts(self, address: Address, outgoing_id: str, parts: int) -> None:
        """So many parts of a reply were taken."""
        for keys in await self._all_keys(address):
            await self._store.outbox.note_parts(keys, outgoing_id, parts)

    async def cut_off(self, address: Address) -> None:
        """Nothing can be sent to this person any more: what waits or is due for them there is dropped."""
        for keys in await self._all_keys(address):
            await self._store.outbox.cut_off(keys, address)

    async def welcome_back(self, address: Address) -> None:
        """The person can be written to again."""
        for keys in await self._all_keys(address):
            await self._store.outbox.welcome_back(keys, address)

    async def redeliver(self, deliver_to: Callable[[Platform], Deliver | None]) -> int:
        """Send once more what doors that can be written to did not take; returns how many replies were taken."""
        sent, troubles = 0, list[BaseException]()
        for platform in Platform:
            deliver = deliver_to(platform)
            if deliver is None:
                continue
            people = await self._store.outbox.waiting(platform)
            counts = await asyncio.gather(
                *(self._redeliver(keys, platform, deliver) for keys in people), return_exceptions=True
            )
            # What stumbles over one person must not keep the others, or the next messenger's people, waiting.
            troubles += [count for count in counts if isinstance(count, BaseException)]
            sent += sum(count for count in counts if isinstance(count, int))
        if troubles:
            raise troubles[0]
        return sent

    async def _redeliver(self, keys: PersonKeys, platform: Platform, deliver: Deliver) -> int:
        held = await self._store.hold_idle(keys, platform)
        if held is None:
            return 0  # a turn is under way; it delivers what waits before its own reply
        sent, late = 0, set[Address]()
        try:
            with self._kept(held):
                waiting = [o for o in await self._store.outbox.undelivered(keys) if o.address.platform is platform]
                if await self._store.busy(keys):
                    return 0  # a message came meanwhile: its turn delivers what waits, and is sending its alarm already
                for outgoing in waiting:
                    if outgoing.address in late:
                        continue  # what comes after something that waits, waits as well
                    try:
                        await deliver(outgoing)
                    except Exception as error:
                        after = error.after if isinstance(error, Later) and error.after else NEXT_TRY
                        await self._store.outbox.postpone(keys, platform, timedelta(seconds=min(after, LONGEST)))
                        late.add(outgoing.address)
                        continue
                    metrics.redelivered.labels(platform).inc()
                    await self._store.outbox.mark_delivered(keys, platform, [outgoing.id])
                    sent += 1
                if not late:
                    await self._store.outbox.nothing_waits(keys, platform)
        finally:
            await self._store.finish(held, ())
        return sent

    async def _catch_up(self, held: Held, address: Address, deliver: Deliver) -> bool:
        """Deliver what waits since before this turn; whether all of it was taken."""
        for outgoing in await self._store.outbox.undelivered(held.keys):
            if outgoing.address != address or outgoing.id.startswith(f"{held.inbox_id}:"):
                continue
            if outgoing.id.endswith(":alarm") and order(outgoing.id) > order(f"{held.inbox_id}:alarm"):
                continue  # a later message cried while it waits behind this one: its own run is sending that
            if not await taken(outgoing, deliver):
                return False
            await self._store.outbox.mark_delivered(held.keys, address.platform, [outgoing.id])
        return True

    async def _all_keys(self, address: Address) -> tuple[PersonKeys, ...]:
        """Where replies to this address may lie: before it was joined to another door, and since."""
        return tuple(dict.fromkeys((self._store.keys(address), await self._store.links.person(address))))

    async def _extended(self, held: Held) -> bool:
        """Lengthen the hold; False when it is over. While Redis is away it is worth another try."""
        try:
            return await self._store.extend(held)
        except StateUnavailable:
            return True

    @contextmanager
    def _kept(self, held: Held) -> Iterator[None]:
        """Extend the hold until the block ends; most end before it is due."""
        pause = self._store.hold_seconds / 3
        tasks: list[asyncio.Task[None]] = []

        async def extend() -> None:
            # It also ends by itself: Python 3.11's wait_for, used by redis-py, may swallow a cancel.
            ours = True
            while ours:
                ours = await self._extended(held)
                await asyncio.sleep(pause)

        due = asyncio.get_running_loop().call_later(pause, lambda: tasks.append(asyncio.create_task(extend())))
        try:
            yield
        finally:
            due.cancel()
            for task in tasks:
                task.cancel()
