"""The nearest places to a point, exactly, over immutable arrays; and the built-in places."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from knowledge.places.distance import metres_from, unit_vectors
from knowledge.places.gazetteer import Gazetteer, load_regions
from knowledge.places.place import Nearby, Place, PlaceKind, Point

DATA = Path(__file__).parents[1] / "data" / "places"


class PlaceIndex:
    """Places by distance. Built once, never changed."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = tuple(sorted(places, key=lambda place: place.id))
        lat = np.array([place.point.lat for place in self._places])
        lon = np.array([place.point.lon for place in self._places])
        self._vectors = unit_vectors(lat, lon)
        self._vectors.setflags(write=False)

    def __len__(self) -> int:
        return len(self._places)

    def nearest(
        self,
        point: Point,
        k: int = 10,
        *,
        kinds: frozenset[PlaceKind] | None = None,
        within_metres: float | None = None,
    ) -> tuple[Nearby, ...]:
        """The k nearest places of these kinds within a distance, nearest first; equal distances in order of id."""
        metres = metres_from(point, self._vectors)
        found: list[Nearby] = []
        for number in np.argsort(metres, kind="stable"):
            if len(found) >= k or (within_metres is not None and metres[number] > within_metres):
                break
            place = self._places[number]
            if kinds is None or place.kind in kinds:
                found.append(Nearby(place=place, metres=float(metres[number])))
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPlaces:
    """What is known without asking anybody."""

    index: PlaceIndex
    """The 47 tertiary hospitals."""
    gazetteer: Gazetteer
    """Names of provinces, cities, counties and districts."""
    as_of: str
    """How old the data are and whose, in a sentence for people."""


def load_builtin(folder: Path = DATA) -> KnownPlaces:
    """The built-in places."""
    stored = yaml.load((folder / "tertiary.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    hospitals = [
        Place(
            id=entry["id"],
            name=entry["name"],
            kind="tertiary",
            point=Point(lat=entry["at"][0], lon=entry["at"][1]),
            region=entry["region"],
            phone=entry["phone"],
        )
        for entry in stored["hospitals"]
    ]
    return KnownPlaces(
        index=PlaceIndex(hospitals), gazetteer=Gazetteer(load_regions(folder / "regions.yaml")), as_of=stored["as_of"]
    )
