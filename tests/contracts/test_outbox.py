"""Replies that wait and who they wait for, on a real Redis."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.message import Outgoing, Platform
from bot.state.store import Due, Held, Store
from tests.fakes.turns import (
    DAY,
    NOW,
    PHONE,
    SAID,
    SLACK,
    WEB,
    consult,
    held,
    join,
    waits,
)


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
    await store.outbox.cut_off(owner, PHONE)
    assert [found.id for found in await store.outbox.undelivered(owner)] == [here]
    assert await store.outbox.waiting(Platform.TELEGRAM) == ()
    assert await store.outbox.waiting(Platform.WEB) == (owner,)
    assert await store.outbox.claim_due(NOW + DAY) == 1
    found = await store.outbox.undelivered(owner)
    assert {outgoing.address.platform for outgoing in found} == {Platform.WEB}
    assert await store._client.hlen(owner.outbox) == len(found)
    await waits(store, WEB, due=tuple(dues))
    assert await store.outbox.claim_due(NOW + DAY) == 1, "what became due since is for the door that is still there"
    await store.outbox.welcome_back(owner, PHONE)
    await waits(store, WEB, due=tuple(dues))
    assert await store.outbox.claim_due(NOW + DAY) == 2


async def test_names_without_replies_are_swept(store: Store) -> None:
    """A person whose replies ended with their life is not asked about for ever."""
    turn, _ = await waits(store, PHONE, session_life=timedelta(milliseconds=30))
    assert await store.outbox.waiting(Platform.TELEGRAM) == (turn.keys,)
    await asyncio.sleep(0.06)
    await store.outbox.sweep()
    assert await store.outbox.waiting(Platform.TELEGRAM) == ()


async def test_another_account_on_the_same_platform_stays(store: Store) -> None:
    """Who blocks the bot with one of two accounts keeps what waits for the other, and can be written to there."""
    other = replace(PHONE, user="8")
    owner = await consult(store, PHONE)
    await join(store, owner, other)
    _, here = await waits(store, PHONE)
    await waits(store, other)
    await store.outbox.cut_off(owner, other)
    assert [found.id for found in await store.outbox.undelivered(owner)] == [here]
    assert await store.outbox.waiting(Platform.TELEGRAM) == (owner,)


async def test_whoever_writes_can_be_written_to(store: Store) -> None:
    """A message from somebody who was thought gone ends that, on doors that announce no return."""
    turn, _ = await waits(store, SLACK)
    await store.outbox.cut_off(turn.keys, SLACK)
    due = Due(occurrence=f"{turn.keys.digest}:check:1", at=NOW, outgoing=Outgoing(id="due", address=SLACK, reply=SAID))
    await waits(store, SLACK, due=(due,), writer=SLACK)
    assert await store.outbox.claim_due(NOW + DAY) == 1


async def test_what_is_kept_beside_lengthens_no_life(store: Store) -> None:
    """A rest that is kept lives as long as what waits already, however long it might."""
    turn, first = await waits(store, PHONE, session_life=timedelta(minutes=10))
    await store.outbox.keep(turn.keys, Outgoing(id=f"{first}+", address=PHONE, reply=SAID), life=DAY)
    assert await store._client.pttl(turn.keys.outbox) <= 600_000


async def test_what_nobody_can_read_stops_nobody(store: Store) -> None:
    """A stored reply or message of another age is left out, and everything after it gets its turn."""
    turn, name = await waits(store, PHONE)
    await store._client.hset(turn.keys.outbox, "0-1:reply", b'{"of": "another age"}')
    assert [found.id for found in await store.outbox.undelivered(turn.keys)] == [name]
    blocked = await held(store, WEB)
    part = blocked.keys.partition
    await store._client.delete(blocked.keys.hold)
    broken = await store._client.xadd(part.inbox, {"p": blocked.keys.digest, "m": b"{}"})
    await store._client.lpush(blocked.keys.queue, broken)
    found = await store.orphans(part, older_than=timedelta(0))
    assert [waiting.inbox_id for waiting, _ in found] == [blocked.inbox_id]
    assert isinstance(await store.hold(found[0][0]), Held)
