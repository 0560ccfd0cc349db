"""Places near a point."""

import pytest

from knowledge.places.distance import distance_words
from knowledge.places.index import PlaceIndex, load_builtin
from knowledge.places.links import map_links, phone_link
from knowledge.places.place import Place, Point

BUILTIN = load_builtin()


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
    assert PlaceIndex([]).nearest(here) == ()
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
        # One point per district is coarse, so only the province is compared.
        assert BUILTIN.gazetteer.region_of(place.point).short.split()[0] == place.region.split()[0]
        assert not any(word in place.name for word in ("학교법인", "의료법인", "재단법인", "부속", "의과대학"))
        assert phone_link(place.phone) == "" or len(phone_link(place.phone)) >= 12


def test_how_old_the_data_are_is_said_with_their_source() -> None:
    """The sentence for people names the month and the publisher; ids and names do not repeat."""
    assert "2026년 3월" in BUILTIN.as_of
    assert "건강보험심사평가원" in BUILTIN.as_of
    places = [item.place for item in BUILTIN.index.nearest(Point(lat=37, lon=127), 100)]
    assert len({place.id for place in places}) == len({place.name for place in places}) == 47


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
