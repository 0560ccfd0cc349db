"""Every rule for answers that the stand-in for KakaoTalk knows, one broken answer for each, and some at the limits."""

import json
from typing import Any

import pytest

from tests.fakes.kakao_answers import check, read
from tests.fakes.kakao_oracle import second_opinion
from tests.fakes.kakao_payload import BLOCKS, WELCOME_BLOCK
from tests.fakes.kakao_shown import bubbles

Json = dict[str, Any]


def text(words: str = "안녕하세요", **template: Any) -> Json:
    """The plainest answer."""
    return {"version": "2.0", "template": {"outputs": [{"simpleText": {"text": words}}], **template}}


def one(kind: str, value: object, **template: Any) -> Json:
    """An answer of one component."""
    return {"version": "2.0", "template": {"outputs": [{kind: value}], **template}}


def button(label: str = "네", **more: Any) -> Json:
    """A message button."""
    return {"label": label, "action": "message", "messageText": label, **more}


PICTURE: Json = {"imageUrl": "https://t1.kakaocdn.net/a.jpg"}
LIST: Json = {"header": {"title": "병원"}, "items": [{"title": "내과"}]}
ITEMS: Json = {"itemList": [{"title": "기온", "description": "31도"}]}
WAIT: Json = {"version": "2.0", "useCallback": True}

