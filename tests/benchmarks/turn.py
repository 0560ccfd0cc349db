"""One consultation turn over HTTP beside its floor, in one run.

The floor is what no design can go below: a bare aiohttp handler that reads the same bytes, tokenises the text once
with kiwi, makes three Redis round trips over the product's own connection, and returns the same bytes. Turns and floor
requests alternate, so that both meet the same machine with the same cold caches. The parts measured each in a loop of
its own (hot caches, nothing between) are printed beside it, and so is their sum: a stricter yardstick.
Then an open loop at 20 turns a second from 100 people, and saturation. Server and client share one process here.
"""

import asyncio
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from adapters.assembly import House, built, settle
from adapters.web.channel import web_app
from config.logging import configure_logging
from config.settings import Settings
from knowledge.morphology import Morphology

TEXT = "어제부터 머리가 아프고 열이 나요"
ROUNDS = 400


def quantile(values: list[float], q: float) -> float:
    """A quantile by rank."""
    return sorted(values)[min(len(values) - 1, int(q * len(values)))]


async def timed(call: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> list[float]:
    """Milliseconds of each of `rounds` calls, after a tenth of them to warm up."""
    for _ in range(rounds // 10):
        await call()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        await call()
        times.append((time.perf_counter() - began) * 1000)
    return times


async def alternating(
    one: Callable[[], Awaitable[object]], other: Callable[[], Awaitable[object]]
) -> tuple[list[float], list[float]]:
    """Milliseconds of each of two calls, one after the other, after a tenth of the rounds to warm up."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + ROUNDS // 10):
        for call, found in zip((one, other), times, strict=True):
            began = time.perf_counter()
            await call()
            if number >= ROUNDS // 10:
                found.append((time.perf_counter() - began) * 1000)
    return times


class Browser:
    """A browser of one person: cookie, token, and a consultation under way."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session, self.base = session, base
        self.headers: dict[str, str] = {}

    async def open(self) -> None:
        """Load the page and take the token from it."""
        async with self.session.get(self.base + "/") as answer:
            page = await answer.text()
            cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())
        token = page.split('name="drrc-token" content="')[1].split('"')[0]
        self.headers = {"X-DrRC-Token": token, "Origin": self.base}
        self.known = {**self.headers, "Cookie": cookies}  # as a browser sends it: the client's own jar is not measured

    async def say(self, **what: Any) -> bytes:
        """Send one message and read the whole answer."""
        body = {"id": uuid.uuid4().hex, **what}
        async with self.session.post(self.base + "/api/messages", json=body, headers=self.known) as answer:
            assert answer.status == 200, answer.status
            return await answer.read()


async def serve(app: web.Application) -> tuple[web.AppRunner, str]:
    """An application on a free port of the loopback."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    return runner, f"http://127.0.0.1:{port}"


async def consulting(house: House, session: aiohttp.ClientSession, base: str) -> Browser:
    """A person who has agreed and told age and sex, so that each further message is a full consultation turn."""
    person = Browser(session, base)
    await person.open()
    await person.say(text=TEXT)
    await person.say(choice="consent:yes")
    await person.say(choice="age:29")
    await person.say(choice="sex:female")
    return person


async def measure() -> dict[str, Any]:
    """All figures."""
    folder = Path(tempfile.mkdtemp(prefix="drrc-bench-"))
    configure_logging("info", "text")  # as `drrc serve`: the line of each turn is written
    async with built(Settings(data_dir=folder)) as house:
        settle()
        app = web_app(house.engine, secret=house.secret, texts=house.knowledge.say.get("web"), rate_per_minute=10_000)
        runner, base = await serve(app)
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(cookie_jar=jar, connector=aiohttp.TCPConnector(limit=200)) as session:
            person = await consulting(house, session, base)
            answer = await person.say(text=TEXT)
            before = house.store.round_trips
            await timed(lambda: person.say(text=TEXT), 100)
            trips = (house.store.round_trips - before) / 110
            turn, floor, parts = await turn_and_floor(house, session, person, answer)
            open_loop = await at_rate(house, session, base, people=100, rate=20, seconds=15)
            most = await saturated(house, session, base, people=16, seconds=8)
        await runner.cleanup()
    return {
        "turn_ms_p50": statistics.median(turn),
        "turn_ms_p99": quantile(turn, 0.99),
        "floor_ms_p50": statistics.median(floor),
        "ratio": statistics.median(turn) / statistics.median(floor),
        **{f"alone_{name}_ms": value for name, value in parts.items()},
        "ratio_to_sum_of_parts_alone": statistics.median(turn) / sum(parts.values()),
        "round_trips": trips,
        "open_loop_p50_ms": statistics.median(open_loop),
        "open_loop_p99_ms": quantile(open_loop, 0.99),
        "turns_per_second": most,
    }


async def turn_and_floor(
    house: House, session: aiohttp.ClientSession, person: Browser, answer: bytes
) -> tuple[list[float], list[float], dict[str, float]]:
    """Milliseconds of turns and of floor requests, in turns; and the median of each part of the floor alone."""
    kiwi = Morphology()

    async def tokenise() -> None:
        kiwi.analyse(TEXT)

    async def three_trips() -> None:
        for _ in range(3):
            await house.store.ping()

    async def echo(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=answer, content_type="application/x-ndjson")

    async def least(request: web.Request) -> web.Response:
        await request.read()
        await tokenise()
        await three_trips()
        return web.Response(body=answer, content_type="application/x-ndjson")

    app = web.Application()
    app.router.add_post("/echo", echo)
    app.router.add_post("/least", least)
    runner, base = await serve(app)
    body = json.dumps({"id": uuid.uuid4().hex, "text": TEXT})

    async def post(path: str) -> None:
        async with session.post(base + path, data=body, headers=person.headers) as got:
            await got.read()

    turn, floor = await alternating(lambda: person.say(text=TEXT), lambda: post("/least"))
    parts = {
        "kiwi": statistics.median(await timed(tokenise)),
        "redis": statistics.median(await timed(three_trips)),
        "http": statistics.median(await timed(lambda: post("/echo"))),
    }
    await runner.cleanup()
    return turn, floor, parts


async def crowd(house: House, session: aiohttp.ClientSession, base: str, people: int) -> list[Browser]:
    """People with consultations under way."""
    return [await consulting(house, session, base) for _ in range(people)]


async def at_rate(
    house: House, session: aiohttp.ClientSession, base: str, *, people: int, rate: int, seconds: int
) -> list[float]:
    """Milliseconds of turns that begin at fixed times, whether earlier ones have ended or not."""
    everybody = await crowd(house, session, base, people)
    times: list[float] = []
    start = time.perf_counter() + 0.2

    async def one(number: int) -> None:
        due = start + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await everybody[number % people].say(text=TEXT)
        times.append((time.perf_counter() - due) * 1000)

    await asyncio.gather(*(one(number) for number in range(rate * seconds)))
    return times


async def saturated(house: House, session: aiohttp.ClientSession, base: str, *, people: int, seconds: int) -> float:
    """Turns a second when everybody writes again as soon as they are answered."""
    everybody = await crowd(house, session, base, people)
    end = time.perf_counter() + seconds
    count = 0

    async def one(person: Browser) -> None:
        nonlocal count
        while time.perf_counter() < end:
            await person.say(text=TEXT)
            count += 1

    await asyncio.gather(*map(one, everybody))
    return count / seconds


if __name__ == "__main__":
    print(json.dumps({"benchmark": "turn", **asyncio.run(measure())}))
