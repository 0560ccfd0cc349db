"""What the shipped catalogue makes of a few complaints: no far-fetched dangers, questions or departments."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge.catalogue import CatalogueError, load_catalogue
from knowledge.clinical import Assessment, Finding, Person, Presence, Sex, Triage
from knowledge.diagnosis import Diagnosis
from knowledge.triage import sex_of, stated, with_sudden_forms
from knowledge.urgency import SEVERAL
from tests.fakes.small_catalogue import Documents, write

CATALOGUE = load_catalogue()
MAN, WOMAN = Person(age=30, sex=Sex.MALE), Person(age=28, sex=Sex.FEMALE)


@pytest.fixture(scope="module")
def diagnosis() -> Diagnosis:
    """The engine over the shipped catalogue."""
    return Diagnosis(CATALOGUE)


def _assess(diagnosis: Diagnosis, present: Sequence[str], person: Person = MAN, **more: Any) -> Assessment:
    absent, unknown = more.pop("absent", ()), more.pop("unknown", ())
    told = ((Presence.PRESENT, present), (Presence.ABSENT, absent), (Presence.UNKNOWN, unknown))
    findings = [Finding(concept=id_, presence=presence) for presence, ids in told for id_ in ids]
    return diagnosis.assess(findings, person, on=date(2025, 10, 1), **more)


def _asked(diagnosis: Diagnosis, present: Sequence[str], person: Person, count: int = 8) -> list[str]:
    """What is asked of somebody who says no to everything."""
    asked: list[str] = []
    while len(asked) < count:
        question = _assess(diagnosis, present, person, asked=asked, absent=asked).question
        if question is None:
            break
        asked.append(question.findings[0])
    return asked


def _probability(assessment: Assessment, condition: str) -> float:
    return next((c.probability for c in assessment.candidates if c.condition == condition), 0.0)


# --- what defines a condition


@pytest.mark.parametrize(
    ("present", "age", "condition"),
    [
        (["high_fever"], 5, "febrile_seizure"),
        (["inconsolable_crying"], 0.8, "febrile_seizure"),
        (["blisters"], 30, "burn_injury"),
        (["fever", "skin_redness_warm"], 30, "animal_bite_wound"),
        (["vomiting", "sleepiness"], 30, "drug_overdose"),
        (["insomnia"], 40, "rotator_cuff_tear"),
    ],
)
def test_what_defines_a_condition_is_missed(
    diagnosis: Diagnosis, present: list[str], age: float, condition: str
) -> None:
    """A condition whose defining finding nobody mentioned does not come up, and makes nothing an emergency."""
    assessment = _assess(diagnosis, present, Person(age=age, sex=Sex.MALE))
    assert _probability(assessment, condition) < 0.06
    assert condition not in [reason.source for reason in assessment.reasons]
    assert assessment.triage < Triage.EMERGENCY


def test_asking_takes_the_silence_back(diagnosis: Diagnosis) -> None:
    """Once it was asked, not mentioning the defining finding says nothing more, and a yes says all."""
    child = Person(age=2, sex=Sex.MALE)
    silent = _probability(_assess(diagnosis, ["high_fever"], child), "febrile_seizure")
    assert _probability(_assess(diagnosis, ["high_fever"], child, asked=["seizure"]), "febrile_seizure") > 2 * silent
    assert _assess(diagnosis, ["high_fever", "seizure"], child).candidates[0].condition == "febrile_seizure"


def test_the_general_word_takes_the_silence_back(diagnosis: Diagnosis) -> None:
    """Who tells of a cough need not have called it barking; who tells of a fever only would have told of the cough."""
    child = Person(age=2)
    told = _probability(_assess(diagnosis, ["cough"], child), "croup")
    assert _probability(_assess(diagnosis, ["cough"], child, asked=["barking_cough"]), "croup") == pytest.approx(told)
    silent = _probability(_assess(diagnosis, ["fever"], child), "croup")
    assert _probability(_assess(diagnosis, ["fever"], child, asked=["cough"]), "croup") > 2 * silent


def test_what_explains_no_complaint_steps_back(diagnosis: Diagnosis) -> None:
    """A strained back is common, and no answer to dizziness."""
    assert _probability(_assess(diagnosis, ["dizziness"], Person(age=72)), "lumbar_strain") < 0.02


# --- reasons


def test_reasons_name_what_is_shown(diagnosis: Diagnosis) -> None:
    """At most two conditions are named, each likely enough to be shown, the likeliest first."""
    for id_, concept in CATALOGUE.concepts.items():
        if concept.kind in {"symptom", "sign"}:
            assessment = _assess(diagnosis, [id_], WOMAN if concept.sex is Sex.FEMALE else MAN)
            named = [reason.source for reason in assessment.reasons if reason.source in CATALOGUE.conditions]
            assert len(named) <= 2
            assert all(_probability(assessment, source) >= 0.08 for source in named)
            assert named == [c.condition for c in assessment.candidates if c.condition in named]


def test_one_general_reason_where_none_can_be_named(diagnosis: Diagnosis) -> None:
    """Where many unlikely conditions raise the level together, one sentence says so and names none."""
    assessment = _assess(diagnosis, ["abdominal_pain"], WOMAN)
    assert [reason.source for reason in assessment.reasons] == [SEVERAL]
    assert assessment.reasons[0].text == CATALOGUE.wording.several


def test_a_cold_is_no_reason_for_the_emergency_room(diagnosis: Diagnosis) -> None:
    """What a finding raises by more than a step is not named as the reason."""
    for extra in CATALOGUE.concepts:
        for reason in _assess(diagnosis, ["sore_throat", "runny_nose", extra]).reasons:
            if reason.source in CATALOGUE.conditions:
                assert CATALOGUE.conditions[reason.source].urgency >= reason.floor - 1


# --- questions


@pytest.mark.parametrize(
    ("present", "person", "senseless"),
    [
        (["dizziness"], Person(age=72), {"knee_pain", "low_back_pain", "shoulder_pain", "toothache", "cough"}),
        (["knee_pain"], Person(age=60, sex=Sex.FEMALE), {"joint_pain", "cough", "rash", "toothache"}),
        (["wrist_pain", "recent_injury"], MAN, {"toothache", "rash"}),
        (["floaters_flashes"], Person(age=60), {"low_back_pain", "cough"}),
        (["fever"], Person(age=0.8), {"confusion", "sore_throat", "headache", "dizziness", "body_ache"}),
        (["cough", "fever"], Person(age=35, sex=Sex.MALE), {"infant_lethargy", "inconsolable_crying"}),
    ],
)
def test_no_far_fetched_questions(
    diagnosis: Diagnosis, present: list[str], person: Person, senseless: set[str]
) -> None:
    """Nothing is asked that tells about no leading candidate, that was told in other words, or a baby cannot answer."""
    assert not senseless & set(_asked(diagnosis, present, person))


@pytest.mark.parametrize("person", [WOMAN, Person(age=28)])
def test_pregnancy_is_asked_early_with_a_late_period(diagnosis: Diagnosis, person: Person) -> None:
    """With a late period pregnancy is asked, after danger only, also where the sex follows from the complaint alone."""
    assert "pregnancy" in _asked(diagnosis, ["missed_period"], person, 3)


def test_bleeding_is_asked_first_in_pregnancy(diagnosis: Diagnosis) -> None:
    """A pregnant woman whose belly aches is asked how bad it is and for bleeding before anything else."""
    pregnant = Person(age=30, sex=Sex.FEMALE, pregnant=True)
    assert set(_asked(diagnosis, ["abdominal_pain"], pregnant, 2)) == {"severe_abdominal_pain", "vaginal_bleeding"}


# --- departments


@pytest.mark.parametrize(
    ("present", "person", "first"),
    [
        (["vaginal_itch", "vaginal_discharge"], Person(), "산부인과"),
        (["missed_period"], WOMAN, "산부인과"),
        (["urethral_discharge"], MAN, "비뇨의학과"),
        (["unprotected_sex"], MAN, "비뇨의학과"),
        (["nosebleed"], MAN, "이비인후과"),
        (["tinnitus"], Person(age=50), "이비인후과"),
        (["hearing_loss"], Person(age=50), "이비인후과"),
        (["floaters_flashes"], Person(age=60), "안과"),
        (["breast_lump"], Person(age=45, sex=Sex.FEMALE), "외과"),
        (["memory_loss"], Person(age=80), "신경과"),
        (["wrist_pain", "recent_injury"], MAN, "정형외과"),
        (["abdominal_pain"], Person(age=30, sex=Sex.FEMALE, pregnant=True), "산부인과"),
        (["nosebleed"], Person(age=6), "소아청소년과"),
        (["nosebleed", "uncontrolled_bleeding"], MAN, "응급의학과"),
    ],
)
def test_the_department_fits_the_complaint(
    diagnosis: Diagnosis, present: list[str], person: Person, first: str
) -> None:
    """The department that knows the complaint best stands first, also where no condition is likely."""
    departments = _assess(diagnosis, present, person).departments
    assert departments[0] == first
    assert len(set(departments)) == len(departments)


def test_men_are_not_sent_to_obstetrics(diagnosis: Diagnosis) -> None:
    """What women see a gynaecologist for has other departments in men."""
    for id_ in CATALOGUE.finding_departments:
        if CATALOGUE.concepts[id_].sex is not Sex.FEMALE:
            assert "산부인과" not in _assess(diagnosis, [id_]).departments


@pytest.mark.parametrize(
    ("hints", "problem"),
    [
        ({"no_such_finding": ["내과"]}, "no_such_finding"),
        ({"fever": ["없는과"]}, "unknown department"),
        ({"fever": ["내과", "내과"]}, "twice"),
        ({"fever": []}, "must not be empty"),
    ],
)
def test_hints_are_checked(tmp_path: Path, hints: dict[str, list[str]], problem: str) -> None:
    """A hint with an unknown finding or department, a department twice, or none is refused when loading."""

    def change(files: Documents) -> None:
        files["finding_departments.yaml"] = hints

    with pytest.raises(CatalogueError, match=problem):
        load_catalogue(write(tmp_path, change))


# --- sudden onset, red flags


def test_a_sudden_onset_makes_the_sudden_form() -> None:
    """What has a sudden form is present in it when it began suddenly, unless that was denied."""
    pain = Finding(concept="testicular_pain", presence=Presence.PRESENT)
    denied = Finding(concept="sudden_testicular_pain", presence=Presence.ABSENT)
    assert "sudden_testicular_pain" in with_sudden_forms(stated([pain], CATALOGUE), CATALOGUE).present
    assert "sudden_testicular_pain" not in with_sudden_forms(stated([pain, denied], CATALOGUE), CATALOGUE).present


@pytest.mark.parametrize(
    ("present", "person", "more", "level"),
    [
        (["testicular_pain"], Person(age=45), {}, Triage.CLINIC_24H),
        (["testicular_pain"], Person(age=45), {"sudden": True}, Triage.EMERGENCY),
        (["testicular_pain", "nausea"], Person(age=45), {}, Triage.EMERGENCY),
        (["testicular_pain"], Person(age=25), {}, Triage.EMERGENCY),
        (["abdominal_pain"], Person(age=30, sex=Sex.FEMALE, pregnant=True), {}, Triage.CLINIC_24H),
        (["severe_abdominal_pain"], Person(age=30, sex=Sex.FEMALE, pregnant=True), {}, Triage.EMERGENCY),
        (["abdominal_pain", "vaginal_bleeding"], Person(age=30, pregnant=True), {}, Triage.EMERGENCY),
        (["nosebleed", "pallor"], MAN, {}, Triage.EMERGENCY),
        (["nosebleed", "uncontrolled_bleeding"], MAN, {}, Triage.AMBULANCE),
        (["throat_lump_feeling", "drooling"], MAN, {}, Triage.EMERGENCY),
        (["weight_loss", "vomiting", "fatigue"], Person(age=45), {}, Triage.CLINIC_24H),
        (["weight_loss"], Person(age=45), {}, Triage.CLINIC),
    ],
)
def test_levels(diagnosis: Diagnosis, present: list[str], person: Person, more: dict[str, Any], level: Triage) -> None:
    """Danger is an emergency, and what only could be one is not."""
    assert _assess(diagnosis, present, person, **more).triage is level


def test_the_sex_is_read_off_what_only_one_can_have() -> None:
    """An unknown sex follows from the findings where they agree; a told one stays."""
    assert sex_of(Person(), frozenset({"missed_period"}), CATALOGUE) is Sex.FEMALE
    assert sex_of(Person(), frozenset({"missed_period", "testicular_pain"}), CATALOGUE) is None
    assert sex_of(MAN, frozenset({"missed_period"}), CATALOGUE) is Sex.MALE
