"""The last minutes' answers, for a page whose connection broke while we wrote to it.

A reply counts as delivered once the socket took it, yet a phone that changes networks never reads it. It then sends
the same message id again, and gets the same lines. Memory only, a few minutes, forgotten on request.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class _Answer:
    """What was written in answer to one message."""

    at: float
    """Clock reading of the first line."""
    lines: list[bytes] = field(default_factory=list, repr=False)
    """The lines in order."""


class RecentAnswers:
    """Answers by visitor and message id, bounded in age and number."""

    def __init__(self, *, seconds: float = 300, most: int = 1_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._answers: OrderedDict[tuple[str, str], _Answer] = OrderedDict()

    def keep(self, user: str, message: str, line: bytes) -> None:
        """Remembers one more line of an answer."""
        self._drop_old()
        answer = self._answers.setdefault((user, message), _Answer(at=self._clock()))
        if line not in answer.lines:
            answer.lines.append(line)

    def lines(self, user: str, message: str) -> tuple[bytes, ...]:
        """What was written in answer to a message, or nothing."""
        self._drop_old()
        answer = self._answers.get((user, message))
        return tuple(answer.lines) if answer else ()

    def forget(self, user: str) -> None:
        """Drops all answers to one visitor."""
        for key in [key for key in self._answers if key[0] == user]:
            del self._answers[key]

    def _drop_old(self) -> None:
        oldest = self._clock() - self._seconds
        while self._answers:
            first = next(iter(self._answers))
            if self._answers[first].at >= oldest and len(self._answers) <= self._most:
                return
            del self._answers[first]
