"""Putting the parts together: plain constructor calls, and the only place besides the command that reads settings."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.engine import Engine, no_step
from bot.phrases import load_phrases
from bot.state.connection import opened
from bot.state.embedded import EmbeddedRedis
from bot.state.store import Store, shared_secret
from bot.turn import Knowledge
from config.settings import Settings
from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.diagnosis import Diagnosis
from knowledge.morphology import Morphology
from knowledge.places.index import load_builtin
from nlu.reader import Reader, load_reader

YOUNG = 20_000
"""New objects after which the garbage collector looks for cycles; a turn makes some thousands and hardly any cycle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running engine and what it stands on."""

    engine: Engine
    """Runs turns."""
    store: Store
    """State."""
    secret: bytes
    """The installation's secret."""
    knowledge: Knowledge
    """Medicine, places and words."""
    embedded: EmbeddedRedis | None
    """The embedded Redis, where no URL is set."""


def load_medicine(cache: Path) -> tuple[Catalogue, Diagnosis]:
    """The catalogue and the model over it.

    Half a million values are made and none is garbage: the collector, which would walk them again and again, waits.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        catalogue = load_catalogue(cache=cache)
        return catalogue, Diagnosis(catalogue)
    finally:
        if collects:
            gc.enable()


def load_knowledge(settings: Settings) -> Knowledge:
    """Catalogue, places and sentences."""
    catalogue, diagnosis = load_medicine(settings.data_dir / "cache")
    return Knowledge(
        catalogue=catalogue,
        diagnosis=diagnosis,
        places=load_builtin(),
        say=load_phrases(),
        session_life=timedelta(hours=settings.session_hours),
        conditions=settings.conditions,
    )


def load_mind(settings: Settings) -> tuple[Knowledge, Reader]:
    """Everything that is read from files and needs seconds: done in a thread while Redis starts."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    knowledge = load_knowledge(settings)
    return knowledge, load_reader(Morphology(), knowledge.catalogue.concepts)


def settle() -> None:
    """Take what was loaded out of the garbage collector's rounds: it stays for good, and walking it costs each turn."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


@asynccontextmanager
async def built(
    settings: Settings,
    *,
    mind: tuple[Knowledge, Reader] | None = None,
    at: Callable[[str], None] = no_step,
) -> AsyncIterator[House]:
    """A house for the life of the block. `mind` may be loaded already; `at` is told every step of a turn."""

    async def load() -> tuple[Knowledge, Reader]:
        return mind if mind else await asyncio.to_thread(load_mind, settings)

    loading = asyncio.create_task(load())
    url = settings.redis_url.get_secret_value() if settings.redis_url else None
    async with opened(url, settings.data_dir) as (client, embedded):
        secret = settings.secret.get_secret_value().encode() if settings.secret else await shared_secret(client)
        store = Store(client, salt=secret, hold_life=timedelta(seconds=settings.hold_seconds))
        knowledge, reader = await loading
        engine = Engine(store=store, reader=reader, knowledge=knowledge, at=at)
        yield House(engine=engine, store=store, secret=secret, knowledge=knowledge, embedded=embedded)
