"""Reading Korean messages: findings with presence and subject, values, answers, intents."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.turn import Knowledge
from knowledge.clinical import Presence, Relation, Sex, Subject, When
from nlu import intent, values
from nlu.meaning import Hints, Intent
from nlu.normalize import normalize
from nlu.reader import Reader

TODAY = date(2026, 11, 25)
Mind = tuple[Knowledge, Reader]

FINDINGS = [
    ("어제부터 머리가 아프고 열이 나요", "headache fever", ""),
    ("머리아프고열나요", "headache fever", ""),
    ("열이나 기침은 없고 콧물만 나요", "runny_nose", "fever cough"),
    ("기침 안 해요", "", "cough"),
    ("기침은 하지 않아요", "", "cough"),
    ("열은 있는데 기침은 없어요", "fever", "cough"),
    ("머리가 안 아파요", "", "headache"),
    ("머리가 아프지 않아요", "", "headache"),
    ("머리가 아픈 건 아니에요", "", "headache"),
    ("머리가 아픈 적은 없어요", "", "headache"),
    ("설사는 안 하는데 배가 아파요", "abdominal_pain", "diarrhea"),
    ("토하지는 않았고 메스꺼워요", "nausea", "vomiting"),
    ("두통, 기침, 콧물이 있어요", "headache cough runny_nose", ""),
    ("두통도 기침도 없어요", "", "headache cough"),
    ("기침은 괜찮아요", "", "cough"),
    ("소변이 안 나와요", "urinary_retention", ""),
    ("잠을 못 자요", "insomnia", ""),
    ("냄새를 못 맡아요", "loss_of_smell", ""),
    ("오른쪽 아랫배가 콕콕 쑤셔요", "right_lower_pain", ""),
    ("허리가 아프고 다리가 저려요", "low_back_pain leg_numbness", ""),
    ("속이 쓰려요", "heartburn", ""),
    ("목이 아파요", "sore_throat", ""),
    ("뒷목이 뻐근해요", "neck_pain", ""),
    ("머리카락이 많이 빠져요", "hair_loss", ""),
    ("가슴이 두근거려요", "palpitations", ""),
    ("빙빙 돌면서 어지러워요", "vertigo", ""),
    ("고혈압이 있어요", "history_hypertension", ""),
    ("당뇨약 먹고 있어요", "diabetes_pills", ""),
    ("담배를 피워요", "smoking", ""),
    ("39도까지 올랐어요", "high_fever", ""),
    ("38도 5부예요", "high_fever", ""),
    ("체온은 36.5도예요", "", "fever"),
    ("넘 어지러버요 ㅠㅠㅠ", "dizziness", ""),
    ("배가 살살 아프다가 설싸를 해요", "abdominal_pain diarrhea", ""),
    ("눈이 빨갛고 눈곱이 껴요", "red_eye eye_discharge", ""),
    ("무릎이 아파서 걷기 힘들어요", "knee_pain", ""),
    ("생리가 늦어지고 아랫배가 아파요", "missed_period lower_abdominal_pain", ""),
    ("온몸에 두드러기가 나고 가려워요", "hives itching", ""),
    ("오른쪽 아랫배가 참을 수 없이 아파요", "right_lower_pain", ""),
    ("쉴 새 없이 기침이 나요", "cough", ""),
    ("머리가 말할 수 없이 아파요", "headache", ""),
    ("열 없이 기침만 나요", "cough", "fever"),
    ("배가 고파요", "", ""),
    ("열받아 죽겠네", "", ""),
    ("", "", ""),
]


def read(mind: Mind, text: str, hints: Hints = Hints()) -> object:  # noqa: B008 - frozen
    """Read with a fixed day."""
    return mind[1].read(text, hints, TODAY)


@pytest.mark.parametrize(("text", "present", "absent"), FINDINGS)
def test_findings_are_read_with_their_presence(mind: Mind, text: str, present: str, absent: str) -> None:
    """What is told is present, what is denied is absent, and nothing is turned around."""
    found = mind[1].read(text, Hints(), TODAY).findings
    there = {f.concept for f in found if f.presence is Presence.PRESENT and f.when is When.NOW}
    denied = {f.concept for f in found if f.presence is Presence.ABSENT}
    assert set(present.split()) <= there, there
    assert set(absent.split()) <= denied, denied
    assert not set(absent.split()) & there
    if not present:
        assert not there


@pytest.mark.parametrize(
    ("text", "relation", "concept", "subject"),
    [
        ("우리 애가 열이 나요", Relation.CHILD, "fever", Subject.PATIENT),
        ("5살 딸이 귀를 아파해요", Relation.CHILD, "ear_pain", Subject.PATIENT),
        ("엄마가 기침을 하세요", Relation.MOTHER, "cough", Subject.PATIENT),
        ("아버지께서 가슴이 답답하대요", Relation.FATHER, "chest_tightness", Subject.PATIENT),
        ("남편이 토해요", Relation.SPOUSE, "vomiting", Subject.PATIENT),
        ("할머니가 어지러우시대요", Relation.GRANDPARENT, "dizziness", Subject.PATIENT),
        ("저는 기침이 나요", Relation.SELF, "cough", Subject.PATIENT),
        ("아버지가 당뇨세요 저는 기침이 나요", Relation.SELF, "history_diabetes", Subject.SOMEONE_ELSE),
        ("남편한테 옮았는지 기침이 나요", None, "cough", Subject.PATIENT),
    ],
)
def test_who_is_meant(mind: Mind, text: str, relation: Relation | None, concept: str, subject: Subject) -> None:
    """The patient is the one the complaint is told of; other people's findings are theirs."""
    understood = mind[1].read(text, Hints(), TODAY)
    assert understood.mention.relation is relation
    assert {f.subject for f in understood.findings if f.concept == concept} == {subject}


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("34살이에요", 34),
        ("세 살", 3),
        ("서른네 살", 34),
        ("쉰 살", 50),
        ("50대 남자", 55),
        ("72세신데", 72),
        ("만 7세", 7),
        ("생후 2개월", 2 / 12),
        ("18개월 아기", 1.5),
        ("생후 10일 된 아기", 10 / 365.25),
        ("75년생", 51),
        ("2019년생", 7),
        ("18년생", 8),
        ("3세대 항생제", None),
        ("200살", None),
        ("머리가 아파요", None),
        ("10대 때부터", 15),
    ],
)
def test_ages(text: str, age: float | None) -> None:
    """Ages in years, fractions for babies, birth years by today's date."""
    found = values.age(text, TODAY)
    assert found == (None if age is None else pytest.approx(age, abs=0.02))


