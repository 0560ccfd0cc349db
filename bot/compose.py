"""Assessment and words to reply blocks. Chooses templates and decides nothing about urgency."""

from collections.abc import Iterable

from bot.message import Block, Card, Choice, Notice, Text
from bot.session import Session
from bot.turn import Context
from bot.urgent import CRISIS, emergency_kind, urgent_card
from knowledge.clinical import Assessment, Candidate, Condition, Presence, Question, Triage

SHOWN_CANDIDATES = 4
"""More than this is a list, not an answer."""

FITS, MAY, RULE_OUT, SHOWN = 0.5, 0.2, 0.02, 0.08
"""Posterior from which a condition "fits", "may fit", is named because it must be ruled out, is shown at all."""


SUICIDAL = "suicidal_thoughts"
"""The finding that is answered with a person to talk to."""

GROWN_UP = 18.0
"""Years from which lines about children do not fit."""

DETAIL = "   "
"""Begins a line that explains the one above it."""


def urgent_blocks(assessment: Assessment, session: Session, context: Context) -> list[Block]:
    """What to do now and the first reason, for EMERGENCY and AMBULANCE.

    With thoughts of suicide the crisis card comes first, and a second danger keeps its own card.
    """
    say = context.say
    reasons = [reason.text for reason in assessment.reasons if reason.floor >= Triage.EMERGENCY]
    kind = emergency_kind(session.findings, say)
    if kind != CRISIS:
        return [urgent_card(kind, assessment.triage, say, reasons=reasons[:1])]
    blocks: list[Block] = [urgent_card(CRISIS, assessment.triage, say)]
    others = tuple(f for f in session.findings if f.concept != SUICIDAL)
    if assessment.triage is Triage.AMBULANCE:
        blocks.append(urgent_card(emergency_kind(others, say), assessment.triage, say, reasons=reasons[:1]))
    return blocks


def level_card(assessment: Assessment, context: Context) -> Card:
    """The advice below EMERGENCY: first line what to do, then why."""
    say = context.say
    departments = "·".join(assessment.departments[:2]) or "내과"
    title = say(f"consult.level.{assessment.triage.code}", departments=departments)
    lines = [reason.text for reason in assessment.reasons if reason.floor >= Triage.CLINIC][:3]
    if assessment.triage is Triage.SELF_CARE:
        lines.append(say("consult.self_care_but", departments=departments))
    return Card(title=title, lines=tuple(lines), level=assessment.triage.code)


def result_blocks(assessment: Assessment, session: Session, context: Context) -> list[Block]:
    """The whole answer: urgency, possible conditions with reasons, when to go at once, what to do meanwhile."""
    say, conditions = context.say, context.knowledge.catalogue.conditions
    urgent = assessment.triage >= Triage.EMERGENCY
    blocks: list[Block] = []
    blocks += urgent_blocks(assessment, session, context) if urgent else [level_card(assessment, context)]
    if emergency_kind(session.findings, say) == CRISIS:
        return blocks  # no lists for somebody who wants to die
    if whom := for_whom(session, context):
        blocks.append(Notice(text=whom))
    shown = [c for c in assessment.candidates if worth_showing(c, conditions[c.condition])][:SHOWN_CANDIDATES]
    if shown:
        lines = [line for candidate in shown for line in candidate_lines(candidate, session, context)]
        blocks.append(Card(title=say("consult.candidates_title"), lines=tuple(lines)))
    elif not urgent:
        blocks.append(Text(text=say("consult.unsure", departments="·".join(assessment.departments[:2]) or "내과")))
    if shown and not urgent:
        likely = [conditions[c.condition] for c in shown[:2]]
        go_now = fitting((line for condition in likely for line in condition.go_now), session, context)[:4]
        if go_now:
            blocks.append(Card(title=say("consult.red_title"), lines=go_now))
        care = fitting(likely[0].self_care, session, context)[:3]
        if care:
            blocks.append(Card(title=say("consult.care_title"), lines=care))
    if any(conditions[c.condition].status == "drafted" for c in shown):
        blocks.append(Notice(text=say("consult.source_drafted")))
    blocks.append(Notice(text=say("consult.disclaimer")))
    return blocks


def for_whom(session: Session, context: Context) -> str:
    """Whose story the result is about; empty for the writer's own."""
    relation, sex = session.patient.relation, session.patient.sex
    exact = context.say.get(f"consult.for_whom.{relation}_{sex}")
    return str(exact or context.say(f"consult.for_whom.{relation}"))


def fitting(lines: Iterable[str], session: Session, context: Context) -> tuple[str, ...]:
    """Lines for this patient, each once: what is said of children is left out for a grown-up."""
    age = session.patient.age
    of_children = tuple(context.say.lines("consult.child_words"))
    grown = age is not None and age >= GROWN_UP
    return tuple(dict.fromkeys(line for line in lines if not (grown and line.startswith(of_children))))


def worth_showing(candidate: Candidate, condition: Condition) -> bool:
    """Likely enough, or dangerous enough to be ruled out."""
    if candidate.probability >= SHOWN:
        return True
    return condition.urgency >= Triage.EMERGENCY and candidate.probability >= RULE_OUT


def likelihood(candidate: Candidate, condition: Condition) -> str:
    """One of the four fixed words of likelihood, by name."""
    if candidate.probability >= FITS:
        return "fits"
    if candidate.probability >= MAY:
        return "may"
    return "rule_out" if condition.urgency >= Triage.EMERGENCY else "less"


def candidate_lines(candidate: Candidate, session: Session, context: Context) -> list[str]:
    """A condition with what speaks for and against it; what is not there is said to be missing."""
    say, catalogue = context.say, context.knowledge.catalogue
    condition = catalogue.conditions[candidate.condition]
    absent = {f.concept for f in session.findings if f.presence is Presence.ABSENT}

    def names(findings: tuple[str, ...]) -> str:
        named = [(f, catalogue.concepts[f].name_ko) for f in findings[:4]]
        return ", ".join(missing(name, context) if f in absent else name for f, name in named)

    word = say(f"consult.likelihood.{likelihood(candidate, condition)}")
    lines = [say("consult.candidate", name=condition.name_ko, likelihood=word)]
    if candidate.for_:
        lines.append(DETAIL + say("consult.candidate_for", findings=names(candidate.for_)))
    if candidate.against:
        lines.append(DETAIL + say("consult.candidate_against", findings=names(candidate.against)))
    return lines


def missing(name: str, context: Context) -> str:
    """A finding that is not there; what is itself a lack ("입맛 없음") is denied in other words."""
    key = "not_so" if name.endswith("없음") else "not_there"
    return context.say(f"consult.{key}", finding=name)


def question_choices(question: Question, context: Context) -> tuple[Choice, ...]:
    """The question's answers, then "why" and "enough"."""
    say = context.say
    name = question.findings[0] if question.findings else ""
    answers = tuple(Choice(id=f"a:{name}:{i}", label=a.label) for i, a in enumerate(question.answers))
    extra = (
        Choice(id="why", label=say("consult.why_choice")),
        Choice(id="finish", label=say("consult.finish_choice")),
    )
    return (*answers, *extra)
