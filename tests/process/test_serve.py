"""`drrc serve` as a person runs it: start, kill −9, start again, end by a signal."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.fakes.ports import free_port

ROOT = Path(__file__).parents[2]


@contextmanager
def server(folder: Path, port: int, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """A running server, ready to answer; its log goes to the folder."""
    with (folder / "bot.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "adapters.cli", "serve"],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "DRRC_DATA_DIR": str(folder),
                "DRRC_PORT": str(port),
                "DRRC_HOLD_SECONDS": "1",
                "DRRC_RECOVER_SECONDS": "0.3",
                **settings,
            },
        )
    try:
        wait_ready(process, port)
        yield process
    finally:
        process.kill()
        process.wait(10)


def wait_ready(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the port is open; fail when the process ended instead."""
    for _ in range(600):
        assert process.poll() is None, "the server ended before it was ready"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not open its port")


class Page:
    """What the chat page does, without the page."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session, self.base = session, base
        self.headers: dict[str, str] = {}
        self.cookies: dict[str, str] = {}

    async def open(self) -> "Page":
        """Load the page: cookie and token."""
        async with self.session.get(self.base + "/") as answer:
            text = await answer.text()
            self.cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
        self.headers["X-DrRC-Token"] = text.split('name="drrc-token" content="')[1].split('"')[0]
        return self

    async def send(self, **what: Any) -> tuple[int, list[dict[str, Any]]]:
        """Send a message; the status and the lines of the answer, up to where it breaks off."""
        body = {"id": uuid.uuid4().hex, **what}
        async with self.session.post(
            f"{self.base}/api/messages", json=body, headers=self.headers, cookies=self.cookies
        ) as answer:
            lines: list[dict[str, Any]] = []
            with contextlib.suppress(aiohttp.ClientPayloadError):  # the page has shown what came before
                async for line in answer.content:
                    lines.append(json.loads(line))
            return answer.status, lines

    async def replies(self) -> list[dict[str, Any]]:
        """Fetch what was not taken yet, and say that it is now."""
        async with self.session.get(f"{self.base}/api/replies", headers=self.headers, cookies=self.cookies) as answer:
            found: list[dict[str, Any]] = (await answer.json())["replies"]
        if found:
            ids = {"ids": [reply["id"] for reply in found]}
            await self.session.post(
                f"{self.base}/api/replies/ack", json=ids, headers=self.headers, cookies=self.cookies
            )
        return found


def web_session() -> aiohttp.ClientSession:
    """A client that keeps no cookies of its own."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=30))


async def test_a_second_start_finds_yesterdays_sessions(short_path: Path) -> None:
    """After a clean end and a new start the consultation goes on where it was."""
    port = free_port()
    async with web_session() as session:
        page = Page(session, f"http://127.0.0.1:{port}")
        with server(short_path, port) as process:
            await page.open()
            await page.send(text="기침이 나요")
            await page.send(choice="consent:yes")
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 15) == 0
        with server(short_path, port):
            _, lines = await page.send(text="내 정보 보여줘")
            assert "기침" in json.dumps(lines, ensure_ascii=False)


async def test_kill_minus_nine_loses_no_acknowledged_message(short_path: Path) -> None:
    """Messages in flight when the process is killed are answered by the next one, each once."""
    port = free_port()
    async with web_session() as session:
        base = f"http://127.0.0.1:{port}"
        with server(short_path, port) as process:
            people = [await Page(session, base).open() for _ in range(12)]
            ids = [str(uuid.uuid4()) for _ in people]
            for page in people:
                await page.send(text="기침이 나요")
            sending = [asyncio.create_task(page.send(choice="consent:yes", id=ids[n])) for n, page in enumerate(people)]
            await asyncio.sleep(0.004)
            process.kill()
            process.wait(10)
            done = await asyncio.gather(*sending, return_exceptions=True)
        with server(short_path, port):
            for number, page in enumerate(people):
                got = done[number]
                answered = not isinstance(got, BaseException) and any(
                    "reply" in line or "blocks" in json.dumps(line) for line in got[1]
                )
                for _ in range(40):
                    if answered:
                        break
                    status, lines = await page.send(choice="consent:yes", id=ids[number])
                    assert status == 200
                    answered = len(lines) > 1 or bool(await page.replies())
                    await asyncio.sleep(0.1)
                assert answered, f"person {number} never got an answer"
                _, lines = await page.send(text="내 정보 보여줘")
                assert "동의" in json.dumps(lines, ensure_ascii=False)


