"""What holds for any point and any text."""

import math
from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from knowledge.places.distance import EARTH_METRES
from knowledge.places.gazetteer import LONGEST
from knowledge.places.index import PlaceIndex, load_builtin
from knowledge.places.place import Place, PlaceKind, Point

BUILTIN = load_builtin()
KINDS: tuple[PlaceKind, ...] = ("tertiary", "clinic", "pharmacy")

anywhere = st.builds(Point, lat=st.floats(-90, 90), lon=st.floats(-180, 180))
korea = st.builds(Point, lat=st.floats(33, 39), lon=st.floats(124, 132))
syllables = st.text("서울부산강남북동중구시군해운대경기도전주화성살아요에 병원", max_size=40)
place_sets = st.lists(st.tuples(korea, st.sampled_from(KINDS)), max_size=30).map(
    lambda rows: [
        Place(id=f"{number:02}", name="가", kind=kind, point=point, region="")
        for number, (point, kind) in enumerate(rows)
    ]
)


def haversine(a: Point, b: Point) -> float:
    """The textbook formula, as a reference."""
    phi = math.radians(b.lat - a.lat) / 2
    lam = math.radians(b.lon - a.lon) / 2
    h = math.sin(phi) ** 2 + math.cos(math.radians(a.lat)) * math.cos(math.radians(b.lat)) * math.sin(lam) ** 2
    return 2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(h)))


@given(korea, st.integers(0, 60))
def test_the_built_in_nearest_are_the_nearest(point: Point, k: int) -> None:
    """The k nearest hospitals are the first k of all by the textbook distance, no more and no fewer."""
    found = BUILTIN.index.nearest(point, k)
    everything = sorted(haversine(point, item.place.point) for item in BUILTIN.index.nearest(point, 47))
    assert len(found) == min(k, 47)
    assert all(abs(item.metres - metres) < 0.01 for item, metres in zip(found, everything, strict=False))


@given(korea, place_sets, st.integers(0, 10), st.sets(st.sampled_from(KINDS)), st.floats(0, 900_000))
def test_the_nearest_are_the_nearest(
    point: Point, places: list[Place], k: int, kinds: set[PlaceKind], within: float
) -> None:
    """The k nearest of some kinds within a distance equal a brute-force search by the textbook formula."""
    found = PlaceIndex(places).nearest(point, k, kinds=frozenset(kinds), within_metres=within)
    fit = sorted(metres for p in places if p.kind in kinds and (metres := haversine(point, p.point)) <= within)
    # At the very edge of the distance the two formulas may round differently, so a place there may be in or out.
    edge = any(abs(haversine(point, p.point) - within) < 0.01 for p in places)
    assert edge or len(found) == min(k, len(fit))
    assert edge or all(abs(item.metres - metres) < 0.01 for item, metres in zip(found, fit, strict=False))
    assert all(item.place.kind in kinds and item.metres <= within for item in found)
    assert [item.metres for item in found] == sorted(item.metres for item in found)


@given(anywhere)
def test_distances_hold_over_the_whole_earth(point: Point) -> None:
    """All 47 hospitals come back from anywhere, within a metre of the textbook distance, once each."""
    found = BUILTIN.index.nearest(point, 100)
    assert len({item.place.id for item in found}) == 47
    assert all(abs(item.metres - haversine(point, item.place.point)) < 1 for item in found)


@given(anywhere)
def test_every_point_lies_in_a_district(point: Point) -> None:
    """The region of a point is the district whose point is nearest by the textbook formula."""
    region = BUILTIN.gazetteer.region_of(point)
    others = [r for r in BUILTIN.gazetteer.regions if r.level == "sigungu" or r.short == "세종"]
    assert region in others
    assert haversine(point, region.point) <= min(haversine(point, r.point) for r in others) + 1


@given(st.one_of(st.text(max_size=300), syllables))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Whatever is typed gives regions of the data, each once, in its order, and the same ones again."""
    found = BUILTIN.gazetteer.find(text)
    assert found == BUILTIN.gazetteer.find(text)
    numbers = [BUILTIN.gazetteer.regions.index(region) for region in found]
    assert numbers == sorted(set(numbers))


@given(st.text(max_size=50))
def test_nothing_beyond_the_limit_is_read(tail: str) -> None:
    """What stands after the part that is read changes nothing."""
    start = "서울 강남구 " + "가" * 3 * LONGEST
    assert BUILTIN.gazetteer.find(start + tail) == BUILTIN.gazetteer.find(start)


def test_the_longest_text_is_read_quickly() -> None:
    """A megabyte of names, of half names or of one syllable takes a fraction of a second."""
    for piece in ("서울강남구", "서울특별", "해운데구 ", "경기 화성 ", "구", "\u1100"):
        started = perf_counter()
        BUILTIN.gazetteer.find(piece * (1_000_000 // len(piece)))
        assert perf_counter() - started < 0.5
