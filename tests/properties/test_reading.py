"""Reading holds for any text: it never fails, stays within bounds and sees danger wherever it stands."""

import time
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.turn import Knowledge
from knowledge.clinical import Presence
from knowledge.morphology import LONGEST
from nlu.alarm import screen
from nlu.meaning import Hints
from nlu.reader import Reader

TODAY = date(2026, 11, 25)
Mind = tuple[Knowledge, Reader]

WORDS = [
    "머리가",
    "배가",
    "열이",
    "숨이",
    "안",
    "못",
    "아파요",
    "없어요",
    "있는데",
    "지 않아요",
    "면 어떡하죠",
    "작년에",
]
MORE = [
    "지금은",
    "괜찮아요",
    "엄마가",
    "저는",
    "3일 전부터",
    "38.5도",
    "34살",
    "네",
    "아니요",
    "모르겠어요",
    "콧물 없이",
]
MARKS = ["ㅠㅠ", "\u200b", "\ud800", "😷", "\x00", "\n", ".", "?", " "]
PIECES = WORDS + MORE + MARKS
TEXTS = st.one_of(
    st.text(alphabet=st.characters(), max_size=400),
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.text(alphabet=st.characters(), min_size=1, max_size=12).map(lambda text: (text * 5_000)[:5_000]),
)
HINTS = st.builds(
    Hints,
    asked=st.sampled_from([(), ("fever",), ("urinary_retention",), ("dyspnea", "dyspnea_rest"), ("no such finding",)]),
    expecting=st.sampled_from(["nothing", "consent", "age", "sex", "place", "confirm"]),
)
RELAXED = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])


@RELAXED
@given(TEXTS, HINTS)
@example("\ud800\udfff" * 2_500, Hints(asked=("fever",)))
@example("ᄀ" * 5_000, Hints())
@example("열" * 5_000, Hints(expecting="age"))
def test_any_text_is_read(mind: Mind, text: str, hints: Hints) -> None:
    """No text raises; findings are known ones within the text that is read, one per concept and subject."""
    read = mind[1].read(text, hints, TODAY)
    assert read.truncated == (len(text) > LONGEST)
    assert len({(f.concept, f.subject) for f in read.findings}) == len(read.findings)
    for finding in read.findings:
        assert finding.concept in mind[0].catalogue.concepts or finding.concept in hints.asked
        assert finding.span is None or 0 <= finding.span[0] < finding.span[1]


@RELAXED
@given(st.sampled_from(["기침이 나요", "배가 아파요", "열이 나요", "어지러워요"]), TEXTS)
def test_a_complaint_in_its_own_sentence_is_found_before_anything(mind: Mind, complaint: str, after: str) -> None:
    """What follows in a paragraph of its own never turns a plain complaint into its denial."""
    alone = {f.concept for f in mind[1].read(complaint, Hints(), TODAY).findings}
    both = mind[1].read(f"{complaint}.\n\n오늘 회사에 갔어요.\n\n{after}", Hints(), TODAY).findings
    denied = {f.concept for f in both if f.presence is Presence.ABSENT}
    assert not alone & denied


@pytest.mark.parametrize("place", [0, 1_990, 50_000, 99_990])
def test_danger_is_seen_wherever_it_stands(place: int) -> None:
    """Only 2,000 characters are read, but the alarm sees the whole text."""
    filler = "오늘은 날씨가 좋아요. " * 8_000
    text = filler[:place] + ". 숨을 못 쉬겠어요. " + filler[place:100_000]
    assert [alarm.id for alarm in screen(text)] == ["breathing"]


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "19",
        "1 ",
        "12알",
        "가",
        "숨",
        "약 ",
        "죽고 ",
        "숨이 ",
        "목에",
        "한쪽 팔다리에 ",
        "가슴이 ",
        "아기가 ",
        "수면제 10",
        "수면제를 ",
        "ㅋ",
        " ",
        "\n",
    ],
)
def test_the_alarm_takes_time_in_proportion(piece: str) -> None:
    """Twice the text takes about twice the time: nothing in it backtracks without bound."""
    text = piece * (40_000 // len(piece))

    def best(length: int) -> float:
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            screen(text[:length])
            times.append(time.perf_counter() - begun)
        return min(times)

    assert best(40_000) < 8 * best(10_000) + 0.05
