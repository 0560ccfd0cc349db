"""How likely each condition is given what is known: naive Bayes over a forest of findings (see `knowledge.tables`)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge.catalogue import Catalogue
from knowledge.clinical import Finding, Person, Presence
from knowledge.tables import Mask, Table, Tables, age_band, compile_tables, duration_band, season, sex_index
from knowledge.triage import absent_of, known_of, present_of, said_by, stated, with_sudden_forms
from knowledge.tuning import Tuning

_PRESENT = Presence.PRESENT

_UNSILENT, _WHOLE = 3, 4
"""Places in the stacked table of what takes silence back, and of what a finding says with all it implies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known about the patient, as ids the catalogue knows."""

    stated: frozenset[str]
    """Said or known to be present, without what it implies."""
    present: frozenset[str]
    """Present, with all that is implied."""
    absent: frozenset[str]
    """Absent, with all that is ruled out by it."""
    onset: float | None
    """Hours since the complaint began, where known."""
    sudden: bool | None
    """Whether it began suddenly, where known."""
    present_rows: Mask
    """The present ones as rows of the tables, and then a row for padding that is never there."""
    settled_rows: Mask
    """The present and the absent ones."""
    told_rows: Mask
    """Those and what was asked, or answered with neither yes nor no: there silence says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The rows that the evidence adds up, in a fixed order: sums must not depend on the order of what was said."""

    present: list[int]
    """Of `present`."""
    absent: list[int]
    """Of `absent`."""
    absent_given: list[int]
    """Of `absent_given`."""


def gather(
    findings: Sequence[Finding],
    person: Person,
    catalogue: Catalogue,
    row: Mapping[str, int],
    *,
    asked: Collection[str],
    onset: float | None,
    sudden: bool | None,
    untold: frozenset[str] = frozenset(),
) -> Evidence:
    """The evidence in what was said. Without an onset the longest-lasting present finding gives it.

    With a sudden onset, what has a sudden form is present in it. `untold` are findings nobody could have told of such a
    patient.
    """
    heard = stated(findings, catalogue)
    if sudden:
        heard = with_sudden_forms(heard, catalogue)
    said = heard.present | known_of(person, catalogue)
    present = present_of(heard, catalogue, person)
    absent = absent_of(heard, present, catalogue, person)
    known = catalogue.concepts
    answered = [id_ for id_ in asked if id_ in known]
    silent = heard.unknown.union(answered, untold, said_by(present, catalogue)) - present
    if onset is None:
        since = [f.since for f in findings if f.since is not None and f.concept in said and f.presence is _PRESENT]
        onset = max(since, default=None)
    present_rows = _mark(present, row, bytes(len(row) + 1))
    settled_rows = _mark(absent, row, present_rows)
    told_rows = _mark(silent, row, settled_rows)
    return Evidence(
        stated=said,
        present=present,
        absent=absent,
        onset=onset,
        sudden=sudden,
        present_rows=np.frombuffer(present_rows, dtype=np.bool_),
        settled_rows=np.frombuffer(settled_rows, dtype=np.bool_),
        told_rows=np.frombuffer(told_rows, dtype=np.bool_),
    )


def _mark(ids: Iterable[str], row: Mapping[str, int], before: bytes) -> bytes:
    """`before` with these ids marked; for so few, bytes are quicker than arrays."""
    marks = bytearray(before)
    for id_ in ids:
        marks[row[id_]] = 1
    return bytes(marks)


class Likelihood:
    """The compiled model of one catalogue."""

    def __init__(self, catalogue: Catalogue, tuning: Tuning) -> None:
        self._catalogue = catalogue
        self.tables: Tables = compile_tables(catalogue, tuning)
        self.ids = tuple(catalogue.concepts)
        self._parents = {id_: concept.parents for id_, concept in catalogue.concepts.items()}
        tables = self.tables
        self._speaks: Mask = np.append(tables.silence.any(axis=1), np.False_)
        self._silence = tables.silence.sum(axis=0)
        self._ratios: Table = np.concatenate(
            [tables.present, tables.absent, tables.absent_given, -tables.silence, tables.whole]
        )  # one table, so that one sum does
        self._before: dict[tuple[int, int, int, bool], Table] = {}

    def posterior(self, evidence: Evidence, scored: Scored, person: Person, on: date, topic: Table) -> Table:
        """P(condition | evidence) for all conditions and then the background; sums to 1.

        `topic` is the log of what it counts against a condition that it explains no complaint.
        """
        tables = self.tables
        rows = scored.present + self._stacked(scored.absent, scored.absent_given)
        score = self._prior(age_band(person.age), sex_index(person.sex), season(on), silence=bool(evidence.stated))
        if evidence.stated:
            rows += ((evidence.told_rows & self._speaks).nonzero()[0] + _UNSILENT * len(self.ids)).tolist()
        score = score + topic + np.add.reduce(self._ratios.take(np.array(rows, dtype=np.intp), axis=0), axis=0)
        if evidence.onset is not None:
            score = score + tables.duration[duration_band(evidence.onset)]
        if evidence.sudden is not None:
            score = score + tables.sudden[int(evidence.sudden)]
        weight: Table = np.exp(score - np.maximum.reduce(score))
        weight /= np.add.reduce(weight)
        return weight

    def contributions(
        self, evidence: Evidence, scored: Scored, columns: NDArray[np.intp]
    ) -> tuple[tuple[str, ...], Table]:
        """The findings that were said, and the log likelihood ratio of each (columns) for these conditions (rows).

        A present finding counts with all it implies; what another one implies is left out.
        """
        count, ancestors = len(self.ids), self._catalogue.ancestors
        implied: frozenset[str] = frozenset().union(*(ancestors[id_] for id_ in evidence.stated))
        present = self._rows(evidence.stated - implied)
        rows = [*present, *scored.absent, *scored.absent_given]
        stacked = [_WHOLE * count + row for row in present] + self._stacked(scored.absent, scored.absent_given)
        ratios = self._ratios[np.array(stacked, dtype=np.intp), columns[:, None]]
        return tuple([self.ids[row] for row in rows]), ratios

    def scored(self, evidence: Evidence) -> Scored:
        """Which rows of which tables the evidence adds up."""
        parent = self.tables.parent
        chain: set[str] = set()
        for id_ in evidence.stated:
            step: str | None = id_
            while step is not None and step not in chain:
                chain.add(step)
                step = parent[step]
        top = {id_ for id_ in evidence.absent if evidence.absent.isdisjoint(self._parents[id_])}
        below = {id_ for id_ in top if parent[id_] in evidence.present}
        return Scored(present=self._rows(chain), absent=self._rows(top - below), absent_given=self._rows(below))

    def _stacked(self, absent: list[int], absent_given: list[int]) -> list[int]:
        """Where the absent ones stand in the stacked table."""
        count = len(self.ids)
        return [count + row for row in absent] + [2 * count + row for row in absent_given]

    def _prior(self, age: int, sex: int, time: int, *, silence: bool) -> Table:
        """The logs before anything was said, or with nothing said of any finding; there are few, and they are kept."""
        key = (age, sex, time, silence)
        known = self._before.get(key)
        if known is None:
            tables = self.tables
            known = tables.prior + tables.age[age] + tables.sex[sex] + tables.season[time]
            self._before[key] = known = known + self._silence if silence else known
        return known

    def _rows(self, ids: Collection[str]) -> list[int]:
        row = self.tables.row
        return sorted([row[id_] for id_ in ids])
