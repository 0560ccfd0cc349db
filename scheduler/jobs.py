"""Jobs by the clock, a few lines each; every one may fail and is tried again at its next time."""

import asyncio
from collections.abc import Callable
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
    try:
        await engine.recover(deliver_to, older_than=older_than)
    except StateUnavailable as error:
        log.warning("recovery waits for Redis", reason=str(error))


async def redeliver(engine: Engine, deliver_to: Callable[[Platform], Deliver | None]) -> None:
    """Send once more what messengers did not take."""
    try:
        await engine.redeliver(deliver_to)
    except StateUnavailable as error:
        log.warning("redelivery waits for Redis", reason=str(error))


async def claim_due(store: Store) -> None:
    """Move what is due into the outboxes."""
    try:
        await store.outbox.claim_due(datetime.now(UTC))
    except StateUnavailable as error:
        log.warning("what is due waits for Redis", reason=str(error))


async def sweep(store: Store) -> None:
    """Drop what outlived its purpose."""
    try:
        await store.sweep(datetime.now(UTC))
    except StateUnavailable as error:
        log.warning("sweeping waits for Redis", reason=str(error))


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
