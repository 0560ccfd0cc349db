"""The web door's pure parts: limits, names, texts, and what a reply becomes."""

import re
from pathlib import Path

import pytest
import yaml

from adapters.recent import RecentAnswers
from adapters.web import channel
from adapters.web.identity import Identities, from_our_page
from adapters.web.limits import Buckets
from adapters.web.page import STATIC, load_page, security_headers
from adapters.web.translate import render
from bot.message import Address, Card, Choice, Link, Notice, Outgoing, Places, Platform, Reply, Source, Text
from knowledge.clinical import Citation
from knowledge.places.place import Nearby, Place, Point

TEXTS: dict[str, str] = yaml.safe_load(
    (Path(channel.__file__).parents[2] / "bot" / "texts" / "web.yaml").read_text("utf-8")
)


def test_a_bucket_fills_again() -> None:
    """A token comes back after its share of a minute, and old keys are dropped."""
    now = 0.0
    buckets = Buckets(per_minute=2, most_keys=1, clock=lambda: now)
    assert [buckets.take("a"), buckets.take("a")] == [0, 0]
    assert buckets.take("a") == pytest.approx(30)
    now = 30.0
    assert buckets.take("a") == 0
    buckets.take("b")
    assert buckets.take("a") == 0


def test_recent_answers_are_bounded_and_can_be_forgotten() -> None:
    """They last a few minutes, at most so many, and none after a deletion."""
    now = 0.0
    recent = RecentAnswers(seconds=10, most=2, clock=lambda: now)
    for message in "xyz":
        recent.keep("a", message, b"1")
    recent.keep("b", "x", b"1")
    assert recent.lines("a", "x") == ()
    assert recent.lines("b", "x") == (b"1",)
    recent.forget("b")
    assert recent.lines("b", "x") == ()
    assert recent.lines("a", "z") == (b"1",)
    now = 11.0
    assert recent.lines("a", "z") == ()


def test_map_tiles_are_allowed_only_where_configured() -> None:
    """The tiles' host, and nothing else, joins the images that may be loaded."""
    assert "img-src 'self' data:;" in security_headers("")["Content-Security-Policy"]
    policy = security_headers("https://{s}.tiles.example/{z}/{x}/{y}.png")["Content-Security-Policy"]
    assert "img-src 'self' data: https://*.tiles.example;" in policy
    with pytest.raises(ValueError, match="tiles"):
        security_headers("https://a b; script-src *")


def test_every_sentence_the_page_uses_exists() -> None:
    """No key in the scripts or the page is missing from the texts, and no text is unused."""
    sources = [path.read_text("utf-8") for path in STATIC.glob("*.js")] + [(STATIC / "index.html").read_text("utf-8")]
    everything = "\n".join(sources)
    used = set(re.findall(r"\{\{(\w+)\}\}", everything)) - {"token", "texts", "settings", "static"}
    used |= set(re.findall(r"\bt\(\s*\"(\w+)\"", everything)) | set(re.findall(r'"(\w+)"', everything)) & set(TEXTS)
    assert used <= set(TEXTS)
    prefixes = ("error_", "level_", "kind_", "map_")
    assert {key for key in set(TEXTS) - used if not key.startswith(prefixes)} == set()
    assert all(isinstance(text, str) and text.strip() for text in TEXTS.values())


def test_a_missing_sentence_is_found_at_start() -> None:
    """The page does not start with a hole in it."""
    with pytest.raises(KeyError, match="placeholder"):
        load_page({key: text for key, text in TEXTS.items() if key != "placeholder"})


def test_texts_cannot_break_out_of_the_page() -> None:
    """A sentence with markup stays a sentence."""
    page = load_page(TEXTS | {"title": "</script><b>"}).template
    assert "</script><b>" not in page


def test_a_reply_becomes_what_the_page_lays_out() -> None:
    """Every block, choice and number to call arrives; only https and tel links do."""
    place = Place(
        id="1",
        name="가, 나 병원",
        kind="tertiary",
        point=Point(lat=37.5, lon=127),
        region="서울 강남구",
        phone="02-123-4567",
    )
    reply = Reply(
        blocks=(
            Text(text="지금 119에 전화하세요. ☎ 119"),
            Card(
                title="제목",
                lines=("하나",),
                links=(Link(label="상담", url="tel:109"), Link(label="나쁨", url="javascript:alert(1)")),
                level="ambulance",
            ),
            Places(
                items=(Nearby(place=place, metres=1234),), origin=place.point, origin_name="서울 강남구", as_of="2025"
            ),
            Source(citations=(Citation(title="제목", publisher="곳", url="http://x", read_on="2025-01-01"),)),
            Notice(text="작게"),
        ),
        choices=(Choice(id="location:share", label="위치", asks_location=True),),
        tone="critical",
    )
    said = render(Outgoing(id="1:reply", address=Address(platform=Platform.WEB, user="u"), reply=reply))
    assert said["calls"] == ["119", "109"]
    assert [block["kind"] for block in said["blocks"]] == ["text", "card", "places", "source", "notice"]
    assert said["blocks"][1]["links"] == [{"label": "상담", "url": "tel:109"}]
    item = said["blocks"][2]["items"][0]
    assert item["distance"] == "1.2km"
    assert item["phone"] == {"label": "02-123-4567", "url": "tel:021234567"}
    assert item["maps"]["kakao"].startswith("https://map.kakao.com/link/map/%EA%B0%80%2C%20")
    assert item["maps"]["kakao"].endswith(",37.50000,127.00000")
    assert item["maps"]["naver"].startswith("https://map.naver.com/p/search/%EC%84%9C")
    assert item["maps"]["google"] == "https://www.google.com/maps/search/?api=1&query=37.50000%2C127.00000"
    assert said["blocks"][3]["citations"][0]["url"] == ""
    assert said["choices"] == [{"id": "location:share", "label": "위치", "location": True}]


def test_a_short_secret_is_refused() -> None:
    """Cookies signed with a guessable secret would be worth nothing."""
    with pytest.raises(ValueError, match="secret"):
        Identities(b"short")


def test_odd_origins_are_not_ours() -> None:
    """A header that is no address does not pass, and does not break anything."""
    assert not from_our_page({"Origin": "http://[::1"}, "localhost")
    assert from_our_page({}, "localhost")
