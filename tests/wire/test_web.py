"""The web door over real HTTP: what a browser, a script and an attacker get."""

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web

from adapters.web import channel
from adapters.web.identity import Identities
from bot.errors import Overloaded, StateUnavailable
from bot.message import Platform, Reply, Text
from knowledge.places.place import Point
from tests.fakes.web_page import Door, ScriptedTurns

SECRET = b"0123456789abcdef0123456789abcdef"
TEXTS: dict[str, str] = yaml.safe_load(
    (Path(channel.__file__).parents[2] / "bot" / "texts" / "web.yaml").read_text("utf-8")
)
ALARM = "숨을 못 쉬겠어요"


Start = Callable[..., Awaitable[Door]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts doors on free ports and ends them."""
    runners: list[web.AppRunner] = []
    sessions: list[aiohttp.ClientSession] = []

    async def begin(**settings: Any) -> Door:
        turns = ScriptedTurns()
        settings = {"secret": SECRET, "texts": TEXTS} | settings
        runner = web.AppRunner(channel.web_app(turns, **settings), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        sessions.append(session)
        return Door(f"http://127.0.0.1:{port}", turns, session)

    yield begin
    for session in sessions:
        await session.close()
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def door(start: Start) -> Door:
    """A door whose page was opened."""
    opened = await start()
    await opened.open()
    return opened


async def test_a_message_reaches_the_engine_and_its_reply_comes_back(door: Door) -> None:
    """What was typed arrives as one web message, and the reply comes as a line of JSON before the end line."""
    status, lines = await door.send({"id": str(uuid.uuid4()), "text": " 머리가 아파요 ", "later": 1})
    assert status == 200
    assert [line.get("blocks") for line in lines] == [[{"kind": "text", "text": "네"}], None]
    assert lines[-1] == {"end": True}
    (message,) = door.turns.messages
    assert message.text == "머리가 아파요"
    assert message.address.platform is Platform.WEB
    assert message.sent_at.tzinfo is not None


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ({"choice": "a:0"}, "choice", "a:0"),
        ({"point": {"lat": 37.5, "lon": 127.0}}, "point", Point(lat=37.5, lon=127.0)),
        ({"attachment": "photo"}, "attachment", "photo"),
    ],
)
async def test_every_kind_of_message_is_understood(door: Door, body: dict[str, Any], field: str, value: object) -> None:
    """Choices, locations and things that cannot be read arrive as such."""
    status, _ = await door.send({"id": str(uuid.uuid4()), **body})
    assert status == 200
    assert getattr(door.turns.messages[0], field) == value


async def test_replies_are_streamed_as_they_are_ready(door: Door) -> None:
    """An alarm reply can be read while the turn still runs."""
    door.turns.replies = [Reply(blocks=(Text(text="119"),), tone="critical"), Reply(blocks=(Text(text="이어서"),))]
    door.turns.gate = asyncio.Event()
    headers = {"X-DrRC-Token": door.token}
    body = {"id": str(uuid.uuid4()), "text": ALARM}
    async with door.session.post(f"{door.base}/api/messages", json=body, headers=headers) as response:
        first = json.loads(await asyncio.wait_for(response.content.readline(), 3))
        assert first["blocks"][0]["text"] == "119"
        door.turns.gate.set()
        assert json.loads(await response.content.readline())["blocks"][0]["text"] == "이어서"
        assert json.loads(await response.content.readline()) == {"end": True}
        assert response.headers["Cache-Control"] == "no-store"


async def test_without_redis_the_page_is_told_to_try_again(door: Door) -> None:
    """Before any reply it is a 503 with a kind sentence and a time to wait."""
    door.turns.fail = StateUnavailable()
    status, lines = await door.send()
    assert status == 503
    assert lines == [{"error": "unavailable", "text": TEXTS["error_unavailable"]}]


async def test_without_redis_an_alarm_is_still_answered(door: Door) -> None:
    """After an alarm reply the stream ends with the sentence instead of the end line."""
    door.turns.replies = [Reply(blocks=(Text(text="119"),), tone="critical"), Reply(blocks=())]
    door.turns.fail = StateUnavailable()
    status, lines = await door.send({"id": str(uuid.uuid4()), "text": ALARM})
    assert status == 200
    assert lines[0]["blocks"][0]["text"] == "119"
    assert lines[1] == {"error": "unavailable", "text": TEXTS["error_unavailable"]}


@pytest.mark.parametrize(("error", "code"), [(Overloaded(), "busy"), (ValueError("머리가 아파요"), "sorry")])
async def test_no_failure_is_a_500(door: Door, error: Exception, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the engine raises, the person reads a kind sentence, and nothing they wrote is logged."""
    door.turns.fail = error
    status, lines = await door.send()
    assert (status, lines[0]["error"]) == (503, code)
    said = capsys.readouterr()
    assert "머리가" not in said.out + said.err


async def test_the_same_message_again_gets_the_same_reply(door: Door) -> None:
    """A page whose connection broke sends the id again: the engine answers once, the page gets the reply."""
    body = {"id": str(uuid.uuid4()), "text": "머리가 아파요"}
    first = await door.send(body)
    again = await door.send(body)
    assert first == again
    assert len(door.turns.messages) == 1


async def test_what_was_missed_can_be_fetched_and_acknowledged(door: Door) -> None:
    """A reply whose page went away waits, is handed out again until acknowledged, and only to its person."""
    door.turns.gate = asyncio.Event()
    body = {"id": str(uuid.uuid4()), "text": "머리가 아파요"}
    headers = {"X-DrRC-Token": door.token}
    sending = asyncio.create_task(door.send(body))
    await asyncio.sleep(0.1)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await asyncio.sleep(0.1)
    door.turns.gate.set()
    await asyncio.wait_for(door.turns.delivery_failed.wait(), 3)

    async def waiting() -> list[str]:
        async with door.session.get(f"{door.base}/api/replies", headers=headers) as response:
            return [reply["id"] for reply in (await response.json())["replies"]]

    ids = await waiting()
    assert ids == [f"{body['id']}:0"] == await waiting()
    async with door.session.post(f"{door.base}/api/replies/ack", json={"ids": ids}, headers=headers) as response:
        assert response.status == 200
    assert await waiting() == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"id":"\xff\xfe"}',
        b'{"id":"\\ud800","text":"a"}',
        b"[]",
        b"null",
        b'{"text":"no id"}',
        b'{"id":"5f0c3f54-0000-4000-8000-000000000000"}',
        b'{"id":"5f0c3f54-0000-4000-8000-000000000000","text":""}',
        b'{"id":"5f0c3f54-0000-4000-8000-000000000000","text":"a","choice":"b"}',
        b'{"id":"5f0c3f54-0000-4000-8000-000000000000","text":"\\ud800"}',
        b'{"id":"5f0c3f54-0000-4000-8000-000000000000","text":7}',
        b'{"id":"not a uuid","text":"a"}',
        b'{"id":"5f0c3f54-0000-4000-8000-000000000000","point":{"lat":91,"lon":0}}',
        b'{"id":"5f0c3f54-0000-4000-8000-000000000000","point":{"lat":NaN,"lon":0}}',
        b'{"id":"5f0c3f54-0000-4000-8000-000000000000","choice":"\\uac00"}',
        b'{"id":"5f0c3f54-0000-4000-8000-000000000000","attachment":"bomb"}',
        b"[" * 100_000,
    ],
)
async def test_what_cannot_be_read_gets_a_kind_sentence(door: Door, data: bytes) -> None:
    """Broken JSON, broken UTF-8 and wrong shapes are 400, never more."""
    status, lines = await door.send(data=data or b" ")
    assert (status, lines) == (400, [{"error": "unreadable", "text": TEXTS["error_unreadable"]}])
    assert door.turns.messages == []


