"""Every Korean sentence the bot says, from `bot/texts/*.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Phrases:
    """Sentences by dotted key (`consent.health.ask`)."""

    tree: Mapping[str, Any]
    """The files' contents, one top-level key per file name."""
    _found: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What stands under the keys that were asked for."""

    def __call__(self, key: str, **values: object) -> str:
        """One sentence with its values filled in. KeyError names an unknown key."""
        found = self.get(key)
        if not isinstance(found, str):
            raise KeyError(f"no sentence under {key!r}")
        return found.format(**values).strip()

    def lines(self, key: str) -> tuple[str, ...]:
        """A list of sentences."""
        found = self.get(key)
        if not isinstance(found, list):
            raise KeyError(f"no list of sentences under {key!r}")
        return tuple(str(line) for line in found)

    def get(self, key: str) -> Any:
        """Whatever stands under a dotted key, or None."""
        if key not in self._found:
            self._found[key] = self._look_up(key)
        return self._found[key]

    def _look_up(self, key: str) -> Any:
        node: Any = self.tree
        for part in key.split("."):
            if not isinstance(node, Mapping) or part not in node:
                return None
            node = node[part]
        return node


def load_phrases(folder: Path = FOLDER) -> Phrases:
    """All text files of the folder. Everything in them is text: "yes" is a word, not a truth value."""
    return Phrases(
        {
            path.stem: yaml.load(path.read_text("utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - knows text, lists and maps only
            for path in sorted(folder.glob("*.yaml"))
        }
    )
