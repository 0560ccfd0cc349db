"""Reading what a messenger posts to us: small, plain, of the right kind, and never an error of our own."""

import asyncio
import functools
import hmac
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import HttpVersion11, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.errors import Overloaded, StateUnavailable

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

READ_SECONDS = 10.0
"""How long a body may take to arrive."""


def same(left: str, right: str) -> bool:
    """Whether two secrets are equal, in constant time; an empty one equals nothing."""
    return bool(left) and hmac.compare_digest(_bytes(left), _bytes(right))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")  # headers may hold anything


def no(status: int, reason: str) -> web.Response:
    """A refusal as the messenger's log shows it."""
    return web.json_response({"ok": False, "error": reason}, status=status)


async def body_of(request: web.Request, *, most: int, types: tuple[str, ...]) -> bytes | web.Response:
    """The body, or the refusal: 413 over `most` bytes, 400 for packed, cut or slow bodies and other content types."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return no(400, "encoded bodies are not accepted")
    if request.content_type not in types:
        return no(400, "wrong content type")
    if request.content_length is not None and request.content_length > most:
        return no(413, "too large")
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > most:
                    return no(413, "too large")
    except TimeoutError:
        return no(400, "too slow")
    except ConnectionError:
        return no(400, "cut off")  # nobody reads it: whoever wrote has hung up
    return bytes(body)


def guarded(handler: Handler) -> Handler:
    """The handler, with 503 for what must be tried again and for what nobody expected (logged without its content)."""

    @functools.wraps(handler)
    async def guard(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except (web.RequestPayloadError, HttpProcessingError):
            return no(400, "unreadable")
        except (StateUnavailable, Overloaded) as error:
            return _later(type(error).__name__)
        except Exception as error:
            log.exception("a door failed", kind=type(error).__name__, exc_info=False)
            return _later("try again")

    return guard


async def expected(request: web.Request) -> web.Response | None:
    """What `Expect` asks for: to go on, or a refusal that, unlike aiohttp's own, quotes nothing."""
    if request.version < HttpVersion11:
        return None
    if request.headers.get("Expect", "").lower() != "100-continue":
        return no(400, "unknown expectation")
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # as in aiohttp's: the answer itself has not begun
    return None


def _later(reason: str) -> web.Response:
    return web.json_response({"ok": False, "error": reason}, status=503, headers={"Retry-After": "2"})
