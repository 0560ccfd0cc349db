"""Small forms for sentences that are filled in: lists and times."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

KST = timezone(timedelta(hours=9))
"""Korean time; it has no daylight saving."""


def listed(words: Sequence[str]) -> str:
    """`열, 기침, 콧물`."""
    return ", ".join(words)


def clock(moment: datetime) -> str:
    """`2026년 11월 25일 오후 9시 5분`, in Korean time."""
    local = moment.astimezone(KST)
    half = "오전" if local.hour < 12 else "오후"
    minute = f" {local.minute}분" if local.minute else ""
    return f"{local.year}년 {local.month}월 {local.day}일 {half} {local.hour % 12 or 12}시{minute}"
