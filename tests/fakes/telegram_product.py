"""The Telegram door with the product's engine behind it, and ways to slow and trouble that engine."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import aiohttp
from aiohttp import web

from adapters.assembly import built
from adapters.telegram.channel import TelegramDoor
from bot.delivery import Deliver
from bot.engine import Accepted, Engine, Turn
from bot.message import Address, Message
from bot.state.store import Store
from bot.turn import Knowledge
from config.settings import Settings
from nlu.reader import Reader
from tests.fakes.telegram import TOKEN, TelegramFake

Mind = tuple[Knowledge, Reader]
Mode = Literal["webhook", "polling"]

SECRET = "a-secret_of-the-webhook"
ANN = 7_001
DANGER = "숨을 못 쉬겠어요"
COMPLAINT = "어제부터 머리가 아프고 열이 나요"


class PacedEngine(Engine):
    """The engine itself, with a pause before every answer and troubles that were ordered."""

    seconds = 0.0
    troubles: list[Exception]
    accepted: list[str]

    async def accept(self, message: Message, deliver: Deliver | None) -> Accepted | None:
        """Meet a trouble, or keep the message."""
        if self.troubles:
            raise self.troubles.pop(0)
        found = await super().accept(message, deliver)
        if found:
            self.accepted.append(message.id)
        return found

    async def answer(self, accepted: Accepted, deliver: Deliver | None, *, in_order: bool = False) -> Turn | None:
        """Think, then answer."""
        await asyncio.sleep(self.seconds)
        return await super().answer(accepted, deliver, in_order=in_order)


@dataclass
class Open:
    """The door, open, with Telegram before it."""

    fake: TelegramFake
    engine: PacedEngine
    store: Store
    base: str
    door: TelegramDoor

    def texts(self, user: int) -> list[str]:
        """What the bot said to a person, oldest first."""
        return [shown.text for shown in self.fake.shown(user)]

    async def post(self, **request: Any) -> int:
        """Post something to the webhook; the HTTP status."""
        url = f"{self.base}/telegram/webhook"
        async with aiohttp.ClientSession() as session, session.post(url, **request) as response:
            return response.status


async def yes() -> bool:
    """A lease without a rival."""
    return True


@asynccontextmanager
async def opened(
    mind: Mind,
    folder: Path,
    fake: TelegramFake,
    *,
    mode: Mode = "webhook",
    lease: Callable[[], Awaitable[bool]] = yes,
    token: str = TOKEN,
) -> AsyncIterator[Open]:
    """The product's engine behind one open Telegram door."""
    async with built(Settings(data_dir=folder), mind=mind) as house:
        engine = PacedEngine(store=house.store, reader=mind[1], knowledge=house.knowledge)
        engine.troubles, engine.accepted = [], []
        listening = socket.create_server(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        door = TelegramDoor(
            engine=engine,
            say=house.knowledge.say,
            token=token,
            mode=mode,
            secret=SECRET,
            public_url=f"{base}/",
            api_url=fake.url,
            lease=lease,
            pause=0.05,
        )
        app = web.Application()
        app.add_routes(door.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        async with door.running():
            yield Open(fake=fake, engine=engine, store=house.store, base=base, door=door)
        await runner.cleanup()


async def answered(door: Open, user: int, count: int) -> None:
    """Wait until the bot has said so many things and has finished."""
    await door.fake.until(lambda: len(door.fake.shown(user)) >= count)
    await finished(door)


async def finished(door: Open) -> None:
    """Wait until every turn has ended."""
    while await door.store.unfinished():  # noqa: ASYNC110 - the state lies in Redis
        await asyncio.sleep(0.01)


async def nothing_waits(door: Open, address: Address) -> None:
    """Wait until nothing is left to deliver: a turn has ended before its reply is tried."""
    async with asyncio.timeout(10):
        while await door.engine.undelivered(address):  # noqa: ASYNC110 - the state lies in Redis
            await asyncio.sleep(0.01)
