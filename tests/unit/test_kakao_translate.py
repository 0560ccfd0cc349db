"""KakaoTalk's payloads read, and replies as skill answers: the pure parts of the door."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.channel import KAKAO
from adapters.fold import width
from adapters.kakao import translate
from adapters.kakao.callback import allowed
from adapters.kakao.wire import SkillPayload
from bot.message import Address, Block, Card, Choice, Link, Message, Notice, Places, Platform, Reply, Source, Text
from bot.phrases import load_phrases
from knowledge.clinical import Citation
from knowledge.places.place import Nearby, Place, Point
from tests.fakes import kakao_answers
from tests.fakes.kakao_payload import (
    DRIFTS,
    LOCATION_BLOCK,
    LOCATION_SHAPES,
    WELCOME_BLOCK,
    build,
    location_action,
    person_of,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SAY = load_phrases()
BOT = "667e5382f2b2f84cb555091c"
KIM = person_of("김", BOT)
URL = "https://drrc.example.com/locate/abc"

GANA = Place(
    id="a", name="가나병원", kind="tertiary", point=Point(lat=37.5, lon=127), region="서울 중구", phone="02-123-4567"
)


def read(payload: dict[str, Any]) -> Message:
    """The message of a payload as it is posted."""
    parsed = SkillPayload.model_validate_json(json.dumps(payload, ensure_ascii=False))
    return translate.parse(parsed, request_id="r1", now=NOW)


def answers(reply: Reply, *, url: str | None = URL) -> list[dict[str, Any]]:
    """The answer, and what each "continue" after it brings."""
    found: list[dict[str, Any]] = []
    left: Reply | None = reply
    while left is not None:
        folded = translate.folded(left, say=SAY, locate_url=url)
        found.append(translate.render(folded, say=SAY))
        left = folded.rest
        assert len(found) < 60
    return found


def outputs(*blocks: Block, choices: tuple[Choice, ...] = ()) -> list[dict[str, Any]]:
    """The bubbles of a reply that fits into one answer."""
    (answer,) = answers(Reply(blocks=blocks, choices=choices))
    found: list[dict[str, Any]] = answer["template"]["outputs"]
    return found


@pytest.mark.parametrize("drift", DRIFTS)
def test_words_are_read_from_every_payload(drift: str) -> None:
    """Whatever else changed in the payload, who spoke, when and what they said stays."""
    drifts = {name: value for name, value in DRIFTS[drift].items() if name != "callback"}
    message = read(build(KIM, "머리가 아파요", bot_id=BOT, **drifts))
    assert (message.text, message.choice, message.point, message.attachment) == ("머리가 아파요", None, None, None)
    assert (message.id, message.sent_at) == ("r1", NOW)
    assert message.address == Address(platform=Platform.KAKAO, user=KIM.key)
    assert KIM.key not in repr(message)
    assert "머리" not in repr(message)


def test_a_tapped_choice_is_its_id() -> None:
    """The id that travelled with a button comes back instead of the button's words."""
    message = read(build(KIM, "네", bot_id=BOT, client_extra={"choice": "a:fever:0"}))
    assert (message.choice, message.text) == ("a:fever:0", None)


@pytest.mark.parametrize(
    "extra",
    [
        None,
        "null",
        [],
        {},
        {"choice": 1},
        {"choice": ""},
        {"choice": "가"},
        {"choice": "a b"},
        {"choice": "x" * 65},
        {"choice": "a\n"},
    ],
)
def test_what_is_no_choice_is_words(extra: object) -> None:
    """A missing, odd or overlong id does not hide what the person sees themselves say."""
    message = read(build(KIM, "네", bot_id=BOT, client_extra=extra))
    assert (message.choice, message.text) == (None, "네")


