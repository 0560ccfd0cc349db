"""When two names mean the same condition or department."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from bot.phrases import Phrases

CHAPTERS = {
    "A": "infection", "B": "infection", "C": "cancer", "D": "blood", "E": "endocrine", "F": "mind", "G": "nerves",
    "H": "eye and ear", "I": "heart and vessels", "J": "lung", "K": "gut", "L": "skin", "M": "joints", "N": "urinary",
    "O": "pregnancy", "P": "newborn", "Q": "inborn", "R": "symptom", "S": "injury", "T": "injury", "U": "special",
}  # fmt: skip
"""Body systems by the letter of an ICD-10 code."""


class Names:
    """Compares names as the sets do; the words it needs stand in `bot/texts/evaluate.yaml`."""

    def __init__(self, say: Phrases) -> None:
        self._doubt = re.compile(say("evaluate.doubt"))
        self._children: Mapping[str, str] = say.get("evaluate.children")
        self._parents: Mapping[str, str] = say.get("evaluate.parents")

    def forms(self, name: str) -> set[str]:
        """A name with and without what stands in brackets, and that alone; spaces and signs do not count."""
        name = self._doubt.sub("", name)
        forms = (name, re.sub(r"\(.*?\)", "", name), *re.findall(r"\((.*?)\)", name))
        return {plain for form in forms if (plain := _plain(form))}

    def right(self, vignette: Mapping[str, Any], *, lenient: bool) -> set[str]:
        """All names that count as right for a vignette."""
        names = [*(vignette.get("gold_diagnosis_ko") or ()), *(vignette.get("gold_synonyms_en") or ())]
        names += [vignette.get("gold_diagnosis") or ""]
        names += (vignette.get("lenient_diagnosis_ko") or ()) if lenient else ()
        return set().union(*(self.forms(name) for name in names))

    def department(self, name: str) -> str:
        """The department a sub-specialty belongs to."""
        name = re.sub(r"\s|\(.*?\)", "", name)
        if name in self._parents:
            return self._parents[name]
        if name.startswith(self._children["begins"]):
            return self._children["department"]
        return next((parent for end, parent in self._parents.items() if name.endswith(end)), name)


def _plain(name: str) -> str:
    return re.sub(r"[\s()\[\]\-·,/]", "", unicodedata.normalize("NFC", name)).lower()
