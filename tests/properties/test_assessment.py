"""What must hold of triage and assessment for any mix of findings, patients and times."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.clinical import Finding, Person, Presence, Sex, Subject, Triage, When
from knowledge.diagnosis import Diagnosis
from knowledge.inputs import Inputs
from knowledge.triage import absent_now, floors, present_now
from tests.fakes.small_catalogue import write

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module", params=["small", "real"])
def catalogue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """A small catalogue, and the one that is shipped."""
    return load_catalogue(write(tmp_path_factory.mktemp("data")) if request.param == "small" else None)


@pytest.fixture(scope="module")
def diagnosis(catalogue: Catalogue) -> Diagnosis:
    """The engine over it."""
    return Diagnosis(catalogue)


def _ids(catalogue: Catalogue) -> st.SearchStrategy[str]:
    """Finding ids, those of red flags more often, and now and then one nobody knows."""
    flagged = sorted({id_ for flag in catalogue.red_flags for id_ in (*flag.all_of, *flag.any_of)})
    return st.one_of(st.sampled_from(sorted(catalogue.concepts)), st.sampled_from(flagged), st.just("no_such_finding"))


def _findings(catalogue: Catalogue, *presences: Presence) -> st.SearchStrategy[list[Finding]]:
    return st.lists(
        st.builds(
            Finding,
            concept=_ids(catalogue),
            presence=st.sampled_from(presences or tuple(Presence)),
            subject=st.sampled_from((Subject.PATIENT, Subject.PATIENT, Subject.SOMEONE_ELSE)),
            when=st.sampled_from((When.NOW, When.NOW, When.PAST, When.HYPOTHETICAL)),
            severity=st.none() | st.integers(0, 10),
            since=st.none() | st.floats(0, 1e5),
        ),
        max_size=12,
    )


def _own(id_: str, presence: Presence = Presence.PRESENT) -> Finding:
    return Finding(concept=id_, presence=presence)


PEOPLE = st.builds(
    Person,
    age=st.none() | st.floats(0, 120),
    sex=st.none() | st.sampled_from(Sex),
    pregnant=st.none() | st.booleans(),
    conditions=st.lists(st.sampled_from(("history_diabetes", "허리 디스크")), max_size=2).map(tuple),
)
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


def _floor(findings: Sequence[Finding], person: Person, catalogue: Catalogue) -> Triage:
    reasons = floors(present_now(findings, catalogue, person), person, catalogue)
    return max((reason.floor for reason in reasons), default=Triage.SELF_CARE)


@QUICK
@given(data=st.data())
def test_any_mix_is_assessed(diagnosis: Diagnosis, catalogue: Catalogue, data: st.DataObject) -> None:
    """Whatever was said, there is a level at or above the floor, departments, and at most ten sound candidates."""
    findings, person = data.draw(_findings(catalogue)), data.draw(PEOPLE)
    assessment = diagnosis.assess(
        findings,
        person,
        asked=data.draw(st.lists(_ids(catalogue), max_size=5)),
        onset=data.draw(st.none() | st.floats(-1, 1e6)),
        sudden=data.draw(st.none() | st.booleans()),
        on=data.draw(DAYS),
        final=data.draw(st.booleans()),
        questions_left=data.draw(st.integers(-1, 9)),
    )
    assert assessment.triage >= _floor(findings, person, catalogue)
    assert assessment.triage >= max((reason.floor for reason in assessment.reasons), default=Triage.SELF_CARE)
    assert 1 <= len(assessment.departments) <= 3
    assert len(assessment.candidates) <= 10
    assert sum(candidate.probability for candidate in assessment.candidates) <= 1 + 1e-9
    floors_told = [reason.floor for reason in assessment.reasons]
    assert floors_told == sorted(floors_told, reverse=True)


@QUICK
@given(data=st.data())
def test_one_more_present_finding_never_lowers_the_floor(catalogue: Catalogue, data: st.DataObject) -> None:
    """To be told of one more finding can only make red flags hold."""
    findings, person = data.draw(_findings(catalogue)), data.draw(PEOPLE)
    more = [*findings, _own(data.draw(_ids(catalogue)))]
    assert _floor(more, person, catalogue) >= _floor(findings, person, catalogue)


@QUICK
@given(data=st.data())
def test_absent_and_unknown_never_move_the_floor(catalogue: Catalogue, data: st.DataObject) -> None:
    """What is denied or not known neither raises nor lowers the floor."""
    findings, person = data.draw(_findings(catalogue, Presence.PRESENT)), data.draw(PEOPLE)
    others = data.draw(_findings(catalogue, Presence.ABSENT, Presence.UNKNOWN))
    assert _floor([*others, *findings], person, catalogue) == _floor(findings, person, catalogue)


@QUICK
@given(data=st.data())
def test_a_present_red_flag_binds_the_level(diagnosis: Diagnosis, catalogue: Catalogue, data: st.DataObject) -> None:
    """With a red flag's findings added, the level is at least its floor, whatever else was said."""
    flag = data.draw(st.sampled_from(catalogue.red_flags))
    findings, person = data.draw(_findings(catalogue)), data.draw(PEOPLE)
    added = [_own(id_) for id_ in (*flag.all_of, *flag.any_of)]
    assessment = diagnosis.assess([*findings, *added], person, on=data.draw(DAYS))
    holding = floors(present_now([*findings, *added], catalogue, person), person, catalogue)
    for reason in holding:
        assert assessment.triage >= reason.floor
        assert reason in assessment.reasons
    if flag.min_age is None and flag.max_age is None and flag.sex is None and not flag.pregnant:
        assert flag.id in [reason.source for reason in holding]