def test_a_bare_number_is_an_age_only_when_asked() -> None:
    """ "34" is an age after the question of age and nothing otherwise."""
    assert values.age("34", TODAY, expected=True) == 34
    assert values.age("서른넷이요", TODAY, expected=True) == 34
    assert values.age("34", TODAY) is None


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("어제부터", 24),
        ("3일 전부터", 72),
        ("일주일째", 168),
        ("두 달 전", 1460),
        ("2주 됐어요", 336),
        ("한 시간 전에", 1),
        ("30분 전", 0.5),
        ("엊그제부터", 60),
        ("방금", 0.3),
        ("1년 넘게", 8760),
        ("머리가 아파요", None),
    ],
)
def test_time_since_it_began(text: str, hours: float | None) -> None:
    """Hours since the complaint began."""
    assert values.onset(text) == hours


@pytest.mark.parametrize(
    ("text", "concept", "degrees"),
    [
        ("39.2도", "high_fever", 39.2),
        ("38도 5부", "high_fever", 38.5),
        ("삼십팔도", "fever", 38.0),
        ("38점 2도", "fever", 38.2),
        ("37.5도", "low_fever", 37.5),
        ("34.2도", "low_temperature", 34.2),
        ("열이 38.7 이에요", "high_fever", 38.7),
    ],
)
def test_temperatures(text: str, concept: str, degrees: float) -> None:
    """Degrees become the right finding with its value."""
    assert [(f.concept, f.value) for f in values.temperature(text)] == [(concept, degrees)]


ASKED = Hints(asked=("dyspnea", "dyspnea_rest"))


@pytest.mark.parametrize(
    "text",
    ["네", "넵", "응", "ㅇㅇ", "있어요", "맞아요", "그런 것 같아요", "조금요", "심해요", "3일 됐어요", "가끔 그래요"],
)
def test_a_bare_yes(mind: Mind, text: str) -> None:
    """Every form of yes sets the asked finding, and not the graver ones beside it."""
    found = mind[1].read(text, ASKED, TODAY)
    assert found.answer == "yes"
    assert [(f.concept, f.presence) for f in found.findings] == [("dyspnea", Presence.PRESENT)]


@pytest.mark.parametrize(
    "text", ["아니요", "아뇨", "ㄴㄴ", "없어요", "안 그래요", "전혀요", "괜찮아요", "그렇지 않아요"]
)
def test_a_bare_no(mind: Mind, text: str) -> None:
    """Every form of no denies all that was asked."""
    found = mind[1].read(text, ASKED, TODAY)
    assert found.answer == "no"
    assert {f.concept: f.presence for f in found.findings} == dict.fromkeys(ASKED.asked, Presence.ABSENT)


@pytest.mark.parametrize("text", ["모르겠어요", "잘 모르겠어요", "글쎄요", "몰라요", "기억이 안 나요", "안 재 봤어요"])
def test_not_knowing(mind: Mind, text: str) -> None:
    """Not knowing is an answer of its own."""
    found = mind[1].read(text, ASKED, TODAY)
    assert found.answer == "unsure"
    assert {f.presence for f in found.findings} == {Presence.UNKNOWN}


