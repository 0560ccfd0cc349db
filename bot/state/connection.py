"""Connections to Redis: one client for turns (no retries, short timeouts) and the errors they raise."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from bot.errors import StateUnavailable
from bot.state.embedded import EmbeddedRedis
from bot.state.line import Lines, Part

SOCKET_SECONDS = 2.0
"""A turn waits at most this long for one answer of Redis."""

OPENING_TRIES = 3
"""How often a starting process asks before it says that Redis is gone."""

POOL = 64
"""Lines a process may open, and connections of redis-py's beside them; turns beyond it wait."""


REFUSALS = re.compile(r"MISCONF|OOM|READONLY|LOADING|CLUSTERDOWN|MASTERDOWN|NOREPLICAS")
"""Redis answers, but cannot write or is not ready; a script's error carries the word inside its text."""

REFUSED = (ReadOnlyError, OutOfMemoryError, ClusterDownError)
"""The same where redis-py has made a class of the word and taken it out of the text."""


class Client(Redis):
    """redis-py's client for what is rare, and lines of its own for what every turn does."""

    def __init__(self, pool: BlockingConnectionPool) -> None:
        super().__init__(connection_pool=pool)
        self._lines = Lines(pool, most=POOL, seconds=SOCKET_SECONDS)

    async def ask(self, *parts: Part) -> Any:
        """The answer to one command, over a line."""
        return await self._lines.ask(*parts)

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Close lines and connections."""
        self._lines.close()
        await super().aclose(close_connection_pool)


class Script:
    """A Lua script, called by its digest; sent whole where Redis does not have it yet."""

    def __init__(self, client: Client, source: bytes) -> None:
        self._client = client
        self._source = source
        self._digest = hashlib.sha1(source, usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str], *args: Part) -> Any:
        """Runs it."""
        try:
            return await self._client.ask("EVALSHA", self._digest, len(keys), *keys, *args)
        except ResponseError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
            return await self._client.ask("EVAL", self._source, len(keys), *keys, *args)


def connect(url: str | None, embedded: EmbeddedRedis | None) -> Client:
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
            protocol=2,
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
            protocol=2,
        )
    return Client(pool)


@asynccontextmanager
async def opened(url: str | None, folder: Path) -> AsyncIterator[tuple[Client, EmbeddedRedis | None]]:
    """A working client for the life of the block; starts and leaves the embedded server when there is no URL."""
    embedded = None if url else EmbeddedRedis(folder)
    if embedded:
        await asyncio.to_thread(embedded.start)
    client = connect(url, embedded)
    try:
        with unavailable_as_ours():
            await _reached(client)
        yield client, embedded
    finally:
        await client.aclose()
        if embedded:
            await asyncio.to_thread(embedded.release)


async def _reached(client: Client) -> None:
    """Wait for the first answer; a busy machine may take longer over that one than over any later."""
    for left in reversed(range(OPENING_TRIES)):
        try:
            await client.ping()
            return
        except (RedisError, OSError, TimeoutError):
            if not left:
                raise


@contextmanager
def unavailable_as_ours() -> Iterator[None]:
    """Turn every way in which Redis can be gone, busy or full into StateUnavailable; our own mistakes stay errors."""
    try:
        yield
    except REFUSED as error:
        raise StateUnavailable(type(error).__name__) from error
    except ResponseError as error:
        refusal = REFUSALS.search(str(error))
        if refusal:
            raise StateUnavailable(refusal[0]) from error
        raise
    except (RedisError, BusyLoadingError, OSError, TimeoutError) as error:
        raise StateUnavailable(type(error).__name__) from error
