"""Compiles the catalogue into tables of likelihood: rows are findings, columns conditions and then the background.

Every condition gives P(present) for the findings it lists; everybody else has the finding's leak. Findings form a
forest by their primary parents, and a child is scored given its parent, so a headache that is also throbbing counts as
one headache. The last column is the background hypothesis "nothing in the catalogue": there every finding has its leak.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge.catalogue import Catalogue
from knowledge.clinical import Concept, Condition, Sex
from knowledge.schema import AGE_BANDS, DURATIONS, SEASONS
from knowledge.tuning import Tuning

Table = NDArray[np.float64]
Mask = NDArray[np.bool_]

_AGE_STARTS = (1, 6, 13, 19, 40, 65, 80)
_AGE_SHARE = (0.02, 0.06, 0.06, 0.05, 0.22, 0.33, 0.19, 0.07)
"""Who consults, by age band: weighs the bands where the age is not known."""

_DURATION_ENDS = (24, 168, 1008)
DURATION_SHARE: Mapping[str, float] = dict(zip(DURATIONS, (0.2, 0.45, 0.2, 0.15), strict=True))
"""How long complaints have lasted among all who consult."""

_SUDDEN_SHARE = 0.2
"""How many of all complaints began within minutes."""

_SEXES = tuple(Sex)

_OBSERVED = frozenset({"symptom", "sign", "measurement"})
_IMPOSSIBLE = 1e-9


def age_band(age: float | None) -> int:
    """The index of the age band; one past the last where the age is unknown."""
    return len(AGE_BANDS) if age is None or age != age else bisect_right(_AGE_STARTS, age)


def sex_index(sex: Sex | None) -> int:
    """The row of the sex in the prior tables; the last where it is unknown."""
    return len(_SEXES) if sex is None else _SEXES.index(sex)


def season(on: date) -> int:
    """The index of the season, spring from March."""
    return (on.month - 3) % 12 // 3


def duration_band(hours: float) -> int:
    """The index of the band of time since onset."""
    return bisect_right(_DURATION_ENDS, hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Everything a posterior needs, as arrays."""

    row: Mapping[str, int]
    """Row of a finding."""
    parent: Mapping[str, str | None]
    """The primary (most specific) parent of a finding."""
    probability: Table
    """P(present | condition)."""
    given_parent: Table
    """P(present | condition, the primary parent is present); the same as `probability` for a root."""
    related: Mask
    """Whether the condition lists the finding, or one above or below it."""
    present: Table
    """Log likelihood ratio of a present finding, given its present parent."""
    whole: Table
    """The same summed up with its parents: what the finding says with all it implies."""
    absent: Table
    """Log likelihood ratio of an absent finding."""
    absent_given: Table
    """The same where its parent is present."""
    explains: Mask
    """Whether the finding, told as a complaint, is explained by the condition; the background explains all."""
    defining: NDArray[np.intp]
    """By condition and the background: the row of the most general form of the finding that defines it, else -1."""
    silence: Table
    """What it says that nobody mentioned the finding, or any form of it."""
    prior: Table
    """Log of cases in 1,000, by condition."""
    age: Table
    """Log multipliers by age band and condition."""
    sex: Table
    """Log multipliers by sex and condition."""
    season: Table
    """Log multipliers by season and condition."""
    duration: Table
    """Log likelihood ratios by duration band and condition."""
    sudden: Table
    """Log likelihood ratios of a slow and of a sudden onset."""


