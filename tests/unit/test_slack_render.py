"""Slack's way out: every reply becomes blocks that Slack takes."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from adapters.slack.render import Call, asks_location, render
from adapters.slack.translate import address_of
from bot import message as bot_message
from bot.message import Card, Choice, Link, Notice, Outgoing, Places, Reply, Source, Text
from bot.phrases import load_phrases
from knowledge.clinical import Citation
from knowledge.places.place import Nearby, Place, Point
from tests.fakes.slack_blocks import too_much, wrong_blocks
from tests.fakes.slack_records import unescaped

SAY = load_phrases()


def rendered(*blocks: bot_message.Block, choices: tuple[Choice, ...] = (), url: str | None = None) -> tuple[Call, ...]:
    """The calls of a reply."""
    reply = Reply(blocks=blocks, choices=choices)
    outgoing = Outgoing(id="1:reply", address=address_of("U1", "T1"), reply=reply)
    return render(outgoing, say=SAY, locate_url=url)


def text(words: str) -> dict[str, Any]:
    """Plain text as it goes out."""
    return {"type": "plain_text", "text": words, "emoji": False}


def test_an_urgent_card_is_a_large_line_with_its_number_to_read() -> None:
    """What to do stands in a header, the number to call as text below it, before anything else."""
    card = Card(
        title="지금 119에 전화하세요.",
        lines=("혼자 두지 마세요.",),
        links=(Link(label="☎ 119", url="tel:119"),),
        level="ambulance",
    )
    (call,) = rendered(Text(text="먼저 온 글"), card)
    assert call.blocks == (
        {"type": "header", "text": text("지금 119에 전화하세요.")},
        {"type": "section", "text": text("☎ 119\n혼자 두지 마세요.")},
        {"type": "section", "text": text("먼저 온 글")},
    )
    assert call.text.startswith("지금 119에 전화하세요.\n☎ 119\n")


def test_a_card_is_a_bold_line_with_links_below() -> None:
    """Titles are bold, lines plain, web addresses buttons, and a number without digits in its label gets them."""
    card = Card(
        title="며칠 안에 <내과>로 & 가세요",
        lines=("*굵게* 아님", "<!channel>"),
        links=(
            Link(label="지도에서 찾기", url="https://map.naver.com/p/search/내과"),
            Link(label="상담", url="tel:1577-0199"),
            Link(label="옛 주소", url="http://a.example"),
            Link(label="나쁨", url="javascript:alert(1)"),
        ),
        level="clinic",
    )
    (call,) = rendered(card)
    lines = "상담 ☎ 1577-0199\n*굵게* 아님\n<!channel>\n옛 주소: http://a.example\n나쁨: javascript:alert(1)"
    assert call.blocks == (
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*며칠 안에 &lt;내과&gt;로 &amp; 가세요*", "verbatim": True},
        },
        {"type": "section", "text": text(lines)},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": text("지도에서 찾기"),
                    "action_id": "url:0",
                    "url": "https://map.naver.com/p/search/%EB%82%B4%EA%B3%BC",
                }
            ],
        },
    )
    assert "&lt;!channel&gt;" in call.text
    (odd,) = rendered(Card(title="*가* `나`"))
    assert odd.blocks == ({"type": "section", "text": text("*가* `나`")},)


def test_places_stand_one_below_another_with_a_map_beside_each() -> None:
    """A place says its name, distance, district and number; its button opens the map, and the date stands below."""
    place = Place(
        id="1",
        name="가나병원",
        kind="tertiary",
        point=Point(lat=37.5, lon=127),
        region="서울 강남구",
        phone="02-123-4567",
    )
    nearby = Nearby(place=place, metres=1234)
    (call,) = rendered(Places(items=(nearby, nearby), origin_name="강남", as_of="2026년 3월 자료예요."))
    first, second, note = call.blocks
    assert first == {
        "type": "section",
        "text": text("1. 가나병원 · 1.2km\n서울 강남구 · ☎ 02-123-4567"),
        "accessory": {
            "type": "button",
            "text": text("지도 보기"),
            "action_id": "url:map:1",
            "accessibility_label": "가나병원 지도 보기",
            "url": "https://map.kakao.com/link/map/%EA%B0%80%EB%82%98%EB%B3%91%EC%9B%90,37.50000,127.00000",
        },
    }
    assert second["accessory"]["action_id"] == "url:map:2"
    assert note == {"type": "context", "elements": [text("2026년 3월 자료예요.")]}


def test_notices_and_sources_are_small_print() -> None:
    """A notice is plain; a source is a link by its title, and cannot be made into anything else."""
    good = Citation(title="목 <아픔> | 안내", publisher="기관", url="https://a.example/?x=1&y=|>", read_on="2026-11-25")
    bad = Citation(title="낡은 글", publisher="곳", url="http://a.example", read_on="2026-11-25")
    (call,) = rendered(Notice(text="AI가 드리는 정보예요."), Source(citations=(good, bad)))
    assert call.blocks == (
        {"type": "context", "elements": [text("AI가 드리는 정보예요.")]},
        {
            "type": "context",
            "elements": [
                {
                    "type": "mrkdwn",
                    "text": "<https://a.example/?x=1&amp;y=%7C%3E|목 &lt;아픔&gt; | 안내> (기관, 2026-11-25)\n"
                    "낡은 글 (곳, 2026-11-25)",
                    "verbatim": True,
                }
            ],
        },
    )


def test_choices_are_buttons_in_rows_of_five() -> None:
    """Every choice carries its id, no two buttons share a name, and what cannot be undone is red."""
    choices = (
        *tuple(Choice(id=f"a:x:{n}", label=f"고르기 {n}") for n in range(6)),
        Choice(id="delete_now", label="모두 지우기"),
    )
    (call,) = rendered(Text(text="골라 주세요."), choices=choices)
    rows = call.blocks[1:]
    assert [len(row["elements"]) for row in rows] == [5, 2]
    buttons = [button for row in rows for button in row["elements"]]
    assert [button["value"] for button in buttons] == [choice.id for choice in choices]
    assert len({button["action_id"] for button in buttons}) == 7
    assert [button.get("style") for button in buttons] == [None] * 6 + ["danger"]
    assert "고르기" not in call.text
    assert call.plain() == Call(text=call.alone)
    assert call.alone.endswith("· 고르기 5\n· 모두 지우기")


def test_asking_for_a_place_offers_the_page_and_a_form() -> None:
    """Sharing a location is a link to the page, typing is a form, and without a page only the form stays."""
    choices = (
        Choice(id="location:share", label="동의하고 위치 보내기", asks_location=True),
        Choice(id="location:typed", label="동네 이름으로 찾기"),
        Choice(id="help", label="도움말"),
    )
    (call,) = rendered(Text(text="어디에서 찾을까요?"), choices=choices, url="https://drrc.example.com/locate/x")
    elements = call.blocks[1]["elements"]
    assert [(e["text"]["text"], e["action_id"], e.get("url"), e.get("value")) for e in elements] == [
        ("동의하고 위치 보내기", "url:locate", "https://drrc.example.com/locate/x", None),
        ("동네 이름 적기", "open:address", None, None),
        ("도움말", "choice:0", None, "help"),
    ]
    (alone,) = rendered(Text(text="어디에서 찾을까요?"), choices=choices)
    assert [e["action_id"] for e in alone.blocks[1]["elements"]] == ["open:address", "choice:0"]
    reply = Reply(blocks=(), choices=choices)
    address = address_of("U1", "T1")
    assert asks_location(Outgoing(id="1", address=address, reply=reply))
    assert not asks_location(Outgoing(id="1", address=address, reply=Reply(blocks=(), choices=choices[1:])))


def test_nothing_to_say_is_no_call() -> None:
    """Blank blocks are not sent; choices alone are, with their labels as the words."""
    assert rendered(Text(text=" \n"), Notice(text="")) == ()
    (call,) = rendered(choices=(Choice(id="help", label="도움말"),))
    assert (call.text, len(call.blocks)) == ("· 도움말", 1)


def test_long_replies_become_several_calls() -> None:
    """No word is lost between the calls, and only the last one has the choices."""
    words = [f"{n}번째 문장이에요." for n in range(1_500)]
    calls = rendered(Text(text=" ".join(words)), choices=(Choice(id="help", label="도움말"),))
    assert len(calls) > 3
    assert " ".join(call.text for call in calls).split() == " ".join(words).split()
    assert [call.blocks[-1]["type"] for call in calls] == ["section"] * (len(calls) - 1) + ["actions"]


hostile = st.text(
    alphabet=st.sampled_from("가 .\n&<>|*_~`:@!#\t119a\u200b\U0001f600\u0000" + '"\\{}'), max_size=400
) | st.text(max_size=60)
links = st.builds(
    Link,
    label=hostile,
    url=st.sampled_from(["tel:119", "https://a.example/가", "http://a.example", "javascript:x", "https://", ""])
    | hostile.map(lambda part: f"https://a.example/{part}")
    | st.just("https://a.example/" + "가" * 2_000),
)
places = st.builds(
    Nearby,
    place=st.builds(
        Place,
        id=hostile,
        name=hostile,
        kind=st.just("hospital"),
        point=st.just(Point(lat=37.5, lon=127)),
        region=hostile,
        phone=hostile,
    ),
    metres=st.floats(0, 1e6),
)
citations = st.builds(
    Citation,
    title=hostile | st.just("&" * 3_000),
    publisher=hostile,
    url=links.map(lambda one: one.url),
    read_on=hostile,
)
blocks = st.one_of(
    st.builds(Text, text=hostile | st.integers(0, 9_000).map(lambda n: "가나 다." * (n // 5))),
    st.builds(Notice, text=hostile),
    st.builds(
        Card,
        title=hostile,
        lines=st.lists(hostile, max_size=6).map(tuple),
        links=st.lists(links, max_size=8).map(tuple),
        level=st.sampled_from([None, "ambulance", "emergency", "clinic"]),
    ),
    st.builds(Places, items=st.lists(places, max_size=14).map(tuple), as_of=hostile),
    st.builds(Source, citations=st.lists(citations, max_size=6).map(tuple)),
)
choices = st.lists(
    st.builds(
        Choice,
        id=st.sampled_from(["help", "delete_now", "location:typed", "a:fever:0"]),
        label=hostile,
        asks_location=st.booleans(),
    ),
    max_size=30,
).map(tuple)


@settings(max_examples=150, deadline=None)
@given(st.lists(blocks, max_size=12).map(tuple), choices, st.sampled_from([None, "https://a.example/locate/x", "bad"]))
def test_slack_takes_every_reply(
    reply: tuple[bot_message.Block, ...], offered: tuple[Choice, ...], url: str | None
) -> None:
    """Whatever a reply holds, its blocks pass Slack's own models and limits, and its text is never empty or markup."""
    for call in rendered(*reply, choices=offered, url=url):
        assert 0 < len(call.blocks) <= 50
        [block.to_dict() for block in Block.parse_all(json.loads(json.dumps(call.blocks)))]
        assert wrong_blocks(json.loads(json.dumps(call.blocks))) == []
        assert not too_much(list(call.blocks))
        for fallback in (call.text, call.plain().text):
            assert fallback.strip()
            assert len(fallback) <= 40_000
            assert not unescaped(fallback)
            assert "<" not in fallback
        names = [e["action_id"] for b in call.blocks if b["type"] == "actions" for e in b["elements"]]
        rows = [b for b in call.blocks if b["type"] == "actions"]
        assert all(len({e["action_id"] for e in row["elements"]}) == len(row["elements"]) <= 5 for row in rows)
        assert all(names)
        assert not call.plain().blocks


@given(st.lists(st.sampled_from(["119", "109", "1577-0199"]), min_size=1, max_size=5))
def test_a_number_to_call_can_always_be_read(numbers: list[str]) -> None:
    """A `tel:` link is no button of Slack's: its number stands in the words, whatever its label says."""
    card = Card(title="가", links=tuple(Link(label="전화하기", url=f"tel:{number}") for number in numbers))
    (call,) = rendered(card)
    assert all(number in call.blocks[1]["text"]["text"] and number in call.text for number in numbers)
