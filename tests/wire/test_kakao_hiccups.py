"""KakaoTalk while Redis takes no writes for a moment, and while one message is answered more slowly than the next."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.kakao import channel
from bot.message import Address, Message, Platform
from tests.fakes.kakao import Turn
from tests.fakes.kakao_door import SlowOpen, slow_door, words
from tests.fakes.product import Mind

COUGH, AGREE = "기침이 나요", "동의"
NEAR, FAR = "부산 해운대구", "서울 강남구"


@pytest.fixture(autouse=True)
def _short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callbacks come as soon as the stand-in takes them."""
    monkeypatch.setattr(channel, "CALLBACK_PAUSE", 0.4)


def address_of(name: str, door: SlowOpen) -> Address:
    """The address of a person of the stand-in."""
    return Address(platform=Platform.KAKAO, user=door.kakao.person(name).key)


async def waiting(door: SlowOpen) -> int:
    """How many replies wait for the person."""
    return len(await door.product.house.engine.undelivered(address_of("a", door)))


async def hospitals_wait(door: SlowOpen) -> None:
    """A reply with hospitals waits for the person; with those of the next one it is too long for one answer."""
    message = Message(id="held", address=address_of("a", door), sent_at=datetime.now(UTC), text=f"{NEAR} 병원 찾아줘")
    await door.product.house.engine.handle(message, None)


async def read_on(door: SlowOpen) -> None:
    """Ask for what waits as long as something does."""
    while await waiting(door):
        await door.kakao.say("a", "이어서 보기", client_extra={"choice": "continue"})


async def until(what: Callable[[], bool]) -> None:
    """Wait for something that comes soon."""
    async with asyncio.timeout(10):
        while not what():  # noqa: ASYNC110 - nobody sets an event when a stand-in sees something
            await asyncio.sleep(0.01)


def titles(turn: Turn) -> list[str]:
    """What heads the lists of hospitals in an answer."""
    return [shown.text.splitlines()[0] for shown in turn.shown if shown.kind == "listCard"]


# the turn after it


@pytest.mark.parametrize(("callback", "reads"), [(True, True), (True, False), (False, True), (False, False)])
async def test_a_moment_without_redis_holds_up_no_next_message(
    mind: Mind, short_path: Path, callback: bool, reads: bool
) -> None:
    """A turn whose answer stumbled over Redis ends all the same, and the next message is answered at once."""
    pace = (0.2, 0.1) if callback else (0.0, 3.0)
    slow = slow_door(mind, short_path, seconds=pace[0], deadline=pace[1], callback_seconds=5, hold_seconds=1.0)
    async with slow as door:
        await hospitals_wait(door)
        door.kakao.callback, door.redis.reads, door.redis.step = callback, reads, "committed"
        await door.kakao.say("a", f"{FAR} 병원 찾아줘")
        await until(lambda: door.redis.step == "")
        await asyncio.sleep(0.1)  # less than the callback's pause: what is asked of Redis before it has failed by then
        door.redis.end()
        await door.kakao.settled(5)
        began = time.monotonic()
        await door.kakao.say("a", COUGH)
        await door.kakao.settled(5)
        await door.product.idle(5)
        assert time.monotonic() - began < 5, "a hold whose end could not be written down ends by itself"
        await read_on(door)
        assert AGREE in words(door.kakao, "a")
        assert FAR in words(door.kakao, "a")


@pytest.mark.parametrize(("step", "reads"), [("guarded", True), ("guarded", False), ("committed", False)])
async def test_a_hiccup_during_a_callback_turn_blocks_nobody(
    mind: Mind, short_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, reads: bool
) -> None:
    """Whatever Redis refuses while an answer comes by the callback, Kakao hears something and the next one is read."""
    monkeypatch.setattr(channel, "REST_SECONDS", 0.1)
    slow = slow_door(mind, short_path, seconds=0.2, deadline=0.1, callback_seconds=10, hold_seconds=0.5)
    async with slow as door:
        await hospitals_wait(door)
        door.kakao.callback, door.redis.reads, door.redis.step = True, reads, step
        turn = await door.kakao.say("a", f"{FAR} 병원 찾아줘")
        assert turn.answer is not None
        assert turn.answer["useCallback"] is True
        await door.kakao.settled(10)
        assert [callback.accepted for callback in door.kakao.callbacks] == [True]
        assert door.redis.step == "", "it did hiccup"
        await asyncio.sleep(0.3)  # longer than the rest is tried to be kept
        door.redis.end()
        await door.kakao.say("a", COUGH)
        await door.kakao.settled(10)
        await door.product.idle()
        await read_on(door)
        assert AGREE in words(door.kakao, "a")
        assert FAR in words(door.kakao, "a")


# one person, two messages


async def test_what_was_asked_first_is_answered_first(mind: Mind, short_path: Path) -> None:
    """A quick reply to the second message waits for the slow reply to the first, and comes after it."""
    async with slow_door(mind, short_path, seconds=0.6, deadline=0.2, callback_seconds=10) as door:
        await door.kakao.say("a", f"{NEAR} 병원 찾아줘")
        door.engine.seconds = 0.0
        second = await door.kakao.say("a", f"{FAR} 병원 찾아줘")
        assert titles(second) == []
        await door.product.idle()
        assert await waiting(door) == 2
        shown = [*titles(await door.kakao.tap("a", "continue")), *titles(await door.kakao.tap("a", "continue"))]
        assert [NEAR in shown[0], FAR in shown[-1], sorted(shown)] == [True, True, sorted(set(shown))]
        assert await waiting(door) == 0


