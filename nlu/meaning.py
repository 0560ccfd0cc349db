"""What was understood of one message. Values only."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from knowledge.clinical import Finding, Relation, Sex, Triage


class Intent(StrEnum):
    """What a person wants with a message."""

    CONSULT = "consult"
    PLACES = "places"
    DRUG = "drug"
    COST = "cost"
    ENCYCLOPAEDIA = "encyclopaedia"
    TRENDS = "trends"
    ALERTS = "alerts"
    SHOW_DATA = "show_data"
    EXPORT_DATA = "export_data"
    DELETE_DATA = "delete_data"
    START_OVER = "start_over"
    HANDOFF = "handoff"
    FINISH = "finish"
    WHY = "why"
    HELP = "help"
    GREETING = "greeting"
    THANKS = "thanks"
    OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A sign of danger read from the raw text."""

    id: str
    """The rule's id in `nlu/data/alarm.yaml`; names the emergency text too."""
    kind: Literal["medical", "crisis", "poisoning"]
    """Which sort of help is told first."""
    floor: Triage
    """The least level it demands."""
    findings: tuple[str, ...] = ()
    """Finding ids it implies as present in the patient."""
    span: tuple[int, int] = field(default=(0, 0), repr=False)
    """Where it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """What a message says about the patient as a person."""

    relation: Relation | None = None
    """Who the patient is to the writer, where told ("우리 애가")."""
    age: float | None = None
    """Years."""
    sex: Sex | None = None
    """Sex, also where a kin term tells it ("어머니")."""
    pregnant: bool | None = None
    """Pregnancy, where told."""
    pregnancy_weeks: int | None = None
    """Weeks, where told."""
    writer_under_14: bool = False
    """The writer themself says to be under 14."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the conversation knows that helps to read an answer."""

    asked: tuple[str, ...] = ()
    """Finding ids of the question that waits for an answer."""
    expecting: Literal["nothing", "consent", "age", "sex", "place", "confirm"] = "nothing"
    """What else an answer may be about."""
    patient: Relation = Relation.SELF
    """The patient under discussion: findings about this person are the patient's."""
    known: tuple[str, ...] = ()
    """Findings the patient is known to have: a bare "아니요" to something else does not take them back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """All that was read of one message."""

    findings: tuple[Finding, ...] = ()
    """Findings in order of appearance, the patient's and other people's."""
    intents: tuple[Intent, ...] = ()
    """What the person wants, most important first."""
    answer: Literal["yes", "no", "unsure"] | None = None
    """A bare answer to what was asked, in whatever form."""
    mention: Mention = Mention()
    """The patient as a person."""
    onset: float | None = None
    """Hours since the complaint as a whole began, where told ("어제부터")."""
    sudden: bool | None = None
    """Whether it began suddenly, where told."""
    course: Literal["worse", "better"] | None = None
    """How it goes compared with before, where told ("아까보다 심해졌어요")."""
    departments: tuple[str, ...] = ()
    """Departments named by the person."""
    truncated: bool = False
    """True where the text was longer than is read."""
