"""Jobs by the clock, a few lines each; every one may fail and is tried again at its next time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from bot.delivery import Deliver
from bot.engine import Engine
from bot.errors import StateUnavailable
from bot.message import Platform
from bot.state.embedded import EmbeddedRedis
from bot.state.store import Store

log = structlog.get_logger()


async def recover(engine: Engine, deliver_to: Callable[[Platform], Deliver | None], older_than: timedelta) -> None:
    """Run turns that a dead process left behind."""
    await _tried("recover", engine.recover(deliver_to, older_than=older_than))


async def redeliver(engine: Engine, deliver_to: Callable[[Platform], Deliver | None]) -> None:
    """Send once more what messengers did not take."""
    await _tried("redeliver", engine.redeliver(deliver_to))


async def claim_due(store: Store) -> None:
    """Move what is due into the outboxes."""
    await _tried("claim due", store.outbox.claim_due(datetime.now(UTC)))


async def sweep(store: Store) -> None:
    """Drop what outlived its purpose."""
    await _tried("sweep", store.sweep(datetime.now(UTC)))


async def watch(store: Store, embedded: EmbeddedRedis) -> None:
    """Start the embedded Redis again when it is gone."""
    try:
        await store.ping()
    except StateUnavailable as error:
        log.warning("starting the embedded Redis again", reason=str(error))
        try:
            await asyncio.to_thread(embedded.start)
        except (StateUnavailable, OSError) as failed:
            log.error("the embedded Redis does not start", reason=type(failed).__name__)


async def _tried(job: str, work: Awaitable[object]) -> None:
    """Anything may go wrong once. Left to the scheduler it would be logged with its words, which may be a person's."""
    try:
        await work
    except StateUnavailable as error:
        log.warning("a job waits for Redis", job=job, reason=str(error))
    except Exception as error:
        log.error("a job failed", job=job, kind=type(error).__name__)
