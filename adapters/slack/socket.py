"""Socket Mode: the same deliveries over a connection that we open, for places without a public address."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.post import QUIET, code_of
from adapters.slack.wire import Payload, envelope_of
from bot.errors import Overloaded, StateUnavailable

log = structlog.get_logger()

Answer = Callable[[Payload], Awaitable[dict[str, Any] | None]]
"""Keeps what was delivered and gives what to say in the acknowledgement."""

CHECK_SECONDS = 1.0
"""How often the connection is looked at."""

PING_SECONDS = 3.0
"""How often Slack is asked whether it is still there; after four times without an answer it is not."""

LONGEST_PAUSE = 60.0
"""Seconds between attempts to get an address, at most."""


class SlackSocket:
    """Holds a connection while `run` runs. Deliveries are kept first and acknowledged then."""

    def __init__(self, *, app_token: str, client: AsyncWebClient, answer: Answer) -> None:
        self._app_token = app_token
        self._client = client
        self._answer = answer

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        socket = SocketModeClient(
            app_token=self._app_token, web_client=self._client, logger=QUIET, ping_interval=PING_SECONDS
        )
        socket.proxy = self._client.proxy
        socket.socket_mode_request_listeners.append(self._take)
        try:
            await self._first(socket)
            await self._watch(socket)
        finally:
            await _close(socket)

    async def _first(self, socket: SocketModeClient) -> None:
        pause = 1.0
        while True:
            try:
                socket.wss_uri = await socket.issue_new_wss_url()
                return
            except SlackApiError as error:
                log.error("slack refuses a socket: check DRRC_SLACK_APP_TOKEN", reason=code_of(error))
            except Exception as error:
                log.warning("slack cannot be reached", kind=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _watch(self, socket: SocketModeClient) -> None:
        """The library connects again by itself; this only helps it out of one address that opens no more."""
        connecting = asyncio.create_task(socket.connect())  # type: ignore[no-untyped-call]  # the library leaves it untyped
        up = False
        try:
            while True:
                await asyncio.sleep(CHECK_SECONDS)
                now = await socket.is_connected()
                if now != up:
                    log.info("slack socket is open" if now else "slack socket is closed, opening another")
                elif not now:
                    socket.wss_uri = None
                up = now
        finally:
            connecting.cancel()

    async def _take(self, socket: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """One envelope. Not acknowledged where it could not be kept: Slack sends it again."""
        said: dict[str, Any] | None = None
        try:
            said = await self._answer(envelope_of(request.type, request.payload))
        except ValueError:
            log.warning("an envelope cannot be read", type=request.type)
        except (StateUnavailable, Overloaded) as error:
            log.warning("an envelope could not be kept", reason=type(error).__name__)
            return
        except Exception as error:
            log.exception("a door failed", kind=type(error).__name__, exc_info=False)
            return
        try:
            await socket.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=said))
        except Exception as error:
            # Its connection has gone; what was kept is known by its id when it comes again.
            log.warning("an envelope could not be acknowledged", kind=type(error).__name__)


async def _close(socket: SocketModeClient) -> None:
    tasks = [socket.message_processor, socket.current_session_monitor, socket.message_receiver]
    try:
        async with asyncio.timeout(3):
            await socket.close()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    except Exception as error:
        log.warning("the socket did not close", kind=type(error).__name__)
    await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)
