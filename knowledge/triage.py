"""From present findings to the least level of urgency.

Pure, total and monotone: one more present finding never lowers a level; absent and unknown findings never raise one.
Only the patient's own findings count, and only what is happening now (a history may lie in the past: that is what a
history is). Ids the catalogue does not know are ignored.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from knowledge.catalogue import Catalogue
from knowledge.clinical import Finding, Person, Presence, Reason, RedFlag, Sex, Subject, When

PREGNANCY = "pregnancy"
"""The finding that `Person.pregnant` stands for."""

_SAID_BY: Mapping[str, frozenset[str]] = {
    "joint_pain": frozenset({"knee_pain", "ankle_pain", "wrist_pain", "elbow_pain", "hip_pain", "shoulder_pain"}),
}
"""General words that nobody uses, or is asked for, who named one of these: "관절이 아픈가요?" after a painful knee."""

_PRESENCES = (Presence.PRESENT, Presence.ABSENT, Presence.UNKNOWN)
_PATIENT, _NOW, _PAST = Subject.PATIENT, When.NOW, When.PAST
# Looked up once: every finding of every assessment is compared with these.


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Ids that were said to be so of the patient, as they were said."""

    present: frozenset[str]
    """Said to be there."""
    absent: frozenset[str]
    """Said not to be there."""
    unknown: frozenset[str]
    """Answered with "I don't know"."""


def stated(findings: Iterable[Finding], catalogue: Catalogue) -> Stated:
    """What was said of the patient and counts now, by what was said about it."""
    said: dict[Presence, set[str]] = {presence: set() for presence in _PRESENCES}
    for finding in findings:
        if finding.subject is _PATIENT and (concept := catalogue.concepts.get(finding.concept)) is not None:
            when = finding.when
            if when is _NOW or (when is _PAST and concept.kind == "history"):
                said[finding.presence].add(finding.concept)
    present, absent, unknown = (frozenset(ids) for ids in said.values())
    return Stated(present=present, absent=absent, unknown=unknown)


def with_sudden_forms(said: Stated, catalogue: Catalogue) -> Stated:
    """With a sudden onset `sudden_X` is present where X is, unless it was denied; X must be a parent of it."""
    forms = {f"sudden_{id_}": id_ for id_ in said.present}
    sudden = {
        form
        for form, id_ in forms.items()
        if form in catalogue.concepts and id_ in catalogue.concepts[form].parents and form not in said.absent
    }
    return replace(said, present=said.present | sudden) if sudden else said


def said_by(present: frozenset[str], catalogue: Catalogue) -> Collection[str]:
    """General findings that need not be mentioned beside these: they are neither missed nor asked."""
    said = [id_ for id_, named in _SAID_BY.items() if not named.isdisjoint(present)]
    return catalogue.concepts.keys() & said if said else frozenset()


def sex_of(person: Person, present: frozenset[str], catalogue: Catalogue) -> Sex | None:
    """The sex as it was told, or read off findings that only one sex can have, where they agree."""
    if person.sex is not None:
        return person.sex
    told = {concept.sex for id_ in present if (concept := catalogue.concepts[id_]).sex is not None}
    return told.pop() if len(told) == 1 else None


def known_of(person: Person, catalogue: Catalogue) -> frozenset[str]:
    """What is known to be present from the person's profile: long-term conditions told as ids, and pregnancy."""
    known = {id_ for id_ in person.conditions if id_ in catalogue.concepts}
    if person.pregnant and PREGNANCY in catalogue.concepts:
        known.add(PREGNANCY)
    return frozenset(known)


def present_now(findings: Iterable[Finding], catalogue: Catalogue, person: Person | None = None) -> frozenset[str]:
    """All that is present in the patient now, with everything it implies."""
    return present_of(stated(findings, catalogue), catalogue, person)


def absent_now(findings: Iterable[Finding], catalogue: Catalogue, person: Person | None = None) -> frozenset[str]:
    """All that is absent in the patient now: where a finding is absent, so is all that implies it.

    What was said to be both present and absent counts as present.
    """
    said = stated(findings, catalogue)
    return absent_of(said, present_of(said, catalogue, person), catalogue, person)


def present_of(said: Stated, catalogue: Catalogue, person: Person | None) -> frozenset[str]:
    """`present_now`, of what was sorted already."""
    return _upward(said.present if person is None else said.present | known_of(person, catalogue), catalogue)


def absent_of(said: Stated, present: frozenset[str], catalogue: Catalogue, person: Person | None) -> frozenset[str]:
    """`absent_now`, of what was sorted already and of all that is present."""
    absent = said.absent
    if person is not None and person.pregnant is False and PREGNANCY in catalogue.concepts:
        absent |= {PREGNANCY}
    absent -= present
    return absent.union(*(catalogue.descendants[id_] for id_ in absent)) - present


def floors(present: Iterable[str], person: Person, catalogue: Catalogue) -> tuple[Reason, ...]:
    """The red flags that hold, most urgent first. Where the age is unknown, a rule with an age does not hold."""
    now = _upward(frozenset(present) & catalogue.concepts.keys() | known_of(person, catalogue), catalogue)
    touched = {flag.id: flag for id_ in now for flag in catalogue.flags_on.get(id_, ())}
    holding = [flag for flag in touched.values() if holds(flag, now) and applies(flag, person, now, catalogue)]
    holding.sort(key=lambda flag: (-flag.floor, flag.id))
    return tuple(Reason(floor=flag.floor, text=flag.reason, source=flag.id) for flag in holding)


def holds(flag: RedFlag, present: frozenset[str]) -> bool:
    """Whether the findings of the rule are there."""
    return present.issuperset(flag.all_of) and (not flag.any_of or not present.isdisjoint(flag.any_of))


def applies(flag: RedFlag, person: Person, present: frozenset[str], catalogue: Catalogue) -> bool:
    """Whether the rule is for such a person: age, pregnancy and sex.

    An unknown sex is read off findings that only one sex can have.
    """
    if flag.min_age is not None and (person.age is None or not person.age >= flag.min_age):
        return False
    if flag.max_age is not None and (person.age is None or not person.age < flag.max_age):
        return False
    if flag.pregnant and PREGNANCY not in present:
        return False
    return flag.sex is None or person.sex is flag.sex or (person.sex is None and _implied(flag.sex, present, catalogue))


def _implied(sex: Sex, present: frozenset[str], catalogue: Catalogue) -> bool:
    return any(catalogue.concepts[id_].sex is sex for id_ in present)


def _upward(said: frozenset[str], catalogue: Catalogue) -> frozenset[str]:
    return said.union(*(catalogue.ancestors[id_] for id_ in said))
