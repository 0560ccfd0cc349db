"""Replies folded into doors of every size."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.channel import CONSOLE, WEB, Capabilities
from adapters.fold import fold, split
from bot.message import Card, Choice, Link, Notice, Places, Reply, Source, Text
from knowledge.clinical import Citation
from knowledge.places.place import Nearby, Place, Point

HOSPITAL = Place(
    id="a", name="가나병원", kind="tertiary", point=Point(lat=37, lon=127), region="서울 중구", phone="02-1"
)
EVERYTHING = Reply(
    blocks=(
        Text(text="첫 줄이에요. 둘째 줄이에요."),
        Notice(text="알려 드려요."),
        Places(items=(Nearby(place=HOSPITAL, metres=1234.0),), as_of="2026년 3월 자료예요."),
        Source(citations=(Citation(title="제목", publisher="기관", url="https://example.org", read_on="2026-11-25"),)),
        Card(
            title="지금 119에 전화하세요.",
            lines=("기다리세요.",),
            links=(Link(label="☎ 119", url="tel:119"),),
            level="ambulance",
        ),
    ),
    choices=tuple(Choice(id=f"c{n}", label=f"고르기 {n}") for n in range(5)),
    tone="critical",
)
NARROW = Capabilities(max_parts=3, max_chars=60, max_buttons=2, max_label=4)


def test_the_console_shows_everything_as_text() -> None:
    """Without buttons, choices become numbered lines; links, places and sources are readable text."""
    folded = fold(EVERYTHING, CONSOLE)
    assert folded.parts == (
        "지금 119에 전화하세요.\n☎ 119\n기다리세요.",
        "첫 줄이에요. 둘째 줄이에요.",
        "알려 드려요.",
        "1. 가나병원 · 1.2km\n   서울 중구 · ☎ 02-1\n2026년 3월 자료예요.",
        "제목 (기관, 2026-11-25) https://example.org",
        "1) 고르기 0\n2) 고르기 1\n3) 고르기 2\n4) 고르기 3\n5) 고르기 4",
    )
    assert folded.numbered == EVERYTHING.choices
    assert folded.buttons == ()


def test_urgent_words_come_first_on_every_door() -> None:
    """What to do at once is the first part, however small the door."""
    for door in (CONSOLE, WEB, NARROW):
        assert fold(EVERYTHING, door).parts[0].startswith("지금 119에 전화하세요.")


def test_a_narrow_door_is_never_overfilled() -> None:
    """Parts, characters, buttons and labels stay within the door's limits, over as many answers as it takes."""
    seen, rest = "", EVERYTHING
    while True:
        folded = fold(rest, NARROW)
        assert len(folded.parts) <= 3
        assert all(len(part) <= 60 for part in folded.parts)
        seen += "".join(folded.parts)
        if folded.rest is None:
            break
        rest = folded.rest
    assert [button.label for button in folded.buttons] == ["고르기…", "고르기…"]
    for words in ("119", "둘째 줄", "알려 드려요", "가나병원", "https://example.org", "고르기 4"):
        assert words in seen


@given(st.text(alphabet="가나다 .!?\n😀", max_size=400), st.integers(5, 80))
def test_splitting_loses_no_word_and_fits(text: str, limit: int) -> None:
    """Every piece fits in UTF-16 units, and together they hold every letter in order."""
    pieces = split(text, limit)
    assert all(len(piece.encode("utf-16-le")) <= 2 * limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_long_text_is_cut_at_sentence_ends() -> None:
    """A piece ends with a sentence where one ends in time."""
    assert split("하나예요. 둘이에요. 셋이에요.", 14) == ["하나예요. 둘이에요.", "셋이에요."]
