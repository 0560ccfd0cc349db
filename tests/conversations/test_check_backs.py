"""Asking again after a result: by the clock, once, and what "worse", "the same" and "better" do to the level."""

from datetime import timedelta

import pytest

from bot.engine import Turn
from bot.flows.checkback import AFTER, SILENCE, awake
from bot.korean import KST
from bot.plain import plain_text
from knowledge.clinical import Triage
from tests.fakes.patient import NOON, Patient

pytestmark = pytest.mark.asyncio(loop_scope="module")


def level(turn: Turn) -> Triage:
    """The level that was told."""
    assert turn.session.assessment is not None
    return turn.session.assessment.triage


def offers(turn: Turn) -> set[str]:
    """Ids of the choices of the last reply."""
    return {choice.id for choice in turn.outgoing[-1].reply.choices}


async def test_who_wants_it_is_asked_once_and_once_more_after_silence(patient: Patient) -> None:
    """The question comes after four hours, a second one two hours later, and none after that."""
    assert "check:later" in offers(await patient.with_a_cold())
    assert "오후 4시" in plain_text((await patient.sends(tap="check:later")).outgoing[-1].reply)
    assert await patient.hears(AFTER - timedelta(minutes=5)) == []
    (asked,) = await patient.hears(timedelta(minutes=10))
    assert "지금 어떠세요" in asked
    assert "칼칼" not in asked
    assert "콧물" not in asked, "a question that comes by itself names no complaint"
    (again,) = await patient.hears(SILENCE)
    assert "119" in again
    assert await patient.hears(timedelta(days=1)) == []


async def test_an_answer_takes_the_second_question_back(patient: Patient) -> None:
    """Whoever answers the first question is not asked again."""
    await patient.with_a_cold()
    await patient.sends(tap="check:later")
    assert len(await patient.hears(AFTER)) == 1
    await patient.sends(tap="check:same")
    assert await patient.hears(timedelta(days=1)) == []


async def test_thanks_before_the_time_do_not_take_it_back(patient: Patient) -> None:
    """A message before the question is no answer to it."""
    await patient.with_a_cold()
    await patient.sends(tap="check:later")
    await patient.sends("고마워요")
    assert len(await patient.hears(AFTER)) == 1


@pytest.mark.parametrize("words", ["새로 시작", "내 정보 지워줘"])
async def test_a_new_start_or_a_deletion_takes_it_back(patient: Patient, words: str) -> None:
    """Nothing is asked about a consultation that is over or deleted."""
    await patient.with_a_cold()
    await patient.sends(tap="check:later")
    await patient.sends(words)
    await patient.sends(tap="delete_now" if "지워" in words else "help")
    assert await patient.hears(timedelta(days=1)) == []


async def test_accepting_twice_asks_once(patient: Patient) -> None:
    """A second tap moves the question instead of adding one."""
    await patient.with_a_cold()
    await patient.sends(tap="check:later")
    await patient.sends(tap="check:later", after=timedelta(minutes=20))
    assert len(await patient.hears(AFTER)) == 1


@pytest.mark.parametrize(
    "said", [{"tap": "check:worse"}, {"text": "아까보다 더 심해졌어요"}, {"text": "점점 나빠지고 있어요"}]
)
async def test_worse_raises_the_level_until_it_is_better(patient: Patient, said: dict[str, str]) -> None:
    """Worse than at the result means at least one level more, and the next answers do not lower it."""
    before = level(await patient.with_a_cold())
    turn = await patient.sends(**said, after=timedelta(hours=2))
    assert level(turn) >= Triage(before + 1)
    for _ in range(12):
        if turn.session.done:
            break
        turn = await patient.sends("아니요")
        assert level(turn) >= Triage(before + 1)
    assert turn.session.done
    assert "서둘러" in plain_text(turn.outgoing[-1].reply)


@pytest.mark.parametrize("words", ["많이 나아졌어요", "더 심해지지는 않았어요", "이제 괜찮아요"])
async def test_better_or_not_worse_leaves_the_level(patient: Patient, words: str) -> None:
    """Neither better nor "not worse" raises or lowers what was told."""
    before = level(await patient.with_a_cold())
    assert level(await patient.sends(words)) is before


async def test_a_late_tap_is_met_kindly(patient: Patient) -> None:
    """A button of a consultation that has expired says what to do instead."""
    turn = await patient.sends(tap="check:worse")
    assert "다시 적어" in plain_text(turn.outgoing[-1].reply)


async def test_an_emergency_is_not_told_to_wait(patient: Patient) -> None:
    """Nobody who must go now is offered a question four hours later."""
    await patient.with_a_cold()
    turn = await patient.sends("가슴이 짓누르듯 아프고 식은땀이 나요")
    for _ in range(12):
        if turn.session.done:
            break
        turn = await patient.sends("모르겠어요")
    assert level(turn) >= Triage.EMERGENCY
    assert "check:later" not in offers(turn)
    await patient.sends(tap="check:later")
    assert await patient.hears(timedelta(days=1)) == [], "an old button promises nothing either"


@pytest.mark.parametrize(
    ("hour", "level", "expected"),
    [(21, Triage.CLINIC, 8), (1, Triage.SELF_CARE, 8), (10, Triage.CLINIC, 14), (21, Triage.CLINIC_24H, 1)],
)
async def test_the_night_is_kept_unless_it_was_near_an_emergency(hour: int, level: Triage, expected: int) -> None:
    """Between ten and eight nobody is woken, except where the result was to be seen within a day."""
    at = awake(NOON.replace(hour=hour) + AFTER, level)
    assert at.astimezone(KST).hour == expected
    assert at >= NOON.replace(hour=hour) + AFTER
