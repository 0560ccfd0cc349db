"""Posting a late answer to the address Kakao gave for it: once, within its minute, and to Kakao only."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import aiohttp
import structlog

log = structlog.get_logger()

POST_SECONDS = 6.0
"""What the one attempt may take."""

LOOPBACK = ("127.0.0.1", "localhost")


def allowed(url: str, hosts: Sequence[str]) -> bool:
    """Whether a callback address is https and lies at (or below) one of the hosts; plain http only on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    plain = all(letter.isalnum() or letter in ".-:" for letter in host)  # others read a backslash as a slash
    ours = plain and any(host == name or host.endswith(f".{name}") for name in hosts if name)
    return ours and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


async def call_back(session: aiohttp.ClientSession, url: str, body: bytes) -> bool:
    """Whether Kakao took the answer."""
    try:
        async with session.post(
            url,
            data=body,
            headers={"Content-Type": "application/json; charset=utf-8"},
            timeout=aiohttp.ClientTimeout(total=POST_SECONDS),
            allow_redirects=False,
        ) as answer:
            said = await answer.json(content_type=None)
            taken = answer.status == 200 and isinstance(said, dict) and said.get("status") == "SUCCESS"
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        log.warning("the callback was not taken", reason=type(error).__name__)
        return False
    if not taken:
        log.warning("the callback was not taken", status=answer.status)
    return taken