@pytest.mark.parametrize("shape", LOCATION_SHAPES)
def test_a_location_is_read_in_every_shape(shape: str) -> None:
    """Coordinates of the location plugin become a point, however they are written."""
    params, details = location_action(37.4979, 127.0276, shape)
    payload = build(KIM, "위치", bot_id=BOT, block=LOCATION_BLOCK, params=params, detail_params=details)
    message = read(payload)
    assert message.point == Point(lat=37.4979, lon=127.0276)
    assert message.text is None


@pytest.mark.parametrize(
    "params",
    [
        {"sys_location": '{"lat": 37.5, "lng": 127.0}'},
        {"sys.location": "강남"},
        {"location": "강남"},
        {"location": "{"},
        {"location": "[1, 2]"},
        {"location": None},
        {"location": '{"lat": 91, "lng": 127}'},
        {"location": '{"lat": "NaN", "lng": "NaN"}'},
        {"location": '{"lat": 37.5, "lng": null}'},
        {"location": '{"lat": true, "lng": {}}'},
        {"place": '{"lat": 37.5, "lng": 127.0}'},
        {"location": {"deep": {"deeper": {"lat": 37.5, "lng": 127.0}}}},
    ],
)
def test_what_is_no_location_is_words(params: dict[str, Any]) -> None:
    """Names of districts, halves of positions and positions off the earth leave the words as they are."""
    message = read(build(KIM, "강남", bot_id=BOT, params=params))
    assert (message.point, message.text) == (None, "강남")


@pytest.mark.parametrize(
    ("words", "is_picture"),
    [
        ("https://talk.kakaocdn.net/dna/abc/i_123.jpg?credential=x", True),
        ("http://dn-m.talk.kakao.com/talkm/abc/i_1.JPEG", True),
        (" https://example.org/목.png ", True),
        ("이 사진 봐 주세요 https://example.org/a.png", False),
        ("https://example.org/page", False),
        ("", False),
    ],
)
def test_a_picture_is_an_address_alone(words: str, is_picture: bool) -> None:
    """Kakao sends a picture as an address; an address among words is read as words."""
    message = read(build(KIM, words, bot_id=BOT))
    assert (message.attachment == "photo") is is_picture
    assert message.text == (None if is_picture else words)


def test_the_welcome_block_greets() -> None:
    """Who opens the channel is greeted, unless they tapped something; words of other blocks are words."""
    assert read(build(KIM, "웰컴", bot_id=BOT, block=WELCOME_BLOCK)).choice == "start"
    tapped = build(KIM, "도움말", bot_id=BOT, block=WELCOME_BLOCK, client_extra={"choice": "help"})
    assert read(tapped).choice == "help"
    assert read(build(KIM, "안녕", bot_id=BOT)).text == "안녕"


@pytest.mark.parametrize(
    "payload",
    [
        {"userRequest": {"user": {"id": "u"}}},
        {"userRequest": {"user": {"id": "u"}, "utterance": None, "block": None, "params": None}, "action": None},
        {"userRequest": {"user": {"id": "u"}, "utterance": 7, "block": "x"}, "action": [], "bot": "x"},
    ],
)
def test_only_who_speaks_is_required(payload: dict[str, Any]) -> None:
    """A payload without words, block, action or bot is an empty message of that person."""
    message = read(payload)
    assert (message.address.user, message.text) == ("u", "")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"userRequest": None},
        {"userRequest": {"user": None}},
        {"userRequest": {"user": {}}},
        {"userRequest": {"user": {"id": ""}}},
        {"userRequest": {"user": {"id": None}}},
        {"userRequest": {"user": {"id": "x" * 201}}},
        [],
    ],
)
def test_nobody_cannot_speak(payload: object) -> None:
    """Without a person there is no payload, and what was sent does not stand in the error's type."""
    with pytest.raises(ValidationError):
        SkillPayload.model_validate(payload)


