"""From a complaint to advice: danger first, then the few questions that matter, then the answer."""

from dataclasses import replace
from datetime import date

from bot import compose
from bot.flows import consent, contacts, followup, intake
from bot.flows.buttons import again_choice, handoff_choice, places_choice
from bot.flows.findings import absorb, complaints
from bot.message import Block, Choice, Notice, Text, Tone
from bot.result import result_blocks
from bot.session import Expecting, Session, Stage
from bot.turn import Context, Step, keep, reply
from knowledge.clinical import Assessment, Outlook, Person, Question, Relation, Triage
from knowledge.inputs import Held, Inputs
from nlu.meaning import Intent

QUESTIONS = 8
"""Medical questions in a usual consultation."""

URGENT_QUESTIONS = {Triage.EMERGENCY: 6, Triage.AMBULANCE: 3}
"""Questions in all where somebody is sent to the emergency room or told to call: answered on the way, or not at all.
What is told then stands on the card for the doctor."""

ASSUMED_CHILD_AGE = 4.0
"""Years of a child whose age is not known."""


def consult(context: Context) -> Step:
    """One turn of a consultation."""
    session = intake.taken(absorb(context), context)
    if intake.says_child(context.session, context):
        return under_14(context, session)
    final = context.choice == "finish" or Intent.FINISH in context.meaning.intents
    if not complaints(session, context.knowledge.catalogue.concepts) and not final and session.pending is None:
        return tell_more(context, session)
    if not context.account.allows("health"):
        return without_consent(context, session, final=final)
    return go_on(context, session, final=final)


def go_on(context: Context, session: Session, *, final: bool) -> Step:
    """Ask the next question or give the result."""
    told_before = session.assessment
    told_now = more(contacts.caution(session, context), followup.caution(session, context))
    session = replace(session, held=more(held(context.session, session), told_now))
    assessment = assess(context, session, final=final)
    if session.held:
        assessment = session.held.over(assessment)
    urgent_news = assessment.triage >= Triage.EMERGENCY and (
        told_before is None or told_before.triage < assessment.triage
    )
    blocks: list[Block] = [Notice(text=text) for text in news(context, session, assessment)]
    if urgent_news and assessment.question:
        blocks += compose.urgent_blocks(assessment, session, context)
        blocks.append(Notice(text=context.say("consult.urgent_question")))
    asks_person = None if final or assessment.triage is Triage.AMBULANCE else intake.next_question(session, context)
    if asks_person and assessment.triage < Triage.EMERGENCY:
        expecting, question = asks_person
        return ask(context, session, assessment, question, blocks, expecting=expecting)
    if assessment.question:
        return ask(context, session, assessment, assessment.question, blocks)
    home = assessment.triage is Triage.SELF_CARE and not final
    if home and (asks_background := intake.before_self_care(session, context)):
        expecting, question = asks_background
        return ask(context, session, assessment, question, blocks, expecting=expecting)
    return result(context, session, assessment, blocks if not urgent_news else [])


def held(before: Session, session: Session) -> Held | None:
    """The emergency that was told before and must not fall: until a finding is taken back."""
    told = before.assessment
    if (
        told is None
        or told.triage < Triage.EMERGENCY
        or not session.findings
        or not followup.present(before) <= followup.present(session)
    ):
        return None
    if before.held and before.held.triage >= told.triage:
        return before.held
    return Held(triage=told.triage, reasons=told.reasons, departments=told.departments)


def more(one: Held | None, other: Held | None) -> Held | None:
    """The more urgent of two."""
    return max((h for h in (one, other) if h), key=lambda h: h.triage, default=None)


def news(context: Context, session: Session, assessment: Assessment) -> list[str]:
    """What has changed and must be said: another patient, or less urgency than was told."""
    before, say = context.session, context.say
    said = []
    if before.findings and before.patient.relation is not session.patient.relation and context.meaning.mention.relation:
        said.append(say("consult.switched", who=say(f"privacy.relation.{session.patient.relation}")))
    told = before.assessment
    if told and told.triage >= Triage.EMERGENCY > assessment.triage and not said:
        said.append(say("consult.taken_back"))
    return said


def assumed(person: Person) -> Person:
    """The patient as they are assessed: a child whose age was not told is taken for a small one, not for an adult."""
    if person.relation is Relation.CHILD and person.age is None:
        return replace(person, age=ASSUMED_CHILD_AGE)
    return person


def assess(context: Context, session: Session, *, final: bool) -> Assessment:
    """The assessment of what is known, with as many questions left as the situation allows."""
    diagnosis = context.knowledge.diagnosis

    def run(questions_left: int) -> Assessment:
        return diagnosis.assess(
            session.findings,
            assumed(session.patient),
            asked=session.asked,
            onset=session.onset,
            sudden=session.sudden,
            on=context.now.date(),
            final=final or questions_left <= 0,
            questions_left=max(questions_left, 0),
        )

    asked = sum(1 for name in session.asked if name in context.knowledge.catalogue.concepts)
    first = run(QUESTIONS - asked)
    if first.triage in URGENT_QUESTIONS and asked >= URGENT_QUESTIONS[first.triage]:
        return replace(first, question=None)
    return first


