"""The product with every door open, and the messengers and browsers before it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

from bot.message import Address
from tests.fakes.kakao import KakaoFake
from tests.fakes.ports import free_port
from tests.fakes.product import Mind, Product, product
from tests.fakes.slack import SlackFake
from tests.fakes.telegram import TelegramFake

KAKAO_SECRET = "a long secret of the skill"
KAKAO_BOT = "667e5382f2b2f84cb555091c"


@dataclass(kw_only=True)
class Street:
    """The product and the messengers before it."""

    product: Product
    """All doors."""
    telegram: TelegramFake
    """Telegram."""
    slack: SlackFake
    """Slack."""
    kakao: KakaoFake
    """KakaoTalk."""
    browser: aiohttp.ClientSession
    """For pages; it keeps no cookies."""
    numbers: "count[int]" = field(default_factory=lambda: count(1_001))
    """Every person is new."""

    async def calm(self, address: Address) -> None:
        """Wait until everything this person is owed was answered and taken."""
        await self.product.idle()
        end = time.monotonic() + 10
        while await self.product.house.engine.undelivered(address):
            assert time.monotonic() < end, "replies were left undelivered"
            await asyncio.sleep(0.01)

    async def locate(self, url: str, lat: float, lon: float) -> None:
        """Open the page that reads a location, and send one as it does."""
        async with self.browser.get(url) as page:
            assert page.status == 200
        async with self.browser.post(url, json={"lat": lat, "lon": lon, "accuracy": 20}) as answer:
            assert (await answer.json())["ok"] is True

    def complaints(self) -> list[Any]:
        """Whatever a messenger would have refused."""
        slack = [(refused.method, refused.error) for refused in self.slack.refused]
        return [*self.telegram.refused, *slack, *self.slack.warnings, *self.kakao.problems]


@asynccontextmanager
async def street(folder: Path, mind: Mind) -> AsyncIterator[Street]:
    """One product with every door open."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    async with (
        TelegramFake() as telegram,
        SlackFake(echo=True) as slack,
        KakaoFake(f"{base}/kakao/skill", KAKAO_SECRET, KAKAO_BOT) as kakao,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser,
    ):
        slack.events_url = f"{base}/slack/events"
        slack.interactive_url = f"{base}/slack/interactive"
        settings = {
            "telegram_token": telegram.token,
            "telegram_api_url": telegram.url,
            "telegram_mode": "webhook",
            "slack_token": slack.bot_token,
            "slack_signing_secret": slack.signing_secret,
            "slack_api_url": f"{slack.url}/api/",
            "kakao_secret": KAKAO_SECRET,
            "kakao_bot_ids": (KAKAO_BOT,),
        }
        async with product(folder, mind, port=port, **settings) as running:
            await telegram.until(lambda: telegram.delivery.webhook)
            yield Street(product=running, telegram=telegram, slack=slack, kakao=kakao, browser=browser)
