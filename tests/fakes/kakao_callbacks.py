"""The callback side of Kakao: one-time addresses that live a minute, and what they answer."""

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from tests.fakes.kakao_answers import read

Json = dict[str, Any]

INVALID_TOKEN = "Invalid callback token. Check your callback token."
NOT_ACKNOWLEDGED = "The skill server settings are incorrect. Use callback true setting required."
INVALID_JSON = "Invalid json response from bot-skill."
INTERNAL = "Internal server error occured. Please contact technical support. 999"

Fault = Literal["FAIL", "ERROR", "http500", "hang"]
"""A failure of Kakao's own, for tests: refused for good, an error, a broken gateway, no answer at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One POST on a callback address."""

    token: str
    """The one-time token in its path."""
    user: str
    """Whose turn it belongs to; empty where the token is unknown."""
    at: float
    """Seconds after the skill call began (0 where the token is unknown)."""
    after_ack: float | None
    """Seconds after the skill answered `useCallback`; None where it had not."""
    accepted: bool
    """Whether the person sees it."""
    status: str
    """SUCCESS, FAIL or ERROR; empty where Kakao gave no such answer."""
    message: str
    """Kakao's sentence."""
    answer: Json | None
    """What was posted."""


@dataclass(slots=True, kw_only=True)
class _Open:
    user: str
    began: float = 0.0
    acked: float | None = None
    closed: bool = False
    """Used, refused for good, or known to have expired."""


def token_in(payload: object) -> str:
    """The one-time token in a payload's callbackUrl, empty where there is none."""
    request = payload.get("userRequest") if isinstance(payload, dict) else None
    url = request.get("callbackUrl") if isinstance(request, dict) else None
    return url.rsplit("/", 1)[-1] if isinstance(url, str) else ""


class Callbacks:
    """Gives addresses out, takes what is posted to them."""

    def __init__(
        self,
        *,
        lifetime: float,
        race: float,
        check: Callable[[Json], list[str]],
        show: Callable[[str, Json], object],
        report: Callable[[str], None],
    ) -> None:
        self.lifetime = lifetime
        self.race = race
        self.posts: list[Callback] = []
        self.fault: Fault | None = None
        self._check = check
        self._show = show
        self._report = report
        self._open: dict[str, _Open] = {}
        self._waiting: set[str] = set()
        self._changed = asyncio.Event()

    def issue(self, user: str) -> str:
        """A new token for a turn of this person."""
        token = secrets.token_urlsafe(24)
        self._open[token] = _Open(user=user)
        return token

    def began(self, token: str) -> None:
        """The skill call that carries the token begins."""
        if token in self._open:
            self._open[token].began = time.perf_counter()

    def acknowledged(self, token: str) -> None:
        """The skill answered `useCallback`; the minute begins."""
        if token in self._open and self._open[token].acked is None:
            self._open[token].acked = time.perf_counter()
            self._waiting.add(token)

    async def handle(self, request: web.Request) -> web.Response:
        """POST {callbackUrl}."""
        now = time.perf_counter()
        token = request.match_info["token"]
        one = self._open.get(token)
        answer, problems = read(200, request.headers.get("Content-Type", ""), await request.read())
        if self.fault is not None and one is not None and not one.closed:
            return await self._fail_by_fault(token, one, now, answer)
        refusal = self._refusal(one, now)
        if refusal is None and one is not None:
            one.closed = True
            problems += self._check(answer) if answer is not None else []
            if problems or answer is None:
                refusal = INVALID_JSON
        if refusal is None and one is not None and answer is not None:
            self._show(one.user, answer)
            return self._answer(token, one, now, answer, "SUCCESS", "OK")
        who = repr(one.user) if one else "nobody"
        why = "; ".join([*self._why(token, one, now), *problems])
        self._report(f"callback for {who} refused: {refusal} ({why})")
        return self._answer(token, one, now, answer, "FAIL", refusal or "")

    def _refusal(self, one: _Open | None, now: float) -> str | None:
        if one is None or one.closed:
            return INVALID_TOKEN
        if one.acked is None or now - one.acked < self.race:
            return NOT_ACKNOWLEDGED
        if now - one.acked > self.lifetime:
            one.closed = True
            return INVALID_TOKEN
        return None

    def _why(self, token: str, one: _Open | None, now: float) -> list[str]:
        """For the test's reader; Kakao's own sentence tells less."""
        if one is None:
            return ["no such token"]
        if one.acked is None:
            return ["the skill has not answered useCallback"]
        after = now - one.acked
        if after < self.race:
            return [f"{after:.3f} s after the acknowledgement is a race"]
        if after > self.lifetime:
            return [f"{after:.1f} s after the acknowledgement it has expired"]
        return ["a second use"] if any(post.token == token for post in self.posts) else []

    async def _fail_by_fault(self, token: str, one: _Open, now: float, answer: Json | None) -> web.Response:
        fault = self.fault
        if fault in ("FAIL", "ERROR"):
            one.closed = fault == "FAIL"
            return self._answer(token, one, now, answer, fault, INVALID_TOKEN if fault == "FAIL" else INTERNAL)
        self._remember(token, one, now, answer, "", str(fault))
        if fault == "hang":
            await asyncio.sleep(3600)
        return web.Response(status=500, text="upstream error")

    def _answer(
        self, token: str, one: _Open | None, now: float, answer: Json | None, status: str, message: str
    ) -> web.Response:
        self._remember(token, one, now, answer, status, message)
        body = {"taskId": str(uuid.uuid4()), "status": status, "message": message, "timestamp": int(time.time() * 1000)}
        return web.Response(body=json.dumps(body).encode(), content_type="application/json", charset="utf-8")

    def _remember(
        self, token: str, one: _Open | None, now: float, answer: Json | None, status: str, message: str
    ) -> None:
        acked = one.acked if one else None
        self.posts.append(
            Callback(
                token=token,
                user=one.user if one else "",
                at=now - one.began if one else 0.0,
                after_ack=None if acked is None else now - acked,
                accepted=status == "SUCCESS",
                status=status,
                message=message,
                answer=answer,
            )
        )
        if one is not None and one.closed:
            self._waiting.discard(token)
        self._changed.set()

    async def settled(self, deadline: float) -> None:
        """Waits until every acknowledged turn has had its callback, or can have none any more.

        Raises:
            TimeoutError: some may still come at `deadline` (of `time.perf_counter`).
        """
        while True:
            self._changed.clear()
            now = time.perf_counter()
            ends = [end for token in tuple(self._waiting) if (end := self._end(token, now)) is not None]
            if not ends:
                return
            if now >= deadline:
                raise TimeoutError(f"{len(ends)} callback(s) did not come")
            try:
                async with asyncio.timeout(max(0.001, min(*ends, deadline) - now)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _end(self, token: str, now: float) -> float | None:
        """When the token expires; None (and a problem) where it has."""
        one = self._open[token]
        end = (one.acked or 0.0) + self.lifetime
        if now <= end:
            return end
        one.closed = True
        self._waiting.discard(token)
        self._report(f"{one.user!r} waits for a callback that never came within {self.lifetime:g} s")
        return None
