"""Which departments to go to: the likely conditions vote."""

from collections.abc import Sequence

from knowledge.catalogue import Catalogue
from knowledge.clinical import Candidate, Person, Triage

EMERGENCY = "응급의학과"
OBSTETRICS = "산부인과"
GENERAL = ("내과", "가정의학과")
CHILDREN = ("소아청소년과",)

_ADULT = 18
_SHOWN = 3
_PREGNANT_SHARE = 0.35
"""In pregnancy this share of the votes is for the department that knows it best."""


def departments(
    candidates: Sequence[Candidate],
    unexplained: float,
    person: Person,
    *,
    pregnant: bool,
    triage: Triage,
    catalogue: Catalogue,
) -> tuple[str, ...]:
    """At most three departments, best first.

    A candidate's first department gets its whole probability, later ones less; what nothing explains goes to general
    practice. From EMERGENCY on the emergency room stands first.
    """
    child = person.age is not None and person.age < _ADULT
    votes: dict[str, float] = {}
    for candidate in candidates:
        condition = catalogue.conditions[candidate.condition]
        names = (child and condition.child_departments) or condition.departments
        _cast(votes, names, candidate.probability)
    _cast(votes, CHILDREN if child else GENERAL, max(unexplained, 0.01))
    if pregnant:
        votes[OBSTETRICS] = votes.get(OBSTETRICS, 0.0) + _PREGNANT_SHARE * sum(c.probability for c in candidates)
    ranked = sorted((name for name in votes if name in catalogue.departments), key=lambda name: (-votes[name], name))
    if triage >= Triage.EMERGENCY and EMERGENCY in catalogue.departments:
        ranked = [EMERGENCY, *(name for name in ranked if name != EMERGENCY)]
    return tuple(ranked[:_SHOWN])


def _cast(votes: dict[str, float], names: Sequence[str], weight: float) -> None:
    for place, name in enumerate(names):
        votes[name] = votes.get(name, 0.0) + weight / (1 + place)
