"""Joined doors and one-time tickets, on a real Redis."""

import asyncio
from datetime import timedelta

import pytest

from bot.lookups import link_doors
from bot.message import Address, Platform
from bot.session import Session
from bot.state.links import CODE_DIGITS, MOST_TRIES, new_code
from bot.state.store import Held, Store, Waiting
from bot.turn import Step
from tests.fakes.turns import (
    AGREED,
    DAY,
    PHONE,
    SAID,
    SLACK,
    WEB,
    consult,
    end,
    forget,
    held,
    join,
    message,
)


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


async def test_an_active_door_stays_joined(store: Store) -> None:
    """Each message of a joined door renews the joining."""
    owner = await consult(store, WEB)
    await join(store, owner, PHONE)
    alias = store.keys(PHONE).alias
    await store._client.pexpire(alias, 10_000)
    await held(store, PHONE)
    assert await store._client.pttl(alias) > 10_000


async def test_a_message_behind_the_code_belongs_to_the_person_joined(store: Store) -> None:
    """What was sent right after the code, while its turn ran, is a turn of the shared session, once."""
    owner = await consult(store, WEB, "fever")
    joining = await held(store, PHONE)
    sent = message(PHONE, "기침도 나요")
    behind = await store.receive(sent)
    assert isinstance(behind, Waiting)
    await link_doors(joining, Step(reply=SAID, session=None, share=owner.digest), store)
    await end(store, joining, PHONE, None, account="delete", share=owner.digest)
    turn = await store.hold(behind)
    assert isinstance(turn, Held)
    assert turn.keys == owner
    assert turn.session is not None
    assert turn.session.asked == ("fever",)
    assert await store.receive(sent) is None
    assert await store.hold(behind) is None
    await end(store, turn, PHONE, Session(address=WEB))
    assert await store.unfinished() == 0
    assert not await store._client.exists(store.keys(PHONE).session, store.keys(PHONE).queue)
