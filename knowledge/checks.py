"""What must hold between the entries of the catalogue; each breach is noted with its file and key."""

from collections.abc import Iterable, Iterator, Mapping

from knowledge.clinical import Concept, Condition, RedFlag, Sex
from knowledge.fields import Problems
from knowledge.schema import DURATIONS, Department

LEAST, MOST = 0.0005, 0.99
"""Nothing in medicine is certain: the range of a probability given a condition. The least is that of the rarest leaks,
so that a condition can say that a sign of danger is *less* usual in it than in anybody."""


def ancestors_of(concepts: Mapping[str, Concept]) -> dict[str, frozenset[str]]:
    """All more general findings of every finding; a cycle is walked once."""
    found: dict[str, frozenset[str]] = {}
    for id_ in concepts:
        seen: set[str] = set()
        waiting = list(concepts[id_].parents)
        while waiting:
            parent = waiting.pop()
            if parent in concepts and parent not in seen:
                seen.add(parent)
                waiting.extend(concepts[parent].parents)
        found[id_] = frozenset(seen)
    return found


def check_concepts(concepts: Mapping[str, Concept], problems: Problems) -> None:
    """Parents, exclusions and answers name known findings; no cycles; a child is no more common than its parent."""
    ancestors = ancestors_of(concepts)
    for concept in concepts.values():
        _known(concept.parents, concepts, "findings.yaml", f"{concept.id}.parents", problems)
        _known(concept.excludes, concepts, "findings.yaml", f"{concept.id}.excludes", problems)
        sets = [id_ for answer in concept.answers for id_, _ in answer.sets]
        _known(sets, concepts, "questions.yaml", f"{concept.id}.answers", problems)
        if concept.id in ancestors[concept.id]:
            problems.add("findings.yaml", f"{concept.id}.parents", "form a cycle")
        for parent in concept.parents:
            if parent in concepts and concepts[parent].leak < concept.leak:
                problems.add("findings.yaml", f"{concept.id}.leak", f"is larger than that of its parent {parent}")
        for other in concept.excludes:
            if other in ancestors[concept.id]:
                problems.add("findings.yaml", f"{concept.id}.excludes", f"{other} is implied by it")


def check_red_flags(flags: Iterable[RedFlag], concepts: Mapping[str, Concept], problems: Problems) -> None:
    """Every rule asks for known findings, has an id of its own, and can hold for somebody."""
    seen: set[str] = set()
    for flag in flags:
        if flag.id in seen:
            problems.add("redflags.yaml", flag.id, "stands twice")
        seen.add(flag.id)
        if not flag.all_of and not flag.any_of:
            problems.add("redflags.yaml", flag.id, "has neither all_of nor any_of")
        _known(flag.all_of, concepts, "redflags.yaml", f"{flag.id}.all_of", problems)
        _known(flag.any_of, concepts, "redflags.yaml", f"{flag.id}.any_of", problems)
        if flag.min_age is not None and flag.max_age is not None and flag.min_age >= flag.max_age:
            problems.add("redflags.yaml", flag.id, "min_age is not below max_age")
        if flag.pregnant and flag.sex is Sex.MALE:
            problems.add("redflags.yaml", flag.id, "is for pregnant men")


def check_conditions(
    files: Mapping[str, Condition],
    concepts: Mapping[str, Concept],
    departments: Mapping[str, Department],
    problems: Problems,
) -> None:
    """Every condition, by its file, is possible, uses known ids, and says things of its own."""
    ancestors = ancestors_of(concepts)
    ids: dict[str, str] = {}
    for file, condition in files.items():
        if f"conditions/{condition.id}.yaml" != file:
            problems.add(file, "id", f"{condition.id!r} is not the file's name")
        if condition.id in ids:
            problems.add(file, "id", f"stands in {ids[condition.id]} too")
        ids.setdefault(condition.id, file)
        for key, names in (
            ("findings", condition.findings),
            ("risks", condition.risks),
            ("self_check", condition.self_check),
        ):
            _known(names, concepts, file, key, problems)
        for number, item in enumerate(condition.raises):
            _known(item.findings, concepts, file, f"raises[{number}]", problems)
            if item.to <= condition.urgency:
                problems.add(file, f"raises[{number}].to", "is not above the condition's own urgency")
        for key, chosen in (("departments", condition.departments), ("child_departments", condition.child_departments)):
            if len(set(chosen)) < len(chosen):
                problems.add(file, key, "names a department twice")
            for name in chosen:
                if name not in departments:
                    problems.add(file, key, f"unknown department {name!r}")
        for key, text in _numbers(condition):
            problems.add(file, key, text)
        for key, text in _hierarchy(condition, concepts, ancestors):
            problems.add(file, key, text)
    _copies(files, problems)


def _known(ids: Iterable[str], concepts: Mapping[str, Concept], file: str, key: str, problems: Problems) -> None:
    for id_ in ids:
        if id_ not in concepts:
            problems.add(file, key, f"unknown finding {id_!r}")


def _numbers(condition: Condition) -> Iterator[tuple[str, str]]:
    prior = condition.prior
    if prior.per_1000 <= 0:
        yield "prior.per_1000", "must be above 0"
    for key, multipliers in (("age", prior.age), ("sex", prior.sex), ("season", prior.season)):
        for name, value in multipliers.items():
            if value < 0:
                yield f"prior.{key}.{name}", "must not be below 0"
    if prior.sex.get("male", 1.0) == 0 and prior.sex.get("female", 1.0) == 0:
        yield "prior.sex", "leaves nobody who can have it"
    for id_, value in condition.findings.items():
        if not LEAST <= value <= MOST:
            yield f"findings.{id_}", f"{value} is not within {LEAST}–{MOST}"
        if id_ in condition.risks:
            yield f"findings.{id_}", "stands in risks too"
    for id_, value in condition.risks.items():
        if value <= 0:
            yield f"risks.{id_}", "an odds ratio must be above 0"
    if set(condition.duration) != set(DURATIONS):
        yield "duration", f"must give {', '.join(DURATIONS)}"
    if any(value < 0 for value in condition.duration.values()) or abs(sum(condition.duration.values()) - 1) > 0.011:
        yield "duration", f"must sum to 1, not {round(sum(condition.duration.values()), 3)}"
    if not 0 <= condition.sudden <= 1:
        yield "sudden", "must lie between 0 and 1"


def _hierarchy(
    condition: Condition, concepts: Mapping[str, Concept], ancestors: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, str]]:
    for id_, value in condition.findings.items():
        for parent in ancestors.get(id_, frozenset()):
            if condition.findings.get(parent, 1.0) < value:
                yield f"findings.{id_}", f"{value} is larger than its parent {parent}'s {condition.findings[parent]}"
    for id_ in (*condition.findings, *condition.risks, *condition.self_check):
        sex = concepts[id_].sex if id_ in concepts else None
        if sex is not None and condition.prior.sex.get(sex.value, 1.0) == 0:
            yield f"findings.{id_}", f"is {sex.value} only, and the condition never is"


def _copies(files: Mapping[str, Condition], problems: Problems) -> None:
    seen: dict[str, tuple[str, str]] = {}
    for file, condition in files.items():
        for key, text in (
            ("about", condition.about),
            ("confirmed_by", condition.confirmed_by),
            ("treatment", condition.treatment),
        ):
            if not text:
                continue
            if text in seen and seen[text][0] != file:
                problems.add(file, key, f"is copied from {seen[text][0]}: {seen[text][1]}")
            seen.setdefault(text, (file, key))
