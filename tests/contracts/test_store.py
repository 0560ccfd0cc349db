"""What every Redis must do for us: run on the embedded server and on the one on PATH."""

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import HoldLost
from bot.message import Address, Message, Outgoing, Platform, Reply, Text
from bot.session import Account, Consent, Session
from bot.state.keys import all_partitions
from bot.state.store import Due, Held, Save, Store, Waiting

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def address(user: str = "u1") -> Address:
    """Somebody's address."""
    return Address(platform=Platform.WEB, user=user)


def message(text: str = "머리가 아파요", *, id: str = "", user: str = "u1") -> Message:
    """A message with an id of its own."""
    return Message(id=id or uuid.uuid4().hex, address=address(user), sent_at=NOW, text=text)


def said(held: Held, text: str = "네") -> Outgoing:
    """The reply of a turn."""
    return Outgoing(id=f"{held.inbox_id}:reply", address=address(), reply=Reply(blocks=(Text(text=text),)))


def save(held: Held, session: Session | None, **changes: object) -> Save:
    """What a turn leaves behind."""
    kept = session and replace(session, version=held.version + 1)
    base = Save(session=kept, account="keep", outgoing=said(held), session_life=DAY, now=NOW)
    return replace(base, **changes)


async def held(store: Store, **kwargs: str) -> Held:
    """A turn that began at once."""
    place = await store.receive(message(**kwargs))
    assert isinstance(place, Held)
    return place


async def test_a_message_is_accepted_once(store: Store) -> None:
    """The same message id of the same person is accepted once, however often the door repeats it."""
    first = await store.receive(message(id="m1"))
    again = await store.receive(message(id="m1"))
    other = await store.receive(message(id="m1", user="u2"))
    assert isinstance(first, Held)
    assert again is None
    assert isinstance(other, Held)


async def test_the_second_message_waits_for_the_first(store: Store) -> None:
    """A person's second message gets its turn only when the first is finished, and then sees what it left."""
    first = await held(store)
    second = await store.receive(message())
    assert isinstance(second, Waiting)
    assert await store.hold(second) == second
    await store.commit(first, save(first, Session(address=address(), asked=("fever",))))
    assert await store.hold(second) == second
    await store.finish(first, [f"{first.inbox_id}:reply"])
    now_held = await store.hold(second)
    assert isinstance(now_held, Held)
    assert now_held.session is not None
    assert now_held.session.asked == ("fever",)
    assert now_held.version == 1


async def test_turns_come_in_order_of_arrival(store: Store) -> None:
    """Of several waiting messages only the oldest can take the hold."""
    first = await held(store)
    waiting = [await store.receive(message()) for _ in range(3)]
    await store.commit(first, save(first, None))
    await store.finish(first, ())
    for place in reversed(waiting[1:]):
        assert isinstance(place, Waiting)
        assert await store.hold(place) == place
    assert isinstance(waiting[0], Waiting)
    assert isinstance(await store.hold(waiting[0]), Held)


async def test_people_do_not_wait_for_each_other(store: Store) -> None:
    """Different people's turns are held at the same time."""
    places = [await store.receive(message(user=f"u{n}")) for n in range(20)]
    assert all(isinstance(place, Held) for place in places)


async def test_a_lost_hold_saves_nothing(store: Store) -> None:
    """A turn whose hold ended cannot commit; the message stays and another may run it."""
    first = await held(store)
    await asyncio.sleep(0.6)
    second = await store.hold(Waiting(keys=first.keys, platform=first.platform, inbox_id=first.inbox_id))
    assert isinstance(second, Held)
    assert second.attempts == 2
    with pytest.raises(HoldLost):
        await store.commit(first, save(first, Session(address=address())))
    assert await store.outbox.undelivered(first.keys) == ()
    await store.commit(second, save(second, Session(address=address())))


async def test_a_stale_session_is_not_saved(store: Store) -> None:
    """A commit that loaded an older version of the session is refused."""
    first = await held(store)
    await store.commit(first, save(first, Session(address=address())))
    await store.finish(first, ())
    second = await held(store)
    stale = replace(second, version=0)
    with pytest.raises(HoldLost):
        await store.commit(stale, save(stale, Session(address=address())))


async def test_a_hold_can_be_extended_only_by_its_owner(store: Store) -> None:
    """Extending keeps others out; a foreign token extends nothing."""
    first = await held(store)
    for _ in range(4):
        await asyncio.sleep(0.2)
        assert await store.extend(first)
    assert await store.hold(Waiting(keys=first.keys, platform=first.platform, inbox_id=first.inbox_id)) != first
    assert not await store.extend(replace(first, token="other"))


async def test_commit_finishes_the_message_and_keeps_the_reply(store: Store) -> None:
    """After a commit the inbox is empty and the reply waits until it is marked delivered."""
    first = await held(store)
    assert await store.unfinished() == 1
    await store.commit(first, save(first, Session(address=address())))
    assert await store.unfinished() == 0
    waiting = await store.outbox.undelivered(first.keys)
    assert [outgoing.reply for outgoing in waiting] == [said(first).reply]
    await store.finish(first, [waiting[0].id])
    assert await store.outbox.undelivered(first.keys) == ()


async def test_replies_wait_in_order_with_the_alarm_first(store: Store) -> None:
    """Undelivered replies come back oldest first, an alarm before its turn's reply."""
    ids = []
    for _ in range(12):
        place = await held(store)
        alarm = replace(said(place), id=f"{place.inbox_id}:alarm")
        assert await store.put_alarm(place, alarm, life=DAY, now=NOW)
        await store.commit(place, save(place, Session(address=address())))
        await store.finish(place, ())
        ids += [alarm.id, said(place).id]
    assert [outgoing.id for outgoing in await store.outbox.undelivered(place.keys)] == ids


