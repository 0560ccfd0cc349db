"""The card for 119 or a doctor: what was told, in Korean and English, to be shown or copied and sent nowhere."""

from collections.abc import Iterable, Mapping

from bot.flows.buttons import again_choice, places_choice
from bot.korean import clock
from bot.message import Card, Notice, Text
from bot.phrases import Phrases
from bot.turn import Context, Step, keep, reply
from knowledge.clinical import Concept, Finding, Person, Presence, Subject

MOST = 20
"""Findings in one line; a clinician reads no more."""

_BACKGROUND = frozenset({"history", "risk"})


def show(context: Context) -> Step:
    """The card, or that there is nothing to put on it yet."""
    say, session = context.say, context.session
    concepts = context.knowledge.catalogue.concepts
    told = [f for f in session.findings if f.subject is Subject.PATIENT and f.concept in concepts]
    if not told:
        return keep(context, reply(Text(text=say("handoff.nothing"))))
    card = Card(title=say("handoff.title"), lines=tuple(lines(told, context)))
    said = reply(
        card,
        Notice(text=say("handoff.note")),
        Notice(text=say("handoff.keep")),
        choices=(places_choice(say), again_choice(say)),
    )
    return keep(context, said)


def lines(told: Iterable[Finding], context: Context) -> list[str]:
    """The card's lines; what is not known of the patient is said to be unknown, what does not apply is left out."""
    say, session = context.say, context.session
    concepts = context.knowledge.catalogue.concepts
    told = list(told)
    present = [f for f in told if f.presence is Presence.PRESENT]
    background = _background_of(present, session.patient, concepts)
    found = [
        say("handoff.patient", who=who(session.patient, say, ""), who_en=who(session.patient, say, "_en")),
        say("handoff.onset", onset=_onset(context, ""), onset_en=_onset(context, "_en")),
        _line("present", [f for f in present if concepts[f.concept].kind not in _BACKGROUND], concepts, say),
        _line("absent", [f for f in told if f.presence is Presence.ABSENT], concepts, say),
        _line("history", background, concepts, say, words=_words(session.patient, concepts)),
    ]
    person = session.patient
    for key, names in (("drugs", person.drugs), ("allergies", person.allergies)):
        found.append(say(f"handoff.{key}", names=", ".join(names) if names else _unknown(say)))
    if session.assessment:
        code = session.assessment.triage.code
        level, level_en = say.get(f"handoff.levels.{code}"), say.get(f"handoff.levels_en.{code}")
        found.append(say("handoff.level", level=level, level_en=level_en))
        found.append(say("handoff.made", at=clock(context.now), stamp=session.assessment.stamp))
    return [line for line in found if line]


def who(person: Person, say: Phrases, tongue: str) -> str:
    """`58살, 남성`, in Korean or (`_en`) in English."""
    words = []
    if person.age is not None:
        unit, count = ("months", round(person.age * 12)) if person.age < 2 else ("years", int(person.age))
        words.append(say(f"handoff.{unit}{tongue}", **{unit: count}))
    if person.sex:
        words.append(say(f"handoff.sex{tongue}.{person.sex}"))
    if person.pregnancy_weeks:
        words.append(say(f"handoff.weeks{tongue}", weeks=person.pregnancy_weeks))
    elif person.pregnant:
        words.append(say(f"handoff.pregnant{tongue}"))
    return ", ".join(words) or say(f"handoff.unknown{tongue}")


def ago(hours: float, say: Phrases, tongue: str) -> str:
    """How long ago, in minutes, hours or days."""
    if hours < 1:
        return say(f"handoff.minutes_ago{tongue}", minutes=max(1, round(hours * 60)))
    if hours < 48:
        return say(f"handoff.hours_ago{tongue}", hours=round(hours))
    return say(f"handoff.days_ago{tongue}", days=round(hours / 24))


def _onset(context: Context, tongue: str) -> str:
    say, session = context.say, context.session
    words = []
    onset = session.onset
    if onset is None:
        onset = max((f.since for f in session.findings if f.since is not None), default=None)
    if onset is not None:
        words.append(ago(onset, say, tongue))
    if session.sudden is not None:
        words.append(say(f"handoff.{'sudden' if session.sudden else 'gradual'}{tongue}"))
    return ", ".join(words) or say(f"handoff.unknown{tongue}")


def _background_of(present: list[Finding], person: Person, concepts: Mapping[str, Concept]) -> list[Finding]:
    """Illnesses, drugs and risks: told in this consultation, or of this person in an earlier one."""
    told = [f for f in present if concepts[f.concept].kind in _BACKGROUND]
    known = {f.concept for f in told}
    earlier = [name for name in person.conditions if name in concepts and name not in known]
    return [*told, *(Finding(concept=name, presence=Presence.PRESENT) for name in earlier)]


def _words(person: Person, concepts: Mapping[str, Concept]) -> list[str]:
    """Illnesses in the person's own words."""
    return [name for name in person.conditions if name not in concepts]


def _line(
    key: str, findings: list[Finding], concepts: Mapping[str, Concept], say: Phrases, *, words: Iterable[str] = ()
) -> str:
    """Findings with their English names and since when, and words as they were told; empty where there are none."""
    named = list(words)
    for finding in findings[:MOST]:
        ko, en = concepts[finding.concept].name_ko, english(finding.concept)
        if finding.value is not None:
            ko, en = f"{ko} {finding.value:g}", f"{en} {finding.value:g}"
        if finding.since is not None and finding.presence is Presence.PRESENT:
            ko = f"{ko} {ago(finding.since, say, '')}"
            en = f"{en} {ago(finding.since, say, '_en')}"
        named.append(say("handoff.finding", ko=ko, en=en))
    return say(f"handoff.{key}", findings=", ".join(named)) if named else ""


def english(id_: str) -> str:
    """A finding's English name: its id in words."""
    return id_.replace("_", " ")


def _unknown(say: Phrases) -> str:
    return f"{say('handoff.unknown')} / {say('handoff.unknown_en')}"
