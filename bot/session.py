"""A person's state between two messages. A step returns a new one; nothing here is changed in place."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.message import Address
from knowledge.clinical import Assessment, Finding, Person, Question, Relation
from knowledge.inputs import Held

SCHEMA = 1
"""The number stored with every session; `bot.state.codec` upgrades older ones."""

MAX_FINDINGS = 80
"""A session keeps at most this many findings; the oldest absent or unknown ones go first."""


CHECK_BACK = "check"
"""What asking again after a result is called among what is due."""


class Stage(StrEnum):
    """Where the conversation stands."""

    NEW = "new"
    CONSENT = "consent"
    CONSULTING = "consulting"
    ASSESSED = "assessed"


Expecting = Literal[
    "nothing",
    "consent",
    "age",
    "sex",
    "guardian",
    "history",
    "drugs",
    "place",
    "location_consent",
    "delete",
    "crisis",
    "alarm",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One decision about one kind of data."""

    kind: Literal["health", "location"]
    """What it is about."""
    given: bool
    """Agreed or declined."""
    version: str
    """Which wording was shown."""
    at: datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A result that was given, kept for a day: who asks again about the same is looked at with more care."""

    at: datetime
    """When."""
    relation: Relation
    """Who the patient was."""
    complaints: tuple[str, ...] = field(repr=False)
    """What was complained of, as finding ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What outlives a consultation: decisions about consent. No health information."""

    consents: tuple[Consent, ...] = ()
    """The latest decision of each kind."""
    under_14: bool = False
    """The writer said to be under 14: nothing is stored of what they tell."""
    schema: int = SCHEMA
    """Schema number of the stored form."""

    def allows(self, kind: Literal["health", "location"]) -> bool:
        """Whether the person agreed to this kind and is old enough."""
        return not self.under_14 and any(c.kind == kind and c.given for c in self.consents)

    def decided(self, kind: Literal["health", "location"]) -> bool:
        """Whether the person was asked and answered."""
        return any(c.kind == kind for c in self.consents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One conversation. Expires a day after the last message unless set otherwise."""

    address: Address
    """Whose it is."""
    stage: Stage = Stage.NEW
    """Where it stands."""
    expecting: Expecting = "nothing"
    """What the last reply asked for besides findings."""
    patient: Person = field(default_factory=Person)
    """Whom the consultation is about."""
    people: tuple[Person, ...] = field(default=(), repr=False)
    """Whom earlier consultations of the day were about, one of each relation."""
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    """Everything said so far, one per concept and subject, latest wins."""
    onset: float | None = None
    """Hours before `updated_at` at which the complaint began, where told."""
    sudden: bool | None = None
    """Whether it began suddenly, where told."""
    asked: tuple[str, ...] = ()
    """Finding ids that were asked, answered or not."""
    pending: Question | None = field(default=None, repr=False)
    """The question that waits for an answer."""
    assessment: Assessment | None = field(default=None, repr=False)
    """The latest assessment."""
    held: Held | None = field(default=None, repr=False)
    """A level that was told and must not fall."""
    contacts: tuple[Contact, ...] = field(default=(), repr=False)
    """Results given within a day, over all consultations."""
    check_at: datetime | None = None
    """When it is asked how things go, where the person wanted that and it has not been answered."""
    done: bool = False
    """Whether the consultation's result was given."""
    version: int = 0
    """Rises by one with every save; a save with an older one is refused."""
    schema: int = SCHEMA
    """Schema number of the stored form."""
    updated_at: datetime | None = None
    """When it was last saved."""
