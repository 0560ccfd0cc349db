"""Turning from one person to another and back: what is lasting is remembered for the day, complaints are not mixed."""

import pytest

from adapters.console.wire import Profile
from bot.plain import plain_text
from knowledge.clinical import Presence, Relation, Sex
from tests.fakes.patient import Patient

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def a_dizzy_diabetic(patient: Patient) -> None:
    """A woman of 40 with diabetes has told of herself."""
    await patient.fills(Profile(age=40, sex="female", consent=True))
    await patient.sends("저는 당뇨가 있는데 어지러워요")


def present(session: object) -> set[str]:
    """Ids of what the patient has."""
    return {f.concept for f in session.findings if f.presence is Presence.PRESENT}  # type: ignore[attr-defined]


async def test_another_patient_begins_without_the_first_ones_age_and_complaints(patient: Patient) -> None:
    """ "이번엔 우리 아이" takes over neither age, sex, illness nor complaint of the mother."""
    await a_dizzy_diabetic(patient)
    session = (await patient.sends("이번엔 우리 아이가 열이 나요")).session
    assert session.patient.relation is Relation.CHILD
    assert session.patient.age is None
    assert session.patient.sex is None
    assert session.patient.conditions == ()
    assert present(session) >= {"fever"}
    assert "dizziness" not in present(session)


async def test_an_age_told_before_any_complaint_stays_with_its_person(patient: Patient) -> None:
    """Who has told only their own age and then speaks of the child is not taken for a child of that age."""
    await patient.fills(Profile(age=40, sex="female", consent=True))
    session = (await patient.sends("우리 아이가 열이 나요")).session
    assert session.patient.relation is Relation.CHILD
    assert session.patient.age is None


async def test_turning_back_remembers_age_sex_and_illness(patient: Patient) -> None:
    """The first patient is known again, without the complaint of before."""
    await a_dizzy_diabetic(patient)
    await patient.sends("이번엔 우리 아이가 열이 나요")
    await patient.sends(tap="age:4")
    session = (await patient.sends("이제 제가 기침을 해요")).session
    assert (session.patient.relation, session.patient.age, session.patient.sex) == (Relation.SELF, 40, Sex.FEMALE)
    assert "history_diabetes" in session.patient.conditions
    assert "dizziness" not in present(session)
    back = (await patient.sends("우리 아이가 토했어요")).session
    assert back.patient.age == 4


async def test_a_second_child_is_not_the_first(patient: Patient) -> None:
    """A child of another age is a stranger."""
    await a_dizzy_diabetic(patient)
    await patient.sends("우리 아이가 열이 나요")
    await patient.sends(tap="age:4")
    await patient.sends("제가 기침을 해요")
    session = (await patient.sends("우리 아이 11살인데 배가 아파요")).session
    assert session.patient.age == 11


async def test_a_new_start_knows_the_person_and_not_the_complaint(patient: Patient) -> None:
    """After "새로 시작" age and sex are not asked again; a known illness still counts as one."""
    await a_dizzy_diabetic(patient)
    await patient.sends("새로 시작")
    session = (await patient.sends("무릎이 아파요")).session
    assert session.patient.age == 40
    assert "history_diabetes" in session.patient.conditions
    assert "age" not in session.asked
    assert "dizziness" not in present(session)


async def test_everybody_is_shown_exported_and_deleted(patient: Patient) -> None:
    """The people of the day are part of what is stored, in words a person reads, and go with it."""
    await a_dizzy_diabetic(patient)
    await patient.sends("우리 아이가 열이 나요")
    shown = plain_text((await patient.sends("내 정보 보여줘")).outgoing[-1].reply)
    assert "40살" in shown
    assert "당뇨" in shown
    assert "history_diabetes" not in shown
    assert "40" in plain_text((await patient.sends(tap="export")).outgoing[-1].reply)
    await patient.sends(tap="delete_now")
    assert "40살" not in plain_text((await patient.sends("내 정보 보여줘")).outgoing[-1].reply)


async def test_the_card_names_an_illness_of_an_earlier_consultation(patient: Patient) -> None:
    """What was told of the person this morning stands on this evening's card."""
    await a_dizzy_diabetic(patient)
    await patient.sends("새로 시작")
    await patient.sends("무릎이 아파요")
    card = plain_text((await patient.sends(tap="handoff")).outgoing[-1].reply)
    assert "당뇨" in card
