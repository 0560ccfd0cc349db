"""What is stored about a person: shown, exported, deleted."""

import hashlib
import json
from typing import Any

from bot.flows.buttons import choice
from bot.flows.consultation import inputs
from bot.flows.resume import awaited, resumed
from bot.korean import clock, listed
from bot.message import Card, Choice, Text
from bot.session import Account, Consent, Session
from bot.turn import Context, Step, keep, reply
from knowledge.clinical import Finding, Person, Presence
from knowledge.record import record


def show(context: Context) -> Step:
    """Everything that is stored, in words."""
    say = context.say
    lines = stored_lines(context)
    if not lines:
        return keep(context, reply(Text(text=say("privacy.nothing"))))
    return keep(context, reply(Card(title=say("privacy.title"), lines=tuple(lines)), choices=_rights(context)))


def stored_lines(context: Context) -> list[str]:
    """One line for each thing that is stored."""
    say, session = context.say, context.session
    lines = [consent_line(c, context) for c in context.account.consents]
    if session.patient != Person():
        lines.append(say("privacy.person_line", person=person_words(session.patient, context)))
    others = [person for person in session.people if person.relation is not session.patient.relation]
    lines += [say("privacy.other_line", person=person_words(person, context)) for person in others]
    for presence, key in ((Presence.PRESENT, "present_line"), (Presence.ABSENT, "absent_line")):
        names = finding_names(session.findings, presence, context)
        if names:
            lines.append(say(f"privacy.{key}", findings=listed(names)))
    if context.joined:
        platforms = dict.fromkeys((context.message.address.platform, session.address.platform, *context.joined))
        doors = [say(f"link.platform.{platform}") for platform in platforms]
        lines.append(say("link.shown", doors=listed(doors)))
    if lines:
        hours = int(context.knowledge.session_life.total_seconds() // 3600)
        agreed = context.account.allows("health")
        lines += [
            say("privacy.expires", hours=hours) if agreed else say("privacy.expires_soon"),
            say("privacy.place_line"),
        ]
    return lines


def consent_line(consent: Consent, context: Context) -> str:
    """A decision with its time and wording."""
    key = f"privacy.consent_line.{consent.kind}_{'yes' if consent.given else 'no'}"
    return context.say(key, at=clock(consent.at), version=consent.version)


def person_words(person: Person, context: Context) -> str:
    """`어머니, 72살, 여성`."""
    say = context.say
    words = [say(f"privacy.relation.{person.relation}")]
    if person.age is not None:
        if person.age < 2:
            words.append(say("privacy.age_months", months=round(person.age * 12)))
        else:
            words.append(say("privacy.age_years", years=int(person.age)))
    if person.sex:
        words.append(say(f"privacy.sex.{person.sex}"))
    if person.pregnant:
        words.append(say("privacy.pregnant"))
    concepts = context.knowledge.catalogue.concepts
    illnesses = [concepts[name].name_ko if name in concepts else name for name in person.conditions]
    return listed([*words, *illnesses, *person.drugs, *person.allergies])


def finding_names(findings: tuple[Finding, ...], presence: Presence, context: Context) -> list[str]:
    """Korean names of findings with this presence."""
    concepts = context.knowledge.catalogue.concepts
    return [concepts[f.concept].name_ko for f in findings if f.presence is presence and f.concept in concepts]


def export(context: Context) -> Step:
    """Everything that is stored, as JSON in one message."""
    say = context.say
    if not stored_lines(context):
        return keep(context, reply(Text(text=say("privacy.nothing"))))
    text = json.dumps(exported(context.account, context.session), ensure_ascii=False, indent=1)
    said = reply(Card(title=say("privacy.export_title"), lines=tuple(text.splitlines())), choices=_rights(context))
    return keep(context, said)


def exported(account: Account, session: Session) -> dict[str, Any]:
    """The stored values as plain JSON."""
    return {
        "consents": [
            {"kind": c.kind, "given": c.given, "version": c.version, "at": c.at.isoformat()} for c in account.consents
        ],
        "patient": exported_person(session.patient),
        "people": [exported_person(person) for person in session.people],
        "findings": [
            {
                "id": f.concept,
                "presence": f.presence,
                "subject": f.subject,
                "when": f.when,
                "severity": f.severity,
                "since_hours": f.since,
                "value": f.value,
            }
            for f in session.findings
        ],
        "onset_hours": session.onset,
        "triage": session.assessment.triage.code if session.assessment else None,
        "conditions": [c.condition for c in session.assessment.candidates] if session.assessment else [],
        "record": recorded(session),
        "updated_at": session.updated_at.isoformat() if session.updated_at else None,
    }


def exported_person(person: Person) -> dict[str, Any]:
    """One person as plain JSON."""
    return {
        "relation": person.relation,
        "age": person.age,
        "sex": person.sex,
        "pregnant": person.pregnant,
        "pregnancy_weeks": person.pregnancy_weeks,
        "conditions": person.conditions,
        "drugs": person.drugs,
        "allergies": person.allergies,
    }


def recorded(session: Session) -> dict[str, Any] | None:
    """The result with all it was made of, for `drrc replay`; None before there is one."""
    if session.assessment is None or session.updated_at is None or not session.done:
        return None
    return record(inputs(session, session.updated_at.date()), session.assessment)


def confirm_delete(context: Context) -> Step:
    """Ask once before everything is deleted."""
    say = context.say
    choices = (choice("delete_now", say("privacy.delete_yes")), choice("delete_no", say("privacy.delete_no")))
    return keep(context, reply(Text(text=say("privacy.confirm")), choices=choices), expecting="delete")


def keep_all(context: Context) -> Step:
    """The person changed their mind."""
    said = resumed(context, reply(Text(text=context.say("privacy.kept"))))
    return keep(context, said, expecting=awaited(context.session))


def delete(context: Context) -> Step:
    """Delete everything and give a receipt that names what the law makes us keep."""
    say = context.say
    number = hashlib.sha256(f"{context.message.id}{context.now.isoformat()}".encode()).hexdigest()[:10].upper()
    uses = context.location_uses
    lines = (
        say("privacy.receipt.number", number=number),
        say("privacy.receipt.at", at=clock(context.now)),
        say("privacy.receipt.what"),
        say("privacy.receipt.file"),
        say("privacy.receipt.law_location", count=uses) if uses else say("privacy.receipt.law_none"),
    )
    said = reply(Card(title=say("privacy.receipt_title"), lines=lines))
    return Step(reply=said, session=None, account="delete", forget=True)


def _rights(context: Context) -> tuple[Choice, ...]:
    say = context.say
    return (choice("export", say("hello.choice.export")), choice("delete", say("hello.choice.delete")))
