"""Red flags set the least level, from the patient's own present findings only."""

import pytest

from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.clinical import Finding, Person, Presence, Sex, Subject, Triage, When
from knowledge.triage import absent_now, floors, present_now
from tests.fakes.small_catalogue import write


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """A small catalogue."""
    return load_catalogue(write(tmp_path_factory.mktemp("data")))


def _said(concept: str, presence: Presence = Presence.PRESENT) -> Finding:
    return Finding(concept=concept, presence=presence)


def test_a_present_finding_implies_its_parents(catalogue: Catalogue) -> None:
    """Who has a high fever has a fever."""
    assert present_now([_said("high_fever")], catalogue) == {"high_fever", "fever"}


def test_an_absent_finding_rules_out_its_children(catalogue: Catalogue) -> None:
    """Who has no headache has no throbbing one."""
    absent = absent_now([_said("headache", Presence.ABSENT)], catalogue)
    assert absent == {"headache", "throbbing_headache", "thunderclap_headache"}


def test_present_wins_over_absent(catalogue: Catalogue) -> None:
    """ "No headache, but a throbbing one" counts as a headache."""
    findings = [_said("throbbing_headache"), _said("headache", Presence.ABSENT)]
    assert "headache" in present_now(findings, catalogue)
    assert absent_now(findings, catalogue) == set()


@pytest.mark.parametrize(
    "finding",
    [
        Finding(concept="thunderclap_headache", presence=Presence.PRESENT, subject=Subject.SOMEONE_ELSE),
        Finding(concept="thunderclap_headache", presence=Presence.PRESENT, when=When.PAST),
        Finding(concept="thunderclap_headache", presence=Presence.PRESENT, when=When.HYPOTHETICAL),
        Finding(concept="thunderclap_headache", presence=Presence.ABSENT),
        Finding(concept="thunderclap_headache", presence=Presence.UNKNOWN),
        Finding(concept="no_such_finding", presence=Presence.PRESENT),
    ],
)
def test_what_is_not_present_in_the_patient_now_sets_no_floor(catalogue: Catalogue, finding: Finding) -> None:
    """Somebody else's, past, supposed, absent, unknown and unheard-of findings count for nothing."""
    assert floors(present_now([finding], catalogue), Person(), catalogue) == ()


def test_a_history_may_lie_in_the_past(catalogue: Catalogue) -> None:
    """An illness the person once had is a history that is present."""
    past = Finding(concept="history_diabetes", presence=Presence.PRESENT, when=When.PAST)
    assert present_now([past], catalogue) == {"history_diabetes"}


def test_the_profile_counts(catalogue: Catalogue) -> None:
    """Long-term conditions told as ids and pregnancy are present; free words are left alone."""
    person = Person(conditions=("history_diabetes", "허리 디스크"), pregnant=True)
    assert present_now([], catalogue, person) == {"history_diabetes", "pregnancy"}
    assert absent_now([], catalogue, Person(pregnant=False)) == {"pregnancy"}


def test_all_of_needs_all(catalogue: Catalogue) -> None:
    """A pair sets a floor only where both are there."""
    assert floors({"chest_pain"}, Person(), catalogue) == ()
    assert floors({"chest_pain", "cold_sweat"}, Person(), catalogue)[0].floor is Triage.AMBULANCE


@pytest.mark.parametrize(("age", "holds"), [(0.1, True), (0.25, False), (40, False), (None, False)])
def test_a_rule_below_an_age(catalogue: Catalogue, age: float | None, holds: bool) -> None:
    """A rule for young babies holds below its age, and not where the age is unknown."""
    assert bool(floors({"fever"}, Person(age=age), catalogue)) is holds


@pytest.mark.parametrize(("age", "holds"), [(74.9, False), (75, True), (None, False)])
def test_a_rule_from_an_age_on(catalogue: Catalogue, age: float | None, holds: bool) -> None:
    """A rule for old people holds from its age on, and not where the age is unknown."""
    assert bool(floors({"abdominal_pain"}, Person(age=age), catalogue)) is holds


def test_a_rule_for_pregnancy(catalogue: Catalogue) -> None:
    """A rule for pregnancy holds where pregnancy is told in the profile or as a finding, and not otherwise."""
    assert floors({"vaginal_bleeding"}, Person(sex=Sex.FEMALE), catalogue) == ()
    assert floors({"vaginal_bleeding"}, Person(sex=Sex.FEMALE, pregnant=True), catalogue)
    assert floors({"vaginal_bleeding", "pregnancy"}, Person(), catalogue)


def test_a_rule_for_one_sex(catalogue: Catalogue) -> None:
    """A rule for men holds for men, for those whose findings only men have, and never for women."""
    assert floors({"testicular_pain"}, Person(sex=Sex.MALE), catalogue)
    assert floors({"testicular_pain"}, Person(), catalogue)
    assert floors({"testicular_pain"}, Person(sex=Sex.FEMALE), catalogue) == ()


def test_most_urgent_first(catalogue: Catalogue) -> None:
    """Reasons come in order of urgency, whatever the order in the file."""
    reasons = floors({"dyspnea_rest", "thunderclap_headache", "abdominal_pain"}, Person(age=80), catalogue)
    assert [reason.floor for reason in reasons] == [Triage.AMBULANCE, Triage.EMERGENCY, Triage.CLINIC_24H]
