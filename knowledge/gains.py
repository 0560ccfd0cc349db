"""What asking about a finding is expected to bring: information, and a change of how urgent it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.answers import Answers
from knowledge.clinical import Concept, Triage
from knowledge.likelihood import Evidence
from knowledge.standing import Standing
from knowledge.tables import Mask, Table, Tables
from knowledge.tuning import Tuning
from knowledge.urgency import HARM, RISING, Levels, Urgency

_ANSWERABLE = {"symptom": 1.0, "history": 0.9, "exposure": 0.9, "sign": 0.85, "measurement": 0.8, "risk": 0.8}
"""How well people can answer a question of each kind."""

_TINY = 1e-12

_HARM: Table = np.array([HARM[level] for level in Triage])

_RISES = len(RISING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where the consultation stands when a question is chosen."""

    evidence: Evidence
    """What is known."""
    standing: Standing
    """What follows from the present findings alone."""
    posterior: Table
    """P(condition | evidence), the background last."""
    leading: Levels
    """All conditions and the background, likeliest first."""
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
        self, questions: Sequence[Concept], tables: Tables, urgency: Urgency, answers: Answers, tuning: Tuning
    ) -> None:
        self._urgency = urgency
        self._worth = tuning.urgency_weight
        self._answers = answers
        self._count = len(questions)
        self._cells = np.arange(_RISES)[:, None] * len(questions)
        rows = [tables.row[concept.id] for concept in questions]
        # One table with a row for each condition, so that one product does: P(yes) for each question, how certain the
        # yes or no is then (its entropy, below zero), and the same for the answers of questions with many answers.
        self._table: Table = _beside(*_binary(tables.probability[rows]), *self._answers.by_condition)
        self._nowhere = np.full(len(self._table), -1, dtype=np.intp)
        self._places = np.arange(len(self._table))
        self._below: Table = _beside(*_binary(tables.given_parent[rows]))
        self._answerable: Table = np.array([_ANSWERABLE[concept.kind] for concept in questions])

    def weigh(self, situation: Situation, top: Levels) -> Gain:
        """The gain of each question, where only the conditions `top` are considered."""
        count, standing = self._count, situation.standing
        weight = np.maximum(situation.posterior.take(top), _TINY)
        weight /= np.add.reduce(weight)
        table = self._table.take(top, axis=0)
        table[:, standing.below] = self._below[top[:, None], standing.below]
        chance = table[:, :count]

        expected = weight @ table
        p_yes = expected[:count]
        p_no = 1.0 - p_yes
        information = expected[count : 2 * count] - p_yes * np.log(p_yes) - p_no * np.log(p_no)
        if len(places := self._answers.places):
            told = self._answers.information(expected[2 * count :], standing.variants)
            information[places] = np.maximum(information[places], told)

        levels = standing.levels.take(top)
        needing = (levels >= RISING) * weight
        mass_yes = needing @ chance
        mass_now = np.add.reduce(needing, axis=1, keepdims=True)
        masses = np.empty((_RISES, 2 * count))  # after a yes, and after a no
        np.subtract(mass_now, mass_yes, out=masses[:, count:])
        masses[:, count:] /= p_no
        mass_yes += self._rising(chance, weight, situation, top)
        np.divide(mass_yes, p_yes, out=masses[:, :count])
        level = self._urgency.advised(masses)
        floor = int(standing.floor)
        now = max(self._urgency.advised_now(weight, levels), floor)
        level_yes = np.maximum(level[:count], standing.floors_if)
        level_no = np.maximum(level[count:], floor)
        change = p_yes * _WORSE[now].take(level_yes) + p_no * _BETTER[now].take(level_no)
        return Gain(
            value=self._answerable * (information + self._worth * change),
            raising=(level_yes > now) * p_yes,
            self_care=now == 0,
        )

    def _rising(self, chance: Table, weight: Table, situation: Situation, top: Levels) -> Table:
        """P(a yes, and the condition rises to a level with it) by level and question."""
        standing = situation.standing
        place = self._nowhere.copy()
        place[top] = self._places[: len(top)]
        places = place.take(standing.rising)
        entries = (places >= 0).nonzero()[0]
        places, asked = places.take(entries), standing.asked.take(entries)
        levels = standing.levels.take(standing.rising.take(entries))
        between = (levels < RISING) & (standing.to.take(entries) >= RISING)
        amounts = between * (chance[places, asked] * weight.take(places))
        summed = np.bincount((asked + self._cells).ravel(), amounts.ravel(), minlength=_RISES * self._count)
        rising: Table = summed.astype(np.float64, copy=False).reshape(_RISES, self._count)
        return rising


_WORSE: Table = np.maximum(_HARM - _HARM[:, None], 0.0)
_BETTER: Table = np.maximum(_HARM[:, None] - _HARM, 0.0)
"""By the level now (rows) and then (columns): how much harm is avoided by knowing that it is worse, or better."""


def _binary(chance: Table) -> tuple[Table, Table]:
    """P(yes) with a row for each condition, and how certain a yes or no is then."""
    yes = chance.T
    return yes, yes * np.log(yes) + (1 - yes) * np.log(1 - yes)


def _beside(*tables: Table) -> Table:
    """The tables side by side, rows in one piece each, so that a few rows are quick to take."""
    return np.ascontiguousarray(np.hstack(tables))
