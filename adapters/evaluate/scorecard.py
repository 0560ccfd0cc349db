"""The last figures of every collection, good or bad, with their date and the version of the data."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = "scorecards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """One evaluation."""

    name: str
    """Which evaluation (`vignettes`, `routing`, `ddxplus`)."""
    source: str
    """The file or folder's name."""
    at: str
    """ISO time."""
    version: str
    """The program's version."""
    data: str
    """The version of the clinical data."""
    partial: bool
    """Whether only the first cases were played."""
    figures: Mapping[str, Any]
    """What came out."""


def keep(card: Scorecard, data_dir: Path) -> None:
    """Keep it as the last one of its name. Raises OSError."""
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{card.name}.json").write_text(json.dumps(asdict(card), ensure_ascii=False, indent=1), encoding="utf-8")


def last(data_dir: Path) -> tuple[Scorecard, ...]:
    """The last of every name; a file that cannot be read is none."""
    found = []
    for file in sorted((data_dir / FOLDER).glob("*.json")):
        try:
            card = Scorecard(**json.loads(file.read_text(encoding="utf-8")))
            datetime.fromisoformat(card.at)
        except (OSError, ValueError, TypeError):
            continue
        found.append(card)
    return tuple(found)
