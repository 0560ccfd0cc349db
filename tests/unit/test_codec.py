"""Stored values: what is written comes back, older ones are upgraded, newer ones are left alone."""

import json
from datetime import UTC, datetime

from bot.message import Address, Card, Link, Message, Outgoing, Places, Platform, Reply, Text
from bot.session import SCHEMA, Account, Consent, Session
from bot.state import codec
from knowledge.clinical import (
    Answer,
    Assessment,
    Candidate,
    Finding,
    Person,
    Presence,
    Question,
    Reason,
    Relation,
    Sex,
    Triage,
)
from knowledge.places.place import Nearby, Place, Point

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ADDRESS = Address(platform=Platform.WEB, user='"schema":99,', room="")
QUESTION = Question(
    findings=("fever",),
    wording="열이 나나요?",
    answers=(Answer(label="네", sets=(("fever", Presence.PRESENT),)),),
    why="",
)
SESSION = Session(
    address=ADDRESS,
    patient=Person(relation=Relation.CHILD, age=0.25, sex=Sex.MALE),
    findings=(Finding(concept="fever", presence=Presence.PRESENT, value=39.0, span=(0, 3)),),
    pending=QUESTION,
    assessment=Assessment(
        triage=Triage.EMERGENCY,
        reasons=(Reason(floor=Triage.EMERGENCY, text="…", source="x"),),
        candidates=(Candidate(condition="influenza", probability=0.5, for_=("fever",), against=()),),
        departments=("소아청소년과",),
        question=None,
    ),
    updated_at=NOW,
)


def test_a_session_comes_back_as_it_was() -> None:
    """Every field survives storage, and a person's odd id is not mistaken for a schema number."""
    assert codec.decode_session(codec.encode_session(SESSION)) == SESSION


def test_accounts_messages_and_replies_come_back() -> None:
    """The other stored values survive too, each block as itself."""
    account = Account(consents=(Consent(kind="health", given=True, version="v", at=NOW),))
    assert codec.decode_account(codec.encode_account(account)) == account
    message = Message(id="m", address=ADDRESS, sent_at=NOW, point=Point(lat=37.5, lon=127))
    assert codec.decode_message(codec.encode_message(message)) == message
    place = Place(id="p", name="병원", kind="clinic", point=Point(lat=37, lon=127), region="서울")
    blocks = (
        Text(text="a"),
        Card(title="b", links=(Link(label="c", url="tel:119"),)),
        Places(items=(Nearby(place=place, metres=1),)),
    )
    outgoing = Outgoing(id="1-1:reply", address=ADDRESS, reply=Reply(blocks=blocks, tone="warning"))
    assert codec.decode_outgoing(codec.encode_outgoing(outgoing)) == outgoing


def test_an_older_session_is_upgraded_step_by_step() -> None:
    """Each upgrade is applied once, in order, up to today's schema."""
    stored = json.dumps({"schema": 1, "trail": "", "note": '"schema":7,'}).encode()
    upgrades = {
        1: lambda s: {**s, "trail": s["trail"] + "a"},
        2: lambda s: {**s, "trail": s["trail"] + "b"},
    }
    upgraded = codec.upgrade(stored, upgrades, to=3)
    assert upgraded is not None
    assert json.loads(upgraded)["trail"] == "ab"
    assert json.loads(upgraded)["schema"] == 3


def test_what_a_newer_program_wrote_is_not_touched() -> None:
    """A schema that is not known is not guessed at: the session begins anew."""
    newer = codec.encode_session(SESSION).replace(f'"schema":{SCHEMA}'.encode(), b'"schema":99')
    assert codec.decode_session(newer) is None


def test_nothing_a_person_said_is_in_a_repr() -> None:
    """Messages, sessions and findings hide what was told when they are printed."""
    message = Message(id="m", address=Address(platform=Platform.WEB, user="kim"), sent_at=NOW, text="비밀 이야기")
    shown = (
        repr(message)
        + repr(SESSION)
        + repr(Outgoing(id="1", address=ADDRESS, reply=Reply(blocks=(Text(text="비밀"),))))
    )
    for secret in ("비밀", "kim", "fever", "influenza"):
        assert secret not in shown
