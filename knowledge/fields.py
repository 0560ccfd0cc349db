"""Reads one mapping of a data file field by field, and notes every problem instead of stopping at the first."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from knowledge.clinical import Citation, Sex, Triage


@dataclass(slots=True, kw_only=True)
class Problems:
    """Collects what is wrong with the data; each line names a file and a key."""

    lines: list[str] = field(default_factory=list)
    """One sentence a problem, in the order they were met."""

    def add(self, file: str, key: str, text: str) -> None:
        """Notes one problem."""
        self.lines.append(f"{file}: {key}: {text}")


class Fields:
    """One mapping of a data file. A field that is missing or malformed is noted and read as a harmless value."""

    def __init__(self, raw: object, *, file: str, key: str, problems: Problems, allowed: frozenset[str]) -> None:
        self.file = file
        self.key = key
        self._problems = problems
        self._raw: dict[str, Any] = {}
        if isinstance(raw, dict):
            self._raw = {str(name): value for name, value in raw.items()}
        else:
            self.problem("", "must be a mapping")
        for name in self._raw:
            if name not in allowed:
                self.problem(name, "is not a field of the schema")

    def problem(self, name: str, text: str) -> None:
        """Notes a problem of this entry's field `name`."""
        self._problems.add(self.file, ".".join(part for part in (self.key, name) if part), text)

    def has(self, name: str) -> bool:
        """Whether the field is written."""
        return self._raw.get(name) is not None

    def raw(self, name: str) -> object:
        """The field as YAML gave it, None where it is missing."""
        return self._raw.get(name)

    def text(self, name: str, *, required: bool = True) -> str:
        """A string without outer white space; empty where missing."""
        value = self._raw.get(name)
        if value is None or value == "":
            if required:
                self.problem(name, "is missing")
            return ""
        if not isinstance(value, str):
            self.problem(name, f"must be text, not {value!r}")
            return ""
        return " ".join(value.split())

    def texts(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of strings; empty where missing."""
        value = self._raw.get(name)
        if value is None:
            value = []
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.problem(name, "must be a list of texts")
            return ()
        if required and not value:
            self.problem(name, "must not be empty")
        return tuple(" ".join(item.split()) for item in value)

    def number(self, name: str, *, default: float | None = None) -> float:
        """A finite number; `default` where missing, and a problem where there is no default."""
        value = self._raw.get(name)
        if value is None and default is not None:
            return default
        return self._finite(name, value)

    def age(self, name: str) -> float | None:
        """Years, or None where missing."""
        return self._finite(name, self._raw[name]) if self.has(name) else None

    def numbers(self, name: str, *, keys: frozenset[str] | None = None) -> dict[str, float]:
        """A mapping of names to finite numbers; only `keys` are allowed where they are given."""
        value = self._raw.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.problem(name, "must be a mapping of names to numbers")
            return {}
        for key in value:
            if keys is not None and str(key) not in keys:
                self.problem(f"{name}.{key}", f"must be one of {', '.join(sorted(keys))}")
        return {str(key): self._finite(f"{name}.{key}", number) for key, number in value.items()}

    def flag(self, name: str) -> bool:
        """True or false; false where missing."""
        value = self._raw.get(name, False)
        if not isinstance(value, bool):
            self.problem(name, "must be true or false")
            return False
        return value

    def level(self, name: str) -> Triage:
        """An urgency code such as `clinic_24h`."""
        code = self._raw.get(name)
        try:
            return Triage.from_code(str(code))
        except KeyError:
            self.problem(name, f"unknown urgency {code!r}")
            return Triage.AMBULANCE

    def sex(self, name: str) -> Sex | None:
        """`female`, `male`, or None where missing."""
        code = self._raw.get(name)
        if code is None:
            return None
        try:
            return Sex(str(code))
        except ValueError:
            self.problem(name, f"must be female or male, not {code!r}")
            return None

    def entries(self, name: str, allowed: frozenset[str]) -> "list[Fields]":
        """A list of mappings; empty where missing."""
        value = self._raw.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.problem(name, "must be a list")
            return []
        key = f"{self.key}.{name}" if self.key else name
        return [
            Fields(item, file=self.file, key=f"{key}[{number}]", problems=self._problems, allowed=allowed)
            for number, item in enumerate(value)
        ]

    def citations(self) -> tuple[Citation, ...]:
        """The sources, every one with title, publisher, address and the day it was read."""
        read: list[Citation] = []
        for entry in self.entries("sources", frozenset({"title", "publisher", "url", "read_on"})):
            day = entry.raw("read_on")
            if day is None:
                entry.problem("read_on", "is missing")
            read.append(
                Citation(
                    title=entry.text("title"),
                    publisher=entry.text("publisher"),
                    url=entry.text("url"),
                    read_on=str(day),
                )
            )
        return tuple(read)

    def _finite(self, name: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.problem(name, f"must be a number, not {value!r}")
            return 0.5
        return float(value)


def items(raw: object, *, file: str, problems: Problems) -> Mapping[str, object]:
    """A whole file's mapping by key; a file of another form is a problem and reads as empty."""
    if isinstance(raw, dict):
        return {str(key): value for key, value in raw.items()}
    problems.add(file, "(file)", "must be a mapping")
    return {}
