"""The lines every turn speaks to Redis over: never out of step, never waiting for ever."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import StateUnavailable
from bot.state.connection import POOL, SOCKET_SECONDS, Client, Script, opened, unavailable_as_ours


@pytest.fixture
async def client(redis_url: str, short_path: Path) -> AsyncIterator[Client]:
    """A client of a fresh Redis."""
    async with opened(redis_url, short_path) as (client, _):
        yield client


async def test_a_redis_that_hangs_is_given_up_in_time(client: Client) -> None:
    """A silent Redis becomes StateUnavailable within the limit, and answers again once it is back."""
    await client.execute_command("CLIENT PAUSE", int(SOCKET_SECONDS * 1000) + 300)
    began = time.monotonic()
    with pytest.raises(StateUnavailable), unavailable_as_ours():
        await client.ask("INCR", "n")
    assert time.monotonic() - began < SOCKET_SECONDS + 0.25
    await asyncio.sleep(0.5)
    assert await client.ask("ECHO", "back") == b"back"


async def test_the_answer_to_a_question_that_was_given_up_reaches_nobody(client: Client) -> None:
    """After a cancelled question the next one gets its own answer."""
    await client.ask("SET", "whose", "first")
    asking = asyncio.create_task(client.ask("GET", "whose"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await client.ask("ECHO", "second") == b"second"


async def test_a_dropped_line_is_replaced(client: Client) -> None:
    """A line that Redis closed while it was idle is not used again."""
    await client.ask("PING")
    await client.execute_command("CLIENT KILL", "TYPE", "normal", "SKIPME", "yes")
    await asyncio.sleep(0.05)
    assert await client.ask("PING") == b"PONG"


async def test_more_questions_than_lines(client: Client) -> None:
    """Beyond the most lines questions wait, and each gets its own answer."""
    asked = [str(n) for n in range(POOL * 3)]
    answers = await asyncio.gather(*(client.ask("ECHO", words) for words in asked))
    assert [answer.decode() for answer in answers] == asked


async def test_a_script_redis_has_forgotten_is_sent_again(client: Client) -> None:
    """A script works whether Redis knows it or not; its own errors stay errors."""
    add = Script(client, b"return redis.call('INCRBY', KEYS[1], ARGV[1])")
    assert await add(("n",), 2) == 2
    await client.execute_command("SCRIPT FLUSH")
    assert await add(("n",), 3) == 5
    await client.ask("SET", "n", "no number")
    with pytest.raises(Exception, match="not an integer"):
        await add(("n",), 1)
    assert await client.ask("PING") == b"PONG"


async def test_a_large_answer_comes_whole(client: Client) -> None:
    """An answer that needs many packets arrives as one."""
    await client.ask("SET", "large", b"x" * 3_000_000)
    assert len(await client.ask("GET", "large")) == 3_000_000