@pytest.mark.parametrize(
    ("url", "hosts", "may"),
    [
        ("https://bot-api.kakao.com:443/callback/1?x=y", ("kakao.com",), True),
        ("https://KAKAO.com/1", ("kakao.com",), True),
        ("https://kakao.com@evil.example/1", ("kakao.com",), False),
        ("https://evil.example/#kakao.com", ("kakao.com",), False),
        ("https://evil.example\\.kakao.com/", ("kakao.com",), False),
        ("//bot-api.kakao.com/1", ("kakao.com",), False),
        ("ftp://bot-api.kakao.com/1", ("kakao.com",), False),
        ("https://bot-api.kakao.com/1", (), False),
        ("https://bot-api.kakao.com/1", ("",), False),
        ("http://127.0.0.1:9/1", ("127.0.0.1",), True),
        ("http://localhost/1", ("localhost",), True),
        ("http://localhost/1", ("kakao.com",), False),
    ],
)
def test_a_callback_goes_where_it_may(url: str, hosts: tuple[str, ...], may: bool) -> None:
    """Only https at a named host or below it; plain http only on this machine and only where it is named."""
    assert allowed(url, hosts) is may


def test_an_urgent_card_can_be_tapped() -> None:
    """What to do at once comes first, with the number as a button, even where it was said last."""
    card = Card(title="지금 119에 전화하세요.", links=(Link(label="☎ 119", url="tel:119"),), level="ambulance")
    first, second = outputs(Text(text="들었어요."), card)
    assert first == {
        "textCard": {
            "title": "지금 119에 전화하세요.",
            "buttons": [{"action": "phone", "label": "☎ 119", "phoneNumber": "119"}],
            "buttonLayout": "vertical",
        }
    }
    assert second == {"simpleText": {"text": "들었어요."}}


def test_a_link_with_a_long_name_says_it_in_a_line() -> None:
    """A button has fourteen letters; the full name stands above it, and is cut only where several are too long."""
    link = Link(label="지도에서 서울 강남구 이비인후과 찾기", url="https://map.example/a")
    call = Link(label="☎ 1339", url="tel:1339")
    (one,) = outputs(Card(title="동네 의원이 먼저예요.", lines=("한 줄",), links=(link, call)))
    assert one["textCard"]["description"] == "한 줄\n지도에서 서울 강남구 이비인후과 찾기"
    assert one["textCard"]["buttons"] == [
        {"action": "webLink", "label": "열어 보기", "webLinkUrl": "https://map.example/a"},
        {"action": "phone", "label": "☎ 1339", "phoneNumber": "1339"},
    ]
    (two,) = outputs(Card(title="둘", links=(link, replace(link, url="https://map.example/b"))))
    assert [button["label"] for button in two["textCard"]["buttons"]] == ["지도에서 서울 강남구 이…"] * 2


def test_places_are_numbered_as_the_buttons_call_them() -> None:
    """The two nearest places with a number can be called by a button that names them by their place in the list."""
    silent = replace(GANA, phone="")
    items = tuple(Nearby(place=p, metres=500.0 * n) for n, p in enumerate((silent, GANA, GANA, GANA), 1))
    (shown,) = outputs(Places(items=items, origin_name="서울 중구"))
    card = shown["listCard"]
    assert card["header"] == {"title": "서울 중구에서 가까운 곳"}
    assert [item["title"] for item in card["items"]] == [f"{n}. 가나병원" for n in range(1, 5)]
    assert [item["description"] for item in card["items"][:2]] == [
        "500m · 서울 중구",
        "1.0km · 서울 중구 · 02-123-4567",
    ]
    assert [(b["label"], b["phoneNumber"]) for b in card["buttons"]] == [
        ("2번에 전화", "02-123-4567"),
        ("3번에 전화", "02-123-4567"),
    ]
    (none,) = outputs(Places(items=items[:1]))
    assert "buttons" not in none["listCard"]


