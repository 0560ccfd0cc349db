"""Choices as Telegram shows them: buttons under a message, or keys in place of the keyboard. Pure."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup

from adapters.fold import width
from bot.message import Choice
from bot.phrases import Phrases

NARROW = 9
"""Letters of a label that leaves room for a second one beside it."""

Keyboard = InlineKeyboardMarkup | ReplyKeyboardMarkup


def keyboard(choices: Sequence[Choice], say: Phrases) -> Keyboard | None:
    """Buttons; or keys where one of them asks for a location, which buttons cannot. Keys send their words only."""
    if not any(choice.asks_location for choice in choices):
        rows = [[InlineKeyboardButton(c.label, callback_data=c.id) for c in row] for row in _rows(choices)]
        return InlineKeyboardMarkup(rows) if rows else None
    return ReplyKeyboardMarkup(
        [[_key(choice) for choice in row] for row in _rows(choices)],
        resize_keyboard=True,
        one_time_keyboard=True,
        input_field_placeholder=say("telegram.example"),
    )


def _key(choice: Choice) -> KeyboardButton:
    return KeyboardButton(choice.label, request_location=choice.asks_location or None)


def _rows(choices: Sequence[Choice]) -> list[list[Choice]]:
    """One or two in a row, in their order."""
    rows: list[list[Choice]] = []
    for choice in choices:
        if rows and len(rows[-1]) == 1 and _narrow(rows[-1][0]) and _narrow(choice):
            rows[-1].append(choice)
        else:
            rows.append([choice])
    return rows


def _narrow(choice: Choice) -> bool:
    return width(choice.label) <= NARROW and not choice.asks_location
