"""What to ask next, and when to stop: red flags that could change the urgency first, then what tells most."""

import numpy as np

from knowledge.answers import Answers
from knowledge.catalogue import Catalogue
from knowledge.clinical import Answer, Concept, Presence, Question, Triage
from knowledge.fitting import Fitting, askable
from knowledge.gains import Gains, Situation
from knowledge.tables import Mask, Tables
from knowledge.tuning import Tuning
from knowledge.urgency import Urgency

_ALMOST = 9
"""Gains are compared to so many decimals, so that equal ones do not depend on how sums were rounded."""


class Questions:
    """Chooses questions over one catalogue."""

    def __init__(
        self, catalogue: Catalogue, tables: Tables, urgency: Urgency, answers: Answers, tuning: Tuning
    ) -> None:
        asked = askable(catalogue)
        self._questions = tuple(question_of(concept, catalogue) for concept in asked)
        self._tuning = tuning
        self._gains = Gains(asked, tables, urgency, answers, tuning)
        self._fitting = Fitting(asked, catalogue, tables)
        self._rows = np.array([tables.row[concept.id] for concept in asked], dtype=np.intp)
        telling = tables.related & (tables.probability >= tuning.telling * tables.probability[:, -1:])
        self._telling: Mask = telling[self._rows].T.copy()

    def choose(self, situation: Situation) -> Question | None:
        """The next question, or None where no answer would change the advice enough to be worth asking."""
        standing, tuning = situation.standing, self._tuning
        top = situation.leading[: tuning.considered]
        unsettled = situation.unsettled.take(self._rows)
        # Eligible: open, sensible, and telling about a leading candidate (no hunting among what is there by chance).
        eligible: Mask = np.logical_or.reduce(self._telling[self._leading(situation)], axis=0)
        eligible |= unsettled
        eligible &= standing.fits
        eligible &= self._fitting.open(situation.evidence.told_rows)
        if not np.count_nonzero(eligible):
            return None
        gain = self._gains.weigh(situation, top)
        value = np.where(eligible, gain.value.round(_ALMOST), -np.inf)
        must = eligible & unsettled
        if not gain.self_care and np.count_nonzero(must):
            must &= gain.raising > np.where(standing.graver.take(self._rows), 0.0, _WORTH_ASKING)
        if not np.count_nonzero(must):  # then what would likely complete a red flag, then what all else depends on
            emergencies = standing.floors_if >= _EMERGENCY
            must = eligible & emergencies & (gain.raising >= tuning.completing)
        if not np.count_nonzero(must):
            must = eligible & standing.first
        if np.count_nonzero(must):  # a sign of danger goes before everything else where it could change the urgency
            return self._questions[int(np.where(must, value, -np.inf).argmax())]
        likeliest = np.maximum.reduce(situation.posterior[:-1])
        if likeliest >= tuning.dominant and not (gain.raising[eligible] > _NEGLIGIBLE).any():
            return None
        best = int(value.argmax())
        if value[best] < tuning.least_gain:
            return None
        return self._questions[best]

    def _leading(self, situation: Situation) -> Mask:
        """The candidates that questions may be about: probable ones that explain a complaint, and likely emergencies.

        An emergency may be less probable, but must explain a complaint too.
        """
        tuning, posterior, standing = self._tuning, situation.posterior, situation.standing
        background = len(posterior) - 1
        first, second = situation.leading[:2]
        likeliest = float(posterior[second if first == background else first])
        leading: Mask = posterior >= min(tuning.leading, likeliest / 2)
        leading |= standing.emergencies & (posterior >= tuning.leading_emergency)
        leading &= standing.on_topic
        return leading


def question_of(concept: Concept, catalogue: Catalogue) -> Question:
    """The question for a finding, with the answers it lists or yes, no and not knowing, in that order."""
    answers = concept.answers or tuple(
        Answer(label=catalogue.wording.answers[presence.value], sets=((concept.id, presence),)) for presence in Presence
    )
    about = dict.fromkeys([concept.id, *(id_ for answer in answers for id_, _ in answer.sets)])
    return Question(findings=tuple(about), wording=concept.question, answers=answers, why=concept.why)


_EMERGENCY = int(Triage.EMERGENCY)

_WORTH_ASKING = 0.02
"""P(yes) from which a sign of danger goes before everything else. A graver form of the complaint always does, and so
does any other where self-care would be advised without it."""

_NEGLIGIBLE = 0.05
"""A rise of the level less probable than this does not keep a settled consultation open."""
