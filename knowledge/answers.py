"""What the answers of a question with many answers tell, weighed as answers and not as yes or no."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, product

import numpy as np
from numpy.typing import NDArray

from knowledge.clinical import Answer, Concept, Presence
from knowledge.tables import Mask, Table, Tables

_PLAIN = 3
"""Yes, no and not knowing: with more answers than these, the answers themselves are weighed."""

_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class _Settled:
    """One answer that tells something."""

    yes: frozenset[str]
    """What is present then."""
    no: frozenset[str]
    """What is absent then."""


class Answers:
    """The chances of all answers, compiled for each set of general findings that may be present already.

    An answer is likelier where the finding above it is known to be there, so a question with answers below one finding
    it does not ask about has two variants.
    """

    def __init__(self, questions: Sequence[Concept], tables: Tables) -> None:
        weighed = [(place, settled) for place, c in enumerate(questions) if (settled := _weighed(c, tables))]
        self.places = np.array([place for place, _ in weighed], dtype=np.intp)
        """Which questions have so many answers."""
        above = [sorted({p for answer in settled for p in _outside(answer, tables)}) for _, settled in weighed]
        depth = max(map(len, above), default=0)
        self._above = np.full((depth, len(weighed)), len(tables.row), dtype=np.intp)
        self._worth = 1 << np.arange(depth)[:, None]
        first: list[int] = []
        chances: list[Table] = []
        for number, ((_, settled), parents) in enumerate(zip(weighed, above, strict=True)):
            first.append(len(chances))
            self._above[: len(parents), number] = [tables.row[id_] for id_ in parents]
            for bits in product((False, True), repeat=len(parents)):
                known = frozenset(compress(parents, reversed(bits)))  # the first parent changes fastest
                chances.append(_chances(settled, known, tables))
        self._first = np.array(first, dtype=np.intp)
        self._starts = np.cumsum([0, *(len(chance) for chance in chances[:-1])])
        columns = tables.probability.shape[1]
        certain = [(chance * np.log(chance)).sum(axis=0) for chance in chances]
        self._total = sum(map(len, chances))
        self.by_condition: tuple[Table, Table] = (
            np.concatenate([np.empty((0, columns)), *chances]).T,
            np.array(certain).reshape(len(chances), columns).T,
        )
        """P(answer) with a row for each condition, and how certain the answer to each variant is then."""

    def variants(self, present: Mask) -> NDArray[np.intp]:
        """The number of the variant of each question in `places`."""
        known: NDArray[np.intp] = np.add.reduce(present.take(self._above) * self._worth, axis=0, dtype=np.intp)
        return self._first + known

    def information(self, expected: Table, variants: NDArray[np.intp]) -> Table:
        """How many nats the answers of each question in `places` are expected to tell.

        `expected` are the columns of `by_condition`, averaged over the conditions.
        """
        chance, certain = expected[: self._total], expected[self._total :]
        told = certain - np.add.reduceat(chance * np.log(chance), self._starts)
        picked: Table = told.take(variants)
        return picked


def _weighed(concept: Concept, tables: Tables) -> list[_Settled]:
    """The answers that tell something, where the question has many answers."""
    settled = [_settled(answer) for answer in concept.answers] if len(concept.answers) > _PLAIN else []
    return [answer for answer in settled if answer.yes or answer.no]


def _settled(answer: Answer) -> _Settled:
    return _Settled(
        yes=frozenset(id_ for id_, presence in answer.sets if presence is Presence.PRESENT),
        no=frozenset(id_ for id_, presence in answer.sets if presence is Presence.ABSENT),
    )


def _outside(answer: _Settled, tables: Tables) -> set[str]:
    """Primary parents of what the answer settles that the answer itself does not say to be present."""
    parents = {tables.parent[id_] for id_ in answer.yes | answer.no}
    return {parent for parent in parents if parent is not None and parent not in answer.yes}


def _chances(settled: Sequence[_Settled], known: frozenset[str], tables: Tables) -> Table:
    """P(answer | condition) for the answers that tell something; they are taken to be all there are."""
    rows: list[Table] = []
    for answer in settled:
        chance = np.ones(tables.probability.shape[1])
        for id_ in sorted(answer.yes | answer.no):
            parent = tables.parent[id_]
            below = parent in known or parent in answer.yes
            given = (tables.given_parent if below else tables.probability)[tables.row[id_]]
            if id_ in answer.yes:
                chance = chance * given
            elif parent not in answer.no:
                chance = chance * (1 - given)
        rows.append(chance)
    table: Table = np.maximum(np.array(rows), _TINY)
    table /= table.sum(axis=0)
    return table
