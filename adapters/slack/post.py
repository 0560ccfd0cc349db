"""The way out: Slack's Web API, and what each of its errors means for us."""

import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.courier import Gone, NotSent, Refused, Shut, Wait
from adapters.slack.render import Call, asks_location, render
from bot.errors import StateUnavailable
from bot.message import Address, Outgoing
from bot.phrases import Phrases

log = structlog.get_logger()

Locate = Callable[[Address], Awaitable[str | None]]
"""Gives a link to the location page; None where there is none."""

GONE = frozenset(
    {"user_not_found", "user_disabled", "user_not_visible", "channel_not_found", "cannot_dm_bot", "is_archived"}
)
"""Errors after which this person cannot be written to."""

UNFIT = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"})
"""Errors about the message itself."""

OPERATORS = frozenset(
    {
        *("invalid_auth", "not_authed", "token_revoked", "token_expired", "missing_scope", "not_allowed_token_type"),
        # Of a bot's token this means that the app was removed, not that the person has left.
        *("account_inactive", "user_removed_from_team", "team_disabled", "messages_tab_disabled"),
        *("access_denied", "ekm_access_denied", "org_login_required", "team_access_not_granted"),
    }
)
"""Errors that only the operator can mend: replies wait until then."""

CONVERSATIONS = 10_000
"""Conversations remembered at most."""

COMPLAIN_SECONDS = 60.0
"""How often the log says that the operator has to mend something."""

TIMEOUT = aiohttp.ClientTimeout(total=12, sock_connect=5)
"""What a call may take."""

QUIET = logging.getLogger("adapters.slack.sdk")
"""The library would log what it sends and receives."""
QUIET.setLevel(logging.CRITICAL)


class Locked(Shut):
    """Slack does not let the app in; the operator has to mend it."""


class Unclear(Exception):
    """Slack answered with an error of its own."""


def web_client(token: str, api_url: str) -> AsyncWebClient:
    """A client that repeats nothing by itself: whether a message was taken is the courier's question."""
    client = AsyncWebClient(
        token=token, base_url=api_url, timeout=int(TIMEOUT.total or 12), retry_handlers=[], logger=QUIET
    )
    client.proxy = proxy_for(api_url)
    return client


def proxy_for(url: str) -> str | None:
    """The proxy of the environment for an address; unlike the library, NO_PROXY counts."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def code_of(error: SlackApiError) -> str:
    """Slack's word for an error, or the HTTP status; never the whole answer, which may quote what was sent."""
    data = getattr(error.response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return str(code or f"HTTP {_status(error)}")


@contextmanager
def understood() -> Iterator[None]:
    """Turns Slack's errors into the courier's."""
    try:
        yield
    except SlackApiError as error:
        code = code_of(error)
        if _status(error) == 429 or code in ("ratelimited", "rate_limited"):
            raise Wait(_patience(error)) from None
        kind = Gone if code in GONE else Refused if code in UNFIT else Locked if code in OPERATORS else Unclear
        raise kind(code) from None
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise NotSent(type(error).__name__) from None


class SlackPost:
    """Sends calls into the direct conversations of people."""

    def __init__(self, client: AsyncWebClient, *, say: Phrases, locate: Locate) -> None:
        self._client = client
        self._say = say
        self._locate = locate
        self._conversations: OrderedDict[str, str] = OrderedDict()
        self._complained = -COMPLAIN_SECONDS

    async def parts(self, outgoing: Outgoing) -> tuple[Call, ...]:
        """The calls that make up a reply, in order."""
        url = None
        if asks_location(outgoing):
            with suppress(StateUnavailable):  # the form does without a link
                url = await self._locate(outgoing.address)
        return render(outgoing, say=self._say, locate_url=url)

    async def send(self, address: Address, part: Any) -> None:
        """One of them; returns when Slack took it."""
        try:
            await self._send(address, part)
        except Locked as error:
            self._complain(str(error))
            raise

    async def _send(self, address: Address, part: Call) -> None:
        known = self._conversations.get(address.user)
        if known:
            try:
                await self._post(known, part)
                return
            except Gone:
                # A conversation may get another name: ask anew before a person is given up.
                self._conversations.pop(address.user, None)
        await self._post(await self._open(address), part)

    async def _post(self, channel: str, part: Call) -> None:
        try:
            await self._say_in(channel, part)
        except Refused as error:
            if not part.blocks:
                raise
            log.warning("slack refuses the blocks, words alone are sent", reason=str(error))
            await self._say_in(channel, part.plain())

    async def _say_in(self, channel: str, part: Call) -> None:
        with understood():
            await self._client.chat_postMessage(
                channel=channel,
                text=part.text,
                blocks=part.blocks or None,
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
            )

    async def _open(self, address: Address) -> str:
        with understood():
            # The library's own method writes the person's id into the address, where proxies log it.
            opened = await self._client.api_call("conversations.open", json={"users": address.user})
        channel = str((opened.get("channel") or {}).get("id") or "")
        if not channel:
            raise Unclear("no conversation")
        self._conversations[address.user] = channel
        if len(self._conversations) > CONVERSATIONS:
            self._conversations.popitem(last=False)
        return channel

    def _complain(self, code: str) -> None:
        now = time.monotonic()
        if now - self._complained >= COMPLAIN_SECONDS:
            self._complained = now
            log.error("slack does not let the app in: check DRRC_SLACK_TOKEN and its scopes", reason=code)


def _status(error: SlackApiError) -> int:
    found = getattr(error.response, "status_code", None) or getattr(error.response, "status", None)
    return found if isinstance(found, int) else 0


def _patience(error: SlackApiError) -> float:
    told = str((getattr(error.response, "headers", None) or {}).get("Retry-After", ""))
    return max(1.0, float(told)) if told.isascii() and told.isdigit() and len(told) < 7 else 1.0