def inputs(session: Session, on: date) -> Inputs:
    """Everything the session's result was made of."""
    return Inputs(
        findings=session.findings,
        person=assumed(session.patient),
        asked=session.asked,
        onset=session.onset,
        sudden=session.sudden,
        on=on,
        held=session.held,
    )


def outlook(context: Context, session: Session) -> Outlook:
    """What would change the level of what is known now."""
    return context.knowledge.diagnosis.outlook(inputs(session, context.now.date()))


def ask(
    context: Context,
    session: Session,
    assessment: Assessment,
    question: Question,
    before: list[Block],
    *,
    expecting: Expecting = "nothing",
) -> Step:
    """Ask one question, tappable, with its reason on request."""
    if expecting == "nothing":
        choices = compose.question_choices(question, context)
        asked = (*session.asked, *question.findings[:1])  # what the answers settle besides is known by itself
    else:
        choices = intake.choices(expecting, context)
        asked = (*session.asked, expecting)
    tone: Tone = "critical" if assessment.triage >= Triage.EMERGENCY else "info"
    said = reply(*before, Text(text=question.wording), choices=choices, tone=tone)
    kept = replace(
        session,
        stage=Stage.CONSULTING,
        expecting=expecting,
        asked=asked,
        pending=question,
        assessment=replace(assessment, question=question),
        done=False,
    )
    return Step(reply=said, session=kept)


def result(context: Context, session: Session, assessment: Assessment, before: list[Block]) -> Step:
    """The answer, and what can be done next."""
    assessment = replace(assessment, outlook=outlook(context, session))
    blocks = [*before, *result_blocks(assessment, session, context)]
    choices = (
        places_choice(context.say),
        handoff_choice(context.say),
        *followup.offered(session, assessment.triage, context),
        again_choice(context.say),
    )
    kept = replace(
        session,
        stage=Stage.ASSESSED,
        expecting="nothing",
        pending=None,
        assessment=replace(assessment, question=None),
        contacts=contacts.noted(session, context),
        done=True,
    )
    return Step(reply=reply(*blocks, choices=choices, tone=tone_of(assessment)), session=kept)


def tone_of(assessment: Assessment) -> Tone:
    """How loudly a result speaks."""
    if assessment.triage >= Triage.EMERGENCY:
        return "critical"
    return "warning" if assessment.triage >= Triage.CLINIC_24H else "info"


def without_consent(context: Context, session: Session, *, final: bool) -> Step:
    """Before a decision: danger, then the question of consent. After a refusal: advice on this message alone."""
    assessment = assess(context, session, final=True)
    told = replace(session, assessment=assessment)
    if not context.account.decided("health") and not final:
        return consent.ask_health(context, told)
    say = context.say
    blocks: list[Block] = []
    if assessment.triage >= Triage.EMERGENCY:
        blocks += compose.urgent_blocks(assessment, session, context)
    level = say(f"consult.limited_level.{assessment.triage.code}")
    blocks.append(Text(text=say("consent.health.limited", level=level)))
    choices = (places_choice(say), Choice(id="consent:ask", label=say("consent.health.yes")))
    tone: Tone = "critical" if assessment.triage >= Triage.EMERGENCY else "info"
    empty = Session(address=session.address, version=session.version)
    return Step(
        reply=reply(*blocks, choices=choices, tone=tone),
        session=empty if session.version else None,
        view=replace(told, stage=Stage.ASSESSED, done=True),
    )


def under_14(context: Context, session: Session) -> Step:
    """A child writes: emergency advice if needed, a grown-up is named, nothing is stored."""
    step = consent.child(context)
    assessment = assess(context, session, final=True)
    if assessment.triage < Triage.EMERGENCY:
        return replace(step, view=replace(session, assessment=assessment, done=True))
    blocks = (*compose.urgent_blocks(assessment, session, context), *step.reply.blocks)
    return replace(step, reply=reply(*blocks, tone="critical"), view=replace(session, assessment=assessment, done=True))


def tell_more(context: Context, session: Session) -> Step:
    """Nothing that could be a complaint was read yet."""
    said = reply(Text(text=context.say("consult.tell_more")))
    if not context.account.allows("health"):
        return keep(context, said)
    return Step(reply=said, session=session)


def why(context: Context) -> Step:
    """The reason for the waiting question, then the same choices again."""
    pending, expecting = context.session.pending, context.session.expecting
    if pending is None:
        return keep(context, reply(Text(text=context.say("consult.nothing_pending"))))
    if expecting in ("age", "sex", "guardian", "history", "drugs"):
        choices = intake.choices(expecting, context)
    else:
        choices = tuple(c for c in compose.question_choices(pending, context) if c.id != "why")
    reason = pending.why or context.say("consult.answer_first")
    return keep(context, reply(Text(text=reason), Text(text=pending.wording), choices=choices))
