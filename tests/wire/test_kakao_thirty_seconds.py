"""A model that needs half a minute: what KakaoTalk's people see meanwhile, and when the answer comes."""

import asyncio
from pathlib import Path

import pytest

from adapters.kakao.channel import CALLBACK_SECONDS
from tests.fakes.kakao_door import slow_door, words
from tests.fakes.product import Mind

MODEL_SECONDS = 30.0
DEADLINE = 3.4
PEOPLE = [f"p{number}" for number in range(20)]

pytestmark = [pytest.mark.soak, pytest.mark.timeout(120)]


async def test_the_callback_is_used_once_and_in_time(mind: Mind, short_path: Path) -> None:
    """Twenty people at once get a sentence within four seconds and the answer by one callback within the minute."""
    slow = slow_door(mind, short_path, seconds=MODEL_SECONDS, deadline=DEADLINE, callback_seconds=CALLBACK_SECONDS)
    async with slow as door:
        door.kakao.callback = True
        turns = await asyncio.gather(*(door.kakao.say(name, "기침이 나요") for name in PEOPLE))
        alarm = await door.kakao.say("alarmed", "숨을 못 쉬겠어요")
        assert "119" in words(door.kakao, "alarmed")
        await door.kakao.settled(60)
        times = [callback.at for callback in door.kakao.callbacks]
        print(f"\nfirst answers within {max(turn.seconds for turn in turns):.2f} s, alarm {alarm.seconds:.2f} s,")
        print(f"callbacks {len(times)}, after {min(times):.1f} to {max(times):.1f} s")
        assert max(turn.seconds for turn in [*turns, alarm]) < 4
        assert all(callback.accepted for callback in door.kakao.callbacks)
        assert len({callback.token for callback in door.kakao.callbacks}) == len(times)
        assert all("동의" in words(door.kakao, name) for name in PEOPLE)


async def test_without_a_callback_the_answer_comes_with_the_next_message(mind: Mind, short_path: Path) -> None:
    """Twenty people at once get a sentence within four seconds and what was held as soon as they ask for it."""
    slow = slow_door(mind, short_path, seconds=MODEL_SECONDS, deadline=DEADLINE, callback_seconds=CALLBACK_SECONDS)
    async with slow as door:
        turns = await asyncio.gather(*(door.kakao.say(name, "기침이 나요") for name in PEOPLE))
        early = await door.kakao.tap(PEOPLE[0], "continue")
        await door.product.idle(MODEL_SECONDS + 10)
        later = await asyncio.gather(*(door.kakao.tap(name, "continue") for name in PEOPLE))
        print(f"\nfirst answers within {max(turn.seconds for turn in turns):.2f} s,")
        print(f"held answers shown within {max(turn.seconds for turn in later):.2f} s of asking")
        assert max(turn.seconds for turn in [*turns, early, *later]) < 4
        assert not door.kakao.callbacks
        assert all("동의" in words(door.kakao, name) for name in PEOPLE)
