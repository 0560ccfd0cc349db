"""Order and number of replies against an oracle: two engines on one Redis, doors that fail, processes that die."""

import asyncio
import itertools
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.engine import Accepted, Engine
from bot.errors import Later
from bot.message import Address, Message, Outgoing, Platform
from bot.state.connection import Client, connect
from bot.state.embedded import EmbeddedRedis, socket_path
from bot.state.keys import all_partitions
from bot.state.store import Store
from bot.turn import Knowledge
from nlu.reader import Reader

Mind = tuple[Knowledge, Reader]

TEXTS = st.lists(st.sampled_from(["안녕하세요", "도움말", "머리가 아파요", "숨을 못 쉬겠어요"]), min_size=1, max_size=4)
STEPS = ("received", "alarm put", "alarm delivered", "held and loaded", "answered", "committed", "delivered", "marked")
PEOPLE = st.integers(0, 2)
ENGINES = st.integers(0, 1)
PACES = st.sampled_from([(0.0, 0.0), (0.002, 0.008), (0.008, 0.002)])
"""Seconds the messenger takes for an alarm and for another reply."""

HOLD = timedelta(seconds=60)
"""Longer than any example: no hold ends by itself, a dead process's holds are ended by the machine."""

numbers = itertools.count()


class Died(BaseException):
    """The process is gone."""


class Process:
    """An engine with a connection of its own, which can die in the middle of a step."""

    def __init__(self, redis_url: str, mind: Mind) -> None:
        self.client: Client = connect(redis_url, None)
        self.store = Store(self.client, salt=b"salt of the property", hold_life=HOLD)
        self.engine = Engine(store=self.store, reader=mind[1], knowledge=mind[0], at=self._at)
        self.dies_at, self.lives = "", 0

    def _at(self, step: str) -> None:
        if step == self.dies_at:
            self.lives -= 1
            if self.lives < 0:
                raise Died


class Messenger:
    """A door that writes down what it took, and for each time whether the process could know."""

    def __init__(self) -> None:
        self.mood = "open"
        self.pace = (0.0, 0.0)
        self.taken: dict[Address, list[str]] = {}
        self.known: dict[str, list[bool]] = {}

    async def deliver(self, outgoing: Outgoing) -> None:
        """Take it, refuse it, or take it without saying so. The way there and the way back take time."""
        if self.mood == "shut":
            raise Later("shut", after=0.001)
        if self.mood == "broken":
            raise RuntimeError
        seconds = self.pace[0 if outgoing.id.endswith(":alarm") else 1]
        await asyncio.sleep(seconds)
        self.taken.setdefault(outgoing.address, []).append(outgoing.id)
        times = self.known.setdefault(outgoing.id, [])
        times.append(self.mood != "mumbling")
        if self.mood == "mumbling":
            raise Later("nobody knows whether it was taken", after=0.001)
        await asyncio.sleep(seconds)


