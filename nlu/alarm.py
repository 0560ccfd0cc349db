"""Danger read from raw text, before anything else happens: compiled patterns, no morphemes, no state."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from knowledge.clinical import Triage
from nlu.meaning import Alarm

BEFORE, AFTER = 40, 30
"""How many characters around a match may say that it is not meant."""

FILLER = re.compile(r"""[\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad,~…·*"'“”‘’ㅠㅜ^\-]+|\.{2,}""")
"""What people put between syllables that does not end a sentence."""
_BOUNDARY = re.compile(r"[.!?\n]")
_TOKEN = re.compile(r"\(\?<[!=][^)]*\)|\[[^\]]*\]|<[^>]*>|[가-힣ㄱ-ㅎ]")


def _folds() -> dict[int, int]:
    """Syllables that are often misspelt, each with what it is read as: 졌, 젔, 졋 → 젓; 없 → 업; 돼 → 되."""
    vowels = {5: 1, 7: 3, 10: 11, 15: 11}  # ㅔ→ㅐ, ㅖ→ㅒ, ㅙ→ㅚ, ㅞ→ㅚ
    finals = {20: 19, 18: 17, 6: 4, 2: 1}  # ㅆ→ㅅ, ㅄ→ㅂ, ㄶ→ㄴ, ㄲ→ㄱ
    table = {}
    for code in range(11172):
        first, vowel, final = code // 588, code // 28 % 21, code % 28
        vowel = vowels.get(vowel, vowel)
        if first in (12, 13, 14) and vowel == 6:  # after ㅈ, ㅉ, ㅊ people do not hear ㅕ
            vowel = 4
        read_as = (first * 21 + vowel) * 28 + finals.get(final, final)
        if read_as != code:
            table[0xAC00 + code] = 0xAC00 + read_as
    return table


_FOLDS = _folds()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One row of wordings with the same meaning."""

    alarm: Alarm
    """What it raises."""
    wording: re.Pattern[str]
    """The wordings, matched at a first syllable."""
    unless_before: re.Pattern[str] | None
    """Words before it that make it harmless."""
    unless_after: re.Pattern[str] | None
    """Words right after it that make it harmless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """Surroundings that change what a wording means; all parts that are given must be there."""

    kinds: frozenset[str]
    """The kinds of alarm it concerns; empty for all."""
    before: re.Pattern[str] | None
    """Searched before the wording, in its sentence."""
    after: re.Pattern[str] | None
    """Matched right after the wording."""
    says: re.Pattern[str] | None
    """Searched in the wording and what follows."""
    lacks: re.Pattern[str] | None
    """Must not be in the wording and what follows."""

    def holds(self, kind: str, head: str, matched: str, tail: str) -> bool:
        """Whether the surroundings are these."""
        return (
            (not self.kinds or kind in self.kinds)
            and (self.before is None or self.before.search(head) is not None)
            and (self.after is None or self.after.match(tail) is not None)
            and (self.says is None or self.says.search(matched + tail) is not None)
            and (self.lacks is None or self.lacks.search(matched + tail) is None)
        )


def _translate(pattern: str) -> str:
    """The pattern language of the data file as a regular expression over folded text."""
    parts: list[str] = []
    position = 0
    for token in _TOKEN.finditer(pattern):
        parts.append(_marks(pattern[position : token.start()]))
        letters = token[0].translate(_FOLDS)
        position = token.end()
        if letters.startswith(("(", "[^")) or (letters.startswith("[") and " " in letters):
            parts.append(letters)  # of fixed width, or takes spaces itself: two ways to take one would multiply
        elif letters.startswith("<"):
            parts.append(letters[1:-1] + "[ \n]?")
        elif pattern[position : position + 1] in ("?", "+", "{"):
            parts.append(f"(?:{letters}[ \n]?)")
        else:
            parts.append(letters + "[ \n]?")
    parts.append(_marks(pattern[position:]))
    return "".join(parts)


def _marks(between: str) -> str:
    between = re.sub(r"\((?!\?)", "(?:", between).replace(" ", "[ \n]?")
    between = between.replace("%", "(?:(?![고요서대며])[가-힣][ \n]?)")
    return between.replace("~", "[^.!?\n]{0,12}?").replace("_", "(?<![가-힣])")


def _compiled(patterns: list[str] | None) -> re.Pattern[str] | None:
    return re.compile("|".join(map(_translate, patterns))) if patterns else None


def _first_syllables(pattern: str) -> set[str]:
    """The syllables a wording may begin with; it begins with plain letters or one group of alternatives."""
    start = pattern.lstrip("_<")
    choices = start[1 : start.index(")")].split("|") if start.startswith("(") else [start]
    firsts = {choice.lstrip("_<")[:1].translate(_FOLDS) for choice in choices}
    if not all(re.fullmatch("[가-힣ㄱ-ㅎ0-9]", first) for first in firsts):
        raise ValueError(f"a wording must begin with a syllable or a digit: {pattern}")
    return firsts


