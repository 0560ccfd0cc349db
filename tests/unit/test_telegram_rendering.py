"""How replies look in Telegram: every kind of block, and texts that want to break out."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from aiogram import methods
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import TelegramObject

from adapters.telegram.translate import plain, render
from adapters.telegram.wire import Call
from bot.message import Address, Block, Card, Choice, Link, Notice, Outgoing, Places, Platform, Reply, Source
from bot.message import Text as Words
from bot.phrases import load_phrases
from knowledge.clinical import Citation
from knowledge.places.place import Nearby, Place, Point
from tests.fakes import telegram_wire
from tests.fakes.telegram_text import formatted, units

SAY = load_phrases()
ME = Address(platform=Platform.TELEGRAM, user="7")

GANA = Place(
    id="a", name="가나병원", kind="tertiary", point=Point(lat=37.5, lon=127), region="서울 중구", phone="02-123-4567"
)
DARA = Place(id="b", name="다라<병원>", kind="tertiary", point=Point(lat=37.6, lon=127.1), region="서울 종로구")
CITED = Citation(title="편도염 & 열", publisher="기관", url='https://example.org/?a=1&b="2"', read_on="2026-11-25")


def said(*blocks: Block, choices: tuple[Choice, ...] = ()) -> tuple[Call, ...]:
    """The calls for a reply."""
    return render(Outgoing(id="1:reply", address=ME, reply=Reply(blocks=blocks, choices=choices)), say=SAY)


def wired(call: Call) -> dict[str, Any]:
    """The call's parameters as they travel."""
    values = {k: v.to_dict() if isinstance(v, TelegramObject) else v for k, v in call.params.items()}
    return {"chat_id": 7, **values}


def golden(call: Call) -> Mapping[str, Any]:
    """The parameters that differ between messages."""
    return {key: value for key, value in wired(call).items() if key not in ("chat_id", "link_preview_options")}


PLACES_HTML = (
    "<b>1. 가나병원</b> · 1.2km\n서울 중구 · ☎ 02-123-4567 · 지금 열려 있어요\n"
    '<a href="https://map.kakao.com/link/map/%EA%B0%80%EB%82%98%EB%B3%91%EC%9B%90,37.50000,127.00000">카카오맵</a> · '
    '<a href="https://map.naver.com/p/search/%EC%84%9C%EC%9A%B8%20%EC%A4%91%EA%B5%AC%20'
    '%EA%B0%80%EB%82%98%EB%B3%91%EC%9B%90">네이버 지도</a>\n'
    "<b>2. 다라&lt;병원&gt;</b> · 23km\n서울 종로구\n"
    '<a href="https://map.kakao.com/link/map/%EB%8B%A4%EB%9D%BC%3C%EB%B3%91%EC%9B%90%3E,37.60000,127.10000">'
    '카카오맵</a> · <a href="https://map.naver.com/p/search/%EC%84%9C%EC%9A%B8%20%EC%A2%85%EB%A1%9C%EA%B5%AC%20'
    '%EB%8B%A4%EB%9D%BC%3C%EB%B3%91%EC%9B%90%3E">네이버 지도</a>\n'
    "<i>2026년 3월 자료예요.</i>"
)


@pytest.mark.parametrize(
    ("block", "html"),
    [
        (Words(text="첫 줄 <b>\n& 둘째 줄"), "첫 줄 &lt;b&gt;\n&amp; 둘째 줄"),
        (Notice(text="지금 말씀만으로는 알 수 없어요."), "<i>지금 말씀만으로는 알 수 없어요.</i>"),
        (
            Card(
                title="오늘 안에 진료를 받아 보세요.",
                lines=("편도염과 잘 맞아요.", "열 > 38"),
                links=(
                    Link(label="지도에서 찾기", url="https://map.naver.com/p/search/a?b=1&c=2"),
                    Link(label="☎ 1339", url="tel:1339"),
                    Link(label="상담 전화", url="tel:15770199"),
                    Link(label="옛 주소", url="http://example.org"),
                ),
                level="clinic",
            ),
            "<b>오늘 안에 진료를 받아 보세요.</b>\n"
            '<a href="https://map.naver.com/p/search/a?b=1&amp;c=2">지도에서 찾기</a>\n'
            "편도염과 잘 맞아요.\n열 &gt; 38\n<b>☎ 1339</b>\n<b>상담 전화 15770199</b>\n<b>옛 주소</b>",
        ),
        (
            Places(
                items=(
                    Nearby(place=GANA, metres=1234.0, open_now=True),
                    Nearby(place=DARA, metres=23_100.0),
                ),
                as_of="2026년 3월 자료예요.",
            ),
            PLACES_HTML,
        ),
        (
            Source(citations=(CITED,)),
            '출처\n<a href="https://example.org/?a=1&amp;b=&quot;2&quot;">편도염 &amp; 열</a> (기관, 2026-11-25)',
        ),
    ],
    ids=["text", "notice", "card", "places", "source"],
)
def test_every_block_has_its_form(block: Block, html: str) -> None:
    """Titles stand out, numbers stay readable, links open, and what is written cannot become a tag."""
    assert golden(said(block)[-1])["text"] == html


