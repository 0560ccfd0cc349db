"""How Slack hands things to an app: signed requests with three seconds of patience, and its repetitions."""

import asyncio
import hashlib
import hmac
import json
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from tests.fakes.slack_records import Delivery, Json
from tests.fakes.slack_sockets import Sockets

FORM = "application/x-www-form-urlencoded"


def encoded(kind: str, payload: Json) -> tuple[bytes, str]:
    """The body of a request of this kind, and its type."""
    if kind == "event":
        return json.dumps(payload).encode(), "application/json"
    fields = {"payload": json.dumps(payload)} if kind == "interactive" else payload
    return urllib.parse.urlencode(fields).encode(), FORM


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's signature over the time and the raw body."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


class Deliveries:
    """Everything that was or is being handed to the app."""

    def __init__(self, sockets: Sockets, *, secret: str, limit: float, delays: Sequence[float]) -> None:
        self.urls: dict[str, str | None] = {"event": None, "interactive": None, "command": None}
        self.log: list[Delivery] = []
        self.limit = limit
        self._sockets = sockets
        self._secret = secret
        self._delays = delays
        self._session: aiohttp.ClientSession | None = None
        self._running: set[asyncio.Task[Any]] = set()

    @property
    def busy(self) -> bool:
        """Whether an attempt is being made or a repetition is to come."""
        return bool(self._running)

    async def close(self) -> None:
        """Forgets what is still to come."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def deliver(self, id: str, kind: str, payload: Json) -> Delivery:
        """Makes the first attempt; repetitions of an event follow by themselves."""
        first: asyncio.Future[Delivery] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._through(id, kind, payload, first))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait([task, first], return_when=asyncio.FIRST_COMPLETED)
        return first.result() if first.done() else task.result()

    async def _through(self, id: str, kind: str, payload: Json, first: asyncio.Future[Delivery]) -> Delivery:
        done = await self._attempt(id, kind, payload, 0, "")
        first.set_result(done)
        for number, delay in enumerate(self._delays if kind == "event" else (), start=1):
            if done.taken or done.stop:
                break
            await asyncio.sleep(delay)
            done = await self._attempt(id, kind, payload, number, done.reason)
        return done

    async def _attempt(self, id: str, kind: str, payload: Json, retry: int, reason: str) -> Delivery:
        if self._sockets.connected:
            reason = reason and "timeout"
            answer = await self._sockets.send(kind, payload, limit=self.limit, retry=retry, reason=reason)
            done = Delivery(id=id, kind=kind, status=0, retry_num=retry, reason="timeout")
            if answer is not None:
                said = json.dumps(answer["payload"]) if answer.get("payload") else ""
                done = Delivery(id=id, kind=kind, status=200, retry_num=retry, body=said)
            self.log.append(done)
            return done
        body, content_type = encoded(kind, payload)
        return await self.attempt(id, kind, body, content_type, retry=retry, reason=reason)

    async def attempt(
        self,
        id: str,
        kind: str,
        body: bytes,
        content_type: str,
        *,
        retry: int = 0,
        reason: str = "",
        url: str | None = None,
        timestamp: str | None = None,
        signed: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Delivery:
        """Makes one signed request and writes down what came of it."""
        moment = timestamp if timestamp is not None else str(int(time.time()))
        sent = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": moment,
            "X-Slack-Signature": signed if signed is not None else signature(self._secret, moment, body),
        }
        if retry:
            sent |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason or "http_error"}
        status, text, failure, stop = 0, "", "connection_failed", False
        target = url or self.urls[kind] or self.urls["event"]
        try:
            if target is not None:
                async with self._client().post(
                    target,
                    data=body,
                    headers=sent | dict(headers or {}),
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=self.limit),
                ) as response:
                    status, text = response.status, await response.text()
                    stop = response.headers.get("X-Slack-No-Retry") == "1"
                    failure = "" if 200 <= status < 300 else "http_error"
        except TimeoutError:
            status, failure = 0, "http_timeout"
        except (aiohttp.ClientError, OSError):
            status, failure = 0, "connection_failed"
        done = Delivery(id=id, kind=kind, status=status, retry_num=retry, body=text, reason=failure, stop=stop)
        self.log.append(done)
        return done

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session
