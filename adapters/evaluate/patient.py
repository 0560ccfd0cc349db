"""A simulated patient: answers questions from the facts of a vignette, and says so where it has none."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from bot.phrases import Phrases

Topics = Mapping[str, re.Pattern[str]]
"""By name of a fact: the questions that ask for it."""

Unknown = Literal["unsure", "no"]
"""What is said where the vignette does not say."""


def read_topics(file: Path) -> Topics:
    """The topics in `followup_topics.json` beside the file; without one, a fact is told where its name is asked."""
    beside = file.with_name("followup_topics.json")
    if not beside.exists():
        return {}
    raw = json.loads(beside.read_text(encoding="utf-8"))
    return {name: re.compile(pattern) for name, pattern in raw.items() if not name.startswith("_")}


class Patient:
    """Answers for one vignette."""

    def __init__(self, vignette: Mapping[str, Any], topics: Topics, say: Phrases, unknown: Unknown = "unsure") -> None:
        self._age, self._sex = vignette["age"], "male" if vignette["sex"] == "M" else "female"
        self._facts: Mapping[str, str] = vignette.get("followups_ko") or {}
        self._topics = topics
        self._say = say
        self._unknown = say(f"evaluate.patient.{'no_' if unknown == 'no' else unknown}")
        self._asks_age, self._asks_sex = re.compile(say("evaluate.asks.age")), re.compile(say("evaluate.asks.sex"))

    @property
    def profile(self) -> dict[str, object]:
        """Age, sex and consent, as the door takes them."""
        return {"age": self._age, "sex": self._sex, "consent": True}

    def answer(self, question: str) -> tuple[str, list[str]]:
        """What is said to a question, and the names of the facts in it (none where the patient does not know)."""
        if self._asks_age.search(question):
            if self._age >= 2:
                return self._say("evaluate.patient.years", age=self._age), ["age"]
            return self._say("evaluate.patient.months", age=round(self._age * 12)), ["age"]
        if self._asks_sex.search(question):
            return self._say(f"evaluate.patient.{self._sex}"), ["sex"]
        facts, topics = self._facts, self._topics
        named = [name for name in facts if name not in topics and name in question]
        named += [name for name in facts if name in topics and topics[name].search(question)]
        if not named:
            return self._unknown, []
        if len(named) == 1:
            return facts[named[0]], named
        return " ".join(f"{name} {facts[name]}." for name in named[:3]), named[:3]
