"""One set of conversations through all five doors: what is decided must not depend on where somebody writes.

Each step is sent in its platform's wire form by `tests/fakes/drivers.py`. A step is one of `say`, `long` (said until
it exceeds what is read), `tap`, `share`, `send` and `fill`. `says` must appear in what the person is shown, `first`
must stand in the first bubble that is shown, `gone` means that nothing is kept afterwards. After each step what the
product holds of the person must equal what it holds of the person at the first door, which is the console. A talk
names its `doors` where a step needs what not all of them have: a form, a picture.
"""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.assembly import House
from bot.message import Address, Message
from bot.session import Session
from knowledge.clinical import Presence, Triage
from tests.conversations.test_conversations import at_rest
from tests.fakes.drivers import Person, Seen, somebody
from tests.fakes.product import Mind
from tests.fakes.street import Street, street

TALKS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "five_doors/golden.yaml").read_text("utf-8"))
DOORS = ("console", "web", "telegram", "slack", "kakao")
Decision = dict[str, Any] | None


@pytest.fixture
async def town(mind: Mind, short_path: Path) -> AsyncIterator[Street]:
    """The product with every door open, and the messengers before it; none of them may refuse anything."""
    async with street(short_path, mind) as open_street:
        yield open_street
        assert open_street.complaints() == []


@pytest.mark.parametrize("talk", TALKS, ids=[talk["name"] for talk in TALKS])
async def test_every_door_decides_the_same(talk: dict[str, Any], town: Street) -> None:
    """At every step the decisions at each door are those at the console, and the person reads what they must."""
    told: dict[str, list[Decision]] = {}
    for door in talk.get("doors", DOORS):
        person = await somebody(town, door)
        told[door] = []
        for step in talk["steps"]:
            await act(person, step)
            seen = person.seen()
            found = await decision(town.product.house, person.address)
            check(step, seen, found, f"{door} after {step!r}: {seen.text}\n{found}")
            told[door].append(found)
    reference = next(iter(told.values()))
    for door, decisions in told.items():
        for step, here, there in zip(talk["steps"], decisions, reference, strict=True):
            assert here == there, f"{door} after {step!r}"


def check(step: dict[str, Any], seen: Seen, found: Decision, where: str) -> None:
    """What the step expects."""
    for words in step.get("says", ()):
        assert words in seen.text, where
    for words in step.get("silent_on", ()):
        assert words not in seen.text, where
    assert seen.bubbles[0].lstrip("*").startswith(step.get("first", "")), where
    assert "진단" not in seen.text.replace("진단은 못", ""), where
    assert seen.places == step.get("places", 0), where
    assert not step.get("gone") or found is None, where
    held = found or {}
    assert set(step.get("present", held.get("present", ()))) == set(held.get("present", ())), where
    assert tuple(step.get("patient", held.get("patient", ()))) == held.get("patient", ()), where
    assert step.get("stage", held.get("stage")) == held.get("stage"), where
    assert "triage" not in step or Triage.from_code(step["triage"]) is held["triage"], where
    assert "department" not in step or step["department"] == held["departments"][0], where


async def act(person: Person, step: dict[str, Any]) -> None:
    """Do what the step says."""
    if "long" in step:
        await person.say(step["long"] * (2_500 // len(step["long"])))
    elif "say" in step:
        await person.say(step["say"])
    elif "tap" in step:
        await person.tap(step["tap"], stale=step.get("stale", False))
    elif "share" in step:
        await person.share(*step["share"])
    elif "send" in step:
        await person.send(step["send"])
    else:
        await person.fill(step["fill"])


async def decision(house: House, address: Address) -> Decision:
    """What the product holds of a person, as far as it decides anything."""
    session = await stored(house, address)
    if session is None:
        return None
    found = session.assessment
    return {
        "stage": session.stage,
        "done": session.done,
        "patient": (session.patient.age, session.patient.sex, session.patient.relation),
        "present": {f.concept for f in session.findings if f.presence is Presence.PRESENT},
        "absent": {f.concept for f in session.findings if f.presence is Presence.ABSENT},
        "asked": session.pending.findings if session.pending else None,
        "expecting": session.expecting,
        "triage": found.triage if found else None,
        "departments": found.departments if found else None,
    }


async def stored(house: House, address: Address) -> Session | None:
    """What is stored of a person, looked at through a message that is taken away again without a trace."""
    await at_rest(house, address)
    place: Any = await house.store.receive(Message(id=uuid.uuid4().hex, address=address, sent_at=datetime.now(UTC)))
    client = house.store._client
    await client.delete(place.keys.queue, place.keys.hold)
    await client.xdel(place.keys.partition.inbox, place.inbox_id)
    found: Session | None = place.session
    return found
