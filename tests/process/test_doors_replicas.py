"""Two servers on one Redis: whichever of them a webhook reaches, and however often, it is answered once."""

import asyncio
import random
from pathlib import Path

from bot.state.embedded import EmbeddedRedis, socket_path
from tests.fakes.slack import SlackFake
from tests.fakes.telegram import TelegramFake
from tests.process.doors import (
    SCRIPTS,
    Differences,
    Front,
    Json,
    Server,
    SlackFront,
    TelegramFront,
    calm,
    finished,
    looking,
    serving,
    until,
)

PEOPLE = 24
"""On each messenger; every one of them writes five messages."""

COPIES = 5
"""How often each webhook comes."""

LATEST = 2.0
"""Seconds after which the last copy of a webhook may come, long after later messages of the same person."""


NOTHING_ODD = Differences(missing=[], wrong=[], twice=0)
"""Everything once and in order."""


class Repeating:
    """A messenger that hands over each webhook several times, to whichever server it likes."""

    def __init__(self, servers: tuple[Server, ...], seed: int) -> None:
        self._servers = servers
        self._chance = random.Random(seed)
        self.statuses: list[int] = []
        self._late: list[asyncio.Task[None]] = []

    async def write(self, front: Front, person: int) -> None:
        """One message after the other, the first two copies of each at once and to both servers."""
        for text in SCRIPTS[person % len(SCRIPTS)]:
            webhook = front.written(person, text)
            self._late += [asyncio.create_task(self._later(front, webhook, n)) for n in range(2, COPIES)]
            both = self._chance.sample(self._servers, len(self._servers))
            self.statuses += await asyncio.gather(*(front.post(webhook, s.base, n) for n, s in enumerate(both)))

    async def _later(self, front: Front, webhook: Json, number: int) -> None:
        await asyncio.sleep(0.1 + self._chance.random() * LATEST)
        # Ten apart: Slack never signs the same thing twice with the same second.
        self.statuses.append(await front.post(webhook, self._chance.choice(self._servers).base, 10 * number))

    async def end(self) -> None:
        """Wait for the last copy."""
        await asyncio.gather(*self._late)


async def test_two_servers_answer_each_webhook_once_and_in_order(short_path: Path, embedded: EmbeddedRedis) -> None:
    """Each webhook comes five times, shuffled over two servers: one answer each, in the order they were accepted."""
    redis = f"unix://{socket_path(short_path)}"
    for name in ("a", "b"):
        (short_path / name).mkdir()
    async with TelegramFake() as telegram, SlackFake() as slack:
        fronts: tuple[Front, ...] = (TelegramFront(telegram), SlackFront(slack))
        servers = (Server(folder=short_path / "a"), Server(folder=short_path / "b"))
        keys = {name: value for front in fronts for name, value in front.settings(servers[0].base).items()}
        for server in servers:
            server.settings = {**keys, "DRRC_REDIS_URL": redis, "DRRC_HOLD_SECONDS": "15"}  # nobody dies here
        async with serving(*servers), looking(redis) as look:
            expected = {front: await calm(front, servers[0], look, first=PEOPLE) for front in fronts}
            shuffled = Repeating(servers, seed=20261126)
            await asyncio.gather(*(shuffled.write(front, person) for front in fronts for person in range(PEOPLE)))
            await shuffled.end()
            await until(lambda: finished(look))
            await asyncio.sleep(1)
            ended = [await server.stop() for server in servers]
        refused = [each for front in fronts for each in front.refused()]
    for front in fronts:
        heard = [front.heard(person) for person in range(PEOPLE)]
        found = [expected[front][person % len(SCRIPTS)].differences(parts) for person, parts in enumerate(heard)]
        lost, wrong = sum(len(each.missing) for each in found), sum(len(each.wrong) for each in found)
        print(
            f"\n{type(front).__name__}: {PEOPLE * 5} webhooks, each {COPIES} times; lost {lost},"
            f" answered twice {sum(each.twice for each in found)}, wrong or out of order {wrong}"
        )
        odd = [(each, parts) for each, parts in zip(found, heard, strict=True) if each != NOTHING_ODD]
        assert not odd
    assert len(shuffled.statuses) == PEOPLE * len(fronts) * 5 * COPIES
    assert set(shuffled.statuses) == {200}
    assert ended == [0, 0]
    assert not refused
