"""Which departments to go to: the likely conditions vote, and the complaints themselves where no condition leads."""

from collections.abc import Collection, Mapping, Sequence

from knowledge.catalogue import Catalogue
from knowledge.clinical import Candidate, Person, Sex, Triage
from knowledge.triage import PREGNANCY

EMERGENCY = "응급의학과"
OBSTETRICS = "산부인과"
GENERAL = ("내과", "가정의학과")
CHILDREN = ("소아청소년과",)

_ADULT = 18
_SHOWN = 3
_PREGNANT_SHARE = 0.35
"""In pregnancy this share of the votes is for the department that knows it best."""
_LEADS = 0.4
"""From this probability on a condition is likely enough to say where to go, if nothing unexplained is likelier."""
_HINT = 0.6
"""What all complaints together vote with where none does, besides what nothing explains: more than general practice."""
_TIE = 0.01
"""What they vote with otherwise: enough to settle a tie."""


class Routing:
    """Chooses departments over one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._shares = [
            {
                id_: _shares((child and condition.child_departments) or condition.departments)
                for id_, condition in catalogue.conditions.items()
            }
            for child in (False, True)
        ]
        hints = {id_: names for id_ in catalogue.concepts if (names := _hint(id_, catalogue))}
        self._hints: list[Mapping[str, tuple[str, ...]]] = [
            hints,
            {id_: tuple(dict.fromkeys((*CHILDREN, *names))) for id_, names in hints.items()},
        ]

    def departments(
        self,
        candidates: Sequence[Candidate],
        unexplained: float,
        person: Person,
        told: Collection[str],
        *,
        obstetric: bool,
        triage: Triage,
    ) -> tuple[str, ...]:
        """At most three departments, best first, none twice.

        A candidate's first department gets its whole probability, later ones less; what nothing explains goes to
        general practice. The departments that know the `told` findings best vote too, with weight where no candidate
        leads. Where pregnancy itself makes it urgent (`obstetric`) its department stands first, and before all, from
        EMERGENCY on, the emergency room. Men are not sent to obstetrics.
        """
        child = person.age is not None and person.age < _ADULT
        votes: dict[str, float] = {}
        for candidate in candidates:
            for name, share in self._shares[child][candidate.condition]:
                votes[name] = votes.get(name, 0.0) + share * candidate.probability
        _cast(votes, CHILDREN if child else GENERAL, max(unexplained, 0.01))
        leads = bool(candidates) and candidates[0].probability >= max(_LEADS, unexplained)
        weight = _TIE if leads else _HINT + unexplained
        hints = sorted([self._hints[child][id_] for id_ in self._specific(told)])
        for names in hints:
            _cast(votes, names, weight / len(hints))
        if PREGNANCY in told:
            votes[OBSTETRICS] = votes.get(OBSTETRICS, 0.0) + _PREGNANT_SHARE * sum(c.probability for c in candidates)
        if person.sex is Sex.MALE:
            votes.pop(OBSTETRICS, None)
        ranked = sorted(votes, key=lambda name: (-votes[name], name))
        if obstetric:
            ranked = list(dict.fromkeys((OBSTETRICS, *ranked)))
        if triage >= Triage.EMERGENCY:
            ranked = list(dict.fromkeys((EMERGENCY, *ranked)))
        return tuple([name for name in ranked if name in self._catalogue.departments][:_SHOWN])

    def _specific(self, told: Collection[str]) -> list[str]:
        """The told findings that hint at departments, without what others of them imply."""
        hinting = [id_ for id_ in told if id_ in self._hints[0]]
        if len(hinting) < 2:
            return hinting
        return [id_ for id_ in hinting if self._catalogue.descendants[id_].isdisjoint(hinting)]


def _hint(id_: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The departments of a finding: its own, or those of the closest more general finding that has some."""
    hints, ancestors = catalogue.finding_departments, catalogue.ancestors
    above = sorted((other for other in ancestors[id_] if other in hints), key=lambda p: (-len(ancestors[p]), p))
    return hints[id_] if id_ in hints else hints[above[0]] if above else ()


def _shares(names: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """The first gets the whole vote, later ones less."""
    return tuple((name, 1 / (1 + place)) for place, name in enumerate(names))


def _cast(votes: dict[str, float], names: Sequence[str], weight: float) -> None:
    for place, name in enumerate(names):
        votes[name] = votes.get(name, 0.0) + weight / (1 + place)
