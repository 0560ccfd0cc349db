"""Rules of the form "all of these findings", checked together: which hold, and which lack one finding only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.catalogue import Catalogue
from knowledge.clinical import Person, RedFlag, Sex
from knowledge.tables import Mask, Table, Tables, sex_index
from knowledge.triage import PREGNANCY

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How rules stand with what is present, as numbers of rules."""

    hold: Numbers
    """Rules all of whose findings are present."""
    nearly: Numbers
    """Rules that lack one finding."""
    missing: Numbers
    """The row of that finding."""


class Rules:
    """A fixed list of rules over the rows of the tables."""

    def __init__(self, needs: Sequence[Collection[int]], padding: int) -> None:
        width = max(map(len, needs), default=0)
        filled = [[*sorted(rows), *[padding] * (width - len(rows))] for rows in needs]
        self._needs: Numbers = np.array(filled, dtype=np.intp).reshape(len(needs), width).T.copy()
        self._size = np.array([len(rows) for rows in needs], dtype=np.int8)
        self._first: Numbers = np.array([min(rows, default=padding) for rows in needs], dtype=np.intp)
        self._several: Mask = self._size > 1

    def match(self, present: Mask) -> Match:
        """Which rules hold and nearly hold; `present` has one more row than the tables, and padding is never there."""
        there = present.take(self._needs)
        lacking = self._size - np.add.reduce(there.view(np.int8), axis=0, dtype=np.int8)
        nearly = (lacking == 1).nonzero()[0]
        missing = self._first.take(nearly)
        several = self._several.take(nearly).nonzero()[0]
        if several.size:
            rules = nearly[several]
            missing[several] = self._needs[there.take(rules, axis=1).argmin(axis=0), rules]
        return Match(hold=(lacking == 0).nonzero()[0], nearly=nearly, missing=missing)


class Flags:
    """The red flags that one more finding would complete."""

    def __init__(self, catalogue: Catalogue, tables: Tables) -> None:
        flags = [flag for flag in catalogue.red_flags if not flag.pregnant or PREGNANCY in tables.row]
        ways = [(int(flag.floor), number, way) for number, flag in enumerate(flags) for way in _ways(flag)]
        ways.sort(key=lambda way: way[0])  # where several give a floor to one finding, the largest is written last
        self._flags = len(flags)
        self._of: Numbers = np.array([number for _, number, _ in ways], dtype=np.intp)
        self._floor = np.array([floor for floor, _, _ in ways], dtype=np.int64)
        self._rules = Rules([{tables.row[id_] for id_ in way} for _, _, way in ways], len(tables.row))
        mine = [flags[number] for number in self._of.tolist()]
        self._from: Table = np.array([-np.inf if flag.min_age is None else flag.min_age for flag in mine])
        self._below: Table = np.array([np.inf if flag.max_age is None else flag.max_age for flag in mine])
        self._ageless: Mask = np.isinf(self._from) & np.isinf(self._below)
        self._any: Mask = np.array([flag.sex is None for flag in mine], dtype=np.bool_)
        self._only: Mask = np.array([[flag.sex is sex for flag in mine] for sex in Sex], dtype=np.bool_)
        self._tells = {id_: sex_index(concept.sex) for id_, concept in catalogue.concepts.items() if concept.sex}

    def floors_if(self, ids: frozenset[str], present: Mask, person: Person, floor: int) -> NDArray[np.int64]:
        """The floor there would be with a yes to the finding of each row (and one row for padding).

        `ids` are the present findings once more, as ids.
        """
        match = self._rules.match(present)
        held = np.zeros(self._flags, dtype=np.bool_)
        held[self._of[match.hold]] = True
        counts = self._for(person, ids)[match.nearly]
        counts &= self._floor[match.nearly] > floor
        counts &= ~held[self._of[match.nearly]]
        floors = np.full(len(present), floor, dtype=np.int64)
        floors[match.missing[counts]] = self._floor[match.nearly[counts]]
        return floors

    def _for(self, person: Person, ids: frozenset[str]) -> Mask:
        """Which rules are for such a person, were she pregnant; the same as `triage.applies`, for all of them."""
        fits: Mask = self._any
        if person.sex is not None:
            fits = fits | self._only[sex_index(person.sex)]
        else:
            for told in {self._tells[id_] for id_ in (*ids, PREGNANCY) if id_ in self._tells}:
                fits = fits | self._only[told]
        if person.age is None:
            return fits & self._ageless
        return fits & (self._ageless | ((self._from <= person.age) & (self._below > person.age)))


def _ways(flag: RedFlag) -> list[frozenset[str]]:
    """The sets of findings each of which makes the rule hold."""
    needed = frozenset(flag.all_of) | ({PREGNANCY} if flag.pregnant else frozenset())
    return [needed | {id_} for id_ in flag.any_of] or [needed]
