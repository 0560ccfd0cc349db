"""What Telegram sends us and what we ask of it. Fields nobody knows yet are ignored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from telegram import Update

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates we ask for."""

NEEDED = frozenset(
    (
        *("message_id", "date", "edit_date", "chat", "from", "text", "caption", "location", "venue"),
        *("id", "chat_instance", "data", "message", "old_chat_member", "new_chat_member"),
    )
)
"""What we go by in an update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the Bot API; whom it is sent to is added by who makes it."""

    method: str
    """The name of the method on `telegram.Bot`."""
    params: Mapping[str, Any] = field(repr=False)
    """Its arguments besides the chat."""


def read(body: bytes) -> Update | None:
    """The update in a webhook's body; None where it is none. ValueError where it is no JSON."""
    try:
        return understood(json.loads(body.decode(), parse_constant=_no_number))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def understood(data: object) -> Update | None:
    """The update that some JSON stands for, or None.

    The library refuses a whole update for one part that has changed since it was made. Then only what we go by is
    read: somebody may tell of danger beside something new.
    """
    if not isinstance(data, dict) or number_of(data) is None:
        return None
    for form in (data, {kind: _needed(value) for kind, value in data.items()}):
        try:
            return Update.de_json(form)
        except Exception:  # noqa: S112 - whatever the library stumbles over, it is no fault of ours
            continue
    return None


def _needed(part: object) -> object:
    if not isinstance(part, dict):
        return part
    return {name: _needed(value) if name == "message" else value for name, value in part.items() if name in NEEDED}


def number_of(data: object) -> int | None:
    """The update's number, where there is one."""
    number = data.get("update_id") if isinstance(data, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
