"""What a clause says about a complaint: denied, over, feared, not known, somebody else's."""

from datetime import date

import pytest

from bot.turn import Knowledge
from knowledge.clinical import Finding, Presence, Relation, Subject, When
from nlu.meaning import Hints
from nlu.reader import Reader

TODAY = date(2026, 11, 25)
Mind = tuple[Knowledge, Reader]

MARKS = {Presence.PRESENT: "", Presence.ABSENT: "-", Presence.UNKNOWN: "?"}


def written(finding: Finding) -> str:
    """A finding in one word: `-cough` denied, `?fever` not known, `@past`, `#else` of somebody else."""
    when = "" if finding.when is When.NOW else f"@{finding.when.value}"
    return (
        MARKS[finding.presence] + finding.concept + when + ("#else" if finding.subject is Subject.SOMEONE_ELSE else "")
    )


def findings(mind: Mind, text: str, hints: Hints = Hints()) -> set[str]:  # noqa: B008 - frozen
    """What was read, in words."""
    return {written(finding) for finding in mind[1].read(text, hints, TODAY).findings}


READ = """
열이나 기침은 없고 콧물이 나요 | -fever -cough runny_nose
열도 없고 기침도 안 나요 | -fever -cough
열도 기침도 가래도 없어요 | -fever -cough -productive_cough
두통이나 어지럼증은 없습니다 | -headache -dizziness
기침 콧물 없이 열만 나요 | -cough -runny_nose fever
토하진 않았어요 | -vomiting
기침을 한 적이 없어요 | -cough
쓰러진 적 없어요 | -fainting
숨이 차진 않은데 가슴이 두근거려요 | -dyspnea palpitations
배가 아파요 설사는 없어요 | abdominal_pain -diarrhea
당뇨는 없어요 | -history_diabetes
소변이 안 나오지는 않아요 | -urinary_retention
기침이 안 멈춰요 | cough
열이 안 내려요 | fever
열이 안 떨어져요 | fever
두통이 사라지지 않아요 | headache
두통이 나아지지 않아요 | headache
두통이 안 없어져요 | headache
기침이 심하지는 않아요 | cough
배가 아파서 밥을 못 먹겠어요 | abdominal_pain
어지러워서 일어나지 못하겠어요 | dizziness
허리가 아파서 움직이지 못해요 | low_back_pain
목이 붓고 아파요 | sore_throat
눈이 빨갛고 가려워요 | red_eye itchy_eyes
코가 막히고 간지러워요 | stuffy_nose itchy_nose
가슴이 답답하고 아파요 | chest_tightness chest_pain
가슴이 아프지는 않고 답답해요 | -chest_pain chest_tightness
배아프고설사해요 | abdominal_pain diarrhea
오른쪽 아랫배가 아파요 | right_lower_pain
머리가 깨질 듯이 아파요 | severe_headache
열이 39도까지 올라가요 | high_fever
열은 36.5도예요 | -fever
열이 37.6도예요 | low_fever
혈압이 200에 110이에요 | high_blood_pressure_reading
열이 있는지 모르겠어요 | ?fever
열은 안 재 봤어요 | ?fever
왜 머리가 아픈지 모르겠어요 | headache
손목이 아니라 팔꿈치가 아파요 | elbow_pain
허리 말고 다리가 저려요 | leg_numbness
기침 말고 가래가 나와요 | productive_cough
두통 말고 다른 증상은 없어요 | headache
할머니가 진지를 못 드시고 배가 편찮으세요 | abdominal_pain
아버지가 통 못 주무세요 | insomnia
어머니 말씀이 어눌하세요 | slurred_speech
할아버지가 와파린을 드시는데 머리를 부딪히셨어요 | anticoagulant head_injury
한쪽 눈에 커튼을 친 것처럼 안 보여요 | sudden_vision_loss
고양이한테 물려서 손이 부었어요 | animal_bite
오르막을 걷다 보면 가슴이 조여요 | exertional_chest_pain
붉은 오줌이 나와요 | blood_in_urine
고양이가 있는데 재채기가 나요 | sneezing
"""

NOT_NOW = """
작년에 쓰러진 적이 있어요 | fainting@past
예전에 허리가 아팠어요 | low_back_pain@past
어릴 때 천식이 있었어요 | history_asthma@past
어제 토했는데 지금은 괜찮아요 | vomiting@past
머리가 아팠었는데 지금은 괜찮아졌어요 | headache@past
어제는 배가 아팠어요. 오늘은 괜찮아요 | abdominal_pain@past
열이 났었는데 이제 없어요 | fever@past
두통이 사라졌어요 | headache@past
두통이 나았어요 | headache@past
열이 나다가 내렸어요 | fever@past
그제까지 열이 났는데 지금은 내렸어요 | fever@past
고혈압이 뭔가요 | history_hypertension@hypothetical
고혈압일까요? | history_hypertension@hypothetical
고혈압이 걱정돼요 | history_hypertension@hypothetical
임신일 수도 있나요 | pregnancy@hypothetical
열이 나면 응급실 가야 하나요? | fever@hypothetical
토하면 병원 가야 하나요 | vomiting@hypothetical
"""

STILL_COUNTS = """
아까 말이 어눌했는데 지금은 괜찮아요 | slurred_speech
어제 머리를 다쳤는데 지금은 괜찮아요 | head_injury
어제 까만 변이 나왔는데 지금은 괜찮아요 | black_stool
고혈압이 있어서 걱정돼요 | history_hypertension
열이 났어요 | fever
기침하면 가슴이 아파요 | pleuritic_pain
열이 나면서 기침해요 | fever cough
머리가 아팠는데 지금은 더 심해요 | headache
지금은 두통이 있고 작년에도 두통이 있었어요 | headache
"""

