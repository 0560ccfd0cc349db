"""Golden conversations, kept as data in this folder's YAML files: what is said, and what must be true of the answer.

A step is one of `say`, `tap` (a choice's id, which must have been offered), `share` ([lat, lon]), `send` (an
attachment) or `fill` (a profile), with `later` minutes before it. Expectations: `tone`, `triage`, `at_least` (triage),
`stage`, `says` (texts that must appear), `silent_on` (texts that must not), `offers` (choice ids), `asks` (a question
waits), `done`, `places` (number), `present` / `absent` (finding ids), `kept` (whether a session is stored), `health`
(whether anything about health is stored), `departments` (one of them first).
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.assembly import House, built
from adapters.console.wire import Profile
from bot.engine import Turn
from bot.korean import KST
from bot.message import Address, Message, Outgoing, Places, Platform
from bot.plain import plain_text
from bot.session import Session
from bot.turn import Knowledge
from config.settings import Settings
from knowledge.clinical import Person, Presence, Triage
from knowledge.places.place import Point
from nlu.reader import Reader

FOLDER = Path(__file__).parent
NOW = datetime(2026, 11, 25, 21, 0, tzinfo=KST)
TONES = ("info", "warning", "critical")

CONVERSATIONS = [
    pytest.param(talk, id=f"{path.stem}: {talk['name']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for talk in yaml.safe_load(path.read_text("utf-8"))
]


@pytest.fixture
async def house(mind: tuple[Knowledge, Reader], short_path: Path) -> AsyncIterator[House]:
    """A running engine with an empty store."""
    async with built(Settings(data_dir=short_path), mind=mind) as found:
        yield found


def message(step: dict[str, Any], address: Address, at: datetime) -> Message:
    """The message a step stands for."""
    blank = Message(id=uuid.uuid4().hex, address=address, sent_at=at)
    if "say" in step:
        return replace(blank, text=step["say"])
    if "tap" in step:
        return replace(blank, choice=step["tap"])
    if "share" in step:
        return replace(blank, point=Point(lat=step["share"][0], lon=step["share"][1]))
    if "send" in step:
        return replace(blank, attachment=step["send"])
    return replace(blank, form=Profile(**step["fill"]).form())


@pytest.mark.parametrize("talk", CONVERSATIONS)
async def test_conversation(talk: dict[str, Any], house: House) -> None:
    """Every step of the conversation is answered as its expectations say."""
    address = Address(platform=Platform.WEB, user="somebody")
    offered: set[str] = set()
    now = NOW
    for step in talk["steps"]:
        now += timedelta(minutes=1 + step.get("later", 0))
        if "tap" in step and not step.get("stale"):
            assert step["tap"] in offered, f"{step['tap']!r} was not offered; offered were {sorted(offered)}"
        said: list[Outgoing] = []

        async def take(outgoing: Outgoing, said: list[Outgoing] = said) -> None:
            said.append(outgoing)

        turn = await house.engine.handle(message(step, address, now), take)
        assert turn is not None
        offered = {choice.id for choice in said[-1].reply.choices}
        await check(step, turn, said, house, address)


async def check(step: dict[str, Any], turn: Turn, said: list[Outgoing], house: House, address: Address) -> None:
    """All expectations of a step."""
    text = "\n".join(plain_text(outgoing.reply) for outgoing in said)
    tone = max((outgoing.reply.tone for outgoing in said), key=TONES.index)
    session = turn.session
    assessment = session.assessment
    present = {f.concept for f in session.findings if f.presence is Presence.PRESENT}
    absent = {f.concept for f in session.findings if f.presence is Presence.ABSENT}
    where = f"after {step!r}:\n{text}\n"
    assert text.strip(), where
    assert "진단" not in text.replace("진단은 못", ""), where
    for words in step.get("says", ()):
        assert words in text, where
    for words in step.get("silent_on", ()):
        assert words not in text, where
    offers = {choice.id for choice in said[-1].reply.choices}
    assert set(step.get("offers", ())) <= offers, where
    assert step.get("tone", tone) == tone, where
    assert step.get("stage", session.stage) == session.stage, where
    assert set(step.get("present", ())) <= present, (where, present)
    assert set(step.get("absent", ())) <= absent, (where, absent)
    assert step.get("done", session.done) == session.done, where
    if "asks" in step:
        assert (session.pending is not None) == step["asks"], where
    if "triage" in step:
        assert assessment is not None, where
        assert assessment.triage is Triage.from_code(step["triage"]), where
    if "at_least" in step:
        assert assessment is not None, where
        assert assessment.triage >= Triage.from_code(step["at_least"]), where
    if "departments" in step:
        assert assessment is not None, where
        assert assessment.departments[0] in step["departments"], (where, assessment.departments)
    places = [item for o in said for block in o.reply.blocks if isinstance(block, Places) for item in block.items]
    assert step.get("places", len(places)) == len(places), where
    if "kept" in step:
        stored = await stored_session(house, address)
        assert (stored is not None) == step["kept"], where
    if "health" in step:
        stored = await stored_session(house, address)
        about_health = stored is not None and bool(stored.findings or stored.assessment or stored.patient != Person())
        assert about_health == step["health"], where


async def at_rest(house: House, address: Address) -> None:
    """Wait until the person's last turn has ended: its end comes after its answer."""
    for _ in range(500):
        if not await house.store.busy(house.store.keys(address)):
            return
        await asyncio.sleep(0.01)


async def stored_session(house: House, address: Address) -> Session | None:
    """What is stored of a person, looked at through a message that is taken away again without a trace."""
    await at_rest(house, address)
    place: Any = await house.store.receive(Message(id=uuid.uuid4().hex, address=address, sent_at=NOW, text="."))
    client = house.store._client
    await client.delete(place.keys.queue, place.keys.hold)
    await client.xdel(place.keys.partition.inbox, place.inbox_id)
    found: Session | None = place.session
    return found
