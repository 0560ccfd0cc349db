"""Korean morphemes: the only importer of kiwipiepy. Reading and retrieval both stand on it."""

import threading
from dataclasses import dataclass

from kiwipiepy import Kiwi

LONGEST = 2_000
"""Characters that are analysed; 100,000 of one syllable would take most of a second."""


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One morpheme of a text."""

    form: str
    """As kiwi writes it: stems for verbs and adjectives, the word itself for nouns."""
    tag: str
    """Sejong part-of-speech tag without kiwi's suffix for irregular stems (`VA`, `NNG`, `JKS` …)."""
    start: int
    """Offset of its first character in the text."""
    end: int
    """Offset after its last character."""


class Morphology:
    """Analyses texts; safe to use from several threads. Loading takes seconds and half a gigabyte."""

    def __init__(self) -> None:
        self._kiwi = Kiwi(num_workers=1)
        self._lock = threading.Lock()
        self.analyse("준비")  # the first call builds kiwi's tables

    def analyse(self, text: str) -> tuple[Morpheme, ...]:
        """The morphemes of the first 2,000 characters."""
        with self._lock:
            tokens = self._kiwi.tokenize(text[:LONGEST])
        return tuple(Morpheme(t.form, t.tag.partition("-")[0], t.start, t.end) for t in tokens)
