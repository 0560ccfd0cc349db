"""Place names as people type them: "강남", "분당", "부산 해운대 살아요", "서울강남구"."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knowledge.places.distance import metres_from, unit_vectors
from knowledge.places.place import Point, Region

LONGEST = 200
"""Characters of a message in which a place is looked for."""

SHORTEST_SLIP = 3
"""Names shorter than this are not corrected: too many real words are one letter away."""

OTHER_NAMES = {
    "부산진구": ("진구",),
    "세종특별자치시": ("세종시",),
    "제주특별자치도": ("제주도",),
    "강원특별자치도": ("강원도",),
}
"""Names besides the full one and its stem."""


class Gazetteer:
    """Regions by name and by point. Built once, never changed."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self.regions = tuple(regions)
        self._paths = [tuple(region.name.split()) for region in self.regions]
        self._whole: dict[str, set[str]] = defaultdict(set)
        self._stems: dict[str, set[str]] = defaultdict(set)
        for region, path in zip(self.regions, self._paths, strict=True):
            name = path[-1]
            self._whole[name].add(name)
            for other in OTHER_NAMES.get(name, ()):
                self._whole[other].add(name)
            stem = region.short.split()[-1] if len(path) == 1 else name[:-1]
            if len(path) == 1:
                self._whole[stem + ("시" if name.endswith("시") else "")].add(name)
            if len(stem) > 1:
                self._stems[stem].add(name)
        self._longest = max(map(len, self._whole))
        self._vectors = unit_vectors(
            np.array([region.point.lat for region in self.regions]),
            np.array([region.point.lon for region in self.regions]),
        )
        self._districts = np.array([len(path) > 1 or "세종" in path[0] for path in self._paths])

    def find(self, text: str) -> tuple[Region, ...]:
        """Regions a text names: none, the one meant, or all that share the name, in the order of the data."""
        tokens = text[:LONGEST].replace(",", " ").split()
        named = [names for token in tokens for names in self._in_token(token)]
        if not named:
            named = [names for token in tokens if (names := self._slip(token))]
        return self._meant(named)

    def region_of(self, point: Point) -> Region:
        """The district whose point is nearest."""
        metres = metres_from(point, self._vectors)
        return self.regions[int(np.argmin(np.where(self._districts, metres, np.inf)))]

    def _in_token(self, token: str) -> Iterator[set[str]]:
        """Names in one word: whole names anywhere, stems ("강남") where the word begins or right after a name."""
        at, after_name = 0, True
        while at < len(token):
            for length in range(min(self._longest, len(token) - at), 1, -1):
                piece = token[at : at + length]
                names = self._whole.get(piece, set()) | (self._stems.get(piece, set()) if after_name else set())
                if names:
                    yield names
                    at, after_name = at + length, True
                    break
            else:
                at, after_name = at + 1, False

    def _slip(self, token: str) -> set[str]:
        """The names one letter away from a word, where they are of one spelling."""
        if len(token) < SHORTEST_SLIP:
            return set()
        near = [name for name in self._whole if len(name) >= SHORTEST_SLIP and one_letter_apart(token, name)]
        return self._whole[near[0]] if len(near) == 1 else set()

    def _meant(self, named: list[set[str]]) -> tuple[Region, ...]:
        """The regions that agree with most of the names, and end in one of them."""
        scored = [
            (sum(any(part in names for part in path) for names in named), len(path), region)
            for region, path in zip(self.regions, self._paths, strict=True)
            if any(path[-1] in names for names in named)
        ]
        if not scored:
            return ()
        best = max(score for score, _, _ in scored)
        meant = [(depth, region) for score, depth, region in scored if score == best]
        # Two names that contradict each other ("서울 해운대"): the narrower one says more.
        if len({depth for depth, _ in meant}) > 1 and best < len(named):
            deepest = max(depth for depth, _ in meant)
            meant = [(depth, region) for depth, region in meant if depth == deepest]
        regions = [region for _, region in meant]
        # "제주" names the province and its city: the city is what people mean by it.
        narrower = [r for r in regions if not any(other.name.startswith(r.name + " ") for other in regions)]
        return tuple(narrower)


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
