"""Readings people take at home: blood pressure, pulse, oxygen, blood sugar. Numbers decide, not words.

Limits are those in the names of the findings; a normal reading denies what it rules out.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from knowledge.clinical import Finding, Presence


class Limit(NamedTuple):
    """A finding that holds from or below a value."""

    concept: str
    """Finding id."""
    least: float
    """It holds from here ..."""
    most: float
    """... up to here."""


class _Reading(NamedTuple):
    pattern: re.Pattern[str]
    lowest: float
    highest: float
    limits: tuple[Limit, ...]


_END = 10_000.0
_AFTER = r"(?P<after>\s*(?:이|가|을|를|도|밖에|보다)?\s*(?:안\s*돼|안\s*되|못\s*미|아래|미만|이하|밑|넘|초과))?"
_NUMBER = r"(?P<n>\d{2,3})(?!\d|\s*(?:mg|밀리|정|알|년|개월|살))" + _AFTER


def _of(words: str, lowest: float, highest: float, *limits: Limit) -> _Reading:
    return _Reading(re.compile(rf"(?:{words})[^\d\n.,]{{0,12}}{_NUMBER}"), lowest, highest, limits)


PULSE = _of(
    r"맥박수?|심박수?|심장\s?박동수?|맥(?:을|이)", 25, 280, Limit("fast_pulse", 101, _END), Limit("slow_pulse", 0, 49)
)
OXYGEN = _of(r"산소\s?포화도|포화도|산소\s?수치|산소(?:가|는)", 50, 100, Limit("low_oxygen", 0, 93))
SUGAR = _of(
    r"혈당|당\s?수치|당(?:이|은|을)\s",
    10,
    999,
    Limit("high_sugar_reading", 300, _END),
    Limit("low_sugar_reading", 0, 69),
)
_UPPER = (
    Limit("high_blood_pressure_reading", 180, _END),
    Limit("raised_blood_pressure", 140, _END),
    Limit("low_blood_pressure", 0, 89),
)
PRESSURE = _of(r"혈압(?!약)", 40, 280, *_UPPER)
PAIR = re.compile(
    r"(?<![\d/.])(?P<n>\d{2,3})\s*(?:에|/|-|대)\s*(?P<m>\d{2,3})(?![\d/.]|\s*(?:일|월|개|시|분|주|번|살|세|명))"
)
"""Two numbers said as blood pressure, with or without the word ("172에 112예요")."""

_LOWER_HIGH, _LOWER_RAISED = 120, 90
"""Lower readings that count as the upper ones of 180 and 140 do."""


def measured(text: str, *, child: bool) -> list[Finding]:
    """The findings in what was measured. A child's pulse is not judged: what is fast depends on the age."""
    found: dict[str, Finding] = {}
    for reading in (PRESSURE, OXYGEN, SUGAR) if child else (PRESSURE, PULSE, OXYGEN, SUGAR):
        for match in reading.pattern.finditer(text):
            value = _value(match)
            if reading.lowest <= value <= reading.highest:
                found.update((f.concept, f) for f in _judged(value, reading.limits, match.span()))
    for match in PAIR.finditer(text):
        found.update((f.concept, f) for f in _pair(match))
    return list(found.values())


def _value(match: re.Match[str]) -> float:
    """The number, a little more after "넘어요", a little less after "안 돼요"."""
    value, after = float(match["n"]), match["after"] or ""
    if not after:
        return value
    return value + 1 if "넘" in after or "초과" in after else value - 1


def _pair(match: re.Match[str]) -> Iterator[Finding]:
    upper, lower = float(match["n"]), float(match["m"])
    if not (60 <= upper <= 280 and 30 <= lower <= 160 and lower + 10 <= upper):
        return
    if lower >= _LOWER_HIGH:
        upper = max(upper, 180)
    elif lower >= _LOWER_RAISED:
        upper = max(upper, 140)
    yield from _judged(upper, _UPPER, match.span())


def _judged(value: float, limits: tuple[Limit, ...], span: tuple[int, int]) -> Iterator[Finding]:
    for limit in limits:
        holds = limit.least <= value <= limit.most
        presence = Presence.PRESENT if holds else Presence.ABSENT
        yield Finding(concept=limit.concept, presence=presence, value=value if holds else None, span=span)
