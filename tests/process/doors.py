"""Real servers behind the stand-ins for Telegram and Slack: a crowd writes, the server is killed and started again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bot.state.connection import Client, connect
from bot.state.embedded import socket_path
from tests.fakes.ports import free_port
from tests.fakes.slack import SlackFake
from tests.fakes.telegram import TelegramFake

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]

SCRIPTS = (
    ("안녕하세요", "도움말", "고마워요", "내 정보 보여줘", "오늘 날씨 어때요?"),
    ("머리가 아파요", "네", "열이 나요", "34살 여자예요", "왜 물어봐요?"),
    ("기침이 나요", "숨을 못 쉬겠어요", "고마워요", "처음부터 다시", "도움말"),
    ("가슴이 쥐어짜듯 아파요", "강남구", "고마워요", "도움말", "내 정보 보여줘"),
    ("배가 아파요", "네", "45살 남자예요", "도움말", "고마워요"),
    ("죽고 싶어요", "안녕", "도움말", "처음부터 다시", "내 정보 보여줘"),
)
"""What people write, one after the other. Within a script no two answers are the same."""

DANGERS = frozenset({"숨을 못 쉬겠어요", "가슴이 쥐어짜듯 아파요", "죽고 싶어요"})
"""Messages with an alarm reply, which does not wait for the answers before it."""


class Front(Protocol):
    """A messenger before the server."""

    def settings(self, base: str) -> dict[str, str]:
        """What opens the door to it, for a server that is reached at this address."""

    async def ready(self) -> None:
        """Wait until something can be posted."""

    def written(self, person: int, text: str) -> Json:
        """The webhook of a message, not posted yet."""

    async def post(self, webhook: Json, base: str, attempt: int) -> int:
        """One attempt to hand it to the server at this address; the HTTP status, 0 where no answer came."""

    def heard(self, person: int) -> list[str]:
        """What the person was told, part by part, oldest first."""

    def refused(self) -> list[Any]:
        """What the messenger would not take."""


class TelegramFront:
    """Telegram, by webhook."""

    def __init__(self, fake: TelegramFake) -> None:
        self.fake = fake

    def settings(self, base: str) -> dict[str, str]:
        """A token, and where Telegram posts to."""
        return telegram_settings(self.fake) | {"DRRC_TELEGRAM_MODE": "webhook", "DRRC_PUBLIC_URL": base}

    async def ready(self) -> None:
        """Wait for the webhook: its secret comes with it."""
        await self.fake.until(lambda: self.fake.delivery.webhook)

    def written(self, person: int, text: str) -> Json:
        """An update."""
        return self.fake.build("text", 10_000 + person, text=text)

    async def post(self, webhook: Json, base: str, attempt: int) -> int:
        """Telegram repeats an update as it was."""
        return await self.fake.post(webhook, url=f"{base}/telegram/webhook")

    def heard(self, person: int) -> list[str]:
        """Words and pins."""
        return [shown.text for shown in self.fake.shown(10_000 + person)]

    def refused(self) -> list[Any]:
        """Calls the Bot API does not take."""
        return list(self.fake.refused)


class SlackFront:
    """Slack, over HTTP."""

    def __init__(self, fake: SlackFake) -> None:
        self.fake = fake

    def settings(self, base: str) -> dict[str, str]:
        """A token and the signing secret."""
        return {
            "DRRC_SLACK_TOKEN": self.fake.bot_token,
            "DRRC_SLACK_SIGNING_SECRET": self.fake.signing_secret,
            "DRRC_SLACK_API_URL": f"{self.fake.url}/api/",
        }

    async def ready(self) -> None:
        """Slack is told nothing."""

    def written(self, person: int, text: str) -> Json:
        """An event."""
        return self.fake.event(f"U{person:04}", text)

    async def post(self, webhook: Json, base: str, attempt: int) -> int:
        """Slack signs every repetition anew, with another time."""
        moment = str(int(time.time()) - 100 + attempt)
        return await self.fake.post(webhook, retry=min(attempt, 3), timestamp=moment, url=f"{base}/slack/events")

    def heard(self, person: int) -> list[str]:
        """What can be read."""
        return [shown.plain for shown in self.fake.shown(f"U{person:04}")]

    def refused(self) -> list[Any]:
        """Calls Slack does not take."""
        return list(self.fake.refused)


def telegram_settings(fake: TelegramFake) -> dict[str, str]:
    """A token and where the Bot API is."""
    return {"DRRC_TELEGRAM_TOKEN": fake.token, "DRRC_TELEGRAM_API_URL": fake.url}


@dataclass(kw_only=True)
class Server:
    """`drrc serve` in a process of its own, again and again on the same folder and port."""

    folder: Path
    """The data folder; the log goes there too."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Environment variables beside the usual ones."""
    port: int = field(default_factory=free_port)
    """Where it listens."""
    process: subprocess.Popen[bytes] | None = None
    """The process that runs now."""

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> float:
        """Start it; the seconds until it listened."""
        began = time.monotonic()
        usual = {
            "PYTHONPATH": str(ROOT),
            "DRRC_DATA_DIR": str(self.folder),
            "DRRC_PORT": str(self.port),
            "DRRC_WEB": "false",
            "DRRC_HOLD_SECONDS": "2",
            "DRRC_RECOVER_SECONDS": "0.3",
        }
        with (self.folder / "bot.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "adapters.cli", "serve"],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env={**os.environ, **usual, **self.settings},
            )
        await until(self._listens, seconds=60)
        return time.monotonic() - began

    async def _listens(self) -> bool:
        assert self.process
        assert self.process.poll() is None, "the server ended before it was ready"
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()
            return True
        return False

    def kill(self) -> None:
        """SIGKILL, at once."""
        assert self.process
        self.process.kill()
        self.process.wait(10)

    async def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, 20)

    def log(self) -> str:
        """Everything it wrote so far."""
        return (self.folder / "bot.log").read_text()


