"""The clinical catalogue: loads the data files, checks them all, and starts fast from a compiled copy."""

import contextlib
import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NoReturn

import yaml

from knowledge.checks import ancestors_of, check_concepts, check_conditions, check_red_flags
from knowledge.clinical import Concept, Condition, RedFlag
from knowledge.fields import Problems, items
from knowledge.schema import (
    Department,
    Wording,
    read_concepts,
    read_condition,
    read_departments,
    read_finding_departments,
    read_red_flags,
    read_wording,
)

__all__ = ["Catalogue", "CatalogueError", "Department", "Wording", "load_catalogue"]

DATA = Path(__file__).parent / "data"
"""The data this package brings along."""

_FORM = 2
"""Changes when the compiled copy is laid out differently."""

_COPY = "catalogue.json"

_FILES = ("departments.yaml", "reasons.yaml")

_PARTED = ("findings", "questions", "redflags")
"""Read from `NAME.yaml` and from every file in the folder `NAME`, as if they were one."""

_HINTS = "finding_departments.yaml"
"""May be missing: then only the conditions say where to go."""


class CatalogueError(ValueError):
    """The data cannot be used; the text has one line for every problem, with file and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All the clinical data, checked. Treat it as unchangeable."""

    concepts: Mapping[str, Concept]
    """Findings by id."""
    conditions: Mapping[str, Condition]
    """Conditions by id."""
    red_flags: tuple[RedFlag, ...]
    """Rules that set a least level."""
    departments: Mapping[str, Department]
    """Departments by name."""
    wording: Wording
    """The engine's own few texts."""
    finding_departments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Departments that know a finding best, by finding."""
    version: str
    """A short hash of all data files."""
    ancestors: Mapping[str, frozenset[str]] = field(init=False, repr=False)
    """All findings a finding implies, by id."""
    descendants: Mapping[str, frozenset[str]] = field(init=False, repr=False)
    """All findings that imply a finding, by id."""
    flags_on: Mapping[str, tuple[RedFlag, ...]] = field(init=False, repr=False)
    """By finding: red flags to look at where it is present. With no such finding present, no rule holds."""

    def __post_init__(self) -> None:
        ancestors = ancestors_of(self.concepts)
        below: dict[str, set[str]] = {id_: set() for id_ in self.concepts}
        for id_, above in ancestors.items():
            for parent in above:
                below[parent].add(id_)
        object.__setattr__(self, "ancestors", ancestors)
        object.__setattr__(self, "descendants", {id_: frozenset(ids) for id_, ids in below.items()})
        used = Counter(id_ for flag in self.red_flags for id_ in flag.all_of)
        flags: dict[str, list[RedFlag]] = {}
        for flag in self.red_flags:
            for id_ in sorted(flag.all_of, key=used.__getitem__)[:1] or flag.any_of:
                flags.setdefault(id_, []).append(flag)
        object.__setattr__(self, "flags_on", {id_: tuple(some) for id_, some in flags.items()})


def load_catalogue(folder: Path | None = None, cache: Path | None = None) -> Catalogue:
    """The catalogue in `folder` (the package's own by default); all problems are raised as one CatalogueError.

    `cache` is a folder for a compiled copy. The copy holds what the YAML said, was written only after all checks
    passed, and is used only for exactly the same files; a damaged one is built anew. `reasons.yaml` may be left out of
    a folder: then the package's own texts are used.
    """
    texts = _texts(folder or DATA)
    version = hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()[:12]
    compiled = _read_copy(cache, version)
    if compiled is not None:
        with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
            return _build(compiled, version, Problems(), checked=True)
    problems = Problems()
    raw = {name: _parse(name, text, problems) for name, text in texts.items()}
    # Without the common files nearly every line of the others would be a problem.
    if any(document is None for name, document in raw.items() if "/" not in name):
        _refuse(problems)
    raw = {name: document for name, document in raw.items() if document is not None}
    catalogue = _build(raw, version, problems, checked=False)
    if problems.lines:
        _refuse(problems)
    _write_copy(cache, version, raw)
    return catalogue


def _refuse(problems: Problems) -> NoReturn:
    raise CatalogueError(f"{len(problems.lines)} problems in the clinical data:\n" + "\n".join(problems.lines))


def _texts(folder: Path) -> dict[str, str]:
    paths = {name: folder / name for name in _FILES}
    if not paths["reasons.yaml"].exists():
        paths["reasons.yaml"] = DATA / "reasons.yaml"
    for part in _PARTED:
        if (folder / f"{part}.yaml").exists() or not (folder / part).is_dir():
            paths[f"{part}.yaml"] = folder / f"{part}.yaml"
    for part in (*_PARTED, "conditions"):
        paths |= {f"{part}/{path.name}": path for path in sorted((folder / part).glob("*.yaml"))}
    if (folder / _HINTS).exists():
        paths[_HINTS] = folder / _HINTS
    return {name: path.read_text(encoding="utf-8") if path.exists() else "" for name, path in paths.items()}


def _build(raw: Mapping[str, object], version: str, problems: Problems, *, checked: bool) -> Catalogue:
    concepts = read_concepts(_mapping("findings", raw, problems), _mapping("questions", raw, problems), problems)
    flags = read_red_flags(_list("redflags", raw, problems), problems)
    departments = read_departments(raw["departments.yaml"], problems)
    wording = read_wording(raw["reasons.yaml"], problems)
    hints = read_finding_departments(raw.get(_HINTS, {}), concepts, departments, problems)
    files = {
        name: read_condition(name, value, problems) for name, value in raw.items() if name.startswith("conditions/")
    }
    if not checked:
        check_concepts(concepts, problems)
        check_red_flags(flags, concepts, problems)
        check_conditions(files, concepts, departments, problems)
        if not files:
            problems.add("conditions", "(folder)", "holds no condition")
    elif problems.lines:
        raise ValueError("the compiled copy is damaged")
    return Catalogue(
        concepts=concepts,
        conditions={condition.id: condition for condition in files.values()},
        red_flags=flags,
        departments=departments,
        wording=wording,
        finding_departments=hints,
        version=version,
    )


def _parts(part: str, raw: Mapping[str, object]) -> list[tuple[str, object]]:
    return [(name, value) for name, value in raw.items() if name == f"{part}.yaml" or name.startswith(f"{part}/")]


def _mapping(part: str, raw: Mapping[str, object], problems: Problems) -> dict[str, object]:
    """All the mappings of a part as one; an entry that stands in two files is a problem."""
    whole: dict[str, object] = {}
    for name, value in _parts(part, raw):
        entries = items(value, file=name, problems=problems)
        for key in entries.keys() & whole.keys():
            problems.add(name, key, "stands in another file too")
        whole.update(entries)
    return whole


def _list(part: str, raw: Mapping[str, object], problems: Problems) -> list[object]:
    """All the lists of a part as one."""
    whole: list[object] = []
    for name, value in _parts(part, raw):
        if isinstance(value, list):
            whole.extend(value)
        else:
            problems.add(name, "(file)", "must be a list")
    return whole


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The fast safe loader, which also refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping; YAMLError where a key stands twice."""
        keys = [key.value for key, _ in node.value]
        if len(keys) != len(set(keys)):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            raise yaml.YAMLError(f"{', '.join(twice)} stands twice, line {node.start_mark.line + 1}")
        read: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return read


def _parse(name: str, text: str, problems: Problems) -> object:
    if not text.strip():
        problems.add(name, "(file)", "is missing or empty")
        return None
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.YAMLError as error:
        problems.add(name, "(file)", " ".join(str(error).split()))
        return None


def _read_copy(cache: Path | None, version: str) -> dict[str, object] | None:
    if cache is None:
        return None
    try:
        copy = json.loads((cache / _COPY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(copy, dict) or copy.get("form") != _FORM or copy.get("version") != version:
        return None
    raw = copy.get("raw")
    return raw if isinstance(raw, dict) else None


def _write_copy(cache: Path | None, version: str, raw: Mapping[str, object]) -> None:
    """Writes the copy in one step; a folder that cannot be written only costs time at the next start."""
    if cache is None:
        return
    text = json.dumps({"form": _FORM, "version": version, "raw": raw}, ensure_ascii=False, default=str)
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=cache, suffix=".part", delete=False, encoding="utf-8") as part:
            part.write(text)
        os.replace(part.name, cache / _COPY)
