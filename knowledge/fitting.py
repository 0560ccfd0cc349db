"""Which questions make sense: for whom, and after what."""

from collections.abc import Mapping, Sequence

import numpy as np

from knowledge.ages import is_baby, not_of_babies, only_of_babies
from knowledge.catalogue import Catalogue
from knowledge.clinical import Concept, Person, Sex
from knowledge.tables import Mask, Tables, sex_index
from knowledge.triage import PREGNANCY

_CHILDBEARING = frozenset(
    {
        PREGNANCY, "missed_period", "menstrual_pain", "heavy_period", "reduced_fetal_movement", "water_broke",
        "recent_delivery", "hormone_pill",
    }
)  # fmt: skip
"""Asked of women from 12 to 55 only."""

_LATE_PREGNANCY = frozenset({"reduced_fetal_movement", "water_broke"})
"""Asked only where the pregnancy is known."""

_FIRST: Mapping[str, frozenset[str]] = {
    "missed_period": frozenset({PREGNANCY}),
    PREGNANCY: frozenset({"vaginal_bleeding"}),
}
"""What is asked right after a finding, once dangers are settled: everything else depends on it."""


def askable(catalogue: Catalogue) -> tuple[Concept, ...]:
    """The findings that can be asked about; their places here are the numbers of the questions."""
    return tuple(concept for concept in catalogue.concepts.values() if concept.question)


class Fitting:
    """The rules about persons, order and exclusion for all questions of one catalogue."""

    def __init__(self, questions: Sequence[Concept], catalogue: Catalogue, tables: Tables) -> None:
        self._at_once: Mask = np.array([_at_once(concept, catalogue) for concept in questions], dtype=np.bool_)
        self._of_sex: Mask = np.array(
            [[concept.sex is None or concept.sex is sex for concept in questions] for sex in (*Sex, None)],
            dtype=np.bool_,
        )
        self._childbearing, self._late, self._baby, self._no_baby = (
            np.array([concept.id in ids for concept in questions], dtype=np.bool_)
            for ids in (_CHILDBEARING, _LATE_PREGNANCY, only_of_babies(catalogue), not_of_babies(catalogue))
        )
        self._first: Mapping[str, Mask] = {
            told: np.array([concept.id in ids for concept in questions], dtype=np.bool_) for told, ids in _FIRST.items()
        }
        wordings: dict[str, int] = {}
        self._wording = np.array([wordings.setdefault(c.question, len(wordings)) for c in questions], dtype=np.intp)
        self._wordings = len(wordings)
        self._wording_of = np.full(len(tables.row) + 1, len(wordings), dtype=np.intp)
        self._wording_of[[tables.row[concept.id] for concept in questions]] = self._wording
        excludes: dict[str, set[int]] = {}
        for id_, concept in catalogue.concepts.items():
            for other in concept.excludes:
                excludes.setdefault(id_, set()).add(tables.row[other])
                excludes.setdefault(other, set()).add(tables.row[id_])
        self._excludes = {id_: sorted(rows) for id_, rows in excludes.items()}

    def open(self, told: Mask) -> Mask:
        """Questions that ask about none of these rows, and about nothing asked in the same words."""
        closed = np.zeros(self._wordings + 1, dtype=np.bool_)
        closed[self._wording_of[told]] = True
        return ~closed.take(self._wording)

    def first(self, present: frozenset[str]) -> Mask:
        """Questions that come before others with what is present."""
        first = np.zeros(len(self._wording), dtype=np.bool_)
        for id_ in present & self._first.keys():
            first |= self._first[id_]
        return first

    def fits(self, present: frozenset[str], graver: Mask, person: Person) -> Mask:
        """Questions that make sense for this person now.

        A detail (`graver`: of something present) is asked once the general complaint is known; a sign of danger may
        come at once. What only one sex can have is asked only where the sex is known. There is no question about
        pregnancy for men, children or the old, none about signs in babies later, and none to babies about what is felt.
        """
        age = person.age
        fits: Mask = (self._at_once | graver) & self._of_sex[sex_index(person.sex)]
        if person.sex is not Sex.FEMALE or (age is not None and not 12 <= age <= 55):
            fits &= ~self._childbearing
        if PREGNANCY not in present:
            fits &= ~self._late
        fits &= ~(self._no_baby if is_baby(age) else self._baby)
        excluded = np.zeros(len(self._wording_of), dtype=np.bool_)
        for id_ in present & self._excludes.keys():
            excluded[self._excludes[id_]] = True
        return fits & self.open(excluded)


def _at_once(concept: Concept, catalogue: Catalogue) -> bool:
    """Whether the question need not wait until a more general finding is known."""
    return concept.must_ask or not any(catalogue.concepts[parent].question for parent in concept.parents)