@asynccontextmanager
async def serving(*servers: Server) -> AsyncIterator[None]:
    """The servers running, and none left behind."""
    try:
        await asyncio.gather(*(server.start() for server in servers))
        yield
    finally:
        for server in servers:
            if server.process and server.process.poll() is None:
                server.kill()


@dataclass(frozen=True, kw_only=True)
class State:
    """What lies in Redis beside the servers' own views of it."""

    inbox: int
    """Accepted messages whose turn was not committed."""
    outbox: int
    """Replies that no door is known to have taken."""
    sessions: Mapping[bytes, Mapping[bytes, bytes]] = field(repr=False)
    """Every session with its version."""

    @property
    def open(self) -> int:
        """Replies that are still owed."""
        return self.inbox + self.outbox


@asynccontextmanager
async def looking(url: str) -> AsyncIterator[Callable[[], Awaitable[State]]]:
    """Looks at the Redis of this address."""
    client: Any = connect(url, None)

    async def look() -> State:
        keys = [key async for key in client.scan_iter(match="{p*", count=1_000)]
        named = {kind: [key for key in keys if b"}:" + kind in key] for kind in (b"inbox", b"outbox:", b"session:")}
        replies = [name for key in named[b"outbox:"] for name in await client.hkeys(key)]
        return State(
            inbox=sum([await client.xlen(key) for key in named[b"inbox"]]),
            outbox=sum(not name.startswith(b"#") for name in replies),
            sessions={key: await client.hgetall(key) for key in named[b"session:"]},
        )

    try:
        yield look
    finally:
        await client.aclose()


async def redis_pid(folder: Path) -> int:
    """The process of the folder's embedded Redis."""
    client: Client = connect(f"unix://{socket_path(folder)}", None)
    try:
        return int((await client.info("server"))["process_id"])
    finally:
        await client.aclose()


async def until(holds: Callable[[], Awaitable[object]], *, seconds: float = 60, every: float = 0.05) -> None:
    """Wait until it holds; fail when it takes too long."""
    end = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < end, f"not within {seconds} s"
        await asyncio.sleep(every)


@dataclass(frozen=True, kw_only=True)
class Differences:
    """In what a conversation differs from what it should be."""

    missing: Sequence[str]
    """Parts that never came."""
    wrong: Sequence[str]
    """Parts that should not have come, came more than twice, or came out of order."""
    twice: int
    """How many parts came twice."""


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """What somebody is told who says the words of a script and is answered each time before the next."""

    alarms: Sequence[str]
    """Parts of alarm replies."""
    replies: Sequence[str]
    """Parts of all other replies."""

    def differences(self, heard: Sequence[str]) -> Differences:
        """How the conversation of somebody else who said the same words differs."""
        counts, everything = Counter(heard), [*self.alarms, *self.replies]
        wrong = [part for part, times in counts.items() if part not in everything or times > 2]
        words = [part for part in heard if part in self.replies]
        # A repetition follows what it repeats: the order of first and of last times is the script's.
        for order in (list(dict.fromkeys(words)), list(dict.fromkeys(words[::-1]))[::-1]):
            wrong += [part for part, right in zip(order, self.replies, strict=False) if part != right]
        return Differences(
            missing=[part for part in everything if not counts[part]],
            wrong=wrong,
            twice=sum(times == 2 for times in counts.values()),
        )


async def calm(front: Front, server: Server, look: Callable[[], Awaitable[State]], first: int) -> list[Conversation]:
    """The conversation of each script as it is without haste; every part of it is the only one of its kind."""
    await front.ready()

    async def one(person: int, script: Sequence[str]) -> Conversation:
        alarms: list[str] = []
        for text in script:
            before = len(front.heard(person))
            assert await front.post(front.written(person, text), server.base, 0) == 200
            await until(lambda before=before: _more(front, person, before), every=0.01)  # type: ignore[misc]
            await until(lambda: finished(look), every=0.02)
            alarms += front.heard(person)[before : before + 1] if text in DANGERS else []
        heard = front.heard(person)
        assert len(set(heard)) == len(heard), "two answers of this script cannot be told apart"
        return Conversation(alarms=alarms, replies=[part for part in heard if part not in alarms])

    return list(await asyncio.gather(*(one(first + n, script) for n, script in enumerate(SCRIPTS))))


async def _more(front: Front, person: int, before: int) -> bool:
    return len(front.heard(person)) > before


async def finished(look: Callable[[], Awaitable[State]]) -> bool:
    """Whether every accepted message was answered and every answer taken."""
    return not (await look()).open
