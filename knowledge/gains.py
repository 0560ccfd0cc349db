"""What asking about a finding is expected to bring: information, and a change of how urgent it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.answers import Answers
from knowledge.catalogue import Catalogue
from knowledge.clinical import Concept, Person, Triage
from knowledge.likelihood import Evidence, Likelihood
from knowledge.rules import Flags, Match
from knowledge.tables import Mask, Table
from knowledge.tuning import Tuning
from knowledge.urgency import HARM, RISING, Levels, Urgency

_ANSWERABLE = {"symptom": 1.0, "history": 0.9, "exposure": 0.9, "sign": 0.85, "measurement": 0.8, "risk": 0.8}
"""How well people can answer a question of each kind."""

_TINY = 1e-12

_HARM: Table = np.array([HARM[level] for level in Triage])

_RISES = len(RISING)
_EACH = np.arange(_RISES)[:, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where the consultation stands when a question is chosen."""

    evidence: Evidence
    """What is known."""
    person: Person
    """About whom."""
    posterior: Table
    """P(condition | evidence), the background last."""
    leading: Levels
    """All conditions and the background, likeliest first."""
    levels: Levels
    """How urgent each condition is."""
    raised: Match
    """How the rules stand that make conditions more urgent."""
    floor: Triage
    """The least level the red flags demand."""
    unsettled: Mask
    """Rows of the findings that must be asked before self-care may be advised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What asking each question is expected to bring."""

    value: Table
    """Expected information and change of urgency, in nats."""
    raising: Table
    """P(yes) where a yes would raise the level, else 0."""
    self_care: bool
    """Whether self-care would be advised but for what must be asked."""


class Gains:
    """Weighs the questions of one catalogue, all at once."""

    def __init__(
        self,
        questions: Sequence[Concept],
        catalogue: Catalogue,
        likelihood: Likelihood,
        urgency: Urgency,
        tuning: Tuning,
    ) -> None:
        tables = likelihood.tables
        self._urgency = urgency
        self._weight = tuning.urgency_weight
        self._flags = Flags(catalogue, tables)
        self._answers = Answers(questions, tables)
        self._rows = np.array([tables.row[concept.id] for concept in questions], dtype=np.intp)
        self._number = np.full(len(tables.row) + 1, -1, dtype=np.intp)
        self._number[self._rows] = np.arange(len(questions))
        above = [tables.parent[concept.id] for concept in questions]
        padding = len(tables.row)
        self._above = np.array([padding if id_ is None else tables.row[id_] for id_ in above], dtype=np.intp)
        self._yes, self._certain = _by_condition(tables.probability[self._rows])
        self._yes_below, self._certain_below = _by_condition(tables.given_parent[self._rows])
        self._answerable: Table = np.array([_ANSWERABLE[concept.kind] for concept in questions])

    def weigh(self, situation: Situation, top: Levels) -> Gain:
        """The gain of each question, where only the conditions `top` are considered."""
        weight = np.maximum(situation.posterior[top], _TINY)
        weight /= weight.sum()
        levels = situation.levels[top]
        below = situation.evidence.present_rows.take(self._above).nonzero()[0]
        chance, certain = self._yes.take(top, axis=0), self._certain.take(top, axis=0)
        chance[:, below] = self._yes_below[top[:, None], below]
        certain[:, below] = self._certain_below[top[:, None], below]

        needing = (levels >= RISING) * weight
        p_yes, mass_yes = weight @ chance, needing @ chance
        p_no = 1.0 - p_yes
        information = weight @ certain - p_yes * np.log(p_yes) - p_no * np.log(p_no)
        if len(places := self._answers.places):
            told = self._answers.information(top, weight, situation.evidence.present_rows)
            information[places] = np.maximum(information[places], told)

        count = len(p_yes)
        masses = np.empty((_RISES, 2 * count + 1))  # after a yes, after a no, and now
        mass_now = needing.sum(axis=1, keepdims=True)
        masses[:, :count] = (mass_yes + self._rising(chance, weight, situation, top)) / p_yes
        masses[:, count:-1] = (mass_now - mass_yes) / p_no
        masses[:, -1:] = mass_now
        advised = self._urgency.advised(masses)
        floor = int(situation.floor)
        floors = self._flags.floors_if(
            situation.evidence.present, situation.evidence.present_rows, situation.person, floor
        )
        now = max(int(advised[-1]), floor)
        level_yes = np.maximum(advised[:count], floors.take(self._rows))
        level_no = np.maximum(advised[count:-1], floor)
        change = p_yes * np.maximum(_HARM.take(level_yes) - _HARM[now], 0.0)
        change += p_no * np.maximum(_HARM[now] - _HARM.take(level_no), 0.0)
        return Gain(
            value=self._answerable * (information + self._weight * change),
            raising=np.where(level_yes > now, p_yes, 0.0),
            self_care=now == int(Triage.SELF_CARE),
        )

    def _rising(self, chance: Table, weight: Table, situation: Situation, top: Levels) -> Table:
        """P(a yes, and the condition rises to a level with it) by level and question."""
        raised, urgency = situation.raised, self._urgency
        place = np.full(len(situation.levels), -1, dtype=np.intp)
        place[top] = np.arange(len(top))
        considered = (place.take(urgency.raised.take(raised.nearly)) >= 0).nonzero()[0]
        asked, rules = self._number.take(raised.missing.take(considered)), raised.nearly.take(considered)
        columns, to = urgency.raised.take(rules), urgency.to.take(rules)
        amount = np.where(asked >= 0, chance[place.take(columns), asked] * weight.take(place.take(columns)), 0.0)
        between = (situation.levels.take(columns) < RISING) & (to >= RISING)
        count = chance.shape[1]
        cells = np.maximum(asked, 0) + _EACH * count
        summed = np.bincount(cells.ravel(), (between * amount).ravel(), minlength=_RISES * count)
        rising: Table = summed.reshape(_RISES, count).astype(np.float64, copy=False)
        return rising


def _by_condition(chance: Table) -> tuple[Table, Table]:
    """P(yes) with a row for each condition, and how certain the answer is then (its entropy, below zero)."""
    yes = chance.T.copy()
    return yes, yes * np.log(yes) + (1 - yes) * np.log(1 - yes)