async def test_an_alarm_is_put_once(store: Store) -> None:
    """A turn that is run again does not put its alarm reply a second time, even when the first was delivered."""
    place = await held(store)
    alarm = replace(said(place), id=f"{place.inbox_id}:alarm")
    assert await store.put_alarm(place, alarm, life=DAY, now=NOW)
    await store.outbox.mark_delivered(place.keys, Platform.CONSOLE, [alarm.id])
    assert not await store.put_alarm(place, alarm, life=DAY, now=NOW)


async def test_orphans_are_the_unfinished_messages(store: Store) -> None:
    """Recovery sees accepted, unfinished messages with their content, and only those old enough."""
    text = "어제부터 배가 아파요"
    place = await held(store, text=text)
    found = await store.orphans(place.keys.partition, older_than=timedelta(0))
    assert [(w.inbox_id, m.text) for w, m in found] == [(place.inbox_id, text)]
    assert await store.orphans(place.keys.partition, older_than=timedelta(minutes=1)) == ()


async def test_sessions_expire_and_accounts_stay(store: Store) -> None:
    """A session ends after its life; the decisions about consent outlive it."""
    place = await held(store)
    account = Account(consents=(Consent(kind="health", given=True, version="1", at=NOW),))
    changes = save(place, Session(address=address()), account=account, session_life=timedelta(milliseconds=80))
    await store.commit(place, changes)
    await store.finish(place, ())
    await asyncio.sleep(0.12)
    later = await held(store)
    assert later.session is None
    assert later.version == 0
    assert later.account == account


async def test_forgetting_leaves_only_what_the_law_keeps(store: Store) -> None:
    """Deleting a person removes session, account, undelivered replies and what is due; the location record stays."""
    place = await held(store)
    due = Due(occurrence=f"{place.keys.digest}:check:1", at=NOW, outgoing=said(place))
    await store.commit(
        place, save(place, Session(address=address()), account=Account(), due=(due,), location_purpose="nearby")
    )
    await store.finish(place, ())
    last = await held(store)
    await store.commit(last, save(last, None, account="delete", forget=True))
    await store.finish(last, [f"{last.inbox_id}:reply"])
    assert await store.outbox.undelivered(place.keys) == ()
    assert await store.outbox.claim_due(NOW + DAY) == 0
    again = await held(store)
    assert (again.session, again.account, again.version) == (None, None, 0)
    assert await store.location_uses(place.keys) == 1


async def test_what_is_due_is_sent_once(store: Store) -> None:
    """An occurrence scheduled twice is claimed once, at its time, into the person's outbox."""
    place = await held(store)
    due = Due(occurrence=f"{place.keys.digest}:check:2026-11-25T16", at=NOW + timedelta(hours=4), outgoing=said(place))
    await store.commit(place, save(place, Session(address=address()), outgoing=None, due=(due, due)))
    await store.finish(place, ())
    assert await store.outbox.claim_due(NOW) == 0
    assert await store.outbox.claim_due(NOW + timedelta(hours=4)) == 1
    assert await store.outbox.claim_due(NOW + DAY) == 0
    assert len(await store.outbox.undelivered(place.keys)) == 1


async def test_the_location_record_ends_after_six_months(store: Store) -> None:
    """Sweeping drops location records older than the law asks for and keeps younger ones."""
    place = await held(store)
    await store.commit(place, save(place, Session(address=address()), location_purpose="nearby"))
    await store.sweep(NOW + timedelta(days=180))
    assert await store.location_uses(place.keys) == 1
    await store.sweep(NOW + timedelta(days=190))
    assert await store.location_uses(place.keys) == 0


async def test_no_platform_id_appears_in_a_key(store: Store) -> None:
    """Keys carry a keyed hash, never the platform's id of a person."""
    place = await store.receive(message(user="kim@example.com"))
    assert isinstance(place, Held)
    await store.commit(place, save(place, Session(address=address())))
    keys = [key async for key in store._client.scan_iter()]
    assert keys
    assert not any(b"kim" in key for key in keys)


async def test_every_key_of_a_person_lies_in_one_slot(store: Store) -> None:
    """All keys of a person carry one hash tag, so that a turn's transaction fits a Redis Cluster."""
    keys = store.keys(address())
    tags = {
        name[name.index("{") : name.index("}") + 1]
        for name in (keys.session, keys.account, keys.queue, keys.hold, keys.outbox, keys.seen("console", "m"))
    }
    part = keys.partition
    tags |= {name[: name.index("}") + 1] for name in (part.inbox, part.attempts, part.waiting("console"), part.due)}
    assert len(tags) == 1
    assert part in all_partitions()


async def test_what_is_no_longer_wanted_is_dropped_by_name(store: Store) -> None:
    """A turn that lets check-backs go keeps everything else that is due to the person."""
    place = await held(store)
    kinds = ("check", "alert")
    due = tuple(
        Due(occurrence=f"{place.keys.digest}:{kind}:1", at=NOW + timedelta(hours=4), outgoing=said(place))
        for kind in kinds
    )
    await store.commit(place, save(place, Session(address=address()), outgoing=None, due=due))
    await store.finish(place, ())
    later = await held(store)
    await store.commit(later, save(later, Session(address=address()), outgoing=None, drop_due="check"))
    await store.finish(later, ())
    assert await store.outbox.claim_due(NOW + DAY) == 1
