"""The Telegram door's way out: what becomes of a call that is refused, or of an answer that cannot be read."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError

from adapters.courier import Gone, NotSent, Refused
from adapters.telegram.client import TelegramPost, UpdatesRequest, new_bot
from adapters.telegram.wire import Call
from bot.message import Address, Platform
from bot.phrases import load_phrases
from tests.fakes.ports import free_port
from tests.fakes.telegram import TOKEN, TelegramFake
from tests.fakes.telegram_product import ANN

SAY = load_phrases()


@pytest.fixture
async def fake() -> AsyncIterator[TelegramFake]:
    """Telegram, on the loopback."""
    async with TelegramFake() as running:
        yield running


@asynccontextmanager
async def post_to(url: str) -> AsyncIterator[TelegramPost]:
    """The way out alone."""
    bot = new_bot(TOKEN, url)
    await bot._request[1].initialize()
    yield TelegramPost(bot, SAY)
    for request in bot._request:
        await request.shutdown()


async def test_tags_telegram_dislikes_are_left_out(fake: TelegramFake) -> None:
    """The words are sent once more without tags, and without buttons where those are at fault."""
    fake.build("text", ANN, text="네")
    address = Address(platform=Platform.TELEGRAM, user=str(ANN))
    async with post_to(fake.url) as post:
        broken = {"text": "<b>머리 &amp; <i>배</b>", "parse_mode": "HTML"}
        await post.send(address, Call(method="send_message", params=broken))
        assert [shown.text for shown in fake.shown(ANN)] == ["머리 & 배"]
        wide = InlineKeyboardMarkup([[InlineKeyboardButton("가", callback_data="x" * 60)] * 9])
        await post.send(address, Call(method="send_message", params={"text": "열", "reply_markup": wide}))
        assert fake.shown(ANN)[-1].buttons == []
        nowhere = {"latitude": 1.0, "longitude": 2.0, "title": " ", "address": " "}
        with pytest.raises(Refused):
            await post.send(address, Call(method="send_venue", params=nowhere))


async def test_every_refusal_has_its_meaning(fake: TelegramFake) -> None:
    """Nobody there and blocked are final; a server that cannot be reached has taken nothing."""
    hello = Call(method="send_message", params={"text": "안녕하세요"})
    async with post_to(fake.url) as post:
        with pytest.raises(Gone):
            await post.send(Address(platform=Platform.TELEGRAM, user="404"), hello)
    async with post_to(f"http://127.0.0.1:{free_port()}") as post:
        with pytest.raises(NotSent):
            await post.send(Address(platform=Platform.TELEGRAM, user=str(ANN)), hello)


def test_broken_updates_do_not_hide_the_others() -> None:
    """Of an answer with updates each that can be read stays, and of the others only the number."""
    good = {"update_id": 3, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}}
    found = [{"update_id": 1, "message": {"text": "비밀"}}, {"message": {}}, 4, good]
    answer = UpdatesRequest.parse_json_payload(json.dumps({"ok": True, "result": found}).encode())
    assert answer["result"] == [{"update_id": 1}, good]
    for payload in (b"", b"[]", b"<html>"):
        with pytest.raises(TelegramError):
            UpdatesRequest.parse_json_payload(payload)
