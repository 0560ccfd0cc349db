"""What would change the level: each finding that is named really does, alone."""

from datetime import date

import pytest

from knowledge.catalogue import load_catalogue
from knowledge.clinical import Finding, Person, Presence, Sex
from knowledge.diagnosis import Diagnosis
from knowledge.inputs import Inputs

CATALOGUE = load_catalogue()
DIAGNOSIS = Diagnosis(CATALOGUE)
ON = date(2026, 11, 25)


def told(*ids: str, age: float = 45) -> Inputs:
    """A woman with these findings."""
    findings = tuple(Finding(concept=id_, presence=Presence.PRESENT) for id_ in ids)
    return Inputs(findings=findings, person=Person(age=age, sex=Sex.FEMALE), on=ON)


@pytest.mark.parametrize("ids", [("headache",), ("abdominal_pain",), ("cough", "fever"), ("chest_pain",)])
def test_what_is_named_changes_the_level_and_nothing_known_is_named(ids: tuple[str, ...]) -> None:
    """Adding a raising finding gives exactly the level it promises; taking a lowering one away too."""
    level = DIAGNOSIS.of(told(*ids)).triage
    outlook = DIAGNOSIS.outlook(told(*ids))
    for shift in outlook.raising:
        assert shift.finding not in ids
        assert DIAGNOSIS.of(told(*ids, shift.finding)).triage is shift.to > level
    for shift in outlook.lowering:
        assert DIAGNOSIS.of(told(*(id_ for id_ in ids if id_ != shift.finding))).triage is shift.to < level


def test_a_headache_is_more_urgent_with_what_belongs_to_it() -> None:
    """Signs of a bleeding in the head are named first, and nothing that has to do with other complaints alone."""
    named = [shift.finding for shift in DIAGNOSIS.outlook(told("headache")).raising]
    assert "thunderclap_headache" in named
    assert "sudden_testicular_pain" not in named


def test_the_smallest_finding_is_named() -> None:
    """Where a general finding does it, its special forms are left out."""
    for ids in (("headache",), ("chest_pain",)):
        shifts = {shift.finding: shift.to for shift in DIAGNOSIS.outlook(told(*ids)).raising}
        for id_, to in shifts.items():
            assert not any(shifts.get(above, -1) >= to for above in CATALOGUE.ancestors[id_])


def test_what_is_open_is_usual_in_the_candidate_and_not_known() -> None:
    """Findings named as unknown belong to the condition, and nobody has told or denied them."""
    assessment = DIAGNOSIS.of(told("right_lower_pain", "vomiting"))
    for candidate in assessment.candidates:
        for id_ in candidate.open_:
            assert id_ not in ("right_lower_pain", "vomiting")
    assert any(candidate.open_ for candidate in assessment.candidates)
