"""What follows from the present findings and the person alone; kept, since most answers add no finding."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from knowledge.answers import Answers
from knowledge.catalogue import Catalogue
from knowledge.clinical import Person, Reason, Sex, Triage
from knowledge.fitting import Fitting, askable
from knowledge.rules import Flags
from knowledge.tables import Mask, Table, Tables, parent_rows
from knowledge.triage import floors
from knowledge.tuning import Tuning
from knowledge.urgency import Levels, Urgency, worst

COMPLAINTS = frozenset({"symptom", "sign", "measurement", "exposure"})
"""Kinds of finding somebody consults about; a history alone is no complaint."""

_KEPT = 256
"""So many are kept; each is a few kilobytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Urgency as it stands, and what each question could do to it. Arrays are shared: never written to."""

    topic: Table
    """What it counts (a log) against each condition that it explains none of the complaints."""
    on_topic: Mask
    """Whether each condition explains a complaint (without a complaint all do)."""
    levels: Levels
    """How urgent each condition (and then the background) is."""
    emergencies: Mask
    """Which of them are emergencies."""
    flags: tuple[Reason, ...]
    """The red flags that hold."""
    floor: Triage
    """The least level they demand."""
    floors_if: Levels
    """By question: the least level after a yes."""
    graver: Mask
    """By row of the tables: whether the finding is a form of something present."""
    fits: Mask
    """By question: whether it makes sense now for this person."""
    first: Mask
    """By question: whether it comes before others."""
    rising: NDArray[np.intp]
    """Conditions that would rise after one yes, one entry for each way."""
    asked: NDArray[np.intp]
    """For each entry the number of the question."""
    to: Levels
    """For each entry the level the condition would rise to."""
    below: NDArray[np.intp]
    """Numbers of the questions about something whose primary parent is present, and the same past all questions."""
    variants: NDArray[np.intp]
    """Which variants of the questions with many answers are to be used."""


class Standings:
    """Says how things stand, over one catalogue."""

    def __init__(
        self, catalogue: Catalogue, tables: Tables, urgency: Urgency, answers: Answers, tuning: Tuning
    ) -> None:
        questions = askable(catalogue)
        self._catalogue = catalogue
        self._explains = tables.explains
        self._off_topic = float(np.log(tuning.off_topic))
        self._complaints: Mask = np.array([c.kind in COMPLAINTS for c in catalogue.concepts.values()], dtype=np.bool_)
        self._all: Mask = np.ones(tables.explains.shape[1], dtype=np.bool_)
        self._row = tables.row
        self._urgency = urgency
        self._answers = answers
        self._flags = Flags(catalogue, tables)
        self._fitting = Fitting(questions, catalogue, tables)
        self._parents = parent_rows(tuple(catalogue.concepts.values()), tables)
        self._rows = np.array([tables.row[concept.id] for concept in questions], dtype=np.intp)
        padding = len(tables.row)
        above = [tables.parent[concept.id] for concept in questions]
        self._above = np.array([padding if id_ is None else tables.row[id_] for id_ in above], dtype=np.intp)
        self._number = np.full(len(tables.row) + 1, -1, dtype=np.intp)
        self._number[self._rows] = np.arange(len(questions))
        self.of = lru_cache(_KEPT)(self._of)
        """The standing with these present findings (all that is known of the person among them), age and sex."""

    def _of(self, present: frozenset[str], age: float | None, sex: Sex | None) -> Standing:
        person = Person(age=age, sex=sex)
        rows = np.zeros(len(self._row) + 1, dtype=np.bool_)
        rows[[self._row[id_] for id_ in present]] = True
        raised = self._urgency.raises.match(rows)
        levels = self._urgency.levels(raised)
        flags = floors(present, person, self._catalogue)
        floor = worst(flags)
        graver: Mask = np.logical_or.reduce(rows.take(self._parents), axis=0)
        columns, to = self._urgency.raised.take(raised.nearly), self._urgency.to.take(raised.nearly)
        asked = self._number.take(raised.missing)
        rises = ((asked >= 0) & (to > levels.take(columns))).nonzero()[0]
        below = rows.take(self._above).nonzero()[0]
        told = (rows[:-1] & self._complaints).nonzero()[0]
        on_topic: Mask = np.logical_or.reduce(self._explains.take(told, axis=0), axis=0) if len(told) else self._all
        return Standing(
            topic=np.where(on_topic, 0.0, self._off_topic),
            on_topic=on_topic,
            levels=levels,
            emergencies=levels >= int(Triage.EMERGENCY),
            flags=flags,
            floor=floor,
            floors_if=self._flags.floors_if(present, rows, person, int(floor)).take(self._rows),
            graver=graver,
            fits=self._fitting.fits(present, graver.take(self._rows), person),
            first=self._fitting.first(present),
            rising=columns.take(rises),
            asked=asked.take(rises),
            to=to.take(rises),
            below=np.concatenate((below, below + len(self._rows))),
            variants=self._answers.variants(rows),
        )
