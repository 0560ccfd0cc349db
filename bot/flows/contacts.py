"""Asking again about the same within a day: each time it is looked at with more care.

Among callers of NHS 111 the odds of a missed serious case were 1.8 times as high at the second contact and 4.0 times
at the third and later ones.
"""

from datetime import timedelta

from bot.flows.findings import ancestors, complaints
from bot.session import Contact, Session
from bot.turn import Context
from knowledge.clinical import Reason, Triage
from knowledge.inputs import Held

REMEMBERED = timedelta(hours=24)
"""How long a contact counts."""

ONE = timedelta(minutes=30)
"""What is asked within this time after a result belongs to the same contact."""

MOST = 10
"""Contacts kept."""

SOURCE = "repeated_contact"
"""The source of the reason."""


def caution(session: Session, context: Context) -> Held | None:
    """The least level at a second (CLINIC) and a third or later contact (CLINIC_24H) about the same."""
    asked_before = before(session, context)
    if not asked_before:
        return None
    level, key = (Triage.CLINIC, "second") if asked_before == 1 else (Triage.CLINIC_24H, "third")
    reason = Reason(floor=level, text=context.say(f"consult.contacts.{key}"), source=SOURCE)
    return Held(triage=level, reasons=(reason,))


def before(session: Session, context: Context) -> int:
    """How many earlier contacts of the day were about one of these complaints of this patient."""
    mine, now = roots(session, context), context.now
    return sum(
        ONE < now - contact.at <= REMEMBERED
        and contact.relation is session.patient.relation
        and not mine.isdisjoint(contact.complaints)
        for contact in session.contacts
    )


def noted(session: Session, context: Context) -> tuple[Contact, ...]:
    """The contacts with this result among them; a later result of the same contact takes the earlier one's place."""
    now = context.now
    mine = Contact(at=now, relation=session.patient.relation, complaints=tuple(sorted(roots(session, context))))
    earlier = [c for c in session.contacts if ONE < now - c.at <= REMEMBERED or c.relation is not mine.relation]
    same = [c for c in session.contacts if c not in earlier and now - c.at <= ONE]
    first = min((c.at for c in same), default=now)
    return (*earlier, Contact(at=first, relation=mine.relation, complaints=mine.complaints))[-MOST:]


def roots(session: Session, context: Context) -> set[str]:
    """The complaints in their most general form: a headache that throbs is the same complaint as a headache."""
    concepts = context.knowledge.catalogue.concepts
    found: set[str] = set()
    for finding in complaints(session, concepts):
        above = {id_ for id_ in ancestors(finding.concept, concepts) if not concepts[id_].parents}
        found |= above or {finding.concept}
    return found
