"""The people somebody consults for within a day: each keeps age, sex, pregnancy, illnesses and drugs, and no complaint.

Turning from the child to oneself and back asks nobody their age twice, and mixes nobody's findings.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.session import Session
from knowledge.clinical import Concept, Person, Presence, Relation, Subject
from nlu.meaning import Mention

MOST = 6
"""People that are remembered; the one not spoken of for longest goes first."""

LASTING = frozenset({"history", "risk"})
"""Kinds of findings that are as true in the next consultation of the day as in this one."""


def fresh(session: Session, concepts: Mapping[str, Concept], mention: Mention | None = None) -> Session:
    """A new consultation: of whom is spoken now, or of the same person; what was told of people is remembered."""
    people = remembered(session, concepts)
    relation = (mention and mention.relation) or session.patient.relation
    return Session(
        address=session.address,
        version=session.version,
        contacts=session.contacts,
        people=people,
        patient=recalled(people, relation, mention),
    )


def remembered(session: Session, concepts: Mapping[str, Concept]) -> tuple[Person, ...]:
    """Everybody consulted for so far, the present patient last and with the illnesses and drugs that were told."""
    patient = session.patient
    told = (
        f.concept
        for f in session.findings
        if f.presence is Presence.PRESENT
        and f.subject is Subject.PATIENT
        and f.concept in concepts
        and concepts[f.concept].kind in LASTING
        and f.concept != "pregnancy"
    )
    patient = replace(patient, conditions=tuple(dict.fromkeys((*patient.conditions, *told))))
    others = tuple(person for person in session.people if person.relation is not patient.relation)
    known = patient != Person(relation=patient.relation)
    return (*others, patient)[-MOST:] if known else others


def recalled(people: tuple[Person, ...], relation: Relation, mention: Mention | None) -> Person:
    """The person as told earlier; a stranger where this message tells another age or sex (a second child)."""
    unknown = Person(relation=relation)
    found = next((person for person in reversed(people) if person.relation is relation), unknown)
    if mention is None:
        return found
    another_age = mention.age is not None and found.age is not None and mention.age != found.age
    another_sex = mention.sex is not None and found.sex is not None and mention.sex is not found.sex
    return unknown if another_age or another_sex else found
