"""Persons, turns and replies for the contracts of the store."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.lookups import link_doors
from bot.message import Address, Message, Outgoing, Platform, Reply, Text
from bot.session import Account, Consent, Session
from bot.state.keys import PersonKeys
from bot.state.store import Held, Save, Store
from bot.turn import Step

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WEB = Address(platform=Platform.WEB, user="w1")
PHONE = Address(platform=Platform.TELEGRAM, user="7")
SLACK = Address(platform=Platform.SLACK, user="U1", room="T1")
SAID = Reply(blocks=(Text(text="네"),))
AGREED = Account(consents=(Consent(kind="health", given=True, version="1", at=NOW),))


def message(address: Address, text: str = "머리가 아파요") -> Message:
    """A message with an id of its own."""
    return Message(id=uuid.uuid4().hex, address=address, sent_at=NOW, text=text)


async def held(store: Store, address: Address) -> Held:
    """A turn that began at once."""
    place = await store.receive(message(address))
    assert isinstance(place, Held)
    return place


async def end(store: Store, turn: Held, address: Address, session: Session | None, **changes: Any) -> None:
    """The end of a turn whose reply was taken."""
    kept = session and replace(session, version=turn.version + 1)
    said = Outgoing(id=f"{turn.inbox_id}:reply", address=address, reply=SAID)
    save = Save(session=kept, account="keep", outgoing=said, session_life=DAY, now=NOW)
    await store.commit(turn, replace(save, **changes))
    await store.finish(turn, [said.id])


async def consult(store: Store, address: Address, *asked: str, account: Account = AGREED) -> PersonKeys:
    """A person of this door with a session and an account."""
    turn = await held(store, address)
    await end(store, turn, address, Session(address=address, asked=asked), account=account)
    return turn.keys


async def join(store: Store, owner: PersonKeys, address: Address) -> None:
    """The door of this address takes part in the owner's session, as a turn does it."""
    turn = await held(store, address)
    await link_doors(turn, Step(reply=SAID, session=None, share=owner.digest), store)
    await end(store, turn, address, None, account="delete", share=owner.digest)


async def forget(store: Store, address: Address) -> None:
    """A deletion, as a turn does it."""
    turn = await held(store, address)
    await link_doors(turn, Step(reply=SAID, session=None, account="delete", forget=True), store)
    await end(store, turn, address, None, account="delete", forget=True)


async def waits(store: Store, address: Address, **changes: Any) -> tuple[Held, str]:
    """A finished turn whose reply was not taken, and the reply's id."""
    turn = await held(store, address)
    said = Outgoing(id=f"{turn.inbox_id}:reply", address=address, reply=SAID)
    save = Save(session=None, account="keep", outgoing=said, session_life=DAY, now=NOW)
    await store.commit(turn, replace(save, **changes))
    await store.finish(turn, ())
    return turn, said.id
