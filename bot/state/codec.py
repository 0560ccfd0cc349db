"""How values are written into Redis: flat JSON, with a schema number where they live long."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter

from bot.message import Message, Outgoing
from bot.session import SCHEMA, Account, Session

_session = TypeAdapter(Session)
_account = TypeAdapter(Account)
_message = TypeAdapter(Message)
_outgoing = TypeAdapter(Outgoing)

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

SESSION_UPGRADES: dict[int, Upgrade] = {}
"""From session schema N to N + 1."""

ACCOUNT_UPGRADES: dict[int, Upgrade] = {}
"""From account schema N to N + 1."""


def encode_session(session: Session) -> bytes:
    """A session as JSON."""
    return _session.dump_json(session)


def decode_session(data: bytes) -> Session | None:
    """A stored session, upgraded; None when a newer program wrote it or it cannot be read (it is then begun anew)."""
    upgraded = upgrade(data, SESSION_UPGRADES)
    return None if upgraded is None else _session.validate_json(upgraded)


def encode_account(account: Account) -> bytes:
    """An account as JSON."""
    return _account.dump_json(account)


def decode_account(data: bytes) -> Account | None:
    """A stored account, upgraded; None when a newer program wrote it."""
    upgraded = upgrade(data, ACCOUNT_UPGRADES)
    return None if upgraded is None else _account.validate_json(upgraded)


def encode_message(message: Message) -> bytes:
    """A message as JSON."""
    return _message.dump_json(message)


def decode_message(data: bytes) -> Message:
    """A stored message."""
    return _message.validate_json(data)


def encode_outgoing(outgoing: Outgoing) -> bytes:
    """A reply with its address as JSON."""
    return _outgoing.dump_json(outgoing)


def decode_outgoing(data: bytes) -> Outgoing:
    """A stored reply."""
    return _outgoing.validate_json(data)


_SCHEMA_NUMBER = re.compile(rb'"schema":(\d+)[,}]')


def upgrade(data: bytes, upgrades: Mapping[int, Upgrade], *, to: int = SCHEMA) -> bytes | None:
    """The stored object in today's schema, or None where no way leads there (it was written by a newer program)."""
    found = _SCHEMA_NUMBER.search(data)  # quotes inside stored strings are escaped, so only the field itself matches
    if found and int(found[1]) == to:
        return data
    stored = json.loads(data)
    number = int(stored.get("schema", 0))
    while number < to and number in upgrades:
        number += 1
        stored = {**upgrades[number - 1](stored), "schema": number}
    return json.dumps(stored, ensure_ascii=False).encode() if number == to else None
