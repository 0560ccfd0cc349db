"""Small products for the Slack fake to talk to, and short ways to write blocks."""

import asyncio
import json
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import SlackFake
from tests.fakes.slack_records import Json


class Product:
    """A receiver that verifies signatures, remembers what it got and answers as told."""

    def __init__(self, secret: str) -> None:
        self.verifier = SignatureVerifier(secret)
        self.got: list[tuple[dict[str, str], Json]] = []
        self.answers: list[tuple[int, Any, dict[str, str]]] = []
        self.delay = 0.0

    async def take(self, request: web.Request) -> web.Response:
        """One delivery."""
        body = await request.read()
        if not self.verifier.is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        if request.content_type == "application/json":
            sent = json.loads(body)
        else:
            form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
            sent = json.loads(form["payload"]) if "payload" in form else form
        self.got.append((dict(request.headers), sent))
        await asyncio.sleep(self.delay)
        if sent.get("type") == "url_verification":
            return web.json_response({"challenge": sent["challenge"]})
        status, said, headers = self.answers.pop(0) if self.answers else (200, "", {})
        text = said if isinstance(said, str) else json.dumps(said)
        kind = "text/plain" if isinstance(said, str) else "application/json"
        return web.Response(status=status, text=text, content_type=kind, headers=headers)

    @property
    def last(self) -> Json:
        """What came last."""
        return self.got[-1][1]


@asynccontextmanager
async def receiving(fake: SlackFake) -> AsyncIterator[Product]:
    """A receiver on a free port, its address given to the fake."""
    receiver = Product(fake.signing_secret)
    app = web.Application()
    app.router.add_post("/slack/events", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield receiver
    await runner.cleanup()


def web_client(fake: SlackFake, **options: Any) -> AsyncWebClient:
    """The library's client with the bot's token."""
    return AsyncWebClient(token=fake.bot_token, base_url=f"{fake.url}/api/", **options)


class Socket:
    """A product behind the library's socket client."""

    def __init__(self, fake: SlackFake) -> None:
        self.client = SocketModeClient(
            app_token=fake.app_token,
            web_client=web_client(fake),
            ping_interval=1,
        )
        self.got: list[SocketModeRequest] = []
        self.silent = 0
        self.payload: Json | None = None
        self.client.socket_mode_request_listeners.append(self.take)

    async def take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """One envelope."""
        self.got.append(request)
        if self.silent:
            self.silent -= 1
            return
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, self.payload))


def mrkdwn(text: str) -> Json:
    """A text with markup."""
    return {"type": "mrkdwn", "text": text}


def plain(text: str) -> Json:
    """A text without markup."""
    return {"type": "plain_text", "text": text}


def section(text: str = "머리가 아프군요.", **more: Any) -> Json:
    """A paragraph."""
    return {"type": "section", "text": mrkdwn(text)} | more


def button(label: str = "네", **more: Any) -> Json:
    """A button."""
    return {"type": "button", "text": plain(label), "action_id": "yes", "value": "v"} | more


def actions(*elements: Json, **more: Any) -> Json:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)} | more


def select(options: int = 2, label: str = "강남구", value: str = "1", **more: Any) -> Json:
    """A menu."""
    offered = [{"text": plain(label), "value": f"{value}{i}"} for i in range(options)]
    return {"type": "static_select", "action_id": "pick", "placeholder": plain("고르기"), "options": offered} | more


def field(block_id: str = "where", **more: Any) -> Json:
    """A text input of a modal."""
    element = {"type": "plain_text_input", "action_id": "typed"} | more.pop("element", {})
    return {"type": "input", "block_id": block_id, "label": plain("어디"), "element": element} | more


def modal(*blocks: Json, **more: Any) -> Json:
    """A modal with one input."""
    parts = {"type": "modal", "title": plain("우리 동네"), "submit": plain("저장"), "callback_id": "area"}
    return parts | {"blocks": list(blocks) or [field()]} | more


async def refusal(client: AsyncWebClient, method: str, **params: Any) -> tuple[str, list[str]]:
    """The error and its messages that a call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=params)
    body = caught.value.response
    return body["error"], body.get("errors") or []


async def say(client: AsyncWebClient, *blocks: Json, channel: str = "D0001", text: str = "안녕하세요") -> str:
    """Posts a message and gives its name."""
    return str((await client.chat_postMessage(channel=channel, text=text, blocks=list(blocks)))["ts"])
