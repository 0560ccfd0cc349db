"""Whether Telegram knows the token, and whether updates get through. Asks only; changes nothing."""

import asyncio
from typing import Literal

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from adapters.check import Check
from adapters.telegram.client import new_bot
from bot.phrases import Phrases

SECONDS = 6.0
"""How long Telegram may take."""


async def check(
    *, token: str, api_url: str, mode: Literal["webhook", "polling"], public_url: str, say: Phrases
) -> Check:
    """What an operator should know about this door."""
    name = say("link.platform.telegram")
    if not token:
        return Check(name=name, mark="note", text=say("doctor.telegram.closed"), steps=say.lines("telegram.steps"))
    if mode == "webhook" and not public_url.startswith("https"):
        return Check(name=name, mark="bad", text=say("doctor.telegram.no_address"))
    try:
        bot = new_bot(token, api_url.rstrip("/"))
    except InvalidToken:
        return Check(name=name, mark="bad", text=say("doctor.telegram.token"))
    try:
        async with asyncio.timeout(SECONDS):
            return await _asked(bot, mode, say)
    except InvalidToken:
        return Check(name=name, mark="bad", text=say("doctor.telegram.token"))
    except (TelegramError, TimeoutError) as error:
        return Check(name=name, mark="note", text=say("doctor.telegram.unreachable", reason=type(error).__name__))
    finally:
        await bot.shutdown()


async def _asked(bot: Bot, mode: str, say: Phrases) -> Check:
    await bot.initialize()
    found = await bot.get_webhook_info()
    text = say("doctor.telegram.ok", bot=bot.username, how=say(f"doctor.telegram.{mode}"))
    if mode == "webhook" and found.last_error_message:
        trouble = say("doctor.telegram.trouble", reason=found.last_error_message[:200])
        return Check(name=say("link.platform.telegram"), mark="note", text=f"{text} {trouble}")
    return Check(name=say("link.platform.telegram"), mark="ok", text=text)
