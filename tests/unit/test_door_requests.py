"""What every messenger's door makes of a request: one answer in time, bodies that are small, secrets compared whole."""

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from adapters.deadline import ALARM_GRACE, Slot
from adapters.incoming import body_of, guarded, no, same
from adapters.recent import RecentAnswers
from bot.errors import Later, Overloaded, StateUnavailable
from bot.message import Address, Outgoing, Platform, Reply, Text

KIM = Address(platform=Platform.KAKAO, user="1")
SECRET = "누구에게도 말하지 않은 이야기"


def outgoing(name: str) -> Outgoing:
    """A reply."""
    return Outgoing(id=name, address=KIM, reply=Reply(blocks=(Text(text="네"),)))


async def outcome(slot: Slot, name: str = "1-0:reply") -> bool:
    """Whether a reply put into the slot counts as delivered."""
    try:
        await slot.deliver(outgoing(name))
    except Later:
        return False
    return True


async def until(seconds: float) -> float:
    """A reading of the loop's clock."""
    return asyncio.get_running_loop().time() + seconds


async def test_a_reply_in_time_is_delivered_once_it_was_written() -> None:
    """The turn waits until the answer is out; only then is its reply delivered."""
    slot = Slot()
    turn = asyncio.create_task(outcome(slot))
    assert await slot.filled(await until(1))
    assert [one.id for one in slot.said] == ["1-0:reply"]
    assert not turn.done()
    slot.written(accepted=True)
    assert await turn
    slot.written(accepted=False)
    assert await turn


async def test_an_answer_that_could_not_be_written_is_kept() -> None:
    """A connection that broke leaves the reply in the outbox."""
    slot = Slot()
    turn = asyncio.create_task(outcome(slot))
    assert await slot.filled(await until(1))
    slot.written(accepted=False)
    assert not await turn


async def test_a_reply_after_the_deadline_is_kept() -> None:
    """A closed slot takes nothing, and what it did not take is not shown as said."""
    slot = Slot()
    assert not await slot.filled(await until(0.02))
    assert slot.close() == []
    assert not await outcome(slot)
    assert slot.said == []


async def test_an_alarm_waits_a_little_for_its_turn() -> None:
    """An alarm alone is answered after a moment; with a reply soon after it both are shown."""
    slot = Slot()
    assert not await outcome(slot, "1-0:alarm")
    began = time.monotonic()
    assert not await slot.filled(await until(5))
    assert ALARM_GRACE * 0.9 < time.monotonic() - began < ALARM_GRACE + 1
    both = Slot()
    assert not await outcome(both, "1-0:alarm")
    turn = asyncio.create_task(outcome(both))
    assert await both.filled(await until(5))
    assert [one.id for one in both.close()] == ["1-0:alarm", "1-0:reply"]
    both.written(accepted=True)
    assert await turn


async def test_a_deadline_that_has_passed_is_no_wait() -> None:
    """Asked too late, the slot answers with what it has, and an alarm's grace does not begin."""
    slot = Slot()
    assert not await slot.filled(await until(-1))
    assert not await outcome(slot, "1-0:alarm")
    began = time.monotonic()
    assert not await slot.filled(await until(-1))
    assert time.monotonic() - began < 0.2


async def test_a_turn_that_says_nothing_ends_the_wait() -> None:
    """Where the turn ended without a reply, nobody waits for the deadline."""
    slot = Slot()
    asyncio.get_running_loop().call_later(0.02, slot.turn_ended, None)
    began = time.monotonic()
    assert await slot.filled(await until(5))
    assert time.monotonic() - began < 1
    assert slot.said == []


@pytest.mark.parametrize("spread", [0.0, 0.004, 0.03])
@pytest.mark.parametrize("late", [False, True])
async def test_exactly_one_answer_wins(spread: float, late: bool) -> None:
    """However turn, deadline and callback race, a reply is shown once or kept, never both and never neither."""

    async def race(number: int) -> tuple[bool, bool]:
        slot = Slot()
        pause = 0.01 + spread * (number % 7 - 3) / 3

        async def turn() -> bool:
            await asyncio.sleep(pause)
            return await outcome(slot, f"{number}-0:reply")

        task = asyncio.create_task(turn())
        said = list(slot.said) if await slot.filled(await until(0.01)) else []
        if not said and late:
            await slot.filled(await until(0.01))  # the callback's turn
        said = said or list(slot.close())
        slot.written(accepted=bool(said))
        return bool(said), await task

    results = await asyncio.gather(*(race(number) for number in range(60)))
    assert all(shown == delivered for shown, delivered in results)


def test_secrets_are_compared_whole() -> None:
    """Only the same words are the same, letters of any script and halves of broken ones included."""
    assert same("비밀번호-1", "비밀번호-1")
    assert not same("비밀번호-1", "비밀번호-2")
    assert not same("a", "a ")
    assert not same("a", "")
    assert not same("", "")
    assert not same("", "a")
    assert not same("\udcff", "")


