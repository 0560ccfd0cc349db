"""Plays DDXPlus by our own question policy: five folds, counted on four, played on the fifth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from adapters.evaluate.ddxplus import TUNING, Case, Release, compiled, read_release
from adapters.evaluate.figures import reliability, within
from knowledge.catalogue import Catalogue
from knowledge.clinical import Assessment, Finding, Person, Presence
from knowledge.diagnosis import Diagnosis

FOLDS = 5
QUESTIONS = 30
"""Questions at most."""

CUT = 0.01
"""A pathology below this probability is not in a differential."""

DAY = date(2022, 5, 1)
"""Nothing here has a season."""

PUBLISHED: Sequence[Mapping[str, object]] = (
    {"name": "naive Bayes in this protocol", "gtpa_1": 0.985, "gtpa_3": 0.998, "gtpa_5": 0.999, "questions": 2.8},
    {"name": "AARLC, label", "gtpa_1": 0.9886, "gtpa_3": 0.9979, "gtpa_5": 0.9993, "questions": 7.3},
    {"name": "AARLC, differential", "gtpa_1": 0.617, "questions": 14.1},
    {"name": "BASD, label", "gtpa_1": 0.9665, "questions": 17.9},
    {"name": "BASD, differential", "gtpa_1": 0.682, "ddf1": 0.764, "questions": 17.5},
)
"""What others reached; all but the first on the full release, with a million patients to learn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One patient, played to the end."""

    rank: int | None
    """The place of the pathology."""
    best: float
    """The probability of the likeliest."""
    questions: int
    """Evidences asked."""
    recall: float
    """Share of the patient's evidences that came to light."""
    ddf1: float
    """How our differential agrees with the makers', the first five of each."""


def evaluate(folder: Path, limit: int | None = None) -> dict[str, object]:
    """The figures for the release in `folder`."""
    release = read_release(folder)
    played: list[Played] = []
    for fold in range(FOLDS):
        known = [case for number, case in enumerate(release.cases) if number % FOLDS != fold]
        catalogue = compiled(release, known)
        diagnosis = Diagnosis(catalogue, TUNING)
        mine = release.cases[fold:limit:FOLDS]
        played += [play(case, release, catalogue, diagnosis) for case in mine]
    ranks = [one.rank for one in played]
    count = max(len(played), 1)
    return {
        "cases": len(played),
        **{f"gtpa_{k}": within(ranks, k).figures() for k in (1, 3, 5)},
        "questions": round(sum(one.questions for one in played) / count, 2),
        "evidence_recall": round(sum(one.recall for one in played) / count, 4),
        "ddf1_5": round(sum(one.ddf1 for one in played) / count, 4),
        "calibration": reliability([(one.best, one.rank == 1) for one in played]),
        "published": list(PUBLISHED),
    }


def play(case: Case, release: Release, catalogue: Catalogue, diagnosis: Diagnosis) -> Played:
    """One patient: the first evidence, then whatever is asked, until nothing is."""
    person = Person(age=float(case.age), sex=case.sex)
    findings = told(case.first, case, release, catalogue)
    asked = [case.first]
    while True:
        left = QUESTIONS - len(asked) + 1
        assessment = diagnosis.assess(findings, person, asked=asked, on=DAY, final=left <= 0, questions_left=left)
        if assessment.question is None:
            break
        asked.append(assessment.question.findings[0])
        findings += told(asked[-1], case, release, catalogue)
    return scored(case, release, assessment, findings, questions=len(asked) - 1)


def told(code: str, case: Case, release: Release, catalogue: Catalogue) -> list[Finding]:
    """What the patient says about an evidence: yes or no, and all values of one with values."""
    evidence = release.evidences[code]
    if code not in case.has:
        return [Finding(concept=code, presence=Presence.ABSENT)]
    said = [Finding(concept=code, presence=Presence.PRESENT)]
    for value in evidence.values:
        if value in case.has:
            said.append(Finding(concept=value, presence=Presence.PRESENT))
        elif evidence.kind == "many" and value in catalogue.concepts:
            said.append(Finding(concept=value, presence=Presence.ABSENT))
    return said


def scored(
    case: Case, release: Release, assessment: Assessment, findings: Sequence[Finding], *, questions: int
) -> Played:
    """How it went."""
    names = [candidate.condition for candidate in assessment.candidates]
    ours = {c.condition for c in assessment.candidates[:5] if c.probability >= CUT}
    makers = {name for name, chance in case.differential[:5] if chance >= CUT}
    both = len(ours & makers)
    evidences = {name for name in case.has if name in release.evidences}
    found = {f.concept for f in findings if f.presence is Presence.PRESENT}
    found |= {above for name in found & evidences if (above := release.evidences[name].parent)}
    return Played(
        rank=names.index(case.pathology) + 1 if case.pathology in names else None,
        best=assessment.candidates[0].probability if assessment.candidates else 0.0,
        questions=questions,
        recall=len(found & evidences) / max(len(evidences), 1),
        ddf1=2 * both / max(len(ours) + len(makers), 1),
    )
