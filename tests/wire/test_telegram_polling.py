"""The Telegram door's other days: fetching updates, bad starts, stopping, and what its logs say."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import structlog

from bot.errors import Overloaded, StateUnavailable
from tests.fakes.telegram import TOKEN, TelegramFake
from tests.fakes.telegram_product import ANN, COMPLAINT, DANGER, SECRET, Mind, Mode, answered, opened

MODES: tuple[Mode, ...] = ("webhook", "polling")


@pytest.fixture
async def fake() -> AsyncIterator[TelegramFake]:
    """Telegram, on the loopback."""
    async with TelegramFake() as running:
        yield running


async def test_a_conversation_by_polling(mind: Mind, short_path: Path, fake: TelegramFake) -> None:
    """Without a public address the door fetches what people write; a webhook of before is taken away."""
    async with opened(mind, short_path, fake, mode="polling") as door:
        assert door.door.routes() == []
        for user in (ANN, ANN + 1, ANN + 2):
            await fake.say(user, "안녕하세요")
        for user in (ANN, ANN + 1, ANN + 2):
            await answered(door, user, 1)
        await fake.settled()
        assert fake.called("deleteWebhook")
        assert len(door.engine.accepted) == 3
        assert fake.refused == []


async def test_polling_moves_on_only_after_a_message_is_kept(mind: Mind, short_path: Path, fake: TelegramFake) -> None:
    """What could not be kept is fetched again, what has no hope is left out, and the rest gets through."""
    async with opened(mind, short_path, fake, mode="polling") as door:
        door.engine.troubles = [StateUnavailable("gone"), Overloaded("busy")]
        await fake.say(ANN, "안녕하세요")
        await answered(door, ANN, 1)
        door.engine.troubles = [ValueError("no hope")] * 3
        await fake.say(ANN, "첫째")
        await fake.settled()
        await fake.say(ANN, "안녕하세요")
        await answered(door, ANN, 2)
        assert len(door.engine.accepted) == 2


async def test_an_update_nobody_can_read_does_not_stop_the_others(
    mind: Mind, short_path: Path, fake: TelegramFake
) -> None:
    """A broken update among good ones is passed over, by polling too."""
    async with opened(mind, short_path, fake, mode="polling") as door:
        odd = fake.build("location", ANN, lat=37.5, lon=127.0)
        odd["message"]["location"]["latitude"] = 400.0
        await fake.deliver(odd)
        await fake.say(ANN, "안녕하세요")
        await answered(door, ANN, 1)
        await fake.settled()
        assert len(door.engine.accepted) == 1


async def test_only_who_has_the_lease_fetches(mind: Mind, short_path: Path, fake: TelegramFake) -> None:
    """Without the lease nothing is asked for; with it, what waited is answered."""
    holder = asyncio.Event()

    asked = 0

    async def lease() -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise StateUnavailable("gone")
        return holder.is_set()

    async with opened(mind, short_path, fake, mode="polling", lease=lease) as door:
        await fake.say(ANN, "안녕하세요")
        await asyncio.sleep(0.3)
        assert fake.called("getUpdates") == []
        holder.set()
        await answered(door, ANN, 1)


async def test_a_rival_is_waited_for_and_named_once(mind: Mind, short_path: Path, fake: TelegramFake) -> None:
    """While a webhook is set elsewhere the door waits, says so once, and goes on when it has gone."""
    async with opened(mind, short_path, fake, mode="polling") as door:
        await fake.until(lambda: fake.called("deleteWebhook"))
        with structlog.testing.capture_logs() as logs:
            async with aiohttp.ClientSession() as session:
                await session.post(f"{fake.url}/bot{TOKEN}/setWebhook", json={"url": "http://127.0.0.1:1/x"})
                await fake.until(lambda: sum(refused.code == 409 for refused in fake.refused) >= 3)
                await session.post(f"{fake.url}/bot{TOKEN}/deleteWebhook", json={})
            await fake.say(ANN, "안녕하세요")
            await answered(door, ANN, 1)
        assert len([entry for entry in logs if "another process" in entry["event"]]) == 1


async def test_a_bad_start_is_made_good(mind: Mind, short_path: Path, fake: TelegramFake) -> None:
    """While Telegram cannot be reached the process goes on; once it can, the door opens."""
    fake.fail(2, status=502, method="getMe")
    fake.fail(1, status=502, method="setWebhook")
    async with opened(mind, short_path, fake) as door:
        await fake.until(lambda: fake.delivery.webhook)
        await fake.say(ANN, "안녕하세요")
        await answered(door, ANN, 1)


async def test_a_wrong_token_stops_nobody(mind: Mind, short_path: Path, fake: TelegramFake) -> None:
    """It is named in the log, without being shown, and the process goes on."""
    wrong = "7300000001:AAHwrong-token-that-opens-nothing_012"
    with structlog.testing.capture_logs() as logs:
        async with opened(mind, short_path, fake, token=wrong):
            await fake.until(lambda: fake.refused)
            await asyncio.sleep(0.05)
    assert any("token" in entry["event"] for entry in logs)
    assert wrong not in repr(logs)


async def test_open_turns_end_before_the_door_closes(mind: Mind, short_path: Path, fake: TelegramFake) -> None:
    """A turn that has begun is answered although the process is told to stop."""
    async with opened(mind, short_path, fake) as door:
        await fake.until(lambda: fake.delivery.webhook)
        door.engine.seconds = 0.5
        await fake.say(ANN, "안녕하세요")
        await fake.until(lambda: door.engine.accepted)
    assert len(fake.shown(ANN)) >= 1


async def test_nothing_personal_and_no_token_in_the_logs(
    mind: Mind, short_path: Path, fake: TelegramFake, caplog: pytest.LogCaptureFixture
) -> None:
    """On good days and bad, at every level of detail, logs hold neither the token nor what was said."""
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logs:
        for mode in MODES:
            async with opened(mind, short_path, fake, mode=mode) as door:
                await fake.until(lambda: fake.delivery.webhook or fake.called("getUpdates"))
                before = len(fake.shown(ANN))
                fake.fail(1, status=500, method="sendMessage")
                fake.flood(1, retry_after=1, method="sendMessage")
                odd = fake.build("location", ANN, lat=37.5, lon=127.0)
                odd["message"] |= {"caption": "비밀 이야기", "location": {"latitude": 400.0, "longitude": 0.0}}
                await fake.deliver(odd)
                await fake.say(ANN, COMPLAINT)
                await fake.say(ANN, DANGER)
                await answered(door, ANN, before + 1)
                await fake.settled()
    for written in (repr(logs), caplog.text):
        for secret in (TOKEN, TOKEN.split(":")[1], SECRET, COMPLAINT, DANGER, "비밀 이야기", "머리"):
            assert secret not in written
        # A whole number: an inbox id is a time, and now and then has these digits in its middle.
        assert not re.search(rf"(?<!\d){ANN}(?!\d)", written)
