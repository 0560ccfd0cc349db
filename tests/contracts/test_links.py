"""Joined doors, one-time tickets and waiting replies, on a real Redis."""

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.lookups import link_doors
from bot.message import Address, Message, Outgoing, Platform, Reply, Text
from bot.session import Account, Consent, Session
from bot.state.keys import PersonKeys
from bot.state.links import CODE_DIGITS, MOST_TRIES, new_code
from bot.state.store import Due, Held, Save, Store
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


def test_codes_are_ten_digits_and_differ() -> None:
    """A code is short enough to type and one of ten thousand million."""
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(code.isdigit() and len(code) == CODE_DIGITS for code in codes)


async def test_a_code_opens_the_session_of_who_gave_it(store: Store) -> None:
    """Whoever types the code sees the giver's session and account, and the giver's name in Redis."""
    owner = await consult(store, WEB, "fever")
    await store.links.offer(owner, "0123456789")
    found = await store.links.owner_of("0123456789", store.keys(PHONE), "m1")
    assert found is not None
    assert found.digest == owner.digest
    assert found.session is not None
    assert found.session.asked == ("fever",)
    assert found.account == AGREED


async def test_joined_doors_share_the_session(store: Store) -> None:
    """After joining, a message on either door is a turn of the same person, in one line."""
    owner = await consult(store, WEB, "fever")
    await join(store, owner, PHONE)
    turn = await held(store, PHONE)
    assert turn.keys == owner
    assert turn.session is not None
    assert turn.session.asked == ("fever",)
    assert turn.account == AGREED
    assert await store.links.person(PHONE) == owner == await store.links.person(WEB)
    assert await store.links.joined(owner) == (Platform.TELEGRAM,)
    second = await store.receive(message(WEB))
    assert not isinstance(second, Held)
    await end(store, turn, PHONE, Session(address=WEB, asked=("fever", "cough")))
    assert second is not None
    again = await store.hold(second)
    assert isinstance(again, Held)
    assert again.session is not None
    assert again.session.asked == ("fever", "cough")


async def test_joining_leaves_nothing_of_the_door_before(store: Store) -> None:
    """What was kept of the second door is deleted, and its messages are remembered as seen no less."""
    await consult(store, PHONE, "rash")
    before = store.keys(PHONE)
    owner = await consult(store, WEB, "fever")
    await join(store, owner, PHONE)
    assert not await store._client.exists(before.session, before.account, before.queue)
    sent = message(PHONE)
    assert await store.receive(sent) is not None
    assert await store.receive(sent) is None


async def test_a_code_works_once(store: Store) -> None:
    """A second person gets nothing for a used code; a repeat of the same message gets the same answer."""
    owner = await consult(store, WEB)
    await store.links.offer(owner, "0123456789")
    first = await store.links.owner_of("0123456789", store.keys(PHONE), "m1")
    assert first is not None
    assert await store.links.owner_of("0123456789", store.keys(PHONE), "m1") == first
    assert await store.links.owner_of("0123456789", store.keys(PHONE), "m2") is None
    assert await store.links.owner_of("0123456789", store.keys(SLACK), "m1") is None


