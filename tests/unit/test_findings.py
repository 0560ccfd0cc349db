"""What later words do to what was said before, and the last look at a reply."""

from bot.flows.findings import ancestors, merge
from bot.guard import MOST_CHOICES, guard
from bot.message import Address, Card, Choice, Platform, Reply, Text
from bot.phrases import load_phrases
from bot.session import MAX_FINDINGS, Session
from bot.urgent import emergency_kind, urgent_card
from knowledge.catalogue import load_catalogue
from knowledge.clinical import Assessment, Finding, Presence, Subject, Triage

CONCEPTS = load_catalogue().concepts
SAY = load_phrases()


def finding(concept: str, presence: str = "present", subject: Subject = Subject.PATIENT) -> Finding:
    """A finding in short."""
    return Finding(concept=concept, presence=Presence(presence), subject=subject)


def said(*findings: Finding) -> dict[str, Presence]:
    """What is known after these, in order."""
    known: tuple[Finding, ...] = ()
    for one in findings:
        known = merge(known, [one], CONCEPTS)
    return {f.concept: f.presence for f in known if f.subject is Subject.PATIENT}


def test_the_latest_word_counts() -> None:
    """A finding that is told again replaces what was known of it."""
    assert said(finding("cough"), finding("cough", "absent")) == {"cough": Presence.ABSENT}


def test_denying_the_general_takes_the_special_back() -> None:
    """ "열은 없어요" after "39도" leaves no high fever, and "39도" after "열은 없어요" is a fever again."""
    assert said(finding("high_fever"), finding("fever", "absent")) == {"fever": Presence.ABSENT}
    assert said(finding("fever", "absent"), finding("high_fever")) == {"high_fever": Presence.PRESENT}


def test_what_excludes_each_other_does_not_stand_together() -> None:
    """A high fever replaces a low one."""
    assert "low_fever" not in said(finding("low_fever"), finding("high_fever"))


def test_other_people_keep_their_own_findings() -> None:
    """The father's diabetes does not touch the patient's."""
    known = merge(
        (finding("history_diabetes", "absent"),), [finding("history_diabetes", subject=Subject.SOMEONE_ELSE)], CONCEPTS
    )
    assert len(known) == 2


def test_a_session_stays_small_and_keeps_what_is_there() -> None:
    """Beyond the limit absent findings are forgotten first, present ones last."""
    names = list(CONCEPTS)
    known = merge((), [finding(n, "absent") for n in names[:100]] + [finding("headache"), finding("cough")], CONCEPTS)
    assert len(known) <= MAX_FINDINGS
    assert {"headache", "cough"} <= {f.concept for f in known if f.presence is Presence.PRESENT}


def test_ancestors_are_transitive() -> None:
    """A child implies its parents and theirs."""
    assert ancestors("thunderclap_headache", CONCEPTS) == {"headache", "severe_headache"}


def emergency(level: Triage = Triage.AMBULANCE) -> Session:
    """A session with an urgent assessment."""
    assessment = Assessment(triage=level, reasons=(), candidates=(), departments=(), question=None)
    return Session(
        address=Address(platform=Platform.WEB, user="u"), assessment=assessment, findings=(finding("facial_droop"),)
    )


def test_a_reply_that_speaks_lower_than_the_assessment_is_replaced() -> None:
    """The guard puts the urgent card in the place of a softer one, and keeps the choices."""
    soft = Reply(blocks=(Card(title="쉬세요", level="self_care"),), choices=(Choice(id="x", label="y"),))
    guarded = guard(soft, emergency(), alarmed=False, say=SAY)
    assert isinstance(guarded.blocks[0], Card)
    assert guarded.blocks[0].level == "ambulance"
    assert guarded.tone == "critical"
    assert guarded.choices == soft.choices


def test_the_guard_only_raises() -> None:
    """A fitting reply is left alone; after an alarm the tone is critical; choices are bounded."""
    fine = Reply(blocks=(Card(title="119", level="ambulance"),), tone="critical")
    assert guard(fine, emergency(), alarmed=False, say=SAY) == fine
    assert guard(Reply(blocks=(Text(text="네"),)), None, alarmed=True, say=SAY).tone == "critical"
    many = Reply(blocks=(), choices=tuple(Choice(id=str(n), label="가" * 30) for n in range(40)))
    assert len(guard(many, None, alarmed=False, say=SAY).choices) == MOST_CHOICES
    assert all(len(c.label) <= 20 for c in guard(many, None, alarmed=False, say=SAY).choices)


def test_every_kind_of_emergency_has_a_short_card() -> None:
    """Each kind gives a card of at most four lines with a number to tap; thoughts of suicide give 109."""
    for kind, concepts in SAY.get("urgent.kinds").items():
        assert set(concepts) <= set(CONCEPTS), kind
        for level in (Triage.EMERGENCY, Triage.AMBULANCE):
            card = urgent_card(kind, level, SAY, reasons=["까닭이에요."])
            assert len(card.lines) <= 3
            assert card.links[0].url == ("tel:109" if kind == "crisis" else "tel:119")
    assert emergency_kind([finding("facial_droop")], SAY) == "stroke"
    assert emergency_kind([finding("suicidal_thoughts")], SAY) == "crisis"
    assert emergency_kind([finding("facial_droop", "absent")], SAY) == "generic"
