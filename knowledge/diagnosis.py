"""From findings to an assessment: candidates, urgency, departments, and what to ask next. Pure; numpy inside."""

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np

from knowledge.catalogue import Catalogue
from knowledge.clinical import Assessment, Candidate, Finding, Person, Triage
from knowledge.likelihood import Evidence, Likelihood, gather
from knowledge.questions import Questions, Situation
from knowledge.routing import departments
from knowledge.tables import Table
from knowledge.triage import PREGNANCY, floors
from knowledge.tuning import Tuning
from knowledge.urgency import Urgency, worst

_COMPLAINTS = frozenset({"symptom", "sign", "measurement", "exposure"})
"""Kinds of finding somebody consults about; a history alone is no complaint."""

_SHOWN = 10
_LEAST_SHOWN = 0.005
_SPEAKS = 0.1
"""A finding with a smaller log likelihood ratio speaks neither for nor against."""


class Diagnosis:
    """Assesses findings with one catalogue; compile once, use for everybody."""

    def __init__(self, catalogue: Catalogue, tuning: Tuning | None = None) -> None:
        tuning = tuning or Tuning()
        self._catalogue = catalogue
        self._likelihood = Likelihood(catalogue, tuning)
        self._urgency = Urgency(catalogue, self._likelihood.tables, tuning)
        self._questions = Questions(catalogue, self._likelihood, self._urgency, tuning)
        self._ids = tuple(catalogue.conditions)

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
        catalogue = self._catalogue
        evidence = gather(findings, person, catalogue, asked=asked, onset=onset, sudden=sudden)
        posterior = self._likelihood.posterior(evidence, person, on)
        levels = self._urgency.levels(evidence.present)
        flags = floors(evidence.present, person, catalogue)
        floor = worst(flags)
        complaint = any(catalogue.concepts[id_].kind in _COMPLAINTS for id_ in evidence.present)
        likely = Triage.SELF_CARE
        if complaint:
            likely = Triage(int(self._urgency.advised(self._urgency.masses(posterior, levels))))
        unsettled = self._urgency.unsettled(posterior, levels, evidence)
        level = max(floor, likely)
        if level is Triage.SELF_CARE and (not complaint or unsettled or posterior[-1] >= posterior[:-1].max()):
            level = Triage.CLINIC
        reasons = flags
        if likely > floor:
            reasons = (*self._urgency.reasons(posterior, levels, likely), *flags)
        candidates = self._candidates(posterior, evidence) if complaint else ()
        question = None
        if not final and questions_left > 0:
            question = self._questions.choose(
                Situation(
                    evidence=evidence,
                    person=person,
                    posterior=posterior,
                    levels=levels,
                    floor=floor,
                    unsettled=unsettled,
                )
            )
        named = [catalogue.conditions[candidate.condition] for candidate in candidates[:3]]
        return Assessment(
            triage=level,
            reasons=reasons,
            candidates=candidates,
            departments=departments(
                candidates,
                float(posterior[-1]),
                person,
                pregnant=PREGNANCY in evidence.present,
                triage=level,
                catalogue=catalogue,
            ),
            question=question,
            citations=tuple(dict.fromkeys(source for condition in named for source in condition.sources)),
        )

    def _candidates(self, posterior: Table, evidence: Evidence) -> tuple[Candidate, ...]:
        leading = [
            int(column)
            for column in np.argsort(-posterior[:-1], kind="stable")[:_SHOWN]
            if posterior[column] > _LEAST_SHOWN
        ]
        said, ratios = self._likelihood.contributions(evidence)
        return tuple(
            Candidate(
                condition=self._ids[column],
                probability=float(posterior[column]),
                for_=_speaking(said, ratios[:, column]),
                against=_speaking(said, -ratios[:, column]),
            )
            for column in leading
        )


def _speaking(said: tuple[str, ...], ratios: Table) -> tuple[str, ...]:
    """The findings whose ratio counts, strongest first."""
    return tuple(said[i] for i in np.argsort(-ratios, kind="stable") if ratios[i] > _SPEAKS)
