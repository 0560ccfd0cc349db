"""What to ask next, and when to stop: red flags that could change the urgency first, then what tells most."""

import numpy as np

from knowledge.catalogue import Catalogue
from knowledge.clinical import Answer, Concept, Person, Presence, Question, Sex, Triage
from knowledge.gains import Gain, Gains, Situation
from knowledge.likelihood import Likelihood
from knowledge.tables import Mask, parent_rows, sex_index
from knowledge.triage import PREGNANCY
from knowledge.tuning import Tuning
from knowledge.urgency import Levels, Urgency

_CHILDBEARING = frozenset(
    {
        PREGNANCY, "missed_period", "menstrual_pain", "heavy_period", "reduced_fetal_movement", "water_broke",
        "recent_delivery", "hormone_pill",
    }
)  # fmt: skip
"""Asked of women from 12 to 55 only."""

_LATE_PREGNANCY = frozenset({"reduced_fetal_movement", "water_broke"})
"""Asked only where the pregnancy is known."""

_BABY = frozenset({"infant_poor_feeding", "infant_lethargy", "inconsolable_crying", "bulging_fontanelle"})
"""Asked only below three years."""

_ALMOST = 9
"""Gains are compared to so many decimals, so that equal ones do not depend on how sums were rounded."""


class Questions:
    """Chooses questions over one catalogue."""

    def __init__(self, catalogue: Catalogue, likelihood: Likelihood, urgency: Urgency, tuning: Tuning) -> None:
        tables = likelihood.tables
        asked = tuple(concept for concept in catalogue.concepts.values() if concept.question)
        self._asked = asked
        self._catalogue = catalogue
        self._tuning = tuning
        self._gains = Gains(asked, catalogue, likelihood, urgency, tuning)
        self._rows = np.array([tables.row[concept.id] for concept in asked], dtype=np.intp)
        self._parents = parent_rows(asked, tables)
        self._related: Mask = tables.related[self._rows].T.copy()
        self._at_once: Mask = np.array([_at_once(concept, catalogue) for concept in asked], dtype=np.bool_)
        same: dict[str, int] = {}
        self._same = np.array([same.setdefault(concept.question, len(same)) for concept in asked], dtype=np.intp)
        self._same_of = np.full(len(tables.row) + 1, len(same), dtype=np.intp)
        self._same_of[self._rows] = self._same
        excludes: dict[str, set[int]] = {}
        for id_, concept in catalogue.concepts.items():
            for other in concept.excludes:
                excludes.setdefault(id_, set()).add(tables.row[other])
                excludes.setdefault(other, set()).add(tables.row[id_])
        self._excludes = {id_: tuple(sorted(rows)) for id_, rows in excludes.items()}
        self._of_sex: Mask = np.array(
            [[concept.sex is None or concept.sex is sex for concept in asked] for sex in (*Sex, None)], dtype=np.bool_
        )
        self._not_childbearing, self._not_late, self._not_baby = (
            np.array([concept.id not in ids for concept in asked], dtype=np.bool_)
            for ids in (_CHILDBEARING, _LATE_PREGNANCY, _BABY)
        )

    def choose(self, situation: Situation) -> Question | None:
        """The next question, or None where no answer would change the advice enough to be worth asking."""
        if situation.floor is Triage.AMBULANCE:
            return None
        top = situation.leading[: self._tuning.considered]
        graver: Mask = np.logical_or.reduce(situation.evidence.present_rows.take(self._parents), axis=0)
        unsettled = situation.unsettled.take(self._rows)
        eligible = self._eligible(situation, top, graver, unsettled)
        if not eligible.any():
            return None
        gain = self._gains.weigh(situation, top)
        value = np.where(eligible, gain.value.round(_ALMOST), -np.inf)
        must = eligible & unsettled & _comes_first(gain, graver)
        if must.any():
            return self._question(self._asked[int(np.where(must, value, -np.inf).argmax())])
        settled = situation.posterior[:-1].max() >= self._tuning.dominant
        if settled and not (eligible & (gain.raising > _NEGLIGIBLE)).any():
            return None
        best = int(value.argmax())
        if value[best] < self._tuning.least_gain:
            return None
        return self._question(self._asked[best])

    def _eligible(self, situation: Situation, top: Levels, graver: Mask, unsettled: Mask) -> Mask:
        """Questions that a leading candidate speaks about, that are open, and that make sense for this person.

        A detail is asked once the general complaint is known; a sign of danger may come at once.
        """
        evidence = situation.evidence
        closed = np.zeros(self._same_of.max() + 1, dtype=np.bool_)
        closed[self._same_of[evidence.told_rows]] = True
        for id_ in evidence.present & self._excludes.keys():
            closed[self._same_of.take(self._excludes[id_])] = True
        spoken: Mask = np.logical_or.reduce(self._related.take(top, axis=0), axis=0)
        spoken |= unsettled
        spoken &= ~closed.take(self._same)
        spoken &= self._at_once | graver
        spoken &= self._sensible(situation.person, pregnant=PREGNANCY in evidence.present)
        return spoken

    def _sensible(self, person: Person, *, pregnant: bool) -> Mask:
        """Questions that make sense: no pregnancy for men, children or the old, no baby signs later.

        What only one sex can have is asked only where the sex is known.
        """
        age = person.age
        fits: Mask = self._of_sex[sex_index(person.sex)]
        if person.sex is not Sex.FEMALE or (age is not None and not 12 <= age <= 55):
            fits = fits & self._not_childbearing
        if not pregnant:
            fits = fits & self._not_late
        if age is None or not age < 3:
            fits = fits & self._not_baby
        return fits

    def _question(self, concept: Concept) -> Question:
        answers = concept.answers or tuple(
            Answer(label=self._catalogue.wording.answers[presence.value], sets=((concept.id, presence),))
            for presence in Presence
        )
        about = dict.fromkeys([concept.id, *(id_ for answer in answers for id_, _ in answer.sets)])
        return Question(findings=tuple(about), wording=concept.question, answers=answers, why=concept.why)


_WORTH_ASKING = 0.02
"""P(yes) from which a sign of danger that is not part of the complaint is asked before anything else."""

_NEGLIGIBLE = 0.05
"""A rise of the level less probable than this does not keep a settled consultation open."""


def _at_once(concept: Concept, catalogue: Catalogue) -> bool:
    """Whether the question need not wait until a more general finding is known."""
    waits = any(catalogue.concepts[parent].question for parent in concept.parents)
    return concept.must_ask or not waits


def _comes_first(gain: Gain, graver: Mask) -> Mask:
    """Which signs of danger go before everything else: those that could change the urgency.

    A graver form of the complaint always does; another sign only where it is likely enough not to waste a question, or
    where self-care would be advised without it.
    """
    first: Mask = gain.raising > np.where(graver, 0.0, _WORTH_ASKING)
    return first | gain.self_care
