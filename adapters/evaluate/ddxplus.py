"""DDXPlus (Fansi Tchango et al. 2022) compiled into our own schema: evidences become findings, pathologies conditions.

A yes-or-no evidence is a finding. One with many values is a finding with a child for each value, so that a child is
weighed given its parent; an evidence asked only after another one is that one's child. The values of a categorical
evidence exclude one another and are never told to be absent one by one.
"""

import ast
import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from knowledge.catalogue import Catalogue
from knowledge.clinical import Answer, Concept, Condition, Presence, Prior, Sex, Triage
from knowledge.schema import AGE_BANDS, Wording
from knowledge.tables import DURATION_SHARE, age_band
from knowledge.tuning import Tuning

SMOOTHING = 0.4
"""So many cases of what is usual in everybody are added to those seen of a condition."""

TUNING = Tuning(
    cap=1e9,  # the figures are counted, not guessed, and the findings of a condition were drawn one by one
    unexplained=1.0,
    background=1e-12,  # one of the pathologies is always there
    mention=0.0,  # what was not told was not asked
    defining=2.0,
    defining_specific=2.0,
    mention_defining=0.0,
    off_topic=1.0,
    considered=50,
    leading=0.0,
    leading_emergency=0.0,
    telling=0.0,
    urgency_weight=0.0,
    least_gain=0.01,
    dominant=0.99,
    least_shown=0.0,
)
"""The same engine without what it assumes about how people tell."""

_SEXES = {"M": Sex.MALE, "F": Sex.FEMALE}
_NO_AND_YES = {"V_10", "V_12"}
"""An evidence with these two values is a yes-or-no evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that can be asked."""

    id: str
    """Its code."""
    kind: Literal["binary", "categorical", "many"]
    """Yes or no, one of several values, or any of several."""
    parent: str | None
    """The evidence without which it is not asked."""
    values: tuple[str, ...]
    """Ids of its values, as `E_54_@_V_179`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One synthetic patient."""

    age: int
    """Years."""
    sex: Sex
    """Sex."""
    pathology: str
    """What it is."""
    first: str
    """The evidence told at the start."""
    has: frozenset[str]
    """All evidences and values that are there, with their parents."""
    differential: tuple[tuple[str, float], ...]
    """The differential that the makers' rule engine gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The release as read."""

    evidences: Mapping[str, Evidence]
    """By code."""
    pathologies: tuple[str, ...]
    """Names."""
    cases: tuple[Case, ...]
    """The patients, in their order."""


def read_release(folder: Path) -> Release:
    """The release in `folder`: two JSON files and one CSV of patients. Raises OSError, KeyError or ValueError."""
    raw = json.loads((folder / "release_evidences.json").read_text(encoding="utf-8"))
    evidences = {code: _evidence(code, value, raw) for code, value in raw.items()}
    pathologies = tuple(json.loads((folder / "release_conditions.json").read_text(encoding="utf-8")))
    (patients,) = folder.glob("release_*patients*.csv")
    with patients.open(encoding="utf-8", newline="") as file:
        cases = tuple(_case(row, evidences) for row in csv.DictReader(file))
    return Release(evidences=evidences, pathologies=pathologies, cases=cases)


def _evidence(code: str, raw: Mapping[str, Any], all_: Mapping[str, Any]) -> Evidence:
    values = tuple(str(value) for value in raw["possible-values"])
    binary = raw["data_type"] == "B" or set(values) == _NO_AND_YES
    above = raw["code_question"]
    return Evidence(
        id=code,
        kind="binary" if binary else "many" if raw["data_type"] == "M" else "categorical",
        parent=above if above != code and above in all_ else None,  # some name one that is not in the release
        values=() if binary else tuple(f"{code}_@_{value}" for value in values),
    )


def _case(row: Mapping[str, str], evidences: Mapping[str, Evidence]) -> Case:
    has: set[str] = set()
    for feature in ast.literal_eval(row["features"]):
        code, _, value = feature.partition("_@_")
        if evidences[code].kind != "binary":
            has |= {code, feature}
        elif value in ("", "V_12"):
            has.add(code)
    for code in [name for name in has if name in evidences]:
        while (parent := evidences[code].parent) is not None:
            has.add(parent)
            code = parent
    return Case(
        age=int(row["age"]),
        sex=_SEXES[row["sex"]],
        pathology=row["diagnosis"],
        first=row["feature_id"].partition("_@_")[0],
        has=frozenset(has),
        differential=tuple((name, chance) for name, chance in ast.literal_eval(row["top5_diagnoses"])),
    )


