"""Slack's own library against an independent Slack: what our fake takes, somebody else's takes too."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_emulate import Emulated, Unavailable, emulate

FOLDER = Path(__file__).parents[2] / "build" / "slack-emulate"

pytestmark = [pytest.mark.emulate, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def slack() -> Iterator[Emulated]:
    """A running emulator; without npm or network the test is skipped, and on CI that is a failure."""
    try:
        with emulate(FOLDER) as running:
            yield running
    except Unavailable as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no Slack emulator: {reason}")


async def test_messages_homes_and_modals_reach_an_independent_slack(slack: Emulated) -> None:
    """A direct message with blocks is kept as sent, its update shows, and a home and a modal are taken."""
    client = AsyncWebClient(token=slack.token, base_url=slack.api)
    me = await client.auth_test()
    assert (me["user_id"], me["bot_id"], me["team_id"]) == (slack.bot_user, slack.bot, slack.team)
    direct = (await client.api_call("conversations.open", json={"users": slack.person}))["channel"]["id"]
    assert direct.startswith("D")
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": "머리가 아프군요"}},
        {"type": "section", "block_id": "why", "text": {"type": "mrkdwn", "text": "*언제*부터예요?"}},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "answer:0",
                    "value": "0",
                    "text": {"type": "plain_text", "text": "오늘"},
                }
            ],
        },
    ]
    sent = await client.chat_postMessage(channel=direct, text="언제부터예요?", blocks=blocks)
    slack.call("chat.postMessage", channel=direct, text="오늘 아침부터요")
    history = (await client.api_call("conversations.history", json={"channel": direct}))["messages"]
    assert [(m["user"], m["text"]) for m in history] == [
        (slack.person, "오늘 아침부터요"),
        (slack.bot_user, "언제부터예요?"),
    ]
    assert (history[1]["ts"], history[1]["blocks"]) == (sent["ts"], blocks)
    await client.chat_update(channel=direct, ts=sent["ts"], text="오늘부터군요.")
    changed = slack.call("conversations.history", channel=direct)["messages"][1]
    assert changed["text"] == "오늘부터군요."
    home = (await client.views_publish(user_id=slack.person, view={"type": "home", "blocks": blocks}))["view"]
    assert (home["type"], len(home["blocks"])) == ("home", 3)
    title = {"type": "plain_text", "text": "우리 동네"}
    modal = {"type": "modal", "title": title, "callback_id": "area", "blocks": blocks[:2]}
    trigger = slack.trigger()
    await client.views_open(trigger_id=trigger, view=modal)
    with pytest.raises(SlackApiError, match="trigger"):
        await client.views_open(trigger_id=trigger, view=modal)
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.api_call("conversations.history", json={"channel": slack.channel})