def test_more_than_five_places_are_several_lists() -> None:
    """A list holds five; how old they are is said once, after the last."""
    items = tuple(Nearby(place=GANA, metres=500.0 * n) for n in range(1, 8))
    *lists, note = outputs(Places(items=items, as_of="2026년 3월 자료예요."))
    assert [len(shown["listCard"]["items"]) for shown in lists] == [5, 2]
    assert note == {"simpleText": {"text": "2026년 3월 자료예요."}}


def test_choices_carry_their_ids() -> None:
    """At most ten buttons of fourteen letters; the words are said for the person, the id travels beside them."""
    choices = tuple(Choice(id=f"region:{n}", label=f"{n}번째 아주 긴 이름의 동네") for n in range(12))
    (answer,) = answers(Reply(blocks=(Text(text="어디인가요?"),), choices=choices))
    quick = answer["template"]["quickReplies"]
    assert [one["extra"]["choice"] for one in quick] == [f"region:{n}" for n in range(10)]
    assert all(one["label"] == one["messageText"] and width(one["label"]) <= 14 for one in quick)
    assert answer["template"]["outputs"][-1]["simpleText"]["text"].endswith(
        "· 10번째 아주 긴 이름의 동네\n· 11번째 아주 긴 이름의 동네"
    )


def test_a_location_is_asked_for_by_a_page_or_not_at_all() -> None:
    """With an address there is a card that opens the page and a button to go on; without, only typing is offered."""
    share = Choice(id="location:share", label="동의하고 위치 보내기", asks_location=True)
    choices = (share, Choice(id="location:typed", label="동네 이름으로 찾기"))
    reply = Reply(blocks=(Text(text="어디에서 찾을까요?"),), choices=choices)
    (answer,) = answers(reply)
    assert answer["template"]["outputs"][1]["textCard"]["buttons"] == [
        {"action": "webLink", "label": "위치 보내기", "webLinkUrl": URL}
    ]
    assert [one["extra"]["choice"] for one in answer["template"]["quickReplies"]] == ["located", "location:typed"]
    (without,) = answers(reply, url=None)
    assert len(without["template"]["outputs"]) == 1
    assert [one["extra"]["choice"] for one in without["template"]["quickReplies"]] == ["location:typed"]
    (asks_nothing,) = answers(Reply(blocks=reply.blocks, choices=choices[1:]))
    assert "위치 보내기" not in json.dumps(asks_nothing, ensure_ascii=False)


def test_what_does_not_fit_comes_next() -> None:
    """Three bubbles a time; the first answers offer only to go on, the last one the choices."""
    text = " ".join(f"{n}번째 문장이에요." for n in range(500))
    found = answers(Reply(blocks=(Text(text=text),), choices=(Choice(id="help", label="도움말"),)))
    assert len(found) > 1
    ids = [[one["extra"]["choice"] for one in answer["template"]["quickReplies"]] for answer in found]
    assert ids == [["continue"]] * (len(found) - 1) + [["help"]]
    bubbles = [output["simpleText"]["text"] for answer in found for output in answer["template"]["outputs"]]
    assert " ".join(bubbles) == text


def test_two_replies_are_one_answer() -> None:
    """Everything that was said, as loudly as the loudest, with the choices of the last."""
    late = Reply(blocks=(Text(text="아까 답이에요."),), choices=(Choice(id="a:x:0", label="네"),), tone="critical")
    new = Reply(blocks=(Text(text="지금 답이에요."),), choices=(Choice(id="help", label="도움말"),))
    both = translate.together([late, new])
    assert both.blocks == (*late.blocks, *new.blocks)
    assert both.choices == new.choices
    assert both.tone == "critical"


