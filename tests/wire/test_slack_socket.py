"""The Slack door in Socket Mode: no public address, the same conversations."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from adapters.slack.translate import address_of
from bot.state.embedded import command, socket_path
from tests.fakes.product import Mind
from tests.fakes.slack import SlackFake
from tests.fakes.slack_door import Open, opened

USER = "U0001"
CHANNEL = "C0001"


@asynccontextmanager
async def connected(mind: Mind, folder: Path, slack: SlackFake) -> AsyncIterator[Open]:
    """The product with an app token and without a signing secret, its socket open."""
    keys = {"slack_signing_secret": "", "slack_app_token": slack.app_token}
    async with opened(mind, folder, slack, **keys) as ready:
        await slack.until(lambda: slack.sockets.connected)
        yield ready


@pytest.fixture
async def door(mind: Mind, short_path: Path) -> AsyncIterator[Open]:
    """An open socket; nothing may be refused."""
    async with SlackFake(echo=True) as slack, connected(mind, short_path, slack) as ready:
        yield ready
        assert [(refused.method, refused.error) for refused in slack.refused] == []


async def test_a_conversation_over_the_socket(door: Open) -> None:
    """Messages, buttons, forms, the home and commands all work without a public address."""
    await door.slack.say(USER, "어제부터 머리가 아프고 열이 나요")
    await door.quiet()
    await door.slack.tap(USER, "consent:yes")
    await door.quiet()
    assert len(door.slack.shown(USER)) == 2
    await door.slack.open_home(USER)
    await door.slack.until(lambda: door.slack.home(USER))
    await door.slack.tap(USER, "open:profile", where="home")
    await door.slack.until(lambda: door.slack.modal(USER))
    _, answer = await door.slack.submit(USER, {"age": {"age": {"value": "마흔"}}})
    assert list(answer["errors"]) == ["age"]
    _, answer = await door.slack.submit(USER, {"age": {"age": {"value": "40"}}})
    assert answer == {"response_action": "clear"}
    await door.slack.command(USER, "도움말")
    await door.quiet()
    assert [hint.ephemeral for hint in door.slack.shown_in(CHANNEL)] == [True]
    assert len(door.slack.shown(USER)) == 4
    assert {delivery.status for delivery in door.slack.deliveries} == {200}


async def test_nothing_comes_in_over_http_without_a_signing_secret(door: Open) -> None:
    """What nobody could verify has no address."""
    async with aiohttp.ClientSession() as session:
        for path in ("events", "interactive", "commands"):
            async with session.post(f"{door.product.base}/slack/{path}", json={}) as answer:
                assert answer.status == 404


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", None])
async def test_a_closed_socket_is_opened_again(door: Open, reason: str | None) -> None:
    """Announced or not, an end is followed by a new connection, and the conversation goes on."""
    await door.slack.say(USER, "안녕하세요")
    await door.quiet()
    await door.slack.sockets.end(reason)
    await door.slack.until(lambda: door.slack.sockets.connected, 15)
    await door.slack.say(USER, "도움말")
    await door.slack.until(lambda: len(door.slack.shown(USER)) == 2)


async def test_what_was_not_kept_is_not_acknowledged(mind: Mind, short_path: Path) -> None:
    """Without Redis an envelope stays with Slack; danger is answered all the same."""
    async with SlackFake(limit=0.5, retry_delays=()) as slack, connected(mind, short_path, slack) as door:
        assert door.product.house.embedded is not None
        door.product.house.embedded.release()
        command(socket_path(short_path), b"SHUTDOWN NOSAVE\r\n")
        await slack.say(USER, "숨을 못 쉬겠어요")
        assert [delivery.status for delivery in slack.deliveries] == [0]
        assert "119" in slack.shown(USER)[-1].plain


async def test_with_a_wrong_app_token_the_rest_goes_on(mind: Mind, short_path: Path) -> None:
    """A socket that is refused is asked for again later; nothing else stops."""
    async with SlackFake() as slack, opened(mind, short_path, slack, slack_app_token="xapp-wrong") as door:
        await slack.until(lambda: slack.refused)
        assert {(refused.method, refused.error) for refused in slack.refused} == {
            ("apps.connections.open", "invalid_auth")
        }
        await slack.say(USER, "안녕하세요")
        await door.quiet()
        assert len(slack.shown(USER)) == 1
        assert await door.product.house.engine.undelivered(address_of(USER, slack.team)) == ()


async def test_slack_that_cannot_be_reached_is_asked_again(mind: Mind, short_path: Path) -> None:
    """The door opens while Slack is away and connects once it is there."""
    async with SlackFake() as slack:
        slack.fail(2, status=0, method="apps.connections.open")
        slack.fail(1, status=500, method="auth.test")
        async with connected(mind, short_path, slack):
            await slack.until(lambda: [call for call in slack.calls if call.method == "auth.test"], 15)
