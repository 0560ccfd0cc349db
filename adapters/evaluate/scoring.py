"""Figures over played vignettes, and what went wrong in those that were missed."""

from collections import Counter
from collections.abc import Iterator, Sequence

from adapters.evaluate.figures import Ranks, reliability, share, within
from adapters.evaluate.names import CHAPTERS, Names
from adapters.evaluate.vignettes import Record
from knowledge.catalogue import Catalogue

LEVELS = {"ambulance": 2, "emergency": 2, "clinic_24h": 1, "clinic": 1, "non_emergency": 1, "self_care": 0}
"""Gold triage has three levels."""

_EMERGENCY = LEVELS["emergency"]


def figures(records: Sequence[Record], catalogue: Catalogue, names: Names) -> dict[str, object]:
    """All figures over the records."""
    strict: Ranks = [record.rank(names, lenient=False) for record in records]
    lenient: Ranks = [record.rank(names, lenient=True) for record in records]
    best = [record.conditions[0]["probability"] if record.conditions else 0.0 for record in records]
    asked = sum(record.asked for record in records)
    return {
        "cases": len(records),
        **{f"lenient_top{k}": within(lenient, k).figures() for k in (1, 3, 5, 10)},
        **{f"strict_top{k}": within(strict, k).figures() for k in (1, 3, 5, 10)},
        **{f"department_top{k}": share(right(record, k, names) for record in records).figures() for k in (1, 3)},
        **triage([record for record in records if record.vignette.get("gold_triage")]),
        "questions": round(asked / max(len(records), 1), 2),
        "unanswerable": round(sum(record.unknown for record in records) / max(asked, 1), 4),
        "calibration": reliability(list(zip(best, [rank == 1 for rank in lenient], strict=True))),
        "misses": {cause: {"cases": len(ids), "ids": ids} for cause, ids in misses(records, lenient, catalogue, names)},
        "systems": dict(sorted(systems(records, lenient, names))),
    }


def right(record: Record, k: int, names: Names) -> bool:
    """Whether a right department is among the first `k`."""
    gold = {names.department(name) for name in record.vignette.get("gold_department_ko") or ()}
    return any(names.department(name) in gold for name in record.departments[:k])


def triage(records: Sequence[Record]) -> dict[str, object]:
    """Triage against gold, where there is some."""
    if not records:
        return {}
    pairs = [(LEVELS[r.vignette["gold_triage"]], LEVELS.get(r.triage or "", -1)) for r in records]
    return {
        "triage_exact": share(got == gold for gold, got in pairs).figures(),
        "triage_at_or_above": share(got >= gold for gold, got in pairs).figures(),
        "missed_emergencies": share(got < gold for gold, got in pairs if gold == _EMERGENCY).figures(),
        "over_triage": share(got > gold for gold, got in pairs if gold < _EMERGENCY).figures(),
    }


def misses(
    records: Sequence[Record], ranks: Ranks, catalogue: Catalogue, names: Names
) -> Iterator[tuple[str, list[str]]]:
    """Vignettes whose condition was not among the first three, by what most likely went wrong."""
    causes: dict[str, list[str]] = {"no_entry": [], "not_read": [], "not_asked": [], "wrong_weight": []}
    for record, rank in zip(records, ranks, strict=True):
        if rank is None or rank > 3:
            causes[_cause(record, catalogue, names)].append(str(record.vignette["id"]))
    yield from causes.items()


def _cause(record: Record, catalogue: Catalogue, names: Names) -> str:
    """No such condition; an answer that changed nothing; less than a third of the facts asked for; or the weights."""
    gold, code = names.right(record.vignette, lenient=True), (record.vignette.get("gold_icd10") or "")[:3]
    known = catalogue.conditions.values()
    if not any(
        (code and c.icd10[:3] == code) or (names.forms(c.name_ko) | names.forms(c.name_en)) & gold for c in known
    ):
        return "no_entry"
    if record.unread:
        return "not_read"
    facts = record.vignette.get("followups_ko") or {}
    return "not_asked" if len(record.revealed) * 3 < len(facts) else "wrong_weight"


def systems(records: Sequence[Record], ranks: Ranks, names: Names) -> Iterator[tuple[str, dict[str, object]]]:
    """Figures by body system."""
    groups: dict[str, list[tuple[Record, int | None]]] = {}
    for record, rank in zip(records, ranks, strict=True):
        letter = (record.vignette.get("gold_icd10") or " ")[0].upper()
        groups.setdefault(CHAPTERS.get(letter, "other"), []).append((record, rank))
    for name, some in groups.items():
        found = Counter(k for _, rank in some for k in (1, 3) if rank is not None and rank <= k)
        departments = sum(right(record, 1, names) for record, _ in some)
        yield name, {"cases": len(some), "top1": found[1], "top3": found[3], "department": departments}
