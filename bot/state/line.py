"""The short way to Redis, for what every turn does: one command out and one answer back on a line of its own.

redis-py opens each connection (address, TLS, password, database); its general client costs several times what Redis
itself takes for a step of a turn.
"""

import asyncio
from typing import Any

import hiredis
from redis.asyncio import ConnectionPool
from redis.exceptions import ConnectionError, ResponseError, TimeoutError

Part = str | bytes | int
"""A word of a command."""


class Line(asyncio.Protocol):
    """A connection that carries one command at a time; what goes wrong in between closes it for good."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._reader = hiredis.Reader(replyError=ResponseError)
        self._answer: asyncio.Future[Any] | None = None
        transport.set_protocol(self)

    @property
    def closed(self) -> bool:
        """Whether it can no longer be used."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Drop it at once."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Hand the answer over once it is whole; what nobody asked for means that the line is out of step."""
        try:
            self._reader.feed(data)
            answer = self._reader.gets()
        except hiredis.ProtocolError as error:
            self._fail(ConnectionError(str(error)))
            return
        if answer is False:  # RESP2 knows no booleans: the answer is not whole yet
            return
        if self._answer is None or self._answer.done():
            self.close()
        elif isinstance(answer, ResponseError):
            self._answer.set_exception(answer)
        else:
            self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits for an answer that none will come."""
        self._fail(ConnectionError("Redis closed the connection"))

    async def ask(self, command: bytes, *, seconds: float) -> Any:
        """The answer to a packed command. ResponseError where Redis refuses, else the line is closed."""
        if self.closed:
            raise ConnectionError("Redis closed the connection")
        loop = asyncio.get_running_loop()
        self._answer = answer = loop.create_future()
        late = loop.call_later(seconds, self._fail, TimeoutError("Redis does not answer"))
        try:
            self._transport.write(command)
            return await answer
        except asyncio.CancelledError:
            self.close()  # the answer is still to come and must not meet another question
            raise
        finally:
            late.cancel()
            self._answer = None

    def _fail(self, error: Exception) -> None:
        self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


class Lines:
    """Lines to one Redis, the last used first; at most `most` at a time, more callers wait."""

    def __init__(self, pool: ConnectionPool, *, most: int, seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds
        self._free = asyncio.Semaphore(most)
        self._idle: list[Line] = []
        self._opened: dict[Line, object] = {}

    async def ask(self, *parts: Part) -> Any:
        """The answer to one command. Raises redis-py's errors, at the latest after `seconds` of silence."""
        command = hiredis.pack_command(parts)  # type: ignore[arg-type]  # its stub means one part
        if self._free.locked():
            async with asyncio.timeout(self._seconds):
                await self._free.acquire()
        else:
            await self._free.acquire()
        try:
            line = self._last_used() or await self._open()
            try:
                return await line.ask(command, seconds=self._seconds)
            finally:
                self._put_back(line)
        finally:
            self._free.release()

    def close(self) -> None:
        """Drop every line."""
        for line in self._opened:
            line.close()
        self._opened.clear()
        self._idle.clear()

    def _last_used(self) -> Line | None:
        while self._idle:
            line = self._idle.pop()
            if not line.closed:
                return line
            self._opened.pop(line, None)
        return None

    def _put_back(self, line: Line) -> None:
        if line.closed:
            self._opened.pop(line, None)
        else:
            self._idle.append(line)

    async def _open(self) -> Line:
        """A new line: redis-py makes the connection, then we take it over."""
        connection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        async with asyncio.timeout(self._seconds):
            await connection.connect()
        writer = connection._writer
        assert writer is not None
        line = Line(writer.transport)
        self._opened[line] = connection  # redis-py closes a connection that nobody keeps
        return line
