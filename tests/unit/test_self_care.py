"""Before anybody is told to stay at home, and what is shown where conditions are hidden."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.flows import intake
from bot.flows.consultation import consult
from bot.korean import KST
from bot.message import Address, Message, Platform
from bot.plain import plain_text
from bot.session import Account, Consent, Session
from bot.turn import Context, Knowledge
from knowledge.clinical import Finding, Person, Presence, Sex, Triage
from nlu.meaning import Understanding
from nlu.reader import Reader

NOW = datetime(2026, 11, 25, 21, 0, tzinfo=KST)
ADDRESS = Address(platform=Platform.WEB, user="a")
AGREED = Account(consents=(Consent(kind="health", given=True, version="1", at=NOW),))
HOME = ("eyelid_twitch",)
"""What a person can be told to watch at home."""


def context(knowledge: Knowledge, *, choice: str = "finish", text: str | None = None, **session: object) -> Context:
    """A turn of somebody who told of something for which they can stay at home."""
    known = Session(
        address=ADDRESS,
        patient=Person(age=24, sex=Sex.FEMALE),
        findings=tuple(Finding(concept=id_, presence=Presence.PRESENT) for id_ in HOME),
        version=1,
    )
    return Context(
        message=Message(id="1", address=ADDRESS, sent_at=NOW, choice=None if text else choice, text=text),
        meaning=Understanding(),
        alarms=(),
        session=replace(known, **session),  # type: ignore[arg-type]
        account=AGREED,
        knowledge=knowledge,
    )


def test_illnesses_and_then_drugs_are_asked_for_once(mind: tuple[Knowledge, Reader]) -> None:
    """Neither is asked where it was told, and each only once where it was answered."""
    knowledge = mind[0]
    asked = intake.before_self_care(context(knowledge).session, context(knowledge))
    assert asked is not None
    assert asked[0] == "history"
    after = context(knowledge, choice="history:none", asked=("history",), expecting="history")
    drugs = intake.before_self_care(after.session, after)
    assert drugs is not None
    assert drugs[0] == "drugs"
    both = context(knowledge, choice="drugs:none", asked=("history", "drugs"), expecting="drugs")
    assert intake.before_self_care(both.session, both) is None


@pytest.mark.parametrize(
    ("choice", "expecting", "finding"),
    [("history:diabetes", "history", "history_diabetes"), ("drugs:thinner", "drugs", "anticoagulant")],
)
def test_a_tapped_illness_or_drug_is_a_finding(
    mind: tuple[Knowledge, Reader], choice: str, expecting: str, finding: str
) -> None:
    """What is tapped counts like what is told."""
    turn = context(mind[0], choice=choice, expecting=expecting)
    taken = intake.taken(turn.session, turn)
    assert finding in {f.concept for f in taken.findings if f.presence is Presence.PRESENT}


def test_a_drug_nobody_knows_is_kept_in_the_persons_words(mind: tuple[Knowledge, Reader]) -> None:
    """Typed names are kept, and stand on the card for the doctor."""
    turn = context(mind[0], text="가나다정", expecting="drugs")
    assert intake.taken(turn.session, turn).patient.drugs == ("가나다정",)


def test_every_choice_stands_for_findings_that_exist(mind: tuple[Knowledge, Reader]) -> None:
    """The illnesses and drugs to tap are in the catalogue."""
    knowledge = mind[0]
    for name in ("history", "drugs"):
        for entry in knowledge.say.get(f"consult.{name}.choices"):
            assert set(entry.get("findings", ())) <= knowledge.catalogue.concepts.keys()
            assert len(entry["label"]) <= 14


def test_where_conditions_are_hidden_none_is_named(mind: tuple[Knowledge, Reader]) -> None:
    """Urgency, departments and what would be more urgent stay; no condition's name is said, not even as a reason."""
    shown = mind[0]
    findings = tuple(Finding(concept=id_, presence=Presence.PRESENT) for id_ in ("right_lower_pain", "vomiting"))
    names = {c.name_ko for c in shown.catalogue.conditions.values()}

    def said(knowledge: Knowledge) -> str:
        step = consult(context(knowledge, findings=findings))
        assert step.session is not None
        assert step.session.assessment is not None
        assert step.session.assessment.triage >= Triage.EMERGENCY
        return plain_text(step.reply)

    assert any(name in said(shown) for name in names)
    hidden = said(replace(shown, conditions="hidden"))
    assert not any(f"{name}:" in hidden for name in names)
    assert "응급실" in hidden
