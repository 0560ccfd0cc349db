"""The web door's routes: the page, its files, and the small API the page speaks to."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from aiohttp import web
from pydantic import ValidationError

from adapters.incoming import READ_SECONDS, expected
from adapters.recent import RecentAnswers
from adapters.web import translate
from adapters.web.answers import Answers, Refusal, code_of
from adapters.web.identity import COOKIE, TOKEN_HEADER, Identities, Visitor, from_our_page
from adapters.web.limits import Buckets
from adapters.web.page import Page, load_page, security_headers
from adapters.web.stream import LineStream, line
from adapters.web.wire import Ack, Incoming
from bot.message import Address, Message, Outgoing
from nlu.alarm import screen

Deliver = Callable[[Outgoing], Awaitable[None]]
"""Hands one reply to the person; returns once the door took it."""

COOKIE_LIFE = 30 * 24 * 3600
"""Seconds a browser keeps its anonymous name; every visit renews it."""

SHARED_ADDRESS = 10
"""One network address may write this many times as often as one visitor: many phones share one."""

MOST_PROVEN = 1_000
"""So many cookies with their tokens are remembered as proven; then all are checked anew."""

TURNS_REPLY = ":reply"
"""How the id of a turn's own reply ends: it is the last one of its turn."""

END = line({"end": True})
"""The last line of an answer."""

FORGETTING = frozenset({"delete_now"})
"""Choices after which nothing of the conversation may stay in this process."""

_Model = TypeVar("_Model", Incoming, Ack)


class Turns(Protocol):
    """What the door needs of the engine."""

    async def handle(self, message: Message, deliver: Deliver) -> object | None:
        """Answers one message through `deliver`; None where the message came before."""

    async def undelivered(self, address: Address) -> tuple[Outgoing, ...]:
        """Replies that were never taken."""

    async def mark_delivered(self, address: Address, ids: Sequence[str]) -> None:
        """Says that these were taken."""


def web_app(
    turns: Turns,
    *,
    secret: bytes,
    texts: Mapping[str, str],
    secure_cookie: bool = False,
    max_body: int = 262_144,
    rate_per_minute: int = 30,
    tiles_url: str = "",
    trusted_proxy: bool = False,
) -> web.Application:
    """The door as an aiohttp application. `trusted_proxy` reads the visitor's address from `X-Forwarded-For`."""
    answers = Answers(texts)
    headers = dict(security_headers(tiles_url))
    if secure_cookie:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    door = WebDoor(
        turns=turns,
        identities=Identities(secret),
        answers=answers,
        page=load_page(texts, tiles_url=tiles_url),
        visitors=Buckets(per_minute=rate_per_minute),
        networks=Buckets(per_minute=rate_per_minute * SHARED_ADDRESS),
        secure_cookie=secure_cookie,
        trusted_proxy=trusted_proxy,
    )

    async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)
        response.headers.setdefault("Cache-Control", "no-store")

    app = web.Application(client_max_size=max_body, middlewares=[answers.middleware])
    app.on_response_prepare.append(on_prepare)
    app.add_routes(
        [
            web.get("/", door.show),
            web.get("/static/{path:.+}", door.file),
            web.post("/api/messages", door.messages, expect_handler=expected),
            web.get("/api/replies", door.replies),
            web.post("/api/replies/ack", door.ack, expect_handler=expected),
            web.post("/api/new", door.new, expect_handler=expected),
            web.get("/healthz", door.health),
        ]
    )
    return app


