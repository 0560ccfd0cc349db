"""Findings become candidates, a level, departments and the next question."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.clinical import Assessment, Finding, Person, Presence, Sex, Triage
from knowledge.diagnosis import Diagnosis
from tests.fakes.small_catalogue import write

WINTER, SUMMER = date(2025, 1, 15), date(2025, 7, 15)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """A small catalogue."""
    return load_catalogue(write(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def diagnosis(catalogue: Catalogue) -> Diagnosis:
    """The engine over the small catalogue."""
    return Diagnosis(catalogue)


def _assess(
    diagnosis: Diagnosis,
    present: Iterable[str] = (),
    absent: Iterable[str] = (),
    unknown: Iterable[str] = (),
    person: Person | None = None,
    **more: Any,
) -> Assessment:
    findings = [
        Finding(concept=concept, presence=presence)
        for presence, concepts in (
            (Presence.PRESENT, present),
            (Presence.ABSENT, absent),
            (Presence.UNKNOWN, unknown),
        )
        for concept in concepts
    ]
    more.setdefault("on", WINTER)
    return diagnosis.assess(findings, person or Person(age=35, sex=Sex.MALE), **more)


def _probability(assessment: Assessment, condition: str) -> float:
    return next((c.probability for c in assessment.candidates if c.condition == condition), 0.0)


def test_what_explains_the_findings_leads(diagnosis: Diagnosis) -> None:
    """A high fever with a cough is flu first, and the findings that say so are named."""
    assessment = _assess(diagnosis, ["high_fever", "cough"], ["runny_nose"])
    leading = assessment.candidates[0]
    assert leading.condition == "flu"
    assert leading.for_[0] == "high_fever"
    assert "fever" not in leading.for_
    cold = next(c for c in assessment.candidates if c.condition == "cold")
    assert "runny_nose" in cold.against


def test_probabilities_leave_room_for_what_is_not_in_the_catalogue(diagnosis: Diagnosis) -> None:
    """The candidates never sum to more than one, and a vague complaint leaves something unexplained."""
    total = sum(c.probability for c in _assess(diagnosis, ["infant_lethargy"]).candidates)
    assert total < 0.95


def test_a_parent_is_not_counted_beside_its_child(diagnosis: Diagnosis) -> None:
    """To say "a fever, 39 degrees" is to say "39 degrees"."""
    once, twice = _assess(diagnosis, ["high_fever"]), _assess(diagnosis, ["high_fever", "fever"])
    assert once.candidates == twice.candidates


def test_an_unlisted_detail_of_a_listed_finding_changes_nothing(diagnosis: Diagnosis) -> None:
    """A throbbing headache speaks for tension headache as much as a headache does, and more for migraine."""
    plain, detailed = _assess(diagnosis, ["headache"]), _assess(diagnosis, ["throbbing_headache"])
    ratio = _probability(detailed, "tension_headache") / _probability(detailed, "cold")
    assert ratio == pytest.approx(_probability(plain, "tension_headache") / _probability(plain, "cold"))
    assert _probability(detailed, "migraine") > _probability(plain, "migraine")


def test_absence_and_not_knowing_differ(diagnosis: Diagnosis) -> None:
    """A denied fever speaks against flu; not knowing does not."""
    base = _probability(_assess(diagnosis, ["cough", "headache"]), "flu")
    assert _probability(_assess(diagnosis, ["cough", "headache"], ["fever"]), "flu") < base / 2
    assert _probability(_assess(diagnosis, ["cough", "headache"], unknown=["fever"]), "flu") >= base


def test_age_sex_season_and_risk_move_the_posterior(diagnosis: Diagnosis) -> None:
    """The same words mean other things in another person or month."""
    assert _probability(_assess(diagnosis, ["cough", "fever"]), "flu") > _probability(
        _assess(diagnosis, ["cough", "fever"], on=SUMMER), "flu"
    )
    old, young = Person(age=60, sex=Sex.MALE), Person(age=25, sex=Sex.MALE)
    pain = _probability(_assess(diagnosis, ["chest_pain"], person=old), "heart_attack")
    assert pain > _probability(_assess(diagnosis, ["chest_pain"], person=young), "heart_attack")
    assert _probability(_assess(diagnosis, ["chest_pain", "smoking"], person=old), "heart_attack") > pain
    assert _probability(_assess(diagnosis, ["abdominal_pain"]), "ectopic_pregnancy") == 0
    unknown = _probability(_assess(diagnosis, ["chest_pain"], person=Person()), "heart_attack")
    assert _probability(_assess(diagnosis, ["chest_pain"], person=young), "heart_attack") < unknown < 1


def test_onset_moves_the_posterior(diagnosis: Diagnosis) -> None:
    """A sudden headache is likelier a bleeding."""
    slow = _probability(_assess(diagnosis, ["headache"], sudden=False), "subarachnoid_bleeding")
    assert _probability(_assess(diagnosis, ["headache"], sudden=True), "subarachnoid_bleeding") > slow


def test_likely_harm_raises_the_level_and_says_why(diagnosis: Diagnosis) -> None:
    """Chest pain at 60 is urgent without any red flag, and the reason names what it could be."""
    assessment = _assess(diagnosis, ["chest_pain", "smoking"], person=Person(age=60, sex=Sex.MALE))
    assert assessment.triage >= Triage.EMERGENCY
    assert assessment.reasons[0].source == "heart_attack"
    assert "이름 heart_attack" in assessment.reasons[0].text


def test_red_flags_bind_whatever_is_likely(diagnosis: Diagnosis) -> None:
    """With a red flag the level is its floor even among harmless candidates."""
    assessment = _assess(diagnosis, ["runny_nose", "cough", "dyspnea_rest"])
    assert assessment.triage >= Triage.EMERGENCY
    assert "breathless" in [reason.source for reason in assessment.reasons]


def test_a_condition_can_rise(diagnosis: Diagnosis) -> None:
    """Flu with breathlessness is an emergency though flu is not."""
    assert _assess(diagnosis, ["high_fever", "cough"]).triage is Triage.CLINIC_24H
    assert _assess(diagnosis, ["high_fever", "cough", "dyspnea"]).triage is Triage.EMERGENCY


def test_self_care_needs_the_dangers_settled(diagnosis: Diagnosis) -> None:
    """A headache is for self-care once the sudden one is ruled out, and not while it is unknown."""
    harmless = ["fever", "cough", "throbbing_headache", "neck_stiffness", "thunderclap_headache"]
    assert _assess(diagnosis, ["headache"], harmless).triage is Triage.SELF_CARE
    assert _assess(diagnosis, ["headache"], harmless[:3], harmless[3:]).triage is Triage.CLINIC


def test_nothing_told_is_no_self_care(diagnosis: Diagnosis) -> None:
    """Without a complaint there are no candidates, and the advice is to see somebody."""
    assessment = _assess(diagnosis, ["history_diabetes"], final=True)
    assert assessment.triage is Triage.CLINIC
    assert assessment.candidates == ()
    assert assessment.departments


def test_what_nothing_explains_is_no_self_care(diagnosis: Diagnosis) -> None:
    """Findings the catalogue cannot explain end at least with a clinic."""
    assert _assess(diagnosis, ["infant_lethargy", "cold_sweat"], ["chest_pain", "dyspnea"]).triage >= Triage.CLINIC


def test_departments_follow_the_patient(diagnosis: Diagnosis) -> None:
    """Children go to paediatrics, pregnant women are seen by obstetrics too, emergencies go to the emergency room."""
    assert _assess(diagnosis, ["abdominal_pain"], person=Person(age=7)).departments[0] == "소아청소년과"
    assert _assess(diagnosis, ["abdominal_pain"]).departments[0] == "내과"
    pregnant = Person(age=30, sex=Sex.FEMALE, pregnant=True)
    assert "산부인과" in _assess(diagnosis, ["runny_nose", "cough"], person=pregnant).departments
    assert _assess(diagnosis, ["dyspnea_rest"]).departments[0] == "응급의학과"
    assert len(_assess(diagnosis, ["headache", "fever"]).departments) <= 3


def test_danger_is_asked_first(diagnosis: Diagnosis) -> None:
    """With a headache the first question is about a sign that would change the urgency."""
    question = _assess(diagnosis, ["headache"]).question
    assert question is not None
    assert question.findings[0] in {"thunderclap_headache", "neck_stiffness"}


def test_plain_questions_get_the_plain_answers(diagnosis: Diagnosis) -> None:
    """A question without answers of its own offers yes, no and not knowing."""
    question = _assess(diagnosis, ["headache"]).question
    assert question is not None
    assert [answer.label for answer in question.answers] == ["네", "아니요", "모르겠어요"]
    assert [answer.sets[0][1] for answer in question.answers] == list(Presence)


def test_nothing_is_asked_twice(diagnosis: Diagnosis) -> None:
    """What was asked, answered or ruled out does not come again, and asking comes to an end."""
    asked: list[str] = []
    for _ in range(30):
        question = _assess(diagnosis, ["headache"], unknown=asked, asked=asked, questions_left=30).question
        if question is None:
            break
        assert not set(question.findings[:1]) & set(asked)
        asked += question.findings
    else:
        pytest.fail("asking did not end")


def test_children_of_absent_parents_are_not_asked(diagnosis: Diagnosis, catalogue: Catalogue) -> None:
    """Without a headache nobody is asked how it feels."""
    asked: list[str] = []
    below = catalogue.descendants["headache"]
    while question := _assess(diagnosis, ["fever"], ["headache"], asked=asked, questions_left=30).question:
        assert not below & set(question.findings)
        asked += question.findings


@pytest.mark.parametrize(
    "person",
    [Person(age=30, sex=Sex.MALE), Person(age=8, sex=Sex.FEMALE), Person(age=70, sex=Sex.FEMALE), Person(age=30)],
)
def test_no_questions_that_make_no_sense(diagnosis: Diagnosis, person: Person) -> None:
    """Men, children, old women and those whose sex is unknown are not asked about periods or pregnancy."""
    asked: list[str] = []
    while question := _assess(diagnosis, ["abdominal_pain"], person=person, asked=asked, questions_left=30).question:
        assert not {"pregnancy", "missed_period", "infant_lethargy"} & set(question.findings)
        asked += question.findings


def test_pregnancy_is_asked_where_it_matters(diagnosis: Diagnosis) -> None:
    """A woman with pain and bleeding is asked what would change the urgency."""
    person = Person(age=28, sex=Sex.FEMALE)
    asked: list[str] = []
    while question := _assess(diagnosis, ["abdominal_pain"], person=person, asked=asked, questions_left=30).question:
        asked += question.findings
    assert {"pregnancy", "missed_period", "vaginal_bleeding"} & set(asked)


def test_asking_stops(diagnosis: Diagnosis) -> None:
    """Nothing is asked when the result is wanted or when no question is left."""
    assert _assess(diagnosis, ["headache"], final=True).question is None
    assert _assess(diagnosis, ["headache"], questions_left=0).question is None


def test_the_order_of_files_and_findings_does_not_matter(tmp_path: Path) -> None:
    """Two catalogues with the same content in another order assess alike."""

    def turn(files: dict[str, Any]) -> None:
        files["findings.yaml"] = dict(reversed(files["findings.yaml"].items()))

    one, other = load_catalogue(write(tmp_path / "a")), load_catalogue(write(tmp_path / "b", turn))
    first, second = (_assess(Diagnosis(c), ["headache", "fever"], ["cough"]) for c in (one, other))
    assert [c.condition for c in first.candidates] == [c.condition for c in second.candidates]
    assert first.triage is second.triage
