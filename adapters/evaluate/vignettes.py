"""Clinical vignettes: each is a fresh person who types, answers what is asked from known facts, and gets a result."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.evaluate.door import Door
from adapters.evaluate.names import Names
from adapters.evaluate.patient import Patient

QUESTIONS = 20
"""Questions after which the result is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How one vignette went."""

    vignette: Mapping[str, Any]
    """The vignette."""
    conditions: Sequence[Mapping[str, Any]]
    """The candidates, as the door gives them."""
    departments: Sequence[str]
    """The departments."""
    triage: str | None
    """The level's code."""
    asked: int
    """Questions."""
    unknown: int
    """Questions the vignette could not answer."""
    unread: int
    """Answers that told something and changed no finding."""
    revealed: frozenset[str]
    """Facts that were asked for."""

    def rank(self, names: Names, *, lenient: bool) -> int | None:
        """The place of the right condition, by name, or (leniently) by code or a near name."""
        gold = names.right(self.vignette, lenient=lenient)
        code = (self.vignette.get("gold_icd10") or "")[:3]
        for place, found in enumerate(self.conditions, 1):
            if (names.forms(found.get("name_ko") or "") | names.forms(found.get("name_en") or "")) & gold:
                return place
            if lenient and code and (found.get("icd10") or "")[:3] == code:
                return place
        return None


def read_vignettes(file: Path, limit: int | None = None) -> list[dict[str, Any]]:
    """The vignettes that can be played. Raises OSError or ValueError."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row for row in rows if row.get("text_ko") and row.get("in_core", True)][:limit]


async def play(door: Door, vignette: Mapping[str, Any], patient: Patient) -> Record:
    """One vignette from the first message to the result."""
    user = f"vignette-{vignette['id']}"
    await door.ask(user=user, reset=True)
    out = await door.ask(user=user, text=vignette["text_ko"], profile=patient.profile)
    asked = unknown = unread = 0
    revealed: set[str] = set()
    while asked < QUESTIONS and (question := open_question(out)):
        reply, facts = patient.answer(question)
        before = findings(out)
        out = await door.ask(user=user, text=reply)
        asked += 1
        unknown += not facts
        revealed.update(facts)
        unread += bool(facts) and findings(out) == before
    if not (out.get("assessment") or {}).get("done"):
        out = await door.ask(user=user, text=door.say("evaluate.patient.finish"), final=True)
    told = out.get("assessment") or {}
    return Record(
        vignette=vignette,
        conditions=told.get("conditions") or (),
        departments=told.get("departments") or (),
        triage=told.get("triage"),
        asked=asked,
        unknown=unknown,
        unread=unread,
        revealed=frozenset(revealed - {"age", "sex"}),
    )


def open_question(out: Mapping[str, Any]) -> str | None:
    """The question an answer waits with, or None where the result is given."""
    told = out.get("assessment") or {}
    question = told.get("question")
    return None if not question or told.get("done") else question.get("text") or out.get("text")


def findings(out: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What was read so far."""
    return {(f["id"], f["presence"]) for f in (out.get("assessment") or {}).get("findings") or ()}
