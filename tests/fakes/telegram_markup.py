"""The keyboards below messages, with the limits that Telegram keeps."""

from collections.abc import Sequence
from typing import Any

from tests.fakes.telegram_text import check_address, units
from tests.fakes.telegram_values import Json, KeyButton, bad

ROW_LIMIT = 8

MARKUP_LIMIT = 100

DATA_LIMIT = 64

LOOKS = {"text", "icon_custom_emoji_id", "style"}

STYLES = {"danger", "success", "primary"}

NEEDS_PRIVATE = {
    "request_location": "Location",
    "request_contact": "Phone number",
    "request_poll": "Poll",
    "request_users": "Users",
    "request_chat": "Chats",
}


def inline(markup: Json) -> list[list[Json]]:
    """The rows of an inline keyboard, refused if a button would not work; empty rows are dropped."""
    rows = [row for row in markup["inline_keyboard"] if row]
    _check_size(rows, "inline keyboard")
    for row in rows:
        for button in row:
            _check_inline(button)
    return rows


def keys(markup: Json, *, private: bool) -> list[KeyButton]:
    """The keys of a reply keyboard, refused if one would not work in this chat."""
    rows = markup["keyboard"]
    _check_size(rows, "keyboard")
    if units(markup.get("input_field_placeholder") or "") > 64:
        raise bad("input field placeholder is too long")
    return [_key(key, private=private) for row in rows for key in row]


def data_of(rows: Sequence[Sequence[Json]]) -> set[str]:
    """Every callback data on an inline keyboard."""
    return {button["callback_data"] for row in rows for button in row if "callback_data" in button}


def _check_size(rows: Sequence[Sequence[Any]], name: str) -> None:
    if sum(len(row) for row in rows) > MARKUP_LIMIT:
        raise bad(f"too many buttons in the {name}")
    if any(len(row) > ROW_LIMIT for row in rows):
        raise bad(f"too many buttons in a row of the {name}")


def _check_inline(button: Json) -> None:
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    _check_look(button)
    actions = [name for name, value in button.items() if name not in LOOKS and value not in (None, False)]
    if not actions:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad(f"can't parse inline keyboard button: it has more than one action: {', '.join(sorted(actions))}")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= DATA_LIMIT:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button:
        check_address(button["url"], "inline keyboard button")


def _key(key: Json, *, private: bool) -> KeyButton:
    if not key["text"].strip():
        raise bad("keyboard button text must be non-empty")
    _check_look(key)
    for name, what in NEEDS_PRIVATE.items():
        if key.get(name) and not private:
            raise bad(f"{what} can be requested in private chats only")
    return KeyButton(label=key["text"], request_location=bool(key.get("request_location")))


def _check_look(button: Json) -> None:
    if button.get("style") is not None and button["style"] not in STYLES:
        raise bad("invalid button style specified")