class WebDoor:
    """The handlers. Every handler of the API first makes sure that our own page speaks for a visitor we know."""

    def __init__(
        self,
        *,
        turns: Turns,
        identities: Identities,
        answers: Answers,
        page: Page,
        visitors: Buckets,
        networks: Buckets,
        secure_cookie: bool,
        trusted_proxy: bool,
    ) -> None:
        self._turns = turns
        self._identities = identities
        self._answers = answers
        self._page = page
        self._visitors = visitors
        self._networks = networks
        self._secure_cookie = secure_cookie
        self._trusted_proxy = trusted_proxy
        self._recent = RecentAnswers()
        self._proven: dict[tuple[str, str], Visitor] = {}

    async def show(self, request: web.Request) -> web.Response:
        """`GET /`: the page, for the visitor of the cookie or a new one."""
        visitor = self._identities.recognise(request.cookies.get(COOKIE))
        if visitor is None and request.headers.get("Sec-Fetch-Site") == "cross-site" and not request.query:
            # A strict cookie does not travel with a link from another site. Coming once more, from ourselves, brings
            # it along; a new name given now would cost the person the conversation they already have.
            return web.Response(
                text='<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/?again">',
                content_type="text/html",
            )
        visitor = visitor or self._identities.issue()
        response = web.Response(
            body=self._page.html(self._identities.token(visitor)), content_type="text/html", charset="utf-8"
        )
        self._set_cookie(response, visitor)
        return response

    async def file(self, request: web.Request) -> web.Response:
        """`GET /static/{version}/{path}`: one of the page's files."""
        found = self._page.file(request.match_info["path"])
        if found is None:
            raise Refusal("not_found")
        file, exact = found
        headers = {
            "ETag": file.etag,
            "Vary": "Accept-Encoding",
            "Cache-Control": "public, max-age=31536000, immutable" if exact else "no-cache",
        }
        if file.etag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        body = file.body
        if file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            body = file.packed
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=body, headers={**headers, "Content-Type": file.type})

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """`POST /api/messages`: passes one message on and streams the replies, one JSON per line."""
        visitor = self._visitor(request)
        incoming = await _read(request, Incoming)
        message = translate.parse(incoming, visitor.user, datetime.now(UTC))
        self._limit(request, visitor, text=message.text)
        stream = LineStream(request)

        async def deliver(outgoing: Outgoing) -> None:
            said = line(translate.render(outgoing))
            self._recent.keep(visitor.user, message.id, said)
            if outgoing.id.endswith(TURNS_REPLY):
                await stream.write_last(said + END)  # nothing follows it: the person need not wait for our records
            else:
                await stream.write(said)

        try:
            if await self._turns.handle(message, deliver) is None:
                await self._again(message, stream)
        except ConnectionError:
            return await stream.end({"end": True})  # the page has gone; what it missed waits in the outbox
        except Exception as error:
            code = code_of(error)
            if not stream.begun:
                return self._answers.response(code)
            return await stream.end(self._answers.body(code))
        finally:
            if message.choice in FORGETTING:
                self._recent.forget(visitor.user)
        return await stream.end({"end": True})

    async def replies(self, request: web.Request) -> web.Response:
        """`GET /api/replies`: what was said while the page was away."""
        visitor = self._visitor(request)
        self._limit(request, visitor, purpose="replies")
        waiting = await self._turns.undelivered(translate.address_of(visitor.user))
        return web.json_response({"replies": [translate.render(outgoing) for outgoing in waiting]})

    async def ack(self, request: web.Request) -> web.Response:
        """`POST /api/replies/ack`: the page has shown these."""
        visitor = self._visitor(request)
        ack = await _read(request, Ack)
        self._limit(request, visitor, purpose="replies")
        await self._turns.mark_delivered(translate.address_of(visitor.user), ack.ids)
        return web.json_response({"ok": True})

    async def new(self, request: web.Request) -> web.Response:
        """`POST /api/new`: a new anonymous name; the old one's conversation can no longer be reached from here."""
        visitor = self._visitor(request)
        self._limit(request, visitor, purpose="replies")
        self._recent.forget(visitor.user)
        fresh = self._identities.issue()
        response = web.json_response({"token": self._identities.token(fresh)})
        self._set_cookie(response, fresh)
        return response

    async def health(self, _: web.Request) -> web.Response:
        """`GET /healthz`: the process answers."""
        return web.json_response({"ok": True})

    async def _again(self, message: Message, stream: LineStream) -> None:
        """Answers a message that came before: with what was said to it, and with whatever still waits."""
        for said in self._recent.lines(message.address.user, message.id):
            await stream.write(said)
        for outgoing in await self._turns.undelivered(message.address):
            await stream.write(line(translate.render(outgoing)))
            await self._turns.mark_delivered(message.address, [outgoing.id])

    def _visitor(self, request: web.Request) -> Visitor:
        """Who speaks, where our own page speaks for them; what was proven once is remembered for a while."""
        shown = request.headers.get("Cookie", ""), request.headers.get(TOKEN_HEADER, "")
        visitor = self._proven.get(shown)
        if visitor is None:
            visitor = self._identities.recognise(request.cookies.get(COOKIE))
            if visitor is None or not self._identities.proves(visitor, shown[1]):
                raise Refusal("stranger")
            if len(self._proven) >= MOST_PROVEN:
                self._proven.clear()
            self._proven[shown] = visitor
        if not from_our_page(request.headers, request.host):
            raise Refusal("stranger")
        return visitor

    def _limit(
        self, request: web.Request, visitor: Visitor, *, text: str | None = None, purpose: str = "messages"
    ) -> None:
        """Refuses who writes too often, but never somebody in danger."""
        wait = self._visitors.take(f"{purpose}:{visitor.user}") or self._networks.take(self._network(request))
        if wait and not (text and screen(text)):
            raise Refusal("too_fast", retry_after=wait)

    def _network(self, request: web.Request) -> str:
        forwarded = request.headers.get("X-Forwarded-For", "") if self._trusted_proxy else ""
        return forwarded.rpartition(",")[2].strip() or request.remote or ""

    def _set_cookie(self, response: web.Response, visitor: Visitor) -> None:
        response.set_cookie(
            COOKIE,
            visitor.cookie,
            max_age=COOKIE_LIFE,
            path="/",
            httponly=True,
            samesite="Strict",
            secure=self._secure_cookie,
        )


async def _read(request: web.Request, model: type[_Model]) -> _Model:
    if request.content_type != "application/json":
        raise Refusal("not_json")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refusal("unreadable")
    try:
        async with asyncio.timeout(READ_SECONDS):
            body = await request.read()
        return model.model_validate_json(body)
    except (ConnectionError, TimeoutError, ValidationError):
        raise Refusal("unreadable") from None
