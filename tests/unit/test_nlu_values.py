"""Ages, times, degrees and strength told in words; what a message wants."""

from datetime import date

import pytest

from bot.turn import Knowledge
from nlu import intent, values
from nlu.meaning import Hints, Intent
from nlu.normalize import normalize
from nlu.reader import Reader

TODAY = date(2026, 11, 25)
Mind = tuple[Knowledge, Reader]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("돌 된 아기", 1),
        ("두 돌 지난 아이", 2),
        ("백일 된 아기", 100 / 365.25),
        ("생후 100일", 100 / 365.25),
        ("갓 태어난 아기", 0.04),
        ("할머니가 여든다섯이세요", 85),
        ("쉰인데 무릎이 아파요", 50),
        ("올해 일흔셋이신데", 73),
        ("나이는 45", 45),
        ("스물한 살", 21),
        ("열이 많이 나요", None),
        ("머리가 돌 것 같아요", None),
        ("두 달 전부터", None),
    ],
)
def test_ages_in_words(text: str, age: float | None) -> None:
    """Ages as they are told of babies and of the old."""
    found = values.age(text, TODAY)
    assert found == (None if age is None else pytest.approx(age, abs=0.02))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("두 달 됐어요", 1460),
        ("몇 시간 전부터", 4),
        ("반년째", 4380),
        ("사흘 전부터", 72),
        ("3~4일 전부터", 96),
        ("아침부터", 10),
        ("하루에 열 번 설사해요", None),
        ("하루 종일 아파요", None),
        ("1년 전 수술했어요", None),
    ],
)
def test_onset_is_not_how_often_nor_an_operation(text: str, hours: float | None) -> None:
    """How often it happens and when something else was are no beginning of the complaint."""
    assert values.onset(text) == hours


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("38℃", [38]),
        ("38,5도", [38.5]),
        ("체온 38.2", [38.2]),
        ("35도 날씨", []),
        ("기온이 37도예요", []),
        ("각도 45도", []),
    ],
)
def test_only_a_body_has_a_fever(text: str, degrees: list[float]) -> None:
    """Degrees in any writing, but not those of the weather."""
    assert [finding.value for finding in values.temperature(text)] == degrees


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("10점 중 7", 7),
        ("통증이 10점 만점에 9점", 9),
        ("심하게 아파요", 8),
        ("조금 아파요", 3),
        ("조금 전부터 아파요", None),
        ("심심해요", None),
    ],
)
def test_strength_in_points_or_words(text: str, score: int | None) -> None:
    """Points as told; strong and weak words stand for eight and three."""
    assert values.score(text) == score


def test_a_dose_is_no_blood_pressure() -> None:
    """The number after a drug's name is not a reading."""
    assert not values.pressure("혈압약 180mg")
    assert [finding.value for finding in values.pressure("혈압 190/110")] == [190]


def test_values_belong_to_the_findings(mind: Mind) -> None:
    """Time, strength and suddenness are told with the complaint."""
    read = mind[1].read("3일 전부터 갑자기 머리가 심하게 아파요", Hints(), TODAY)
    assert (read.onset, read.sudden) == (72, True)
    assert {(f.since, f.severity) for f in read.findings} == {(72, 8)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("이 시간에 여는 약국", Intent.PLACES),
        ("소아과 야간진료 하는 곳", Intent.PLACES),
        ("지금 문 연 병원 있나요", Intent.PLACES),
        ("정형외과 가야 하나요", Intent.CONSULT),
        ("어떤 병원에 가야 할까요", Intent.CONSULT),
        ("응급실 가야 할까요?", Intent.CONSULT),
        ("탈퇴할래요", Intent.DELETE_DATA),
        ("동의 철회할게요", Intent.DELETE_DATA),
        ("충분해요 결과 볼래요", Intent.FINISH),
        ("그만할래", Intent.FINISH),
        ("도와줘", Intent.HELP),
        ("너 누구야", Intent.HELP),
    ],
)
def test_wishes_in_other_words(text: str, wanted: Intent) -> None:
    """The leading intent of a message."""
    assert intent.intents(normalize(text))[0] is wanted


@pytest.mark.parametrize("text", ["충분히 쉬었어요", "열심히 했어요", "심심해요"])
def test_other_words_are_no_wish(text: str) -> None:
    """Words that resemble a wish are none."""
    assert intent.intents(normalize(text)) == ()


def test_a_question_about_an_illness_is_no_complaint(mind: Mind) -> None:
    """ "고혈압이 뭔가요" asks for an explanation, "고혈압인데 어지러워요" consults."""
    assert mind[1].read("고혈압이 뭔가요", Hints(), TODAY).intents == (Intent.ENCYCLOPAEDIA,)
    assert Intent.CONSULT in mind[1].read("고혈압인데 어지러워요", Hints(), TODAY).intents


def test_departments_are_taken_up(mind: Mind) -> None:
    """A department that is named is told in full."""
    assert mind[1].read("정형외과 가야 하나요 신경외과 가야 하나요", Hints(), TODAY).departments == (
        "정형외과",
        "신경외과",
    )
