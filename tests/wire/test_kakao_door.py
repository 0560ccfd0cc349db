"""The KakaoTalk door against a strict stand-in for Kakao's platform."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from adapters.kakao.callback import allowed
from adapters.kakao.channel import SECRET_HEADER, KakaoDoor
from bot.message import Address, Message, Platform
from bot.state.embedded import command
from tests.fakes.kakao import KakaoFake
from tests.fakes.kakao_door import BOT, SECRET, Open, slow_door, words
from tests.fakes.kakao_payload import DRIFTS, LOCATION_SHAPES
from tests.fakes.product import Mind, product


@pytest.fixture
async def door(mind: Mind, short_path: Path) -> AsyncIterator[Open]:
    """The product with only KakaoTalk configured."""
    settings = {"kakao_secret": SECRET, "kakao_callback_hosts": ("127.0.0.1",), "kakao_bot_ids": (BOT,)}
    async with (
        product(short_path, mind, **settings) as running,
        KakaoFake(f"{running.base}/kakao/skill", SECRET, BOT) as kakao,
    ):
        yield Open(kakao=kakao, product=running)
        assert kakao.problems == []


async def test_a_complaint_is_answered_within_the_request(door: Open) -> None:
    """A message is answered at once, with choices that carry their ids."""
    turn = await door.kakao.say("a", "어제부터 머리가 아프고 열이 나요")
    assert turn.status == 200
    assert "동의" in words(door.kakao, "a")
    await door.kakao.tap("a", "consent:yes")
    await door.kakao.tap("a", "age:29")
    await door.kakao.tap("a", "sex:female")
    turn = await door.kakao.tap("a", "finish")
    assert turn.answer is not None
    assert await door.product.house.store.unfinished() == 0


async def test_danger_comes_first_and_can_be_tapped(door: Open) -> None:
    """An emergency is one answer: the card with the number to tap, then the rest."""
    await door.kakao.say("a", "숨을 못 쉬겠어요")
    first = door.kakao.shown("a")[0]
    assert first.kind == "textCard"
    assert any(button.action == "phone" and button.phone == "119" for button in first.buttons)
    await asyncio.sleep(0.05)
    assert await door.product.house.engine.undelivered(address_of("a", door)) == ()


def address_of(name: str, door: Open) -> Address:
    """The address of a person of the stand-in."""
    return Address(platform=Platform.KAKAO, user=door.kakao.person(name).key)


@pytest.mark.parametrize("drift", DRIFTS)
async def test_a_payload_that_changed_its_shape_is_still_read(drift: str, door: Open) -> None:
    """Unknown, missing and oddly written fields do not matter."""
    turn = await door.kakao.post(door.kakao.payload("a", "기침이 나요", **DRIFTS[drift]))
    assert turn.status == 200
    assert turn.answer is not None
    assert "동의" in json.dumps(turn.answer, ensure_ascii=False)


@pytest.mark.parametrize("shape", LOCATION_SHAPES)
async def test_a_location_plugin_is_understood_in_every_shape(shape: str, door: Open) -> None:
    """Coordinates of the business plugin lead to hospitals nearby."""
    await door.kakao.say("a", "가까운 병원 찾아줘")
    await door.kakao.plugin_location("a", 37.4979, 127.0276, shape=shape)
    assert any(shown.kind == "listCard" for shown in door.kakao.shown("a"))


async def test_a_district_gives_a_list_with_maps_and_phones(door: Open) -> None:
    """Places come as a list whose items open a map, with numbers to call."""
    await door.kakao.say("a", "부산 해운대구 병원 찾아줘")
    lists = [shown for shown in door.kakao.shown("a") if shown.kind == "listCard"]
    assert len(lists) == 1
    assert any(button.action == "phone" for button in lists[0].buttons)


async def test_an_ambiguous_district_is_asked_back(door: Open) -> None:
    """A name that several districts share comes back as choices, and a tap decides."""
    await door.kakao.say("a", "병원 찾아줘")
    await door.kakao.say("a", "중구")
    choices = [quick.extra["choice"] for quick in door.kakao.shown("a")[-1].quick]
    assert sum(choice.startswith("region:") for choice in choices) >= 3
    await door.kakao.tap("a", next(choice for choice in choices if choice.startswith("region:")))
    assert any(shown.kind == "listCard" for shown in door.kakao.shown("a"))


async def test_a_picture_gets_one_kind_sentence(door: Open) -> None:
    """The address Kakao makes of a picture is not read as words."""
    await door.kakao.say("a", "https://talk.kakaocdn.net/dna/abc/i_123.jpg?credential=x")
    assert "사진" in words(door.kakao, "a")


PICTURE = "https://talk.kakaocdn.net/dna/i_1.jpg?credential="
"""How the address of a picture begins."""


@pytest.mark.parametrize(
    ("text", "picture"),
    [
        (PICTURE.ljust(1_000, "x"), True),
        (PICTURE.ljust(1_001, "x"), False),
        (f"기침이 나요 {PICTURE.ljust(1_001, 'x')}", False),
        (f"기침이 나요 {PICTURE}", False),
    ],
)
async def test_what_is_too_long_for_an_address_was_typed(door: Open, text: str, picture: bool) -> None:
    """A picture is nothing but its address; over a thousand characters are words, whatever address is in them."""
    await door.kakao.say("a", text)
    assert ("사진" in words(door.kakao, "a")) is picture
    assert ("동의" in words(door.kakao, "a")) is ("기침" in text)


async def test_a_deletion_empties_the_doors_own_memory(door: Open) -> None:
    """Who has everything deleted, in typed words, finds no earlier answer at the door; other people's stay."""
    requests = {name: door.kakao.payload(name, "기침이 나요") for name in ("a", "b")}
    first = {name: await door.kakao.post(asked, request_id=f"of {name}") for name, asked in requests.items()}
    repeated = await door.kakao.post(requests["a"], request_id="of a")
    assert repeated.answer == first["a"].answer, "a repeated request gets the same bytes"
    await door.kakao.say("a", "내 정보 지워줘")
    await door.kakao.say("a", "네")
    assert "확인 번호" in words(door.kakao, "a")
    (kakao,) = (item for item in door.product.doors.items if isinstance(item, KakaoDoor))
    await door.product.idle()
    await asyncio.sleep(0.2)  # the turn's end comes after its answer
    assert {user for user, _ in kakao._recent._answers} == {address_of("b", door).user}
    again = {name: await door.kakao.post(asked, request_id=f"of {name}") for name, asked in requests.items()}
    assert json.dumps(again["a"].answer, ensure_ascii=False).count("이미 받았어요") == 1
    assert again["b"].answer == first["b"].answer


