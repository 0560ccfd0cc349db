"""Place names as people type them."""

import unicodedata

import pytest

from knowledge.places.gazetteer import Gazetteer, one_letter_apart
from knowledge.places.index import load_builtin
from knowledge.places.naming import OTHER_NAMES

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
    ("해운데", "부산광역시 해운대구"),
    ("부산 해운데구 살아요", "부산광역시 해운대구"),
    ("경기도 수언시", "경기도 수원시"),
    ("수언시요", "경기도 수원시"),
    ("중낭구", "서울특별시 중랑구"),
    ("미추훌구", "인천광역시 미추홀구"),
    ("저는강남구살아요", "서울특별시 강남구"),
    ("분당정자동", "경기도 성남시 분당구"),
    ("판교", "경기도 성남시 분당구"),
    ("평촌", "경기도 안양시 동안구"),
    ("부산이라서요", "부산광역시"),
    ("분당서울대병원", "경기도 성남시 분당구"),
    ("송도 살아요", "인천광역시 연수구"),
    ("영종도", "인천광역시 중구"),
    ("화성이요", "경기도 화성시"),
    ("저는 화성 살아요", "경기도 화성시"),
    ("경기 화성", "경기도 화성시"),
    ("이천 병원 알려줘", "경기도 이천시"),
    ("고양이요", "경기도 고양시"),
    ("전주에 있는 응급실", "전북특별자치도 전주시"),
    ("전라북도 익산", "전북특별자치도 익산시"),
    ("강원도", "강원특별자치도"),
    ("제주도", "제주특별자치도"),
    ("경기", "경기도"),
    ("인천 남구", "인천광역시"),
    ("서울아산병원 어디예요", "서울특별시"),
    ("고려대 안산병원", "경기도 안산시"),
    ("부산/해운대(좌동)", "부산광역시 해운대구"),
    (unicodedata.normalize("NFD", "부산 해운대"), "부산광역시 해운대구"),
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
    ("일산", {"경기도 고양시 일산동구", "경기도 고양시 일산서구"}),
    ("마산 살아요", {"경상남도 창원시 마산합포구", "경상남도 창원시 마산회원구"}),
    ("경상도", {"경상북도", "경상남도"}),
    ("제물포구", {"인천광역시 중구", "인천광역시 동구"}),
    ("수원이나 성남", {"경기도 수원시", "경기도 성남시"}),
]

SHARED = {"중구": 6, "동구": 6, "서구": 5, "남구": 5, "북구": 5, "강서구": 2, "고성군": 2, "광주시": 2}
"""District names that several regions bear, and how many."""

NONE = [
    *("", "아무데나", "우리 집 앞", "1234", "😀", "구", "시", "배가 아파요"),
    *(
        "애가 경기를 해요",
        "검사에서 음성 나왔어요",
        "음성 결과 나왔어요",
        "고령 환자예요",
        "영양제 먹어요",
        "이틀 동안 아파요",
    ),
    *(
        "수영하고 귀가 아파요",
        "수영장 다녀왔어요",
        "동작이 느려요",
        "상당히 아파요",
        "진해거담제 먹어요",
        "인제 괜찮아요",
    ),
    *(
        "병원 좀 보여주시겠어요",
        "하나주시면 돼요",
        "식사하구 배가 아파요",
        "속이 싸하구 아파요",
        "식사중구토",
        "중구난방이에요",
    ),
    *("운동시 숨이 차요", "안정시에도 두근거려요", "고양이 털에 재채기해요", "전주에 다쳤어요"),
]
"""Texts without a place, most of them with a word that sounds like one."""


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
    """Each region's full name and short name lead to it alone, with or without spaces."""
    for region in GAZETTEER.regions:
        assert GAZETTEER.find(region.name) == (region,)
        assert GAZETTEER.find(region.name.replace(" ", "")) == (region,)
        if region.short not in ("제주", "광주"):
            assert GAZETTEER.find(region.short) == (region,)
            assert GAZETTEER.find(f"저는 {region.short} 살아요") == (region,)


def test_every_district_name_alone_finds_it_or_its_namesakes() -> None:
    """A district's own name leads to it alone, or to exactly the documented number of regions that share it."""
    for region in GAZETTEER.regions:
        name = region.name.split()[-1]
        found = GAZETTEER.find(name)
        assert region in found
        if region.level == "sigungu":
            assert len(found) == SHARED.get(name, 1), name


def test_every_district_is_found_without_its_ending() -> None:
    """ "종로", "성남", "양평": a name of two syllables or more without 시, 군, 구 finds the region."""
    for region in GAZETTEER.regions:
        stem = region.name.split()[-1][:-1]
        if region.level == "sigungu" and len(stem) > 1 and stem != "동안":
            assert region in GAZETTEER.find(stem), stem


def test_other_names_mean_regions_that_exist() -> None:
    """Every other name points at regions of the data, so that a renamed region cannot silently lose its names."""
    shorts = {region.short for region in GAZETTEER.regions}
    for other, meant in OTHER_NAMES.items():
        assert shorts.issuperset(meant), other


def test_the_provinces_are_those_of_today() -> None:
    """There are 17, each found by its full and short name; names of the past are gone from the data."""
    provinces = [region for region in GAZETTEER.regions if region.level == "sido"]
    expected = "서울 부산 대구 인천 광주 대전 울산 세종 경기 강원 충북 충남 전북 전남 경북 경남 제주"
    assert [region.short for region in provinces] == expected.split()
    names = {region.name for region in GAZETTEER.regions}
    assert len(names) == len(GAZETTEER.regions) == 284
    assert "대구광역시 군위군" in names
    assert names.isdisjoint({"강원도", "전라북도", "경상북도 군위군", "인천광역시 남구", "경상남도 마산시"})


def test_every_district_is_nearest_to_itself() -> None:
    """The region of a district's own point is that district."""
    for region in GAZETTEER.regions:
        if region.level == "sigungu" or region.short == "세종":
            assert GAZETTEER.region_of(region.point) == region


def test_regions_lie_in_korea() -> None:
    """No coordinate is swapped or mistyped."""
    for region in GAZETTEER.regions:
        assert 33 <= region.point.lat <= 38.7
        assert 124.5 <= region.point.lon <= 131


def test_several_come_in_the_order_of_the_data() -> None:
    """Namesakes are offered in the same order every time, the data's."""
    found = GAZETTEER.find("중구")
    assert list(found) == [region for region in GAZETTEER.regions if region in found]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("해운대구", "해운데구", True), ("송파", "송파구", True), ("송파구", "마포구", False), ("가나다", "나다", True)],
)
def test_one_letter(one: str, other: str, apart: bool) -> None:
    """One letter more, less or different is one letter apart, both ways."""
    assert one_letter_apart(one, other) is apart
    assert one_letter_apart(other, one) is apart
