"""What a person wants with a message, and bare answers to questions. Patterns are data."""

import re
from pathlib import Path
from typing import Literal

import yaml

from nlu.meaning import Intent

_data = yaml.safe_load((Path(__file__).parent / "data" / "intents.yaml").read_text("utf-8"))

_INTENTS = [
    (Intent(name), re.compile("|".join(f"(?:{p})" for p in patterns))) for name, patterns in _data["intents"].items()
]
_UNSURE, _NO, _YES = (
    re.compile("|".join(f"(?:{p})" for p in _data["answers"][name])) for name in ("unsure", "no", "yes")
)
DEPARTMENTS = re.compile("|".join(_data["departments"]))
"""Names of departments, the narrower ones first."""

_QUESTION = re.compile(_data["asks_back"])


def intents(text: str) -> tuple[Intent, ...]:
    """Intents whose words stand in the text, in the order of the data file (rights over data first)."""
    return tuple(intent for intent, pattern in _INTENTS if pattern.search(text))


def answer(text: str) -> Literal["yes", "no", "unsure"] | None:
    """A bare answer in whatever form; None for a question asked back or something else."""
    words = text.strip()
    if _UNSURE.search(words):
        return "unsure"
    if _QUESTION.search(words):
        return None
    if _NO.search(words):
        return "no"
    return "yes" if _YES.search(words) else None