async def test_too_large_wrong_type_and_wrong_method_are_told_apart(start: Start) -> None:
    """413, 415, 405 and 404, each in Korean JSON."""
    door = await start(max_body=2_000)
    await door.open()
    status, lines = await door.send({"id": str(uuid.uuid4()), "text": "아" * 2_000})
    assert (status, lines[0]["text"]) == (413, TEXTS["error_too_large"])
    status, lines = await door.send(headers={"Content-Type": "text/plain"})
    assert (status, lines[0]["text"]) == (415, TEXTS["error_not_json"])
    async with door.session.get(f"{door.base}/api/messages") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "POST"
        assert (await response.json())["text"] == TEXTS["error_method"]
    async with door.session.get(f"{door.base}/nothing") as response:
        assert response.status == 404
        assert (await response.json())["text"] == TEXTS["error_not_found"]


async def test_a_very_long_text_passes(door: Door) -> None:
    """A text of 80,000 characters fits under the cap and is the engine's to shorten."""
    status, _ = await door.send({"id": str(uuid.uuid4()), "text": "아" * 80_000}, headers={})
    assert status == 413  # json.dumps writes 6 bytes per syllable; the page writes 3
    body = {"id": str(uuid.uuid4()), "text": "아" * 80_000}
    status, _ = await door.send(data=json.dumps(body, ensure_ascii=False).encode())
    assert status == 200


async def test_only_our_own_page_may_speak(door: Door) -> None:
    """Without the token, with another's token, from another origin or another site nothing reaches the engine."""
    other = Identities(SECRET)
    host = door.base
    for headers in (
        {"X-DrRC-Token": ""},
        {"X-DrRC-Token": other.token(other.issue())},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": host},
        {"Sec-Fetch-Site": "same-site"},
    ):
        status, lines = await door.send(headers=headers)
        assert (status, lines[0]["error"]) == (403, "stranger"), headers
    assert door.turns.messages == []
    status, _ = await door.send(headers={"Origin": host})
    assert status == 200
    status, _ = await door.send(headers={"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy"})
    assert status == 200


