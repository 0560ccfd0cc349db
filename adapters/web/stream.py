"""Replies written to the page one line at a time, each as soon as it is there."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from pydantic_core import to_json

PATIENCE = 10.0
"""Seconds a page may take to accept a line; a stalled one must not hold its person's turn."""


def line(value: Mapping[str, Any]) -> bytes:
    """One line of newline-delimited JSON."""
    return to_json(value) + b"\n"


class LineStream:
    """An `application/x-ndjson` answer that begins with its first line, so that until then it can still be an error."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._response: web.StreamResponse | None = None
        self._closed = False

    @property
    def begun(self) -> bool:
        """Whether a line was written, or tried."""
        return self._response is not None

    async def write(self, data: bytes) -> None:
        """Writes and flushes; ConnectionError where the page has gone or does not read."""
        try:
            async with asyncio.timeout(PATIENCE):
                response = await self._begin()
                await response.write(data)
        except TimeoutError:
            raise ConnectionResetError("the page does not read") from None

    async def write_last(self, data: bytes) -> None:
        """Writes what is left in one go and closes the answer; ConnectionError as in `write`."""
        self._closed = True
        try:
            async with asyncio.timeout(PATIENCE):
                response = await self._begin()
                await response.write_eof(data)
        except TimeoutError:
            raise ConnectionResetError("the page does not read") from None

    async def end(self, last: Mapping[str, Any]) -> web.StreamResponse:
        """Writes the last line and closes the answer, if it is not closed; a page that has gone is no error here."""
        if not self._closed:
            with contextlib.suppress(ConnectionError):
                await self.write_last(line(last))
        return await self._begin()

    async def _begin(self) -> web.StreamResponse:
        if self._response is None:
            self._response = web.StreamResponse(
                headers={
                    "Content-Type": "application/x-ndjson; charset=utf-8",
                    "Cache-Control": "no-store",
                    "X-Accel-Buffering": "no",  # nginx would otherwise hold lines back
                }
            )
            await self._response.prepare(self._request)
        return self._response