GOOD: dict[str, Json] = {
    "text": text("가" * 1000, quickReplies=[button(str(i), extra={"choice": "x"}) for i in range(10)]),
    "three": {"version": "2.0", "template": {"outputs": [{"simpleText": {"text": "가"}}] * 3}},
    "image": one("simpleImage", PICTURE | {"altText": "가" * 50}),
    "text card": one("textCard", {"title": "가" * 50, "description": "나" * 350, "buttons": [button("가" * 14)] * 3}),
    "beside": one("textCard", {"title": "가", "buttons": [button("가" * 8)] * 2, "buttonLayout": "horizontal"}),
    "basic card": one("basicCard", {"title": "가" * 50, "description": "가" * 230, "thumbnail": PICTURE}),
    "list": one(
        "listCard",
        {
            "header": {"title": "가까운 병원"},
            "items": [
                {"title": "내과", "description": "1.2 km", "link": {"web": "https://map.example/1"}},
                {"title": "외과", "action": "message", "messageText": "외과", "extra": {"choice": "p2"}},
                {"title": "안과", "action": "block", "blockId": WELCOME_BLOCK, "imageUrl": "http://a.example/1.png"},
            ],
            "buttons": [
                {"label": "119 전화", "action": "phone", "phoneNumber": "119"},
                {"label": "지도", "action": "webLink", "webLinkUrl": "https://map.example/"},
            ],
        },
    ),
    "items": one(
        "itemCard",
        {
            "imageTitle": {"title": "DOFQTK", "description": "Boarding Number"},
            "title": "", "description": "",
            "thumbnail": PICTURE | {"width": 800, "height": 800},
            "profile": PICTURE | {"title": "AA Airline"},
            "itemList": [{"title": "Flight", "description": "KE0605"}],
            "itemListAlignment": "right",
            "itemListSummary": {"title": "Total", "description": "$4,032.54"},
            "buttons": [{"label": "Boarding", "action": "webLink", "webLinkUrl": "https://a.example/%EB%82"}],
            "buttonLayout": "vertical",
        },
    ),
    "carousel": one("carousel", {"type": "listCard", "items": [LIST, LIST]}),
    "commerce": one(
        "commerceCard",
        {
            "title": "상자", "price": 10000, "currency": "won", "discount": 1000,
            "thumbnails": [PICTURE | {"link": {"web": "https://a.example"}}],
            "profile": PICTURE | {"nickname": "가게"},
            "buttons": [button(), {"label": "공유하기", "action": "share"}],
        },
    ),
    "context": text()
    | {"context": {"values": [{"name": "a", "lifeSpan": 3, "ttl": 60, "params": {"k": "v"}}]}, "data": {"x": 1}},
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_answers_at_the_limits_pass(name: str) -> None:
    """Nothing is said about an answer within every limit, and it can be drawn."""
    answer = GOOD[name]
    assert check(answer, callback=False, blocks=BLOCKS) == []
    assert all(shown.text for shown in bubbles(answer, 0, "")) or name == "image"


BAD: list[tuple[str, Json]] = [
    ("version", {"template": text()["template"]}),
    ("version", text() | {"version": "1.0"}),
    ("answer.template: is required", {"version": "2.0"}),
    ("unknown key 'outputs'", text() | {"outputs": []}),
    ("unknown key 'extra'", text() | {"extra": {}}),
    ("useCallback: must be", text() | {"useCallback": "yes"}),
    ("no callbackUrl was given", WAIT),
    ("data: must be an object", text() | {"data": []}),
    ("half a character", text("\ud800")),
    ("outputs: 0 entries", {"version": "2.0", "template": {"outputs": []}}),
    ("outputs: 4 entries", {"version": "2.0", "template": {"outputs": text()["template"]["outputs"] * 4}}),
    ("exactly one component", {"version": "2.0", "template": {"outputs": [{}]}}),
    ("exactly one component", one("simpleText", {"text": "가"}) | {"template": {"outputs": [{"a": {}, "b": {}}]}}),
    ("unknown component 'hologram'", one("hologram", {})),
    ("must be an object", one("simpleText", "가")),
    ("1001 characters", text("가" * 1001)),
    ("text: is empty", text(" \n")),
    ("text: must be a text", text(None)),  # type: ignore[arg-type]
    ("unknown key 'markdown'", one("simpleText", {"text": "가", "markdown": True})),
    ("quickReplies: 11 entries", text(quickReplies=[button(str(i)) for i in range(11)])),
    ("15 characters", text(quickReplies=[button("가" * 15)])),
    ("label: is empty", text(quickReplies=[button("")])),
    ("same label", text(quickReplies=[button("네"), button("네")])),
    ("neither message nor block", text(quickReplies=[{"label": "a", "action": "webLink", "webLinkUrl": "https://a.b"}])),
    ("messageText: is required", text(quickReplies=[{"label": "a", "action": "message"}])),
    ("blockId: is required", text(quickReplies=[{"label": "a", "action": "block", "messageText": "a"}])),
    ("no such block", text(quickReplies=[{"label": "a", "action": "block", "blockId": "6703" * 6}])),
    ("extra: must be an object", text(quickReplies=[button(extra="x")])),
    ("unknown key 'value'", text(quickReplies=[button(value="x")])),
    ("imageUrl: is not", one("simpleImage", {"imageUrl": "a.jpg"})),
    ("altText: 51", one("simpleImage", PICTURE | {"altText": "가" * 51})),
    ("title: 51", one("textCard", {"title": "가" * 51})),
    ("description: 401", one("textCard", {"description": "가" * 401})),
    ("have 401 characters", one("textCard", {"title": "가" * 50, "description": "가" * 351})),
    ("needs a title or a description", one("textCard", {"buttons": [button()]})),
    ("buttons: 4 entries", one("textCard", {"title": "가", "buttons": [button()] * 4})),
    ("buttons: 3 entries", one("textCard", {"title": "가", "buttons": [button()] * 3, "buttonLayout": "horizontal"})),
    ("buttonLayout: must", one("textCard", {"title": "가", "buttonLayout": "grid"})),
    ("9 characters, at most 8", one("textCard", {"title": "가", "buttons": [button("가" * 9)] * 2}
                                    | {"buttonLayout": "horizontal"})),
    ("15 characters, at most 14", one("textCard", {"title": "가", "buttons": [button("가" * 15)]})),
    ("unknown key 'url'", one("textCard", {"title": "가", "buttons": [button(url="https://a.example")]})),
    ("'open' is not one of", one("textCard", {"title": "가", "buttons": [{"label": "a", "action": "open"}]})),
    ("webLinkUrl: is not", one("textCard", {"title": "가", "buttons": [
        {"label": "a", "action": "webLink", "webLinkUrl": "tel:119"}]})),
    ("webLinkUrl: is required", one("textCard", {"title": "가", "buttons": [{"label": "a", "action": "webLink"}]})),
    ("digits and hyphens", one("textCard", {"title": "가", "buttons": [
        {"label": "a", "action": "phone", "phoneNumber": "tel:119"}]})),
    ("thumbnail: is required", one("basicCard", {"title": "가"})),
    ("description: 231", one("basicCard", {"description": "가" * 231, "thumbnail": PICTURE})),
    ("buttons: 3 entries", one("basicCard", {"thumbnail": PICTURE | {"fixedRatio": True}, "buttons": [button()] * 3})),
    ("header: is required", one("listCard", {"items": LIST["items"]})),
    ("header.title: is required", one("listCard", LIST | {"header": {}})),
    ("items: 0 entries", one("listCard", LIST | {"items": []})),
    ("items: 6 entries", one("listCard", LIST | {"items": LIST["items"] * 6})),
    ("items[0].title: is required", one("listCard", LIST | {"items": [{"description": "가"}]})),
    ("link.web: is not", one("listCard", LIST | {"items": [{"title": "가", "link": {"web": "kakaomap://x"}}]})),
    ("needs an action", one("listCard", LIST | {"items": [{"title": "가", "messageText": "가"}]})),
    ("buttons: 3 entries", one("listCard", LIST | {"buttons": [button()] * 3})),
    ("itemList: 11 entries", one("itemCard", {"itemList": ITEMS["itemList"] * 11})),
    ("title: 7 characters", one("itemCard", {"itemList": [{"title": "가" * 7, "description": "나"}]})),
    ("head and profile", one("itemCard", ITEMS | {"head": {"title": "가"}, "profile": {"title": "나"}})),
    ("needs a title", one("itemCard", ITEMS | {"description": "가"})),
    ("have 201 characters", one("itemCard", ITEMS | {"title": "가", "description": "가" * 200})),
    ("more than 12 line(s)", one("itemCard", ITEMS | {"title": "가", "description": "가\n" * 12})),
    ("description: 15", one("itemCard", ITEMS | {"itemListSummary": {"title": "합계", "description": "1" * 15}})),
    ("price: is required", one("commerceCard", {"thumbnails": [PICTURE]})),
    ("thumbnails: 2 entries", one("commerceCard", {"price": 1, "thumbnails": [PICTURE] * 2})),
    ("'simpleText' cannot be", one("carousel", {"type": "simpleText", "items": [{"text": "가"}]})),
    ("items: 6 entries", one("carousel", {"type": "listCard", "items": [LIST] * 6})),
    ("items: 5 entries", one("carousel", {"type": "listCard", "items": [LIST | {"items": LIST["items"] * 5}]})),
    ("description: 129", one("carousel", {"type": "textCard", "items": [{"description": "가" * 129}]})),
    ("different shapes", one("carousel", {"type": "basicCard", "items": [
        {"thumbnail": PICTURE}, {"thumbnail": PICTURE | {"fixedRatio": True}}]})),
    ("lifeSpan: is required", text() | {"context": {"values": [{"name": "a"}]}}),
    ("must map names to texts", text() | {"context": {"values": [{"name": "a", "lifeSpan": 1, "params": {"k": 1}}]}}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "answer"), BAD, ids=[f"{i}-{s}" for i, (s, _) in enumerate(BAD)])
def test_broken_rules_are_named(sentence: str, answer: Json) -> None:
    """Whatever breaks a rule is named, with its place, and nothing else is."""
    problems = check(answer, callback=False, blocks=BLOCKS)
    assert [problem for problem in problems if sentence in problem]
    assert len(problems) <= 2


def test_what_follows_a_callback_url() -> None:
    """`useCallback` needs a callbackUrl and stands alone; what is posted there is an answer itself."""
    assert check(WAIT | {"data": {"text": "찾고 있어요"}}, callback=True, blocks=BLOCKS) == []
    assert "is ignored" in check(WAIT | text(), callback=True, blocks=BLOCKS)[0]
    assert "is empty" in check(WAIT | {"data": {"text": ""}}, callback=True, blocks=BLOCKS)[0]
    assert "brings the answer" in check(WAIT, callback=True, blocks=BLOCKS, final=True)[0]


def test_the_size_is_counted_in_bytes() -> None:
    """30,720 bytes of the body pass, one more does not, whatever the number of characters."""
    body = json.dumps(text("가" * 900), ensure_ascii=False).encode().ljust(30_720)
    assert read(200, "application/json; charset=utf-8", body)[1] == []
    assert "30721 bytes" in read(200, "application/json", body + b" ")[1][0]


@pytest.mark.parametrize(
    "answer",
    [
        one("listCard", LIST | {"items": []}),
        one("textCard", {"buttons": [button()]}),
        text(quickReplies=[button(str(i)) for i in range(11)]),
        text(quickReplies=[{"label": "a", "action": "message"}]),
        one("listCard", LIST | {"buttons": [button()] * 3}),
    ],
)
def test_another_parser_agrees(answer: Json) -> None:
    """Where `kakao-chatbot` knows the rule, it refuses the same answers."""
    assert "kakao-chatbot refuses it" in second_opinion(answer)[0]
    assert check(answer, callback=False, blocks=BLOCKS)
