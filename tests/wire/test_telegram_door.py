"""The Telegram door by webhook, against a strict stand-in for Telegram's servers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from adapters.telegram.channel import SECRET_HEADER
from bot.errors import Overloaded, StateUnavailable
from bot.message import Address, Platform
from bot.phrases import load_phrases
from tests.fakes.telegram import TelegramFake
from tests.fakes.telegram_product import (
    ANN,
    COMPLAINT,
    DANGER,
    SECRET,
    Mind,
    Open,
    answered,
    finished,
    nothing_waits,
    opened,
)

SAY = load_phrases()
GROUP = -100_500


@pytest.fixture
async def fake() -> AsyncIterator[TelegramFake]:
    """Telegram, on the loopback."""
    async with TelegramFake() as running:
        yield running


@pytest.fixture
async def door(mind: Mind, short_path: Path, fake: TelegramFake) -> AsyncIterator[Open]:
    """The door by webhook, introduced and ready."""
    async with opened(mind, short_path, fake) as running:
        await fake.until(lambda: len(fake.called("setMyShortDescription")) == 2)
        yield running


async def test_a_conversation_by_webhook(door: Open) -> None:
    """What is typed is answered with buttons, a tapped button is acknowledged and leads on, nothing is left over."""
    await door.fake.say(ANN, COMPLAINT)
    await answered(door, ANN, 1)
    labels = [button.label for shown in door.fake.shown(ANN) for button in shown.buttons]
    assert SAY("consent.health.yes") in labels
    said = len(door.texts(ANN))
    await door.fake.tap(ANN, "consent:yes")
    await answered(door, ANN, said + 1)
    await door.fake.until(lambda: door.fake.called("answerCallbackQuery"))
    assert door.fake.called("answerCallbackQuery")[0].params["text"] == f"✓ {SAY('consent.health.yes')}"
    assert door.fake.refused == []
    address = Address(platform=Platform.TELEGRAM, user=str(ANN))
    assert await door.engine.undelivered(address) == ()


async def test_danger_stands_alone_and_first(door: Open) -> None:
    """The emergency card is the first message; its number can be read."""
    await door.fake.send(ANN, "photo", caption=DANGER)
    await answered(door, ANN, 1)
    first = door.fake.shown(ANN)[0]
    assert first.text.startswith("지금 119에 전화하세요.\n☎ 119\n")
    assert first.buttons == []


async def test_a_location_is_asked_for_and_leads_to_hospitals(door: Open) -> None:
    """The key asks the telephone; the answer is a pin and a list, and the keys are gone."""
    await door.fake.say(ANN, "/places")
    await answered(door, ANN, 1)
    key = door.fake.keyboard(ANN)[0]
    assert key.request_location
    await door.fake.press(ANN, key.label, point=(37.5665, 126.978))
    await answered(door, ANN, 3)
    pin, words = door.fake.shown(ANN)[-2:]
    assert pin.venue
    assert "1. " in words.text
    assert {entity["type"] for entity in words.entities} >= {"bold", "text_link"}
    assert door.fake.keyboard(ANN) == []


async def test_a_typed_district_works_as_well(door: Open) -> None:
    """The other key says in words what it stands for, and a district leads to the same list."""
    await door.fake.say(ANN, "/places")
    await answered(door, ANN, 1)
    await door.fake.press(ANN, SAY("consent.location.typed"))
    await answered(door, ANN, 2)
    assert door.texts(ANN)[-1] == SAY("places.where")
    await door.fake.say(ANN, "서울 강남구")
    await answered(door, ANN, 4)
    assert "강남구" in door.texts(ANN)[-1]


async def test_an_update_that_comes_again_is_answered_once(door: Open) -> None:
    """Telegram repeats what it believes lost; the person notices nothing."""
    update = door.fake.build("text", ANN, text="안녕하세요")
    assert [await door.fake.post(update) for _ in range(3)] == [200, 200, 200]
    await answered(door, ANN, 1)
    said = len(door.texts(ANN))
    await asyncio.sleep(0.2)
    assert len(door.texts(ANN)) == said
    assert len(door.engine.accepted) == 1


async def test_only_telegram_may_post(door: Open) -> None:
    """Without the secret 401, with a wrong one 403, before anything of the body is looked at."""
    update = door.fake.build("text", ANN, text=COMPLAINT)
    assert await door.fake.post(update, secret="") == 401
    assert await door.fake.post(update, secret="wrong") == 403
    assert await door.post(data=b"{", headers={"Content-Type": "text/plain"}) == 401
    assert door.engine.accepted == []


async def test_what_is_no_update_is_told_so(door: Open) -> None:
    """Broken JSON and other contents 400, too much 413, other methods 405; what is not for us is simply received."""
    good = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
    assert await door.post(data=b"{", headers=good) == 400
    assert await door.post(data=b"{}", headers=good | {"Content-Type": "text/plain"}) == 400
    assert await door.post(data=b"x" * 1_048_577, headers=good) == 413
    assert await door.post(data=b'{"news":1}', headers=good) == 200
    assert await door.post(data=b'{"update_id":1,"message":{"odd":[]}}', headers=good) == 200
    async with aiohttp.ClientSession() as session, session.get(f"{door.base}/telegram/webhook") as response:
        assert response.status == 405
    assert door.engine.accepted == []


async def test_what_cannot_be_kept_is_not_received(door: Open) -> None:
    """Telegram is told to come again, and then the message is answered once."""
    door.engine.troubles = [StateUnavailable("gone"), Overloaded("busy"), RuntimeError("unknown")]
    await door.fake.say(ANN, "안녕하세요")
    await answered(door, ANN, 1)
    assert [status for _, status in door.fake.webhook_results] == [503, 503, 503, 200]
    assert len(door.engine.accepted) == 1


async def test_patience_is_had_when_telegram_asks_for_it(door: Open) -> None:
    """A 429 is waited for; the answer comes whole and in order."""
    door.fake.flood(2, retry_after=1, method="sendMessage")
    await door.fake.say(ANN, DANGER)
    await answered(door, ANN, 2)
    assert door.texts(ANN)[0].startswith("지금 119")
    assert {refused.code for refused in door.fake.refused} == {429}
    assert len(door.texts(ANN)) == len(set(door.texts(ANN)))


async def test_what_may_have_arrived_is_not_said_twice_at_once(door: Open) -> None:
    """A gateway that fails after delivering: the reply waits in the outbox instead."""
    door.fake.fail(1, status=502, accept=True, method="sendMessage")
    await door.fake.say(ANN, "안녕하세요")
    await door.fake.settled()
    await answered(door, ANN, 1)
    await asyncio.sleep(0.3)
    assert len(door.texts(ANN)) == 1
    assert len(await door.engine.undelivered(Address(platform=Platform.TELEGRAM, user=str(ANN)))) == 1


async def test_who_blocks_the_bot_is_left_in_peace(door: Open) -> None:
    """What waits is dropped, whether Telegram tells us or refuses; who comes back is answered."""
    address = Address(platform=Platform.TELEGRAM, user=str(ANN))
    door.engine.seconds = 0.3
    await door.fake.say(ANN, "안녕하세요")
    await door.fake.block(ANN)
    await door.fake.settled()
    await finished(door)
    await nothing_waits(door, address)
    assert door.texts(ANN) == []
    door.engine.seconds = 0.0
    await door.fake.unblock(ANN)
    await door.fake.say(ANN, "안녕하세요")
    await answered(door, ANN, 1)


async def test_a_long_thought_shows_that_somebody_types(door: Open) -> None:
    """A slow answer is announced, a quick one is not."""
    await door.fake.say(ANN, "안녕하세요")
    await answered(door, ANN, 1)
    assert door.fake.called("sendChatAction") == []
    door.engine.seconds = 0.7
    await door.fake.say(ANN, "고마워요")
    await answered(door, ANN, 2)
    (call,) = door.fake.called("sendChatAction")
    assert call.params == {"chat_id": ANN, "action": "typing"}


async def test_a_group_hears_one_sentence(door: Open) -> None:
    """In a group the bot says once where it can be spoken to, and keeps nothing."""
    await door.fake.invite(GROUP, ANN)
    for _ in range(3):
        await door.fake.group(GROUP, ANN, DANGER)
    await door.fake.settled()
    await door.fake.until(lambda: door.texts(GROUP))
    await asyncio.sleep(0.1)
    assert door.texts(GROUP) == [SAY("telegram.group")]
    assert door.engine.accepted == []


async def test_the_bot_introduces_itself(door: Open) -> None:
    """Webhook, commands and descriptions are set, for everybody and in Korean."""
    (webhook,) = door.fake.called("setWebhook")
    assert webhook.params == {
        "url": f"{door.base}/telegram/webhook",
        "secret_token": SECRET,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
        "max_connections": 40,
        "drop_pending_updates": False,
    }
    commands = [call.params for call in door.fake.called("setMyCommands")]
    assert [params.get("language_code") for params in commands] == [None, "ko"]
    assert [command["command"] for command in commands[0]["commands"]] == list(SAY.get("telegram.commands"))
    assert len(SAY.lines("telegram.steps")) >= 6
