"""Places and points. Values only."""

from dataclasses import dataclass, field
from typing import Literal

PlaceKind = Literal["tertiary", "hospital", "clinic", "pharmacy", "emergency"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A position on the earth, WGS84."""

    lat: float
    """Degrees north, −90 to 90."""
    lon: float
    """Degrees east, −180 to 180."""

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError("a point lies outside latitude ±90 or longitude ±180")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere to go."""

    id: str
    """Stable id within its source."""
    name: str
    """Its name."""
    kind: PlaceKind
    """What sort of place."""
    point: Point
    """Where it stands."""
    region: str
    """Province and district ("서울 종로구")."""
    phone: str = ""
    """Telephone number with area code, or empty."""
    departments: tuple[str, ...] = ()
    """Departments known to be there; empty means not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """A place seen from a point."""

    place: Place
    """The place."""
    metres: float
    """Great-circle distance."""
    open_now: bool | None = None
    """Open at the time asked; None is not known, which is not closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A province, city, county or district with one coordinate."""

    name: str
    """Full name ("서울특별시 강남구")."""
    short: str
    """As people say it ("서울 강남구")."""
    level: Literal["sido", "sigungu"]
    """Which level."""
    point: Point = field(repr=False)
    """One point inside it."""
