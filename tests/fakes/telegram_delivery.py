"""How updates reach the bot: posted to its webhook until accepted, or fetched with getUpdates."""

import asyncio
import contextlib
import re
import time
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from aiogram.types import Update

from tests.fakes.telegram_values import Json, Refusal, bad, too_many

KINDS = frozenset(Update.model_fields) - {"update_id"}

LEFT_OUT_UNLESS_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}

USUAL_KINDS = KINDS - LEFT_OUT_UNLESS_ASKED

PORTS = {80, 88, 443, 8443}

LOOPBACK = {"127.0.0.1", "localhost", "::1"}

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where updates are posted to."""

    url: str
    """The address."""
    secret: str | None = field(default=None, repr=False)
    """What the secret header carries, if it is sent."""
    max_connections: int = 40
    """How many updates are on their way at a time."""


class Delivery:
    """The updates that were not accepted yet, and the ways they go."""

    def __init__(
        self,
        *,
        backoff: float,
        backoff_max: float,
        timeout: float,
        heed_retry_after: bool,
        taps_apart: bool,
        set_webhook_every: float | None,
    ) -> None:
        self.backoff = backoff
        self.backoff_max = backoff_max
        self.timeout = aiohttp.ClientTimeout(total=timeout)
        self.heed_retry_after = heed_retry_after
        self.taps_apart = taps_apart
        self.set_webhook_every = set_webhook_every
        self.reroute: str | None = None
        self.webhook: Webhook | None = None
        self.allowed: frozenset[str] = frozenset(USUAL_KINDS)
        self.pending: dict[int, Json] = {}
        self.filtered: list[Json] = []
        self.results: list[tuple[int, int]] = []
        self._error: tuple[int, str] | None = None
        self._slots = asyncio.Semaphore(40)
        self._queues: dict[object, list[int]] = {}
        self._lanes: dict[object, asyncio.Task[None]] = {}
        self._poll: asyncio.Future[Refusal | None] | None = None
        self._session: aiohttp.ClientSession | None = None
        self._webhook_set = float("-inf")

    def enqueue(self, update: Json) -> None:
        """Takes an update, unless the bot did not ask for its kind."""
        if not self.allowed & set(update):
            self.filtered.append(update)
            return
        self.pending[update["update_id"]] = update
        insort(self._queues.setdefault(self._lane(update), []), update["update_id"])
        if self._poll and not self._poll.done():
            self._poll.set_result(None)
        self._start()

    def set_webhook(self, what: Json) -> bool:
        """Posts updates to this address from now on; an empty one ends it."""
        url, secret = what["url"], what.get("secret_token")
        if not url:
            return self.delete_webhook(what)
        now = time.monotonic()
        if self.set_webhook_every is not None and now < self._webhook_set + self.set_webhook_every:
            raise too_many(1)
        _check_webhook(url)
        if secret is not None and len(secret) > 256:
            raise bad("secret token is too long")
        if secret is not None and not SECRET.fullmatch(secret):
            raise bad("secret token contains unallowed characters")
        self._allow(what.get("allowed_updates"))
        self._webhook_set = now
        self._end_poll("terminated by setWebhook request")
        if what.get("drop_pending_updates"):
            self.pending.clear()
        connections = min(max(what.get("max_connections", 40), 1), 100)
        self.webhook = Webhook(url=url, secret=secret, max_connections=connections)
        self._slots = asyncio.Semaphore(connections)
        self._error = None
        self._start()
        return True

    def delete_webhook(self, what: Json) -> bool:
        """Keeps updates for getUpdates from now on."""
        self.webhook = None
        if what.get("drop_pending_updates"):
            self.pending.clear()
        return True

    def info(self) -> Json:
        """The state of the webhook as getWebhookInfo tells it."""
        found: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(self.pending)}
        if self.webhook:
            found |= {"url": self.webhook.url, "max_connections": self.webhook.max_connections}
        if self.allowed != USUAL_KINDS:
            found["allowed_updates"] = sorted(self.allowed)
        if self._error:
            found |= {"last_error_date": self._error[0], "last_error_message": self._error[1]}
        return found

    async def attempt(self, update: Json, *, secret: str | None = None, url: str | None = None) -> tuple[int, float]:
        """Posts an update once: the HTTP status, or 0 without an answer, and the Retry-After that came with it."""
        target = url or (self.webhook.url if self.webhook else None)
        assert target, "no webhook was set"
        sent = secret if secret is not None else (self.webhook.secret if self.webhook else None)
        headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: sent} if sent else {})
        self._session = self._session or aiohttp.ClientSession(timeout=self.timeout)
        status, wait, reason = 0, 0.0, "Connection failed"
        try:
            async with self._session.post(
                self._routed(target), json=update, headers=headers, allow_redirects=False
            ) as response:
                await response.read()
                status, reason = response.status, response.reason or ""
                with contextlib.suppress(ValueError):
                    wait = float(response.headers.get("Retry-After", "0"))
        except (TimeoutError, aiohttp.ClientError):
            pass
        self.results.append((update["update_id"], status))
        if not 200 <= status <= 299:
            self._error = (int(time.time()), f"Wrong response from the webhook: {status} {reason}")
        return status, wait

    async def get_updates(self, what: Json) -> list[Json]:
        """The updates from an offset on; earlier ones count as accepted."""
        if self.webhook:
            explained = "use deleteWebhook to delete the webhook first"
            raise Refusal(409, f"Conflict: can't use getUpdates method while webhook is active; {explained}")
        self._allow(what.get("allowed_updates"))
        offset, limit = what.get("offset", 0), min(max(what.get("limit", 100), 1), 100)
        if offset < 0:
            offset = sorted(self.pending)[offset:][0] if self.pending else 0
        for number in [number for number in self.pending if number < offset]:
            del self.pending[number]
        self._end_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
        if not self.pending and what.get("timeout", 0) > 0:
            poll = self._poll = asyncio.get_running_loop().create_future()
            await asyncio.wait([poll], timeout=what["timeout"])
            if poll.done() and (refused := poll.result()):
                raise refused
        return [self.pending[number] for number in sorted(self.pending)][:limit]

    async def close(self) -> None:
        """Ends every delivery and every waiting poll."""
        self._end_poll("the server is closing")
        running = list(self._lanes.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._session:
            await self._session.close()

    def _allow(self, kinds: Sequence[str] | None) -> None:
        if kinds is None:
            return
        unknown = set(kinds) - KINDS
        if unknown:
            raise bad(f"unknown update types: {', '.join(sorted(unknown))}")
        self.allowed = frozenset(kinds or USUAL_KINDS)

    def _end_poll(self, reason: str) -> None:
        if self._poll and not self._poll.done():
            self._poll.set_result(Refusal(409, f"Conflict: {reason}"))
        self._poll = None

    def _start(self) -> None:
        if self.webhook:
            for lane in [lane for lane in self._queues if lane not in self._lanes and self._next(lane)]:
                self._lanes[lane] = asyncio.create_task(self._drain(lane))

    async def _drain(self, lane: object) -> None:
        delay = self.backoff
        try:
            while self.webhook and (update := self._next(lane)):
                async with self._slots:
                    if not self.webhook:  # it was deleted while this update waited for its turn
                        break
                    status, wait = await self.attempt(update)
                if 200 <= status <= 299:
                    self.pending.pop(update["update_id"], None)
                    delay = self.backoff
                else:
                    await asyncio.sleep(wait if wait and self.heed_retry_after else delay)
                    delay = min(delay * 2, self.backoff_max)
        finally:
            del self._lanes[lane]
        self._start()

    def _next(self, lane: object) -> Json | None:
        queue = self._queues[lane]
        while queue and queue[0] not in self.pending:
            del queue[0]
        return self.pending[queue[0]] if queue else None

    def _lane(self, update: Json) -> object:
        kind = next(name for name in update if name != "update_id")
        what: Any = update[kind]
        if kind == "callback_query":
            chat: object = what["message"]["chat"]["id"]
            return ("tap", what["from"]["id"]) if self.taps_apart else chat
        return what["chat"]["id"]

    def _routed(self, url: str) -> str:
        if not self.reroute:
            return url
        base = urlsplit(self.reroute)
        return urlunsplit(urlsplit(url)._replace(scheme=base.scheme, netloc=base.netloc))


def _check_webhook(url: str) -> None:
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host, port = parts.hostname, parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        host, port, parts = None, 0, urlsplit("")
    if not host or parts.scheme not in ("http", "https"):
        raise bad("invalid webhook URL specified")
    if host in LOOPBACK:
        return  # the one thing allowed here that Telegram does not allow
    if parts.scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if port not in PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
