"""From a posterior to a level: how urgent what is likely would be."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from knowledge.catalogue import Catalogue
from knowledge.clinical import Reason, Triage
from knowledge.likelihood import Evidence
from knowledge.tables import Mask, Table, Tables
from knowledge.tuning import Tuning

Levels = NDArray[np.int64]

_RISING: Levels = np.array(tuple(Triage)[1:])
"""The levels above self-care, least first; tables of mass have one column for each."""


class Urgency:
    """The urgency of every condition of one catalogue, and when a level is advised."""

    def __init__(self, catalogue: Catalogue, tables: Tables, tuning: Tuning) -> None:
        conditions = tuple(catalogue.conditions.values())
        self._base = (*(int(condition.urgency) for condition in conditions), int(Triage.CLINIC))
        self._catalogue = catalogue
        self._thresholds: Table = np.array([tuning.thresholds[level] for level in tuple(Triage)[1:]])
        self.raises = (
            *(tuple((frozenset(item.findings), int(item.to)) for item in c.raises) for c in conditions),
            (),
        )
        """For each condition, and then the background, what makes it more urgent and how urgent."""
        self._must = tuple(concept for concept in catalogue.concepts.values() if concept.must_ask)
        rows = [tables.row[concept.id] for concept in self._must]
        self._usual = (tables.probability[rows] >= tuning.usual) & tables.related[rows]
        self._possible = tuning.possible

    def levels(self, present: frozenset[str]) -> Levels:
        """How urgent each condition (and then the background) is with these findings."""
        levels = list(self._base)
        for column, raises in enumerate(self.raises):
            for needed, to in raises:
                if to > levels[column] and needed <= present:
                    levels[column] = to
        return np.array(levels)

    def advised(self, masses: Table) -> Levels:
        """The largest level whose mass passes its threshold; `masses` has one column for each rising level."""
        reached: Levels = ((masses >= self._thresholds) * _RISING).max(axis=-1)
        return reached

    def masses(self, posterior: Table, levels: Levels) -> Table:
        """How probable the candidates are together that need at least each rising level."""
        needing = levels[:, None] >= _RISING
        summed: Table = posterior @ needing.astype(np.float64)
        return summed

    def unsettled(self, posterior: Table, levels: Levels, evidence: Evidence) -> frozenset[str]:
        """Findings that must be asked and are not known yes or no.

        Those are the signs of danger that are usual in an emergency that is still possible, and those that are a
        graver form of something present (a headache that came like a thunderclap).
        """
        if not self._must:
            return frozenset()
        emergency = (levels >= Triage.EMERGENCY) & (posterior >= self._possible)
        relevant: Mask = np.logical_or.reduce(self._usual[:, emergency], axis=1)
        settled = evidence.present | evidence.absent
        return frozenset(
            concept.id
            for concept, possible in zip(self._must, relevant, strict=True)
            if concept.id not in settled and (possible or not evidence.present.isdisjoint(concept.parents))
        )

    def reasons(self, posterior: Table, levels: Levels, level: Triage) -> tuple[Reason, ...]:
        """One reason for each of the likeliest conditions that make the level what it is."""
        text = self._catalogue.wording.raised[level.code]
        names = tuple(self._catalogue.conditions.values())
        raising = [column for column in np.argsort(-posterior, kind="stable")[:10] if column < len(names)]
        raising = [column for column in raising if levels[column] >= level and posterior[column] >= _WORTH_NAMING]
        return tuple(
            Reason(floor=level, text=text.format(name=names[column].name_ko), source=names[column].id)
            for column in raising[:_REASONS]
        )


_WORTH_NAMING = 0.02
_REASONS = 3


def worst(reasons: Iterable[Reason]) -> Triage:
    """The largest floor among the reasons."""
    return max((reason.floor for reason in reasons), default=Triage.SELF_CARE)


HARM: Mapping[Triage, float] = {
    Triage.SELF_CARE: 0.0,
    Triage.CLINIC: 1.0,
    Triage.CLINIC_24H: 2.0,
    Triage.EMERGENCY: 5.0,
    Triage.AMBULANCE: 7.0,
}
"""How much worse it is to be sent one level too low, on one scale; used to weigh questions."""
