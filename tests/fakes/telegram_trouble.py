"""Bad days of the Bot API, on demand: floods, failing gateways, silence, and its usual limits."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from tests.fakes.telegram_values import Refusal, too_many

SENDS = {"sendMessage", "sendVenue", "sendLocation"}


@dataclass(slots=True, kw_only=True)
class Ordered:
    """One trouble that was ordered."""

    times: int
    """How many calls it will still meet."""
    method: str | None
    """The only method it meets, or every one."""
    retry_after: int = 0
    """For a flood: the seconds to wait."""
    until: float = 0.0
    """For a flood: until when calls are refused again without counting."""
    status: int = 0
    """For a failure: the HTTP status."""
    accept: bool = False
    """For a failure: whether the call is carried out before the error is answered."""
    seconds: float = 0.0
    """For silence: how long."""


@dataclass(slots=True, kw_only=True)
class Trouble:
    """The troubles that wait for calls."""

    overall_per_second: int | None = None
    """Messages within one second over all chats, if limited."""
    chat_per_second: int | None = None
    """Messages within one second in one chat, if limited."""
    floods: list[Ordered] = field(default_factory=list)
    """Floods, in the order they were ordered."""
    failures: list[Ordered] = field(default_factory=list)
    """Failures, in the order they were ordered."""
    hangs: list[Ordered] = field(default_factory=list)
    """Silences, in the order they were ordered."""
    sent: deque[tuple[float, object]] = field(default_factory=deque)
    """When messages were accepted within the last second, and for whom."""

    async def silence(self, method: str) -> None:
        """Waits as long as was ordered for this call."""
        found = _take(self.hangs, method)
        if found:
            await asyncio.sleep(found.seconds)

    def flood(self, method: str) -> None:
        """Refuses the call if a flood was ordered for it or has not passed yet."""
        now = time.monotonic()
        for waiting in _for(self.floods, method):
            if now < waiting.until:
                raise too_many(math.ceil(waiting.until - now))
        found = _take(self.floods, method)
        if found:
            found.until = now + found.retry_after
            raise too_many(found.retry_after)

    def limit(self, method: str, chat: object) -> None:
        """Refuses a message that is one too many within a second."""
        if method not in SENDS:
            return
        now = time.monotonic()
        while self.sent and self.sent[0][0] <= now - 1:
            self.sent.popleft()
        here = sum(1 for _, who in self.sent if who == chat)
        if self.overall_per_second is not None and len(self.sent) >= self.overall_per_second:
            raise too_many(1)
        if self.chat_per_second is not None and here >= self.chat_per_second:
            raise too_many(1)
        self.sent.append((now, chat))

    def failure(self, method: str) -> Ordered | None:
        """The failure that was ordered for this call, if any."""
        return _take(self.failures, method)


def failed(status: int) -> Refusal:
    """What a failing gateway answers."""
    return Refusal(status, HTTPStatus(status).phrase)


def _for(ordered: list[Ordered], method: str) -> Iterator[Ordered]:
    return (each for each in ordered if each.method in (None, method))


def _take(ordered: list[Ordered], method: str) -> Ordered | None:
    found = next((each for each in _for(ordered, method) if each.times > 0), None)
    if found:
        found.times -= 1
    return found
