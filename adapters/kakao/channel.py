"""The skill server: answers within the request, by the callback, or holds the answer for the next message."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import aiohttp
import structlog
from aiohttp import web
from pydantic import ValidationError

from adapters.background import DRAIN_SECONDS, Background
from adapters.channel import KAKAO
from adapters.deadline import Slot
from adapters.incoming import body_of, expected, guarded, no, same
from adapters.kakao import translate
from adapters.kakao.callback import allowed, call_back
from adapters.kakao.wire import SkillPayload
from adapters.recent import RecentAnswers
from bot.delivery import Deliver
from bot.engine import Accepted, Turn
from bot.errors import Later, Overloaded, StateUnavailable
from bot.message import Address, Message, Outgoing, Platform, Reply
from bot.phrases import Phrases

log = structlog.get_logger()

PATH = "/kakao/skill"
"""Where KakaoTalk posts what people say."""

SECRET_HEADER = "X-DrRC-Secret"  # noqa: S105 - a header's name
"""Where Kakao repeats the secret that was set in its console."""

MOST_BODY = 32 * 1024
"""Bytes of a skill payload."""

MOST_ANSWER = 30_000
"""Bytes of an answer; Kakao may drop one over 30,720."""

CALLBACK_PAUSE = 1.0
"""Seconds between the acknowledgement and the callback: a faster one can be refused."""

CALLBACK_SECONDS = 50.0
"""Seconds after which the callback's one use is spent on saying that it takes longer; it is good for sixty."""

REST_SECONDS = 2.0
"""How long it is tried to keep what did not fit, where Redis stumbled over it; the beginning is shown meanwhile."""

Locate = Callable[[Address], Awaitable[str | None]]
"""A link to the page that reads a browser's location, or None where there is no public address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one request or callback shows."""

    body: bytes = field(repr=False)
    """The answer as it is sent."""
    ids: tuple[str, ...] = ()
    """The replies it shows, whole or in part."""
    rest: Outgoing | None = None
    """What did not fit; it waits as a reply of its own."""
    kept: bool = True
    """Whether it does so already."""

    @property
    def waits(self) -> tuple[str, ...]:
        """What waits beside the replies until they are marked."""
        return (self.rest.id,) if self.rest and self.kept else ()


class Turns(Protocol):
    """What the door needs of the engine."""

    async def accept(self, message: Message, deliver: Deliver | None) -> Accepted | None:
        """Keep a message; None where it came before."""

    async def answer(self, accepted: Accepted, deliver: Deliver | None, *, in_order: bool = False) -> Turn | None:
        """Run its turn."""

    async def undelivered(self, address: Address) -> tuple[Outgoing, ...]:
        """Replies that wait for this person."""

    async def mark_delivered(self, address: Address, ids: Sequence[str]) -> None:
        """These were shown."""

    async def keep_rest(self, outgoing: Outgoing, *, life: timedelta) -> None:
        """Keep what did not fit."""

    async def busy(self, address: Address) -> bool:
        """Whether a turn of this person is under way."""