async def test_a_code_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its life a code opens nothing."""
    monkeypatch.setattr("bot.state.links.CODE_LIFE", timedelta(milliseconds=50))
    await store.links.offer(store.keys(WEB), "0123456789")
    assert await store.tickets.see_ticket("join", "0123456789") is not None
    await asyncio.sleep(0.08)
    assert await store.links.owner_of("0123456789", store.keys(PHONE), "m1") is None


async def test_guessing_is_stopped(store: Store) -> None:
    """After so many wrong codes even the right one is refused, to this person only."""
    owner = await consult(store, WEB)
    await store.links.offer(owner, "0123456789")
    for number in range(MOST_TRIES):
        assert await store.links.owner_of(f"{number:010d}", store.keys(PHONE), f"m{number}") is None
    assert await store.links.owner_of("0123456789", store.keys(PHONE), "right") is None
    assert 0 < await store._client.pttl(store.keys(PHONE).tries) <= 3_600_000
    assert await store.links.owner_of("0123456789", store.keys(SLACK), "right") is not None


async def test_a_code_typed_by_its_giver_is_known(store: Store) -> None:
    """Who types their own code, on the same door or on a joined one, is told apart by the owner's name."""
    owner = await consult(store, WEB)
    await store.links.offer(owner, "0123456789")
    found = await store.links.owner_of("0123456789", await store.links.person(WEB), "m1")
    assert found is not None
    assert found.digest == owner.digest
    await join(store, owner, PHONE)
    await store.links.offer(owner, "1123456789")
    found = await store.links.owner_of("1123456789", await store.links.person(PHONE), "m2")
    assert found is not None
    assert found.digest == owner.digest


async def test_doors_part_when_everything_is_deleted(store: Store) -> None:
    """A deletion on either door lets the doors go: each stands alone with nothing stored."""
    owner = await consult(store, WEB, "fever")
    await join(store, owner, PHONE)
    await join(store, owner, SLACK)
    assert await store.links.joined(owner) == (Platform.SLACK, Platform.TELEGRAM)
    await forget(store, PHONE)
    assert await store.links.joined(owner) == ()
    for address in (WEB, PHONE, SLACK):
        turn = await held(store, address)
        assert turn.keys == store.keys(address)
        assert (turn.session, turn.account) == (None, None)
        await end(store, turn, address, None)


async def test_doors_joined_one_after_another_are_one_person(store: Store) -> None:
    """A door joined to a door that is then joined to a third follows it, and a deletion lets all of them go."""
    telegram = await consult(store, PHONE, "rash")
    await join(store, telegram, SLACK)
    owner = await consult(store, WEB, "fever")
    await join(store, owner, PHONE)
    turn = await held(store, SLACK)
    assert turn.keys == owner
    await end(store, turn, SLACK, turn.session)
    assert set(await store.links.joined(owner)) == {Platform.SLACK, Platform.TELEGRAM}
    await forget(store, WEB)
    for address in (PHONE, SLACK):
        assert await store.links.person(address) == store.keys(address)
        assert await store.links.joined(store.keys(address)) == ()


async def test_a_long_row_of_doors_stays_short(store: Store) -> None:
    """However often a person with joined doors joins another one, every door is one step from the session."""
    addresses = [Address(platform=Platform.WEB, user=f"w{number}") for number in range(8)]
    owner = await consult(store, addresses[0], "fever")
    for address in addresses[1:]:
        later = await consult(store, address, "fever")
        turn = await held(store, addresses[0])
        assert turn.keys == owner
        await link_doors(turn, Step(reply=SAID, session=None, share=later.digest), store)
        await end(store, turn, addresses[0], None, account="delete", share=later.digest)
        owner = later
    for address in addresses:
        turn = await held(store, address)
        assert turn.keys == owner
        await end(store, turn, address, turn.session)
    await forget(store, addresses[3])
    assert [await store.links.person(address) for address in addresses] == [store.keys(a) for a in addresses]


async def test_doors_that_point_at_each_other_are_parted(store: Store) -> None:
    """Two people who type each other's code at the same moment lose no message for it."""
    one, two = await consult(store, WEB), await consult(store, PHONE)
    turns = [(await held(store, WEB), WEB, two), (await held(store, PHONE), PHONE, one)]
    for turn, _, owner in turns:
        await link_doors(turn, Step(reply=SAID, session=None, share=owner.digest), store)
    for turn, address, owner in turns:
        await end(store, turn, address, None, account="delete", share=owner.digest)
    turn = await held(store, WEB)
    assert turn.keys == one
    await end(store, turn, WEB, Session(address=WEB))
    turn = await held(store, PHONE)
    assert turn.keys == one
    assert turn.session is not None


