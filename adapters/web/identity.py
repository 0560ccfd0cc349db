"""Who a visitor is, without knowing who they are: a signed random cookie, and proof that our own page speaks."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

COOKIE = "drrc"
"""The cookie's name."""

TOKEN_HEADER = "X-DrRC-Token"  # noqa: S105 - a header's name
"""Where the page repeats the token from its `<meta>`."""

_LEAST_SECRET = 16
_RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """One browser that opened the page."""

    user: str = field(repr=False)
    """A random name, the session's key."""
    cookie: str = field(repr=False)
    """The name with its signature, as the browser keeps it."""


class Identities:
    """Issues and recognises visitors; forged or damaged cookies are nobody."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _LEAST_SECRET:
            raise ValueError(f"the web secret must have at least {_LEAST_SECRET} bytes")
        self._secret = secret

    def issue(self) -> Visitor:
        """Makes a new visitor."""
        user = secrets.token_urlsafe(_RANDOM_BYTES)
        return Visitor(user=user, cookie=f"{user}.{self._sign('cookie', user)}")

    def recognise(self, cookie: str | None) -> Visitor | None:
        """The visitor a cookie belongs to, or None where we did not sign it."""
        if not cookie:
            return None
        user, _, signature = cookie.rpartition(".")
        if not user or not _same(signature, self._sign("cookie", user)):
            return None
        return Visitor(user=user, cookie=cookie)

    def token(self, visitor: Visitor) -> str:
        """What the page must repeat to show that it was served to this visitor."""
        return self._sign("token", visitor.cookie)

    def proves(self, visitor: Visitor, token: str | None) -> bool:
        """Whether a repeated token is this visitor's."""
        return token is not None and _same(token, self.token(visitor))

    def _sign(self, purpose: str, value: str) -> str:
        return hmac.new(self._secret, f"{purpose}:{value}".encode(errors="replace"), sha256).hexdigest()


def from_our_page(headers: Mapping[str, str], host: str) -> bool:
    """Whether the browser says that our own page sent this; a client that says nothing is no browser and passes.

    `Sec-Fetch-Site` is preferred because it stays right behind a proxy that rewrites `Host`.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(errors="replace"), right.encode(errors="replace"))
