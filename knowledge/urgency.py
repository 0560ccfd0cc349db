"""From a posterior to a level: how urgent what is likely would be."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from knowledge.catalogue import Catalogue
from knowledge.clinical import Reason, Triage
from knowledge.likelihood import Evidence
from knowledge.rules import Match, Rules
from knowledge.tables import Mask, Table, Tables
from knowledge.tuning import Tuning

Levels = NDArray[np.int64]

RISING: Levels = np.array([[int(level)] for level in tuple(Triage)[1:]])
"""The levels above self-care, least first; tables of mass have a row for each."""

_RISING_SMALL = RISING.astype(np.int8)
_EMERGENCY = int(Triage.EMERGENCY)


class Urgency:
    """The urgency of every condition of one catalogue, and when a level is advised."""

    def __init__(self, catalogue: Catalogue, tables: Tables, tuning: Tuning) -> None:
        conditions = tuple(catalogue.conditions.values())
        self._base: Levels = np.array([*(int(condition.urgency) for condition in conditions), int(Triage.CLINIC)])
        self._names = tuple((condition.id, condition.name_ko) for condition in conditions)
        self._wording = catalogue.wording
        self._thresholds: Table = np.array([[tuning.thresholds[level]] for level in tuple(Triage)[1:]])
        raises = [(int(item.to), column, item) for column, c in enumerate(conditions) for item in c.raises]
        raises.sort(key=lambda entry: entry[0])  # where several raise one condition, the largest is written last
        self._falling = tuple((int(level), tuning.thresholds[level]) for level in reversed(tuple(Triage)[1:]))
        self.raises = Rules([{tables.row[id_] for id_ in item.findings} for _, _, item in raises], len(tables.row))
        """What makes conditions more urgent."""
        self.raised: Levels = np.array([column for _, column, _ in raises], dtype=np.int64)
        """Which condition each of the rules makes more urgent."""
        self.to: Levels = np.array([to for to, _, _ in raises], dtype=np.int64)
        """And how urgent."""
        must = [concept for concept in catalogue.concepts.values() if concept.must_ask]
        self._must = np.array([tables.row[concept.id] for concept in must], dtype=np.intp)
        usual = (tables.probability[self._must] >= tuning.usual) & tables.related[self._must]
        self._usual: Mask = usual.T.copy()
        self._possible = tuning.possible
        self._defined = (tables.defining >= 0).nonzero()[0]
        self._defining = tables.defining[self._defined]

    def levels(self, raised: Match) -> Levels:
        """How urgent each condition (and then the background) is with these findings, given how `raises` stand."""
        levels = self._base.copy()
        columns = self.raised[raised.hold]
        levels[columns] = np.maximum(self._base[columns], self.to[raised.hold])
        return levels

    def borne_out(self, levels: Levels, evidence: Evidence) -> Levels:
        """The levels, where no condition is an emergency whose defining finding was neither told nor asked.

        A febrile seizure nobody spoke of is no reason for the emergency room, however small children with a fever are.
        Once it was asked, or a more general form of it is present, the probabilities decide as usual.
        """
        unheard = self._defined[~evidence.told_rows.take(self._defining)]
        heard = levels.copy()
        heard[unheard] = np.minimum(levels.take(unheard), int(Triage.CLINIC_24H))
        return heard

    def advised(self, masses: Table) -> Levels:
        """For each column the largest level whose mass passes its threshold; `masses` has a row a rising level."""
        reached = (masses >= self._thresholds).view(np.int8) * _RISING_SMALL
        largest: Levels = np.maximum.reduce(reached, axis=0).astype(np.int64)
        return largest

    def advised_now(self, posterior: Table, levels: Levels) -> int:
        """The same for one distribution and the levels of its conditions."""
        masses = np.bincount(levels, posterior, minlength=len(Triage)).tolist()
        mass = 0.0
        for level, threshold in self._falling:
            mass += masses[level]
            if mass >= threshold:
                return level
        return 0

    def unsettled(self, posterior: Table, levels: Levels, graver: Mask, evidence: Evidence) -> Mask:
        """Rows of the findings that must be asked and are not known yes or no.

        Those are the signs of danger that are usual in an emergency that is still possible, and those that are a
        graver form of something present (a headache that came like a thunderclap): `graver` has the rows of all forms.
        """
        emergency = ((levels >= _EMERGENCY) & (posterior >= self._possible)).nonzero()[0]
        relevant = np.logical_or.reduce(self._usual.take(emergency, axis=0), axis=0)
        relevant |= graver.take(self._must)
        rows = np.zeros(len(evidence.present_rows), dtype=np.bool_)
        rows[self._must] = relevant & ~evidence.settled_rows.take(self._must)
        return rows

    def reasons(self, leading: Levels, posterior: Table, levels: Levels, level: Triage) -> tuple[Reason, ...]:
        """One reason for each of the likeliest conditions that make the level what it is, `leading` by likelihood.

        Only what is likely enough to stand among the candidates is named, and nothing that a finding makes far more
        urgent than it is by itself (a cold is no reason for the emergency room: what else the finding can mean is).
        Where no condition can be named, one general sentence says why.
        """
        text = self._wording.raised[level.code]
        worth = leading[:_LOOKED_AT]
        worth = worth[(worth < len(self._names)) & (levels[worth] >= int(level)) & (posterior[worth] >= _WORTH_NAMING)]
        worth = worth[self._base[worth] >= int(level) - _RAISED_BY]
        named = tuple(
            Reason(floor=level, text=text.format(name=name), source=id_)
            for id_, name in (self._names[column] for column in worth[:_REASONS].tolist())
        )
        return named or (Reason(floor=level, text=self._wording.several, source=SEVERAL),)


SEVERAL = "several_conditions"
"""The source of the reason that names no condition."""

_LOOKED_AT = 10
_WORTH_NAMING = 0.08
_REASONS = 2
_RAISED_BY = 1
"""So many steps a condition may have been raised by findings and still be named."""


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
