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
_ANSWERS = {name: re.compile("|".join(f"(?:{p})" for p in patterns)) for name, patterns in _data["answers"].items()}
_COURSES = {name: re.compile("|".join(f"(?:{p})" for p in patterns)) for name, patterns in _data["courses"].items()}
GRAVER = re.compile(_data["graver"])
"""Words by which a finding's name or question asks how bad something is."""

PLAINLY = re.compile(_data["plainly"])
"""Begins an answer that is a plain yes or no, whatever else is told after it."""

ASKS_WHICH = re.compile(_data["asks_which"])
"""Words of a question that "네" and "아니요" do not answer."""

NEITHER = re.compile(_data["neither"])
"""Turns down every choice of such a question."""

DEPARTMENTS = re.compile("|".join(_data["departments"]))
"""Names of departments, the narrower ones first."""

_QUESTION = re.compile(_data["asks_back"])


def intents(text: str) -> tuple[Intent, ...]:
    """Intents whose words stand in the text, in the order of the data file (rights over data first)."""
    return tuple(intent for intent, pattern in _INTENTS if pattern.search(text))


def answer(text: str, *, graver: bool = False) -> Literal["yes", "no", "unsure"] | None:
    """A bare answer in whatever form; None for a question asked back or something else.

    Where the question was for a graver form of a complaint, "조금요" and "2년 됐어요" leave it open, and "참을 만해요"
    denies it.
    """
    words = text.strip()

    def says(name: str) -> bool:
        return _ANSWERS[name].search(words) is not None

    if says("none"):
        return None
    if says("unsure") or (graver and says("lasting")):
        return "unsure"
    if _QUESTION.search(words):
        return None
    if says("strong") or says("takes_back"):
        return "yes"
    if says("mild"):
        return "no" if graver else "yes"
    if says("no"):
        return "no"
    if graver and says("little"):
        return "unsure"
    return "yes" if says("yes") else None


def course(text: str) -> Literal["worse", "better"] | None:
    """How it goes compared with before; None where that is not told, is denied, or is only feared."""
    words = text.strip()
    if _COURSES["none"].search(words):
        return None
    if _COURSES["worse"].search(words):
        return "worse"
    return "better" if _COURSES["better"].search(words) else None


def tempered(text: str) -> bool:
    """Whether an answer says how little, so that taking up the question's verb is no plain yes ("조금 아파요")."""
    return any(_ANSWERS[name].search(text.strip()) for name in ("mild", "little"))
