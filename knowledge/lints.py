"""What a whole catalogue should be beyond being readable: nothing unused, nothing unreachable, sound figures."""

from collections.abc import Iterator

from knowledge.catalogue import Catalogue
from knowledge.clinical import Condition, Triage
from knowledge.schema import AGE_BANDS

MOST_PER_1000 = 100.0
"""No single condition brings more than every tenth of those who consult."""

TELLING = 3.0
"""A finding this many times as usual in a condition as in anybody speaks for it."""

LEAST_USUAL = 0.25
"""And it must be this probable in it."""

EMERGENCIES = 60.0
"""Conditions that may not be missed come to no more than this in 1,000, or the priors are out of proportion."""


def lint(catalogue: Catalogue) -> list[str]:
    """One line for every breach."""
    return [*_orphans(catalogue), *_unreachable(catalogue), *_priors(catalogue), *_names(catalogue)]


def _orphans(catalogue: Catalogue) -> Iterator[str]:
    used = {id_ for c in catalogue.conditions.values() for id_ in (*c.findings, *c.risks)}
    used |= {id_ for c in catalogue.conditions.values() for raised in c.raises for id_ in raised.findings}
    used |= {id_ for flag in catalogue.red_flags for id_ in (*flag.all_of, *flag.any_of)}
    for id_ in catalogue.concepts:
        if id_ not in used and used.isdisjoint(catalogue.descendants[id_]):
            yield f"findings: {id_}: no condition and no red flag knows it"


def _unreachable(catalogue: Catalogue) -> Iterator[str]:
    """A condition that nothing one can tell or be asked speaks for cannot be found."""
    for condition in catalogue.conditions.values():
        if not any(_speaks(id_, usual, catalogue) for id_, usual in condition.findings.items()):
            yield f"conditions: {condition.id}: no finding speaks for it"
        if condition.prior.sex.get("male", 1.0) == 0 and condition.prior.sex.get("female", 1.0) == 0:
            yield f"conditions: {condition.id}: nobody can have it"
        if not any(condition.prior.age.get(band, 1.0) for band in AGE_BANDS):
            yield f"conditions: {condition.id}: no age can have it"


def _speaks(id_: str, usual: float, catalogue: Catalogue) -> bool:
    return usual >= LEAST_USUAL and usual >= TELLING * catalogue.concepts[id_].leak


def _priors(catalogue: Catalogue) -> Iterator[str]:
    for condition in catalogue.conditions.values():
        if condition.prior.per_1000 > MOST_PER_1000:
            yield f"conditions: {condition.id}: prior {condition.prior.per_1000} is more than every tenth who consults"
    emergencies = sum(c.prior.per_1000 for c in catalogue.conditions.values() if c.urgency >= Triage.EMERGENCY)
    if emergencies > EMERGENCIES:
        yield f"conditions: emergencies come to {emergencies:.0f} in 1,000"


def _names(catalogue: Catalogue) -> Iterator[str]:
    """Names and ids that stand for two things cannot be told apart in an answer or a record."""
    flags = {flag.id for flag in catalogue.red_flags}
    yield from (f"redflags: {id_}: a condition has this id" for id_ in sorted(flags & catalogue.conditions.keys()))
    seen: dict[str, Condition] = {}
    for condition in catalogue.conditions.values():
        if condition.name_ko in seen:
            yield f"conditions: {condition.id}: has the name of {seen[condition.name_ko].id}"
        seen.setdefault(condition.name_ko, condition)
    korean: dict[str, str] = {}
    for id_, concept in catalogue.concepts.items():
        if concept.name_ko in korean:
            yield f"findings: {id_}: has the name of {korean[concept.name_ko]}"
        korean.setdefault(concept.name_ko, id_)
