"""A scripted engine behind the web door, and a client that behaves like its page."""

import asyncio
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp

from bot.message import Address, Message, Outgoing, Reply, Text


class ScriptedTurns:
    """The port's test double: answers from a script and remembers what it was given."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.replies: list[Reply] = [Reply(blocks=(Text(text="네"),))]
        self.fail: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.waiting: dict[str, Outgoing] = {}
        self.delivery_failed = asyncio.Event()

    async def handle(self, message: Message, deliver: Callable[[Outgoing], Awaitable[None]]) -> object | None:
        """Answers with the scripted replies; waits at the gate before the last."""
        if any(m.id == message.id and m.address == message.address for m in self.messages):
            return None
        said = [
            Outgoing(id=f"{message.id}:{i}", address=message.address, reply=reply)
            for i, reply in enumerate(self.replies)
        ]
        for i, outgoing in enumerate(said):
            last = i == len(said) - 1
            if last and self.gate:
                await self.gate.wait()
            if last and self.fail:
                raise self.fail
            try:
                await deliver(outgoing)
            except Exception:
                self.waiting[outgoing.id] = outgoing
                self.delivery_failed.set()
        self.messages.append(message)
        return self

    async def undelivered(self, address: Address) -> tuple[Outgoing, ...]:
        """What was not taken."""
        return tuple(o for o in self.waiting.values() if o.address == address)

    async def mark_delivered(self, address: Address, ids: Sequence[str]) -> None:
        """Forgets what was taken."""
        for id in ids:
            if id in self.waiting and self.waiting[id].address == address:
                del self.waiting[id]


class Door:
    """A running door and a browser-like client."""

    def __init__(self, base: str, turns: ScriptedTurns, session: aiohttp.ClientSession) -> None:
        self.base = base
        self.turns = turns
        self.session = session
        self.token = ""

    async def open(self) -> str:
        """Opens the page and keeps cookie and token."""
        async with self.session.get(f"{self.base}/") as response:
            page = await response.text()
        found = re.search(r'name="drrc-token" content="([^"]+)"', page)
        assert found
        self.token = found.group(1)
        return page

    async def send(self, body: object = None, **kwargs: Any) -> tuple[int, list[dict[str, Any]]]:
        """Posts one message; gives the status and the JSON lines."""
        body = {"id": str(uuid.uuid4()), "text": "머리가 아파요"} if body is None else body
        data = kwargs.pop("data", None) or json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "X-DrRC-Token": self.token} | kwargs.pop("headers", {})
        url = f"{self.base}/api/messages"
        async with self.session.post(url, data=data, headers=headers, **kwargs) as response:
            text = await response.text()
            return response.status, [json.loads(line) for line in text.splitlines() if line.strip()]
