"""Korean morphemes: the only importer of kiwipiepy. Reading and retrieval both stand on it."""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml
from kiwipiepy import Kiwi

WORDS = Path(__file__).parent / "data" / "words.yaml"
"""Nouns of illness that must stay in one piece."""

LONGEST = 2_000
"""Characters that are analysed; 100,000 of one syllable would take most of a second."""


class Morpheme(NamedTuple):
    """One morpheme of a text; a tuple because every message makes dozens."""

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

    def __init__(self, words: Iterable[str] | None = None) -> None:
        # Without titles of several words (films, books, teams): no patient needs them, and they cost two seconds.
        self._kiwi = Kiwi(num_workers=1, load_multi_dict=False)
        for word in yaml.safe_load(WORDS.read_text("utf-8")) if words is None else words:
            self._kiwi.add_user_word(word, "NNG", 0)
        self._lock = threading.Lock()
        self.analyse("준비")  # the first call builds kiwi's tables

    def analyse(self, text: str) -> tuple[Morpheme, ...]:
        """The morphemes of the first 2,000 characters."""
        with self._lock:
            tokens = self._kiwi.tokenize(text[:LONGEST])
        return tuple([Morpheme(t.form, t.tag.partition("-")[0], t.start, t.end) for t in tokens])
