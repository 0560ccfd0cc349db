"""Particles and times."""

from datetime import UTC, datetime

import pytest

from bot.korean import clock, josa


@pytest.mark.parametrize(
    ("word", "pair", "expected"),
    [
        ("독감", "과/와", "독감과"),
        ("감기", "과/와", "감기와"),
        ("병원", "은/는", "병원은"),
        ("서울", "으로/로", "서울로"),
        ("부산", "으로/로", "부산으로"),
        ("독감(인플루엔자)", "이/가", "독감(인플루엔자)이"),
        ("119", "을/를", "119를"),
        ("38", "은/는", "38은"),
        ("", "은/는", "는"),
    ],
)
def test_the_right_particle(word: str, pair: str, expected: str) -> None:
    """The particle follows the last sound, a bracket aside."""
    assert josa(word, pair) == expected


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 25, 12, 5, tzinfo=UTC), "2026년 11월 25일 오후 9시 5분"),
        (datetime(2026, 12, 31, 15, 0, tzinfo=UTC), "2027년 1월 1일 오전 12시"),
    ],
)
def test_times_are_korean(moment: datetime, words: str) -> None:
    """Times are said in Korean time, across midnight and New Year."""
    assert clock(moment) == words
