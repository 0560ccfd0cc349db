"""Age and sex, asked once before medical questions because both change what is likely and what is urgent."""

from dataclasses import replace

from bot.flows.buttons import choice
from bot.message import Choice
from bot.session import Expecting, Session
from bot.turn import Context
from knowledge.clinical import Person, Question, Relation, Sex

ADULT_CONSENT_AGE = 14
"""개인정보 보호법 §22의2: below this age a guardian decides."""


def next_question(session: Session, context: Context) -> tuple[Expecting, Question] | None:
    """What to ask about the person before anything else: (what is expected, question), or None."""
    say, patient = context.say, session.patient
    if patient.age is None and "age" not in session.asked:
        who = say(f"consult.who.{patient.relation}")
        return "age", Question(
            findings=(), wording=say("consult.age.ask", who=who), answers=(), why=say("consult.age.why")
        )
    if may_be_child_writer(patient) and "guardian" not in session.asked:
        return "guardian", Question(
            findings=(), wording=say("consult.guardian.ask"), answers=(), why=say("consult.guardian.why")
        )
    if patient.sex is None and "sex" not in session.asked:
        return "sex", _question(say("consult.sex.ask"), say("consult.sex.why"))
    return None


def _question(wording: str, why: str) -> Question:
    return Question(findings=(), wording=wording, answers=(), why=why)


def may_be_child_writer(patient: Person) -> bool:
    """Whether the one who writes may be the child themself."""
    return patient.relation is Relation.SELF and patient.age is not None and patient.age < ADULT_CONSENT_AGE


def choices(expecting: str, context: Context) -> tuple[Choice, ...]:
    """The tappable answers to an intake question."""
    say = context.say
    if expecting == "age":
        return tuple(choice(f"age:{band['id']}", band["label"]) for band in say.get("consult.ages"))
    if expecting == "guardian":
        return (choice("guardian:yes", say("consult.guardian.yes")), choice("guardian:no", say("consult.guardian.no")))
    return (
        choice("sex:female", say("consult.sex.female")),
        choice("sex:male", say("consult.sex.male")),
        choice("sex:skip", say("consult.sex.skip")),
    )


def taken(session: Session, context: Context) -> Session:
    """The session after a tapped or bare answer to an intake question."""
    name, _, value = context.choice.partition(":")
    patient = session.patient
    if name == "age" and _is_number(value):
        return replace(session, patient=replace(patient, age=float(value)))
    if name == "sex" and value in (Sex.FEMALE, Sex.MALE):
        return replace(session, patient=replace(patient, sex=Sex(value)))
    yes = context.choice == "guardian:yes" or (session.expecting == "guardian" and context.meaning.answer == "yes")
    if yes and may_be_child_writer(patient):
        return replace(session, patient=replace(patient, relation=Relation.CHILD))
    return session


def says_child(session: Session, context: Context) -> bool:
    """Whether the writer says to be the child."""
    if context.meaning.mention.writer_under_14 or context.choice == "guardian:no":
        return True
    return session.expecting == "guardian" and context.meaning.answer == "no"


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).isdigit() and len(value) < 6
