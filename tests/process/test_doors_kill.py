"""kill −9 of `drrc serve` behind two messengers in full flow: what was acknowledged is answered, once and in order."""

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path

from bot.state.embedded import socket_path
from tests.fakes.slack import SlackFake
from tests.fakes.telegram import TelegramFake
from tests.process.doors import (
    SCRIPTS,
    Conversation,
    Front,
    Json,
    Server,
    SlackFront,
    TelegramFront,
    calm,
    finished,
    looking,
    redis_pid,
    serving,
    until,
)

PEOPLE = 66
"""On each messenger; every one of them writes five messages."""

ACKNOWLEDGED = 300
"""Webhooks of each messenger that are acknowledged before the kill."""


class Crowd:
    """People who write one message after the other, each as soon as the one before was acknowledged."""

    def __init__(self, server: Server, fronts: tuple[Front, ...]) -> None:
        self.server = server
        self.fronts = fronts
        self.acknowledged: Counter[Front] = Counter()
        self.before: Counter[Front] = Counter()
        self.broken: Counter[Front] = Counter()
        self.killed = asyncio.Event()
        self.webhooks: dict[tuple[Front, int], list[Json]] = {
            (front, person): [front.written(person, text) for text in SCRIPTS[person % len(SCRIPTS)]]
            for front in fronts
            for person in range(PEOPLE)
        }

    async def write(self) -> None:
        """Post everything until it is acknowledged. The server is killed as soon as enough was."""
        await asyncio.gather(*(self._one(*who) for who in self.webhooks))

    async def again(self) -> set[int]:
        """Post everything once more, as a messenger does that missed the answers; the statuses."""
        return set(
            await asyncio.gather(
                *(
                    front.post(webhook, self.server.base, 50)
                    for (front, _), webhooks in self.webhooks.items()
                    for webhook in webhooks
                )
            )
        )

    def heard(self, front: Front) -> list[list[str]]:
        """What each person was told."""
        return [front.heard(person) for person in range(PEOPLE)]

    async def _one(self, front: Front, person: int) -> None:
        for webhook in self.webhooks[front, person]:
            attempt = 0
            while await front.post(webhook, self.server.base, attempt) != 200:
                attempt += 1
                self.broken[front] += attempt == 1
                await asyncio.sleep(0.2)
            self.acknowledged[front] += 1
            enough = all(self.acknowledged[each] >= ACKNOWLEDGED for each in self.fronts)
            if enough and not self.killed.is_set():
                self.server.kill()
                self.before = self.acknowledged.copy()
                self.killed.set()


async def test_kill_minus_nine_loses_no_acknowledged_webhook(short_path: Path) -> None:
    """Killed together with its Redis, 300 webhooks of each messenger unanswered, the server loses and repeats none.

    The oracle is the conversation of somebody who says the same words without haste to the same server: within a
    script every answer differs, so what a person of the crowd was shown tells which messages were answered, how often
    and in which order. Alarm replies do not wait for the answers before them and are only counted. A part may come
    twice only where its reply lay in the outbox when the process died: accepted by the messenger, not yet recorded.
    """
    redis = f"unix://{socket_path(short_path)}"
    async with TelegramFake() as telegram, SlackFake() as slack:
        fronts: tuple[Front, ...] = (TelegramFront(telegram), SlackFront(slack))
        server = Server(folder=short_path)
        server.settings = {name: value for front in fronts for name, value in front.settings(server.base).items()}
        async with serving(server):
            async with looking(redis) as look:
                expected = {front: await calm(front, server, look, first=PEOPLE) for front in fronts}
            crowd = Crowd(server, fronts)
            writing = asyncio.create_task(crowd.write())
            await asyncio.wait(
                {writing, killed := asyncio.create_task(crowd.killed.wait())}, return_when="FIRST_COMPLETED"
            )
            assert killed.done(), "everything was acknowledged before the kill"
            shown = {front: sum(map(len, crowd.heard(front))) for front in fronts}
            async with looking(redis) as look:
                left = await look()
            os.kill(await redis_pid(short_path), signal.SIGKILL)
            opened = await server.start()
            await writing
            async with looking(redis) as look:
                await until(lambda: finished(look))
                before, heard = await look(), {front: crowd.heard(front) for front in fronts}
                statuses = await crowd.again()
                await asyncio.sleep(1)
                after = await look()
            again = sum(crowd.heard(front) != heard[front] for front in fronts)
        refused = [each for front in fronts for each in front.refused()]
    print(f"\nopened again after {opened:.1f} s; owed at the kill: {left.inbox} turns, {left.outbox} replies")
    resent = sum(check(front, crowd, expected[front], heard[front], shown[front]) for front in fronts)
    print(f"redelivered {sum(crowd.acknowledged.values())}: answered {again}, sessions changed {before != after}")
    assert left.inbox >= ACKNOWLEDGED, "hardly a turn was under way when the server was killed"
    assert crowd.broken.total(), "no webhook was under way when the server was killed"
    assert resent <= left.outbox
    assert statuses == {200}
    assert not again
    assert before == after
    assert not refused


def check(front: Front, crowd: Crowd, expected: list[Conversation], heard: list[list[str]], shown: int) -> int:
    """Nothing is lost, nothing is wrong; the number of parts that came twice."""
    found = [expected[person % len(SCRIPTS)].differences(parts) for person, parts in enumerate(heard)]
    lost = [part for each in found for part in each.missing]
    wrong = [part for each in found for part in each.wrong]
    resent = sum(each.twice for each in found)
    print(
        f"{type(front).__name__}: acknowledged {crowd.before[front]}, of {crowd.acknowledged[front]} webhooks;"
        f" retried {crowd.broken[front]}; parts shown at the kill {shown}, in the end {sum(map(len, heard))};"
        f" lost {len(lost)}, re-sent {resent}, wrong or out of order {len(wrong)}"
    )
    assert not lost
    assert not wrong
    return resent