def test_neighbours_share_a_message_and_buttons_stand_under_the_last() -> None:
    """Three short blocks are one message; short labels share a row."""
    (call,) = said(
        Words(text="안녕하세요."),
        Notice(text="저는 AI예요."),
        Source(citations=(CITED,)),
        choices=(
            Choice(id="consent:yes", label="만 14세 이상, 동의"),
            Choice(id="consent:no", label="동의 안 할래요"),
            Choice(id="consent:child", label="14세 미만이에요"),
        ),
    )
    assert call.method == "send_message"
    assert golden(call) == {
        "text": "안녕하세요.\n\n<i>저는 AI예요.</i>\n\n출처\n"
        '<a href="https://example.org/?a=1&amp;b=&quot;2&quot;">편도염 &amp; 열</a> (기관, 2026-11-25)',
        "parse_mode": "HTML",
        "reply_markup": {
            "inline_keyboard": [
                [{"text": "만 14세 이상, 동의", "callback_data": "consent:yes"}],
                [
                    {"text": "동의 안 할래요", "callback_data": "consent:no"},
                    {"text": "14세 미만이에요", "callback_data": "consent:child"},
                ],
            ]
        },
    }
    assert wired(call)["link_preview_options"] == {"is_disabled": True}


def test_what_is_urgent_stands_alone_at_first() -> None:
    """The emergency card is the first message with nothing beside it, wherever it stood."""
    urgent = Card(
        title="지금 119에 전화하세요.",
        lines=("먹거나 마시지 마세요.",),
        links=(Link(label="☎ 119", url="tel:119"),),
        level="ambulance",
    )
    calls = said(
        Words(text="이어서"), urgent, Notice(text="AI예요."), choices=(Choice(id="why", label="왜 그런가요?"),)
    )
    assert [golden(call)["text"] for call in calls] == [
        "<b>지금 119에 전화하세요.</b>\n<b>☎ 119</b>\n먹거나 마시지 마세요.",
        "이어서\n\n<i>AI예요.</i>",
    ]
    assert golden(calls[0])["reply_markup"] == {"remove_keyboard": True}
    assert "inline_keyboard" in golden(calls[1])["reply_markup"]


def test_the_nearest_place_is_shown_on_the_map() -> None:
    """A pin with name and district comes before the list; the buttons stay with the words."""
    places = Places(items=(Nearby(place=GANA, metres=1234.0), Nearby(place=DARA, metres=2000.0)))
    pin, words = said(Words(text="가까운 곳이에요."), places, choices=(Choice(id="again", label="새로 상담하기"),))
    assert pin.method == "send_venue"
    assert golden(pin) == {
        "latitude": 37.5,
        "longitude": 127,
        "title": "가나병원",
        "address": "서울 중구",
        "reply_markup": {"remove_keyboard": True},
    }
    assert golden(words)["text"].startswith("가까운 곳이에요.\n\n<b>1. 가나병원</b>")
    assert "inline_keyboard" in golden(words)["reply_markup"]


def test_a_choice_that_asks_for_the_location_becomes_a_key() -> None:
    """Only keys can ask for a location; the others stand beside it and are known again by their words."""
    choices = (
        Choice(id="location:share", label="동의하고 위치 보내기", asks_location=True),
        Choice(id="location:typed", label="동네 이름으로 찾기"),
    )
    (call,) = said(Words(text="어디에서 찾을까요?"), choices=choices)
    assert golden(call)["reply_markup"] == {
        "keyboard": [
            [{"text": "동의하고 위치 보내기", "request_location": True}],
            [{"text": "동네 이름으로 찾기"}],
        ],
        "resize_keyboard": True,
        "one_time_keyboard": True,
        "input_field_placeholder": "예: 서울 강남구",
    }


