"""The Telegram stand-in delivers as Telegram does, and has the bad days that it is told to have."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.error import Conflict, Forbidden, NetworkError, RetryAfter, TimedOut

from tests.fakes.telegram import TelegramFake
from tests.fakes.telegram_peers import Door, bot_of

ANN, BEN = 1001, 1002


@pytest.fixture
async def fake() -> AsyncIterator[TelegramFake]:
    """A running stand-in."""
    async with TelegramFake() as fake:
        yield fake


@pytest.fixture
async def bot(fake: TelegramFake) -> AsyncIterator[Bot]:
    """A real bot whom Ann has written to."""
    await fake.say(ANN, "/start")
    async with bot_of(fake) as bot:
        yield bot


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """A webhook on the loopback."""
    async with Door() as door:
        yield door


async def test_block(fake: TelegramFake, bot: Bot) -> None:
    """Nothing reaches a person who blocked the bot, until they unblock it."""
    await fake.block(ANN)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(ANN, "계세요?")
    with pytest.raises(AssertionError, match="unblock first"):
        await fake.say(ANN, "저예요")
    await fake.unblock(ANN)
    await bot.send_message(ANN, "반가워요")
    assert [s.text for s in fake.shown(ANN)] == ["반가워요"]
    members = [u.my_chat_member for u in await bot.get_updates() if u.my_chat_member]
    assert [m.new_chat_member.status for m in members] == ["kicked", "member"]


async def test_polling(fake: TelegramFake, bot: Bot) -> None:
    """getUpdates gives updates from its offset on, waits for the next, and lets only one wait."""
    await fake.say(ANN, "하나")
    first = await bot.get_updates(limit=1)
    assert len(first) == 1
    assert [u.update_id for u in await bot.get_updates()] == list(fake.delivery.pending)
    rest = await bot.get_updates(offset=first[0].update_id + 1)
    assert await bot.get_updates(offset=rest[-1].update_id + 1) == ()
    await fake.settled(0.1)
    async with bot_of(fake) as second:
        waiting = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.1)
        other = asyncio.create_task(second.get_updates(timeout=5))
        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await waiting
        await fake.say(ANN, "둘")
        assert [u.message and u.message.text for u in await other] == ["둘"]
    await bot.set_webhook("https://bot.example.com/telegram")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()


async def test_filter(fake: TelegramFake, bot: Bot) -> None:
    """Kinds of updates that were not asked for are never delivered, and leaving the list out keeps the last one."""
    await bot.get_updates(allowed_updates=["message"])
    await bot.get_updates()
    await fake.block(ANN)
    assert [set(u) - {"update_id"} for u in fake.filtered] == [{"my_chat_member"}]
    await bot.get_updates(allowed_updates=[])
    await fake.unblock(ANN)
    assert len(fake.filtered) == 1


async def test_webhook(fake: TelegramFake, bot: Bot, door: Door) -> None:
    """Updates are posted with the secret, retried until accepted, in order within a chat and side by side otherwise."""
    door.statuses = [503, 500, 302]
    await bot.set_webhook(door.url, secret_token="s3cret", max_connections=2)
    for n in range(3):
        await fake.say(ANN, f"{n}")
    await fake.settled()
    assert [u["message"]["text"] for u in door.got] == ["/start", "0", "1", "2"]
    assert [status for _, status in fake.webhook_results] == [503, 500, 302, 200, 200, 200, 200]
    assert {h["X-Telegram-Bot-Api-Secret-Token"] for h in door.headers} == {"s3cret"}
    assert {h["Content-Type"] for h in door.headers} == {"application/json"}
    assert door.busiest == 1
    door.slow = 0.05
    for user in range(1, 6):
        await fake.say(user, "안녕하세요")
    await fake.settled()
    assert door.busiest == 2
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections) == (door.url, 0, 2)
    assert info.last_error_message == "Wrong response from the webhook: 302 Found"


async def test_lanes(door: Door) -> None:
    """Where it is asked for, a tap overtakes a message that is still refused, and Retry-After is waited for."""
    async with TelegramFake(taps_apart=True, heed_retry_after=True) as fake, bot_of(fake) as bot:
        await fake.say(ANN, "안녕하세요")
        door.statuses = [429]
        await bot.set_webhook(door.url)
        await fake.until(lambda: fake.webhook_results)
        tap = await fake.tap(ANN, "yes", stale=True)
        await fake.settled()
        assert [u["update_id"] for u in door.got] == [tap, tap - 1]
        assert fake.webhook_results == [(tap - 1, 429), (tap, 200), (tap - 1, 200)]


async def test_single_post(fake: TelegramFake, bot: Bot, door: Door) -> None:
    """A test can post an update by itself, with any secret, to any address."""
    await bot.set_webhook(door.url, secret_token="s3cret")
    await fake.settled()
    update = fake.build("text", ANN, text="안녕하세요")
    assert await fake.post(update) == 200
    assert await fake.post(update, secret="wrong") == 200
    assert await fake.post(update, secret="") == 200
    assert [h.get("X-Telegram-Bot-Api-Secret-Token") for h in door.headers[-3:]] == ["s3cret", "wrong", None]
    assert await fake.post(update, url=f"{door.url}/elsewhere") == 404
    assert await fake.post(update, url="http://127.0.0.1:9/") == 0
    assert fake.webhook_results[-2:] == [(update["update_id"], 404), (update["update_id"], 0)]


async def test_webhook_comes_and_goes(fake: TelegramFake, bot: Bot, door: Door) -> None:
    """Updates wait while nobody answers, can be fetched after deleteWebhook, and follow a rerouted address."""
    await bot.set_webhook("http://127.0.0.1:9/telegram")
    await fake.until(lambda: len(fake.webhook_results) > 1)
    assert {status for _, status in fake.webhook_results} == {0}
    with pytest.raises(AssertionError, match="waiting"):
        await fake.settled(0.05)
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1
    fake.reroute(door.url.removesuffix("/telegram"))
    await bot.set_webhook("https://bot.example.com/telegram")
    await fake.settled()
    assert len(door.got) == 1
    await bot.set_webhook("")
    await fake.say(ANN, "하나")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_flood(fake: TelegramFake, bot: Bot) -> None:
    """A flood is answered 429 with the time to wait, and again to those who do not wait."""
    fake.flood(1, retry_after=1, method="sendMessage")
    for _ in range(2):
        with pytest.raises(RetryAfter) as raised:
            await bot.send_message(ANN, "네")
        assert raised.value.retry_after == 1
    assert await bot.send_chat_action(ANN, "typing")
    await asyncio.sleep(1)
    await bot.send_message(ANN, "네")
    assert [(r.code, r.description) for r in fake.refused] == [(429, "Too Many Requests: retry after 1")] * 2
    assert len(fake.shown(ANN)) == 1


async def test_failures(fake: TelegramFake, bot: Bot) -> None:
    """A failing gateway loses the call, or carries it out and loses only the answer."""
    fake.fail(1)
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(ANN, "하나")
    assert fake.shown(ANN) == []
    fake.fail(1, status=504, accept=True, method="sendMessage")
    with pytest.raises(NetworkError, match="Gateway Timeout"):
        await bot.send_message(ANN, "둘")
    assert [s.text for s in fake.shown(ANN)] == ["둘"]
    assert len(fake.called("sendMessage")) == 1
    assert [r.code for r in fake.refused] == [502, 504]


async def test_silence(fake: TelegramFake, bot: Bot) -> None:
    """A call that hangs is carried out though its caller has given up."""
    fake.hang(1, 0.3)
    with pytest.raises(TimedOut):
        await bot.send_message(ANN, "셋", read_timeout=0.05)
    await fake.until(lambda: fake.shown(ANN))
    await bot.send_message(ANN, "넷")
    assert [s.text for s in fake.shown(ANN)] == ["셋", "넷"]


async def test_limits() -> None:
    """Where limits are set, one message too many within a second is answered 429."""
    async with TelegramFake(overall_per_second=3, chat_per_second=2, set_webhook_every=60) as fake, bot_of(fake) as bot:
        await fake.say(ANN, "안녕")
        await fake.say(BEN, "안녕")
        for _ in range(2):
            await bot.send_message(ANN, "네")
        with pytest.raises(RetryAfter):
            await bot.send_message(ANN, "네")
        await bot.send_message(BEN, "네")
        with pytest.raises(RetryAfter):
            await bot.send_message(BEN, "네")
        await bot.set_webhook("https://bot.example.com/telegram")
        with pytest.raises(RetryAfter):
            await bot.set_webhook("https://bot.example.com/telegram")
        await bot.delete_webhook()
