"""The other ends of the Telegram stand-in's wires: a real bot, and a webhook that can be told to fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from aiohttp import web
from telegram import Bot
from telegram.ext import ApplicationBuilder

from tests.fakes.telegram import TOKEN, TelegramFake


@asynccontextmanager
async def bot_of(fake: TelegramFake, token: str = TOKEN) -> AsyncIterator[Bot]:
    """A real bot of python-telegram-bot that talks to the stand-in."""
    bot: Bot = ApplicationBuilder().token(token).base_url(f"{fake.url}/bot").updater(None).build().bot
    async with bot:
        yield bot


class Door:
    """A webhook that can be told to fail."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.statuses: list[int] = []
        self.slow = 0.0
        self.busy = 0
        self.busiest = 0

    async def take(self, request: web.Request) -> web.Response:
        """Answers with the next ordered status, else 200."""
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        self.headers.append(dict(request.headers))
        update = await request.json()
        await asyncio.sleep(self.slow)
        self.busy -= 1
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.got.append(update)
        return web.Response(status=status, headers={"Retry-After": "1"} if status == 429 else {})

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/telegram", self.take)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        host, port = self.runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/telegram"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.runner.cleanup()
