"""The table of what nobody should send, and the values that stand where they should not."""

import copy
import gzip
import json
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fakes.hostile_doors import Door
from tests.fakes.hostile_world import MARK, MEGABYTE, Sent

REFUSALS = frozenset({400, 401, 403, 405, 413})
TAKEN = REFUSALS | {200}
MISSING = object()

Built = Awaitable[Sent]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One hostile request."""

    name: str
    """What is wrong with it."""
    make: Callable[[Door], Built] = field(repr=False)
    """The request for a door."""
    status: int
    """What every door answers."""
    but: Mapping[str, int] = field(default_factory=dict)
    """Doors that answer something else."""


def body(name: str, raw: bytes, status: int = 400, **but: int) -> Row:
    """Some JSON from the messenger itself."""
    return Row(name=name, make=lambda door: door.good(door.wrapped(raw)), status=status, but=_named(but))


def changed(name: str, status: int, change: Callable[[Sent], Sent], **but: int) -> Row:
    """A good request with something wrong around it."""

    async def make(door: Door) -> Sent:
        return change(await door.good())

    return Row(name=name, make=make, status=status, but=_named(but))


def headed(name: str, status: int, **headers: str) -> Row:
    """A good request with other headers; the web page's door says 415 where the body's kind is wrong."""
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    return changed(name, status, lambda sent: replace(sent, headers=sent.headers | given))


def packed(name: str, encoding: str, pack: Callable[[bytes], bytes]) -> Row:
    """A good body that was packed."""

    def change(sent: Sent) -> Sent:
        headers = sent.headers | {"Content-Encoding": encoding}
        return replace(sent, body=pack(sent.body), headers=headers)

    async def make(door: Door) -> Sent:
        sent = change(await door.good())
        return replace(sent, headers=sent.headers | door.proof(sent.body))

    return Row(name=name, make=make, status=400)


def large(name: str, *, chunked: bool) -> Row:
    """Ten million bytes, or what the door would have to read at least."""

    async def make(door: Door) -> Sent:
        return replace(await door.good(door.wrapped(b'{"a":"' + b"x" * 10_000_000 + b'"}')), chunked=chunked)

    return Row(name=name, make=make, status=413)


def _named(but: Mapping[str, int]) -> dict[str, int]:
    return {name.replace("_", "-"): status for name, status in but.items()}


def bomb(size: int = 200) -> bytes:
    """Megabytes of zeros, a thousandth as long."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(MEGABYTE)
    return b"".join(press.compress(zeros) for _ in range(size)) + press.flush()


DEEP = 10_000
BOMB = bomb()
# What is no update at all would only come again, so Telegram is told that it was taken.
ODD = {"telegram": 200}
# Slack signs text.
UNSIGNABLE = {"slack-events": 401, "slack-commands": 401}
ROWS = (
    body("empty", b""),
    body("cut off", b'{"update_id": 1, "userRequest": {"'),
    body("no JSON", MARK.encode()),
    body("no UTF-8", b"\xff\xfe\x00\x01", **UNSIGNABLE),
    body("UTF-16", '{"a": 1}'.encode("utf-16"), **UNSIGNABLE),
    body("a NUL in it", b'{"a":\x00}'),
    body("half a character", b'{"a": "\xed\xa0\x80"}', **UNSIGNABLE),
    body("a list", b"[]", **ODD),
    body("a list of messages", b'[{"update_id": 1}]', **ODD),
    body("a number", b"7", **ODD),
    body("null", b"null", **ODD),
    body("true", b"true", **ODD),
    body("a sentence", json.dumps(MARK).encode(), **ODD),
    body("an empty object", b"{}", **ODD),
    body("a stranger's object", b'{"__proto__": {"a": 1}, "constructor": null}', **ODD),
    body("not a number", b"NaN"),
    body("a huge number", b"9" * 1_000, **ODD),
    body("a number with 5,000 digits", b'{"update_id": ' + b"9" * 5_000 + b"}", locate=413),
    body("lists in lists", b"[" * DEEP + b"]" * DEEP, locate=413),
    body("lists that do not end", b"[" * DEEP, locate=413),
    body("objects in objects", b'{"a":' * (DEEP // 2) + b"1" + b"}" * (DEEP // 2), locate=413),
    large("10 MB", chunked=False),
    large("10 MB in pieces", chunked=True),
    packed("gzip", "gzip", gzip.compress),
    packed("deflate", "deflate", zlib.compress),
    packed("said to be br", "br", lambda sent: sent),
    packed("said to be gzip", "gzip", lambda sent: sent),
    packed("gzip twice", "gzip, gzip", lambda sent: gzip.compress(gzip.compress(sent))),
    packed("a gzip bomb", "gzip", lambda _: BOMB),
    packed("an unknown packing", "x-drrc", lambda sent: sent),
    *(
        changed(f"{method}", 405, lambda sent, method=method: replace(sent, method=method), **but)  # type: ignore[misc]
        for method, but in {
            # A link is there to be opened.
            "GET": {"locate": 200},
            "HEAD": {"locate": 200},
            "PUT": {},
            "DELETE": {},
            "PATCH": {},
            "OPTIONS": {},
            "TRACE": {},
        }.items()
    ),
    *(
        changed(
            f"of the kind {kind!r}",
            400,
            lambda sent, kind=kind: replace(sent, headers=sent.headers | {"Content-Type": kind}),  # type: ignore[misc]
            web=415,
        )
        for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "", "a", "application/json2")
    ),
    changed(
        "of no kind",
        400,
        lambda sent: replace(sent, headers={k: v for k, v in sent.headers.items() if k != "Content-Type"}),
        web=415,
    ),
)

VALUES: dict[str, object] = {
    "missing": MISSING,
    "null": None,
    "true": True,
    "a list": [MARK],
    "a list of lists": [[[[1]]]],
    "an object": {"id": MARK, "$ne": 1},
    "zero": 0,
    "negative": -1,
    "huge": 10**30,
    "beyond any float": 10**400,
    "a fraction": 1.5,
    "not a number": float("nan"),
    "empty": "",
    "blanks": " \t\u3000",
    "long": "x" * 20_000,
    "a header": "x\r\nX-Injected: 1\r\n\r\n",
    "a NUL": "a\x00b",
    "half a character": "\ud800",
    "a path": "../../../etc/passwd",
    "a command": "\r\nFLUSHALL\r\n",
    "markup": "<!channel> <script>alert(1)</script> %s {0} ${x}",
    "a deep list in words": "[" * DEEP,
    "a place beyond": '{"lat": 1e999, "lon": "nan"}',
    "a huge place": {"lat": 10**400, "lon": 10**400},
}


def put(message: dict[str, Any], place: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """The message with this value in this place; MISSING takes it out."""
    made = copy.deepcopy(message)
    part: Any = made
    for step in place[:-1]:
        part = part[step]
    if value is MISSING:
        part.pop(place[-1], None)
    else:
        part[place[-1]] = value
    return made
