"""A form filled in at once: the patient, decisions about consent, or a place."""

from dataclasses import replace

from bot.flows import consent, places
from bot.flows.findings import absorb
from bot.flows.intake import ADULT_CONSENT_AGE
from bot.message import Text
from bot.session import Session
from bot.turn import Context, Step, reply
from knowledge.clinical import Relation


def fill(context: Context) -> Step:
    """Take the patient and the decision over; known illnesses become findings."""
    form = context.message.form
    assert form is not None
    if form.place:
        return places.named(context, form.place)
    account = context.account
    if form.consent is not None:
        account = consent.decide(context, "health", form.consent)
    if form.location_consent is not None:
        account = consent.decide(replace(context, account=account), "location", form.location_consent)
    session = absorb(context)
    if form.patient:
        patient = form.patient
        if patient.age is not None and patient.age < ADULT_CONSENT_AGE and patient.relation is Relation.SELF:
            patient = replace(patient, relation=Relation.CHILD)
        session = replace(session, patient=patient)
    if not account.allows("health"):
        session = Session(address=session.address, version=session.version)
    return Step(reply=reply(Text(text=context.say("consent.health.thanks"))), session=session, account=account)
