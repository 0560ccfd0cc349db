"""Assessment and words to reply blocks. Chooses templates and decides nothing about urgency."""

from bot.message import Block, Card, Choice
from bot.session import Session
from bot.turn import Context
from bot.urgent import CRISIS, emergency_kind, urgent_card
from knowledge.clinical import Assessment, Question, Triage

SUICIDAL = "suicidal_thoughts"
"""The finding that is answered with a person to talk to."""


def urgent_blocks(assessment: Assessment, session: Session, context: Context) -> list[Block]:
    """What to do now and the first reason, for EMERGENCY and AMBULANCE.

    With thoughts of suicide the crisis card comes first, and a second danger keeps its own card.
    """
    say = context.say
    reasons = reasons_at(assessment, Triage.EMERGENCY, context)
    kind = emergency_kind(session.findings, say)
    if kind != CRISIS:
        return [urgent_card(kind, assessment.triage, say, reasons=reasons[:1])]
    blocks: list[Block] = [urgent_card(CRISIS, assessment.triage, say)]
    others = tuple(f for f in session.findings if f.concept != SUICIDAL)
    if assessment.triage is Triage.AMBULANCE:
        blocks.append(urgent_card(emergency_kind(others, say), assessment.triage, say, reasons=reasons[:1]))
    return blocks


def reasons_at(assessment: Assessment, least: Triage, context: Context) -> list[str]:
    """The reasons that demand at least this level; none that names a condition where conditions are not shown."""
    catalogue = context.knowledge.catalogue
    hidden = context.knowledge.conditions == "hidden"
    told = [reason for reason in assessment.reasons if reason.floor >= least]
    texts = [catalogue.wording.several if hidden and r.source in catalogue.conditions else r.text for r in told]
    return list(dict.fromkeys(texts))


def level_card(assessment: Assessment, context: Context) -> Card:
    """The advice below EMERGENCY: first line what to do, then why."""
    say = context.say
    departments = "·".join(assessment.departments[:2]) or say("consult.any_department")
    title = say(f"consult.level.{assessment.triage.code}", departments=departments)
    lines = reasons_at(assessment, Triage.CLINIC, context)[:3]
    if assessment.triage is Triage.SELF_CARE:
        lines.append(say("consult.self_care_but", departments=departments))
    return Card(title=title, lines=tuple(lines), level=assessment.triage.code)


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
