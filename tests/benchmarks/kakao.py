"""The KakaoTalk door beside bare handlers that return the same bytes, all in one run.

`drrc serve` and the floors run in processes of their own, the load comes from this one. `bare` reads the request and
returns the bytes of a real answer; `least` also tokenises the text once with kiwi and makes three Redis round trips.
Turns and floor requests alternate for the latency of one person; then everybody writes again as soon as they are
answered (saturation); then an open loop at 80 % of what the door took at saturation, counting answers over 4 seconds.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.state.connection import opened
from bot.state.embedded import command, socket_path
from knowledge.morphology import Morphology
from tests.fakes.kakao_payload import build, person_of
from tests.fakes.ports import free_port

ROOT = Path(__file__).parents[2]
BOT = "667e5382f2b2f84cb555091c"
SECRET = "the secret of the benchmark"
TEXT = "어제부터 머리가 아프고 열이 나요"
ROUNDS = 300
PEOPLE = 32
DEADLINE = 4.0

Call = Callable[[int], Coroutine[Any, Any, bytes]]


def quantile(values: list[float], q: float) -> float:
    """A quantile by rank."""
    return sorted(values)[min(len(values) - 1, int(q * len(values)))]


def payload(person: int, text: str) -> bytes:
    """What Kakao sends."""
    return json.dumps(build(person_of(f"p{person}", BOT), text, bot_id=BOT), ensure_ascii=False).encode()


def caller(session: aiohttp.ClientSession, url: str, text: str = TEXT) -> Call:
    """Posts one message of a person and gives the answer; anything but 200 is an error."""
    bodies: dict[int, bytes] = {}

    async def call(person: int) -> bytes:
        body = bodies.setdefault(person, payload(person, text))
        headers = {"X-DrRC-Secret": SECRET, "Content-Type": "application/json", "X-Request-Id": uuid.uuid4().hex}
        async with session.post(url, data=body, headers=headers) as answer:
            found = await answer.read()
            assert answer.status == 200, (answer.status, found)
            return found

    return call


async def floors(folder: Path, port: int) -> None:
    """The process of the floors, until it is killed."""
    kiwi, answer = Morphology(), (folder / "answer.json").read_bytes()

    async def bare(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=answer, content_type="application/json")

    async with opened(None, folder) as (client, _):

        async def least(request: web.Request) -> web.Response:
            await request.read()
            kiwi.analyse(TEXT)
            for _ in range(3):
                await client.ping()
            return web.Response(body=answer, content_type="application/json")

        app = web.Application()
        app.router.add_post("/bare", bare)
        app.router.add_post("/least", least)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


async def listening(port: int) -> None:
    """Wait for a process to open its port."""
    for _ in range(1_200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise TimeoutError(f"nobody listens on {port}")


async def consulting(session: aiohttp.ClientSession, url: str, people: int) -> None:
    """Let people agree and tell age and sex, so that every further message is a full consultation turn."""
    for text in (TEXT, "동의해요", "29살 여자예요"):
        call = caller(session, url, text)
        for begin in range(0, people, 16):
            await asyncio.gather(*(call(person) for person in range(begin, min(begin + 16, people))))


async def alternating(calls: list[Call]) -> list[list[float]]:
    """Milliseconds of each call, one after the other, after a tenth of the rounds to warm up."""
    times: list[list[float]] = [[] for _ in calls]
    for number in range(ROUNDS + ROUNDS // 10):
        for call, found in zip(calls, times, strict=True):
            began = time.perf_counter()
            await call(0)
            if number >= ROUNDS // 10:
                found.append((time.perf_counter() - began) * 1000)
    return times


async def saturated(call: Call, seconds: float) -> float:
    """Answers a second when everybody writes again as soon as they are answered."""
    end, count = time.perf_counter() + seconds, 0

    async def one(person: int) -> None:
        nonlocal count
        while time.perf_counter() < end:
            await call(person)
            count += 1

    await asyncio.gather(*(one(person) for person in range(PEOPLE)))
    return count / seconds


async def at_rate(call: Call, rate: float, seconds: float, people: int) -> list[float]:
    """Seconds of each answer to messages sent at fixed times, whether earlier ones are answered or not."""
    times: list[float] = []
    start = time.perf_counter() + 0.2

    async def one(number: int) -> None:
        due = start + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await call(number % people)
        times.append(time.perf_counter() - due)

    await asyncio.gather(*(one(number) for number in range(int(rate * seconds))))
    return times


async def measure(seconds: float) -> dict[str, Any]:
    """All figures."""
    folder = Path(tempfile.mkdtemp(prefix="drrc-bench-"))
    (folder / "floor").mkdir()
    door_port, floor_port = free_port(), free_port()
    settings = {
        "DRRC_DATA_DIR": str(folder),
        "DRRC_PORT": str(door_port),
        "DRRC_WEB": "false",
        "DRRC_KAKAO_SECRET": SECRET,
        "DRRC_KAKAO_BOT_IDS": BOT,
    }
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    processes = []
    try:
        with (folder / "bot.log").open("wb") as log:
            run = [sys.executable, "-m", "adapters.cli", "serve"]
            processes.append(subprocess.Popen(run, cwd=ROOT, env=environment, stdout=log, stderr=log))
        await listening(door_port)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=30)) as session:
            url = f"http://127.0.0.1:{door_port}/kakao/skill"
            door, people = caller(session, url), 8 * PEOPLE
            await consulting(session, url, people)
            (folder / "floor/answer.json").write_bytes(await door(0))
            run = [sys.executable, __file__, "--floors", str(folder / "floor"), str(floor_port)]
            processes.append(subprocess.Popen(run, cwd=ROOT, env=environment))
            await listening(floor_port)
            bare, least = (caller(session, f"http://127.0.0.1:{floor_port}/{name}") for name in ("bare", "least"))
            turn, floor, more = await alternating([door, bare, least])
            most = {name: await saturated(call, 8) for name, call in (("door", door), ("bare", bare), ("least", least))}
            open_loop = await at_rate(door, 0.8 * most["door"], seconds, people)
    finally:
        for process in processes:
            process.terminate()
            process.wait(20)
        command(socket_path(folder / "floor"), b"SHUTDOWN NOSAVE\r\n")  # the floors end without their Redis
    return {
        "turn_ms_p50": statistics.median(turn),
        "turn_ms_p99": quantile(turn, 0.99),
        "bare_ms_p50": statistics.median(floor),
        "bare_ms_p99": quantile(floor, 0.99),
        "least_ms_p50": statistics.median(more),
        "ratio_to_bare_p50": statistics.median(turn) / statistics.median(floor),
        "ratio_to_least_p50": statistics.median(turn) / statistics.median(more),
        **{f"{name}_per_second": value for name, value in most.items()},
        "ratio_of_saturation_to_bare": most["bare"] / most["door"],
        "ratio_of_saturation_to_least": most["least"] / most["door"],
        "open_loop_seconds": seconds,
        "open_loop_per_second": 0.8 * most["door"],
        "open_loop_answers": len(open_loop),
        "open_loop_ms_p50": statistics.median(open_loop) * 1000,
        "open_loop_ms_p99": quantile(open_loop, 0.99) * 1000,
        "open_loop_ms_max": max(open_loop) * 1000,
        "answers_over_4_s": sum(took > DEADLINE for took in open_loop),
    }


def main() -> None:
    """Measure and print a line of JSON; with `--floors` be the process of the floors."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--floors", nargs=2, metavar=("FOLDER", "PORT"))
    chosen = arguments.parse_args()
    if chosen.floors:
        asyncio.run(floors(Path(chosen.floors[0]), int(chosen.floors[1])))
    else:
        print(json.dumps({"benchmark": "kakao", **asyncio.run(measure(chosen.seconds))}))


if __name__ == "__main__":
    main()
