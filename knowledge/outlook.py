"""What is still open: findings that would change the level, and what is not known of each candidate."""

import numpy as np
from numpy.typing import NDArray

from knowledge.catalogue import Catalogue
from knowledge.clinical import Shift, Triage
from knowledge.fitting import askable
from knowledge.gains import Situation
from knowledge.tables import Mask, Tables
from knowledge.urgency import Levels

TRIED = 24
"""So many findings are tried out."""

_USUAL = 0.3
"""A finding this probable in a candidate is worth knowing."""

_TELLING = 2.0
"""And this many times as usual in it as in anybody."""

_OFTEN = 0.2
"""A finding this probable in a possible condition has to do with it."""

_APPEARING = frozenset({"symptom", "sign", "measurement"})
"""What can still come; where somebody was and what they did is known."""

_OPEN = 3
"""So many are named for a candidate."""

_POSSIBLE = 0.02
"""A condition this probable has a say in what is tried out."""


class Outlooks:
    """Looks ahead over one catalogue."""

    def __init__(self, catalogue: Catalogue, tables: Tables) -> None:
        questions = askable(catalogue)
        self._catalogue = catalogue
        self._ids = tuple(concept.id for concept in questions)
        self._rows = np.array([tables.row[id_] for id_ in self._ids], dtype=np.intp)
        self._chance = tables.probability[self._rows]
        listed = tables.related[self._rows]
        telling = listed & (self._chance >= _TELLING * self._chance[:, -1:])
        self._appears: Mask = np.array([concept.kind in _APPEARING for concept in questions], dtype=np.bool_)
        self._often: Mask = telling & (self._chance >= _OFTEN)
        self._worth = np.where(telling & (self._chance >= _USUAL), self._chance, 0.0)
        self._worth *= np.log(self._chance / self._chance[:, -1:])

    def worth_trying(self, situation: Situation, level: Triage, alone: Levels) -> list[str]:
        """Open findings that may raise the level, the most urgent and then the likeliest first.

        They must have to do with what was told: a graver form of it, what completes a red flag with it, or what is
        usual in a condition that explains it. `alone` is the floor of each question's finding when nothing else is
        there: a sign of danger that is one by itself, whatever the complaint, is named elsewhere.
        """
        standing, posterior = situation.standing, situation.posterior
        possible = (standing.on_topic & (posterior >= _POSSIBLE)).nonzero()[0]
        related: Mask = np.logical_or.reduce(self._often.take(possible, axis=1), axis=1)
        related |= standing.graver.take(self._rows)
        related |= standing.floors_if > alone
        related &= standing.fits & self._appears & ~situation.evidence.settled_rows.take(self._rows)
        expected = self._chance @ posterior
        places = related.nonzero()[0]
        order = np.lexsort((-expected.take(places), -standing.floors_if.take(places)))
        return [self._ids[place] for place in places.take(order)[:TRIED].tolist()]

    def smallest(self, raising: list[Shift]) -> tuple[Shift, ...]:
        """Without what a more general finding does alone, the most urgent first."""
        reached = {shift.finding: shift.to for shift in raising}
        ancestors = self._catalogue.ancestors
        kept = [
            shift
            for shift in raising
            if not any(reached.get(above, Triage.SELF_CARE) >= shift.to for above in ancestors[shift.finding])
        ]
        return tuple(sorted(kept, key=lambda shift: -shift.to))

    def unknown(self, situation: Situation, columns: NDArray[np.intp]) -> list[tuple[str, ...]]:
        """For each condition (a column of the tables) what would be worth knowing, most telling first."""
        evidence = situation.evidence
        known = evidence.settled_rows.take(self._rows)
        worth = self._worth.take(columns, axis=1).T
        worth = np.where(known | ~situation.standing.fits, 0.0, worth)
        order = (-worth).argsort(axis=1, kind="stable")[:, :_OPEN]
        best = np.take_along_axis(worth, order, axis=1)
        return [
            tuple(self._ids[place] for place, value in zip(places, values, strict=True) if value > 0)
            for places, values in zip(order.tolist(), best.tolist(), strict=True)
        ]
