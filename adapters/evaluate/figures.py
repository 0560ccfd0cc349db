"""Figures over many cases: shares with intervals, ranks, and how far probabilities can be believed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

Ranks = Sequence[int | None]
"""For each case the place of the right answer, first is 1; None where it is not there."""

_Z = 1.96
"""Standard deviations of a 95 % interval."""

_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, with Wilson's 95 % interval."""

    hits: int
    """How many."""
    of: int
    """Of how many."""

    @property
    def value(self) -> float:
        """The share, 0–1; 0 of nothing is 0."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The interval's ends, 0–1."""
        if not self.of:
            return 0.0, 1.0
        n, p, z2 = self.of, self.value, _Z * _Z
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def figures(self) -> dict[str, object]:
        """As JSON has it."""
        low, high = self.interval
        return {
            "share": round(self.value, 4),
            "interval": [round(low, 4), round(high, 4)],
            "hits": self.hits,
            "of": self.of,
        }


def share(truths: Iterable[bool]) -> Share:
    """The share of the true ones."""
    found = list(truths)
    return Share(hits=sum(found), of=len(found))


def within(ranks: Ranks, k: int) -> Share:
    """Cases whose right answer is among the first `k`."""
    return share(rank is not None and rank <= k for rank in ranks)


def reliability(believed: Sequence[tuple[float, bool]]) -> dict[str, object]:
    """How far probabilities hold: pairs of what was believed and whether it was so.

    `brier` is the mean squared error, `ece` the expected calibration error over ten equal bins, and `bins` has for each
    bin that is not empty how many fell in, the mean belief and the share that was so.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for chance, true in believed:
        bins[min(int(chance * _BINS), _BINS - 1)].append((chance, true))
    rows = [(len(b), sum(c for c, _ in b) / len(b), sum(t for _, t in b) / len(b)) for b in bins if b]
    n = max(len(believed), 1)
    return {
        "n": len(believed),
        "brier": round(sum((chance - true) ** 2 for chance, true in believed) / n, 4),
        "ece": round(sum(count * abs(mean - so) for count, mean, so in rows) / n, 4),
        "bins": [{"n": count, "believed": round(mean, 3), "true": round(so, 3)} for count, mean, so in rows],
    }


def flat(figures: Mapping[str, object], before: str = "") -> dict[str, object]:
    """Nested figures as one mapping with dotted names; lists are left out."""
    found: dict[str, object] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{before}{name}.")
        elif not isinstance(value, list):
            found[f"{before}{name}"] = value
    return found
