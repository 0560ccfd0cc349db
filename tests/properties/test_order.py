"""Order and number of replies against an oracle: two engines on one Redis, doors that fail, processes that die."""

import asyncio
import itertools
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.engine import Accepted, Engine
from bot.errors import Later
from bot.message import Address, Message, Outgoing, Platform
from bot.state.connection import connect
from bot.state.embedded import EmbeddedRedis, socket_path
from bot.state.store import Held, Store
from bot.turn import Knowledge
from nlu.reader import Reader

TEXTS = ("안녕하세요", "도움말", "고마워요", "숨을 못 쉬겠어요")
DEATHS = ("received", "alarm put", "alarm delivered", "held and loaded", "answered", "committed", "delivered", "marked")
WINDOWS = frozenset({"alarm delivered", "delivered"})
"""Deaths after which the door has something nobody knows of."""

PEOPLE = st.integers(0, 2)
ENGINES = st.integers(0, 1)
HOLD = timedelta(seconds=60)
"""No hold ends by itself here: a slow machine is no dead process."""

numbers = itertools.count()


class Died(BaseException):
    """The process is gone."""


class Crowd(RuleBasedStateMachine):
    """Three people, two processes."""

    redis_url: str
    mind: tuple[Knowledge, Reader]

    def __init__(self) -> None:
        super().__init__()
        self.run = asyncio.Runner().__enter__()
        self.name = f"example {next(numbers)}"
        self.client = connect(self.redis_url, None)
        self.store = Store(self.client, salt=b"salt of the property", hold_life=HOLD)
        self.dies_at = ""
        self.engines = [self.engine(), self.engine()]
        self.door = "open"
        self.sent: list[Message] = []
        self.accepted: dict[int, list[str]] = {0: [], 1: [], 2: []}
        self.taken: dict[str, list[str]] = {}
        self.unclear: Counter[str] = Counter()
        self.windows = 0

    def engine(self) -> Engine:
        """A process."""
        knowledge, reader = self.mind
        return Engine(store=self.store, reader=reader, knowledge=knowledge, at=self.at)

    def at(self, step: str) -> None:
        """Die where it was said."""
        if step == self.dies_at:
            raise Died

    async def deliver(self, outgoing: Outgoing) -> None:
        """The door."""
        if self.door == "shut":
            raise Later("shut")
        self.taken.setdefault(outgoing.address.user, []).append(outgoing.id)
        if self.door == "mumbling":
            self.unclear[outgoing.id] += 1
            raise Later("it may have been taken")

    def message(self, person: int, text: str) -> Message:
        """Something new."""
        address = Address(platform=Platform.TELEGRAM, user=f"{self.name}, person {person}")
        made = Message(id=f"m{next(numbers)}", address=address, sent_at=datetime.now(UTC), text=text)
        self.sent.append(made)
        return made

    async def jobs(self, engine: int) -> None:
        """What runs by the clock."""
        await self.engines[engine].recover(lambda _: self.deliver, older_than=timedelta(0))
        await self.engines[engine].redeliver(lambda _: self.deliver)

    async def accept(self, engine: int, person: int, message: Message) -> Accepted:
        """Accept it, and write down its place."""
        accepted = await self.engines[engine].accept(message, self.deliver)
        assert accepted is not None
        self.accepted[person].append(accepted.place.inbox_id)
        return accepted

    @rule(person=PEOPLE, texts=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4), engine=ENGINES)
    def says(self, person: int, texts: list[str], engine: int) -> None:
        """Somebody writes, in haste; the webhooks reach both processes in turn."""

        async def all_at_once() -> None:
            await self.jobs(engine)  # what a dead process left stands before them
            turns = []
            for number, text in enumerate(texts):
                which = (engine + number) % 2
                accepted = await self.accept(which, person, self.message(person, text))
                turns.append(self.engines[which].answer(accepted, self.deliver, in_order=True))
            await asyncio.gather(*turns, *(each.redeliver(lambda _: self.deliver) for each in self.engines))

        self.run.run(all_at_once())

    @rule(person=PEOPLE, text=st.sampled_from(TEXTS), step=st.sampled_from(DEATHS), engine=ENGINES)
    def dies(self, person: int, text: str, step: str, engine: int) -> None:
        """A process dies somewhere in a turn, and another takes its place."""
        message = self.message(person, text)

        async def halfway() -> None:
            self.dies_at = "" if step == "received" else step
            accepted = await self.accept(engine, person, message)
            if step != "received" and isinstance(accepted.place, Held):
                await self.engines[engine].answer(accepted, self.deliver, in_order=True)

        before = sum(map(len, self.taken.values()))
        try:
            self.run.run(halfway())
        except Died:
            self.windows += step in WINDOWS and sum(map(len, self.taken.values())) > before
        finally:
            self.dies_at = ""
            self.engines[engine] = self.engine()
            self.run.run(self.client.delete(self.store.keys(message.address).hold))  # as if its time had passed

    @rule(data=st.data(), engine=ENGINES)
    def comes_again(self, data: st.DataObject, engine: int) -> None:
        """A messenger repeats what was accepted: nothing happens."""
        if self.sent:
            message = data.draw(st.sampled_from(self.sent))
            assert self.run.run(self.engines[engine].accept(message, self.deliver)) is None

    @rule(door=st.sampled_from(["open", "open", "shut", "mumbling"]))
    def turns(self, door: str) -> None:
        """The messenger falls ill or gets well."""
        self.door = door

    @rule(engine=ENGINES)
    def clears_up(self, engine: int) -> None:
        """The jobs by the clock."""
        self.run.run(self.jobs(engine))

    @invariant()
    def replies_come_in_order(self) -> None:
        """Replies are first taken in the order in which their messages were accepted, with no gap."""
        for person, ids in self.accepted.items():
            replies = [name for name in self.heard(person) if name.endswith(":reply")]
            first = list(dict.fromkeys(replies))
            assert first == [f"{inbox}:reply" for inbox in ids][: len(first)]

    @invariant()
    def nothing_is_said_twice_without_need(self) -> None:
        """A reply is taken again only where nobody could know that it was."""
        again = Counter(name for person in self.accepted for name in self.heard(person))
        needless = sum(max(0, times - 1 - self.unclear[name]) for name, times in again.items())
        assert needless <= self.windows

    def heard(self, person: int) -> list[str]:
        """What the person was told."""
        return self.taken.get(f"{self.name}, person {person}", [])

    def teardown(self) -> None:
        """In the end everything accepted was answered."""

        async def rest() -> None:
            self.door = "open"
            for _ in range(100):
                await self.engines[0].recover(lambda _: self.deliver, older_than=timedelta(0))
                await self.engines[0].redeliver(lambda _: self.deliver)
                addresses = {message.address for message in self.sent}
                owed = [o for address in addresses for o in await self.engines[0].undelivered(address)]
                if not owed and not await self.store.unfinished():
                    break
                for address in addresses:
                    await self.store.outbox.postpone(self.store.keys(address), Platform.TELEGRAM, timedelta(0))
                await asyncio.sleep(0.05)
            await self.client.aclose()

        try:
            self.run.run(rest())
            for person, ids in self.accepted.items():
                assert set(self.heard(person)) >= {f"{inbox}:reply" for inbox in ids}
            self.replies_come_in_order()
            self.nothing_is_said_twice_without_need()
        finally:
            self.run.__exit__(None, None, None)


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """One Redis for all examples: each has people of its own."""
    with tempfile.TemporaryDirectory(prefix="drrc-") as folder:
        server = EmbeddedRedis(Path(folder))
        server.start()
        yield f"unix://{socket_path(Path(folder))}"
        server.release()


def test_every_message_is_answered_once_and_in_order(redis_url: str, mind: tuple[Knowledge, Reader]) -> None:
    """Whatever fails or dies in between, each person's replies come once each, in order, and none is lost."""
    Crowd.redis_url, Crowd.mind = redis_url, mind
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Crowd,
        settings=settings(
            max_examples=20,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
