"""The Slack door while the workspace is shut, and while nothing can be sent or kept at the worst moment."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.assembly import House
from adapters.slack.translate import address_of
from bot.engine import Engine
from bot.message import Platform
from tests.fakes.hiccup import Hiccup
from tests.fakes.product import Mind
from tests.fakes.slack import SlackFake
from tests.fakes.slack_door import Open, opened

ALARM = "숨을 못 쉬겠어요"
USER = "U0001"
POST = "chat.postMessage"


async def next_try(door: Open) -> float:
    """Seconds until what waits for the person is tried again."""
    store = door.product.house.store
    keys = store.keys(address_of(USER, door.slack.team))
    at = await store._client.zscore(keys.partition.waiting(Platform.SLACK), keys.digest)
    return float(at or 0) / 1000 - time.time()


def attempts(slack: SlackFake, method: str) -> int:
    """How often a call was refused."""
    return len([refused for refused in slack.refused if refused.method == method])


@pytest.mark.parametrize("method", [POST, "conversations.open"])
@pytest.mark.parametrize(
    "error",
    [
        *("account_inactive", "team_disabled", "user_removed_from_team"),
        *("token_revoked", "access_denied", "ekm_access_denied"),
    ],
)
async def test_a_workspace_that_is_shut_is_left_alone(mind: Mind, short_path: Path, error: str, method: str) -> None:
    """What only the operator can mend is tried again after five minutes, and the reply waits until then."""
    async with SlackFake() as slack, opened(mind, short_path, slack, recover_seconds=60) as door:
        engine, deliver_to = door.product.house.engine, door.product.doors.deliver_to
        slack.fail(1_000, status=200, error=error, method=method)
        await slack.say(USER, "안녕하세요")
        await door.quiet()
        assert attempts(slack, method) == 1
        assert await engine.redeliver(deliver_to) == 0
        assert 300 - 30 < await next_try(door) <= 300
        assert attempts(slack, method) == 2
        assert await engine.redeliver(deliver_to) == 0
        assert attempts(slack, method) == 2, "nobody asks again before"
        assert len(await engine.undelivered(address_of(USER, slack.team))) == 1


async def test_a_cry_that_could_neither_be_kept_nor_sent_is_sent_the_next_time(mind: Mind, short_path: Path) -> None:
    """Slack repeats what could not be kept: danger that did not go out the first time goes out then, and once."""
    async with SlackFake(retry_delays=(0.0, 0.0, 0.0)) as slack, opened(mind, short_path, slack):
        redis = Hiccup(short_path)
        slack.fail(1, status=500, method=POST)
        redis.begin()
        await slack.say(USER, ALARM)
        await slack.settled()
        assert attempts(slack, POST) == 1
        assert [delivery.status for delivery in slack.deliveries] == [503] * 4
        assert ["119" in shown.plain for shown in slack.shown(USER)] == [True]
        redis.end()


async def test_a_cry_that_was_kept_and_not_sent_comes_when_redis_is_back(mind: Mind, short_path: Path) -> None:
    """Where its first send failed and Redis went away right after, danger comes before the reply, each of them once."""
    redis = Hiccup(short_path)

    def stumbling(house: House) -> House:
        engine = Engine(store=house.store, reader=mind[1], knowledge=house.knowledge, at=redis.at)
        return replace(house, engine=engine)

    async with (
        SlackFake() as slack,
        opened(mind, short_path, slack, rebuilt=stumbling, hold_seconds=0.5) as door,
    ):
        slack.fail(1, status=500, method=POST)
        redis.step = "alarm delivered"
        await slack.say(USER, ALARM)
        await slack.until(lambda: redis.step == "")
        await slack.settled()
        assert slack.shown(USER) == []
        redis.end()
        await slack.until(lambda: len(slack.shown(USER)) >= 2)
        await door.quiet()
        assert [shown.blocks[0]["type"] == "header" for shown in slack.shown(USER)] == [True, False]
        assert "119" in slack.shown(USER)[0].plain
        assert await door.product.house.engine.undelivered(address_of(USER, slack.team)) == ()
