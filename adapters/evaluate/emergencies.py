"""Emergencies and their benign twins: each case is told fact by fact; was the least acceptable level reached?"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.evaluate.door import Door
from adapters.evaluate.figures import Share, share
from knowledge.clinical import Triage

TWIN = "twin"
"""The kind of a case that is no emergency although it sounds like one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One case and the level it got."""

    case: Mapping[str, Any]
    """The case."""
    gold: Triage
    """The least urgent level that a careful doctor would accept; for a twin the right one."""
    got: Triage
    """The level that was told."""

    @property
    def twin(self) -> bool:
        """Whether it only sounds like an emergency."""
        return str(self.case["kind"]) == TWIN


def read_cases(file: Path, limit: int | None = None) -> list[dict[str, Any]]:
    """The cases of a file, or of all JSONL files in a folder. Raises OSError or ValueError."""
    files = sorted(file.glob("*.jsonl")) if file.is_dir() else [file]
    lines = [line for one in files for line in one.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [json.loads(line) for line in lines][:limit]


async def tell(door: Door, case: Mapping[str, Any]) -> Told:
    """The first message, then one fact a turn in the person's own words, until there is a result."""
    user = f"emergency-{case['id']}"
    profile = {"age": case["age"], "sex": case["sex"], "consent": True}
    await door.ask(user=user, reset=True)
    out = await door.ask(user=user, text=case["text"], profile=profile)
    for fact in case["facts"]:
        if (out.get("assessment") or {}).get("done"):
            break
        out = await door.ask(user=user, text=fact["say"])
    if not (out.get("assessment") or {}).get("done"):
        out = await door.ask(user=user, text=door.say("evaluate.patient.finish"), final=True)
    return Told(case=case, gold=gold(case), got=level(out))


def gold(case: Mapping[str, Any]) -> Triage:
    """The right level of a case, or the least acceptable one."""
    return Triage.from_code(case["gold"].lower())


def level(out: Mapping[str, Any]) -> Triage:
    """The level in an answer of the door; where nothing was assessed nobody was sent anywhere."""
    return Triage.from_code((out.get("assessment") or {}).get("triage") or Triage.SELF_CARE.code)


def figures(told: Sequence[Told]) -> dict[str, object]:
    """Recall of the level over emergencies, by presentation; over-triage of twins, at all and to an emergency room."""
    cases, twins = [one for one in told if not one.twin], [one for one in told if one.twin]
    kinds = dict.fromkeys(str(one.case["kind"]) for one in cases)
    return {
        "cases": len(told),
        "recall": share(one.got >= one.gold for one in cases).figures(),
        **{f"recall_{kind}": _recall(cases, kind).figures() for kind in kinds},
        "exact": share(one.got is one.gold for one in told).figures(),
        "twins_over": share(one.got > one.gold for one in twins).figures(),
        "twins_to_emergency": share(one.got >= Triage.EMERGENCY > one.gold for one in twins).figures(),
        "missed": {name: len(some) for name, some in _missed(cases)},
    }


def _recall(cases: Sequence[Told], kind: str) -> Share:
    return share(one.got >= one.gold for one in cases if one.case["kind"] == kind)


def _missed(cases: Sequence[Told]) -> Iterator[tuple[str, list[Told]]]:
    for name in dict.fromkeys(str(one.case["emergency"]) for one in cases):
        some = [one for one in cases if one.case["emergency"] == name and one.got < one.gold]
        if some:
            yield name, some
