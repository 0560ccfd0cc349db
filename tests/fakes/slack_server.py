"""The Slack fake as a server: its life, what it saw, its troubles, and deliveries made by hand."""

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.fakes.slack_api import Trouble, WebApi
from tests.fakes.slack_delivery import Deliveries, encoded
from tests.fakes.slack_payloads import TOKEN, Payloads
from tests.fakes.slack_records import Call, Delivery, Json, Refused, Shown, Warned
from tests.fakes.slack_sockets import Sockets
from tests.fakes.slack_workspace import Workspace

T = TypeVar("T")


class SlackServer:
    """One workspace with the app installed, served on a free port while the block runs."""

    def __init__(
        self,
        *,
        bot_token: str = "xoxb-fake-token",
        signing_secret: str = "fake-signing-secret",
        app_token: str = "xapp-fake-token",
        echo: bool = False,
        limit: float = 3.0,
        retry_delays: Sequence[float] = (0.0, 0.3, 0.6),
        trigger_life: float = 3.0,
        channel_per_second: float | None = None,
    ) -> None:
        self.bot_token = bot_token
        self.signing_secret = signing_secret
        self.app_token = app_token
        self.url = ""
        self.workspace = Workspace()
        self.team = self.workspace.team
        self.bot_user = self.workspace.bot_user
        self.sockets = Sockets(self.workspace.app, lambda error, params: self._api.complain("socket", error, params))
        self._echo = echo
        self._deliveries = Deliveries(self.sockets, secret=signing_secret, limit=limit, delays=retry_delays)
        self._api = WebApi(
            self.workspace,
            bot_token=bot_token,
            app_token=app_token,
            socket_url=self._socket_url,
            posted=self._posted,
            trigger_life=trigger_life,
            channel_per_second=channel_per_second,
        )
        self._echoes: set[asyncio.Task[Any]] = set()
        self._said: dict[str, str] = {}
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4_000_000)
        app.router.add_route("*", "/api/{method}", self._api.call)
        app.router.add_post("/actions/{team}/{number}/{secret}", self._api.respond)
        app.router.add_get("/link/", self.sockets.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._payloads = Payloads(self.workspace, self.url)
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in list(self._echoes):
            task.cancel()
        await asyncio.gather(*self._echoes, return_exceptions=True)
        await self._deliveries.close()
        await self.sockets.end()
        if self._runner is not None:
            await self._runner.cleanup()

    # what can be looked at

    @property
    def calls(self) -> list[Call]:
        """The Web API calls that were accepted, oldest first."""
        return self._api.calls

    @property
    def refused(self) -> list[Refused]:
        """What Slack would not have taken, oldest first."""
        return self._api.refused

    @property
    def warnings(self) -> list[Warned]:
        """What Slack takes although a person would not be well served, oldest first."""
        return self._api.warnings

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to hand something over, oldest first."""
        return self._deliveries.log

    @property
    def limit(self) -> float:
        """How many seconds an acknowledgement may take."""
        return self._deliveries.limit

    @limit.setter
    def limit(self, seconds: float) -> None:
        self._deliveries.limit = seconds

    @property
    def events_url(self) -> str | None:
        """Where everything is delivered, unless a kind has its own address."""
        return self._deliveries.urls["event"]

    @events_url.setter
    def events_url(self, url: str | None) -> None:
        self._deliveries.urls["event"] = url

    @property
    def interactive_url(self) -> str | None:
        """Where interactions are delivered, if elsewhere."""
        return self._deliveries.urls["interactive"]

    @interactive_url.setter
    def interactive_url(self, url: str | None) -> None:
        self._deliveries.urls["interactive"] = url

    @property
    def command_url(self) -> str | None:
        """Where commands are delivered, if elsewhere."""
        return self._deliveries.urls["command"]

    @command_url.setter
    def command_url(self, url: str | None) -> None:
        self._deliveries.urls["command"] = url

    def dm(self, user: str) -> str:
        """The conversation of a person with the bot; the person is made known."""
        return self.workspace.add_user(user)

    def shown(self, user: str) -> list[Shown]:
        """What the bot said to a person in their conversation, oldest first."""
        return self.workspace.shown(self.dm(user))

    def shown_in(self, channel: str) -> list[Shown]:
        """What the bot said in a channel, oldest first, with what only one person sees."""
        return self.workspace.shown(channel)

    def home(self, user: str) -> Json | None:
        """The home of the app as the person sees it."""
        return self.workspace.homes.get(user)

    def modal(self, user: str) -> Json | None:
        """The modal that is open for the person, the topmost of several."""
        stack = self.workspace.modals.get(user)
        return stack[-1] if stack else None

    def ts_of(self, id: str) -> str:
        """The `ts` of the message that a delivery was about."""
        return self._said[id]

    # deliveries by hand

    def event(self, user: str, text: str, **more: Any) -> Json:
        """The body of a message event that is not delivered yet; `more` overrides the inner event."""
        return self._payloads.event(self._payloads.said(user, text, self.dm(user)) | more)

    async def post(
        self,
        body: Json | bytes,
        *,
        kind: str = "event",
        timestamp: str | None = None,
        signature: str | None = None,
        retry: int = 0,
        url: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """Makes one signed attempt over HTTP and gives its status; nothing is repeated."""
        sent, content_type = encoded(kind, body) if isinstance(body, dict) else (body, encoded(kind, {})[1])
        name = str(body.get("event_id") or body.get("trigger_id") or "") if isinstance(body, dict) else ""
        done = await self._deliveries.attempt(
            name,
            kind,
            sent,
            content_type,
            retry=retry,
            url=url,
            timestamp=timestamp,
            signed=signature,
            headers=headers,
        )
        return done.status

    async def verify_url(self) -> bool:
        """Asks the product to repeat a challenge, as Slack does when an address is entered."""
        challenge = secrets.token_urlsafe(32)
        body = json.dumps({"token": TOKEN, "challenge": challenge, "type": "url_verification"}).encode()
        done = await self._deliveries.attempt("url_verification", "event", body, "application/json")
        answer = decoded(done.body)
        return done.taken and challenge in (answer, answer.get("challenge") if isinstance(answer, dict) else None)

    async def settled(self, timeout: float = 10, quiet: float = 0.3) -> None:  # noqa: ASYNC109
        """Waits until nothing is being delivered or asked, and nothing was for a moment."""

        def still() -> bool:
            busy = self._deliveries.busy or self._api.active or self._echoes
            return not busy and time.monotonic() - max(self._api.last_activity, started) >= quiet

        started = time.monotonic()
        await self.until(still, timeout)

    async def until(self, what: Callable[[], T], timeout: float = 10) -> T:  # noqa: ASYNC109
        """Waits until this gives something true, and gives it."""
        end = time.monotonic() + timeout
        while not (found := what()):
            if time.monotonic() > end:
                raise TimeoutError(f"not within {timeout} s; refused: {[(r.method, r.error) for r in self.refused]}")
            await asyncio.sleep(0.02)
        return found

    # troubles

    def rate_limit(self, times: int, retry_after: int = 1, method: str | None = None) -> None:
        """Answers the next calls with 429."""
        self._api.troubles.append(Trouble(times=times, method=method, status=429, retry_after=retry_after))

    def fail(
        self,
        times: int,
        status: int = 500,
        accept: bool = False,
        method: str | None = None,
        error: str = "internal_error",
    ) -> None:
        """Answers the next calls with an error; `accept` carries them out first; status 0 breaks the connection."""
        self._api.troubles.append(Trouble(times=times, method=method, status=status, accept=accept, error=error))

    # inside

    async def _event(self, event: Json, ts: str = "") -> str:
        body = self._payloads.event(event)
        self._said[body["event_id"]] = ts
        return (await self._deliveries.deliver(body["event_id"], "event", body)).id

    def _socket_url(self) -> str:
        return f"ws{self.url.removeprefix('http')}/link/?ticket={self.sockets.ticket()}&app_id={self.workspace.app}"

    def _posted(self, channel: str, message: Json) -> None:
        if not self._echo or self.workspace.channels[channel].user is None:
            return
        ts = self.workspace.ts() if message.get("hidden") else message["ts"]
        event = {"type": "message", "ts": ts, "event_ts": ts, "channel": channel, "channel_type": "im"} | message
        task = asyncio.create_task(self._event(event, ts=ts))
        self._echoes.add(task)
        task.add_done_callback(self._echoes.discard)


def decoded(body: str) -> Any:
    """A body as JSON, or as it is."""
    with contextlib.suppress(ValueError):
        return json.loads(body)
    return body
