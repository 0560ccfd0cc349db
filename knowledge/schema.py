"""From the mappings in the data files to values: one function for each kind of file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from knowledge.clinical import (
    Answer,
    Concept,
    Condition,
    Kind,
    Presence,
    Prior,
    Raise,
    RedFlag,
)
from knowledge.fields import Fields, Problems, items

AGE_BANDS = ("infant", "toddler", "child", "teen", "young", "middle", "old", "very_old")
"""Age bands in order; `knowledge.likelihood` knows where they begin."""

SEASONS = ("spring", "summer", "autumn", "winter")
"""Seasons in order from March."""

DURATIONS = ("hours", "days", "weeks", "months")
"""Bands of time since onset, shortest first."""

MAX_LABEL = 14
"""Longest label that fits a button on every door."""

_KINDS = frozenset({"symptom", "sign", "measurement", "history", "risk", "exposure"})
_STATUS = frozenset({"drafted", "checked", "reviewed"})
_CODE = re.compile(r"[A-Z]\d{2}(\.\d{1,3})?")
_FINDING = frozenset({"ko", "kind", "parents", "excludes", "leak", "must_ask", "sex"})
_QUESTION = frozenset({"q", "why", "answers"})
_ANSWER = frozenset({"label", "present", "absent", "unknown"})
_PRIOR = frozenset({"per_1000", "age", "sex", "season"})
_FLAG = frozenset({"id", "all_of", "any_of", "min_age", "max_age", "sex", "pregnant", "floor", "reason", "sources"})
_CONDITION = frozenset(
    {
        "id", "name_ko", "name_en", "synonyms", "kcd", "icd10", "departments", "child_departments", "prior", "findings",
        "risks", "duration", "sudden", "urgency", "raises", "about", "confirmed_by", "treatment", "self_care",
        "go_now", "prevention", "contagious", "self_check", "sources", "status", "reviewers",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A hospital department as people look for it."""

    name: str
    """Its Korean name."""
    sees: str
    """What it sees, for the person."""
    synonyms: tuple[str, ...]
    """Other names people use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The few texts the clinical engine needs itself."""

    raised: Mapping[str, str]
    """Why a likely condition raises the level, by level code, with `{name}` in it."""
    several: str
    """Why the level is raised where no single condition is likely enough to be named."""
    answers: Mapping[str, str]
    """Labels of the plain answers, by presence."""


def read_finding_departments(
    raw: object, concepts: Mapping[str, Concept], departments: Mapping[str, Department], problems: Problems
) -> dict[str, tuple[str, ...]]:
    """The departments that know a finding best, from `finding_departments.yaml`; all ids and names must be known."""
    file = "finding_departments.yaml"
    whole = Fields(raw, file=file, key="", problems=problems, allowed=frozenset(concepts))
    hints = {id_: whole.texts(id_, required=True) for id_ in items(raw, file=file, problems=problems)}
    for id_, names in hints.items():
        if len(set(names)) < len(names):
            whole.problem(id_, "names a department twice")
        for name in names:
            if name not in departments:
                whole.problem(id_, f"unknown department {name!r}")
    return hints


def read_concepts(findings: object, questions: object, problems: Problems) -> dict[str, Concept]:
    """The concepts of `findings.yaml` with their questions from `questions.yaml`."""
    asked = items(questions, file="questions.yaml", problems=problems)
    known = items(findings, file="findings.yaml", problems=problems)
    for id_ in asked:
        if id_ not in known:
            problems.add("questions.yaml", id_, "unknown finding")
    return {id_: _concept(id_, raw, asked.get(id_), problems) for id_, raw in known.items()}


def _concept(id_: str, raw: object, question: object, problems: Problems) -> Concept:
    entry = Fields(raw, file="findings.yaml", key=id_, problems=problems, allowed=_FINDING)
    kind = entry.text("kind")
    if kind not in _KINDS:
        entry.problem("kind", f"must be one of {', '.join(sorted(_KINDS))}")
    leak = entry.number("leak", default=0.02)
    if not 0 < leak <= 0.5:
        entry.problem("leak", f"must lie above 0 and not above 0.5, not {leak}")
        leak = 0.02
    wording, why = "", ""
    answers: tuple[Answer, ...] = ()
    if question is None:
        problems.add("questions.yaml", id_, "has no entry (write `q: ''` where it is never asked)")
    else:
        ask = Fields(question, file="questions.yaml", key=id_, problems=problems, allowed=_QUESTION)
        wording, why = ask.text("q", required=False), ask.text("why", required=False)
        if wording and not why:
            ask.problem("why", "is missing")
        answers = _answers(ask)
    must_ask = entry.flag("must_ask")
    if must_ask and question is not None and not wording:
        problems.add("questions.yaml", id_, "must be asked and has no question")
    return Concept(
        id=id_,
        name_ko=entry.text("ko"),
        kind=cast(Kind, kind),
        parents=entry.texts("parents"),
        excludes=entry.texts("excludes"),
        leak=leak,
        question=wording,
        why=why,
        answers=answers,
        sex=entry.sex("sex"),
        must_ask=must_ask,
    )


