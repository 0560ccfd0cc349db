"""Answers in context: bare ones, ones that take up the question's verb, and values that were asked for."""

from datetime import date

import pytest

from bot.turn import Knowledge
from knowledge.clinical import Presence, Sex
from nlu.meaning import Hints
from nlu.reader import Reader

TODAY = date(2026, 11, 25)
Mind = tuple[Knowledge, Reader]

ANSWERS = {
    "yes": "네 / 네네 / 응 / ㅇㅇ / 예 / 맞습니다 / 네 있어요 / 그런 편이에요 / 그렇습니다"
    " / 있긴 해요 / 그런 듯해요 / 있음 / 약간 있어요",
    "no": "아니오 / 아닌데요 / 없습니다 / 없는 것 같아요 / 안 그런 것 같아요"
    " / 딱히 없어요 / 별로 없어요 / 그런 적 없어요 / 없음 / ㄴㄴ",
    "unsure": "잘 모르겠네요 / 글쎄요 / 확실하지 않아요 / 애매해요 / ㅁㄹ"
    " / 그런 것 같기도 하고 아닌 것 같기도 해요 / 반반이에요",
}
PRESENCES = {"yes": Presence.PRESENT, "no": Presence.ABSENT, "unsure": Presence.UNKNOWN}


@pytest.mark.parametrize(
    ("meant", "text"), [(meant, text) for meant, texts in ANSWERS.items() for text in texts.split(" / ")]
)
def test_bare_answers_settle_what_was_asked(mind: Mind, meant: str, text: str) -> None:
    """Yes, no and not knowing in the forms people type."""
    read = mind[1].read(text, Hints(asked=("palpitations",)), TODAY)
    assert read.answer == meant
    assert {f.concept: f.presence for f in read.findings} == {"palpitations": PRESENCES[meant]}


@pytest.mark.parametrize(
    ("asked", "text", "meant"),
    [
        ("urinary_retention", "안 나와요", "yes"),
        ("urinary_retention", "네, 안 나와요", "yes"),
        ("urinary_retention", "잘 나와요", "no"),
        ("urinary_retention", "아니요 나와요", "no"),
        ("insomnia", "못 자요", "yes"),
        ("insomnia", "잘 자요", "no"),
        ("loss_of_smell", "못 맡아요", "yes"),
        ("no_stool_no_gas", "안 나와요", "yes"),
        ("infant_poor_feeding", "안 먹어요", "yes"),
        ("infant_poor_feeding", "잘 먹어요", "no"),
        ("saddle_numbness", "없어요", "yes"),
        ("dyspnea", "안 차요", "no"),
        ("dyspnea", "네 좀 차요", "yes"),
        ("cough", "안 해요", "no"),
        ("chest_pain", "아프지 않아요", "no"),
        ("weight_loss", "안 빠졌어요", "no"),
    ],
)
def test_the_question_verb_taken_up_answers_it(mind: Mind, asked: str, text: str, meant: str) -> None:
    """ "안 나와요" denies nothing when the question was whether it does not come."""
    read = mind[1].read(text, Hints(asked=(asked,)), TODAY)
    assert read.answer == meant
    assert {f.concept: f.presence for f in read.findings}[asked] is PRESENCES[meant]


@pytest.mark.parametrize(
    ("asked", "text", "presences"),
    [
        ("cough", "마른기침이요", {"dry_cough": Presence.PRESENT, "cough": Presence.PRESENT}),
        ("fever", "39도요", {"high_fever": Presence.PRESENT, "fever": Presence.PRESENT}),
        ("fever", "36.5도요", {"fever": Presence.ABSENT}),
        ("fever", "열은 안 재 봤어요", {"fever": Presence.UNKNOWN}),
        ("cough", "아니요 기침은 없고 콧물만 나요", {"cough": Presence.ABSENT, "runny_nose": Presence.PRESENT}),
        ("cough", "머리도 아파요", {"headache": Presence.PRESENT}),
        ("chest_pain", "배가 안 아파요", {"abdominal_pain": Presence.ABSENT}),
        ("headache", "3일 전부터요", {}),
        ("cough", "왜 물어보나요?", {}),
        ("cough", "결과 알려 주세요", {}),
    ],
)
def test_an_answer_in_other_words(mind: Mind, asked: str, text: str, presences: dict[str, Presence]) -> None:
    """What is told answers what it implies and leaves the rest open."""
    read = mind[1].read(text, Hints(asked=(asked,)), TODAY)
    assert {f.concept: f.presence for f in read.findings} == presences


@pytest.mark.parametrize(
    ("text", "meant"),
    [("네", "yes"), ("동의합니다", "yes"), ("동의 안 해요", "no"), ("싫어요", "no"), ("아니 취소", "no")],
)
def test_consent_is_answered_in_words(mind: Mind, text: str, meant: str) -> None:
    """A decision about consent is read without any finding."""
    read = mind[1].read(text, Hints(expecting="consent"), TODAY)
    assert (read.answer, read.findings) == (meant, ())


@pytest.mark.parametrize(
    ("text", "sex"), [("여자요", Sex.FEMALE), ("여", Sex.FEMALE), ("남", Sex.MALE), ("배가 아파요", None)]
)
def test_sex_is_read_shortly_when_asked(mind: Mind, text: str, sex: Sex | None) -> None:
    """One syllable is enough after the question."""
    assert mind[1].read(text, Hints(expecting="sex"), TODAY).mention.sex is sex


