"""The whole product with every door open, the messengers before it, and whoever sends it what nobody should."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.message import Address, Platform
from bot.state.connection import connect
from tests.fakes.kakao import KakaoFake
from tests.fakes.ports import free_port
from tests.fakes.product import Mind, Product, product
from tests.fakes.slack import SlackFake
from tests.fakes.telegram import TelegramFake

MARK = "words-7319-nobody-else-may-read"
SECRET = "the secret of the skill 7319"
BOT = "667e5382f2b2f84cb555091c"
MEGABYTE = 1_048_576

Headers = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request as it goes out."""

    path: str
    """Where to."""
    method: str = "POST"
    """How."""
    headers: Headers = field(default_factory=dict)
    """All of them."""
    body: bytes = b""
    """As it travels."""
    chunked: bool = False
    """Without saying its length."""


class World:
    """The product with every door open, the messengers before it, and a browser."""

    def __init__(self, running: Product, telegram: TelegramFake, slack: SlackFake, kakao: KakaoFake) -> None:
        self.product, self.telegram, self.slack, self.kakao = running, telegram, slack, kakao
        self.session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=20)
        )
        assert running.house.embedded
        self.redis: Any = connect(f"unix://{running.house.embedded.socket_path}", None)
        self.browser: Headers = {}
        self.people = 5_000

    async def open_page(self) -> None:
        """Load the chat page as a browser does."""
        async with self.session.get(f"{self.product.base}/") as page:
            token = (await page.text()).split('name="drrc-token" content="')[1].split('"')[0]
            self.browser = {"X-DrRC-Token": token, "Cookie": f"drrc={page.cookies['drrc'].value}"}

    @property
    def secrets(self) -> list[str]:
        """What no answer and no log may hold."""
        hook = self.telegram.delivery.webhook
        assert hook
        assert hook.secret
        slack = self.slack
        return [SECRET, hook.secret, self.telegram.token, slack.bot_token, slack.signing_secret, *self.browser.values()]

    async def send(self, sent: Sent) -> tuple[int, str]:
        """Status and body of the answer."""

        async def pieces() -> AsyncIterator[bytes]:
            for begin in range(0, len(sent.body), 65_536):
                yield sent.body[begin : begin + 65_536]

        async with self.session.request(
            sent.method,
            self.product.base + sent.path,
            data=pieces() if sent.chunked else sent.body,
            headers=sent.headers,
            skip_auto_headers=("Content-Type",),
            allow_redirects=False,
        ) as answer:
            return answer.status, await answer.text(errors="replace")

    async def keys(self) -> set[bytes]:
        """Everything that lies in Redis."""
        return {key async for key in self.redis.scan_iter(count=1_000)}

    async def link(self, user: str = "U0002") -> str:
        """The path of a new link to the page that reads a location."""
        assert self.product.doors.locate
        address = Address(platform=Platform.SLACK, user=user, room=self.slack.team)
        url = await self.product.doors.locate.issue(address)
        assert url
        return url.removeprefix(self.product.base)

    async def close(self) -> None:
        """Hang up."""
        await self.session.close()
        await self.redis.aclose()


@asynccontextmanager
async def opened(mind: Mind) -> AsyncIterator[World]:
    """The world, in a folder of its own."""
    folder, port = Path(tempfile.mkdtemp(prefix="drrc-")), free_port()
    async with TelegramFake() as telegram, SlackFake() as slack:
        slack.events_url = f"http://127.0.0.1:{port}/slack/events"
        slack.interactive_url = f"http://127.0.0.1:{port}/slack/interactive"
        slack.command_url = f"http://127.0.0.1:{port}/slack/commands"
        settings = {
            "kakao_secret": SECRET,
            "kakao_bot_ids": (BOT,),
            "kakao_callback_hosts": ("127.0.0.1",),
            "telegram_token": telegram.token,
            "telegram_api_url": telegram.url,
            "telegram_mode": "webhook",
            "slack_token": slack.bot_token,
            "slack_signing_secret": slack.signing_secret,
            "slack_api_url": f"{slack.url}/api/",
            "recover_seconds": 30,
        }
        async with (
            product(folder, mind, port=port, **settings) as running,
            KakaoFake(f"{running.base}/kakao/skill", SECRET, BOT) as kakao,
        ):
            await telegram.until(lambda: telegram.delivery.webhook)
            world = World(running, telegram, slack, kakao)
            await world.open_page()
            yield world
            await world.close()
    shutil.rmtree(folder, ignore_errors=True)