def test_an_answer_may_tell_more(mind: Mind) -> None:
    """ "네, 열도 나요" answers yes and adds the fever; another complaint alone answers nothing."""
    more = mind[1].read("네, 열도 나요", ASKED, TODAY)
    assert {f.concept for f in more.findings} == {"dyspnea", "fever"}
    other = mind[1].read("배가 안 아파요", ASKED, TODAY)
    assert other.answer is None
    assert {f.concept for f in other.findings} == {"abdominal_pain"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("내 정보 보여줘", Intent.SHOW_DATA),
        ("/mydata", Intent.SHOW_DATA),
        ("내 정보 지워줘", Intent.DELETE_DATA),
        ("제 기록 다 삭제해 주세요", Intent.DELETE_DATA),
        ("/delete", Intent.DELETE_DATA),
        ("내보내기", Intent.EXPORT_DATA),
        ("/export", Intent.EXPORT_DATA),
        ("새로 시작", Intent.START_OVER),
        ("처음부터 다시 할래요", Intent.START_OVER),
        ("결과 알려 주세요", Intent.FINISH),
        ("왜 물어보나요?", Intent.WHY),
        ("도움말", Intent.HELP),
        ("뭐 할 수 있어?", Intent.HELP),
        ("문 여는 데 있나요", Intent.PLACES),
        ("근처 병원 찾아줘", Intent.PLACES),
        ("강남구 정형외과 어디 있어요", Intent.PLACES),
        ("가까운 응급실", Intent.PLACES),
        ("타이레놀 먹어도 돼요?", Intent.DRUG),
        ("감기로 병원 가면 얼마예요?", Intent.COST),
        ("대상포진이 뭐예요?", Intent.ENCYCLOPAEDIA),
        ("미세먼지 알림 받고 싶어요", Intent.ALERTS),
        ("고마워요", Intent.THANKS),
        ("안녕하세요", Intent.GREETING),
    ],
)
def test_what_is_wanted(text: str, wanted: Intent) -> None:
    """The leading intent of a message."""
    assert intent.intents(normalize(text))[0] is wanted


def test_sex_and_pregnancy(mind: Mind) -> None:
    """Sex is told outright or by the word for the relative who is the patient; pregnancy with its weeks."""
    read_ = mind[1].read
    assert read_("여자예요", Hints(), TODAY).mention.sex is Sex.FEMALE
    assert read_("아들이 열이 나요", Hints(), TODAY).mention.sex is Sex.MALE
    assert read_("아버지가 당뇨세요 저는 기침이 나요", Hints(), TODAY).mention.sex is None
    pregnant = read_("임신 12주인데 배가 아파요", Hints(), TODAY).mention
    assert (pregnant.pregnant, pregnant.pregnancy_weeks) == (True, 12)
    assert read_("임신은 아니에요", Hints(), TODAY).mention.pregnant is False


def test_a_child_who_writes_is_noticed(mind: Mind) -> None:
    """A writer under 14 is told apart from a parent who writes about a child."""
    assert mind[1].read("저는 12살인데 배가 아파요", Hints(), TODAY).mention.writer_under_14
    assert not mind[1].read("12살 아들이 배가 아파요", Hints(), TODAY).mention.writer_under_14
    assert not mind[1].read("저는 34살이에요", Hints(), TODAY).mention.writer_under_14


def test_what_is_feared_or_over_is_not_present_now(mind: Mind) -> None:
    """ "열이 나면 어떡하죠" and "작년에 두통이 있었어요" set nothing for today."""
    feared = mind[1].read("열이 나면 어떡하죠?", Hints(), TODAY).findings
    over = mind[1].read("작년에 두통이 있었어요", Hints(), TODAY).findings
    assert {f.when for f in feared} == {When.HYPOTHETICAL}
    assert {f.when for f in over} == {When.PAST}


def test_long_texts_are_read_in_part(mind: Mind) -> None:
    """Only the first 2,000 characters are read, and the reader says so."""
    found = mind[1].read("머리가 아파요. " + "가" * 100_000, Hints(), TODAY)
    assert found.truncated
    assert {f.concept for f in found.findings} == {"headache"}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(), max_size=300), st.booleans())
def test_no_text_makes_it_fail(mind: Mind, text: str, asked: bool) -> None:
    """Whatever is typed, surrogates and control characters included, reading never raises."""
    mind[1].read(text, ASKED if asked else Hints(), TODAY)


def test_a_story_is_no_wish_for_a_place(mind: Mind) -> None:
    """ "설사를 하는데" ends a clause; it does not ask for what is open."""
    read = mind[1].read("설사를 하는데 물처럼 나와요. 처음에는 물을 마시는데 이제 못 마셔요", Hints(), TODAY)
    assert Intent.PLACES not in read.intents
    assert {"diarrhea", "watery_diarrhea"} & {f.concept for f in read.findings}
