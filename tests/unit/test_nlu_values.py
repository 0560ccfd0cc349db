"""Ages, times, degrees and strength told in words; what a message wants."""

from datetime import date

import pytest

from bot.turn import Knowledge
from knowledge.clinical import Presence
from nlu import intent, measures, values
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
        ("50일 된 아기가 열이 나요", 50 / 365.25),
        ("애기가 이제 35일 됐어요", 35 / 365.25),
        ("석달 아니고 7주 된 아들", 7 / 52.18),
        ("보름 된 신생아", 15 / 365.25),
        ("딸이 세 달 됐는데 38도예요", 3 / 12),
        ("백일도 안 된 딸이 열나요", 70 / 365.25),
        ("아직 100일이 안 지났어요", 70 / 365.25),
        ("태어난 지 두 달 안 됐어요", 0.7 * 2 / 12),
        ("돌 안 된 아기", 0.7),
        ("돌 전 아이예요", 0.7),
        ("한 달 된 흉터가 아파요", None),
        ("기침한 지 두 달 된 아이", None),
        ("아들이 열난 지 3일 됐어요", None),
        ("3일 전 아이가 토했어요", None),
        ("일주일째 아기가 설사해요", None),
        ("백일 전 아기", 70 / 365.25),
        ("14세 미만이에요", None),
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


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("혈압약 180mg", set()),
        ("혈압 190/110", {"high_blood_pressure_reading", "raised_blood_pressure"}),
        ("재보니 172에 112예요", {"raised_blood_pressure"}),
        ("150에 122 나와요", {"high_blood_pressure_reading", "raised_blood_pressure"}),
        ("88에 50 나와요", {"low_blood_pressure"}),
        ("혈압이 90도 안 돼요", {"low_blood_pressure"}),
        ("혈압은 120에 80이에요", set()),
        ("혈당이 48이에요", {"low_sugar_reading"}),
        ("혈당 350 나왔어요", {"high_sugar_reading"}),
        ("맥박이 128이에요", {"fast_pulse"}),
        ("맥박이 100이 넘어요", {"fast_pulse"}),
        ("맥을 재보니 40번도 안 돼요", {"slow_pulse"}),
        ("산소포화도가 88이에요", {"low_oxygen"}),
        ("산소포화도 97 나와요", set()),
        ("12월에 30일 동안 아팠어요", set()),
        ("11/25에 갔어요", set()),
    ],
)
def test_readings_are_judged_by_their_numbers(text: str, present: set[str]) -> None:
    """What was measured counts by its number, with "넘어요" and "안 돼요"; doses and dates are no readings."""
    found = measures.measured(text, child=False)
    assert {f.concept for f in found if f.presence is Presence.PRESENT} == present


def test_a_childs_pulse_is_not_judged() -> None:
    """130 is no fast pulse in a small child."""
    assert measures.measured("맥박이 130이에요", child=True) == []


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


@pytest.mark.parametrize(
    "text",
    [
        "저는 초등학생인데요",
        "초6이에요",
        "초등학교 4학년인데 목이 아파요",
        "저 중1인데 기침해요",
        "만 14세 미만이에요",
        "제가 11살인데요",
    ],
)
def test_a_pupil_who_writes_is_noticed(mind: Mind, text: str) -> None:
    """A school for children or "under 14" tells as much as the age."""
    assert mind[1].read(text, Hints(), TODAY).mention.writer_under_14


@pytest.mark.parametrize(
    "text",
    [
        *(
            "초6 아들이 기침해요",
            "초등학생 딸이에요",
            "저는 초등학교 선생님이에요",
            "아이가 중1이에요",
            "초등학교 앞에 살아요",
        ),
        *("고1이에요", "중3인데요", "대학교 4학년이에요", "손주가 유치원 다녀요", "저는 30살이에요"),
    ],
)
def test_a_parent_or_teacher_is_no_pupil(mind: Mind, text: str) -> None:
    """Who speaks of a child, or works or lives near a school, is not under 14."""
    assert not mind[1].read(text, Hints(), TODAY).mention.writer_under_14


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("제가 쓴 내용 모두 지워 주세요", Intent.DELETE_DATA),
        ("대화 기록 삭제해줘", Intent.DELETE_DATA),
        ("기억하지 마세요", Intent.DELETE_DATA),
        ("내 얘기 기록하지 마", Intent.DELETE_DATA),
        ("저에 대해 무엇을 알고 있나요", Intent.SHOW_DATA),
        ("제 이야기 저장했어요?", Intent.SHOW_DATA),
        ("왜 그런 걸 물어봐요", Intent.WHY),
        ("왜죠?", Intent.WHY),
    ],
)
def test_wishes_about_what_is_kept(text: str, wanted: Intent) -> None:
    """Forgetting, showing and the reason, in everyday words."""
    assert intent.intents(normalize(text))[0] is wanted


@pytest.mark.parametrize("text", ["점을 지우고 싶어요", "왜 이렇게 배가 아파요", "기억이 안 나요"])
def test_other_words_delete_nothing(text: str) -> None:
    """Words that only resemble such a wish."""
    assert not {Intent.DELETE_DATA, Intent.SHOW_DATA, Intent.WHY} & set(intent.intents(normalize(text)))
