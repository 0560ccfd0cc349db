"""The locate page over real HTTP: what a phone, a preview, a stranger and a hurried thumb get."""

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.locate.channel import LocateDoor
from adapters.locate.link import sign
from adapters.locate.page import STATES
from bot.errors import Overloaded, StateUnavailable
from bot.message import Address, Message, Platform
from bot.phrases import load_phrases
from knowledge.places.place import Point

SECRET = b"0123456789abcdef0123456789abcdef"
SAY = load_phrases()
KAKAO = Address(platform=Platform.KAKAO, user="kakao-user-key-1234")
SLACK = Address(platform=Platform.SLACK, user="U123", room="T456")
HERE = {"lat": 37.4979, "lon": 127.0276, "accuracy": 35.5}


class Drawer:
    """Tickets in memory; `fail` makes the named steps refuse."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}
        self.lives: list[timedelta] = []
        self.fail: set[str] = set()

    async def put_ticket(self, kind: str, name: str, value: bytes, life: timedelta) -> None:
        """Keep a value."""
        self._open("put")
        self.kept[kind, name] = value
        self.lives.append(life)

    async def see_ticket(self, kind: str, name: str) -> bytes | None:
        """The value."""
        self._open("see")
        await asyncio.sleep(0)
        return self.kept.get((kind, name))

    async def drop_ticket(self, kind: str, name: str) -> None:
        """Forget it."""
        self._open("drop")
        self.kept.pop((kind, name), None)

    def _open(self, step: str) -> None:
        if step in self.fail:
            raise StateUnavailable(step)


class Taker:
    """A messenger's way to keep a message: once by its id, as the inbox does."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.fail: Exception | None = None

    async def __call__(self, message: Message) -> bool:
        """Keep it; False where it came before."""
        await asyncio.sleep(0.01)
        if self.fail:
            raise self.fail
        if any(message.id == kept.id for kept in self.messages):
            return False
        self.messages.append(message)
        return True


class Site:
    """A running door and a client."""

    def __init__(self, door: LocateDoor, drawer: Drawer, takers: dict[Platform, Taker], base: str) -> None:
        self.door = door
        self.drawer = drawer
        self.takers = takers
        self.base = base
        self.session = aiohttp.ClientSession()

    @property
    def messages(self) -> Sequence[Message]:
        """What reached a conversation."""
        return [message for taker in self.takers.values() for message in taker.messages]

    async def link(self, address: Address = KAKAO) -> str:
        """A fresh link on this machine."""
        url = await self.door.issue(address)
        assert url
        return url.replace("https://bot.example", self.base)

    async def get(self, url: str) -> tuple[aiohttp.ClientResponse, str]:
        """Opens it."""
        async with self.session.get(url) as response:
            return response, await response.text()

    async def post(self, url: str, body: object = HERE, **kwargs: Any) -> tuple[int, dict[str, Any]]:
        """Sends a position."""
        data = kwargs.pop("data", None) or json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | kwargs.pop("headers", {})
        async with self.session.post(url, data=data, headers=headers) as response:
            return response.status, await response.json()


