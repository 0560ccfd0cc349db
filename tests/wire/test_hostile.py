"""Every address the outside can reach, in the whole running product, against everything nobody should send.

A refusal is one of REFUSALS: never an error of our own, and never what was sent, neither in the answer nor in the log.
200 stands where a messenger would otherwise repeat what we shall never want. Who could not prove who they are leaves
nothing behind in Redis. After every row somebody else is answered.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
import pytest_asyncio
import structlog

from adapters.locate.link import sign
from tests.fakes.hostile_doors import DOORS, JSON, Door
from tests.fakes.hostile_rows import BOMB, DEEP, REFUSALS, ROWS, TAKEN, VALUES, Row, put
from tests.fakes.hostile_world import MARK, Sent, World, opened
from tests.fakes.product import Mind

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(mind: Mind) -> AsyncIterator[World]:
    """The product with every door open, for all rows."""
    async with opened(mind) as ready:
        yield ready


@pytest.fixture(autouse=True)
def _log(world: World, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that is written anywhere holds what was sent or a secret."""
    with structlog.testing.capture_logs() as lines:
        yield
    written = "".join([*map(repr, lines), caplog.text, *capfd.readouterr()])
    assert not [secret for secret in (MARK, *world.secrets) if secret in written]
    assert not [line for line in lines if line["event"] in ("a door failed", "web.failed")]
    assert not [record for record in caplog.records if record.exc_info], caplog.text


async def answered(world: World, sent: Sent, may: Collection[int]) -> int:
    """The status of a request, one of these; nothing of it and no secret is in the answer."""
    status, said = await world.send(sent)
    assert status in may, (status, said)
    assert not [secret for secret in (MARK, *world.secrets) if secret in said]
    return status


def door_of(world: World, name: str) -> Door:
    """A door by its name."""
    return DOORS[name](world)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("name", DOORS)
async def test_what_nobody_should_send_is_refused(name: str, row: Row, world: World) -> None:
    """From the messenger itself, what is no message is refused with the fitting status and hurts nobody else."""
    door = door_of(world, name)
    await answered(world, await row.make(door), {row.but.get(name, row.status)})
    await door.calm()


@pytest.mark.parametrize("name", DOORS)
async def test_who_proves_nothing_leaves_nothing(name: str, world: World) -> None:
    """Without the right proof a good body and a broken one get the same refusal, and Redis holds what it held."""
    door = door_of(world, name)
    path = await door.path()
    await world.product.idle(30)
    before = await world.keys()
    for raw in (door.encoded(door.message()), b'{"broken": ', b"\x1f\x8b" + MARK.encode()):
        for what, (status, headers) in door.strangers(raw).items():
            sent = Sent(path=path, body=raw, headers={"Content-Type": door.kind} | headers)
            assert await answered(world, sent, REFUSALS) == status, what
            await answered(world, replace(sent, headers=sent.headers | {"Content-Encoding": "gzip"}), REFUSALS)
    sent = replace(sent, body=b"x" * 10_000_000)
    await answered(world, sent, {401, 403, 413})
    await answered(world, replace(sent, chunked=True), {401, 403, 413})
    assert await world.keys() <= before
    await door.calm()


@pytest.mark.parametrize(("name", "place"), [(name, place) for name in DOORS for place in DOORS[name].paths], ids=str)
async def test_no_value_breaks_a_door(name: str, place: tuple[str | int, ...], world: World) -> None:
    """Whatever stands where an id, a person or words should stand, it is taken or refused."""
    door = door_of(world, name)
    for what, value in VALUES.items():
        body = door.encoded(put(door.message(), place, value))
        status = await answered(world, await door.good(body), TAKEN)
        assert status != 413 or len(body) > door.most, what
    await door.calm()


