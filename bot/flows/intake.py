"""Age and sex, asked once before medical questions because both change what is likely and what is urgent."""

from dataclasses import replace

from bot.flows.buttons import choice
from bot.flows.findings import merge
from bot.message import Choice
from bot.session import Expecting, Session
from bot.turn import Context
from knowledge.clinical import Finding, Person, Presence, Question, Relation, Sex

ADULT_CONSENT_AGE = 14
"""개인정보 보호법 §22의2: below this age a guardian decides."""

ADULT = 19.0
"""Years from which somebody's parents and grandparents are."""


MOST_WORDS = 60
"""Characters that are kept of an illness or a drug in the person's words."""

TWICE = 2
"""A question about the person is asked again once when its answer was not understood."""

ELDERS = frozenset({Relation.MOTHER, Relation.FATHER, Relation.GRANDPARENT})
"""People who are asked for their age in the polite form, and are no children."""


def next_question(session: Session, context: Context) -> tuple[Expecting, Question] | None:
    """What to ask about the person before anything else: (what is expected, question), or None."""
    say, patient = context.say, session.patient
    if patient.age is None and _open("age", session, context):
        key = "ask_elder" if patient.relation in ELDERS else "ask"
        return "age", _question(say(f"consult.age.{key}", who=who(patient, context)), say("consult.age.why"))
    if may_be_child_writer(patient):
        return "guardian", _question(say("consult.guardian.ask"), say("consult.guardian.why"))
    if patient.sex is None and _open("sex", session, context):
        return "sex", _question(say("consult.sex.ask"), say("consult.sex.why"))
    return None


def before_self_care(session: Session, context: Context) -> tuple[Expecting, Question] | None:
    """Known illnesses and then drugs: asked before anybody is told to stay at home, unless they were told."""
    say, concepts = context.say, context.knowledge.catalogue.concepts
    told = [concepts[f.concept] for f in session.findings if f.presence is Presence.PRESENT and f.concept in concepts]
    if (
        not session.patient.conditions
        and not any(c.kind == "history" for c in told)
        and _open("history", session, context)
    ):
        return "history", _question(say("consult.history.ask"), say("consult.history.why"))
    if not session.patient.drugs and _open("drugs", session, context):
        return "drugs", _question(say("consult.drugs.ask"), say("consult.drugs.why"))
    return None


def _open(name: Expecting, session: Session, context: Context) -> bool:
    """Whether a question is still to be asked: never yet, or once more after words nobody could read."""
    times = session.asked.count(name)
    unread = context.session.expecting == name and context.meaning.answer != "unsure" and not context.choice
    return times == 0 or (unread and times < TWICE)


def who(patient: Person, context: Context) -> str:
    """Whose age it is, in words: by sex where the relation alone does not say it."""
    exact = context.say.get(f"consult.who.{patient.relation}_{patient.sex}")
    return str(exact or context.say(f"consult.who.{patient.relation}"))


def _question(wording: str, why: str) -> Question:
    return Question(findings=(), wording=wording, answers=(), why=why)


def may_be_child_writer(patient: Person) -> bool:
    """Whether the one who writes may be the child themself."""
    return patient.relation is Relation.SELF and patient.age is not None and patient.age < ADULT_CONSENT_AGE


def choices(expecting: str, context: Context) -> tuple[Choice, ...]:
    """The tappable answers to an intake question."""
    say = context.say
    if expecting == "age":
        least = ADULT if context.session.patient.relation in ELDERS or relation_told(context) in ELDERS else 0
        bands = [band for band in say.get("consult.ages") if float(band["id"]) >= least]
        return tuple(choice(f"age:{band['id']}", band["label"]) for band in bands)
    if expecting in ("history", "drugs"):
        return tuple(choice(f"{expecting}:{e['id']}", e["label"]) for e in say.get(f"consult.{expecting}.choices"))
    if expecting == "guardian":
        return (choice("guardian:yes", say("consult.guardian.yes")), choice("guardian:no", say("consult.guardian.no")))
    return (
        choice("sex:female", say("consult.sex.female")),
        choice("sex:male", say("consult.sex.male")),
        choice("sex:skip", say("consult.sex.skip")),
    )


def relation_told(context: Context) -> Relation | None:
    """Whom this message says it is about."""
    return context.meaning.mention.relation


def taken(session: Session, context: Context) -> Session:
    """The session after a tapped or bare answer to an intake question."""
    name, _, value = context.choice.partition(":")
    patient = session.patient
    if name == "age" and _is_number(value):
        return replace(session, patient=replace(patient, age=float(value)))
    if name == "sex" and value in (Sex.FEMALE, Sex.MALE):
        return replace(session, patient=replace(patient, sex=Sex(value)))
    if name in ("history", "drugs"):
        return _background(session, name, value, context)
    if session.expecting in ("history", "drugs") and not context.choice:
        return _in_words(session, context)
    yes = context.choice == "guardian:yes" or (session.expecting == "guardian" and context.meaning.answer == "yes")
    if yes and may_be_child_writer(patient):
        return replace(session, patient=replace(patient, relation=Relation.CHILD))
    return session


def _background(session: Session, name: str, value: str, context: Context) -> Session:
    """The session after a tapped illness or drug: the finding it stands for."""
    concepts = context.knowledge.catalogue.concepts
    entries = context.say.get(f"consult.{name}.choices")
    meant = [id_ for entry in entries if entry["id"] == value for id_ in entry.get("findings", ()) if id_ in concepts]
    told = [Finding(concept=id_, presence=Presence.PRESENT) for id_ in meant]
    return replace(session, findings=merge(session.findings, told, concepts))


def _in_words(session: Session, context: Context) -> Session:
    """The session after typed illnesses or drugs: what was not read as findings is kept in the person's words."""
    text = (context.message.text or "").strip()[:MOST_WORDS]
    if not text or context.meaning.answer in ("no", "unsure") or context.meaning.findings:
        return session
    patient = session.patient
    if session.expecting == "drugs":
        return replace(session, patient=replace(patient, drugs=(*patient.drugs, text)))
    return replace(session, patient=replace(patient, conditions=(*patient.conditions, text)))


def says_child(session: Session, context: Context) -> bool:
    """Whether the writer says to be the child, or was asked twice and did not say to be a guardian."""
    if context.meaning.mention.writer_under_14 or context.choice == "guardian:no":
        return True
    if session.expecting != "guardian" or context.choice:
        return False
    text = context.message.text or ""
    own = any(words in text for words in context.say.lines("consult.guardian.own_words"))
    unread = context.meaning.answer != "yes" and session.asked.count("guardian") >= TWICE
    return own or context.meaning.answer == "no" or unread


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).isdigit() and len(value) < 6
