"""`drrc status`: whether the bot runs and what waits, for people and as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from importlib.metadata import version
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Table

from adapters.evaluate.scorecard import last
from bot.errors import StateUnavailable
from bot.phrases import Phrases, load_phrases
from bot.state.connection import opened
from bot.state.store import Store, shared_secret
from config.settings import Settings
from knowledge.catalogue import load_catalogue


async def status(settings: Settings, *, as_json: bool) -> int:
    """Print the state; 1 when Redis cannot be reached."""
    say = load_phrases()
    found: dict[str, Any] = {
        "version": version("drrc"),
        "data": load_catalogue(cache=settings.data_dir / "cache").version,
        "redis": True,
        "unfinished": None,
        "server": await serving(settings),
        "scorecards": [asdict(card) for card in last(settings.data_dir)],
    }
    url = settings.redis_url.get_secret_value() if settings.redis_url else None
    try:
        async with opened(url, settings.data_dir) as (client, _):
            store = Store(client, salt=await shared_secret(client), hold_life=timedelta(seconds=settings.hold_seconds))
            found["unfinished"] = await store.unfinished()
    except (StateUnavailable, OSError) as error:
        found |= {"redis": False, "reason": str(error)}
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        Console().print(table(found, settings, say))
    return int(not found["redis"])


async def serving(settings: Settings) -> bool:
    """Whether a server answers at the configured address."""
    address = f"http://{settings.host}:{settings.port}/healthz"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as client,
            client.get(address) as answer,
        ):
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


def table(found: dict[str, Any], settings: Settings, say: Phrases) -> Table:
    """The state in words."""
    shown = Table(title=say("doctor.status.title"), show_header=False, box=None, padding=(0, 1))
    redis = say("doctor.status.redis_ok") if found["redis"] else say("doctor.status.redis_bad", reason=found["reason"])
    up = say("doctor.status.server_up", url=f"http://{settings.host}:{settings.port}")
    shown.add_row(say("doctor.status.version"), found["version"])
    shown.add_row(say("doctor.status.data"), found["data"])
    shown.add_row(say("doctor.status.redis"), redis)
    shown.add_row(say("doctor.status.unfinished"), str(found["unfinished"]))
    shown.add_row(say("doctor.status.server"), up if found["server"] else say("doctor.status.server_down"))
    cards = last(settings.data_dir)
    for card in cards:
        title = say("doctor.status.scorecard", name=card.name, date=card.at[:10], data=card.data)
        shown.add_row(title, headline(card.figures))
    if not cards:
        shown.add_row(say("doctor.status.scorecards"), say("evaluate.none"))
    return shown


def headline(figures: Mapping[str, Any]) -> str:
    """The shares of a scorecard in one line."""
    shares = [(name, value["share"]) for name, value in figures.items() if isinstance(value, dict) and "share" in value]
    return " · ".join(f"{name} {share:.1%}" for name, share in shares)
