"""The way to Telegram's servers: the bot's connections, and sending the parts of a reply."""

import json
import logging
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from adapters.courier import Gone, NotSent, Refused, Wait
from adapters.telegram.translate import plain, render
from adapters.telegram.wire import Call, number_of, understood
from bot.message import Address, Outgoing
from bot.phrases import Phrases

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Troubles before the first byte left; after any other one the message may have arrived."""

SECONDS = 10.0
"""What reading an answer or writing a call may take; connecting takes half of it."""

QUIET = ("httpx", "httpcore", "telegram")
"""Loggers that would write the token, which is part of every address, or what people said."""


class QuietRequest(HTTPXRequest):
    """Calls whose answers, readable or not, are never written to a log."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer. TelegramError where it is none."""
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        return answer


class UpdatesRequest(QuietRequest):
    """Fetches updates; one that cannot be read is left as its bare number, so that the others get through."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer, each update in it readable."""
        answer = QuietRequest.parse_json_payload(payload)
        found = answer.get("result")
        if isinstance(found, list):
            numbered = [(number_of(update), update) for update in found]
            answer["result"] = [
                update if understood(update) else {"update_id": number}
                for number, update in numbered
                if number is not None
            ]
        return answer


def new_bot(token: str, api_url: str) -> Bot:
    """The bot and its connections; nothing is sent yet."""
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    return Bot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=_connections(QuietRequest, 32),
        get_updates_request=_connections(UpdatesRequest, 2),
    )


def _connections(kind: type[QuietRequest], most: int) -> QuietRequest:
    return kind(
        connection_pool_size=most,
        read_timeout=SECONDS,
        write_timeout=SECONDS,
        connect_timeout=SECONDS / 2,
        pool_timeout=SECONDS / 2,
    )


class TelegramPost:
    """Sends replies part by part, and says what became of each."""

    def __init__(self, bot: Bot, say: Phrases) -> None:
        self._bot = bot
        self._say = say

    async def parts(self, outgoing: Outgoing) -> Sequence[Call]:
        """The calls that make up a reply."""
        return render(outgoing, say=self._say)

    async def send(self, address: Address, part: Call) -> None:
        """Make one call; once more without tags where Telegram dislikes it."""
        try:
            return await self._send(address, part)
        except BadRequest as error:
            simpler = plain(part, buttons=not _about_buttons(error))
            if simpler == part:
                raise Refused(reason(error)) from None
        try:
            await self._send(address, simpler)
        except BadRequest as error:
            raise Refused(reason(error)) from None

    async def _send(self, address: Address, call: Call) -> None:
        try:
            await getattr(self._bot, call.method)(chat_id=int(address.user), **call.params)
        except RetryAfter as error:
            raise Wait(seconds_of(error)) from None
        except Forbidden:
            raise Gone from None
        except ChatMigrated:
            raise Refused("the chat has moved") from None
        except BadRequest as error:
            if "chat not found" in error.message.lower():
                raise Gone from None
            raise
        except NetworkError as error:
            if isinstance(error.__cause__, NEVER_SENT):
                raise NotSent from None
            raise


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait; the library is about to change the kind of the value."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def reason(error: BadRequest) -> str:
    """Why a call was refused, without what it quotes."""
    return re.split(r"[\"'<:]", error.message, maxsplit=1)[0].strip()


def _about_buttons(error: BadRequest) -> bool:
    return any(word in error.message.lower() for word in ("button", "keyboard", "markup"))
