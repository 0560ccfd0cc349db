"""`drrc evaluate`: plays a collection, prints the figures, and keeps them for `drrc status`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

from rich.console import Console
from rich.table import Table

from adapters.evaluate import ddxplus_play, emergencies, mapped, routing, scoring, vignettes
from adapters.evaluate.door import Door, apart
from adapters.evaluate.figures import flat
from adapters.evaluate.names import Names
from adapters.evaluate.patient import Patient, read_topics
from adapters.evaluate.scorecard import Scorecard, keep
from bot.korean import KST
from bot.phrases import Phrases, load_phrases
from config.settings import Settings
from knowledge.catalogue import load_catalogue


async def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Play it; 1 where the collection cannot be read."""
    say = load_phrases()
    try:
        figures = await _figures(settings, arguments, say)
    except (OSError, ValueError, KeyError) as error:
        reason = f"{type(error).__name__}: {error}"
        print(say("evaluate.no_file", path=arguments.path, reason=reason), file=sys.stderr)
        return 1
    card = Scorecard(
        name=_name(arguments),
        source=arguments.path.name,
        at=datetime.now(KST).isoformat(timespec="minutes"),
        version=version("drrc"),
        data=load_catalogue(cache=settings.data_dir / "cache").version,
        partial=arguments.limit is not None,
        figures=figures,
    )
    keep(card, settings.data_dir)
    if arguments.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        Console().print(table(card, say))
    return 0


def _name(arguments: argparse.Namespace) -> str:
    """The collection; emergencies that are not told in words have a scorecard of their own for each way."""
    way = getattr(arguments, "by", "words")
    return str(arguments.collection) if way == "words" else f"{arguments.collection}-{way}"


async def _figures(settings: Settings, arguments: argparse.Namespace, say: Phrases) -> dict[str, object]:
    path, limit = arguments.path, arguments.limit
    if arguments.collection == "ddxplus":
        return await asyncio.to_thread(ddxplus_play.evaluate, path, limit)
    names = Names(say)
    if arguments.collection == "routing":
        questions = routing.read_questions(path, limit)
        async with apart(settings) as door:
            return routing.figures([await routing.route(door, row) for row in questions], names)
    if arguments.collection == "emergencies":
        told = emergencies.read_cases(path, limit)
        async with apart(settings) as door:
            return emergencies.figures(await _told(door, told, arguments))
    cases, topics = vignettes.read_vignettes(path, limit), read_topics(path)
    async with apart(settings) as door:
        records = [await vignettes.play(door, case, Patient(case, topics, say, arguments.unknown)) for case in cases]
        return scoring.figures(records, door.house.knowledge.catalogue, names)


async def _told(
    door: Door, cases: Sequence[Mapping[str, Any]], arguments: argparse.Namespace
) -> list[emergencies.Told]:
    if arguments.by == "words":
        return [await emergencies.tell(door, case) for case in cases]
    meanings = mapped.read_meanings(arguments.path)
    if arguments.by == "taps":
        return [await mapped.tapped(door, case, meanings) for case in cases]
    return [mapped.assessed(door, case, meanings) for case in cases]


def table(card: Scorecard, say: Phrases) -> Table:
    """All figures of a scorecard, one a row; shares with their interval."""
    shown = Table(title=say("evaluate.title", name=card.name, date=card.at[:16], data=card.data), box=None)
    shown.add_column()
    shown.add_column(justify="right")
    for name, value in rows(card.figures):
        shown.add_row(name, value)
    return shown


def rows(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values as text."""
    found: list[tuple[str, str]] = []
    for name, value in figures.items():
        if isinstance(value, Mapping) and "interval" in value:
            low, high = value["interval"]
            text = f"{value['share']:.1%} ({low:.1%}–{high:.1%}) {value['hits']}/{value['of']}"
            found.append((name, text))
        elif isinstance(value, Mapping):
            found += [(f"{name}.{part}", text) for part, text in rows(value)]
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            found.append((name, " ".join(value)))
        elif isinstance(value, list):
            found += [(f"{name}.{number}", _line(item)) for number, item in enumerate(value)]
        else:
            found.append((name, str(value)))
    return found


def _line(item: object) -> str:
    return "  ".join(f"{k} {v}" for k, v in flat(item).items()) if isinstance(item, Mapping) else str(item)
