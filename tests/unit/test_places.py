"""Places near a point."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.places.distance import EARTH_METRES, distance_words
from knowledge.places.index import PlaceIndex, load_builtin
from knowledge.places.links import map_links, phone_link
from knowledge.places.place import Place, Point

BUILTIN = load_builtin()
points = st.builds(Point, lat=st.floats(33, 39), lon=st.floats(124, 132))


def haversine(a: Point, b: Point) -> float:
    """The textbook formula, as a reference."""
    phi = math.radians(b.lat - a.lat) / 2
    lam = math.radians(b.lon - a.lon) / 2
    h = math.sin(phi) ** 2 + math.cos(math.radians(a.lat)) * math.cos(math.radians(b.lat)) * math.sin(lam) ** 2
    return 2 * EARTH_METRES * math.asin(math.sqrt(h))


@given(points, st.integers(1, 60))
def test_the_nearest_are_the_nearest(point: Point, k: int) -> None:
    """The k nearest equal a brute-force search by the textbook formula."""
    everything = BUILTIN.index.nearest(point, 100)
    found = BUILTIN.index.nearest(point, k)
    assert found == everything[:k]
    assert len(found) == min(k, 47)
    metres = [haversine(point, item.place.point) for item in everything]
    assert metres == sorted(metres) or max(abs(a - b) for a, b in zip(metres, sorted(metres), strict=True)) < 0.01
    assert all(abs(m - item.metres) < 0.5 for m, item in zip(metres, everything, strict=True))


def test_kinds_and_distance_filter() -> None:
    """Only places of the asked kinds within the asked distance come back."""
    seoul = Point(lat=37.5665, lon=126.978)
    assert BUILTIN.index.nearest(seoul, 5, kinds=frozenset({"clinic"})) == ()
    near = BUILTIN.index.nearest(seoul, 50, within_metres=5_000)
    assert near
    assert all(item.metres <= 5_000 for item in near)


def test_equal_distances_keep_the_order_of_ids() -> None:
    """Places at the same point come in the order of their ids, however they were given."""
    here = Point(lat=37, lon=127)
    twins = [Place(id=name, name=name, kind="clinic", point=here, region="") for name in "cab"]
    assert [item.place.id for item in PlaceIndex(twins).nearest(here, 3)] == ["a", "b", "c"]


def test_the_built_in_hospitals_are_in_korea() -> None:
    """There are 47, each with a name, a region the gazetteer knows and a point in Korea."""
    everything = BUILTIN.index.nearest(Point(lat=37, lon=127), 100)
    assert len(everything) == 47
    for item in everything:
        place = item.place
        assert 33 < place.point.lat < 38.7
        assert 124.5 < place.point.lon < 131
        assert [region.short for region in BUILTIN.gazetteer.find(place.region)] == [place.region]
        assert phone_link(place.phone) == "" or len(phone_link(place.phone)) >= 12


@pytest.mark.parametrize(
    ("metres", "words"),
    [(0, "10m"), (349, "350m"), (994, "990m"), (1_240, "1.2km"), (9_949, "9.9km"), (23_400, "23km")],
)
def test_distances_are_said_as_exactly_as_helps(metres: float, words: str) -> None:
    """Metres to ten, kilometres to a tenth, far ones whole."""
    assert distance_words(metres) == words


def test_links_are_https_and_encoded() -> None:
    """Names with spaces, slashes and question marks cannot break out of a link."""
    place = Place(
        id="x", name="가 나/다?&", kind="clinic", point=Point(lat=37, lon=127), region="", phone="02-123-4567"
    )
    for url in map_links(place).values():
        assert url.startswith("https://")
        assert " " not in url
        assert "다?" not in url
    assert phone_link(place.phone) == "tel:021234567"
    assert phone_link("") == ""