async def test_a_message_that_waited_brings_the_earlier_answer_along(mind: Mind, short_path: Path) -> None:
    """Where the second message is answered in its own request, what the first one got stands before it."""
    async with slow_door(mind, short_path, seconds=0.6, deadline=0.2, callback_seconds=10) as door:
        await door.kakao.say("a", COUGH)
        door.engine.seconds, door.door._deadline = 0.0, 3.0
        second = await door.kakao.say("a", f"{FAR} 병원 찾아줘")
        said = "\n".join(shown.text for shown in second.shown)
        assert -1 < said.find(AGREE) < said.find(FAR)
        assert await waiting(door) == 0


@pytest.mark.parametrize("fault", [None, "FAIL"])
async def test_two_callbacks_come_in_their_order(mind: Mind, short_path: Path, fault: str | None) -> None:
    """The second callback comes after the first, and brings along what the first could not."""
    async with slow_door(mind, short_path, seconds=0.4, deadline=0.1, callback_seconds=10) as door:
        door.kakao.callback = True
        await door.kakao.say("a", COUGH)
        door.engine.seconds = 0.0
        door.kakao.callback_fault = "FAIL" if fault else None
        second = asyncio.create_task(door.kakao.say("a", f"{FAR} 병원 찾아줘"))
        await until(lambda: bool(door.kakao.callbacks))
        door.kakao.callback_fault = None
        await second
        await door.kakao.settled(10)
        await door.product.idle()
        said = words(door.kakao, "a")
        assert -1 < said.find(AGREE) < said.find(FAR)
        assert said.count(AGREE) == said[: said.find(FAR)].count(AGREE)
        assert await waiting(door) == 0


async def test_what_cannot_be_looked_up_is_not_overtaken(mind: Mind, short_path: Path) -> None:
    """Where Redis does not tell what waits since before, the new reply waits with it instead of coming first."""
    slow = slow_door(mind, short_path, seconds=0.0, deadline=3.0, callback_seconds=10, hold_seconds=0.5)
    async with slow as door:
        await hospitals_wait(door)
        door.redis.reads, door.redis.step = False, "committed"
        turn = await door.kakao.say("a", f"{FAR} 병원 찾아줘")
        assert FAR not in "\n".join(shown.text for shown in turn.shown)
        assert [quick.extra["choice"] for quick in turn.shown[-1].quick] == ["continue"]
        door.redis.end()
        shown = [*titles(await door.kakao.tap("a", "continue")), *titles(await door.kakao.tap("a", "continue"))]
        assert [NEAR in shown[0], FAR in shown[-1], sorted(shown)] == [True, True, sorted(set(shown))]


# the rest of a long reply


@pytest.mark.parametrize("callback", [False, True])
async def test_a_rest_that_cannot_be_kept_at_once_is_not_lost(mind: Mind, short_path: Path, callback: bool) -> None:
    """The beginning of a long reply comes although its rest could not be kept; the rest follows, each part once."""
    slow = slow_door(
        mind, short_path, seconds=0.2 if callback else 0.0, deadline=0.1 if callback else 3.0, callback_seconds=10
    )
    async with slow as door:
        await hospitals_wait(door)
        door.kakao.callback, door.redis.step = callback, "committed"
        turn = await door.kakao.say("a", f"{FAR} 병원 찾아줘")
        await door.kakao.settled(10)
        first = door.kakao.callbacks[0].answer if callback else turn.answer
        assert first is not None
        assert first["template"]["quickReplies"][0]["extra"]["choice"] == "continue"
        begun = [shown.text for shown in door.kakao.shown("a") if shown.kind == "listCard"]
        assert len(begun) == 1
        assert NEAR in begun[0]
        door.redis.end()
        await asyncio.sleep(0.5)  # longer than the pause between two tries
        assert await waiting(door) == 1
        door.kakao.callback = False
        await door.kakao.tap("a", "continue")
        said = [shown.text for shown in door.kakao.shown("a") if shown.kind == "listCard"]
        assert len(said) == 2
        assert FAR in said[1]
        assert await waiting(door) == 0


async def test_a_rest_that_cannot_be_kept_at_all_is_shown_with_its_beginning(
    mind: Mind, short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While Redis stays away nothing counts as said: when it is back the reply is shown from its beginning."""
    monkeypatch.setattr(channel, "REST_SECONDS", 0.1)
    slow = slow_door(mind, short_path, seconds=0.0, deadline=3.0, callback_seconds=10, hold_seconds=0.5)
    async with slow as door:
        await hospitals_wait(door)
        door.redis.step = "committed"
        turn = await door.kakao.say("a", f"{FAR} 병원 찾아줘")
        assert len(titles(turn)) == 1
        await asyncio.sleep(0.3)
        door.redis.end()
        assert await waiting(door) == 2
        again = [*titles(await door.kakao.tap("a", "continue")), *titles(await door.kakao.tap("a", "continue"))]
        assert [NEAR in again[0], FAR in again[1]] == [True, True]
