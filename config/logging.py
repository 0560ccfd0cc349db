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
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
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
