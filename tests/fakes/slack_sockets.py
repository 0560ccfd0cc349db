"""Slack's side of Socket Mode: tickets, the greeting, envelopes and their acknowledgements."""

import asyncio
import contextlib
import json
import secrets
import uuid
from collections.abc import Callable

from aiohttp import WSMsgType, web

from tests.fakes.slack_records import Json

TYPES = {"event": "events_api", "interactive": "interactive", "command": "slash_commands"}


class Sockets:
    """The open sockets of the app."""

    def __init__(self, app_id: str, complain: Callable[[str, Json], None]) -> None:
        self._app_id = app_id
        self._complain = complain
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, tuple[web.WebSocketResponse, asyncio.Future[Json]]] = {}

    @property
    def connected(self) -> int:
        """How many sockets are open."""
        return len(self._open)

    def ticket(self) -> str:
        """A new ticket for one connection."""
        ticket = secrets.token_hex(12)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection of the app, from the greeting to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._open.append(socket)
        try:
            await socket.send_json(
                {
                    "type": "hello",
                    "num_connections": len(self._open),
                    "debug_info": {"host": "applink", "build_number": 1, "approximate_connection_time": 18060},
                    "connection_info": {"app_id": self._app_id},
                }
            )
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            self._open.remove(socket)
            for waited_for, answer in self._waiting.values():
                if waited_for is socket and not answer.done():
                    answer.set_exception(ConnectionResetError())
        return socket

    def _take(self, data: str) -> None:
        try:
            answer = json.loads(data)
            waiting = self._waiting.get(answer["envelope_id"])
        except (ValueError, KeyError, TypeError):
            return self._complain("invalid_envelope", {"data": data})
        if waiting is None or waiting[1].done():
            return self._complain("unknown_envelope", answer)
        return waiting[1].set_result(answer)

    async def send(self, kind: str, payload: Json, *, limit: float, retry: int, reason: str) -> Json | None:
        """Hands one envelope over; gives the acknowledgement, or nothing where none came in time."""
        name = str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": name,
            "type": TYPES[kind],
            "payload": payload,
            "accepts_response_payload": kind != "event",
        }
        if kind == "event":
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        if not self._open:
            return None
        socket, answer = self._open[-1], asyncio.get_running_loop().create_future()
        self._waiting[name] = socket, answer
        try:
            async with asyncio.timeout(limit):
                await socket.send_json(envelope)
                acknowledged: Json = await answer
                return acknowledged
        except (TimeoutError, ConnectionError):
            return None
        finally:
            del self._waiting[name]

    async def end(self, reason: str | None = None) -> None:
        """Ends every connection, announced with a reason as Slack does when it moves the app elsewhere."""
        for socket in list(self._open):
            with contextlib.suppress(ConnectionError):
                if reason:
                    await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink"}})
                await socket.close()
