"""What to ask next, and when to stop: red flags that could change the urgency first, then what tells most."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from knowledge.catalogue import Catalogue
from knowledge.clinical import Answer, Concept, Person, Presence, Question, Sex, Triage
from knowledge.likelihood import Evidence, Likelihood
from knowledge.tables import Mask, Table
from knowledge.triage import PREGNANCY, applies, holds
from knowledge.tuning import Tuning
from knowledge.urgency import HARM, Levels, Urgency

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

_ANSWERABLE = {"symptom": 1.0, "history": 0.9, "exposure": 0.9, "sign": 0.85, "measurement": 0.8, "risk": 0.8}
"""How well people can answer a question of each kind."""

_PLAIN = 3
"""Yes, no and not knowing: with more answers than these, the answers themselves are weighed."""

_TINY = 1e-12

_HARM = np.array([HARM[level] for level in Triage])


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where the consultation stands when a question is chosen."""

    evidence: Evidence
    """What is known."""
    person: Person
    """About whom."""
    posterior: Table
    """P(condition | evidence), the background last."""
    levels: Levels
    """How urgent each condition is."""
    floor: Triage
    """The least level the red flags demand."""
    unsettled: frozenset[str]
    """Findings that must be asked before self-care may be advised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gains:
    """What asking each eligible finding is expected to bring."""

    ids: tuple[str, ...]
    """The findings."""
    value: Table
    """Expected information and change of urgency, in nats."""
    raising: Table
    """P(yes) where a yes would raise the level, else 0."""
    self_care: bool
    """Whether self-care would be advised but for what must be asked."""


class Questions:
    """Chooses questions over one catalogue."""

    def __init__(self, catalogue: Catalogue, likelihood: Likelihood, urgency: Urgency, tuning: Tuning) -> None:
        self._catalogue = catalogue
        self._tables = likelihood.tables
        self._urgency = urgency
        self._tuning = tuning
        self._askable = tuple(concept for concept in catalogue.concepts.values() if concept.question)
        self._askable_rows = np.array([self._tables.row[concept.id] for concept in self._askable], dtype=np.intp)
        same: dict[str, set[str]] = {}
        for concept in self._askable:
            same.setdefault(concept.question, set()).add(concept.id)
        self._same = {concept.id: frozenset(same[concept.question]) for concept in self._askable}
        excludes: dict[str, set[str]] = {id_: set(concept.excludes) for id_, concept in catalogue.concepts.items()}
        for id_, concept in catalogue.concepts.items():
            for other in concept.excludes:
                excludes[other].add(id_)
        self._excludes = excludes

    def choose(self, situation: Situation) -> Question | None:
        """The next question, or None where no answer would change the advice enough to be worth asking."""
        if situation.floor is Triage.AMBULANCE:
            return None
        top = np.argsort(-situation.posterior, kind="stable")[: self._tuning.considered]
        concepts = self._eligible(situation, top)
        if not concepts:
            return None
        gains = self._gains(situation, top, concepts)
        must = [n for n, concept in enumerate(concepts) if self._comes_first(concept, gains, n, situation)]
        if must:
            return self._question(concepts[max(must, key=lambda number: gains.value[number])])
        if situation.posterior[:-1].max() >= self._tuning.dominant and not (gains.raising > _NEGLIGIBLE).any():
            return None
        best = int(np.argmax(gains.value))
        if gains.value[best] < self._tuning.least_gain:
            return None
        return self._question(concepts[best])

    def _eligible(self, situation: Situation, top: Levels) -> list[Concept]:
        """Concepts that a leading candidate speaks about, that are open, and that make sense for this person."""
        evidence = situation.evidence
        closed = evidence.present | evidence.absent | evidence.silent
        closed = closed.union(*(self._excludes[id_] for id_ in evidence.present))
        spoken: Mask = np.logical_or.reduce(self._tables.related[self._askable_rows[:, None], top], axis=1)
        return [
            concept
            for concept, relevant in zip(self._askable, spoken, strict=True)
            if (relevant or concept.id in situation.unsettled)
            and closed.isdisjoint(self._same[concept.id])
            and self._in_turn(concept, situation)
            and plausible(concept, situation.person, evidence.present)
        ]

    def _in_turn(self, concept: Concept, situation: Situation) -> bool:
        """A detail is asked once the general complaint is known; a sign of danger may come at once."""
        if not concept.parents or concept.must_ask or not situation.evidence.present.isdisjoint(concept.parents):
            return True
        return not any(self._catalogue.concepts[parent].question for parent in concept.parents)

    def _comes_first(self, concept: Concept, gains: _Gains, number: int, situation: Situation) -> bool:
        """Whether a sign of danger goes before everything else: it could change the urgency.

        A graver form of the complaint always does; another sign only where it is likely enough not to waste a
        question, or where self-care would be advised without it.
        """
        if concept.id not in situation.unsettled:
            return False
        graver = not situation.evidence.present.isdisjoint(concept.parents)
        return gains.self_care or bool(gains.raising[number] > (0.0 if graver else _WORTH_ASKING))

    def _gains(self, situation: Situation, top: Levels, concepts: list[Concept]) -> _Gains:
        weight = np.maximum(situation.posterior[top], _TINY)
        weight = weight / weight.sum()
        rows = np.array([self._tables.row[concept.id] for concept in concepts], dtype=np.intp)
        under = np.array([self._tables.parent[concept.id] in situation.evidence.present for concept in concepts])
        cells = (rows[:, None], top)
        chance = np.where(under[:, None], self._tables.given_parent[cells], self._tables.probability[cells])
        yes = chance * weight
        no = weight - yes
        p_yes, p_no = yes.sum(axis=1, keepdims=True), no.sum(axis=1, keepdims=True)
        if_yes, if_no = yes / p_yes, no / p_no
        information = (yes * np.log(if_yes)).sum(axis=1) + (no * np.log(if_no)).sum(axis=1)
        for number, concept in enumerate(concepts):
            if len(concept.answers) > _PLAIN:
                answered = self._if_answered(concept, top, situation) * weight
                told = (answered * np.log(answered / answered.sum(axis=1, keepdims=True))).sum()
                information[number] = max(information[number], told)
        information = information - (weight * np.log(weight)).sum()

        levels = situation.levels[top]
        masses = self._urgency.masses(if_yes, levels)
        ids = tuple(concept.id for concept in concepts)
        self._add_raises(masses, if_yes, ids, top, situation)
        base = int(self._urgency.advised(self._urgency.masses(weight, levels)))
        now = max(base, situation.floor)
        level_yes = np.maximum(self._urgency.advised(masses), self._floors_if(ids, situation))
        level_no = np.maximum(self._urgency.advised(self._urgency.masses(if_no, levels)), situation.floor)
        p_yes, p_no = p_yes[:, 0], p_no[:, 0]
        change = p_yes * np.maximum(_HARM[level_yes] - _HARM[now], 0.0)
        change += p_no * np.maximum(_HARM[now] - _HARM[level_no], 0.0)
        answerable = np.array([_ANSWERABLE[concept.kind] for concept in concepts])
        return _Gains(
            ids=ids,
            value=answerable * (information + self._tuning.urgency_weight * change),
            raising=np.where(level_yes > now, p_yes, 0.0),
            self_care=now == Triage.SELF_CARE,
        )

    def _if_answered(self, concept: Concept, top: Levels, situation: Situation) -> Table:
        """P(answer | condition) for the answers that tell something; they are taken to be all there are."""
        tables, present = self._tables, situation.evidence.present
        chances: list[Table] = []
        for answer in concept.answers:
            yes = {id_ for id_, presence in answer.sets if presence is Presence.PRESENT}
            no = {id_ for id_, presence in answer.sets if presence is Presence.ABSENT}
            chance = np.ones(len(top))
            for id_ in yes | no:
                parent = tables.parent[id_]
                known = parent in present or parent in yes
                given = (tables.given_parent if known else tables.probability)[tables.row[id_], top]
                if id_ in yes:
                    chance = chance * given
                elif parent not in no:
                    chance = chance * (1 - given)
            if yes or no:
                chances.append(chance)
        table: Table = np.maximum(np.array(chances), _TINY)
        table /= table.sum(axis=0)
        return table

    def _add_raises(
        self, masses: Table, if_yes: Table, ids: tuple[str, ...], top: Levels, situation: Situation
    ) -> None:
        """Counts a condition at the level it would rise to with the finding that is asked about."""
        number_of = {id_: number for number, id_ in enumerate(ids)}
        for place, column in enumerate(top.tolist()):
            level = int(situation.levels[column])
            for needed, to in self._urgency.raises[column]:
                missing = needed - situation.evidence.present
                if to > level and len(missing) == 1:
                    asked = number_of.get(next(iter(missing)))
                    if asked is not None:
                        masses[asked, level:to] += if_yes[asked, place]  # one column a level, from CLINIC on

    def _floors_if(self, ids: tuple[str, ...], situation: Situation) -> Levels:
        """The floor there would be with a yes to each finding."""
        present = situation.evidence.present
        number_of = {id_: number for number, id_ in enumerate(ids)}
        floors = np.full(len(ids), situation.floor, dtype=np.int64)
        pregnant = present | {PREGNANCY}
        for flag in self._catalogue.red_flags:
            if flag.floor <= situation.floor or not applies(flag, situation.person, pregnant, self._catalogue):
                continue
            needed = frozenset(flag.all_of) | ({PREGNANCY} if flag.pregnant else frozenset())
            missing = needed - present
            if len(missing) == 1 and holds(flag, present | missing):
                completing: Collection[str] = missing
            elif not missing and not holds(flag, present):
                completing = flag.any_of
            else:
                continue
            for id_ in completing:
                if id_ in number_of:
                    floors[number_of[id_]] = max(floors[number_of[id_]], flag.floor)
        return floors

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


def plausible(concept: Concept, person: Person, present: frozenset[str]) -> bool:
    """Whether the question makes sense for this person: no pregnancy for men, children or the old, no baby signs later.

    What only one sex can have is asked only where the sex is known.
    """
    if concept.sex is not None and person.sex is not concept.sex:
        return False
    age = person.age
    if concept.id in _CHILDBEARING and (person.sex is not Sex.FEMALE or (age is not None and not 12 <= age <= 55)):
        return False
    if concept.id in _LATE_PREGNANCY and PREGNANCY not in present:
        return False
    return concept.id not in _BABY or (age is not None and age < 3)