@QUICK
@given(data=st.data())
def test_order_does_not_matter(diagnosis: Diagnosis, catalogue: Catalogue, data: st.DataObject) -> None:
    """The same findings told in another order, or twice, give the same assessment."""
    findings, person, on = data.draw(_findings(catalogue)), data.draw(PEOPLE), data.draw(DAYS)
    other = data.draw(st.permutations(findings))
    assert diagnosis.assess(findings, person, on=on) == diagnosis.assess([*other, *other], person, on=on)


@QUICK
@given(data=st.data())
def test_present_and_absent_never_meet(catalogue: Catalogue, data: st.DataObject) -> None:
    """Nothing counts as present and absent at once."""
    findings, person = data.draw(_findings(catalogue)), data.draw(PEOPLE)
    assert present_now(findings, catalogue, person).isdisjoint(absent_now(findings, catalogue, person))


@settings(QUICK, max_examples=15)
@given(data=st.data())
def test_knowing_nothing_still_ends_with_advice(
    diagnosis: Diagnosis, catalogue: Catalogue, data: st.DataObject
) -> None:
    """Somebody who answers every question with "I don't know" gets an end and advice, never less than the floor."""
    findings, person = data.draw(_findings(catalogue, Presence.PRESENT)), data.draw(PEOPLE)
    asked: list[str] = []
    for left in range(8, -1, -1):
        assessment = diagnosis.assess(findings, person, asked=asked, on=date(2025, 3, 1), questions_left=left)
        if assessment.question is None:
            break
        assert not set(asked) & {assessment.question.findings[0]}
        asked += assessment.question.findings
        findings = [*findings, *(_own(id_, Presence.UNKNOWN) for id_ in assessment.question.findings)]
    assert assessment.question is None
    assert assessment.departments
    assert assessment.triage >= _floor(findings, person, catalogue)


@QUICK
@given(data=st.data())
def test_explanation_and_disposition_agree(diagnosis: Diagnosis, catalogue: Catalogue, data: st.DataObject) -> None:
    """The level has a reason that demands exactly it, and what is said for, against and open is so."""
    findings, person = data.draw(_findings(catalogue)), data.draw(PEOPLE)
    assessment = diagnosis.assess(findings, person, on=data.draw(DAYS))
    present, absent = present_now(findings, catalogue, person), absent_now(findings, catalogue, person)
    if assessment.triage >= Triage.CLINIC_24H:
        assert assessment.reasons[0].floor is assessment.triage
    holding = {reason.source for reason in floors(present, person, catalogue)}
    conditions = {reason.source for reason in assessment.reasons} & catalogue.conditions.keys()
    assert conditions <= {candidate.condition for candidate in assessment.candidates}
    assert {r.source for r in assessment.reasons} & {flag.id for flag in catalogue.red_flags} <= holding
    for candidate in assessment.candidates:
        assert not set(candidate.for_) & set(candidate.against)
        assert not set(candidate.open_) & (present | absent)
        assert set(candidate.for_) | set(candidate.against) <= present | absent | catalogue.concepts.keys()
        assert not set(candidate.for_) & absent


@settings(QUICK, max_examples=15)
@given(data=st.data())
def test_what_would_be_more_urgent_is(diagnosis: Diagnosis, catalogue: Catalogue, data: st.DataObject) -> None:
    """Every finding named as raising the level raises it to what is said when it comes true."""
    findings = data.draw(_findings(catalogue, Presence.PRESENT, Presence.ABSENT))
    inputs = Inputs(findings=tuple(findings), person=data.draw(PEOPLE), on=data.draw(DAYS))
    for shift in diagnosis.outlook(inputs).raising:
        told = [*findings, _own(shift.finding)]
        then = diagnosis.assess(told, inputs.person, on=inputs.on, final=True)
        assert then.triage >= shift.to