class KakaoDoor:
    """The door. `deadline` counts from the request's arrival."""

    platform = Platform.KAKAO
    deliver: Deliver | None = None
    """Kakao cannot be written to; what was not shown waits for the person's next message."""

    def __init__(
        self,
        *,
        engine: Turns,
        say: Phrases,
        secret: str,
        locate: Locate,
        bot_ids: frozenset[str] = frozenset(),
        callback_hosts: Sequence[str] = ("kakao.com",),
        deadline: float = KAKAO.deadline_seconds or 4.0,
        callback_seconds: float = CALLBACK_SECONDS,
        reply_life: timedelta = timedelta(hours=24),
    ) -> None:
        self._engine = engine
        self._say = say
        self._secret = secret
        self._locate = locate
        self._bot_ids = bot_ids
        self._hosts = tuple(callback_hosts)
        self._deadline = deadline
        self._callback_seconds = callback_seconds
        self._life = reply_life
        self._recent = RecentAnswers()
        self._background = Background(engine, _when_they_ask)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._session: aiohttp.ClientSession | None = None

    def routes(self) -> list[web.RouteDef]:
        """The one address Kakao calls."""
        return [web.post(PATH, guarded(self.skill), expect_handler=expected)]

    async def take(self, message: Message) -> bool:
        """Keep a message that did not come by the skill; its answer waits for the person's next one."""
        return await self._background.take(message)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The way to Kakao's callbacks, for the life of the block."""
        async with aiohttp.ClientSession() as self._session:
            try:
                yield
            finally:
                if self._tasks:
                    await asyncio.wait(self._tasks, timeout=DRAIN_SECONDS)
                await self._background.drain(DRAIN_SECONDS)

    async def skill(self, request: web.Request) -> web.StreamResponse:
        """`POST /kakao/skill`."""
        until = asyncio.get_running_loop().time() + self._deadline
        shown = request.headers.get(SECRET_HEADER)
        if shown is None:
            return no(401, "the secret is missing")
        if not same(shown, self._secret):
            return no(403, "the secret is wrong")
        body = await body_of(request, most=MOST_BODY, types=("application/json",))
        if isinstance(body, web.Response):
            return body
        try:
            payload = SkillPayload.model_validate_json(body)
        except ValidationError:
            return no(400, "unreadable")
        if self._bot_ids and payload.bot.id.rstrip("!") not in self._bot_ids:
            return no(403, "another bot")
        name = request.headers.get("X-Request-Id", "")[:200].encode(errors="replace").decode() or uuid.uuid4().hex
        message = translate.parse(payload, request_id=name, now=datetime.now(UTC))
        if message.choice in (translate.CONTINUE, translate.LOCATED):
            return await self._go_on(request, message, until)
        url = payload.userRequest.callbackUrl
        return await self._turn(request, message, until, url if allowed(url, self._hosts) else "")

    async def _turn(self, request: web.Request, message: Message, until: float, callback: str) -> web.StreamResponse:
        slot = Slot()
        try:
            accepted = await self._engine.accept(message, slot.deliver)
        except StateUnavailable:
            return _response(self._without_state(slot))
        if accepted is None:
            return self._again(message)
        task = self._start(self._answer(accepted, slot))
        task.add_done_callback(slot.turn_ended)
        full = await slot.filled(until)
        if not full and not slot.said and callback:
            response = _response(_bytes(translate.wait_for_callback(self._say)))
            self._start(self._call_back(callback, message, accepted, slot))
            return response
        try:
            return await self._now(request, message, accepted, slot, full=full)
        finally:
            slot.written(accepted=False)  # means nothing where it was written: the turn must not wait for ever

    async def _now(
        self, request: web.Request, message: Message, accepted: Accepted, slot: Slot, *, full: bool
    ) -> web.StreamResponse:
        """The answer with what the turn has said by now."""
        address, said = message.address, slot.said if full else slot.close()
        if not said:
            return _response(self._sentence("kakao.still" if full else "kakao.late"))
        try:
            answer = await self._compose(address, said, behind=accepted.behind)
        except StateUnavailable:
            return _response(self._without_state(slot))
        response = _response(answer.body)
        try:
            await _write(request, response)
        except BaseException:
            await self._mark(address, answer.waits)  # the whole is still waiting: no part of it shall wait beside it
            raise
        self._recent.keep(address.user, message.id, answer.body)
        if await self._all_kept(answer):
            slot.written(accepted=True)
            await self._mark(address, [name for name in answer.ids if name not in _own(slot)])
        return response

    async def _answer(self, accepted: Accepted, slot: Slot) -> None:
        try:
            turn = await self._engine.answer(accepted, slot.deliver)
            if turn and turn.forgot:
                self._recent.forget(accepted.message.address.user)
        except (StateUnavailable, Overloaded) as error:
            log.warning("the turn is run later", reason=type(error).__name__)
        except Exception as error:
            log.error("a turn failed", kind=type(error).__name__)

    async def _call_back(self, url: str, message: Message, accepted: Accepted, slot: Slot) -> None:
        """The answer to the callback address, or, shortly before it ends, that it takes longer."""
        assert self._session is not None
        loop = asyncio.get_running_loop()
        begin = loop.time()
        done, whole, answer = False, False, Answer(body=self._sentence("kakao.still"))
        try:
            await slot.filled(begin + self._callback_seconds)
            if said := slot.close():
                try:
                    answer = await self._compose(message.address, said, behind=accepted.behind)
                except StateUnavailable:
                    answer = Answer(body=self._without_state(slot))
            await asyncio.sleep(max(0.0, begin + CALLBACK_PAUSE - loop.time()))
            done = await call_back(self._session, url, answer.body)
            whole = done and await self._all_kept(answer)
        finally:
            slot.written(accepted=whole and bool(answer.ids))  # the turn must not wait for ever
        if whole:
            await self._mark(message.address, [name for name in answer.ids if name not in _own(slot)])
        elif not done:
            await self._mark(message.address, answer.waits)

    async def _go_on(self, request: web.Request, message: Message, until: float) -> web.StreamResponse:
        """Shows what waits; waits itself while a turn is under way."""
        address, loop, pause = message.address, asyncio.get_running_loop(), 0.1
        try:
            waiting = await self._engine.undelivered(address)
            while not waiting and await self._engine.busy(address) and loop.time() + pause < until:
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, 0.5)
                waiting = await self._engine.undelivered(address)
            if not waiting:
                busy = await self._engine.busy(address)
                return _response(self._sentence("kakao.late") if busy else self._nothing_waits(message))
            answer = await self._compose(address, waiting, behind=False)
        except StateUnavailable:
            return _response(_bytes(translate.sentence(self._say("hello.unavailable"))))
        response = _response(answer.body)
        try:
            await _write(request, response)
        except BaseException:
            await self._mark(address, answer.waits)
            raise
        if await self._all_kept(answer):
            await self._mark(address, answer.ids)
        return response

    async def _compose(self, address: Address, said: Sequence[Outgoing], *, behind: bool) -> Answer:
        """One answer of what waits and what was just said; what does not fit is kept before anything is shown.

        Where only the keeping fails, the beginning is shown all the same.
        """
        earlier = await self._engine.undelivered(address) if behind else ()
        new = {outgoing.id for outgoing in said}
        everything = [*(outgoing for outgoing in earlier if outgoing.id not in new), *said]
        reply = translate.together([outgoing.reply for outgoing in everything])
        folded = translate.folded(reply, say=self._say, locate_url=await self._locate_url(address, reply))
        body = _bytes(translate.render(folded, say=self._say))
        if len(body) > MOST_ANSWER:
            folded = translate.folded(translate.as_text(reply), say=self._say, locate_url=None)
            body = _bytes(translate.render(folded, say=self._say))
        ids, rest, kept = tuple(outgoing.id for outgoing in everything), None, True
        if folded.rest is not None:
            rest = Outgoing(id=f"{everything[-1].id}+", address=address, reply=folded.rest)
            try:
                await self._engine.keep_rest(rest, life=self._life)
            except StateUnavailable:
                kept = False
        return Answer(body=body, ids=ids, rest=rest, kept=kept)

    async def _all_kept(self, answer: Answer) -> bool:
        """Whether all that was not shown waits. Where it does not, the replies wait whole and are shown again."""
        loop, pause = asyncio.get_running_loop(), 0.05
        end = loop.time() + REST_SECONDS
        while answer.rest and not answer.kept:
            try:
                await self._engine.keep_rest(answer.rest, life=self._life)
                break
            except StateUnavailable as error:
                if loop.time() + pause > end:
                    log.warning("shown replies may be shown again", reason=str(error))
                    return False
            await asyncio.sleep(pause)
            pause *= 1.5
        return True

    async def _locate_url(self, address: Address, reply: Reply) -> str | None:
        if not any(choice.asks_location for choice in reply.choices):
            return None
        try:
            return await self._locate(address)
        except StateUnavailable:
            return None  # typing a district works as well

    async def _mark(self, address: Address, ids: Sequence[str]) -> None:
        if not ids:
            return
        try:
            await self._engine.mark_delivered(address, ids)
        except StateUnavailable as error:
            log.warning("shown replies may be shown again", reason=str(error))

    def _without_state(self, slot: Slot) -> bytes:
        """Danger is answered even when nothing can be kept; what was said besides waits, and new words come again."""
        if any(outgoing.id.endswith(":alarm") for outgoing in slot.said):
            reply = translate.together([outgoing.reply for outgoing in slot.said])
            folded = translate.folded(reply, say=self._say, locate_url=None)
            return _bytes(translate.render(folded, say=self._say))
        if slot.said:
            return self._sentence("kakao.still")
        return _bytes(translate.sentence(self._say("hello.unavailable")))

    def _again(self, message: Message) -> web.Response:
        """The answer to a request that came before: the same bytes where they are remembered."""
        before = self._recent.lines(message.address.user, message.id)
        return _response(before[-1] if before else self._sentence("kakao.repeated"))

    def _nothing_waits(self, message: Message) -> bytes:
        key = "kakao.not_located" if message.choice == translate.LOCATED else "kakao.nothing_more"
        return _bytes(translate.sentence(self._say(key)))

    def _sentence(self, key: str) -> bytes:
        return _bytes(translate.sentence(self._say(key), translate.more_choice(self._say)))

    def _start(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _when_they_ask(_: Outgoing) -> None:
    raise Later("shown with the person's next message")


def _own(slot: Slot) -> set[str]:
    """The reply the engine itself marks as delivered once the answer is written."""
    return {outgoing.id for outgoing in slot.said if outgoing.id.endswith(":reply")}


def _bytes(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _response(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json", charset="utf-8")


async def _write(request: web.Request, response: web.Response) -> None:
    """Writes the whole answer now, so that it is known to be out."""
    await response.prepare(request)
    await response.write_eof()
