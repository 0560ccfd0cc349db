"""How often one visitor may write. Kept in memory: a restart forgives everybody."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class _Bucket:
    """Tokens left, and when they were last counted."""

    tokens: float
    """How many may still be taken at once."""
    at: float
    """Clock reading of the last count."""


class Buckets:
    """One token bucket per key: a minute's worth at once, refilled evenly. The longest unused keys go first."""

    def __init__(
        self, *, per_minute: int, most_keys: int = 20_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if per_minute < 1:
            raise ValueError("per_minute must be at least 1")
        self._size = float(per_minute)
        self._rate = per_minute / 60
        self._most_keys = most_keys
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> float:
        """Takes one token: 0 where there was one, otherwise the seconds until there is."""
        now = self._clock()
        bucket = self._buckets.setdefault(key, _Bucket(tokens=self._size, at=now))
        self._buckets.move_to_end(key)
        bucket.tokens = min(self._size, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        while len(self._buckets) > self._most_keys:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._rate
        bucket.tokens -= 1
        return 0.0
