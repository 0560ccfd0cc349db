"""Questions people asked doctors: is the right department the first suggested, without asking anything back?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.evaluate.door import Door
from adapters.evaluate.figures import share
from adapters.evaluate.names import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """One question and where it was sent."""

    row: Mapping[str, Any]
    """The question with what is right."""
    departments: Sequence[str]
    """The departments, best first."""

    def right(self, k: int, names: Names) -> bool:
        """Whether an acceptable department is among the first `k`."""
        gold = {names.department(name) for name in self.row["acceptable"]}
        return any(names.department(name) in gold for name in self.departments[:k])


def read_questions(file: Path, limit: int | None = None) -> list[dict[str, Any]]:
    """The questions. Raises OSError or ValueError."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()][:limit]


async def route(door: Door, row: Mapping[str, Any]) -> Routed:
    """One question, answered at once."""
    user = f"routing-{row['id']}"
    await door.ask(user=user, reset=True)
    out = await door.ask(user=user, text=row["text"], profile={"consent": True}, final=True)
    return Routed(row=row, departments=(out.get("assessment") or {}).get("departments") or ())


def figures(routed: Sequence[Routed], names: Names) -> dict[str, object]:
    """All figures, and the same by department."""
    by_department: dict[str, list[Routed]] = {}
    for one in routed:
        by_department.setdefault(names.department(one.row["department"]), []).append(one)
    return {
        "cases": len(routed),
        **{f"top{k}": share(one.right(k, names) for one in routed).figures() for k in (1, 3)},
        "departments": {
            name: {"cases": len(some), **{f"top{k}": sum(one.right(k, names) for one in some) for k in (1, 3)}}
            for name, some in sorted(by_department.items())
        },
    }
