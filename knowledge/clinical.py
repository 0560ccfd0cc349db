"""The words of medicine that every layer shares: findings, urgency, conditions, questions and assessments.

Values only. Nothing here reads a file, knows Korean grammar, or decides anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal


class Presence(StrEnum):
    """What was said about a finding. UNKNOWN is an answer ("모르겠어요"), not the lack of one."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Subject(StrEnum):
    """Whom a finding is about. Only the patient's own findings count for triage."""

    PATIENT = "patient"
    SOMEONE_ELSE = "someone_else"


class When(StrEnum):
    """Whether a finding is happening, is over, or was only supposed ("뇌졸중이면 어떡하죠")."""

    NOW = "now"
    PAST = "past"
    HYPOTHETICAL = "hypothetical"


class Sex(StrEnum):
    """Sex as it matters to likelihoods and departments."""

    FEMALE = "female"
    MALE = "male"


class Relation(StrEnum):
    """Who the patient is to the one who writes."""

    SELF = "self"
    CHILD = "child"
    MOTHER = "mother"
    FATHER = "father"
    SPOUSE = "spouse"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    OTHER = "other"


class Triage(IntEnum):
    """How urgent, in five ordered levels; a larger number is more urgent."""

    SELF_CARE = 0
    CLINIC = 1
    CLINIC_24H = 2
    EMERGENCY = 3
    AMBULANCE = 4

    @property
    def code(self) -> str:
        """The level's name in data files and on every wire, in lower case."""
        return self.name.lower()

    @classmethod
    def from_code(cls, code: str) -> "Triage":
        """The level for `clinic_24h` and the like; KeyError names an unknown one."""
        return cls[code.upper()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One patient an account can ask about; the writer may be somebody else."""

    relation: Relation = Relation.SELF
    """Who this is to the writer."""
    age: float | None = None
    """Years; a fraction below two years (0.25 is three months)."""
    sex: Sex | None = None
    """Sex, where it was told."""
    pregnant: bool | None = None
    """Pregnancy, where it was told; None is not known."""
    pregnancy_weeks: int | None = None
    """Weeks of pregnancy, where they were told."""
    conditions: tuple[str, ...] = field(default=(), repr=False)
    """Known long-term conditions, in the person's words or as finding ids (`history_diabetes`)."""
    drugs: tuple[str, ...] = field(default=(), repr=False)
    """Drugs being taken, in the person's words."""
    allergies: tuple[str, ...] = field(default=(), repr=False)
    """Known allergies, in the person's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing said about a body or a life: a symptom, a measurement, a history, an exposure."""

    concept: str
    """The finding's id in `knowledge/data/findings`."""
    presence: Presence
    """Whether it is there."""
    subject: Subject = Subject.PATIENT
    """Whom it is about."""
    when: When = When.NOW
    """Whether it is now, over, or only supposed."""
    severity: int | None = None
    """0–10 as the person rates it, where told."""
    since: float | None = None
    """Hours since it began, where told."""
    value: float | None = None
    """A measured value in the concept's unit (38.5 for a temperature), where told."""
    span: tuple[int, int] | None = field(default=None, repr=False)
    """Where in the message it was read, as [start, end) character offsets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A source somebody read."""

    title: str
    """The page's or paper's title."""
    publisher: str
    """Who stands behind it."""
    url: str
    """Where it can be read."""
    read_on: str
    """ISO date on which it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One tappable answer to a question and what it says about which findings."""

    label: str
    """What the person sees (14 characters or fewer)."""
    sets: tuple[tuple[str, Presence], ...]
    """The findings this answer settles."""


Kind = Literal["symptom", "sign", "measurement", "history", "risk", "exposure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A finding as the catalogue knows it: what it is called and how to ask for it."""

    id: str
    """Snake-case English id, stable for ever."""
    name_ko: str
    """A short Korean noun phrase for lists ("두통", "가슴 통증")."""
    kind: Kind
    """What sort of thing it is."""
    parents: tuple[str, ...] = ()
    """More general findings that this one implies when present."""
    excludes: tuple[str, ...] = ()
    """Findings that cannot be present together with this one."""
    leak: float = 0.02
    """P(present) in somebody who consults and has none of the listed causes."""
    question: str = ""
    """One concrete question in 해요체; empty where it is never asked."""
    why: str = ""
    """The answer to "왜 물어보나요?", one sentence."""
    answers: tuple[Answer, ...] = ()
    """Tappable answers; empty means 네 / 아니요 / 모르겠어요."""
    sex: Sex | None = None
    """Set where only one sex can have it."""
    must_ask: bool = False
    """A red flag that may not stay unasked or unknown in a self-care outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """How common a condition is among people who consult, before anything was said."""

    per_1000: float
    """Expected cases in 1,000 consultations in primary care and emergency rooms in Korea."""
    age: Mapping[str, float]
    """Multipliers by age band (`infant toddler child teen young middle old very_old`); 1.0 where absent."""
    sex: Mapping[str, float]
    """Multipliers by sex; 1.0 where absent, 0 where impossible."""
    season: Mapping[str, float]
    """Multipliers by season (`spring summer autumn winter`); 1.0 where absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """Findings with which a condition is more urgent than it usually is."""

    findings: tuple[str, ...]
    """All of these must be present."""
    to: Triage
    """The level then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One illness or injury as the catalogue knows it."""

    id: str
    """Snake-case English id, also the file's name."""
    name_ko: str
    """The Korean name a clinic would write."""
    name_en: str
    """The English name."""
    synonyms: tuple[str, ...]
    """Lay and other names."""
    kcd: str
    """Korean disease code (KCD-8)."""
    icd10: str
    """ICD-10 code."""
    departments: tuple[str, ...]
    """Departments in order for an adult."""
    child_departments: tuple[str, ...]
    """Departments in order for somebody under 18; empty means the same as for adults."""
    prior: Prior
    """How common it is."""
    findings: Mapping[str, float]
    """P(present | condition) by finding id, 0.01–0.99."""
    risks: Mapping[str, float]
    """Odds ratios by risk-factor, history or exposure finding id."""
    duration: Mapping[str, float]
    """P(time since onset when asking | condition) over `hours days weeks months`; sums to 1."""
    sudden: float
    """P(it began within minutes | condition)."""
    urgency: Triage
    """How soon it should be seen when nothing raises it."""
    raises: tuple[Raise, ...]
    """What makes it more urgent."""
    about: str
    """What it is."""
    confirmed_by: str
    """How a clinic confirms it."""
    treatment: str
    """Treatment in outline, no doses."""
    self_care: tuple[str, ...]
    """What a person can do."""
    go_now: tuple[str, ...]
    """When to go at once."""
    prevention: str
    """How to prevent it, or empty."""
    contagious: str
    """Whether and how it spreads."""
    self_check: tuple[str, ...]
    """Finding ids of the self-check list."""
    sources: tuple[Citation, ...]
    """Sources somebody read; empty while drafted."""
    status: Literal["drafted", "checked", "reviewed"]
    """How far it has been reviewed."""
    reviewers: tuple[str, ...] = ()
    """Who reviewed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFlag:
    """Findings that set a least level of urgency, alone or together."""

    id: str
    """Snake-case id."""
    all_of: tuple[str, ...]
    """Every one of these must be present."""
    any_of: tuple[str, ...]
    """At least one of these must be present, where the tuple is not empty."""
    min_age: float | None
    """Years; the rule holds only from this age on."""
    max_age: float | None
    """Years; the rule holds only below this age."""
    sex: Sex | None
    """The rule holds only for this sex."""
    pregnant: bool
    """True where the rule holds only in pregnancy."""
    floor: Triage
    """The least level."""
    reason: str
    """Why, in plain Korean, for the person."""
    sources: tuple[Citation, ...] = ()
    """Sources somebody read; empty means drafted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an assessment is at least as urgent as it is."""

    floor: Triage
    """The least level this reason demands."""
    text: str
    """One plain Korean sentence."""
    source: str
    """The red flag's or condition's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A condition that could explain the findings."""

    condition: str
    """Condition id."""
    probability: float
    """Posterior, 0–1; never shown to a patient as a number."""
    for_: tuple[str, ...]
    """Finding ids that speak for it, strongest first."""
    against: tuple[str, ...]
    """Finding ids that speak against it, strongest first."""
    open_: tuple[str, ...] = ()
    """Finding ids usual in it that nobody has told or denied, most telling first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A finding that alone would change how urgent it is."""

    finding: str
    """Its id."""
    to: Triage
    """The level then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The smallest changes that would change the level."""

    raising: tuple[Shift, ...] = ()
    """Findings that are not known and would raise it if they were there, most urgent first."""
    lowering: tuple[Shift, ...] = ()
    """Findings that were told and without which it would be lower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The next thing worth asking."""

    findings: tuple[str, ...]
    """Finding ids the question is about."""
    wording: str
    """The question in 해요체."""
    answers: tuple[Answer, ...]
    """Tappable answers, with 모르겠어요 among them."""
    why: str
    """Why it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What follows from the findings. `triage` is never below the largest floor among `reasons`."""

    triage: Triage
    """How urgent."""
    reasons: tuple[Reason, ...]
    """Why, most urgent first."""
    candidates: tuple[Candidate, ...]
    """Possible conditions, best first, at most ten."""
    departments: tuple[str, ...]
    """Departments, best first, at most three."""
    question: Question | None
    """The next question, or None when asking more would not change the advice."""
    citations: tuple[Citation, ...] = ()
    """Sources behind it."""
    outlook: Outlook = Outlook()
    """What would change the level; empty until it is asked for."""
    stamp: str = ""
    """A short hash of the rules, the data and the program that made it."""

    def __post_init__(self) -> None:
        floor = max((reason.floor for reason in self.reasons), default=Triage.SELF_CARE)
        if self.triage < floor:
            raise ValueError(f"triage {self.triage.code} is below the floor {floor.code}")
