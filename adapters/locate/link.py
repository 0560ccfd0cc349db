"""The link to the page: a random ticket, when it ends, and our signature. Nothing in it tells who the person is."""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

SIGNATURE_BYTES = 16
"""So much of the SHA-256 is kept: short in a chat, and still beyond guessing."""

_TOKEN = re.compile(r"([A-Za-z0-9_-]{8,64})\.([1-9][0-9]{0,11})\.([A-Za-z0-9_-]{22})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a genuine link names."""

    name: str = field(repr=False)
    """The random name under which the address is kept."""
    expires_at: int
    """The second from which the link no longer works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Why a link does not work."""

    reason: Literal["tampered", "expired"]
    """Not ours, or too late."""


def sign(ticket: str, expires_at: int, secret: bytes) -> str:
    """The link's last part: `ticket.expires.signature`."""
    return f"{ticket}.{expires_at}.{_signature(ticket, expires_at, secret)}"


def read(token: str, secret: bytes, now: float) -> Ticket | Wrong:
    """The ticket of a link, where we signed it and it has not ended. Never raises."""
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        return Wrong(reason="tampered")
    ticket, expires_at = parts[1], int(parts[2])
    if not hmac.compare_digest(parts[3], _signature(ticket, expires_at, secret)):
        return Wrong(reason="tampered")
    if now >= expires_at:
        return Wrong(reason="expired")
    return Ticket(name=ticket, expires_at=expires_at)


def _signature(ticket: str, expires_at: int, secret: bytes) -> str:
    # The first word keeps this signature apart from others made with the same secret.
    whole = hmac.digest(secret, f"locate:{ticket}.{expires_at}".encode(), sha256)
    return urlsafe_b64encode(whole[:SIGNATURE_BYTES]).rstrip(b"=").decode()
