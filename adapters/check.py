"""What `drrc doctor` says about one thing it looked at."""

from dataclasses import dataclass
from typing import Literal

Mark = Literal["ok", "note", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    """What."""
    mark: Mark
    """Fine, worth knowing, or in the way."""
    text: str
    """What was found and, if something is missing, what to do."""
    steps: tuple[str, ...] = ()
    """What to do one by one, where that takes more than a sentence."""