async def test_the_same_request_twice_is_one_turn(door: Open) -> None:
    """A repeated request id gets the same answer and changes nothing."""
    payload = door.kakao.payload("a", "기침이 나요")
    first = await door.kakao.post(payload, request_id="r1")
    second = await door.kakao.post(payload, request_id="r1")
    assert first.answer == second.answer


async def post(base: str, body: bytes | None, **headers: str) -> int:
    """The status of one raw request with these headers."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{base}/kakao/skill", data=body, headers=headers, skip_auto_headers=("Content-Type",)) as answer,
    ):
        return answer.status


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (JSON, b"{}", 401),
        ({**JSON, SECRET_HEADER: "wrong"}, b"{}", 403),
        ({**JSON, SECRET_HEADER: ""}, b"{}", 403),
        ({**JSON, SECRET_HEADER: SECRET}, b"{", 400),
        ({**JSON, SECRET_HEADER: SECRET}, b"{}", 400),
        ({**JSON, SECRET_HEADER: SECRET}, b"[]", 400),
        ({**JSON, SECRET_HEADER: SECRET}, b'{"userRequest":{"user":{"id":""}}}', 400),
        ({**JSON, SECRET_HEADER: SECRET}, b"\xff\xfe\x00", 400),
        ({"Content-Type": "text/plain", SECRET_HEADER: SECRET}, b"{}", 400),
        ({SECRET_HEADER: SECRET}, b"{}", 400),
        ({**JSON, SECRET_HEADER: SECRET, "Content-Encoding": "gzip"}, b"\x1f\x8b", 400),
        ({**JSON, SECRET_HEADER: SECRET}, b"x" * 10_000_000, 413),
        (JSON, b"{", 401),
    ],
)
async def test_what_is_wrong_is_refused(headers: dict[str, str], body: bytes, status: int, door: Open) -> None:
    """Wrong secrets, bodies and kinds are refused with the fitting status, the secret being looked at first."""
    assert await post(door.product.base, body, **headers) == status


async def test_only_posts_and_only_our_bot(door: Open) -> None:
    """GET is no way in, and another bot's payload is refused even with the secret."""
    async with aiohttp.ClientSession() as session, session.get(f"{door.product.base}/kakao/skill") as answer:
        assert answer.status == 405
    payload = door.kakao.payload("a", "기침")
    payload["bot"]["id"] = "somebody-elses"
    headers = {**JSON, SECRET_HEADER: SECRET}
    assert await post(door.product.base, json.dumps(payload).encode(), **headers) == 403


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://bot-api.kakao.com/callback/1", True),
        ("https://kakao.com.evil.example/1", False),
        ("https://evilkakao.com/1", False),
        ("http://bot-api.kakao.com/1", False),
        ("https://127.0.0.1/1", False),
        ("file:///etc/passwd", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_answers_are_posted_to_kakao_only(url: str, may: bool) -> None:
    """A callback address is used only where it is https at Kakao's."""
    assert allowed(url, ("kakao.com",)) is may


async def test_a_slow_answer_uses_the_callback_once(mind: Mind, short_path: Path) -> None:
    """Past the deadline the answer comes by the callback: once, in time, and nothing is left behind."""
    async with slow_door(mind, short_path, seconds=0.8, deadline=0.3, callback_seconds=10) as door:
        door.kakao.callback = True
        turn = await door.kakao.say("a", "기침이 나요")
        assert turn.answer is not None
        assert turn.answer["useCallback"] is True
        assert turn.seconds < 0.7
        await door.kakao.settled(10)
        assert [callback.accepted for callback in door.kakao.callbacks] == [True]
        assert "동의" in words(door.kakao, "a")
        await door.product.idle()
        assert await door.product.house.engine.undelivered(address_of("a", door)) == ()


async def test_a_very_slow_answer_spends_the_callback_on_saying_so(mind: Mind, short_path: Path) -> None:
    """Shortly before the callback ends it says that it takes longer; the answer is shown when it is asked for."""
    async with slow_door(mind, short_path, seconds=2.5, deadline=0.3, callback_seconds=1.2) as door:
        door.kakao.callback = True
        await door.kakao.say("a", "기침이 나요")
        await door.kakao.settled(10)
        assert len(door.kakao.callbacks) == 1
        assert "아직 살펴보고" in words(door.kakao, "a")
        await door.product.idle()
        await door.kakao.tap("a", "continue")
        assert "동의" in door.kakao.shown("a")[-1].text


async def test_without_a_callback_the_answer_waits_for_the_next_message(mind: Mind, short_path: Path) -> None:
    """A late answer is held, offered by a button, and shown together with the answer to the next message."""
    async with slow_door(mind, short_path, seconds=0.7, deadline=0.3, callback_seconds=10) as door:
        turn = await door.kakao.say("a", "기침이 나요")
        assert turn.seconds < 0.65
        assert [quick.label for quick in door.kakao.shown("a")[-1].quick] == ["이어서 보기"]
        await door.product.idle()
        held = await door.product.house.engine.undelivered(address_of("a", door))
        assert len(held) == 1
        began = time.monotonic()
        await door.kakao.tap("a", "continue")
        assert time.monotonic() - began < 0.3
        assert "동의" in door.kakao.shown("a")[-1].text
        assert await door.product.house.engine.undelivered(address_of("a", door)) == ()


async def test_the_next_message_brings_the_held_answer_along(door: Open) -> None:
    """What was said too late comes first, then the answer to the new words, in one response."""
    address = address_of("a", door)
    await door.kakao.say("a", "기침이 나요")
    await door.kakao.tap("a", "consent:yes")
    engine = door.product.house.engine
    held = Message(id="late", address=address, sent_at=datetime.now(UTC), text="29살")
    await engine.handle(held, None)
    assert len(await engine.undelivered(address)) == 1
    turn = await door.kakao.say("a", "여자예요")
    said = json.dumps(turn.answer, ensure_ascii=False)
    assert said.index("성별") < len(said)
    assert await engine.undelivered(address) == ()


async def test_danger_does_not_wait_for_a_slow_turn(mind: Mind, short_path: Path) -> None:
    """While the model thinks about an earlier message, danger is answered at once."""
    async with slow_door(mind, short_path, seconds=0.0, deadline=4.0, callback_seconds=10) as door:
        address = address_of("a", door)
        now = datetime.now(UTC)
        first = await door.product.house.engine.accept(
            Message(id="m1", address=address, sent_at=now, text="기침"), None
        )
        assert first is not None
        turn = await door.kakao.say("a", "숨을 못 쉬겠어요")
        assert turn.seconds < 2
        assert "119" in words(door.kakao, "a")
        await door.product.house.engine.answer(first, None)
        await door.product.idle()


async def test_redis_gone_is_a_kind_sentence_and_danger_is_answered(door: Open) -> None:
    """Without Redis the person reads why nothing happens, and an emergency still gets its number."""
    embedded = door.product.house.embedded
    assert embedded is not None
    command(embedded.socket_path, b"SHUTDOWN NOSAVE\r\n")
    await door.kakao.say("a", "기침이 나요")
    assert "잠깐 멈췄어요" in words(door.kakao, "a") or "동의" in words(door.kakao, "a")
    command(embedded.socket_path, b"SHUTDOWN NOSAVE\r\n")
    await door.kakao.say("b", "숨을 못 쉬겠어요")
    assert "119" in words(door.kakao, "b")


async def test_who_says_to_have_sent_a_location_is_told_where_it_is_missing(door: Open) -> None:
    """Pressing "sent" before the page was used says that nothing came, and that a name does as well."""
    await door.kakao.say("a", "가까운 병원 찾아줘")
    await door.kakao.tap("a", "located")
    assert "위치가 아직 오지 않았어요" in door.kakao.shown("a")[-1].text
