"""What an assessment is made of. Values only."""

from dataclasses import dataclass, field, replace
from datetime import date

from knowledge.clinical import Assessment, Finding, Person, Reason, Triage


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A level that was told before and must not fall, with what was said of it."""

    triage: Triage
    """The level."""
    reasons: tuple[Reason, ...] = field(repr=False)
    """Why."""
    departments: tuple[str, ...] = ()
    """Where to go; empty leaves it as it is."""

    def over(self, assessment: Assessment) -> Assessment:
        """The assessment, raised to this level where it is below; what was said of the level is said again."""
        if assessment.triage > self.triage:
            return assessment
        reasons = tuple(dict.fromkeys((*self.reasons, *assessment.reasons)))
        if assessment.triage is self.triage:
            return replace(assessment, reasons=reasons)
        departments = self.departments or assessment.departments
        return replace(assessment, triage=self.triage, reasons=reasons, departments=departments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything an assessment is made of."""

    findings: tuple[Finding, ...] = field(repr=False)
    """What was said."""
    person: Person
    """The patient as assessed."""
    asked: tuple[str, ...] = ()
    """Findings that were asked for."""
    onset: float | None = None
    """Hours since it began, where told."""
    sudden: bool | None = None
    """Whether it began suddenly, where told."""
    on: date
    """The day."""
    held: Held | None = None
    """What it was not allowed to fall below."""