def test_choices_without_words_get_some() -> None:
    """Telegram takes no buttons without a text."""
    (call,) = said(choices=(Choice(id="help", label="도움말"),))
    assert golden(call)["text"] == "아래에서 골라 주세요."
    assert said() == ()
    assert said(Words(text=" \n ")) == ()


def test_the_plain_form_reads_well_without_tags() -> None:
    """Where Telegram cannot read our tags, the same words and addresses are sent without them."""
    card = Card(title="A & B", lines=("<b>",), links=(Link(label="지도", url="https://a.org/?a=1&b=2"),))
    (call,) = said(card, choices=(Choice(id="help", label="도움말"),))
    simpler = plain(call)
    assert simpler.params["text"] == "A & B\n지도: https://a.org/?a=1&b=2\n<b>"
    assert "parse_mode" not in simpler.params
    assert simpler.params["reply_markup"] == call.params["reply_markup"]
    assert "reply_markup" not in plain(call, buttons=False).params
    assert plain(simpler) == simpler


NASTY = st.one_of(
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "&",
            "&amp;&lt;",
            "</b>",
            "<b>",
            '"',
            "'",
            "👨‍👩‍👧‍👦",
            "🤒" * 3000,
            "",
            "\n\n",
            "😀",
        ]
    ),
    st.sampled_from(["가나다라마바사. " * 700, "x" * 5000, "a\n" * 3000, "☎ 119"]),
    st.text(max_size=60),
)
LABEL = st.text(alphabet="가나다 <&>\"'😀ab", min_size=1, max_size=80).filter(str.strip)
URL = st.sampled_from(
    ["https://example.org/?a=1&b=<2>", 'https://example.org/"><b>', "tel:119", "http://example.org", "javascript:x", ""]
)
LINK = st.builds(Link, label=NASTY, url=URL)
PLACE = st.builds(
    Place,
    id=st.just("a"),
    name=NASTY,
    kind=st.just("clinic"),
    point=st.builds(Point, lat=st.floats(-90, 90), lon=st.floats(-180, 180)),
    region=NASTY,
    phone=NASTY,
)
NEARBY = st.builds(Nearby, place=PLACE, metres=st.floats(0, 1e6), open_now=st.sampled_from([True, False, None]))
CITATION = st.builds(Citation, title=NASTY, publisher=NASTY, url=URL, read_on=st.just("2026-11-25"))
LEVEL = st.sampled_from([None, "clinic", "emergency", "ambulance"])
BLOCK: st.SearchStrategy[Block] = st.one_of(
    st.builds(Words, text=NASTY),
    st.builds(Notice, text=NASTY),
    st.builds(
        Card,
        title=NASTY,
        lines=st.lists(NASTY, max_size=4).map(tuple),
        links=st.lists(LINK, max_size=7).map(tuple),
        level=LEVEL,
    ),
    st.builds(Places, items=st.lists(NEARBY, max_size=12).map(tuple), as_of=NASTY),
    st.builds(Source, citations=st.lists(CITATION, max_size=40).map(tuple)),
)
CHOICES = st.lists(st.builds(Choice, id=st.just("a:x:1"), label=LABEL, asks_location=st.booleans()), max_size=50).map(
    tuple
)


@settings(max_examples=100, deadline=None)
@given(st.lists(BLOCK, max_size=4).map(tuple), CHOICES)
def test_whatever_is_said_telegram_takes_it(blocks: tuple[Block, ...], choices: tuple[Choice, ...]) -> None:
    """Every call is one of the Bot API's, within its lengths, with tags that close, with and without them."""
    for call in said(*blocks, choices=choices):
        for sent in (call, plain(call)):
            params = wired(sent)
            model: Callable[..., Any] = {
                "send_message": methods.SendMessage.model_validate,
                "send_venue": methods.SendVenue.model_validate,
            }[sent.method]
            assert not telegram_wire.unknown(model(params))
            if sent.method == "send_message":
                text, entities = formatted(params)
                assert 0 < units(text) <= 4096
                assert len(entities) <= 100
                assert not re.search("[\ud800-\udfff]", text)
            else:
                assert params["title"]
                assert params["address"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(Words, text=NASTY), min_size=1, max_size=5).map(tuple))
def test_no_word_is_lost(blocks: tuple[Words, ...]) -> None:
    """Together the messages hold every letter of the reply, in order."""
    found = "".join(formatted(wired(call))[0] for call in said(*blocks))
    assert "".join(found.split()) == "".join("".join(block.text for block in blocks).split())
