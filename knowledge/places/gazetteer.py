"""Place names as people type them: "강남", "분당", "부산 해운대 살아요", "서울강남구"."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import yaml

from knowledge.places.distance import metres_from, unit_vectors
from knowledge.places.naming import (
    ENDING,
    EVERYDAY,
    FILLER,
    HOSPITAL,
    NOT_INSIDE,
    NOT_STEMS,
    OTHER_NAMES,
    PLACE_WORD,
    TRAILING,
    WORD,
)
from knowledge.places.place import Point, Region

LONGEST = 200
"""Characters of a message in which a place is looked for."""

SHORTEST_SLIP = 3
"""Names shorter than this are not corrected: too many real words are one letter away."""

SLIP_WORDS = 6
"""Longer texts are not corrected: what looks like a misspelt name there is mostly another word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name read in a text."""

    regions: frozenset[int]
    """The numbers of the regions that bear it."""
    word: int
    """In which word it stands."""
    certain: bool
    """False where it is an everyday word too and nothing beside it says that a place is meant."""


class Gazetteer:
    """Regions by name and by point. Built once, never changed."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self.regions = tuple(regions)
        by_name = {region.name: number for number, region in enumerate(self.regions)}
        by_short = {region.short: number for number, region in enumerate(self.regions)}
        self._lines = [_line(region, by_name) for region in self.regions]
        whole: dict[str, set[int]] = defaultdict(set)
        stems: dict[str, set[int]] = defaultdict(set)
        for number, region in enumerate(self.regions):
            name = region.name.split()[-1]
            whole[name].add(number)
            stem = name[:-1]
            if region.level == "sido":
                stem = region.short
                if name.endswith("시"):
                    whole[stem + "시"].add(number)
            if len(stem) > 1 and stem not in NOT_STEMS:
                stems[stem].add(number)
        for other, shorts in OTHER_NAMES.items():
            known = {by_short[short] for short in shorts if short in by_short}
            if known:
                (whole if other[-1] in "구도" else stems)[other] |= known
        self._whole = {name: frozenset(numbers) for name, numbers in whole.items()}
        self._stems = {name: frozenset(numbers) for name, numbers in stems.items()}
        self._longest = max(map(len, (*self._whole, *self._stems)), default=0)
        self._spelt = [
            (name, normalize("NFD", name), numbers)
            for name, numbers in (*self._whole.items(), *self._stems.items())
            if len(name) >= SHORTEST_SLIP and not NOT_INSIDE.fullmatch(name)
        ]
        self._vectors = unit_vectors(
            np.array([region.point.lat for region in self.regions]),
            np.array([region.point.lon for region in self.regions]),
        )
        self._districts = np.array([r.level == "sigungu" or r.short == "세종" for r in self.regions])

    def find(self, text: str) -> tuple[Region, ...]:
        """Regions a text names: none, the one meant, or all that share the name, in the order of the data."""
        # Some keyboards send each syllable as its parts.
        words = WORD.findall(normalize("NFC", text[: 3 * LONGEST])[:LONGEST])
        named = self._sure([one for number in range(len(words)) for one in self._in_word(words, number)])
        meant = self._meant([one.regions for one in named])
        # "부산 해운데구": a province is not enough where a misspelt district stands beside it.
        if len(words) <= SLIP_WORDS and (not meant or [self.regions[n].level for n in meant] == ["sido"]):
            read = {one.word for one in named}
            alone = sum(not FILLER.fullmatch(word) for word in words) == 1
            rest = [word for number, word in enumerate(words) if number not in read]
            slips = [slip for word in rest if (slip := self._slip(word, within=meant, alone=alone))]
            if slips:
                meant = self._meant(slips)
        return tuple(self.regions[number] for number in meant)

    def region_of(self, point: Point) -> Region:
        """The district whose point is nearest."""
        metres = metres_from(point, self._vectors)
        return self.regions[int(np.argmin(np.where(self._districts, metres, np.inf)))]

    def _in_word(self, words: list[str], number: int) -> Iterator[Named]:
        """Names in one word: long whole names anywhere, short ones and stems where it begins or right after a name."""
        word, at, before = words[number], 0, frozenset[int]()
        while at < len(word):
            size, regions = self._name_at(word, at, open_=at == 0 or bool(before))
            glued_hospital = bool(before) and bool(HOSPITAL.match(word, at + size))
            if not size or (glued_hospital and not self._agree(before, regions)):
                at, before = at + 1, frozenset()
                continue
            name, rest = word[at : at + size], word[at + size :]
            yield Named(
                regions=regions, word=number, certain=not EVERYDAY.fullmatch(name) or _placed(words, number, rest)
            )
            at, before = at + size, regions

    def _name_at(self, word: str, at: int, *, open_: bool) -> tuple[int, frozenset[int]]:
        """The longest name that begins here: its length and its regions, 0 and none where there is none."""
        for size in range(min(self._longest, len(word) - at), 1, -1):
            piece = word[at : at + size]
            regions = self._whole.get(piece, frozenset())
            if not open_ and (size < 3 or NOT_INSIDE.fullmatch(piece)):
                continue
            if open_:
                regions = regions | self._stems.get(piece, frozenset())
            free_end = size > 2 and piece in self._whole
            if regions and (free_end or ENDING.match(word, at + size) or self._name_at(word, at + size, open_=True)[0]):
                return size, regions
        return 0, frozenset()

    def _sure(self, named: list[Named]) -> list[Named]:
        """Names that are places: everyday words only beside a name they lie in ("경기 화성") or that lies in them."""

        def backed(one: Named) -> bool:
            return any(
                self._agree(one.regions, other.regions) and (other.certain or abs(other.word - one.word) <= 1)
                for other in named
                if other.regions != one.regions
            )

        return [one for one in named if one.certain or backed(one)]

    def _agree(self, some: frozenset[int], others: frozenset[int]) -> bool:
        """Whether a region of the one lies in a region of the other."""
        return any(not others.isdisjoint(self._lines[n]) for n in some) or any(
            not some.isdisjoint(self._lines[n]) for n in others
        )

    def _slip(self, word: str, *, within: list[int], alone: bool) -> frozenset[int]:
        """The regions whose name is one letter away from a word, inside a region where one was named."""
        near: set[int] = set()
        for form in {word, TRAILING.sub("", word)}:
            if len(form) < SHORTEST_SLIP:
                continue
            letters = normalize("NFD", form)
            for name, spelt, numbers in self._spelt:
                # "운동시" is "when moving", not 안동시: short city names are corrected only as a bare answer.
                if len(name) == 3 and name.endswith("시") and not (alone or within):
                    continue
                # A whole syllable more, less or different only in long names of the same ending.
                syllable = len(name) > 3 and form[-1] == name[-1] and one_letter_apart(form, name)
                if syllable or one_letter_apart(letters, spelt):
                    near |= numbers
        return frozenset(number for number in near if not within or not self._lines[number].isdisjoint(within))

    def _meant(self, named: list[frozenset[int]]) -> list[int]:
        """The regions that agree with most of the names, and end in one of them."""
        if not named:
            return []
        score = {n: sum(not self._lines[n].isdisjoint(names) for names in named) for names in named for n in names}
        best = max(score.values())
        meant = sorted(number for number, points in score.items() if points == best)
        # Two names that contradict each other ("서울 해운대"): the narrower one says more, unless many share it.
        narrow = [number for number in meant if self.regions[number].level == "sigungu"]
        if best < len(named) and 0 < len(narrow) < len(meant):
            shared = len(narrow) > 1 and any(names.issuperset(narrow) for names in named)
            meant = [number for number in meant if number not in narrow] if shared else narrow
        # "제주" names the province and its city: the city is what people mean by it.
        return [n for n in meant if not any(n != other and n in self._lines[other] for other in meant)]