def compile_tables(catalogue: Catalogue, tuning: Tuning) -> Tables:
    """The tables of a catalogue."""
    concepts = catalogue.concepts
    row = {id_: number for number, id_ in enumerate(concepts)}
    parent = {id_: _primary(id_, catalogue) for id_ in concepts}
    above = np.array([row[parent[id_] or id_] for id_ in concepts])
    child = np.array([parent[id_] is not None for id_ in concepts])[:, None]
    observed = np.array([concept.kind in _OBSERVED for concept in concepts.values()])[:, None]
    leak: Table = np.clip([concept.leak for concept in concepts.values()], 1e-4, 0.5)[:, None]

    probability, related = _probabilities(catalogue, row, leak)
    given = np.where(child, np.minimum(probability / probability[above], 0.99), probability)
    leak_given = np.where(child, np.minimum(leak / leak[above], 0.99), leak)
    cap = tuning.cap
    unexplained = np.where(observed & (leak <= tuning.specific), np.log(tuning.unexplained), 0.0)
    unexplained = np.where(child & (unexplained[above] < 0), 0.0, unexplained)
    present = np.where(related, np.clip(np.log(given / leak_given), -cap, cap), unexplained)
    present[:, -1] = 0.0
    whole = present.copy()
    for id_ in _general_first(catalogue):
        if (primary := parent[id_]) is not None:
            whole[row[id_]] += whole[row[primary]]
    absent_given = np.clip(np.log((1 - given) / (1 - leak_given)), -cap, cap)
    explains = related & (probability >= tuning.explains * leak)
    explains[:, -1] = True
    conditions = tuple(catalogue.conditions.values())
    defining = [_defining(condition, catalogue, tuning) for condition in conditions]
    mention = np.where(observed & ~child, tuning.mention, 0.0)
    return Tables(
        row=row,
        parent=parent,
        probability=probability,
        given_parent=given,
        related=related,
        whole=whole,
        present=present,
        absent=np.clip(np.log((1 - probability) / (1 - leak)), -cap, cap),
        absent_given=np.where(related, absent_given, 0.0),
        explains=explains,
        defining=np.array([*(-1 if id_ is None else row[_root(id_, parent)] for id_ in defining), -1], dtype=np.intp),
        silence=_silence(defining, row, parent, mention, probability, tuning),
        prior=np.log([*(condition.prior.per_1000 for condition in conditions), tuning.background]),
        age=_age(conditions),
        sex=_sex(conditions),
        season=_log_rows([[c.prior.season.get(name, 1.0) for c in conditions] for name in SEASONS]),
        duration=_duration(conditions),
        sudden=_sudden(conditions),
    )


def _root(id_: str, parent: Mapping[str, str | None]) -> str:
    """The most general finding it implies, by primary parents."""
    while (above := parent[id_]) is not None:
        id_ = above
    return id_


def _silence(
    defining: Sequence[str | None],
    row: Mapping[str, int],
    parent: Mapping[str, str | None],
    mention: Table,
    probability: Table,
    tuning: Tuning,
) -> Table:
    """What it says that nobody mentioned a general finding (the row) or any form of it.

    The one finding that defines a condition is mentioned with a larger probability than others; it counts in the row of
    the most general finding it implies, so a word about that one (or a question) takes all of the silence back.
    """
    leak = probability[:, -1:]
    told, told_by_chance = mention * probability, np.repeat(mention * leak, probability.shape[1], axis=1)
    for column, id_ in enumerate(defining):
        if id_ is not None:
            general = row[_root(id_, parent)]
            more = tuning.mention_defining - mention[general, 0]
            told[general, column] += more * probability[row[id_], column]
            told_by_chance[general, column] += more * leak[row[id_], 0]
    silence: Table = np.log((1 - told) / (1 - told_by_chance))
    return silence


def _defining(condition: Condition, catalogue: Catalogue, tuning: Tuning) -> str | None:
    """The finding without which there is no such condition: the rarest in others, then the most usual."""
    found: list[tuple[float, float, str]] = []
    for id_, usual in condition.findings.items():
        concept = catalogue.concepts[id_]
        rare = concept.kind == "exposure" or (concept.kind in _OBSERVED and concept.leak < tuning.rare)
        specific = concept.kind in _OBSERVED and concept.leak <= tuning.specific
        if (rare and usual >= tuning.defining) or (specific and usual >= tuning.defining_specific):
            found.append((concept.leak, -usual, id_))
    return min(found)[2] if found else None


