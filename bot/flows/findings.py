"""What a message adds to what is known of the patient. Later words take earlier ones back."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.flows.household import fresh
from bot.session import MAX_FINDINGS, Session, Stage
from bot.turn import Context
from knowledge.clinical import Answer, Concept, Finding, Person, Presence, Subject, When
from nlu.meaning import Intent, Mention

PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT


def absorb(context: Context) -> Session:
    """The session after this message's findings, person and times."""
    meaning, session = context.meaning, context.session
    if begins_anew(context):
        session = fresh(session, context.knowledge.catalogue.concepts, meaning.mention)
    told = [f for f in meaning.findings if f.when is not When.HYPOTHETICAL]
    told += [
        Finding(concept=concept, presence=PRESENT)
        for alarm in context.alarms
        for concept in alarm.findings
        if concept in context.knowledge.catalogue.concepts
    ]
    told += answered(context) or passed_over(context, told)
    findings = merge(session.findings, told, context.knowledge.catalogue.concepts)
    patient = describe(session.patient, meaning.mention)
    patient = implied(patient, findings, context.knowledge.catalogue.concepts)
    return replace(
        session,
        findings=findings,
        asked=reopened(context),
        patient=patient,
        onset=session.onset if meaning.onset is None else meaning.onset,
        sudden=session.sudden if meaning.sudden is None else meaning.sudden,
    )


def begins_anew(context: Context) -> bool:
    """Whether the message is about another patient than the consultation so far.

    Other people's findings must not be mixed: the new patient begins without the old one's.
    """
    session, relation = context.session, context.meaning.mention.relation
    if relation is None or relation is session.patient.relation or session.expecting == "guardian":
        return False
    known = session.patient.age is not None or session.patient.sex is not None
    return known or bool(session.findings) or session.stage is Stage.ASSESSED


def implied(patient: Person, findings: Iterable[Finding], concepts: Mapping[str, Concept]) -> Person:
    """The patient with what findings tell about them: pregnancy, and the sex that alone can have a finding."""
    present = [f.concept for f in findings if f.presence is PRESENT and f.subject is Subject.PATIENT]
    if "pregnancy" in present:
        patient = replace(patient, pregnant=True)
    only = [concepts[c].sex for c in present if c in concepts and concepts[c].sex]
    return replace(patient, sex=only[0]) if patient.sex is None and only else patient


def reopened(context: Context) -> tuple[str, ...]:
    """What was asked, without the waiting question where an older question's button was tapped instead."""
    session = context.session
    if begins_anew(context):
        return ()
    pending = session.pending
    if not context.choice.startswith("a:") or not pending or not pending.findings:
        return session.asked
    waiting = pending.findings[0]
    return session.asked if context.choice.split(":")[1] == waiting else tuple(a for a in session.asked if a != waiting)


def describe(patient: Person, mention: Mention) -> Person:
    """The patient with what was said about them. A known age stays: later numbers are mostly about something else."""
    return replace(
        patient,
        relation=mention.relation or patient.relation,
        age=mention.age if patient.age is None else patient.age,
        sex=mention.sex or patient.sex,
        pregnant=patient.pregnant if mention.pregnant is None else mention.pregnant,
        pregnancy_weeks=mention.pregnancy_weeks or patient.pregnancy_weeks,
    )


def answered(context: Context) -> list[Finding]:
    """What a tapped answer (`a:{finding}:{index}`) says."""
    if not context.choice.startswith("a:"):
        return []
    _, concept, index = [*context.choice.split(":"), "", ""][:3]
    for answer in answers_to(context.session, concept, context.knowledge.catalogue.concepts)[_number(index) :][:1]:
        return [Finding(concept=finding, presence=presence) for finding, presence in answer.sets]
    return []


def passed_over(context: Context, told: Iterable[Finding]) -> list[Finding]:
    """A waiting question that got words nobody could read counts as not known, so that it is not asked for ever."""
    pending, meaning = context.session.pending, context.meaning
    if not pending or not pending.findings or not context.message.text or list(told) or meaning.answer:
        return []
    if meaning.intents and meaning.intents[0] is not Intent.CONSULT:
        return []
    return [Finding(concept=pending.findings[0], presence=Presence.UNKNOWN)]


def answers_to(session: Session, concept: str, concepts: Mapping[str, Concept]) -> tuple[Answer, ...]:
    """The answers of the waiting question, or of the concept's own when an older question's button was tapped."""
    pending = session.pending
    if pending and pending.findings and pending.findings[0] == concept:
        return pending.answers
    if concept not in concepts:
        return ()
    plain = tuple(Answer(label="", sets=((concept, presence),)) for presence in (PRESENT, ABSENT, Presence.UNKNOWN))
    return concepts[concept].answers or plain


def _number(index: str) -> int:
    return int(index) if index.isdigit() and len(index) < 3 else 99


def merge(known: tuple[Finding, ...], told: Iterable[Finding], concepts: Mapping[str, Concept]) -> tuple[Finding, ...]:
    """Known findings with new ones: one per concept and subject, the latest wins.

    "열은 없어요" takes "39도" back (an absent parent removes present children), and "39도" takes "열은 없어요" back.
    """
    merged = {(f.concept, f.subject): f for f in known}
    for finding in told:
        key = (finding.concept, finding.subject)
        merged.pop(key, None)
        if finding.presence is ABSENT:
            for other in [k for k in merged if k[1] is finding.subject]:
                if finding.concept in ancestors(other[0], concepts) and merged[other].presence is PRESENT:
                    del merged[other]
        elif finding.presence is PRESENT:
            implied = ancestors(finding.concept, concepts)
            for other in [k for k in merged if k[1] is finding.subject]:
                denied = other[0] in implied and merged[other].presence is ABSENT
                excluded = merged[other].presence is PRESENT and exclusive(finding.concept, other[0], concepts)
                if denied or excluded:
                    del merged[other]
        merged[key] = finding
    ordered = list(merged.values())
    excess = len(ordered) - MAX_FINDINGS
    if excess > 0:
        forgettable = [f for f in ordered if f.presence is not PRESENT][:excess]
        ordered = [f for f in ordered if f not in forgettable][-MAX_FINDINGS:]
    return tuple(ordered)


def exclusive(one: str, other: str, concepts: Mapping[str, Concept]) -> bool:
    """Whether two findings cannot be present together, whichever of them says so."""
    return any(a in concepts and b in concepts[a].excludes for a, b in ((one, other), (other, one)))


def ancestors(concept: str, concepts: Mapping[str, Concept]) -> frozenset[str]:
    """Everything a concept implies."""
    found: set[str] = set()
    open_ = [concept]
    while open_:
        for parent in concepts[current].parents if (current := open_.pop()) in concepts else ():
            if parent not in found:
                found.add(parent)
                open_.append(parent)
    return frozenset(found)


def complaints(session: Session, concepts: Mapping[str, Concept]) -> tuple[Finding, ...]:
    """The patient's own present findings that somebody can complain of."""
    return tuple(
        f
        for f in session.findings
        if f.presence is PRESENT
        and f.subject is Subject.PATIENT
        and f.when is When.NOW
        and f.concept in concepts
        and concepts[f.concept].kind in ("symptom", "sign", "measurement", "exposure")
    )