def _context(row: dict[str, Any]) -> _Context:
    return _Context(
        kinds=frozenset(row.get("kinds", ())),
        **{part: _compiled(row.get(part)) for part in ("before", "after", "says", "lacks")},
    )


def _entries(rules: list[dict[str, Any]]) -> dict[str, list[_Entry]]:
    found: dict[str, list[_Entry]] = {}
    for rule in rules:
        for row in rule["patterns"]:
            wording = _compiled(row["say"])
            assert wording is not None
            entry = _Entry(
                alarm=Alarm(
                    id=rule["id"],
                    kind=rule["kind"],
                    floor=Triage.from_code(rule["floor"]),
                    findings=tuple(row.get("findings", ())),
                ),
                wording=wording,
                unless_before=_compiled(row.get("unless_before")),
                unless_after=_compiled(row.get("unless_after")),
            )
            for first in set().union(*map(_first_syllables, row["say"])):
                found.setdefault(first, []).append(entry)
    return found


_data = yaml.safe_load((Path(__file__).parent / "data" / "alarm.yaml").read_text("utf-8"))
_ORDER = {rule["id"]: place for place, rule in enumerate(_data["rules"])}
_ENTRIES = _entries(_data["rules"])
_FIRST = re.compile(f"[{''.join(sorted(_ENTRIES))}]")
_HARMLESS = tuple(map(_context, _data["harmless"]))
_OTHERS = tuple(map(_context, _data["somebody_else"]))
CRISIS: Literal["crisis"] = "crisis"
THIRD_PERSON = "crisis_third_person"
"""The crisis of a friend or relative: the same words, said about somebody else."""


def screen(text: str) -> tuple[Alarm, ...]:
    """Dangers in the whole raw text, most urgent first, crisis before all; one alarm per rule, its findings joined.

    The work grows with the length alone: every wording and every look around it is bounded. Spans point into the
    NFC form of the text.
    """
    text = unicodedata.normalize("NFC", text)
    folded = FILLER.sub(_filled, text.translate(_FOLDS))
    found: dict[tuple[int, str], tuple[set[str], int, int]] = {}
    heads: dict[tuple[int, str], Alarm] = {}
    for entry, start, end in _meant(folded):
        alarm_id, findings = entry.alarm.id, entry.alarm.findings
        if alarm_id == CRISIS and _about_somebody_else(folded, start, end):
            alarm_id, findings = THIRD_PERSON, ()
        key = (_ORDER[alarm_id], alarm_id)
        heads.setdefault(key, entry.alarm)
        known, first, last = found.setdefault(key, (set(), start, end))
        known.update(findings)
        found[key] = known, first, last
    if not found:
        return ()
    original = _Positions(text)
    return tuple(
        Alarm(
            id=key[1],
            kind=heads[key].kind,
            floor=heads[key].floor,
            findings=tuple(sorted(findings)),
            span=(original.of(start), original.of(end - 1) + 1),
        )
        for key, (findings, start, end) in sorted(found.items())
    )


def _filled(filler: re.Match[str]) -> str:
    """What a run of filler is read as: a new line, one space, or nothing where it is invisible."""
    run = filler[0]
    if "\n" in run:
        return "\n"
    return "" if all(unicodedata.category(c) == "Cf" for c in run) else " "


def _meant(folded: str) -> Iterator[tuple[_Entry, int, int]]:
    """Every dangerous wording that its surroundings do not make harmless, with its place."""
    for first in _FIRST.finditer(folded):
        for entry in _ENTRIES[first[0]]:
            match = entry.wording.match(folded, first.start())
            if match is None:
                continue
            head, tail = _around(folded, match.start(), match.end())
            if entry.unless_before and entry.unless_before.search(head):
                continue
            if entry.unless_after and entry.unless_after.match(tail):
                continue
            if any(context.holds(entry.alarm.kind, head, match[0], tail) for context in _HARMLESS):
                continue
            yield entry, match.start(), match.end()


def _around(folded: str, start: int, end: int) -> tuple[str, str]:
    """The rest of the sentence before and after a place."""
    head = _BOUNDARY.split(folded[max(0, start - BEFORE) : start])[-1]
    return head, _BOUNDARY.split(folded[end : end + AFTER], maxsplit=1)[0]


def _about_somebody_else(folded: str, start: int, end: int) -> bool:
    head = folded[max(0, start - BEFORE) : start]
    _, tail = _around(folded, start, end)
    return any(context.holds(CRISIS, head, folded[start:end], tail) for context in _OTHERS)


class _Positions:
    """From places in the folded text to places in the text as written; made only when something was found."""

    def __init__(self, text: str) -> None:
        self._places: list[int] = []
        at = 0
        for filler in FILLER.finditer(text):
            self._places.extend(range(at, filler.start()))
            self._places.extend([filler.start()] * len(_filled(filler)))
            at = filler.end()
        self._places.extend(range(at, len(text)))

    def of(self, place: int) -> int:
        """Where a folded character stands in the text."""
        return self._places[place]
