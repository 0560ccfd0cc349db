"""The routes: the page behind a signed link, its files, and the one position it may send."""

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.incoming import body_of, expected, guarded, no
from adapters.locate.link import Ticket, Wrong, read, sign
from adapters.locate.page import HEADERS, Page
from bot.errors import Overloaded, StateUnavailable
from bot.message import Address, Message, Platform
from bot.phrases import Phrases
from knowledge.places.place import Point

log = structlog.get_logger()

Take = Callable[[Message], Awaitable[bool]]
"""Keeps a message and has it answered; False where it came before."""

KIND = "locate"
"""How our tickets are told from others."""

MOST_BYTES = 2_048
"""The longest body we read."""

STATUS = {"tampered": 403, "expired": 410, "used": 410, "busy": 503, "unreadable": 400}
"""What each refusal answers; the page shows the state of the same name."""


class Tickets(Protocol):
    """Where addresses wait for their link to be used. Every method raises StateUnavailable."""

    async def put_ticket(self, kind: str, name: str, value: bytes, life: timedelta) -> None:
        """Keep a value."""

    async def see_ticket(self, kind: str, name: str) -> bytes | None:
        """The value, or None where it was dropped or has ended."""

    async def drop_ticket(self, kind: str, name: str) -> None:
        """Forget it."""


class Position(BaseModel):
    """What the page sends."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, hide_input_in_errors=True)

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, repr=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False, repr=False)
    accuracy: float | None = Field(default=None, ge=0, allow_inf_nan=False, repr=False)


class LocateDoor:
    """Issues links and takes positions. `takers` says which messengers use it and how they take a message."""

    def __init__(
        self,
        *,
        takers: Mapping[Platform, Take],
        tickets: Tickets,
        say: Phrases,
        secret: bytes,
        public_url: str,
        life: timedelta = timedelta(minutes=10),
    ) -> None:
        self._takers = takers
        self._tickets = tickets
        self._secret = secret
        self._public_url = public_url.rstrip("/")
        self._life = life
        self._page = Page(say, minutes=max(1, round(life.total_seconds() / 60)))

    def routes(self) -> list[web.RouteDef]:
        """For the application that all doors share."""
        return [
            web.get("/locate/static/{file}", guarded(self.file)),
            web.get("/locate/{token}", guarded(self.show), expect_handler=expected),
            web.post("/locate/{token}", guarded(self.receive), expect_handler=expected),
        ]

    async def issue(self, address: Address) -> str | None:
        """A link for this person's position; None where nobody outside could open it or no door would take it."""
        if not self._public_url or address.platform not in self._takers:
            return None
        ticket = secrets.token_urlsafe(16)
        await self._tickets.put_ticket(KIND, ticket, _packed(address), self._life)
        expires_at = int((datetime.now(UTC) + self._life).timestamp())
        return f"{self._public_url}/locate/{sign(ticket, expires_at, self._secret)}"

    async def show(self, request: web.Request) -> web.Response:
        """`GET /locate/{token}`: the page. Opening it uses nothing up: messengers open links for a preview."""
        ticket = self._ticket(request)
        if isinstance(ticket, Wrong):
            return self._shown(ticket.reason)
        try:
            address = await self._address(ticket.name)
        except StateUnavailable:
            return self._shown("busy")
        return self._shown("ask", address.platform) if address else self._shown("used")

    async def file(self, request: web.Request) -> web.Response:
        """`GET /locate/static/{file}`: style and script."""
        found = self._page.files.get(request.match_info["file"])
        if found is None:
            return no(404, "not found")
        exact = request.query.get("v") == self._page.version
        caching = "public, max-age=31536000, immutable" if exact else "no-cache"
        return web.Response(
            body=found.body, content_type=found.type, charset="utf-8", headers={**HEADERS, "Cache-Control": caching}
        )

    async def receive(self, request: web.Request) -> web.Response:
        """`POST /locate/{token}`: the position goes on as a message of the person's own, once."""
        if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            return no(403, "another site")
        ticket = self._ticket(request)
        if isinstance(ticket, Wrong):
            return self._refused(ticket.reason)
        body = await body_of(request, most=MOST_BYTES, types=("application/json",))
        if isinstance(body, web.Response):
            return body
        try:
            position = Position.model_validate_json(body)
        except ValidationError:
            return self._refused("unreadable")
        try:
            address = await self._address(ticket.name)
            if address is None:
                return self._refused("used")
            message = Message(
                id=f"{KIND}:{ticket.name}",
                address=address,
                sent_at=datetime.now(UTC),
                point=Point(lat=position.lat, lon=position.lon),
            )
            if not await self._takers[address.platform](message):
                return self._refused("used", address.platform)
        except (StateUnavailable, Overloaded):
            return self._refused("busy")
        await self._drop(ticket.name)
        title, _ = self._page.sentences(address.platform)["sent"]
        return _answered(200, {"ok": True, "text": title, "back": self._page.back(address.platform)})

    def _ticket(self, request: web.Request) -> Ticket | Wrong:
        return read(request.match_info["token"], self._secret, datetime.now(UTC).timestamp())

    async def _address(self, ticket: str) -> Address | None:
        kept = await self._tickets.see_ticket(KIND, ticket)
        address = None if kept is None else _unpacked(kept)
        return address if address and address.platform in self._takers else None

    async def _drop(self, ticket: str) -> None:
        """Forget the address early. Where that fails it ends by itself, and the message is known by its id anyway."""
        try:
            await self._tickets.drop_ticket(KIND, ticket)
        except StateUnavailable:
            log.warning("a used ticket is left to its end")

    def _shown(self, state: str, platform: Platform | None = None) -> web.Response:
        return web.Response(
            text=self._page.html(state, platform),
            content_type="text/html",
            charset="utf-8",
            status=STATUS.get(state, 200),
            headers=_headers(state),
        )

    def _refused(self, state: str, platform: Platform | None = None) -> web.Response:
        _, text = self._page.sentences(platform)[state]
        return _answered(STATUS[state], {"ok": False, "error": state, "text": text, "back": ""}, _headers(state))


def _headers(state: str) -> dict[str, str]:
    again = {"Retry-After": "2"} if state == "busy" else {}
    return {**HEADERS, "Cache-Control": "no-store", **again}


def _answered(status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers=headers or _headers(""))


def _packed(address: Address) -> bytes:
    return json.dumps([address.platform.value, address.user, address.room]).encode()


def _unpacked(kept: bytes) -> Address:
    platform, user, room = json.loads(kept)
    return Address(platform=Platform(platform), user=user, room=room)
