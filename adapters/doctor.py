"""`drrc doctor`: what is there, what is missing, and how to get it. Changes nothing."""

import asyncio
import importlib.util
import os
import time

from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

import adapters.kakao.check
import adapters.slack.check
import adapters.telegram.check
from adapters.check import Check, Mark
from adapters.doors import telegram_mode
from bot.errors import StateUnavailable
from bot.phrases import Phrases, load_phrases
from bot.state.connection import opened
from bot.state.store import shared_secret
from config.settings import Settings

MARKS: dict[Mark, str] = {"ok": "[green]✓[/]", "note": "[yellow]·[/]", "bad": "[red]✗[/]"}


async def doctor(settings: Settings) -> int:
    """Print every check; 1 when something is in the way."""
    say = load_phrases()
    checks = [
        check_data_dir(settings, say),
        await check_redis(settings, say),
        await asyncio.to_thread(check_catalogue, settings, say),
        check_conditions(settings, say),
        await asyncio.to_thread(check_reading, say),
        check_places(say),
        check_model(say),
        *check_web(settings, say),
        *await check_messengers(settings, say),
    ]
    table = Table(title=say("doctor.title"), show_header=False, box=None, padding=(0, 1))
    for check in checks:
        table.add_row(MARKS[check.mark], check.name, escape(check.text))
    console = Console()
    console.print(table)
    for check in checks:
        if check.steps:
            console.print(f"\n[bold]{say('doctor.steps', name=check.name)}[/]")
        lines = Table.grid("", Column(overflow="fold"), padding=(0, 1))
        for number, step in enumerate(check.steps, 1):
            lines.add_row(f"  {number}.", escape(step))
        console.print(lines)
    return int(any(check.mark == "bad" for check in checks))


def check_data_dir(settings: Settings, say: Phrases) -> Check:
    """The data folder can be made and written."""
    folder = settings.data_dir
    name = say("doctor.data_dir.name")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".doctor-{os.getpid()}"
        probe.write_text("x")
        probe.unlink()
    except OSError as error:
        return Check(name=name, mark="bad", text=say("doctor.data_dir.bad", folder=folder, reason=error.strerror))
    return Check(name=name, mark="ok", text=str(folder))


async def check_redis(settings: Settings, say: Phrases) -> Check:
    """Redis answers and can be written."""
    name = say("doctor.redis.name")
    url = settings.redis_url.get_secret_value() if settings.redis_url else None
    try:
        async with opened(url, settings.data_dir) as (client, embedded):
            await shared_secret(client)
            info = await client.info("server")
    except (StateUnavailable, OSError) as error:
        return Check(name=name, mark="bad", text=say("doctor.redis.bad", reason=error))
    kind = say("doctor.redis.embedded") if embedded else say("doctor.redis.url")
    return Check(name=name, mark="ok", text=say("doctor.redis.ok", kind=kind, version=info["redis_version"]))


def check_catalogue(settings: Settings, say: Phrases) -> Check:
    """The clinical data load without a problem."""
    from knowledge.catalogue import CatalogueError, load_catalogue

    name = say("doctor.catalogue.name")
    try:
        catalogue = load_catalogue(cache=settings.data_dir / "cache")
    except (CatalogueError, OSError) as error:
        return Check(name=name, mark="bad", text=str(error))
    drafted = sum(c.status == "drafted" for c in catalogue.conditions.values())
    text = say(
        "doctor.catalogue.ok",
        conditions=len(catalogue.conditions),
        findings=len(catalogue.concepts),
        flags=len(catalogue.red_flags),
        drafted=drafted,
        version=catalogue.version,
    )
    return Check(name=name, mark="note" if drafted else "ok", text=text)


def check_conditions(settings: Settings, say: Phrases) -> Check:
    """Whether conditions are named, and who should hide them."""
    mark: Mark = "note" if settings.conditions == "shown" else "ok"
    return Check(name=say("doctor.conditions.name"), mark=mark, text=say(f"doctor.conditions.{settings.conditions}"))


def check_reading(say: Phrases) -> Check:
    """Korean can be read."""
    from knowledge.morphology import Morphology

    name = say("doctor.reading.name")
    began = time.perf_counter()
    try:
        Morphology().analyse("머리가 아파요")
    except (OSError, ImportError, RuntimeError) as error:
        return Check(name=name, mark="bad", text=say("doctor.reading.bad", reason=type(error).__name__))
    return Check(name=name, mark="ok", text=say("doctor.reading.ok", seconds=f"{time.perf_counter() - began:.1f}"))


def check_places(say: Phrases) -> Check:
    """Built-in places."""
    from knowledge.places.index import load_builtin

    places = load_builtin()
    text = say("doctor.places.ok", regions=len(places.gazetteer.regions), as_of=places.as_of)
    return Check(name=say("doctor.places.name"), mark="note", text=text)


def check_model(say: Phrases) -> Check:
    """A language model is optional; without one, rules and prepared sentences answer."""
    torch = importlib.util.find_spec("torch") is not None
    text = say("doctor.model.torch") if torch else say("doctor.model.none")
    return Check(name=say("doctor.model.name"), mark="note", text=text)


def check_web(settings: Settings, say: Phrases) -> list[Check]:
    """Whether the chat page is on, and whether it is safe where it stands."""
    web_text = say("doctor.web.on", host=settings.host, port=settings.port) if settings.web else say("doctor.web.off")
    checks = [Check(name=say("doctor.web.name"), mark="ok" if settings.web else "note", text=web_text)]
    open_to_all = settings.host not in ("127.0.0.1", "localhost", "::1")
    if settings.web and open_to_all and not settings.public_url.startswith("https"):
        checks.append(Check(name=say("doctor.https.name"), mark="note", text=say("doctor.https.note")))
    return checks


async def check_messengers(settings: Settings, say: Phrases) -> list[Check]:
    """Which messengers are open, whether they know us, and how to open the others."""
    slack_token, kakao_secret = _shown(settings.slack_token), _shown(settings.kakao_secret)
    telegram, slack = await asyncio.gather(
        adapters.telegram.check.check(
            token=_shown(settings.telegram_token),
            api_url=settings.telegram_api_url,
            mode=telegram_mode(settings),
            public_url=settings.public_url,
            say=say,
        ),
        adapters.slack.check.check(
            token=slack_token,
            signing_secret=_shown(settings.slack_signing_secret),
            app_token=_shown(settings.slack_app_token),
            api_url=settings.slack_api_url,
            say=say,
        ),
    )
    kakao = adapters.kakao.check.check(secret=kakao_secret, public_url=settings.public_url, say=say)
    checks = [kakao, telegram, slack]
    if (slack_token or kakao_secret) and not settings.public_url.startswith("https"):
        checks.append(Check(name=say("doctor.locate.name"), mark="note", text=say("doctor.locate.note")))
    return checks


def _shown(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