def _line(region: Region, by_name: dict[str, int]) -> frozenset[int]:
    """A region and all that contain it."""
    parts = region.name.split()
    names = (" ".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return frozenset(by_name[name] for name in names if name in by_name)


def _placed(words: list[str], number: int, rest: str) -> bool:
    """Whether an everyday word is a place here: alone in the text, or followed by what only follows a place."""
    others = (word for at, word in enumerate(words) if at != number)
    after = words[number + 1] if number + 1 < len(words) else ""
    return bool(PLACE_WORD.match(rest) or PLACE_WORD.match(after)) or all(FILLER.fullmatch(word) for word in others)


def one_letter_apart(one: str, other: str) -> bool:
    """Whether one substitution, insertion or deletion turns one word into the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return one == other
    short, long = sorted((one, other), key=len)
    for at in range(len(short)):
        if short[at] != long[at]:
            return short[at + (len(short) == len(long)) :] == long[at + 1 :]
    return True


def load_regions(path: Path) -> list[Region]:
    """All regions: each province, then its cities, counties and districts."""
    stored = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    regions = []
    for full, province in stored["provinces"].items():
        short = province["short"]
        regions.append(Region(name=full, short=short, level="sido", point=_point(province["at"])))
        for name, entry in province["districts"].items():
            regions.append(_district(full, short, name, entry["at"]))
            for district, at in entry.get("districts", {}).items():
                regions.append(_district(full, short, f"{name} {district}", at))
    return regions


def _district(province: str, short: str, name: str, at: list[float]) -> Region:
    return Region(name=f"{province} {name}", short=f"{short} {name}", level="sigungu", point=_point(at))


def _point(at: Any) -> Point:
    return Point(lat=at[0], lon=at[1])