async def test_an_old_code_makes_no_circle(store: Store) -> None:
    """A code given on a door before it was joined opens the session it shares now, never itself."""
    first = await consult(store, PHONE)
    await store.links.offer(first, "0123456789")
    owner = await consult(store, WEB, "fever")
    await join(store, owner, PHONE)
    found = await store.links.owner_of("0123456789", await store.links.person(WEB), "m1")
    assert found is not None
    assert found.digest == owner.digest


async def test_a_ticket_is_for_one_of_many(store: Store) -> None:
    """Of twenty who ask at the same time, one gets the value; it stays theirs, and can be dropped."""
    await store.tickets.put_ticket("locate", "abc", b"value", DAY)
    assert await store.tickets.see_ticket("locate", "abc") == b"value"
    assert await store.tickets.see_ticket("join", "abc") is None
    answers = await asyncio.gather(*(store.tickets.use_ticket("locate", "abc", f"p{n}") for n in range(20)))
    assert (answers.count(b"value"), answers.count(None)) == (1, 19)
    winner = f"p{answers.index(b'value')}"
    assert await store.tickets.use_ticket("locate", "abc", winner) == b"value"
    await store.tickets.drop_ticket("locate", "abc")
    assert await store.tickets.use_ticket("locate", "abc", winner) is None


async def test_tickets_do_not_stand_in_redis(store: Store) -> None:
    """Who reads Redis finds no code they could use."""
    await store.links.offer(store.keys(WEB), "0123456789")
    assert not any(b"0123456789" in key for key in await store._client.keys("*"))


async def test_a_lease_belongs_to_one(store: Store) -> None:
    """Its owner renews it, others wait for its end or until it is given back, and nobody else can give it back."""
    life = timedelta(seconds=1)
    assert await store.tickets.lease("polling", "a", life)
    assert not await store.tickets.lease("polling", "b", life)
    assert await store.tickets.lease("other", "b", life)
    await asyncio.sleep(0.6)
    assert await store.tickets.lease("polling", "a", life)
    await asyncio.sleep(0.6)
    assert not await store.tickets.lease("polling", "b", life)
    await asyncio.sleep(0.6)
    assert await store.tickets.lease("polling", "b", DAY)
    await store.tickets.release("polling", "a")
    assert not await store.tickets.lease("polling", "a", life)
    await store.tickets.release("polling", "b")
    takers = await asyncio.gather(*(store.tickets.lease("polling", f"p{n}", DAY) for n in range(10)))
    assert takers.count(True) == 1


async def waits(store: Store, address: Address, **changes: Any) -> tuple[Held, str]:
    """A finished turn whose reply was not taken, and the reply's id."""
    turn = await held(store, address)
    said = Outgoing(id=f"{turn.inbox_id}:reply", address=address, reply=SAID)
    save = Save(session=None, account="keep", outgoing=said, session_life=DAY, now=NOW)
    await store.commit(turn, replace(save, **changes))
    await store.finish(turn, ())
    return turn, said.id


async def test_a_reply_knows_how_much_of_it_was_taken(store: Store) -> None:
    """Parts that were taken are counted until all of it was, and then nothing of it is left."""
    turn, name = await waits(store, PHONE)
    await store.outbox.note_parts(turn.keys, name, 2)
    (found,) = await store.outbox.undelivered(turn.keys)
    assert (found.id, found.parts_taken, found.address) == (name, 2, PHONE)
    assert await store.outbox.waiting(Platform.TELEGRAM) == (turn.keys,)
    await store.outbox.mark_delivered(turn.keys, Platform.TELEGRAM, [name])
    assert await store.outbox.undelivered(turn.keys) == ()
    assert await store.outbox.waiting(Platform.TELEGRAM) == ()
    await store.outbox.note_parts(turn.keys, name, 3)
    assert not await store._client.exists(turn.keys.outbox)


