"""Words that may stand for one another in an expression: every pain for "아프다", 오줌 for 소변, 왼쪽 for 한쪽.

An expression of the lexicon is written once with a general word; here it is met by all the others. Each class has a
token. A class's members are expressions themselves, so "힘이 안 들어가요" and "마비됐어요" are one.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import yaml

Keys = tuple[str, ...]

FILE = Path(__file__).parent / "data" / "senses.yaml"

TOKEN = "@"  # noqa: S105 - no password
"""Begins the name of a class where it stands for words."""

MOST_BETWEEN = 2
"""Content morphemes that may stand between two of a member's."""


class Senses:
    """The classes, each member as the keys of its expression. Built once, never changed."""

    def __init__(self, classes: Mapping[str, Mapping[str, object]], keys_of: Callable[[str], Keys]) -> None:
        general: dict[Keys, str] = {}
        members: dict[str, set[Keys]] = defaultdict(set)

        def add(name: str, phrases: object, *, stands: bool) -> None:
            assert isinstance(phrases, list)
            for keys in filter(None, map(keys_of, phrases)):
                members[TOKEN + name].add(keys)
                if stands:
                    general.setdefault(keys, TOKEN + name)

        for name, phrases in classes["same"].items():
            add(name, phrases, stands=True)
        for name, lists in classes["wider"].items():
            assert isinstance(lists, Mapping)
            add(name, lists["general"], stands=True)
            add(name, lists["also"], stands=False)
        self._general = sorted(general.items(), key=lambda entry: -len(entry[0]))
        self._ending: dict[str, list[tuple[Keys, str]]] = defaultdict(list)
        for token, all_keys in members.items():
            for keys in all_keys:
                self._ending[keys[-1]].append((keys[:-1], token))

    def widened(self, keys: Keys) -> Keys:
        """An expression with the tokens of its general words; the same where it has none.

        What would be a single token then says too little, and stays as it is.
        """
        out, place = [], 0
        while place < len(keys):
            for member, token in self._general:
                if keys[place : place + len(member)] == member:
                    out.append(token)
                    place += len(member)
                    break
            else:
                out.append(keys[place])
                place += 1
        return keys if len(out) < 2 else tuple(out)

    def marks(self, forms: Sequence[str]) -> list[dict[str, tuple[int, ...]]]:
        """By place: the tokens of members that end there, each with the places of the member's keys."""
        return [self._ending_at(place, forms) if form in self._ending else {} for place, form in enumerate(forms)]

    def _ending_at(self, place: int, forms: Sequence[str]) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for before, token in self._ending[forms[place]]:
            at = _backwards(before, forms, place)
            if at is not None and len(at) > len(found.get(token, ())):
                found[token] = at
        return found


def _backwards(before: Keys, forms: Sequence[str], place: int) -> tuple[int, ...] | None:
    """The places of these keys before a place, and it; None where they do not stand there."""
    at = [place]
    for wanted in reversed(before):
        here = at[0] - 1
        least = max(0, here - MOST_BETWEEN)
        while here >= least and forms[here] != wanted:
            here -= 1
        if here < least:
            return None
        at.insert(0, here)
    return tuple(at)


def load_senses(keys_of: Callable[[str], Keys], file: Path = FILE) -> Senses:
    """The classes of the data file."""
    return Senses(yaml.safe_load(file.read_text("utf-8")), keys_of)