def test_small_answers() -> None:
    """A sentence, a wait for the callback, and choices without words are answers Kakao takes."""
    one = translate.sentence("네")
    more = translate.sentence("기다려 주세요.", translate.more_choice(SAY))
    assert one["template"] == {"outputs": [{"simpleText": {"text": "네"}}]}
    assert more["template"]["quickReplies"][0]["extra"] == {"choice": translate.CONTINUE}
    (alone,) = answers(Reply(blocks=(), choices=(Choice(id="help", label="도움말"),)))
    assert alone["template"]["outputs"] == [{"simpleText": {"text": "아래에서 골라 주세요."}}]
    (nothing,) = answers(Reply(blocks=()))
    for answer in (one, more, alone, nothing):
        assert kakao_answers.check(answer, callback=False, blocks=()) == []
    assert kakao_answers.check(translate.wait_for_callback(SAY), callback=True, blocks=()) == []


def test_the_plain_form_keeps_the_words() -> None:
    """An answer in text alone says the same, links and numbers to call included."""
    card = Card(title="제목", lines=("줄",), links=(Link(label="지도", url="https://a.example"),))
    reply = Reply(blocks=(card, Text(text="끝")), choices=(Choice(id="help", label="도움말"),), tone="warning")
    plain = translate.as_text(reply)
    assert [block.text for block in plain.blocks if isinstance(block, Text)] == [
        "제목\n지도: https://a.example\n줄",
        "끝",
    ]
    assert (plain.choices, plain.tone) == (reply.choices, "warning")


words = st.one_of(
    st.sampled_from(["", " \n", "가나다라마바사. " * 300, "x" * 3_000, "😀" * 700, '"\\\n\t', "☎ 119", "<b>"]),
    st.text(max_size=40),
)
opens = st.sampled_from(["https://example.org/?a=1&b=%EA%B0%80", "tel:119", "tel:1577-0199"])
links = st.builds(Link, label=st.text(alphabet="가나다 ab", min_size=1, max_size=30).filter(str.strip), url=opens)
places = st.builds(
    Nearby,
    place=st.builds(
        Place,
        id=st.just("a"),
        name=st.text(alphabet="가나 ()&", min_size=1, max_size=60).filter(str.strip),
        kind=st.just("clinic"),
        point=st.just(Point(lat=37.5, lon=127)),
        region=st.text(alphabet="가나 ", max_size=40),
        phone=st.sampled_from(["", "02-123-4567", "119"]),
    ),
    metres=st.floats(0, 1e6),
    open_now=st.sampled_from([True, False, None]),
)
citations = st.builds(Citation, title=words, publisher=words, url=opens, read_on=st.just("2026-11-25"))
blocks = st.one_of(
    st.builds(Text, text=words),
    st.builds(Notice, text=words),
    st.builds(
        Card,
        title=words,
        lines=st.lists(words, max_size=3).map(tuple),
        links=st.lists(links, max_size=5).map(tuple),
        level=st.sampled_from([None, "clinic", "ambulance"]),
    ),
    st.builds(Places, items=st.lists(places, min_size=1, max_size=12).map(tuple), as_of=words, origin_name=words),
    st.builds(Source, citations=st.lists(citations, min_size=1, max_size=3).map(tuple)),
)
offered = st.lists(st.booleans(), max_size=14).map(
    lambda asks: tuple(Choice(id=f"a:x:{n}", label=f"{n}번 고르기", asks_location=ask) for n, ask in enumerate(asks))
)


@settings(max_examples=100, deadline=None)
@given(st.lists(blocks, max_size=5).map(tuple), offered, st.sampled_from([None, URL]))
def test_kakao_takes_every_reply(said: tuple[Block, ...], choices: tuple[Choice, ...], url: str | None) -> None:
    """Whatever a reply holds, every answer to it passes Kakao's limits and is small enough to be delivered."""
    for answer in answers(Reply(blocks=said, choices=choices), url=url):
        assert kakao_answers.check(answer, callback=False, blocks=()) == []
        assert len(json.dumps(answer, ensure_ascii=False).encode()) <= kakao_answers.MOST_BYTES
        assert len(answer["template"].get("quickReplies", ())) <= KAKAO.max_buttons
