"""The messengers that are configured, as one: their addresses, their way out, and the page that reads a location."""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Literal, Protocol

from aiohttp import web

from adapters.assembly import House
from adapters.kakao.channel import KakaoDoor
from adapters.locate.channel import LocateDoor
from adapters.slack.channel import SlackDoor
from adapters.telegram.channel import TelegramDoor
from bot.delivery import Deliver
from bot.message import Message, Platform
from config.settings import Settings

POLLING_LEASE = timedelta(seconds=60)
"""How long a dead process keeps others from asking Telegram for updates."""


class Door(Protocol):
    """A messenger."""

    @property
    def platform(self) -> Platform:
        """Which."""

    @property
    def deliver(self) -> Deliver | None:
        """The way to write to people, where there is one."""

    def routes(self) -> list[web.RouteDef]:
        """Where the messenger posts to us."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Open for the life of the block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The open messengers."""

    items: tuple[Door, ...]
    """One each."""
    locate: LocateDoor | None
    """The page that reads a location, where a messenger needs it."""

    @property
    def names(self) -> tuple[Platform, ...]:
        """Which messengers are open."""
        return tuple(door.platform for door in self.items)

    def deliver_to(self, platform: Platform) -> Deliver | None:
        """The way to write to people of a platform; None where they fetch their replies."""
        return next((door.deliver for door in self.items if door.platform is platform), None)

    def routes(self) -> list[web.RouteDef]:
        """All addresses messengers and their people come to."""
        pages = self.locate.routes() if self.locate else []
        return [*(route for door in self.items for route in door.routes()), *pages]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Every messenger open for the life of the block; in the end they drain side by side."""
        stacks = [AsyncExitStack() for _ in self.items]
        try:
            for stack, door in zip(stacks, self.items, strict=True):
                await stack.enter_async_context(door.running())
            yield
        finally:
            await asyncio.gather(*(stack.aclose() for stack in stacks))


def messengers(settings: Settings, house: House) -> Doors:
    """The messengers whose keys are set."""
    engine, say = house.engine, house.knowledge.say
    takers: dict[Platform, Callable[[Message], Awaitable[bool]]] = {}
    items: list[Door] = []
    locate = LocateDoor(
        takers=takers,
        tickets=house.store.tickets,
        say=say,
        secret=house.secret,
        public_url=settings.public_url.rstrip("/"),
    )
    if settings.kakao_secret:
        kakao = KakaoDoor(
            engine=engine,
            say=say,
            secret=settings.kakao_secret.get_secret_value(),
            locate=locate.issue,
            bot_ids=frozenset(name.rstrip("!") for name in settings.kakao_bot_ids),
            callback_hosts=settings.kakao_callback_hosts,
            reply_life=house.knowledge.session_life,
        )
        takers[Platform.KAKAO] = kakao.take
        items.append(kakao)
    if settings.telegram_token:
        items.append(_telegram(settings, house))
    if settings.slack_token and (settings.slack_signing_secret or settings.slack_app_token):
        slack = SlackDoor(
            engine=engine,
            say=say,
            token=settings.slack_token.get_secret_value(),
            signing_secret=settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else "",
            app_token=settings.slack_app_token.get_secret_value() if settings.slack_app_token else "",
            api_url=settings.slack_api_url,
            locate=locate.issue,
            session_hours=settings.session_hours,
        )
        takers[Platform.SLACK] = slack.take
        items.append(slack)
    return Doors(items=tuple(items), locate=locate if takers else None)


def _telegram(settings: Settings, house: House) -> TelegramDoor:
    assert settings.telegram_token is not None
    process, tickets = secrets.token_hex(8), house.store.tickets

    async def lease() -> bool:
        return await tickets.lease("telegram-polling", process, POLLING_LEASE)

    async def release() -> None:
        await tickets.release("telegram-polling", process)

    return TelegramDoor(
        engine=house.engine,
        say=house.knowledge.say,
        token=settings.telegram_token.get_secret_value(),
        mode=telegram_mode(settings),
        secret=hmac.new(house.secret, b"telegram webhook", sha256).hexdigest(),
        public_url=settings.public_url,
        api_url=settings.telegram_api_url,
        lease=lease,
        release=release,
    )


def telegram_mode(settings: Settings) -> Literal["webhook", "polling"]:
    """How updates come in: by webhook where the world can reach us over https."""
    if settings.telegram_mode == "auto":
        return "webhook" if settings.public_url.startswith("https") else "polling"
    return settings.telegram_mode