async def test_a_reply_that_is_put_off_waits(store: Store) -> None:
    """A person whose messenger asked for patience is not due again before that."""
    turn, _ = await waits(store, PHONE)
    await store.outbox.postpone(turn.keys, Platform.TELEGRAM, timedelta(seconds=0.15))
    assert await store.outbox.waiting(Platform.TELEGRAM) == ()
    await asyncio.sleep(0.2)
    assert await store.outbox.waiting(Platform.TELEGRAM) == (turn.keys,)


async def test_who_is_owed_a_reply_stays_on_the_list(store: Store) -> None:
    """Only where every reply left belongs to another door is a person taken off the list of this one."""
    turn, name = await waits(store, PHONE)
    await store.outbox.keep(turn.keys, Outgoing(id="1-1:reply", address=WEB, reply=SAID), life=DAY)
    await store.outbox.nothing_waits(turn.keys, Platform.TELEGRAM)
    assert await store.outbox.waiting(Platform.TELEGRAM) == (turn.keys,)
    await store.outbox.mark_delivered(turn.keys, Platform.TELEGRAM, [name])
    await store.outbox.nothing_waits(turn.keys, Platform.TELEGRAM)
    await store.outbox.postpone(turn.keys, Platform.TELEGRAM, timedelta(0))
    assert await store.outbox.waiting(Platform.TELEGRAM) == ()


async def test_what_did_not_fit_comes_right_after(store: Store) -> None:
    """A kept rest stands behind the reply it belongs to and before later ones."""
    turn, first = await waits(store, PHONE)
    _, later = await waits(store, PHONE)
    rest = Outgoing(id=f"{first}+", address=PHONE, reply=SAID)
    await store.outbox.keep(turn.keys, rest, life=DAY)
    assert [found.id for found in await store.outbox.undelivered(turn.keys)] == [first, rest.id, later]


async def test_who_is_gone_gets_nothing(store: Store) -> None:
    """Blocking a door drops what waits and is due there, and nothing of the joined door."""
    owner = await consult(store, WEB)
    await join(store, owner, PHONE)
    dues = [
        Due(
            occurrence=f"{owner.digest}:check:{address.platform}",
            at=NOW,
            outgoing=Outgoing(id=f"due:{address.platform}", address=address, reply=SAID),
        )
        for address in (WEB, PHONE)
    ]
    _, here = await waits(store, WEB, due=tuple(dues))
    _, there = await waits(store, PHONE)
    await store.outbox.note_parts(owner, there, 1)
    await store.outbox.cut_off(owner, Platform.TELEGRAM)
    assert [found.id for found in await store.outbox.undelivered(owner)] == [here]
    assert await store.outbox.waiting(Platform.TELEGRAM) == ()
    assert await store.outbox.waiting(Platform.WEB) == (owner,)
    assert await store.outbox.claim_due(NOW + DAY) == 1
    found = await store.outbox.undelivered(owner)
    assert {outgoing.address.platform for outgoing in found} == {Platform.WEB}
    assert await store._client.hlen(owner.outbox) == len(found)
    await waits(store, WEB, due=tuple(dues))
    assert await store.outbox.claim_due(NOW + DAY) == 1, "what became due since is for the door that is still there"
    await store.outbox.welcome_back(owner, Platform.TELEGRAM)
    await waits(store, WEB, due=tuple(dues))
    assert await store.outbox.claim_due(NOW + DAY) == 2


async def test_names_without_replies_are_swept(store: Store) -> None:
    """A person whose replies ended with their life is not asked about for ever."""
    turn, _ = await waits(store, PHONE, session_life=timedelta(milliseconds=30))
    assert await store.outbox.waiting(Platform.TELEGRAM) == (turn.keys,)
    await asyncio.sleep(0.06)
    await store.outbox.sweep()
    assert await store.outbox.waiting(Platform.TELEGRAM) == ()
