"""The Slack door: signed deliveries in, answers into direct conversations out."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import aiohttp
import structlog
from aiohttp import web

from adapters.background import DRAIN_SECONDS, Background, Turns, stopped
from adapters.courier import Courier, Gone, NotSent, Outbox, Refused, Wait
from adapters.incoming import body_of, expected, guarded, no
from adapters.slack import views
from adapters.slack.post import TIMEOUT, Locate, Locked, SlackPost, Unclear, understood, web_client
from adapters.slack.socket import SlackSocket
from adapters.slack.translate import Challenge, Mention, OpenModal, PublishHome, parse
from adapters.slack.wire import FORM, JSON, Accepted, Command, Interaction, Payload, read, unsigned, verify
from bot import metrics
from bot.delivery import Deliver
from bot.errors import Overloaded, StateUnavailable
from bot.message import Message, Platform
from bot.phrases import Phrases

log = structlog.get_logger()

MOST_BYTES = 1_048_576
"""The longest body we read."""

MOST_ASIDE = 500
"""Forms, homes and hints being sent at once; more of them are left out."""

ASIDE_SECONDS = 10.0
"""What one of them may take."""

LONGEST_PAUSE = 300.0
"""Seconds between two questions to Slack who we are, at most."""


class Engine(Turns, Outbox, Protocol):
    """What the door needs of the engine."""


class SlackDoor:
    """Takes deliveries over HTTP where there is a signing secret, and over a socket where there is an app token."""

    platform = Platform.SLACK

    def __init__(
        self,
        *,
        engine: Engine,
        say: Phrases,
        token: str,
        signing_secret: str,
        app_token: str = "",
        api_url: str = "https://slack.com/api/",
        locate: Locate,
        per_second: float = 15,
        session_hours: int = 24,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._say = say
        self._signing_secret = signing_secret
        self._hours = session_hours
        self._clock = clock
        self._client = web_client(token, api_url)
        self.deliver: Deliver = Courier(
            SlackPost(self._client, say=say, locate=locate), engine, per_second=per_second
        ).deliver
        self._background = Background(engine, self.deliver)
        self._socket = SlackSocket(app_token=app_token, client=self._client, answer=self._answer) if app_token else None
        self._accepted = Accepted()
        self._aside: set[asyncio.Task[None]] = set()
        self._own = ""

    def routes(self) -> list[web.RouteDef]:
        """For the application that all doors share. Without a signing secret nothing may come in this way."""
        paths = ("/slack/events", "/slack/interactive", "/slack/commands") if self._signing_secret.strip() else ()
        return [web.post(path, guarded(self.receive), expect_handler=expected) for path in paths]

    async def take(self, message: Message) -> bool:
        """Keep a message of one of our people and answer it; False where it came before."""
        return await self._background.take(message)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The door at work. What goes wrong at the start is tried again and stops nobody else."""
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            self._client.session = session
            tasks = [asyncio.create_task(self._introduce())]
            if self._socket:
                tasks.append(asyncio.create_task(self._socket.run()))
            try:
                yield
            finally:
                await stopped(tasks)
                await self._background.drain(DRAIN_SECONDS)
                await stopped(self._aside)
                self._client.session = None

    async def receive(self, request: web.Request) -> web.Response:
        """`POST /slack/…`: all addresses take everything, told apart by what it is."""
        now = self._clock()
        if reason := unsigned(request.headers, now):
            return _not_slack(reason)
        body = await body_of(request, most=MOST_BYTES, types=(JSON, FORM))
        if isinstance(body, web.Response):
            return body
        if reason := verify(request.headers, body, self._signing_secret, now):
            return _not_slack(reason)
        signature = request.headers["X-Slack-Signature"]
        if self._accepted.has(signature, now):
            return _not_slack("came before")
        try:
            payload = read(request.content_type, body)
        except ValueError:
            return no(400, "unreadable")
        said = await self._answer(payload)
        self._accepted.add(signature, now)
        return web.Response() if said is None else web.json_response(said)

    async def _answer(self, payload: Payload) -> dict[str, Any] | None:
        """Keep what was delivered, set going what it asks for, and give what is said in the very answer."""
        parsed = parse(payload, now=datetime.fromtimestamp(self._clock(), UTC), own=self._own)
        if isinstance(payload, Command) and isinstance(parsed, Message):
            return {"response_type": "ephemeral", "text": await self._command(parsed)}
        match parsed:
            case Message():
                await self._background.take(parsed)
                form = isinstance(payload, Interaction) and payload.type == "view_submission"
                return {"response_action": "clear"} if form else None
            case Mention():
                if await self._background.take(parsed.message):
                    self._do("hint", self._hint(parsed))
            case OpenModal():
                self._do("form", self._open(parsed))
            case PublishHome():
                self._do("home", self._home(parsed))
            case Challenge():
                return {"challenge": parsed.answer}
            case views.Wrong():
                return {"response_action": "errors", "errors": {parsed.field: self._say(parsed.key)}}
            case None:
                metrics.not_for_us.labels(self.platform).inc()
        return None

    async def _command(self, message: Message) -> str:
        """The sentence under a command. Slack does not repeat a command, so the person is told what went wrong."""
        try:
            await self._background.take(message)
        except StateUnavailable:
            return self._say("hello.unavailable")
        except Overloaded:
            return self._say("hello.busy")
        return self._say("slack.command")

    async def _hint(self, mention: Mention) -> None:
        await self._client.chat_postEphemeral(
            channel=mention.channel, user=mention.user, text=self._say("slack.moved"), thread_ts=mention.thread
        )

    async def _open(self, wanted: OpenModal) -> None:
        view = views.modal(wanted.name, say=self._say, hours=self._hours)
        if view:
            await self._client.views_open(trigger_id=wanted.trigger_id, view=view)

    async def _home(self, opened: PublishHome) -> None:
        await self._client.views_publish(user_id=opened.user, view=views.home(self._say))

    def _do(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        """Something that nobody waits for."""
        if len(self._aside) >= MOST_ASIDE:
            work.close()
            log.warning("too much at once, something was left out", what=what)
            return
        task = asyncio.create_task(_tried(what, work))
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def _introduce(self) -> None:
        """Learn our own id, and tell the operator at once where the token is wrong."""
        pause = 1.0
        while True:
            try:
                with understood():
                    found = await self._client.auth_test()
                self._own = str(found.get("user_id") or "")
                log.info("slack knows us", socket=self._socket is not None, http=bool(self.routes()))
                return
            except (Locked, Refused, Gone) as error:
                log.error("slack refuses the token: check DRRC_SLACK_TOKEN", reason=str(error))
                pause = LONGEST_PAUSE
            except Wait as wait:
                pause = max(pause, wait.seconds)
            except Exception as error:
                log.warning("slack cannot be reached", kind=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


def _not_slack(reason: str) -> web.Response:
    log.warning("not from slack", reason=reason)
    return no(401, reason)


async def _tried(what: str, work: Coroutine[Any, Any, None]) -> None:
    try:
        with understood():
            async with asyncio.timeout(ASIDE_SECONDS):
                await work
    except (Gone, Locked, NotSent, Refused, Unclear, Wait) as error:
        log.warning("slack did not take it", what=what, reason=str(error))
    except Exception as error:
        log.warning("slack did not take it", what=what, reason=type(error).__name__)
