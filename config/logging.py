"""Logs: one canonical line a turn, key and value, never what a person said."""

import logging
import sys
from typing import Literal

import structlog


def configure_logging(level: Literal["debug", "info", "warning", "error"], form: Literal["text", "json"]) -> None:
    """Set up structlog and the standard library's root logger, both to stderr."""
    number = {"debug": 10, "info": 20, "warning": 30, "error": 40}[level]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else _plain
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries speak only when something is wrong: their lines could quote what was sent.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def _plain(_: object, __: str, event: structlog.typing.EventDict) -> str:
    """The console's line without colours, for a file or a pipe: made once a turn, so it is made cheaply."""
    at, level, name = event.pop("timestamp"), event.pop("level"), event.pop("event")
    told = " ".join(f"{key}={_value(event[key])}" for key in sorted(event))
    return f"{at} [{level:<9}] {name:<30} {told}".rstrip()


def _value(value: object) -> str:
    """A value that cannot begin a line of its own."""
    words = str(value)
    return words if words.isprintable() else repr(words)