async def test_the_cookie_is_strict_and_a_forged_one_is_nobody(door: Door) -> None:
    """The name is random, signed, out of reach of scripts; damaged, the visitor becomes somebody new."""
    async with door.session.get(f"{door.base}/") as response:
        cookie = response.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/", "drrc="))
    assert "Secure" not in cookie
    value = re.search(r'drrc="?([^;"]+)', cookie)
    assert value
    forged = ("A" if value.group(1)[0] != "A" else "B") + value.group(1)[1:]
    async with aiohttp.ClientSession(cookies={"drrc": forged}) as session:
        async with session.get(f"{door.base}/") as response:
            assert value.group(1) not in response.headers["Set-Cookie"]
            assert forged not in response.headers["Set-Cookie"]
        async with session.get(f"{door.base}/api/replies", headers={"X-DrRC-Token": door.token}) as response:
            assert response.status == 403


async def test_behind_tls_the_cookie_never_travels_in_the_clear(start: Start) -> None:
    """With `secure_cookie` the cookie is Secure and the browser is told to stay with TLS."""
    door = await start(secure_cookie=True)
    async with door.session.get(f"{door.base}/") as response:
        assert "Secure" in response.headers["Set-Cookie"]
        assert "max-age" in response.headers["Strict-Transport-Security"]


async def test_a_link_from_another_site_does_not_cost_the_conversation(door: Door) -> None:
    """A strict cookie stays home on such a visit, so no new name is given until the page asks by itself."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{door.base}/", headers={"Sec-Fetch-Site": "cross-site"}) as response:
            assert "Set-Cookie" not in response.headers
            assert "refresh" in await response.text()
        async with session.get(f"{door.base}/?again", headers={"Sec-Fetch-Site": "cross-site"}) as response:
            assert "Set-Cookie" in response.headers


async def test_beginning_anew_gives_another_name(door: Door) -> None:
    """After 새로 시작 the same browser is another person to the engine, with a token that works."""
    await door.send()
    async with door.session.post(f"{door.base}/api/new", json={}, headers={"X-DrRC-Token": door.token}) as response:
        door.token = (await response.json())["token"]
    status, _ = await door.send()
    assert status == 200
    first, second = door.turns.messages
    assert first.address != second.address


async def test_who_writes_too_often_waits_but_never_in_danger(start: Start) -> None:
    """Over the limit comes a 429 with a time to wait; a cry for help still passes."""
    door = await start(rate_per_minute=3)
    await door.open()
    for _ in range(3):
        assert (await door.send())[0] == 200
    status, lines = await door.send()
    assert (status, lines[0]["text"]) == (429, TEXTS["error_too_fast"])
    status, _ = await door.send({"id": str(uuid.uuid4()), "text": ALARM})
    assert status == 200


async def test_new_names_do_not_get_round_the_limit(start: Start) -> None:
    """One network address may write ten times as often as one visitor, whatever the cookies."""
    door = await start(rate_per_minute=1)
    statuses = []
    for _ in range(12):
        door.session.cookie_jar.clear()
        await door.open()
        statuses.append((await door.send())[0])
    assert statuses[:10] == [200] * 10
    assert statuses[11] == 429


async def test_behind_a_proxy_addresses_are_told_apart(start: Start) -> None:
    """With `trusted_proxy` the last address the proxy added counts; without it nobody can choose their own."""
    for trusted, expected in ((True, [200] * 12), (False, [200] * 10 + [429] * 2)):
        door = await start(rate_per_minute=1, trusted_proxy=trusted)
        statuses = []
        for number in range(12):
            door.session.cookie_jar.clear()
            await door.open()
            statuses.append((await door.send(headers={"X-Forwarded-For": f"10.0.0.9, 10.0.0.{number}"}))[0])
        assert statuses == expected


async def test_the_page_is_locked_down(door: Door) -> None:
    """Every answer carries the policy; the page has no inline script or style and asks nobody else."""
    async with door.session.get(f"{door.base}/") as response:
        page, headers = await response.text(), response.headers
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "geolocation=(self)" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert not re.search(r"\sstyle=|\son\w+=|<style|https?://", page.replace("http://www.w3.org", ""))
    for script in re.findall(r"<script([^>]*)>", page):
        assert "src=" in script or 'type="application/json"' in script
    assert "{{" not in page.replace("{{token}}", "")


async def test_files_are_cached_by_content(door: Door) -> None:
    """A file at its versioned address may be kept for ever; elsewhere it is asked for again by ETag."""
    page = await door.open()
    found = re.search(r'src="(/static/[0-9a-f]+/app\.js)"', page)
    assert found
    async with door.session.get(door.base + found.group(1)) as response:
        assert response.status == 200
        assert "immutable" in response.headers["Cache-Control"]
        assert response.content_type == "text/javascript"
        etag = response.headers["ETag"]
    plain = f"{door.base}/static/app.js"
    async with door.session.get(plain, headers={"If-None-Match": etag}) as response:
        assert response.status == 304
        assert response.headers["Cache-Control"] == "no-cache"
    async with door.session.get(f"{door.base}/static/0123456789abcdef/app.js") as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-cache"
    for path in ("index.html", "../channel.py", "%2e%2e/channel.py", "vendor/README.md", ""):
        async with door.session.get(f"{door.base}/static/{path}") as response:
            assert response.status == 404, path
