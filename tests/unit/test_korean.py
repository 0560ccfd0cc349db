"""Times as they are said."""

from datetime import UTC, datetime

import pytest

from bot.korean import clock


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
