"""The whole product inside a test: engine, every configured messenger, one HTTP server, the jobs by the clock."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from adapters.assembly import House, built
from adapters.doors import Doors, messengers
from adapters.serve import application, at_work, listener
from bot.turn import Knowledge
from config.settings import Settings
from nlu.reader import Reader
from tests.fakes.ports import free_port

Mind = tuple[Knowledge, Reader]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What a test holds of it."""

    house: House
    """Engine and store."""
    doors: Doors
    """The messengers."""
    base: str
    """Where it listens."""

    async def idle(self, seconds: float = 10.0) -> None:
        """Wait until every accepted message is answered; fails when that takes too long."""
        end = time.monotonic() + seconds
        while await self.house.store.unfinished():
            assert time.monotonic() < end, "messages were left unanswered"
            await asyncio.sleep(0.01)


@asynccontextmanager
async def product(
    folder: Path,
    mind: Mind,
    *,
    port: int | None = None,
    rebuilt: Callable[[House], House] = lambda house: house,
    **settings: Any,
) -> AsyncIterator[Product]:
    """The running product. Its public address is the loopback's, so that links lead back to it."""
    port = port or free_port()
    base = f"http://127.0.0.1:{port}"
    chosen = Settings(
        **{
            "data_dir": folder,
            "port": port,
            "public_url": base,
            "rate_per_minute": 10_000,
            "recover_seconds": 0.3,
            **settings,
        }
    )
    async with built(chosen, mind=mind) as plain:
        house = rebuilt(plain)
        doors = messengers(chosen, house)
        runner = listener(application(chosen, house, doors), drain=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        async with at_work(chosen, house, doors):
            yield Product(house=house, doors=doors, base=base)
            await runner.cleanup()
