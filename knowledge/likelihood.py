"""How likely each condition is given what is known: naive Bayes over a forest of findings (see `knowledge.tables`)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from knowledge.catalogue import Catalogue
from knowledge.clinical import Finding, Person, Presence
from knowledge.tables import Table, Tables, age_band, compile_tables, duration_band, season, sex_index
from knowledge.triage import absent_now, known_of, present_now, stated
from knowledge.tuning import Tuning


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known about the patient, as ids the catalogue knows."""

    stated: frozenset[str]
    """Said or known to be present, without what it implies."""
    present: frozenset[str]
    """Present, with all that is implied."""
    absent: frozenset[str]
    """Absent, with all that is ruled out by it."""
    silent: frozenset[str]
    """Asked, or answered with neither yes nor no: silence about them says nothing."""
    onset: float | None
    """Hours since the complaint began, where known."""
    sudden: bool | None
    """Whether it began suddenly, where known."""


def gather(
    findings: Sequence[Finding],
    person: Person,
    catalogue: Catalogue,
    *,
    asked: Collection[str],
    onset: float | None,
    sudden: bool | None,
) -> Evidence:
    """The evidence in what was said. Without an onset the longest-lasting present finding gives it."""
    said = stated(findings, Presence.PRESENT, catalogue) | known_of(person, catalogue)
    present = present_now(findings, catalogue, person)
    since = [f.since for f in findings if f.since is not None and f.concept in said and f.presence is Presence.PRESENT]
    unknown = stated(findings, Presence.UNKNOWN, catalogue)
    return Evidence(
        stated=said,
        present=present,
        absent=absent_now(findings, catalogue, person),
        silent=(unknown | (frozenset(asked) & catalogue.concepts.keys())) - present,
        onset=onset if onset is not None else max(since, default=None),
        sudden=sudden,
    )


class Likelihood:
    """The compiled model of one catalogue."""

    def __init__(self, catalogue: Catalogue, tuning: Tuning) -> None:
        self._catalogue = catalogue
        self.tables: Tables = compile_tables(catalogue, tuning)
        self.ids = tuple(catalogue.concepts)
        self._silence = self.tables.silence.sum(axis=0)

    def posterior(self, evidence: Evidence, person: Person, on: date) -> Table:
        """P(condition | evidence) for all conditions and then the background; sums to 1."""
        tables = self.tables
        score = (
            tables.prior
            + tables.age[age_band(person.age)]
            + tables.sex[sex_index(person.sex)]
            + tables.season[season(on)]
        )
        for table, rows in self._scored(evidence):
            score = score + table[rows].sum(axis=0)
        if evidence.stated:
            told = self._rows(evidence.present | evidence.absent | evidence.silent)
            score = score + self._silence - tables.silence[told].sum(axis=0)
        if evidence.onset is not None:
            score = score + tables.duration[duration_band(evidence.onset)]
        if evidence.sudden is not None:
            score = score + tables.sudden[int(evidence.sudden)]
        weight: Table = np.exp(score - score.max())
        weight /= weight.sum()
        return weight

    def contributions(self, evidence: Evidence) -> tuple[tuple[str, ...], Table]:
        """The findings that were said, and the log likelihood ratio of each (rows) for every condition (columns).

        A present finding counts with all it implies; what another one implies is left out.
        """
        implied: frozenset[str] = frozenset().union(*(self._catalogue.ancestors[id_] for id_ in evidence.stated))
        present = self._rows(evidence.stated - implied)
        _, *absent = self._scored(evidence)
        rows = [*present, *(row for _, some in absent for row in some)]
        table = np.concatenate([self.tables.whole[present], *(part[some] for part, some in absent)])
        return tuple(self.ids[row] for row in rows), table

    def _scored(self, evidence: Evidence) -> tuple[tuple[Table, list[int]], ...]:
        """Which rows of which tables the evidence adds up."""
        tables = self.tables
        chain: set[str] = set()
        for id_ in evidence.stated:
            step: str | None = id_
            while step is not None and step not in chain:
                chain.add(step)
                step = tables.parent[step]
        top = {id_ for id_ in evidence.absent if evidence.absent.isdisjoint(self._catalogue.concepts[id_].parents)}
        below = {id_ for id_ in top if tables.parent[id_] in evidence.present}
        return (
            (tables.present, self._rows(chain)),
            (tables.absent, self._rows(top - below)),
            (tables.absent_given, self._rows(below)),
        )

    def _rows(self, ids: Collection[str]) -> list[int]:
        """Rows in a fixed order, so that sums do not depend on the order in which things were said."""
        return sorted(self.tables.row[id_] for id_ in ids)
