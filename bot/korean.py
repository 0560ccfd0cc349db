"""Small grammar for sentences that are filled in: particles, lists, times."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

KST = timezone(timedelta(hours=9))
"""Korean time; it has no daylight saving."""

_FINAL_R = 8
"""Index of the final consonant ㄹ, after which 로 follows without 으."""


def josa(word: str, pair: str) -> str:
    """The word with the right particle of a pair written as `은/는`, `이/가`, `을/를`, `과/와`, `으로/로`."""
    after_consonant, after_vowel = pair.split("/")
    spoken = word.split("(")[0].rstrip()
    final = _final_consonant(spoken[-1]) if spoken else 0
    if pair == "으로/로" and final == _FINAL_R:
        return word + after_vowel
    return word + (after_consonant if final else after_vowel)


def _final_consonant(letter: str) -> int:
    """Index of a syllable's final consonant, 0 for none; digits and Latin letters as they are read in Korean."""
    if "가" <= letter <= "힣":
        return (ord(letter) - ord("가")) % 28
    return int(letter in "013678lmnrLMNR")


def listed(words: Sequence[str]) -> str:
    """`열, 기침, 콧물`."""
    return ", ".join(words)


def clock(moment: datetime) -> str:
    """`2026년 11월 25일 오후 9시 5분`, in Korean time."""
    local = moment.astimezone(KST)
    half = "오전" if local.hour < 12 else "오후"
    minute = f" {local.minute}분" if local.minute else ""
    return f"{local.year}년 {local.month}월 {local.day}일 {half} {local.hour % 12 or 12}시{minute}"