def compiled(release: Release, cases: Sequence[Case]) -> Catalogue:
    """A catalogue with the chances counted in these cases."""
    everybody = Counter(name for case in cases for name in case.has)
    concepts = _concepts(release, everybody, len(cases))
    by_pathology = {name: [case for case in cases if case.pathology == name] for name in release.pathologies}
    return Catalogue(
        concepts=concepts,
        conditions={name: _condition(name, mine, cases, concepts, everybody) for name, mine in by_pathology.items()},
        red_flags=(),
        departments={},
        wording=Wording(
            raised={level.code: "{name}" for level in tuple(Triage)[1:]},
            several="",
            answers={presence.value: presence.value for presence in Presence},
        ),
        version="ddxplus",
    )


def _concepts(release: Release, everybody: Counter[str], cases: int) -> dict[str, Concept]:
    """Findings with what is usual in everybody; general ones first."""

    def leak(name: str) -> float:
        return min(0.5, max(1e-4, (everybody[name] + 0.1) / (cases + 1)))

    found: dict[str, Concept] = {}
    for evidence in sorted(release.evidences.values(), key=lambda e: _depth(e, release)):
        values = [value for value in evidence.values if everybody[value]]
        answers = [Answer(label=value, sets=((value, Presence.PRESENT),)) for value in values]
        if answers:
            answers.append(Answer(label="", sets=((evidence.id, Presence.ABSENT),)))
        found[evidence.id] = Concept(
            id=evidence.id,
            name_ko=evidence.id,
            kind="symptom",
            parents=(evidence.parent,) if evidence.parent else (),
            leak=leak(evidence.id),
            question=evidence.id,
            answers=tuple(answers),
        )
        for value in values:
            found[value] = Concept(id=value, name_ko=value, kind="symptom", parents=(evidence.id,), leak=leak(value))
    return found


def _depth(evidence: Evidence, release: Release) -> int:
    """How many evidences stand above it."""
    return 0 if evidence.parent is None else 1 + _depth(release.evidences[evidence.parent], release)


def _condition(
    name: str,
    mine: Sequence[Case],
    cases: Sequence[Case],
    concepts: Mapping[str, Concept],
    everybody: Counter[str],
) -> Condition:
    """A pathology with the chances counted in its own cases, smoothed by those in everybody."""
    seen = Counter(item for case in mine for item in case.has)
    chances: dict[str, float] = {}
    for id_, concept in concepts.items():
        above = concept.parents[0] if concept.parents else None
        among = everybody[above] if above else len(cases)
        usual = (everybody[id_] + 0.1) / (among + 0.2)
        there = seen[above] if above else len(mine)
        given = min(0.99, (seen[id_] + SMOOTHING * usual) / (there + SMOOTHING))
        chances[id_] = min(0.995, max(1e-5, given * (chances[above] if above else 1.0)))
    return Condition(
        id=name,
        name_ko=name,
        name_en=name,
        synonyms=(),
        kcd="",
        icd10="",
        departments=(),
        child_departments=(),
        prior=Prior(
            per_1000=1000 * (len(mine) + 0.5) / (len(cases) + 25),
            age=_multipliers([AGE_BANDS[age_band(c.age)] for c in mine], [AGE_BANDS[age_band(c.age)] for c in cases]),
            sex=_multipliers([c.sex.value for c in mine], [c.sex.value for c in cases]),
            season={},
        ),
        findings=chances,
        risks={},
        duration=DURATION_SHARE,
        sudden=0.2,
        urgency=Triage.CLINIC,
        raises=(),
        about="",
        confirmed_by="",
        treatment="",
        self_care=(),
        go_now=(),
        prevention="",
        contagious="",
        self_check=(),
        sources=(),
        status="drafted",
    )


def _multipliers(mine: Sequence[str], everybody: Sequence[str]) -> dict[str, float]:
    """How many times as usual each group is among those with the condition, smoothed by two cases."""
    seen, usual = Counter(mine), Counter(everybody)
    total = len(everybody)
    return {
        group: ((seen[group] + 2 * count / total) / (len(mine) + 2)) / (count / total) for group, count in usual.items()
    }