QUIET = """
약을 먹었어요 / 타이레놀 한 알 먹었어요 / 물을 많이 마셔요 / 병원에 갔어요 / 오늘 날씨가 좋네요 / 친구를 만났어요
열심히 운동했어요 / 열쇠를 잃어버렸어요 / 열 살이에요 / 배 타고 제주도 갔어요 / 배를 먹었어요 / 머리 자르고 싶어요
목걸이를 샀어요 / 손을 씻었어요 / 귀가 얇아요 / 눈이 와요 / 다리를 건너요 / 저는 32살 여자예요 / 약국이 어디예요
우리 고양이가 토해요 / 강아지가 기운이 없고 설사를 해요 / 우리 개가 기침을 하는데 열도 나요
영화에서 주인공이 가슴이 아프대요 / 꿈에서 머리가 아팠어요 / 할아버지가 힘드세요
강남역 근처 이비인후과 알려주세요 / 혈압이 120이에요 / 고마워요 / 잠은 잘 자요
"""


def rows(table: str) -> list[tuple[str, str]]:
    """Rows of a table of `text | findings`."""
    return [(text, wanted) for text, _, wanted in (line.partition(" | ") for line in table.strip().splitlines())]


@pytest.mark.parametrize(("text", "wanted"), rows(READ))
def test_presence_follows_the_grammar(mind: Mind, text: str, wanted: str) -> None:
    """Denials reach exactly what they deny; what does not stop is there; a noun carries into the next clause."""
    read = findings(mind, text)
    assert set(wanted.split()) <= read
    contrary = {word.lstrip("-?") if word[0] in "-?" else f"-{word}" for word in wanted.split()}
    assert not contrary & read


@pytest.mark.parametrize(("text", "wanted"), rows(NOT_NOW))
def test_what_is_over_or_feared_is_told_apart(mind: Mind, text: str, wanted: str) -> None:
    """Long ago, healed, and only feared are not now."""
    assert findings(mind, text) == {wanted}


@pytest.mark.parametrize(("text", "wanted"), rows(STILL_COUNTS))
def test_what_may_be_grave_counts_although_it_went_away(mind: Mind, text: str, wanted: str) -> None:
    """A sign of stroke that passed, a blow to the head, a black stool stay present; so does what goes on."""
    assert set(wanted.split()) <= findings(mind, text)


@pytest.mark.parametrize("text", [text for line in QUIET.strip().splitlines() for text in line.split(" / ")])
def test_everyday_sentences_name_no_complaint(mind: Mind, text: str) -> None:
    """Words that look like a complaint and are none set nothing."""
    assert not {word for word in findings(mind, text) if word[0] not in "-?"}


@pytest.mark.parametrize(
    ("text", "relation", "wanted"),
    [
        ("우리 애가 열이 나요", Relation.CHILD, "fever"),
        ("엄마가 숨차해요", Relation.MOTHER, "dyspnea"),
        ("할머니가 기침을 하시는데 열은 없으세요", Relation.GRANDPARENT, "cough -fever"),
        ("아내가 임신 20주인데 배가 아프대요", Relation.SPOUSE, "abdominal_pain pregnancy"),
        ("와이프 임신 중이에요", Relation.SPOUSE, "pregnancy"),
        ("아버지가 당뇨가 있으신데 제가 요즘 목이 너무 말라요", Relation.SELF, "history_diabetes#else thirst"),
        ("남편은 괜찮은데 저는 토해요", Relation.SELF, "vomiting"),
        ("어머니가 고혈압이 있으신데 어지럽대요", Relation.MOTHER, "history_hypertension dizziness"),
    ],
)
def test_the_patient_is_the_one_who_complains(mind: Mind, text: str, relation: Relation, wanted: str) -> None:
    """Findings belong to the person the complaint is told of, family history to the family."""
    assert mind[1].read(text, Hints(), TODAY).mention.relation is relation
    assert set(wanted.split()) <= findings(mind, text)


def test_a_known_patient_needs_no_name(mind: Mind) -> None:
    """Where a child is the patient, what is told of nobody in particular is the child's."""
    hints = Hints(patient=Relation.CHILD)
    assert findings(mind, "아이가 토했어요", hints) == {"vomiting"}
    assert findings(mind, "토했어요", hints) == {"vomiting"}
    assert "cough#else" in findings(mind, "아이가 열이 나고 토하는데 저는 기침이 나요", Hints(patient=Relation.CHILD))


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("남편은 가슴이 조인다는데 별거 아니라고 해요", "crushing_chest_pain"),
        ("할머니는 열이 별거 아니래요", "fever"),
        ("가슴이 답답한데 본인은 별일 없대요", "chest_tightness"),
        ("배가 아픈데 큰일 아니라고 해요", "abdominal_pain"),
    ],
)
def test_playing_down_denies_nothing(mind: tuple[Knowledge, Reader], text: str, present: str) -> None:
    """A relative's "별거 아니래요" leaves the complaint as it was told."""
    found = {f.concept: f.presence for f in mind[1].read(text, Hints()).findings}
    assert found.get(present) is Presence.PRESENT


@pytest.mark.parametrize(
    "text", ["호흡에 문제 없어요", "숨쉬는 데 이상 없어요", "숨쉬는 데는 불편 없어요", "소변 보는 데 지장 없어요"]
)
def test_no_trouble_is_no_complaint(mind: tuple[Knowledge, Reader], text: str) -> None:
    """Where trouble is what is missing, nothing is read as present."""
    assert not [f for f in mind[1].read(text, Hints()).findings if f.presence is Presence.PRESENT]