@pytest.mark.parametrize("name", DOORS)
async def test_as_many_words_as_fit_are_answered(name: str, world: World) -> None:
    """Words up to the door's cap are no trouble, whatever they are."""
    door = door_of(world, name)
    place = next(place for place in door.paths if place[-1] in ("text", "utterance", "value", "accuracy"))
    for piece in ("x", "머리가 아파요. "):
        whole = put(door.message(), place, "")
        room = door.most - len(door.encoded(whole)) - 100
        words = piece * (room * 100 // len(door.encoded(put(whole, place, piece * 100))))
        await answered(world, await door.good(door.encoded(put(whole, place, words))), TAKEN)
    await door.calm()


@pytest.mark.parametrize("name", DOORS)
async def test_the_same_request_again_changes_nothing(name: str, world: World) -> None:
    """However often a request comes, also at the same moment, there is one turn; Slack's and the page's are refused."""
    door = door_of(world, name)
    for number, together in enumerate((False, True)):
        await world.product.idle(30)
        await asyncio.sleep(0.05)  # a turn is written down a moment after it was answered
        sent = await door.good()
        if name == "kakao":
            sent = replace(sent, headers=sent.headers | {"X-Request-Id": f"the-same-{number}"})
        with structlog.testing.capture_logs() as lines:
            if not together:
                await answered(world, sent, {200})
            statuses = [status for status, _ in await asyncio.gather(*(world.send(sent) for _ in range(5)))]
            await world.product.idle(30)
            await asyncio.sleep(0.05)
        assert len([line for line in lines if line["event"] == "turn"]) == 1
        known = {"locate": 410}.get(name, 401 if "slack" in name else 200)
        assert set(statuses) <= {200, known} if together else set(statuses) == {known}


async def test_odd_groups_albums_and_languages_are_taken(world: World) -> None:
    """What is not asked for in an update is as harmless as what is: Telegram is told that it was taken."""
    door = door_of(world, "telegram")
    for value in VALUES.values():
        for place in (("chat", "type"), ("from", "language_code"), ("date",), ("media_group_id",), ("location",)):
            message = put(door.message(), ("message", *place), value)
            if place == ("media_group_id",):
                photo = {"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}
                message["message"] |= {"photo": [photo]}
                del message["message"]["text"]
            await answered(world, await door.good(door.encoded(message)), {200, 400})
        group = put(door.message(), ("message", "chat", "type"), "group")
        group = put(group, ("message", "chat", "id"), value)
        await answered(world, await door.good(door.encoded(group)), {200, 400})
    await door.calm()


async def test_links_that_are_not_ours_open_nothing(world: World) -> None:
    """A changed, an invented and an old link are refused to whoever opens or uses them, and nothing is kept."""
    secret = world.product.house.secret
    ours = (await world.link()).removeprefix("/locate/")
    ticket, ends, mark = ours.split(".")
    now = int(time.time())
    links = {
        f"{ticket}.{int(ends) + 60}.{mark}": 403,
        f"x{ticket}.{ends}.{mark}": 403,
        f"{ticket}.{ends}.{mark[::-1]}": 403,
        sign(ticket, int(ends), b"another secret of 16"): 403,
        sign(ticket, now - 1, secret): 410,  # for a person who comes too late: gone, with a sentence
        sign("a-ticket-nobody-made", now + 60, secret): 410,
        "x": 403,
        "%00": 403,
        "..%2f..%2fetc%2fpasswd": 403,
        "%0d%0aX-Injected:1": 403,
        "%ff%fe": 403,
        f"{'x' * 5_000}": 403,
        f"{ticket}.{'9' * 500}.{mark}": 403,
    }
    before = await world.keys()
    position = json.dumps({"lat": 37.5, "lon": 127.0}).encode()
    for link, status in links.items():
        for method in ("GET", "POST"):
            sent = Sent(path=f"/locate/{link}", method=method, headers={"Content-Type": JSON}, body=position)
            assert await answered(world, sent, {403, 410}) == status, link
    assert await world.keys() <= before
    assert await answered(world, Sent(path=f"/locate/{ours}", method="GET"), {200})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/"])
async def test_pages_for_everybody_take_nothing(path: str, world: World) -> None:
    """Probes and the page answer GET and HEAD whatever comes with it, and nothing else."""
    before = await world.keys()
    for body in (b"", b"[" * DEEP, BOMB, MARK.encode()):
        sent = Sent(path=path, method="GET", headers={"Content-Type": JSON, "Content-Encoding": "gzip"}, body=body)
        for given in (sent, replace(sent, chunked=True), replace(sent, method="HEAD")):
            assert (await world.send(given))[0] == 200
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            await answered(world, replace(sent, method=method), {405})
    assert await world.keys() <= before


@pytest.mark.parametrize("path", ["/api/replies/ack", "/api/new", "/api/replies"])
async def test_the_rest_of_the_page_asks_who_is_there(path: str, world: World) -> None:
    """What else the page may ask needs its proof too, and refuses what cannot be read."""
    before = await world.keys()
    method = "GET" if path == "/api/replies" else "POST"
    await answered(world, Sent(path=path, method=method, headers={"Content-Type": JSON}, body=b"{}"), {403})
    if path == "/api/replies/ack":
        for raw in (b"", b"[]", b"null", b'{"ids": 1}', b'{"ids": [1]}', b"[" * DEEP, b'{"ids": ["\\ud800"]}'):
            sent = Sent(path=path, headers=world.browser | {"Content-Type": JSON}, body=raw)
            await answered(world, sent, {400})
    assert await world.keys() <= before


@pytest.mark.parametrize("name", DOORS)
async def test_no_word_of_a_stranger_reaches_redis(name: str, world: World) -> None:
    """Redis is told what the messenger sends, and nothing of what a stranger does."""
    door = door_of(world, name)
    good = await door.good()
    told: list[str] = []
    async with world.redis.monitor() as monitor:
        for _, headers in door.strangers(good.body).values():
            sent = replace(good, headers={"Content-Type": door.kind} | headers)
            await answered(world, sent, REFUSALS)
        await world.redis.echo("strangers have gone")
        await answered(world, good, {200})
        await world.redis.echo("all have gone")
        async with asyncio.timeout(10):
            while not told or told[-1] != "ECHO all have gone":
                told.append((await monitor.next_command())["command"])
    gone = told.index("ECHO strangers have gone")
    assert not [line for line in told[:gone] if MARK in line or ":seen" in line]
    assert [line for line in told[gone:] if ":seen" in line], "a message is kept together with its having been seen"


@pytest.mark.parametrize("name", DOORS)
async def test_keys_twice_and_true_brotli_hurt_nobody(name: str, world: World) -> None:
    """Of a key that comes twice the last counts, as anywhere; packed bodies stay packed whatever packed them."""
    door = door_of(world, name)
    keys = f'{{"of": "{name}", "update_id": 1, "update_id": [], "type": 1, "type": "x", "lat": 1, "lat": "1"}}'
    twice = door.wrapped(keys.encode())
    # To Telegram it is no update, to Slack's events something of another kind: neither shall come again.
    await answered(world, await door.good(twice), {200} if name in ("telegram", "slack-events") else {400})
    sent = await door.good(b"\x8b\x00\x80{}\x03")  # {} in Brotli
    await answered(world, replace(sent, headers=sent.headers | {"Content-Encoding": "br"}), {400})
    await door.calm()


# what is no HTTP, and what does not end


def wire(sent: Sent, *headers: str, length: bool = True, body: bytes | None = None) -> bytes:
    """A request as bytes, with further lines in its head."""
    lines = [f"{sent.method} {sent.path} HTTP/1.1", "Host: localhost", *(f"{k}: {v}" for k, v in sent.headers.items())]
    lines += [f"Content-Length: {len(sent.body)}"] if length else []
    return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1") + (sent.body if body is None else body)


async def spoken(world: World, raw: bytes, *, patience: float = 0.1) -> list[int]:
    """Send these bytes and nothing more; the statuses that came back before it was quiet for a moment."""
    port = int(world.product.base.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    back = b""
    with suppress(TimeoutError, ConnectionError):  # nothing more comes; hung up on while we still wrote
        writer.write(raw)
        await writer.drain()
        while True:
            async with asyncio.timeout(patience):
                piece = await reader.read(65_536)
            if not piece:
                break
            back += piece
    writer.close()
    return [int(status) for status in re.findall(rb"^HTTP/1\.\d (\d+)", back, re.MULTILINE)]


@pytest.mark.parametrize("name", DOORS)
async def test_what_is_no_http_is_refused(name: str, world: World) -> None:
    """Lengths that lie, pieces that are none and heads that are none are refused or hung up on."""
    door = door_of(world, name)
    good = await door.good()
    chunked = wire(good, "Transfer-Encoding: chunked", length=False, body=b"")
    raws = {
        "a length that is too small": wire(good, "Content-Length: 20", length=False),
        "a length that is too large": wire(good, f"Content-Length: {len(good.body) + 500}", length=False),
        "a length of 10 MB": wire(good, "Content-Length: 10000000", length=False),
        "a length of a word": wire(good, "Content-Length: many", length=False),
        "a length below nothing": wire(good, "Content-Length: -5", length=False),
        "a length with a sign": wire(good, f"Content-Length: +{len(good.body)}", length=False),
        "a length beyond numbers": wire(good, "Content-Length: " + "9" * 40, length=False),
        "two lengths": wire(good, "Content-Length: 5"),
        "a length and pieces": wire(good, "Transfer-Encoding: chunked"),
        "pieces of no size": chunked + b"zz\r\n" + good.body,
        "pieces below nothing": chunked + b"-1\r\n" + good.body,
        "pieces beyond numbers": chunked + b"f" * 40 + b"\r\n" + good.body,
        "pieces that do not end": chunked + b"5\r\n" + good.body[:5],
        "a way of sending nobody knows": wire(good, "Transfer-Encoding: gzip", length=False),
        "a NUL in the head": wire(good, f"X-Words: {MARK}\0"),
        "a line without a name": wire(good, MARK),
        "a folded line": wire(good, "X-Words: a", f" {MARK}"),
        "a long line": wire(good, "X-Words: " + "x" * 20_000),
        "many lines": wire(good, *(f"X-{n}: {n}" for n in range(40_000))),
        "no version": f"POST {good.path}\r\n\r\n".encode() + good.body,
        "a version to come": wire(good).replace(b"HTTP/1.1", b"HTTP/9.9"),
        "a method nobody knows": wire(replace(good, method="BREW")),
        "a cipher": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
        "only the body": good.body,
    }
    heard = await asyncio.gather(*(spoken(world, raw, patience=0.3) for raw in raws.values()))
    assert not {what: said for what, said in zip(raws, heard, strict=True) if not set(said) <= REFUSALS}
    # A name that is no text is one like any other.
    odd = replace(good, headers=good.headers | {"X-Request-Id": "\xff\xfe", "X-Forwarded-For": "\xff"})
    assert await spoken(world, wire(odd, "Connection: close"), patience=10) == [200]
    await door.calm()


@pytest.mark.parametrize("name", DOORS)
async def test_odd_heads_and_addresses_beside_ours_are_no_trouble(name: str, world: World) -> None:
    """What a head asks for beside the request is left out or refused, and no address but ours takes anything."""
    door = door_of(world, name)
    path = await door.path()

    async def headed(line: str, *said: int) -> None:
        raw = wire(await door.good(), line, "Connection: close")
        assert await spoken(world, raw, patience=10) == [*said], line

    async def placed(place: str, method: str) -> None:
        sent = replace(await door.good(), path=place, method=method)
        said = await spoken(world, wire(sent, "Connection: close"), patience=10)
        assert set(said) <= REFUSALS | {404}, (place, method)  # 404: nothing of ours is there

    beside = (f"{path}/", f"/{path}", f"{path}%00", f"{path}/../x", path.upper(), f"{path};x", f"{path}%0d%0aX: 1")
    others = ("/%", "*", "/locate/static/..%2fpage.py", "/static/..%2f..%2fserve.py", "/static/%00", "/\xff")
    await asyncio.gather(
        headed(f"Expect: {MARK}", 400),
        headed(f"Expect: 100-continue, {MARK}", 400),
        headed("Content-Encoding: gzip\r\nContent-Encoding: identity", 400),
        headed("Upgrade: websocket", 200),
        headed("X-HTTP-Method-Override: DELETE", 200),
        headed("Range: bytes=0-1\r\nIf-None-Match: *", 200),
        headed(f"X-Forwarded-For: {'1, ' * 2_000}", 200),
        headed("Expect: 100-Continue", 100, 200),
        *(placed(place, method) for place in (*beside, *others) for method in ("GET", "POST")),
        placed(path, "CONNECT"),
        placed(path, "post"),
    )
    await door.calm()


async def test_a_body_that_does_not_end_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who falls silent in the middle of a body, or sends it drop by drop, is refused after a while."""
    monkeypatch.setattr("adapters.incoming.READ_SECONDS", 0.3)
    monkeypatch.setattr("adapters.web.channel.READ_SECONDS", 0.3)
    port = int(world.product.base.rpartition(":")[2])

    async def dripping(name: str) -> bytes:
        raw = wire(await door_of(world, name).good())
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(raw[: raw.index(b"\r\n\r\n") + 4])
        answer = asyncio.create_task(reader.readuntil(b"\r\n"))
        while not (await asyncio.wait([answer], timeout=0.05))[0]:
            writer.write(b" ")
        writer.close()
        return answer.result()

    async def silent(name: str) -> list[int]:
        return await spoken(world, wire(await door_of(world, name).good())[:-10], patience=0.9)

    async with asyncio.timeout(10):
        statuses = await asyncio.gather(*map(silent, DOORS))
        lines = await asyncio.gather(*map(dripping, DOORS))
    assert statuses == [[400]] * len(DOORS)
    assert {line.split()[1] for line in lines} == {b"400"}


async def test_who_never_finishes_keeps_nobody_waiting(world: World) -> None:
    """While a hundred connections sit on half a request, everybody else is answered at every door."""
    port = int(world.product.base.rpartition(":")[2])
    lines = []
    for name in DOORS:
        sent = await door_of(world, name).good()
        whole, stranger = wire(sent), wire(replace(sent, headers={"Content-Type": JSON}))
        for raw in (whole[:-10], whole[:30], stranger[:-10], whole[: whole.index(b"\r\n\r\n") + 4], b""):
            for _ in range(3):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(raw)
                lines.append((reader, writer))
    async with asyncio.timeout(10):
        for name in DOORS:
            await door_of(world, name).calm()
    for _, writer in lines:
        writer.close()
    for name in DOORS:
        await door_of(world, name).calm()


@pytest.mark.parametrize("name", DOORS)
async def test_two_hundred_at_once_hurt_nobody(name: str, world: World) -> None:
    """Two hundred hostile requests at the same moment are refused, and somebody else is answered among them."""
    door = door_of(world, name)
    rows = [row for row in ROWS if "10 MB" not in row.name]
    made = [await row.make(door) for row in rows]
    path = await door.path()
    raw = door.encoded(door.message())
    made += [Sent(path=path, body=raw, headers=headers) for _, headers in door.strangers(raw).values()]
    hostile = [made[number % len(made)] for number in range(200)]
    answers = await asyncio.gather(*(answered(world, sent, TAKEN | {415}) for sent in hostile), door.calm())
    assert len(answers) == 201