class Crowd(RuleBasedStateMachine):
    """Three people, two processes, one messenger."""

    redis_url: str
    mind: Mind

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner().__enter__()
        self.watch: Client = connect(self.redis_url, None)
        self.store = Store(self.watch, salt=b"salt of the property", hold_life=HOLD)
        self.runner.run(self.watch.flushall())
        self.people = tuple(Address(platform=Platform.TELEGRAM, user=f"person {n}") for n in range(3))
        self.processes = [Process(self.redis_url, self.mind) for _ in range(2)]
        self.door = Messenger()
        self.sent: list[Message] = []
        self.accepted: dict[str, str] = {}

    def message(self, person: int, text: str) -> Message:
        """Something new."""
        now = datetime.now(UTC)
        made = Message(id=f"m{next(numbers)}", address=self.people[person], sent_at=now, text=text)
        self.sent.append(made)
        return made

    async def accept(self, process: Process, message: Message) -> Accepted:
        """Accept it and note its inbox id."""
        accepted = await process.engine.accept(message, self.door.deliver)
        assert accepted is not None
        self.accepted[message.id] = accepted.place.inbox_id
        return accepted

    async def recovered(self, process: Process) -> None:
        """Run what dead processes left. Nobody else is at work, so every hold is a dead process's: its time is over."""
        for person in self.people:
            await self.watch.delete(self.store.keys(person).hold)
        await process.engine.recover(lambda _: self.door.deliver, older_than=timedelta(0))

    async def redelivered(self, process: Process) -> None:
        """Deliver what waits, whenever its next attempt was due."""
        for person in self.people:
            await self.store.outbox.postpone(self.store.keys(person), Platform.TELEGRAM, timedelta(0))
        await process.engine.redeliver(lambda name: self.door.deliver if name is Platform.TELEGRAM else None)

    async def spoken(self, person: int, texts: Sequence[str], processes: Sequence[Process]) -> None:
        """One message after the other is accepted by one process after the other; the turns run meanwhile."""
        turns: list[asyncio.Task[object]] = []
        try:
            for text, process in zip(texts, itertools.cycle(processes)):
                accepted = await self.accept(process, self.message(person, text))
                turn = process.engine.answer(accepted, self.door.deliver, in_order=True)
                turns.append(asyncio.create_task(turn))
                await asyncio.sleep(0.001)
            await asyncio.gather(*turns)
        finally:
            while waiting := [task for task in turns if not task.done()]:
                for task in waiting:
                    task.cancel()  # Python 3.11's wait_for, in which redis-py opens connections, may swallow it
                await asyncio.wait(waiting, timeout=0.01)
            await asyncio.gather(*turns, return_exceptions=True)

    @rule(person=PEOPLE, texts=TEXTS, process=ENGINES, pace=PACES, job=st.booleans())
    def says(self, person: int, texts: list[str], process: int, pace: tuple[float, float], job: bool) -> None:
        """Somebody writes in haste, and the webhooks reach both processes in turn; the jobs may run meanwhile."""

        async def run() -> None:
            one, other = self.processes[process], self.processes[1 - process]
            await self.recovered(one)  # turns wait for those before them
            self.door.pace = pace
            jobs = [asyncio.create_task(self.redelivered(each)) for each in (one, other) if job]
            await self.spoken(person, texts, (one, other))
            await asyncio.gather(*jobs)

        self.runner.run(run())

    @rule(person=PEOPLE, texts=TEXTS, process=ENGINES, step=st.sampled_from(STEPS), lives=st.integers(0, 2), pace=PACES)
    def dies(
        self, person: int, texts: list[str], process: int, step: str, lives: int, pace: tuple[float, float]
    ) -> None:
        """A process dies at some step of somebody's turns, the others under way with it."""

        async def run() -> None:
            dying = self.processes[process]
            await self.recovered(dying)
            self.door.pace, dying.dies_at, dying.lives = pace, step, lives
            try:
                await self.spoken(person, texts, (dying,))
            except Died:
                await self.bury(process)
            dying.dies_at = ""

        self.runner.run(run())

    async def bury(self, process: int) -> None:
        """Close the dead process's connections, and note what it could not write down."""
        await self.processes[process].client.aclose()
        self.processes[process] = Process(self.redis_url, self.mind)
        await asyncio.sleep(0.005)  # what was on its way to Redis arrives
        for part in all_partitions():
            for waiting, message in await self.store.orphans(part, older_than=timedelta(0)):
                self.accepted[message.id] = waiting.inbox_id
        for person in self.people:
            for outgoing in await self.store.outbox.undelivered(self.store.keys(person)):
                if times := self.door.known.get(outgoing.id):
                    times[-1] = False

    @rule(data=st.data(), process=ENGINES)
    def comes_again(self, data: st.DataObject, process: int) -> None:
        """The messenger repeats a webhook that was accepted: nothing happens."""
        if self.sent:
            message = self.sent[data.draw(st.integers(0, 1_000)) % len(self.sent)]
            engine = self.processes[process].engine
            assert self.runner.run(engine.handle(message, self.door.deliver)) is None

    @rule(mood=st.sampled_from(["open", "open", "shut", "broken", "mumbling"]))
    def turns(self, mood: str) -> None:
        """The messenger falls ill or gets well."""
        self.door.mood = mood

    @rule(process=ENGINES, both=st.booleans())
    def clears_up(self, process: int, both: bool) -> None:
        """The jobs by the clock, in one process or in both at the same time."""

        async def run() -> None:
            chosen = self.processes if both else [self.processes[process]]
            await self.recovered(chosen[0])
            await asyncio.gather(*(self.redelivered(each) for each in chosen))

        self.runner.run(run())

    @invariant()
    def replies_come_in_order(self) -> None:
        """Replies come in the order of acceptance without a gap, and a reply that comes again still before the next."""
        for person in self.people:
            owed = [f"{self.accepted[m.id]}:reply" for m in self.sent if m.address == person]
            heard = self.door.taken.get(person, [])
            replies = [name for name in heard if name.endswith(":reply")]
            once = [name for name, _ in itertools.groupby(replies)]
            assert once == owed[: len(once)]
            for name in heard:
                alarm = name.replace(":reply", ":alarm")
                assert alarm not in heard or heard.index(alarm) <= heard.index(name)

    @invariant()
    def nothing_comes_twice_without_need(self) -> None:
        """A reply comes again only where nobody could know that it had been taken, once for each such time."""
        for times in self.door.known.values():
            assert not any(times[:-1])

    def teardown(self) -> None:
        """In the end everything accepted was answered, nothing waits, and repeats change nothing."""

        async def rest() -> None:
            self.door.mood, self.door.pace = "open", (0.0, 0.0)
            await self.recovered(self.processes[0])
            await self.redelivered(self.processes[0])
            for person in self.people:
                assert not await self.store.outbox.undelivered(self.store.keys(person))
            assert not await self.store.unfinished()
            told = {person: list(heard) for person, heard in self.door.taken.items()}
            for message in self.sent:
                assert await self.processes[1].engine.handle(message, self.door.deliver) is None
            assert told == self.door.taken

        try:
            self.runner.run(rest())
            self.replies_come_in_order()
            self.nothing_comes_twice_without_need()
            for message in self.sent:
                assert f"{self.accepted[message.id]}:reply" in self.door.taken[message.address]
        finally:
            for client in (self.watch, *(each.client for each in self.processes)):
                self.runner.run(client.aclose())
            self.runner.__exit__(None, None, None)


@pytest.fixture(scope="module")
def emptied_redis() -> Iterator[str]:
    """One Redis for all examples; each begins by emptying it."""
    with tempfile.TemporaryDirectory(prefix="drrc-") as folder:
        server = EmbeddedRedis(Path(folder))
        server.start()
        yield f"unix://{socket_path(Path(folder))}"
        server.release()


def test_every_message_is_answered_once_and_in_order(emptied_redis: str, mind: Mind) -> None:
    """Whatever fails or dies in between, each person's replies come once each, in order, and none is lost."""
    Crowd.redis_url, Crowd.mind = emptied_redis, mind
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Crowd,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # what is found depends on timing: shrinking it would take minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
