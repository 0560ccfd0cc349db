"""Fetching updates where Telegram cannot reach us. Each is kept before Telegram is told that we have it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TypeVar

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, RetryAfter

from adapters.telegram.client import seconds_of
from adapters.telegram.wire import ALLOWED_UPDATES
from bot import metrics
from bot.errors import Overloaded, StateUnavailable
from bot.message import Platform

log = structlog.get_logger()

WAIT_SECONDS = 25
"""How long Telegram may hold an empty answer back."""

TRIES = 3
"""Attempts at an update that fails for no known reason before it is left out."""

Lease = Callable[[], Awaitable[bool]]
"""Whether this process is the one that fetches; asked before every fetch, so it should last twice as long as one."""

T = TypeVar("T")


class Poller:
    """Fetches updates until it is cancelled. `receive` raises StateUnavailable or Overloaded for "not now"."""

    def __init__(
        self,
        bot: Bot,
        receive: Callable[[Update], Awaitable[None]],
        *,
        lease: Lease,
        pause: float = 1.0,
        longest_pause: float = 30.0,
    ) -> None:
        self._bot = bot
        self._receive = receive
        self._lease = lease
        self._pause = pause
        self._longest_pause = longest_pause
        self._failed: dict[int, int] = {}

    async def run(self) -> None:
        """Fetch, keep, fetch on."""
        offset: int | None = None
        ready, conflict, trouble = False, False, 0
        while True:
            try:
                if not await self._lease():
                    ready, offset = False, None
                    await asyncio.sleep(self._pause)
                    continue
                if not ready:
                    ready = await self._bot.delete_webhook(drop_pending_updates=False)
                updates = await self._bot.get_updates(
                    offset=offset, timeout=WAIT_SECONDS, allowed_updates=ALLOWED_UPDATES
                )
            except RetryAfter as error:
                await asyncio.sleep(seconds_of(error))
            except Exception as error:  # whatever it is, fetching must go on
                if not isinstance(error, Conflict):
                    log.warning("updates cannot be fetched", kind=type(error).__name__)
                elif not conflict:
                    log.error("another process fetches the updates of this bot, or a webhook is set for it")
                conflict = isinstance(error, Conflict)
                await asyncio.sleep(min(self._pause * 2**trouble, self._longest_pause))
                trouble = min(trouble + 1, 10)
            else:
                conflict, trouble = False, 0
                stop = await _to_its_end(self._keep(updates))
                # The next call tells Telegram once what we have. After that no number is named: after a quiet
                # week Telegram counts from somewhere else.
                offset = stop if stop is not None else updates[-1].update_id + 1 if updates else None
                if stop is not None:
                    await asyncio.sleep(self._pause)

    async def _keep(self, updates: Sequence[Update]) -> int | None:
        """Keep them, each chat's in their order; the first number that must come again, or None."""
        lanes: dict[object, list[Update]] = {}
        for update in updates:
            lanes.setdefault(update.effective_chat.id if update.effective_chat else None, []).append(update)
        stops = await asyncio.gather(*(self._keep_lane(lane) for lane in lanes.values()))
        stop = min((stop for stop in stops if stop is not None), default=None)
        if stop is None:
            self._failed.clear()
        return stop

    async def _keep_lane(self, updates: Sequence[Update]) -> int | None:
        for update in updates:
            try:
                await self._receive(update)
            except (StateUnavailable, Overloaded) as error:
                log.warning("updates are fetched again", reason=type(error).__name__)
                return update.update_id
            except Exception as error:
                tries = self._failed[update.update_id] = self._failed.get(update.update_id, 0) + 1
                if tries < TRIES:
                    return update.update_id
                metrics.not_for_us.labels(Platform.TELEGRAM).inc()
                log.error("an update is left out", kind=type(error).__name__)
        return None


async def _to_its_end(work: Coroutine[object, object, T]) -> T:
    """The result, also waited for where we are cancelled meanwhile: what is being kept is kept whole."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
