"""The locate page alone, in a thread of its own: the real door, the real store, a taker that keeps what it gets."""

import asyncio
import threading
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from adapters.locate.channel import LocateDoor
from bot.errors import StateUnavailable
from bot.message import Address, Message, Platform
from bot.phrases import load_phrases
from bot.state.connection import opened
from bot.state.store import Store

SECRET = b"0123456789abcdef0123456789abcdef"
START_SECONDS = 30

_T = TypeVar("_T")


class LocateSite:
    """Starts with `with`; afterwards `messages` holds what reached a conversation."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1") -> None:
        self.base = ""
        self.messages: list[Message] = []
        self.available = True
        self._folder = folder
        self._host = host
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    def __enter__(self) -> "LocateSite":
        self._thread.start()
        assert self._ready.wait(START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START_SECONDS)
        self._loop.close()

    def link(self, platform: Platform = Platform.KAKAO, *, life: timedelta = timedelta(minutes=10)) -> str:
        """A fresh link."""
        door = self._door(life)
        url = self._run(door.issue(Address(platform=platform, user="somebody")))
        assert url
        return url

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    def _door(self, life: timedelta = timedelta(minutes=10)) -> LocateDoor:
        return LocateDoor(
            takers={Platform.KAKAO: self._take, Platform.SLACK: self._take},
            tickets=self._store.tickets,
            say=load_phrases(),
            secret=SECRET,
            public_url=self.base,
            life=life,
        )

    async def _take(self, message: Message) -> bool:
        if not self.available:
            raise StateUnavailable("switched off")
        if any(message.id == kept.id for kept in self.messages):
            return False
        self.messages.append(message)
        return True

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        async with opened(None, self._folder) as (client, _):
            self._store = Store(client, salt=b"salt of the tests", hold_life=timedelta(seconds=5))
            app = web.Application()
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
            app.add_routes(self._door().routes())
            await runner.setup()
            await web.TCPSite(runner, self._host, 0).start()
            self.base = f"http://{self._host}:{runner.addresses[0][1]}"
            self._ready.set()
            await self._stop.wait()
            await runner.cleanup()