@pytest.mark.parametrize(
    ("text", "age"),
    [
        *(("34", 34), ("서른넷", 34), ("마흔 둘이요", 42), ("칠십이요", 72), ("일흔둘", 72), ("2개월", 2 / 12)),
        *(("70일이요", 70 / 365.25), ("5주요", 5 / 52.18), ("14개월인데요", 14 / 12), ("보름 됐어요", 15 / 365.25)),
        *(("31여", 31), ("45남자요", 45), ("만 6세", 6), ("아직 백일 안 지났어요", 70 / 365.25)),
    ],
)
def test_age_is_read_bare_when_asked(mind: Mind, text: str, age: float) -> None:
    """A number alone is an age after the question, in any way of counting."""
    assert mind[1].read(text, Hints(expecting="age"), TODAY).mention.age == pytest.approx(age)


GRAVER = {
    Presence.PRESENT: "네 / 아니 너무 심해요 / 엄청 아파요 / 못 견디겠어요 / 참을 수가 없어요 / 아니 진짜 아파요"
    " / 죽을 것 같아요",
    Presence.ABSENT: "안 심해요 / 그렇게 안 심해요 / 그다지요 / 견딜 만은 해요 / 참을 수는 있어요 / 그냥 그래요"
    " / 됐어요 / 심하지는 않아요 / 심한 편은 아니에요 / 아니요",
    Presence.UNKNOWN: "조금요 / 약간요 / 가끔요 / 살짝 아파요 / 좀 그래요 / 2년 됐어요 / 한 달 됐어요",
}


@pytest.mark.parametrize("asked", ["severe_abdominal_pain", "severe_headache"])
@pytest.mark.parametrize(
    ("presence", "text"), [(presence, text) for presence, texts in GRAVER.items() for text in texts.split(" / ")]
)
def test_how_bad_it_is_decides_about_a_graver_form(mind: Mind, asked: str, presence: Presence, text: str) -> None:
    """ "A little" is no yes to "unbearable", "bearable" is a no, and "아니 심해요" objects and says yes."""
    read = mind[1].read(text, Hints(asked=(asked,)), TODAY)
    assert {f.concept: f.presence for f in read.findings} == {asked: presence}


@pytest.mark.parametrize("text", ["조금요", "가끔 그래요", "안 심해요", "참을 만해요", "엄청요"])
def test_how_bad_it_is_says_yes_to_a_complaint_itself(mind: Mind, text: str) -> None:
    """Whatever has a degree is there."""
    read = mind[1].read(text, Hints(asked=("cough",)), TODAY)
    assert {f.concept: f.presence for f in read.findings} == {"cough": Presence.PRESENT}


SITES = ("epigastric_pain", "right_upper_pain", "right_lower_pain", "abdominal_pain")


@pytest.mark.parametrize("text", ["아니요", "없어요", "모르겠어요", "글쎄요", "네"])
def test_a_bare_answer_to_where_leaves_the_complaint_alone(mind: Mind, text: str) -> None:
    """Neither yes nor no says where it hurts, and none takes back that it hurts."""
    for known in ((), ("abdominal_pain",)):
        read = mind[1].read(text, Hints(asked=SITES, known=known), TODAY)
        assert {f.concept: f.presence for f in read.findings} == dict.fromkeys(SITES[:3], Presence.UNKNOWN)


def test_a_bare_no_takes_nothing_known_back(mind: Mind) -> None:
    """What was told stays when a question names it beside what it asks."""
    read = mind[1].read("아니요", Hints(asked=("high_fever", "fever"), known=("fever",)), TODAY)
    assert {f.concept: f.presence for f in read.findings} == {"high_fever": Presence.ABSENT}


@pytest.mark.parametrize(
    ("asked", "text", "told"),
    [
        ("severe_abdominal_pain", "아니 왼쪽 아랫배예요", "left_lower_pain"),
        ("epigastric_pain", "글쎄요 오른쪽 윗배?", "right_upper_pain"),
        ("epigastric_pain", "음 아랫배인 것 같아요", "lower_abdominal_pain"),
    ],
)
def test_a_place_told_instead_is_kept(mind: Mind, asked: str, text: str, told: str) -> None:
    """A correction or a doubtful place is read, and the doubt settles nothing else."""
    read = mind[1].read(text, Hints(asked=(asked, "abdominal_pain")), TODAY)
    assert told in {f.concept for f in read.findings}
    assert {f.presence for f in read.findings} == {Presence.PRESENT}


@pytest.mark.parametrize("text", ["상관없어요", "상관 없어", "관계없어요"])
def test_not_minding_decides_nothing(mind: Mind, text: str) -> None:
    """ "상관없어요" contains a "no" and is none."""
    assert mind[1].read(text, Hints(expecting="consent"), TODAY).answer is None


COURSES = {
    "worse": "아까보다 심해졌어요 / 점점 나빠지고 있어요 / 어제보다 더 아파요 / 더 부었어요",
    "better": "많이 나아졌어요 / 이제 괜찮아요 / 열이 가라앉았어요 / 덜 아파요",
    "": "더 심해지지는 않았어요 / 심해지면 어떡하죠 / 나아지지 않아요 / 머리가 아파요 / 안 나았어요",
}


@pytest.mark.parametrize(
    ("meant", "text"), [(meant, text) for meant, texts in COURSES.items() for text in texts.split(" / ")]
)
def test_how_it_goes_is_read_and_neither_denials_nor_fears_are(mind: Mind, meant: str, text: str) -> None:
    """Worse and better are told apart; what is denied or only feared is neither."""
    _, reader = mind
    assert (reader.read(text, Hints()).course or "") == meant