def _answers(ask: Fields) -> tuple[Answer, ...]:
    answers: list[Answer] = []
    for entry in ask.entries("answers", _ANSWER):
        label = entry.text("label")
        if len(label) > MAX_LABEL:
            entry.problem("label", f"{label!r} is longer than {MAX_LABEL} characters")
        sets = tuple((id_, presence) for presence in Presence for id_ in entry.texts(presence.value))
        if not sets:
            entry.problem("", "settles nothing")
        if len({id_ for id_, _ in sets}) < len(sets):
            entry.problem("", "settles a finding twice")
        answers.append(Answer(label=label, sets=sets))
    if answers and not any(answer.sets and _only_unknown(answer) for answer in answers):
        ask.problem("answers", "needs an answer for not knowing (only `unknown`)")
    return tuple(answers)


def _only_unknown(answer: Answer) -> bool:
    return all(presence is Presence.UNKNOWN for _, presence in answer.sets)


def read_condition(file: str, raw: object, problems: Problems) -> Condition:
    """One condition from its own file."""
    entry = Fields(raw, file=file, key="", problems=problems, allowed=_CONDITION)
    for code in ("kcd", "icd10"):
        if not _CODE.fullmatch(entry.text(code)):
            entry.problem(code, f"{entry.raw(code)!r} is not a code like J11 or J11.1")
    status = entry.text("status")
    if status not in _STATUS:
        entry.problem("status", f"must be one of {', '.join(sorted(_STATUS))}")
    sources = entry.citations()
    if status in {"checked", "reviewed"} and not sources:
        entry.problem("sources", f"must not be empty where the status is {status}")
    raises = entry.entries("raises", frozenset({"findings", "to"}))
    return Condition(
        id=entry.text("id"),
        name_ko=entry.text("name_ko"),
        name_en=entry.text("name_en"),
        synonyms=entry.texts("synonyms"),
        kcd=entry.text("kcd"),
        icd10=entry.text("icd10"),
        departments=entry.texts("departments", required=True),
        child_departments=entry.texts("child_departments"),
        prior=_prior(file, entry.raw("prior"), problems),
        findings=entry.numbers("findings"),
        risks=entry.numbers("risks"),
        duration=entry.numbers("duration", keys=frozenset(DURATIONS)),
        sudden=entry.number("sudden"),
        urgency=entry.level("urgency"),
        raises=tuple(Raise(findings=item.texts("findings", required=True), to=item.level("to")) for item in raises),
        about=entry.text("about"),
        confirmed_by=entry.text("confirmed_by"),
        treatment=entry.text("treatment"),
        self_care=entry.texts("self_care"),
        go_now=entry.texts("go_now"),
        prevention=entry.text("prevention", required=False),
        contagious=entry.text("contagious", required=False),
        self_check=entry.texts("self_check"),
        sources=sources,
        status=cast(Literal["drafted", "checked", "reviewed"], status),
        reviewers=entry.texts("reviewers"),
    )


def _prior(file: str, raw: object, problems: Problems) -> Prior:
    entry = Fields(raw, file=file, key="prior", problems=problems, allowed=_PRIOR)
    return Prior(
        per_1000=entry.number("per_1000"),
        age=entry.numbers("age", keys=frozenset(AGE_BANDS)),
        sex=entry.numbers("sex", keys=frozenset({"female", "male"})),
        season=entry.numbers("season", keys=frozenset(SEASONS)),
    )


def read_red_flags(raw: object, problems: Problems) -> tuple[RedFlag, ...]:
    """The rules of `redflags.yaml`, in their order."""
    whole = Fields({"rules": raw}, file="redflags.yaml", key="", problems=problems, allowed=frozenset({"rules"}))
    flags: list[RedFlag] = []
    for entry in whole.entries("rules", _FLAG):
        id_ = entry.text("id")
        entry.key = id_ or entry.key
        flags.append(
            RedFlag(
                id=id_,
                all_of=entry.texts("all_of"),
                any_of=entry.texts("any_of"),
                min_age=entry.age("min_age"),
                max_age=entry.age("max_age"),
                sex=entry.sex("sex"),
                pregnant=entry.flag("pregnant"),
                floor=entry.level("floor"),
                reason=entry.text("reason"),
                sources=entry.citations(),
            )
        )
    return tuple(flags)


def read_departments(raw: object, problems: Problems) -> dict[str, Department]:
    """The departments of `departments.yaml`, by name."""
    departments: dict[str, Department] = {}
    for name, value in items(raw, file="departments.yaml", problems=problems).items():
        allowed = frozenset({"sees", "synonyms"})
        entry = Fields(value, file="departments.yaml", key=name, problems=problems, allowed=allowed)
        departments[name] = Department(name=name, sees=entry.text("sees"), synonyms=entry.texts("synonyms"))
    return departments


def read_wording(raw: object, problems: Problems) -> Wording:
    """The texts of `reasons.yaml`."""
    whole = items(raw, file="reasons.yaml", problems=problems)
    levels = ("clinic", "clinic_24h", "emergency", "ambulance")
    raised = Fields(
        whole.get("raised"), file="reasons.yaml", key="raised", problems=problems, allowed=frozenset(levels)
    )
    labels = tuple(presence.value for presence in Presence)
    answers = Fields(
        whole.get("answers"), file="reasons.yaml", key="answers", problems=problems, allowed=frozenset(labels)
    )
    texts = {level: raised.text(level) for level in levels}
    for level, text in texts.items():
        if "{name}" not in text:
            raised.problem(level, "must have {name} in it")
    several = whole.get("several")
    if not isinstance(several, str) or not several.strip():
        problems.add("reasons.yaml", "several", "is missing")
        several = ""
    return Wording(raised=texts, several=several, answers={label: answers.text(label) for label in labels})