Start = Callable[..., Awaitable[Site]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts doors on free ports and ends them."""
    ends: list[Callable[[], Awaitable[None]]] = []

    async def begin(**settings: Any) -> Site:
        drawer = Drawer()
        takers = {Platform.KAKAO: Taker(), Platform.SLACK: Taker()}
        given = {"public_url": "https://bot.example"} | settings
        door = LocateDoor(takers=takers, tickets=drawer, say=SAY, secret=SECRET, **given)
        app = web.Application()
        app.add_routes(door.routes())
        server = TestServer(app)
        await server.start_server()
        site = Site(door, drawer, takers, str(server.make_url("")).rstrip("/"))
        ends.extend((site.session.close, server.close))
        return site

    yield begin
    for end in ends:
        await end()


@pytest.fixture
async def site(start: Start) -> Site:
    """A door for KakaoTalk and Slack."""
    return await start()


async def test_a_link_says_nothing_about_the_person(site: Site) -> None:
    """The address in a link is a random ticket; who it is for waits in the store for ten minutes."""
    url = await site.door.issue(KAKAO)
    assert url
    assert re.fullmatch(r"https://bot\.example/locate/[A-Za-z0-9_.-]{1,64}", url)
    assert KAKAO.user not in url
    assert site.drawer.lives == [timedelta(minutes=10)]
    assert url != await site.door.issue(KAKAO)


async def test_without_a_public_address_there_is_no_link(start: Start) -> None:
    """Where nobody outside could open the page, or nobody would take the position, no link is made."""
    hidden = await start(public_url="")
    assert await hidden.door.issue(KAKAO) is None
    open_ = await start(public_url="https://bot.example/")
    assert await open_.door.issue(Address(platform=Platform.TELEGRAM, user="1")) is None
    url = await open_.door.issue(SLACK)
    assert url
    assert url.startswith("https://bot.example/locate/")


async def test_opening_uses_nothing_up(site: Site) -> None:
    """A preview and a reload leave the link as it was."""
    url = await site.link()
    for _ in range(3):
        response, page = await site.get(url)
        assert response.status == 200
        assert SAY("locate.state.ask.title") in page
    async with site.session.head(url) as response:
        assert response.status == 200
    status, _ = await site.post(url)
    assert status == 200


@pytest.mark.parametrize("address", [KAKAO, SLACK])
async def test_a_position_becomes_a_message_of_the_person(site: Site, address: Address) -> None:
    """The conversation gets the point once, at the address the link was made for; the page says where to go on."""
    url = await site.link(address)
    before = datetime.now(UTC)
    status, answer = await site.post(url)
    assert (status, answer["ok"]) == (200, True)
    assert answer["back"] == SAY(f"locate.back.{address.platform.value}")
    assert answer["text"]
    (message,) = site.takers[address.platform].messages
    assert message.address == address
    assert message.point == Point(lat=37.4979, lon=127.0276)
    assert (message.text, message.choice, message.form) == (None, None, None)
    assert before <= message.sent_at <= datetime.now(UTC)
    ticket = url.rpartition("/")[2].partition(".")[0]
    assert message.id == f"locate:{ticket}"
    assert site.drawer.kept == {}


async def test_a_used_link_is_over(site: Site) -> None:
    """A second position is refused with a kind sentence, and the page opened again says so."""
    url = await site.link()
    await site.post(url)
    status, answer = await site.post(url)
    assert (status, answer["ok"], answer["error"]) == (410, False, "used")
    response, page = await site.get(url)
    assert response.status == 410
    assert SAY("locate.state.used.title") in page
    assert len(site.messages) == 1


async def test_two_taps_at_once_are_one_position(site: Site) -> None:
    """However many requests come together, one reaches the conversation and the others learn that it did."""
    url = await site.link()
    answers = await asyncio.gather(*(site.post(url) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [200, 410, 410, 410, 410]
    assert len(site.messages) == 1


async def test_a_message_that_was_kept_before_a_crash_is_not_kept_twice(site: Site) -> None:
    """Where the inbox knows the message although the ticket is still there, the link counts as used."""
    url = await site.link()
    site.drawer.fail = {"drop"}
    assert (await site.post(url))[0] == 200
    assert (await site.post(url))[0] == 410
    assert len(site.messages) == 1


@pytest.mark.parametrize("error", [StateUnavailable("gone"), Overloaded("full")])
async def test_a_position_that_cannot_be_kept_may_come_again(site: Site, error: Exception) -> None:
    """Without a place to keep it the person reads why, and the same link works a moment later."""
    url = await site.link()
    site.takers[Platform.KAKAO].fail = error
    status, answer = await site.post(url)
    assert (status, answer["error"]) == (503, "busy")
    assert answer["text"] == SAY("locate.state.busy.text")
    site.takers[Platform.KAKAO].fail = None
    assert (await site.post(url))[0] == 200


async def test_without_redis_the_page_says_so(site: Site) -> None:
    """The page is kind also when nothing can be looked up, and asks to come again."""
    url = await site.link()
    site.drawer.fail = {"see"}
    response, page = await site.get(url)
    assert (response.status, response.headers["Retry-After"]) == (503, "2")
    assert SAY("locate.state.busy.title") in page
    assert (await site.post(url))[0] == 503
    site.drawer.fail = set()
    assert (await site.get(url))[0].status == 200


async def test_an_ended_link_is_told_apart_from_a_foreign_one(site: Site) -> None:
    """Too late is 410 and not ours is 403, for the page and for the position; neither reaches a conversation."""
    good = await site.link()
    name = good.rpartition("/")[2].partition(".")[0]
    ended = f"{site.base}/locate/{sign(name, int(datetime.now(UTC).timestamp()) - 1, SECRET)}"
    foreign = good[:-1] + ("A" if good[-1] != "A" else "B")
    for url, status, state in ((ended, 410, "expired"), (foreign, 403, "tampered")):
        response, page = await site.get(url)
        assert response.status == status
        assert SAY(f"locate.state.{state}.title") in page
        posted, answer = await site.post(url)
        assert (posted, answer["error"]) == (status, state)
        assert answer["text"]
    for odd in ("%00", "a" * 3000, "%ED%95%9C%EA%B8%80", "..%2f..%2fetc"):
        assert (await site.get(f"{site.base}/locate/{odd}"))[0].status == 403
    assert site.messages == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        b"\xff\xfe",
        b'{"lat": 37.5}',
        b'{"lat": "37.5", "lon": "127.0"}',
        b'{"lat": true, "lon": false}',
        b'{"lat": null, "lon": 127}',
        b'{"lat": 90.1, "lon": 127}',
        b'{"lat": 37.5, "lon": -180.5}',
        b'{"lat": NaN, "lon": 127}',
        b'{"lat": 37.5, "lon": Infinity}',
        b'{"lat": 1e999, "lon": 127}',
        b'{"lat": 37.5, "lon": 127, "accuracy": -1}',
        b'{"lat": 37.5, "lon": 127, "accuracy": NaN}',
        b"[" * 2000,
    ],
)
async def test_what_is_no_position_is_refused(site: Site, data: bytes) -> None:
    """Everything but two numbers on the globe is a 400, and the link stays usable."""
    url = await site.link()
    status, answer = await site.post(url, data=data or b" ")
    assert (status, answer["ok"]) == (400, False)
    assert site.messages == []
    assert (await site.post(url, {"lat": -33, "lon": 151}))[0] == 200


async def test_size_type_and_method_are_checked(site: Site) -> None:
    """Large, packed, wrongly named and wrongly sent bodies are refused without a 500."""
    url = await site.link()
    large = b'{"lat": 37.5, "lon": 127, "more": "' + b"x" * 2_048 + b'"}'
    assert (await site.post(url, data=large))[0] == 413
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await site.post(url, data=b"lat=37.5&lon=127", headers=form))[0] == 400
    assert (await site.post(url, headers={"Content-Type": "text/plain"}))[0] == 400
    assert (await site.post(url, data=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"}))[0] == 400
    async with site.session.put(url) as response:
        assert response.status == 405
    assert site.messages == []


@pytest.mark.parametrize(("said", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200)])
async def test_another_site_cannot_send_a_position(site: Site, said: str, status: int) -> None:
    """A browser that says the request came from another site is refused; our own page is not."""
    url = await site.link()
    assert (await site.post(url, headers={"Sec-Fetch-Site": said}))[0] == status
    assert len(site.messages) == (status == 200)


async def test_a_position_is_never_written_down(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither a success nor an unforeseen failure puts coordinates, tickets or people into the log."""
    url = await site.link()
    site.takers[Platform.KAKAO].fail = RuntimeError("37.4979 127.0276")
    status, _ = await site.post(url)
    assert status == 503
    site.takers[Platform.KAKAO].fail = None
    site.drawer.fail = {"drop"}
    await site.post(url, data=b'{"lat": 37.4979, "lon": 1270276}')
    await site.post(url)
    written = "".join(capfd.readouterr())
    assert "a used ticket" in written
    for secret in ("37.4979", "127.0276", "1270276", KAKAO.user, url.rpartition("/")[2]):
        assert secret not in written
    assert "37.4979" not in repr(site.messages)


async def test_the_page_is_locked_down(site: Site) -> None:
    """Own code only, no frames, no referrer, no search engine, nothing kept, and a preview that gives nothing away."""
    response, page = await site.get(await site.link())
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "geolocation=(self)" in response.headers["Permissions-Policy"]
    assert '<meta name="robots" content="noindex' in page
    assert 'href="tel:119"' in page
    assert not re.search(r"(src|href)=\"(https?:)?//", page)
    assert not re.search(r"\son\w+=|style=|\{\{", page)
    for preview in re.findall(r'<meta property="og:\w+" content="([^"]*)"', page):
        assert not re.search("병원|위치|증상|건강", preview)
    assert KAKAO.user not in page


async def test_files_are_served_by_name(site: Site) -> None:
    """The page's own files come with their type, may be cached while they are what the page asks for; others do not."""
    _, page = await site.get(await site.link())
    found = re.findall(r'(?:src|href)="(static/[^"]+)"', page)
    assert len(found) == 2
    for path in found:
        response, body = await site.get(f"{site.base}/locate/{path}")
        assert response.status == 200
        assert response.content_type in ("text/css", "text/javascript")
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert body
        response, _ = await site.get(f"{site.base}/locate/{path.partition('?')[0]}")
        assert response.headers["Cache-Control"] == "no-cache"
    for other in ("locate.html", "nothing.js", "..%2fpage.py", "%2e%2e%2fpage.py"):
        assert (await site.get(f"{site.base}/locate/static/{other}"))[0].status == 404


async def test_every_state_has_its_words(site: Site) -> None:
    """The page carries title and text of every state in the words of the messenger it was opened from."""
    for address, name in ((KAKAO, "카카오톡"), (SLACK, "슬랙")):
        _, page = await site.get(await site.link(address))
        found = re.search(r'<script type="application/json" id="sentences">(.*?)</script>', page, re.DOTALL)
        assert found
        sentences = json.loads(found[1])
        assert set(sentences) == set(STATES)
        assert all(words["title"] and words["text"] for words in sentences.values())
        assert name in sentences["sent"]["text"]
        assert name in sentences["denied"]["text"]
        assert "10분" in sentences["expired"]["text"]
