"""`drrc serve`: every configured door in one process, until SIGTERM or Ctrl+C."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from aiohttp import web

from adapters.assembly import House, built, settle
from adapters.background import DRAIN_SECONDS
from adapters.doors import Doors, messengers
from adapters.probes import add_probes
from adapters.web.channel import web_app
from bot.errors import StateUnavailable
from bot.korean import listed
from bot.phrases import load_phrases
from config.settings import Settings
from scheduler.app import running

log = structlog.get_logger()


async def serve(settings: Settings) -> int:
    """Run until a signal. 1 when Redis does not start or the port is taken."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with built(settings) as house:
            settle()
            return await _open(settings, house, stop)
    except StateUnavailable as error:
        print(load_phrases()("command.no_redis", reason=error), file=sys.stderr)
        return 1


async def _open(settings: Settings, house: House, stop: asyncio.Event) -> int:
    say = house.knowledge.say
    doors = messengers(settings, house)
    runner = listener(application(settings, house, doors), drain=DRAIN_SECONDS)
    async with at_work(settings, house, doors):
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as error:
            words = say("command.no_port", host=settings.host, port=settings.port, reason=error.strerror)
            print(words, file=sys.stderr)
            await runner.cleanup()
            return 1
        host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - only shown
        print(say("command.open", host=host, port=settings.port), flush=True)
        if doors.names:
            print(
                say("command.doors", doors=listed([say(f"link.platform.{name}") for name in doors.names])), flush=True
            )
        log.info(
            "serving",
            doors=list(doors.names),
            host=settings.host,
            port=settings.port,
            data=house.knowledge.catalogue.version,
        )
        await stop.wait()
        await runner.cleanup()
    return 0


@asynccontextmanager
async def at_work(settings: Settings, house: House, doors: Doors) -> AsyncIterator[None]:
    """Every messenger open and the jobs by the clock running, for the life of the block."""
    async with (
        doors.running(),
        running(
            engine=house.engine,
            store=house.store,
            embedded=house.embedded,
            deliver_to=doors.deliver_to,
            every=timedelta(seconds=settings.recover_seconds),
            orphan_age=timedelta(seconds=settings.hold_seconds),
        ),
    ):
        yield


def listener(app: web.Application, *, drain: float) -> web.AppRunner:
    """What serves the application. Packed bodies stay packed: unpacking a bomb would cost seconds, whoever sent it."""
    logging.getLogger("aiohttp.server").addFilter(unquoted)
    return web.AppRunner(app, access_log=None, shutdown_timeout=drain, auto_decompress=False)


def unquoted(record: logging.LogRecord) -> bool:
    """Keep of an error only its kind: aiohttp quotes pieces of requests that are no HTTP, and they can be words."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.msg, record.args = "%s: %s", (record.getMessage(), type(error).__name__)
        record.exc_info = None
    return True


def application(settings: Settings, house: House, doors: Doors) -> web.Application:
    """The chat page (where it is on), the messengers' addresses and the probes."""
    if settings.web:
        app = web_app(
            house.engine,
            secret=house.secret,
            texts=house.knowledge.say.get("web"),
            secure_cookie=settings.public_url.startswith("https"),
            rate_per_minute=settings.rate_per_minute,
            tiles_url=settings.map_tiles_url,
            trusted_proxy=settings.trust_proxy,
        )
    else:
        app = web.Application()
    app.add_routes(doors.routes())
    add_probes(app, house.store, alive=not settings.web)
    return app
