"""What a process that died left behind is taken up beside everything else."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.engine import Engine
from bot.message import Address, Message, Outgoing, Platform
from bot.state.store import Store
from bot.turn import Knowledge
from nlu.reader import Reader
from scheduler.app import running

ADDRESS = Address(platform=Platform.TELEGRAM, user="somebody")


async def test_a_silent_messenger_keeps_nobody_from_starting(store: Store, mind: tuple[Knowledge, Reader]) -> None:
    """The start does not wait for turns that were left behind, and their replies come as soon as they can."""
    knowledge, reader = mind
    engine = Engine(store=store, reader=reader, knowledge=knowledge)
    left = Message(id="m1", address=ADDRESS, sent_at=datetime.now(UTC), text="안녕하세요")
    await store.receive(left)  # and the process died
    await store._client.delete(store.keys(ADDRESS).hold)
    listens, took = asyncio.Event(), asyncio.Event()

    async def deliver(outgoing: Outgoing) -> None:
        await listens.wait()
        took.set()

    async with asyncio.timeout(20):
        async with running(
            engine=engine,
            store=store,
            embedded=None,
            deliver_to=lambda name: deliver if name is Platform.TELEGRAM else None,
            every=timedelta(seconds=0.2),
            orphan_age=timedelta(hours=1),
        ):
            assert not took.is_set()
            listens.set()
            await took.wait()
