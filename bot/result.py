"""The answer at the end of a consultation: urgency first, then what could explain it, and what would change it."""

from collections.abc import Iterable, Sequence

from bot.compose import level_card, urgent_blocks
from bot.message import Block, Card, Notice, Text
from bot.session import Session
from bot.turn import Context
from bot.urgent import CRISIS, emergency_kind
from knowledge.clinical import Assessment, Candidate, Condition, Outlook, Presence, Shift, Triage

SHOWN_CANDIDATES = 5
"""More than this is a list, not an answer."""

FITS, MAY, RULE_OUT, SHOWN = 0.5, 0.2, 0.02, 0.08
"""Posterior from which a condition "fits", "may fit", is named because it must be ruled out, is shown at all."""

GROWN_UP = 18.0
"""Years from which lines about children do not fit."""

DETAIL = "   "
"""Begins a line that explains the one above it."""

NAMED, OPEN = 4, 2
"""So many findings are named for and against a condition, and as still unknown."""

SHIFTS = 4
"""So many findings are named for each level."""


def result_blocks(assessment: Assessment, session: Session, context: Context) -> list[Block]:
    """The whole answer: urgency, possible conditions with reasons, what would be more urgent, what to do meanwhile."""
    say = context.say
    urgent = assessment.triage >= Triage.EMERGENCY
    blocks: list[Block] = []
    blocks += urgent_blocks(assessment, session, context) if urgent else [level_card(assessment, context)]
    if emergency_kind(session.findings, say) == CRISIS:
        return blocks  # no lists for somebody who wants to die
    if whom := for_whom(session, context):
        blocks.append(Notice(text=whom))
    shown = shown_candidates(assessment, context)
    blocks += explained(shown, assessment, session, context)
    blocks += more_urgent(shown, assessment, session, context)
    if shown and not urgent:
        care = fitting(_condition(shown[0], context).self_care, session, context)[:3]
        if care:
            blocks.append(Card(title=say("consult.care_title"), lines=care))
    if any(_condition(candidate, context).status == "drafted" for candidate in shown):
        blocks.append(Notice(text=say("consult.source_drafted")))
    blocks.append(Notice(text=say("consult.disclaimer")))
    return blocks


def shown_candidates(assessment: Assessment, context: Context) -> list[Candidate]:
    """The conditions that are named: none where the operator shows urgency and departments only."""
    if context.knowledge.conditions == "hidden":
        return []
    return [c for c in assessment.candidates if worth_showing(c, _condition(c, context))][:SHOWN_CANDIDATES]


def explained(shown: Sequence[Candidate], assessment: Assessment, session: Session, context: Context) -> list[Block]:
    """The named conditions, or that nothing could be narrowed down."""
    say = context.say
    if shown:
        lines = [line for candidate in shown for line in candidate_lines(candidate, session, context)]
        return [Card(title=say("consult.candidates_title"), lines=tuple(lines))]
    if assessment.triage >= Triage.EMERGENCY or context.knowledge.conditions == "hidden":
        return []
    departments = "·".join(assessment.departments[:2]) or say("consult.any_department")
    return [Text(text=say("consult.unsure", departments=departments))]


def more_urgent(shown: Sequence[Candidate], assessment: Assessment, session: Session, context: Context) -> list[Block]:
    """What would make it more urgent, as computed and as the likely conditions say; and what would make it less."""
    say, urgent = context.say, assessment.triage >= Triage.EMERGENCY
    lines = raising_lines(assessment.outlook, context)
    if not urgent:
        told = (line for candidate in shown[:2] for line in _condition(candidate, context).go_now)
        lines += [say("consult.go_now", finding=line) for line in fitting(told, session, context)[:3]]
    blocks: list[Block] = []
    if lines:
        blocks.append(Card(title=say("consult.red_title"), lines=tuple(lines)))
    lowering = names_of([shift.finding for shift in assessment.outlook.lowering], context)
    if lowering and not urgent:
        blocks.append(Notice(text=say("consult.lowering", findings=", ".join(lowering[:NAMED]))))
    return blocks


def raising_lines(outlook: Outlook, context: Context) -> list[str]:
    """One line for each level that a single finding would raise to."""
    by_level: dict[Triage, list[Shift]] = {}
    for shift in outlook.raising:
        by_level.setdefault(shift.to, []).append(shift)
    return [
        context.say(
            f"consult.raising.{level.code}",
            findings=", ".join(names_of([shift.finding for shift in shifts], context)[:SHIFTS]),
        )
        for level, shifts in sorted(by_level.items(), reverse=True)
    ]


def names_of(findings: Iterable[str], context: Context) -> list[str]:
    """Korean names, each once."""
    concepts = context.knowledge.catalogue.concepts
    return list(dict.fromkeys(concepts[id_].name_ko for id_ in findings if id_ in concepts))


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
    """A condition with what speaks for and against it and what is unknown; what is not there is said to be missing."""
    say, concepts = context.say, context.knowledge.catalogue.concepts
    condition = _condition(candidate, context)
    absent = {f.concept for f in session.findings if f.presence is Presence.ABSENT}

    def names(findings: tuple[str, ...]) -> str:
        named = [(f, concepts[f].name_ko) for f in findings[:NAMED]]
        return ", ".join(missing(name, context) if f in absent else name for f, name in named)

    word = say(f"consult.likelihood.{likelihood(candidate, condition)}")
    lines = [say("consult.candidate", name=condition.name_ko, likelihood=word)]
    if candidate.for_:
        lines.append(DETAIL + say("consult.candidate_for", findings=names(candidate.for_)))
    if candidate.against:
        lines.append(DETAIL + say("consult.candidate_against", findings=names(candidate.against)))
    if candidate.open_:
        lines.append(DETAIL + say("consult.candidate_open", findings=names(candidate.open_[:OPEN])))
    return lines


def missing(name: str, context: Context) -> str:
    """A finding that is not there; what is itself a lack is denied in other words."""
    key = "not_so" if name.endswith(context.say("consult.lack")) else "not_there"
    return context.say(f"consult.{key}", finding=name)


def _condition(candidate: Candidate, context: Context) -> Condition:
    return context.knowledge.catalogue.conditions[candidate.condition]
