"""The KakaoTalk door with the platform before it; also one whose turns take their time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aiohttp import web

from adapters.assembly import House
from adapters.kakao.channel import KakaoDoor
from bot.engine import Engine
from bot.message import Message
from bot.session import Session
from nlu.meaning import Understanding
from tests.fakes.hiccup import Hiccup
from tests.fakes.kakao import KakaoFake
from tests.fakes.product import Mind, Product, product

SECRET = "a long secret of the skill"
BOT = "667e5382f2b2f84cb555091c"


@dataclass
class Open:
    """The door, open, with the platform before it."""

    kakao: KakaoFake
    product: Product


class SlowEngine(Engine):
    """The engine with a model that takes its time before every answer."""

    seconds = 0.0

    async def _read(self, message: Message, session: Session) -> Understanding:
        """Think, then read."""
        await asyncio.sleep(self.seconds)
        return await super()._read(message, session)


@dataclass
class SlowOpen(Open):
    """A door whose turns take their time, on a Redis that may hiccup."""

    door: KakaoDoor
    engine: SlowEngine
    redis: Hiccup


@asynccontextmanager
async def slow_door(
    mind: Mind, folder: Path, *, seconds: float, deadline: float, callback_seconds: float, **settings: Any
) -> AsyncIterator[SlowOpen]:
    """A door whose turns take `seconds`; everything but the waiting is the product's own."""
    redis = Hiccup(folder)

    def slow(house: House) -> House:
        engine = SlowEngine(store=house.store, reader=mind[1], knowledge=house.knowledge, at=redis.at)
        engine.seconds = seconds
        return replace(house, engine=engine)

    async with product(folder, mind, rebuilt=slow, **settings) as running:
        house = running.house
        engine = house.engine
        assert isinstance(engine, SlowEngine)

        async def no_link(_: object) -> None:
            return None

        kakao_door = KakaoDoor(
            engine=engine,
            say=house.knowledge.say,
            secret=SECRET,
            locate=no_link,
            callback_hosts=("127.0.0.1",),
            deadline=deadline,
            callback_seconds=callback_seconds,
        )
        app = web.Application()
        app.add_routes(kakao_door.routes())
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/kakao/skill"
        async with kakao_door.running(), KakaoFake(url, SECRET, BOT) as kakao:
            yield SlowOpen(kakao=kakao, product=running, door=kakao_door, engine=engine, redis=redis)
            assert kakao.problems == []
            await runner.cleanup()


def words(kakao: KakaoFake, user: str) -> str:
    """Everything the person sees."""
    return "\n".join(shown.text for shown in kakao.shown(user))
