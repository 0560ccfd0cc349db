"""Place names as people type them."""

import pytest

from knowledge.places.gazetteer import Gazetteer, one_letter_apart
from knowledge.places.index import load_builtin

GAZETTEER: Gazetteer = load_builtin().gazetteer

ONE = [
    ("서울 강남구", "서울특별시 강남구"),
    ("강남", "서울특별시 강남구"),
    ("강남구", "서울특별시 강남구"),
    ("강남구청", "서울특별시 강남구"),
    ("강남역 근처요", "서울특별시 강남구"),
    ("서울강남구", "서울특별시 강남구"),
    ("서울시 강남구", "서울특별시 강남구"),
    ("서울특별시 강남구 역삼동", "서울특별시 강남구"),
    ("저는 부산 해운대 살아요", "부산광역시 해운대구"),
    ("해운대", "부산광역시 해운대구"),
    ("부산시 해운대구", "부산광역시 해운대구"),
    ("부산 진구", "부산광역시 부산진구"),
    ("분당", "경기도 성남시 분당구"),
    ("성남 분당", "경기도 성남시 분당구"),
    ("성남시분당구", "경기도 성남시 분당구"),
    ("성남", "경기도 성남시"),
    ("경기도 수원", "경기도 수원시"),
    ("수원시", "경기도 수원시"),
    ("수원 팔달구", "경기도 수원시 팔달구"),
    ("일산동구", "경기도 고양시 일산동구"),
    ("제주", "제주특별자치도 제주시"),
    ("제주도 서귀포", "제주특별자치도 서귀포시"),
    ("세종시", "세종특별자치시"),
    ("세종", "세종특별자치시"),
    ("강원도 고성", "강원특별자치도 고성군"),
    ("경남 고성군", "경상남도 고성군"),
    ("대전 중구", "대전광역시 중구"),
    ("인천 서구", "인천광역시 서구"),
    ("서울 중구", "서울특별시 중구"),
    ("부산 강서구", "부산광역시 강서구"),
    ("경기 광주시", "경기도 광주시"),
    ("광주 북구", "광주광역시 북구"),
    ("광주광역시", "광주광역시"),
    ("전북 전주", "전북특별자치도 전주시"),
    ("전주 덕진구", "전북특별자치도 전주시 덕진구"),
    ("천안", "충청남도 천안시"),
    ("청주 흥덕", "충청북도 청주시 흥덕구"),
    ("포항 북구", "경상북도 포항시 북구"),
    ("창원 마산합포구", "경상남도 창원시 마산합포구"),
    ("여수", "전라남도 여수시"),
    ("목포 사는데요", "전라남도 목포시"),
    ("울릉도 말고 울릉군", "경상북도 울릉군"),
    ("강화", "인천광역시 강화군"),
    ("대구 군위", "대구광역시 군위군"),
    ("동탄구", "경기도 화성시 동탄구"),
    ("서울", "서울특별시"),
    ("부산", "부산광역시"),
    ("경북", "경상북도"),
    ("강북구", "서울특별시 강북구"),
    ("성북구", "서울특별시 성북구"),
    ("강남구 말고 송파구요 송파", "서울특별시 송파구"),
    ("해운데구", "부산광역시 해운대구"),
    ("송퍼구", "서울특별시 송파구"),
    ("영등표구", "서울특별시 영등포구"),
    ("김포시, 경기도", "경기도 김포시"),
    ("서울 해운대", "부산광역시 해운대구"),
]

SEVERAL = [
    (
        "중구",
        {
            "서울특별시 중구",
            "부산광역시 중구",
            "대구광역시 중구",
            "인천광역시 중구",
            "대전광역시 중구",
            "울산광역시 중구",
        },
    ),
    ("고성군", {"강원특별자치도 고성군", "경상남도 고성군"}),
    ("강서구", {"서울특별시 강서구", "부산광역시 강서구"}),
    ("광주", {"광주광역시", "경기도 광주시"}),
]

NONE = ["", "아무데나", "우리 집 앞", "1234", "😀", "구", "시", "배가 아파요"]


@pytest.mark.parametrize(("text", "name"), ONE)
def test_a_name_is_resolved(text: str, name: str) -> None:
    """A name that means one region finds it, whatever stands around it."""
    assert [region.name for region in GAZETTEER.find(text)] == [name]


@pytest.mark.parametrize(("text", "names"), SEVERAL)
def test_a_shared_name_finds_all_of_them(text: str, names: set[str]) -> None:
    """A name that several regions share gives all of them, so that the person can be asked."""
    assert {region.name for region in GAZETTEER.find(text)} == names


@pytest.mark.parametrize("text", NONE)
def test_no_name_finds_nothing(text: str) -> None:
    """A text without a place name gives nothing."""
    assert GAZETTEER.find(text) == ()


def test_every_region_is_found_by_its_full_name() -> None:
    """Each region's full name and short name lead to it alone."""
    for region in GAZETTEER.regions:
        assert [found.name for found in GAZETTEER.find(region.name)] == [region.name]
        if region.short not in ("제주", "광주"):
            assert [found.name for found in GAZETTEER.find(region.short)] == [region.name]


def test_every_district_is_nearest_to_itself() -> None:
    """A district's own point lies in it; there are 17 provinces."""
    assert sum(region.level == "sido" for region in GAZETTEER.regions) == 17
    cities = {"수원시", "성남시", "안양시", "부천시", "안산시", "고양시", "용인시", "화성시", "청주시", "천안시"}
    cities |= {"전주시", "포항시", "창원시"}
    for region in GAZETTEER.regions:
        if region.level == "sigungu" and region.name.split()[-1] not in cities:
            assert GAZETTEER.region_of(region.point) == region


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("해운대구", "해운데구", True), ("송파", "송파구", True), ("송파구", "마포구", False), ("가나다", "나다", True)],
)
def test_one_letter(one: str, other: str, apart: bool) -> None:
    """One letter more, less or different is one letter apart, both ways."""
    assert one_letter_apart(one, other) is apart
    assert one_letter_apart(other, one) is apart