async def test_redis_gone_for_a_while(short_path: Path) -> None:
    """While Redis is gone emergencies are answered and the rest politely refused; then everything goes on."""
    port = free_port()
    async with web_session() as session:
        page = Page(session, f"http://127.0.0.1:{port}")
        with server(short_path, port) as process:
            await page.open()
            await page.send(text="기침이 나요")
            await page.send(choice="consent:yes")
            process.send_signal(signal.SIGSTOP)  # the watch must not restart Redis before we looked
            pid = redis_pid(short_path)
            os.kill(pid, signal.SIGSTOP)
            process.send_signal(signal.SIGCONT)
            status, lines = await page.send(text="어지러워요")
            assert status == 503
            assert "다시" in json.dumps(lines, ensure_ascii=False)
            _, lines = await page.send(text="숨을 못 쉬겠어요")
            assert "119" in json.dumps(lines, ensure_ascii=False)
            os.kill(pid, signal.SIGCONT)
            await asyncio.sleep(0.5)
            status, lines = await page.send(text="목이 아파요")
            assert status == 200
            os.kill(redis_pid(short_path), signal.SIGKILL)
            for _ in range(100):
                status, lines = await page.send(text="내 정보 보여줘")
                if status == 200:
                    break
                await asyncio.sleep(0.1)
            assert "기침" in json.dumps(lines, ensure_ascii=False)


def redis_pid(folder: Path) -> int:
    """The process of the folder's embedded server."""
    from bot.state.embedded import command, socket_path

    info = command(socket_path(folder), b"INFO server\r\n").decode()
    return int(info.split("process_id:")[1].split("\r\n")[0])


async def test_deletion_leaves_nothing_behind(short_path: Path) -> None:
    """After "내 정보 지워줘" no file of Redis and no log holds what was told, and the receipt says what stays."""
    port = free_port()
    async with web_session() as session:
        page = Page(session, f"http://127.0.0.1:{port}")
        with server(short_path, port, DRRC_LOG_LEVEL="debug"):
            await page.open()
            await page.send(text="기침이 나고 허리가 아파요 비밀낱말이에요")
            await page.send(choice="consent:yes")
            await page.send(choice="age:52")
            assert "low_back_pain" in traces(short_path)
            await page.send(text="내 정보 지워줘")
            _, lines = await page.send(choice="delete_now")
            assert "확인 번호" in json.dumps(lines, ensure_ascii=False)
            for _ in range(100):
                left = traces(short_path)
                if "low_back_pain" not in left and "비밀낱말" not in left:
                    break
                await asyncio.sleep(0.1)
            for trace in ("low_back_pain", "cough", "비밀낱말", "허리", page.cookies["drrc"][:20]):
                assert trace not in left, f"{trace!r} is still on the disk"


def traces(folder: Path) -> str:
    """Everything in the data folder's files but the catalogue's cache, as text."""
    files = [path for path in folder.rglob("*") if path.is_file() and "cache" not in path.parts]
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


async def test_two_messages_in_the_same_instant_do_not_cross(short_path: Path) -> None:
    """Ten messages sent at once by one person are all kept, one after the other."""
    port = free_port()
    async with web_session() as session:
        page = Page(session, f"http://127.0.0.1:{port}")
        with server(short_path, port):
            await page.open()
            await page.send(text="기침이 나요")
            await page.send(choice="consent:yes")
            texts = [
                "열이 나요",
                "머리가 아파요",
                "콧물이 나요",
                "목이 아파요",
                "어지러워요",
                "토했어요",
                "설사해요",
                "귀가 아파요",
            ]
            answers = await asyncio.gather(*(page.send(text=text) for text in texts))
            assert all(status == 200 for status, _ in answers)
            _, lines = await page.send(text="내 정보 보여줘")
            shown = json.dumps(lines, ensure_ascii=False)
            for name in ("기침", "열", "두통", "콧물", "목 아픔", "어지러움", "토함", "설사", "귀 아픔"):
                assert name in shown


def test_a_taken_port_is_named(short_path: Path) -> None:
    """A port that is in use ends the start with a sentence that names it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "adapters.cli", "serve"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "DRRC_DATA_DIR": str(short_path), "DRRC_PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert str(port) in done.stderr