def parent_rows(concepts: Sequence[Concept], tables: Tables) -> NDArray[np.intp]:
    """The rows of the parents of each concept (columns), filled up with the padding row."""
    depth = max((len(concept.parents) for concept in concepts), default=0)
    rows = np.full((depth, len(concepts)), len(tables.row), dtype=np.intp)
    for column, concept in enumerate(concepts):
        rows[: len(concept.parents), column] = [tables.row[id_] for id_ in concept.parents]
    return rows


def _primary(id_: str, catalogue: Catalogue) -> str | None:
    """The most specific parent: the one that implies most, then the rarest."""
    parents = catalogue.concepts[id_].parents
    if not parents:
        return None
    return min(parents, key=lambda p: (-len(catalogue.ancestors[p]), catalogue.concepts[p].leak, p))


def _general_first(catalogue: Catalogue) -> list[str]:
    """Every finding after all it implies."""
    return sorted(catalogue.concepts, key=lambda id_: len(catalogue.ancestors[id_]))


def _probabilities(catalogue: Catalogue, row: Mapping[str, int], leak: Table) -> tuple[Table, Mask]:
    """P(present) for every finding and condition, and which findings each condition speaks about.

    A parent that is not listed is at least as likely as its likeliest listed child; a child that is not listed keeps
    the proportion to its parent that it has in anybody.
    """
    columns = len(catalogue.conditions) + 1
    probability = np.repeat(leak, columns, axis=1)
    related = np.zeros((len(row), columns), dtype=np.bool_)
    for column, condition in enumerate(catalogue.conditions.values()):
        for id_, odds in condition.risks.items():
            base = leak[row[id_], 0]
            probability[row[id_], column] = odds * base / (1 - base + odds * base)
            related[row[id_], column] = True
        for id_, value in condition.findings.items():
            probability[row[id_], column] = value
            related[row[id_], column] = True
    listed = related.copy()
    for id_ in reversed(_general_first(catalogue)):
        for parent in catalogue.concepts[id_].parents:
            lift = related[row[id_]] & ~listed[row[parent]]
            higher = np.maximum(probability[row[parent]], probability[row[id_]])
            probability[row[parent]] = np.where(lift, higher, probability[row[parent]])
            related[row[parent]] |= lift
    for id_ in _general_first(catalogue):
        for parent in catalogue.concepts[id_].parents:
            follow = related[row[parent]] & ~listed[row[id_]]
            share = leak[row[id_]] * probability[row[parent]] / leak[row[parent]]
            higher = np.maximum(share, np.where(related[row[id_]], probability[row[id_]], 0.0))
            probability[row[id_]] = np.where(follow, higher, probability[row[id_]])
            related[row[id_]] |= follow
    return np.clip(probability, 1e-5, 0.99), related


def _log_rows(rows: list[list[float]]) -> Table:
    """Logs of multipliers with a background column of ones; impossible is very unlikely, not minus infinity."""
    table = np.array([[*values, 1.0] for values in rows])
    logs: Table = np.log(np.maximum(table, _IMPOSSIBLE))
    return logs


def _age(conditions: tuple[Condition, ...]) -> Table:
    rows = [[c.prior.age.get(name, 1.0) for c in conditions] for name in AGE_BANDS]
    mixed = np.average(np.array(rows), axis=0, weights=_AGE_SHARE)
    return _log_rows([*rows, mixed.tolist()])


def _sex(conditions: tuple[Condition, ...]) -> Table:
    rows = [[c.prior.sex.get(sex.value, 1.0) for c in conditions] for sex in Sex]
    return _log_rows([*rows, np.mean(np.array(rows), axis=0).tolist()])


def _duration(conditions: tuple[Condition, ...]) -> Table:
    rows = [[max(c.duration[name], 0.02) / share for c in conditions] for name, share in DURATION_SHARE.items()]
    return _log_rows(rows)


def _sudden(conditions: tuple[Condition, ...]) -> Table:
    sudden = [min(max(c.sudden, 0.02), 0.98) for c in conditions]
    slow = [(1 - value) / (1 - _SUDDEN_SHARE) for value in sudden]
    return _log_rows([slow, [value / _SUDDEN_SHARE for value in sudden]])
