"""`drrc index build`: checks all clinical data and writes the compiled copy that start-up reads."""

import sys
import time

from bot.phrases import load_phrases
from config.settings import Settings
from knowledge.catalogue import CatalogueError, load_catalogue
from knowledge.lints import lint


def build(settings: Settings) -> int:
    """Check and compile; 1 where something is wrong, with one line for every problem."""
    say = load_phrases()
    try:
        catalogue = load_catalogue()
    except CatalogueError as error:
        print(str(error), file=sys.stderr)
        return 1
    if breaches := lint(catalogue):
        print("\n".join(breaches), file=sys.stderr)
        return 1
    cache = settings.data_dir / "cache"
    load_catalogue(cache=cache)
    began = time.perf_counter()
    load_catalogue(cache=cache)
    seconds = time.perf_counter() - began
    print(
        say(
            "command.index.built",
            conditions=len(catalogue.conditions),
            findings=len(catalogue.concepts),
            flags=len(catalogue.red_flags),
            version=catalogue.version,
            folder=cache,
            ms=round(seconds * 1000),
        )
    )
    return 0
