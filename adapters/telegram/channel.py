"""The Telegram door: updates in by webhook or polling, replies out, and everything the bot sets up for itself."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Literal, Protocol

import structlog
from aiohttp import web
from telegram import Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from adapters.background import DRAIN_SECONDS, Background, Turns, stopped
from adapters.courier import Courier, Outbox
from adapters.incoming import body_of, expected, guarded, no, same
from adapters.telegram.answering import Answering
from adapters.telegram.client import TelegramPost, new_bot, reason, seconds_of
from adapters.telegram.polling import Lease, Poller
from adapters.telegram.translate import COMMANDS, InGroup, Left, Returned, Tap, parse, tap
from adapters.telegram.wire import ALLOWED_UPDATES, read
from bot import metrics
from bot.errors import StateUnavailable
from bot.message import Address, Message, Outgoing, Platform
from bot.phrases import Phrases

log = structlog.get_logger()

PATH = "/telegram/webhook"
"""Where Telegram posts updates."""

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name

MOST_BYTES = 1_048_576
"""The longest update we read."""

MOST_CONNECTIONS = 40
"""Updates Telegram may post at the same time."""

GROUP_SECONDS = 3_600.0
"""A group is told once in so many seconds that this is no place for it."""

MOST_GROUPS = 1_000
"""Groups remembered at most."""

LONGEST_PAUSE = 60.0
"""Seconds between two attempts to set something up."""

LANGUAGES = (None, "ko")
"""For whom names and descriptions are set: everybody, and those whose app speaks Korean."""


Step = Callable[[], Awaitable[object]]
"""Something that is set up with Telegram."""


class Engine(Turns, Outbox, Protocol):
    """What the door needs of the engine."""

    async def welcome_back(self, address: Address) -> None:
        """The person can be written to again."""


async def always() -> bool:
    """The lease of a process that has no rival."""
    return True


async def nothing() -> None:
    """What such a process gives back."""


class TelegramDoor:
    """One bot. `secret` is 1 to 256 of A-Z, a-z, 0-9, _ and -; only `webhook` needs it and a public address."""

    platform = Platform.TELEGRAM

    def __init__(
        self,
        *,
        engine: Engine,
        say: Phrases,
        token: str,
        mode: Literal["webhook", "polling"],
        secret: str = "",
        public_url: str = "",
        api_url: str = "https://api.telegram.org",
        per_second: float = 28,
        lease: Lease = always,
        release: Step = nothing,
        pause: float = 1.0,
    ) -> None:
        self._engine = engine
        self._say = say
        self._mode = mode
        self._secret = secret
        self._webhook_url = f"{public_url.rstrip('/')}{PATH}"
        self._pause = pause
        self._release = release
        self._bot = new_bot(token, api_url.rstrip("/"))
        self._courier = Courier(TelegramPost(self._bot, say), engine, per_second=per_second)
        self._answering = Answering(engine, self._show_typing)
        self._background = Background(self._answering, self.deliver)
        self._poller = Poller(self._bot, self.receive, lease=lease, pause=pause)
        self._asides: set[asyncio.Task[None]] = set()
        self._told: OrderedDict[int, float] = OrderedDict()

    def routes(self) -> list[web.RouteDef]:
        """For the application that all doors share; polling needs none."""
        hook = web.post(PATH, guarded(self._webhook), expect_handler=expected)
        return [hook] if self._mode == "webhook" else []

    async def deliver(self, outgoing: Outgoing) -> None:
        """Send a reply; raises Later where the rest must wait."""
        self._answering.written(outgoing.address)
        await self._courier.deliver(outgoing)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the door for the life of the block. What does not work at once is tried until it does."""
        opening = asyncio.create_task(self._open())
        try:
            yield
        finally:
            await stopped((opening,))
            with suppress(StateUnavailable):
                await self._release()
            await self._background.drain(DRAIN_SECONDS)
            if self._asides:
                await asyncio.wait(self._asides, timeout=1.0)  # what fails without harm has a last moment
            await stopped(self._asides)
            await self._bot.shutdown()

    async def receive(self, update: Update) -> None:
        """Take an update durably. Raises StateUnavailable or Overloaded where it must come again."""
        touched: Tap | None = None
        found: Message | Left | Returned | InGroup | None = None
        try:
            found = parse(update, say=self._say, now=datetime.now(UTC))
            touched = tap(update, say=self._say)
        except Exception as error:  # coming again would change nothing
            log.error("an update is left out", kind=type(error).__name__)
        match found:
            case Message():
                await self._background.take(found)
            case Left():
                await self._engine.cut_off(found.address)
                metrics.cut_off.labels(self.platform).inc()
            case Returned():
                await self._engine.welcome_back(found.address)
            case InGroup():
                self._tell_group(found.chat)
            case None:
                metrics.not_for_us.labels(self.platform).inc()
        if touched:
            self._aside(partial(self._bot.answer_callback_query, touched.query, text=touched.toast or None))

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        """`POST /telegram/webhook`."""
        secret = request.headers.get(SECRET_HEADER)
        if secret is None:
            return no(401, "no secret")
        if not same(secret, self._secret):
            return no(403, "wrong secret")
        body = await body_of(request, most=MOST_BYTES, types=("application/json",))
        if isinstance(body, web.Response):
            return body
        try:
            update = read(body)
        except ValueError:
            return no(400, "unreadable")
        if update:
            await self.receive(update)
        else:
            metrics.not_for_us.labels(self.platform).inc()
        return web.json_response({})

    async def _open(self) -> None:
        await self._until_done("sign-in", self._bot.initialize)
        log.info("Telegram is open", bot=self._bot.username, mode=self._mode)
        listening = self._poller.run() if self._mode == "polling" else self._until_done("webhook", self._register)
        await asyncio.gather(listening, self._introduce())

    async def _register(self) -> None:
        await self._bot.set_webhook(
            self._webhook_url,
            secret_token=self._secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=MOST_CONNECTIONS,
            drop_pending_updates=False,
        )

    async def _introduce(self) -> None:
        """The menu of commands, and what is read before the first word."""
        commands = [(name, self._say(f"telegram.commands.{name}")) for name in COMMANDS]
        about, short = self._say("telegram.description"), self._say("telegram.short_description")
        for language in LANGUAGES:
            steps: tuple[tuple[str, Step], ...] = (
                ("commands", partial(self._bot.set_my_commands, commands, language_code=language)),
                ("description", partial(self._bot.set_my_description, about, language_code=language)),
                ("profile", partial(self._bot.set_my_short_description, short, language_code=language)),
            )
            for what, step in steps:
                await self._until_done(what, step, insist=False)

    async def _until_done(self, what: str, step: Step, *, insist: bool = True) -> None:
        """Try until it works; a refusal ends it where we do not insist."""
        pause = self._pause
        while True:
            wait = min(pause, LONGEST_PAUSE)
            try:
                await step()
                return
            except RetryAfter as error:
                wait = max(wait, seconds_of(error))
            except BadRequest as error:
                log.error("Telegram refuses", step=what, reason=reason(error))
                if not insist:
                    return
                wait = LONGEST_PAUSE
            except InvalidToken:
                log.error("Telegram does not know this token", step=what)
                wait = LONGEST_PAUSE
            except Exception as error:  # whatever it is, the other doors stay open and this one is tried again
                log.warning("Telegram cannot be reached", step=what, kind=type(error).__name__)
            await asyncio.sleep(wait)
            pause *= 2

    async def _show_typing(self, address: Address) -> None:
        with suppress(TelegramError):
            await self._bot.send_chat_action(int(address.user), ChatAction.TYPING)

    def _tell_group(self, chat: int) -> None:
        metrics.not_for_us.labels(self.platform).inc()
        if monotonic() - self._told.get(chat, -GROUP_SECONDS) < GROUP_SECONDS:
            return
        self._told[chat] = monotonic()
        self._told.move_to_end(chat)
        while len(self._told) > MOST_GROUPS:
            self._told.popitem(last=False)
        self._aside(partial(self._bot.send_message, chat, self._say("telegram.group")))

    def _aside(self, call: Step) -> None:
        """Something that is nice to do and fails without harm."""

        async def tried() -> None:
            with suppress(TelegramError):
                await call()

        task = asyncio.create_task(tried())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
