"""A strict stand-in for the KakaoTalk chatbot platform: calls a skill server as Kakao does and checks every answer.

It plays people (`say`, `tap`, `plugin_location`), serves callback addresses and the Event API, keeps what each person
sees (`shown`) and, in `problems`, one sentence for everything Kakao would have refused or cut. A refused answer is
shown as `nothing`. Limits are counted in Python characters.
"""

import json
import secrets
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.fakes import kakao_answers
from tests.fakes.kakao_callbacks import Callback, Callbacks, Fault, token_in
from tests.fakes.kakao_events import Events, EventTask
from tests.fakes.kakao_payload import (
    BLOCKS,
    DRIFTS,
    EVENT_BLOCK,
    LOCATION_BLOCK,
    LOCATION_SHAPES,
    MISSING,
    KakaoPerson,
    build,
    location_action,
)
from tests.fakes.kakao_people import People
from tests.fakes.kakao_shown import Button, Item, Quick, Shown

__all__ = [
    "DRIFTS", "LOCATION_SHAPES", "MISSING", "Button", "Callback", "EventTask", "Item", "KakaoFake", "KakaoPerson",
    "Quick", "Shown", "Turn",
]  # fmt: skip

Json = dict[str, Any]

SECRET = "the skill secret of the tests, long enough"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One call of the skill."""

    user: str
    """Who spoke; empty for a raw call that names nobody."""
    payload: Json | bytes = field(repr=False)
    """What was sent."""
    status: int
    """HTTP status; 0 where there was no answer in time."""
    answer: Json | None
    """The answer, where it was a JSON object."""
    seconds: float
    """How long it took."""
    problems: list[str]
    """What Kakao would have refused or cut in it."""
    shown: list[Shown]
    """What the person sees because of it."""
    request_id: str | None
    """The X-Request-Id it was sent with."""


class KakaoFake:
    """Kakao, as one bot sees it. Use it as an asynchronous context manager."""

    def __init__(
        self,
        skill_url: str | None = None,
        secret: str | None = SECRET,
        bot_id: str = "667e5382f2b2f84cb555091c",
        *,
        header: str = "X-DrRC-Secret",
        timeout: float = 5.0,
        callback_life: float = 60.0,
        callback_race: float = 0.3,
        checks: bool = True,
    ) -> None:
        self.skill_url = skill_url
        self.secret = secret
        self.bot_id = bot_id
        self.header = header
        self.timeout = timeout
        self.checks = checks
        self.callback = False
        self.blocks: dict[str, str] = dict(BLOCKS)
        self.rest_key = "5f0c1d3a9b7e4826a1d4c7f0b3e69258"
        self.url = ""
        self.turns: list[Turn] = []
        self.problems: list[str] = []
        self._people = People(bot_id)
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None
        self._callbacks = Callbacks(
            lifetime=callback_life,
            race=callback_race,
            check=lambda answer: self._check(answer, callback=True, final=True),
            show=self._people.show,
            report=self.problems.append,
        )
        self._events = Events(
            bot_id=bot_id,
            rest_key=lambda: self.rest_key,
            people=self._people.everybody,
            deliver=self._deliver,
            report=self.problems.append,
        )

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/callback/{token}", self._callbacks.handle)
        app.router.add_post("/v2/bots/{bot}/talk", self._events.talk)
        app.router.add_get("/v1/tasks/{task}", self._events.result)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self.timeout),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._events.close()
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # People

    def person(self, name: str) -> KakaoPerson:
        """Somebody with their keys; whoever speaks is known, and a friend of the channel until `friend` is False."""
        return self._people.get(name)

    def shown(self, user: str) -> list[Shown]:
        """What the person sees, oldest first."""
        return self._people.seen(user)

    async def say(self, user: str, text: str, **drift: Any) -> Turn:
        """Somebody types."""
        return await self._call(user, self.payload(user, text, **drift))

    async def tap(self, user: str, label_or_choice: str, *, stale: bool = False, **drift: Any) -> Turn:
        """Somebody presses a quick reply, a button or a line of a list, found by its label or its extra's `choice`.

        Looked for in the newest answer, or with `stale` in the answers before it (newest first).

        Raises:
            LookupError: it is not there, or Kakao tells the skill nothing about it.
        """
        press = self._people.press(user, label_or_choice, stale=stale)
        given: Json = {"client_extra": press.extra, "trigger": press.trigger}
        if press.block_id is not None:
            given |= {"block": press.block_id, "block_name": self.blocks.get(press.block_id)}
        return await self._call(user, self.payload(user, press.text, **(given | drift)))

    async def plugin_location(self, user: str, lat: float, lon: float, shape: str = "json", **drift: Any) -> Turn:
        """Somebody shares a location through the plugin, whose form Kakao does not document: see LOCATION_SHAPES."""
        params, detail = location_action(lat, lon, shape)
        given: Json = {"block": LOCATION_BLOCK, "params": params, "detail_params": detail}
        return await self._call(user, self.payload(user, "위치 전송", **(given | drift)))

    def payload(self, user: str, text: str, *, callback: bool | None = None, **drift: Any) -> Json:
        """What Kakao would send; the drift is named in DRIFTS and explained in `kakao_payload.build`."""
        person = self.person(user)
        url = None
        if self.callback if callback is None else callback:
            url = f"{self.url}/callback/{self._callbacks.issue(user)}"
        return build(person, text, bot_id=self.bot_id, callback_url=url, **drift)

    async def post(
        self,
        body: bytes | Json,
        *,
        headers: dict[str, str] | None = None,
        secret: object = MISSING,
        request_id: object = MISSING,
    ) -> Turn:
        """One raw call, good or hostile; a refusal by HTTP status is in the turn's problems only, and shows nothing.

        `headers` replace ours; `secret=None` and `request_id=None` leave theirs out.
        """
        user = self._people.name_in(_loaded(body))
        return await self._call(user, body, headers=headers, secret=secret, request_id=request_id, raw=True)

    # The bot speaks first

    async def event(self, users: list[str], name: str, data: Json | None = None, params: Json | None = None) -> str:
        """Speaks first through the Event API, over HTTP as a product would, and waits for the deliveries.

        `params` reach the skill (userRequest.params); `data` only fills templates of the block. Gives the task's id.

        Raises:
            ValueError: Kakao refuses the call.
        """
        assert self._session is not None, "use it in `async with`"
        event: Json = {"name": name} | ({"data": data} if data else {})
        body: Json = {"event": event, "user": [{"type": "botUserKey", "id": self.person(u).key} for u in users]}
        body |= {"params": params} if params else {}
        headers = {"Authorization": f"KakaoAK {self.rest_key}"}
        async with self._session.post(f"{self.url}/v2/bots/{self.bot_id}/talk", json=body, headers=headers) as answer:
            accepted: Json = await answer.json()
        if accepted["status"] != "SUCCESS":
            raise ValueError(accepted["message"])
        await self._events.finished(time.perf_counter() + self.timeout + 1)
        return str(accepted["taskId"])

    @property
    def tasks(self) -> dict[str, EventTask]:
        """Accepted events by the id of their task."""
        return self._events.tasks

    @property
    def events(self) -> set[str] | None:
        """The event names that blocks have; None takes any."""
        return self._events.known

    @events.setter
    def events(self, names: set[str] | None) -> None:
        self._events.known = names

    # Later answers

    @property
    def callbacks(self) -> list[Callback]:
        """Every POST on a callback address."""
        return self._callbacks.posts

    @property
    def callback_fault(self) -> Fault | None:
        """A failure of Kakao's own that callbacks meet; it is no problem of the skill's."""
        return self._callbacks.fault

    @callback_fault.setter
    def callback_fault(self, fault: Fault | None) -> None:
        self._callbacks.fault = fault

    async def settled(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Waits until events are delivered and every acknowledged turn had its callback or can have none any more.

        Raises:
            TimeoutError: something may still come.
        """
        deadline = time.perf_counter() + timeout
        await self._events.finished(deadline)
        await self._callbacks.settled(deadline)

    # The call

    async def _deliver(self, person: KakaoPerson, name: str, params: Json, properties: Json) -> tuple[int, bool]:
        payload = build(
            person,
            name,
            bot_id=self.bot_id,
            block=EVENT_BLOCK,
            request_params=params,
            properties=properties,
            flow=False,
        )
        turn = await self._call(person.name, payload)
        return turn.status, not turn.problems

    async def _call(
        self,
        user: str,
        body: Json | bytes,
        *,
        headers: dict[str, str] | None = None,
        secret: object = MISSING,
        request_id: object = MISSING,
        raw: bool = False,
    ) -> Turn:
        assert self._session is not None, "use it in `async with`"
        if self.skill_url is None:
            raise RuntimeError("skill_url is not set")
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        request = secrets.token_hex(16) if request_id is MISSING else request_id
        shared = self.secret if secret is MISSING else secret
        sent = {"Content-Type": "application/json;charset=UTF-8", "Accept": "application/json"}
        sent |= {"X-Request-Id": str(request)} if request is not None else {}
        sent |= {self.header: str(shared)} if shared is not None else {}
        if headers:
            replaced = {name.lower() for name in headers}
            sent = {name: value for name, value in sent.items() if name.lower() not in replaced} | headers
        token = token_in(_loaded(body))
        self._callbacks.began(token)
        status, answer = 0, None
        started = time.perf_counter()
        try:
            async with self._session.post(self.skill_url, data=data, headers=sent, allow_redirects=False) as response:
                status = response.status
                answer, problems = kakao_answers.read(
                    status, response.headers.get("Content-Type", ""), await response.read()
                )
        except TimeoutError:
            status, problems = 0, [f"no answer within {self.timeout:g} s (1001)"]
        except aiohttp.ClientError as broken:
            status, problems = 0, [f"no answer: {type(broken).__name__}"]
        seconds = time.perf_counter() - started
        if answer is not None and not problems:
            problems = self._check(answer, callback=bool(token))
        good = answer if not problems else None
        if good is not None and good.get("useCallback") is True:
            self._callbacks.acknowledged(token)
        refused = raw and status != 200
        turn = Turn(
            user=user,
            payload=body,
            status=status,
            answer=answer,
            seconds=seconds,
            problems=problems,
            shown=[] if refused else self._people.show(user, good),
            request_id=None if request is None else str(request),
        )
        self.turns.append(turn)
        if not refused:
            self.problems.extend(f"turn {len(self.turns)} of {user!r}: {problem}" for problem in problems)
        return turn

    def _check(self, answer: Json, *, callback: bool, final: bool = False) -> list[str]:
        if not self.checks:
            return []
        return kakao_answers.check(answer, callback=callback, blocks=self.blocks, final=final)


def _loaded(body: Json | bytes) -> object:
    if not isinstance(body, bytes):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return None
