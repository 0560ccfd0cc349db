"""Connections to Redis: one client for turns (no retries, short timeouts) and the errors they raise."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import BlockingConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError, ResponseError

from bot.errors import StateUnavailable
from bot.state.embedded import EmbeddedRedis

SOCKET_SECONDS = 2.0
"""A turn waits at most this long for one answer of Redis."""

POOL = 64
"""Connections a process may open; turns beyond it wait."""


REFUSALS = re.compile(r"MISCONF|OOM|READONLY|LOADING|CLUSTERDOWN|MASTERDOWN")
"""Redis answers, but cannot write or is not ready; a script's error carries the word inside its text."""


def connect(url: str | None, embedded: EmbeddedRedis | None) -> Redis:
    """A client for turns, over a URL or the embedded server's socket. Opens nothing yet."""
    no_retry = Retry(NoBackoff(), 0)
    if url:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=POOL,
            timeout=SOCKET_SECONDS,
            socket_timeout=SOCKET_SECONDS,
            socket_connect_timeout=SOCKET_SECONDS,
            retry=no_retry,
        )
    else:
        assert embedded is not None
        pool = BlockingConnectionPool(
            connection_class=UnixDomainSocketConnection,
            path=str(embedded.socket_path),
            max_connections=POOL,
            timeout=SOCKET_SECONDS,
            socket_timeout=SOCKET_SECONDS,
            retry=no_retry,
        )
    return Redis(connection_pool=pool)


@asynccontextmanager
async def opened(url: str | None, folder: Path) -> AsyncIterator[tuple[Redis, EmbeddedRedis | None]]:
    """A working client for the life of the block; starts and leaves the embedded server when there is no URL."""
    embedded = None if url else EmbeddedRedis(folder)
    if embedded:
        await asyncio.to_thread(embedded.start)
    client = connect(url, embedded)
    try:
        async with unavailable_as_ours():
            await client.ping()
        yield client, embedded
    finally:
        await client.aclose()
        if embedded:
            await asyncio.to_thread(embedded.release)


@asynccontextmanager
async def unavailable_as_ours() -> AsyncIterator[None]:
    """Turn every way in which Redis can be gone, busy or full into StateUnavailable; our own mistakes stay errors."""
    try:
        yield
    except ResponseError as error:
        refusal = REFUSALS.search(str(error))
        if refusal:
            raise StateUnavailable(refusal[0]) from error
        raise
    except (RedisError, BusyLoadingError, OSError, TimeoutError) as error:
        raise StateUnavailable(type(error).__name__) from error