@given(st.text(max_size=20), st.text(max_size=20))
def test_secrets_of_any_letters_can_be_compared(left: str, right: str) -> None:
    """No header, however odd, is an error or taken for another one."""
    assert same(left, right) == (bool(left) and left == right)
    assert same(left, left) == bool(left)
    assert not same(f"{left}\udcff", f"{left}?")


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of a server with this one handler."""
    app = web.Application()
    app.add_routes([web.post("/", guarded(handler))])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession(base, skip_auto_headers=("Content-Type",)) as client:
            yield client
    finally:
        await runner.cleanup()


async def small(request: web.Request) -> web.StreamResponse:
    """Says how much JSON of at most a hundred bytes came."""
    body = await body_of(request, most=100, types=("application/json",))
    return body if isinstance(body, web.Response) else web.json_response({"bytes": len(body)})


async def pieces(count: int) -> AsyncIterator[bytes]:
    """A body whose length is not told beforehand."""
    for _ in range(count):
        yield b"x" * 10


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (JSON, b"{}", 200),
        (JSON, b"", 200),
        (JSON, b"x" * 100, 200),
        ({"Content-Type": "application/json; charset=utf-8"}, b"{}", 200),
        ({"Content-Type": "Application/JSON"}, b"{}", 200),
        ({**JSON, "Content-Encoding": "identity"}, b"{}", 200),
        (JSON, b"x" * 101, 413),
        (JSON, b"x" * 1_000_000, 413),
        ({**JSON, "Content-Encoding": "gzip"}, zlib.compress(b"x" * 10, wbits=31), 400),
        ({**JSON, "Content-Encoding": "deflate"}, zlib.compress(b"x" * 1_000_000), 400),
        ({**JSON, "Content-Encoding": "GZIP"}, b"not packed", 400),
        ({**JSON, "Content-Encoding": "x"}, b"{}", 400),
        ({"Content-Type": "text/plain"}, b"{}", 400),
        ({"Content-Type": "application/json-seq"}, b"{}", 400),
        ({}, b"{}", 400),
    ],
)
async def test_bodies_are_small_and_plain(headers: dict[str, str], body: bytes, status: int) -> None:
    """A body over the limit, packed or of another kind is refused with the fitting status, never read whole."""
    async with served(small) as client, client.post("/", data=body, headers=headers) as answer:
        assert answer.status == status
        if status == 200:
            assert await answer.json() == {"bytes": len(body)}
        else:
            assert (await answer.json())["ok"] is False


async def test_a_body_of_unknown_length_is_small_too() -> None:
    """The limit is counted while reading, not believed."""
    async with served(small) as client:
        async with client.post("/", data=pieces(10), headers=JSON) as answer:
            assert (answer.status, await answer.json()) == (200, {"bytes": 100})
        async with client.post("/", data=pieces(11), headers=JSON) as answer:
            assert answer.status == 413


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (StateUnavailable("gone"), 503),
        (Overloaded("full"), 503),
        (ValueError(SECRET), 503),
        (KeyError(SECRET), 503),
        (RecursionError(SECRET), 503),
        (TimeoutError(), 503),
        (web.HTTPNotFound(), 404),
    ],
)
async def test_a_door_never_fails_with_500(trouble: Exception, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever goes wrong, the messenger is asked to come again, and nobody reads what somebody wrote."""

    async def fails(_: web.Request) -> web.StreamResponse:
        raise trouble

    async with served(fails) as client, client.post("/", data=b"") as answer:
        assert answer.status == status
        said = await answer.text()
        if status == 503:
            assert answer.headers["Retry-After"] == "2"
    assert SECRET not in said
    printed = capsys.readouterr()
    assert SECRET not in printed.out + printed.err


async def test_refusals_are_returned_as_they_are() -> None:
    """A handler's own answer passes, refusals included."""

    async def refuses(_: web.Request) -> web.StreamResponse:
        return no(403, "the secret is wrong")

    async with served(refuses) as client, client.post("/", data=b"") as answer:
        assert (answer.status, await answer.json()) == (403, {"ok": False, "error": "the secret is wrong"})


async def test_a_broken_chunk_is_the_senders_fault() -> None:
    """A body that is no HTTP is refused, not answered with an error of ours."""
    app = web.Application()
    app.add_routes([web.post("/", guarded(small))])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
    writer.write(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    )
    await writer.drain()
    line = await asyncio.wait_for(reader.readline(), 5)
    assert line.split()[1] == b"400"
    writer.close()
    await runner.cleanup()


def test_the_same_line_is_remembered_once() -> None:
    """An answer keeps its lines in order, each once, by person and message."""
    recent = RecentAnswers()
    for line in (b"1", b"2", b"1"):
        recent.keep("kim", "m1", line)
    recent.keep("lee", "m1", b"3")
    assert recent.lines("kim", "m1") == (b"1", b"2")
    assert recent.lines("lee", "m1") == (b"3",)
    assert recent.lines("kim", "m2") == ()


def test_recent_answers_stay_within_their_number() -> None:
    """The oldest answer goes when there are more than allowed, also when nobody asks in between."""
    recent = RecentAnswers(most=3)
    for number in range(10):
        recent.keep("kim", f"m{number}", b"x")
        assert len(recent._answers) <= 3 + 1
    assert recent.lines("kim", "m6") == ()
    assert [recent.lines("kim", f"m{number}") for number in (7, 8, 9)] == [(b"x",)] * 3
