"""How long an assessment takes: posterior, level, candidates, departments and the best next question.

    python tests/benchmarks/posterior.py [ROUNDS]

Prints one JSON line for the catalogue that is shipped and one for each made-up size, with p50 and p99 in milliseconds
over consultations of up to eight questions with random patients and answers.
"""

import gc
import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import date

from knowledge.catalogue import Catalogue, CatalogueError, Department, load_catalogue
from knowledge.clinical import Concept, Condition, Finding, Person, Presence, Prior, RedFlag, Sex, Triage
from knowledge.diagnosis import Diagnosis
from knowledge.schema import Wording

SIZES = ((130, 283), (500, 700))
ON = date(2025, 1, 15)


def made_up(conditions: int, findings: int) -> Catalogue:
    """A random catalogue of this size: every fourth finding is a child, every condition lists eighteen."""
    rng = random.Random(conditions)
    ids = [f"f{number}" for number in range(findings)]
    concepts = {
        id_: Concept(
            id=id_,
            name_ko=id_,
            kind="symptom",
            parents=(ids[number - 1],) if number % 4 == 3 else (),
            leak=0.005 if number % 4 == 3 else rng.uniform(0.01, 0.08),
            question=f"{id_}?",
            must_ask=number % 30 == 0,
        )
        for number, id_ in enumerate(ids)
    }
    return Catalogue(
        concepts=concepts,
        conditions={f"c{number}": _condition(f"c{number}", ids, rng) for number in range(conditions)},
        red_flags=tuple(_flag(number, ids, rng) for number in range(conditions // 2)),
        departments={name: Department(name=name, sees="", synonyms=()) for name in ("내과", "응급의학과")},
        wording=Wording(
            several="x",
            raised={level.code: "{name}" for level in Triage},
            answers={presence.value: "x" for presence in Presence},
        ),
        version="made-up",
    )


def _condition(id_: str, ids: list[str], rng: random.Random) -> Condition:
    listed = {finding: rng.choice((0.9, 0.6, 0.45, 0.25)) for finding in rng.sample(ids, 18)}
    return Condition(
        id=id_, name_ko=id_, name_en=id_, synonyms=(), kcd="J00", icd10="J00", departments=("내과",),
        child_departments=(), prior=Prior(per_1000=rng.uniform(0.1, 20), age={}, sex={}, season={}), findings=listed,
        risks={}, duration={"hours": 0.25, "days": 0.25, "weeks": 0.25, "months": 0.25}, sudden=0.2,
        urgency=Triage(rng.randrange(5)), raises=(), about="", confirmed_by="", treatment="", self_care=(), go_now=(),
        prevention="", contagious="", self_check=(), sources=(), status="drafted",
    )  # fmt: skip


def _flag(number: int, ids: list[str], rng: random.Random) -> RedFlag:
    return RedFlag(
        id=f"r{number}", all_of=tuple(rng.sample(ids, 2)), any_of=(), min_age=None, max_age=None, sex=None,
        pregnant=False, floor=Triage.EMERGENCY, reason="x",
    )  # fmt: skip


def consultation(diagnosis: Diagnosis, catalogue: Catalogue, rng: random.Random) -> Iterator[float]:
    """The seconds each assessment of one consultation took."""
    condition = rng.choice(list(catalogue.conditions.values()))
    listed = list(condition.findings)
    findings = [Finding(concept=id_, presence=Presence.PRESENT) for id_ in rng.sample(listed, min(3, len(listed)))]
    person = Person(age=rng.uniform(0, 90), sex=rng.choice(tuple(Sex)))
    asked: list[str] = []
    for left in range(8, -1, -1):
        began = time.perf_counter()
        assessment = diagnosis.assess(findings, person, asked=asked, on=ON, questions_left=left)
        yield time.perf_counter() - began
        if assessment.question is None:
            return
        asked += assessment.question.findings
        presence = rng.choice(tuple(Presence))
        findings += [Finding(concept=assessment.question.findings[0], presence=presence)]


def measure(name: str, catalogue: Catalogue, rounds: int) -> None:
    """Prints the figures of one catalogue."""
    began = time.perf_counter()
    diagnosis = Diagnosis(catalogue)
    compiled = time.perf_counter() - began
    rng = random.Random(7)
    for _ in range(10):
        list(consultation(diagnosis, catalogue, rng))
    gc.collect()
    times = sorted(seconds for _ in range(rounds) for seconds in consultation(diagnosis, catalogue, rng))
    figures = {
        "catalogue": name,
        "conditions": len(catalogue.conditions),
        "findings": len(catalogue.concepts),
        "assessments": len(times),
        "compile_ms": round(compiled * 1000, 1),
        "p50_ms": round(times[len(times) // 2] * 1000, 3),
        "p99_ms": round(times[len(times) * 99 // 100] * 1000, 3),
    }
    print(json.dumps(figures))


def main() -> None:
    """Measures all catalogues."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    try:
        measure("shipped", load_catalogue(), rounds)
    except CatalogueError as error:
        print(json.dumps({"catalogue": "shipped", "error": str(error).splitlines()[0]}))
    for conditions, findings in SIZES:
        measure("made up", made_up(conditions, findings), rounds)


if __name__ == "__main__":
    main()
