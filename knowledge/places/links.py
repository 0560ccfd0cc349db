"""Links to a place on the map services people use, and to its telephone. Only https and tel."""

from urllib.parse import quote

from knowledge.places.place import Place


def map_links(place: Place) -> dict[str, str]:
    """Web addresses by service (`kakao`, `naver`, `google`)."""
    lat, lon = f"{place.point.lat:.5f}", f"{place.point.lon:.5f}"
    return {
        "kakao": f"https://map.kakao.com/link/map/{quote(place.name, safe='')},{lat},{lon}",
        "naver": f"https://map.naver.com/p/search/{quote(f'{place.region} {place.name}'.strip(), safe='')}",
        "google": f"https://www.google.com/maps/search/?api=1&query={lat}%2C{lon}",
    }


def phone_link(phone: str) -> str:
    """`tel:` with digits only, or empty where there is no number."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    return f"tel:{digits}" if digits else ""
