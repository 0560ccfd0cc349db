"""What the door says when it cannot pass a message on: always JSON with a kind sentence, never a stack trace."""

import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler, Middleware

from bot.errors import Overloaded, StateUnavailable

SENTENCES: Mapping[str, tuple[int, str]] = {
    "unreadable": (400, "error_unreadable"),
    "stranger": (403, "error_stranger"),
    "not_found": (404, "error_not_found"),
    "method": (405, "error_method"),
    "too_large": (413, "error_too_large"),
    "not_json": (415, "error_not_json"),
    "too_fast": (429, "error_too_fast"),
    "unavailable": (503, "error_unavailable"),
    "busy": (503, "error_busy"),
    "sorry": (503, "error_sorry"),
}
"""Status and sentence by the code the page reads."""

_BY_STATUS = {404: "not_found", 405: "method", 413: "too_large"}
RETRY_AFTER = 2
"""Seconds after which a page may try again when we were at fault."""

_log = structlog.get_logger(__name__)


class Refusal(Exception):
    """Ends a request with one of the SENTENCES."""

    def __init__(self, code: str, *, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


class Answers:
    """Turns everything that goes wrong into an answer. KeyError at start-up names a sentence that is missing."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {code: texts[key] for code, (_, key) in SENTENCES.items()}

    def body(self, code: str) -> dict[str, Any]:
        """What the page reads: a code for itself and a sentence for the person."""
        return {"error": code, "text": self._texts[code]}

    def response(self, code: str, *, retry_after: float | None = None) -> web.Response:
        """The whole answer."""
        status = SENTENCES[code][0]
        if retry_after is None and status == HTTPStatus.SERVICE_UNAVAILABLE:
            retry_after = RETRY_AFTER
        headers = {} if retry_after is None else {"Retry-After": str(max(1, round(retry_after + 0.5)))}
        return web.json_response(self.body(code), status=status, headers=headers)

    @property
    def middleware(self) -> Middleware:
        """Catches refusals, what aiohttp raises, and the unexpected."""

        @web.middleware
        async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refusal as refusal:
                return self.response(refusal.code, retry_after=refusal.retry_after)
            except web.HTTPException as error:
                return self._of_aiohttp(error)
            except (web.RequestPayloadError, HttpProcessingError):
                return self.response("unreadable")
            except Exception as error:
                return self.response(code_of(error))

        return answer

    def _of_aiohttp(self, error: web.HTTPException) -> web.StreamResponse:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise error
        response = self.response(_BY_STATUS.get(error.status, "unreadable"))
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response


def code_of(error: Exception) -> str:
    """The code for something the engine raised. The unexpected is logged without what people wrote."""
    if isinstance(error, StateUnavailable):
        return "unavailable"
    if isinstance(error, Overloaded):
        return "busy"
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    _log.error("web.failed", error=type(error).__name__, where=where)
    return "sorry"
