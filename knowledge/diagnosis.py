"""From findings to an assessment: candidates, urgency, departments, and what to ask next. Pure; numpy inside."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from knowledge.ages import is_baby, not_of_babies, only_of_babies
from knowledge.answers import Answers
from knowledge.catalogue import Catalogue
from knowledge.clinical import (
    Assessment,
    Candidate,
    Finding,
    Outlook,
    Person,
    Presence,
    Reason,
    Shift,
    Triage,
)
from knowledge.fitting import askable
from knowledge.gains import Situation
from knowledge.inputs import Inputs
from knowledge.likelihood import Likelihood, Scored, gather
from knowledge.outlook import Outlooks
from knowledge.questions import Questions
from knowledge.record import stamp_of
from knowledge.routing import Routing
from knowledge.standing import COMPLAINTS, Standings
from knowledge.tables import Table
from knowledge.triage import sex_of
from knowledge.tuning import Tuning
from knowledge.urgency import Urgency

_SHOWN = 10
_SPEAKS = 0.1
"""A finding with a smaller log likelihood ratio speaks neither for nor against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What follows from the findings, before it is put into words."""

    situation: Situation
    """Where the consultation stands."""
    scored: Scored
    """The rows that the evidence adds up."""
    person: Person
    """The patient, with what the findings tell of them."""
    complaint: bool
    """Whether a complaint was told."""
    level: Triage
    """How urgent."""
    reasons: tuple[Reason, ...]
    """Why, most urgent first."""


class Diagnosis:
    """Assesses findings with one catalogue; compile once, use for everybody."""

    def __init__(self, catalogue: Catalogue, tuning: Tuning | None = None) -> None:
        tuning = tuning or Tuning()
        self._catalogue = catalogue
        self._least_shown = tuning.least_shown
        self._likelihood = Likelihood(catalogue, tuning)
        self._urgency = Urgency(catalogue, self._likelihood.tables, tuning)
        answers = Answers(askable(catalogue), self._likelihood.tables)
        self._standings = Standings(catalogue, self._likelihood.tables, self._urgency, answers, tuning)
        self._questions = Questions(catalogue, self._likelihood.tables, self._urgency, answers, tuning)
        self._ids = tuple(catalogue.conditions)
        self._complaints = frozenset(id_ for id_, c in catalogue.concepts.items() if c.kind in COMPLAINTS)
        self._untold = not_of_babies(catalogue)
        tables = self._likelihood.tables
        ages = (self._untold, only_of_babies(catalogue))
        self._for_others, self._for_babies = (
            np.array([id_ not in ids for id_ in tables.row] + [True]) for ids in reversed(ages)
        )
        self._routing = Routing(catalogue)
        self._outlooks = Outlooks(catalogue, tables)
        self.stamp = stamp_of(catalogue.version, tuning)
        self._obstetric = frozenset(flag.id for flag in catalogue.red_flags if flag.pregnant)

    def assess(
        self,
        findings: Sequence[Finding],
        person: Person,
        *,
        asked: Collection[str] = (),
        onset: float | None = None,
        sudden: bool | None = None,
        on: date,
        final: bool = False,
        questions_left: int = 8,
    ) -> Assessment:
        """The assessment of what is known. The order of the findings does not matter; unknown ids are ignored.

        The level is the larger of the red flags' floor and the level that likely conditions need together. Where
        nothing in the catalogue explains the findings better than chance, or a sign of danger that matters is still
        open, it is at least CLINIC. Where no complaint was told there are no candidates, and the level is CLINIC.
        """
        case = self._weighed(findings, person, asked=asked, onset=onset, sudden=sudden, on=on)
        question = None
        if not final and questions_left > 0:
            question = self._questions.choose(case.situation)
        candidates = self._candidates(case, complete=question is None) if case.complaint else ()
        named = [self._catalogue.conditions[candidate.condition] for candidate in candidates[:3]]
        return Assessment(
            triage=case.level,
            reasons=case.reasons,
            candidates=candidates,
            departments=self._routing.departments(
                candidates,
                float(case.situation.posterior[-1]),
                case.person,
                case.situation.evidence.stated,
                obstetric=any(reason.source in self._obstetric for reason in case.situation.standing.flags),
                triage=case.level,
            ),
            question=question,
            citations=tuple(dict.fromkeys(source for condition in named for source in condition.sources)),
            stamp=self.stamp,
        )

    def of(self, inputs: Inputs) -> Assessment:
        """The final assessment of recorded inputs."""
        made = self.assess(
            inputs.findings,
            inputs.person,
            asked=inputs.asked,
            onset=inputs.onset,
            sudden=inputs.sudden,
            on=inputs.on,
            final=True,
        )
        return inputs.held.over(made) if inputs.held else made

    def outlook(self, inputs: Inputs) -> Outlook:
        """What would raise the level, and what was told without which it would be lower; each is tried out."""
        case = self._case_of(inputs)
        alone = self._standings.of(frozenset(), case.person.age, case.person.sex).floors_if
        raising: list[Shift] = []
        for id_ in self._outlooks.worth_trying(case.situation, case.level, alone):
            more = Finding(concept=id_, presence=Presence.PRESENT)
            to = self._case_of(replace(inputs, findings=(*inputs.findings, more))).level
            if to > case.level:
                raising.append(Shift(finding=id_, to=to))
        lowering: list[Shift] = []
        for finding in inputs.findings:
            if finding.presence is Presence.PRESENT and finding.concept in self._catalogue.concepts:
                less = tuple(f for f in inputs.findings if f is not finding)
                to = self._case_of(replace(inputs, findings=less)).level
                if to < case.level:
                    lowering.append(Shift(finding=finding.concept, to=to))
        return Outlook(raising=self._outlooks.smallest(raising), lowering=tuple(lowering))

    def _case_of(self, inputs: Inputs) -> Case:
        return self._weighed(
            inputs.findings,
            inputs.person,
            asked=inputs.asked,
            onset=inputs.onset,
            sudden=inputs.sudden,
            on=inputs.on,
        )

    def _weighed(
        self,
        findings: Sequence[Finding],
        person: Person,
        *,
        asked: Collection[str],
        onset: float | None,
        sudden: bool | None,
        on: date,
    ) -> Case:
        """Posterior and level."""
        catalogue, likelihood, urgency = self._catalogue, self._likelihood, self._urgency
        row = likelihood.tables.row
        baby = is_baby(person.age)
        untold = self._untold if baby else frozenset()
        evidence = gather(findings, person, catalogue, row, asked=asked, onset=onset, sudden=sudden, untold=untold)
        if person.sex is None and (sex := sex_of(person, evidence.present, catalogue)) is not None:
            person = replace(person, sex=sex)
        standing = self._standings.of(evidence.present, person.age, person.sex)
        scored = likelihood.scored(evidence)
        posterior = likelihood.posterior(evidence, scored, person, on, standing.topic)
        leading = (-posterior).argsort(kind="stable")
        levels, floor = standing.levels, standing.floor
        complaint = not self._complaints.isdisjoint(evidence.present)
        likely = Triage.SELF_CARE
        if complaint:
            likely = Triage(urgency.advised_now(posterior, levels))
        if likely >= Triage.EMERGENCY:
            levels = urgency.borne_out(levels, evidence)
            likely = Triage(urgency.advised_now(posterior, levels))
        unsettled = urgency.unsettled(posterior, standing.levels, standing.graver, evidence)
        unsettled &= self._for_babies if baby else self._for_others
        level = max(floor, likely)
        if level is Triage.SELF_CARE and (not complaint or unsettled.any() or posterior[-1] >= posterior[:-1].max()):
            level = Triage.CLINIC
        reasons = standing.flags
        if likely > floor:
            reasons = (*urgency.reasons(leading, posterior, levels, likely), *standing.flags)
        situation = Situation(
            evidence=evidence, standing=standing, posterior=posterior, leading=leading, unsettled=unsettled
        )
        return Case(
            situation=situation, scored=scored, person=person, complaint=complaint, level=level, reasons=reasons
        )

    def _candidates(self, case: Case, *, complete: bool) -> tuple[Candidate, ...]:
        """The likeliest conditions, and what speaks for and against each, strongest first.

        What is open is looked for only where the answer is `complete`, with nothing left to ask.
        """
        posterior, evidence = case.situation.posterior, case.situation.evidence
        columns = case.situation.leading[: _SHOWN + 1]
        columns = columns[(columns < len(self._ids)) & (posterior[columns] > self._least_shown)][:_SHOWN]
        said, ratios = self._likelihood.contributions(evidence, case.scored, columns)
        speaking = _falling(said, np.concatenate((-ratios, ratios)))
        unknown = self._outlooks.unknown(case.situation, columns) if complete else [()] * len(columns)
        return tuple(
            [
                Candidate(condition=self._ids[column], probability=probability, for_=for_, against=against, open_=open_)
                for column, probability, for_, against, open_ in zip(
                    columns.tolist(),
                    posterior.take(columns).tolist(),
                    speaking[: len(columns)],
                    speaking[len(columns) :],
                    unknown,
                    strict=True,
                )
            ]
        )


def _falling(said: tuple[str, ...], ratios: Table) -> list[tuple[str, ...]]:
    """For each row the findings whose ratio is low enough to count, lowest first."""
    order = ratios.argsort(axis=1, kind="stable")
    names = np.array(said, dtype=object)[order].tolist()
    counts = np.add.reduce(ratios < -_SPEAKS, axis=1).tolist()
    return [tuple(row[:count]) for row, count in zip(names, counts, strict=True)]
