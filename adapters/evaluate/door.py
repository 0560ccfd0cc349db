"""The JSON-lines door with an installation of its own: cases never meet the people the bot really talks to."""

import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.assembly import House, built, load_mind
from adapters.console.jsonl import answer_line
from config.settings import Settings


class Door:
    """One line in, one answer out, as `drrc chat --jsonl` has it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.say = house.knowledge.say

    async def ask(self, **line: object) -> dict[str, Any]:
        """The answer to one line."""
        known = self.house.knowledge
        raw = json.dumps(line, ensure_ascii=False).encode()
        return await answer_line(self.house.engine, known.catalogue, known.say, raw)


@asynccontextmanager
async def apart(settings: Settings) -> AsyncIterator[Door]:
    """A door over the same data with an empty Redis, gone afterwards."""
    mind = load_mind(settings)
    with tempfile.TemporaryDirectory(prefix="drrc-") as folder:
        own = settings.model_copy(update={"data_dir": Path(folder), "redis_url": None})
        async with built(own, mind=mind) as house:
            yield Door(house)
