"""Slack's own library against an independent Slack: what our fake takes, somebody else's takes too."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.translate import address_of
from tests.fakes.product import Mind, Product, product
from tests.fakes.slack_delivery import encoded, signature
from tests.fakes.slack_emulate import Emulated, Unavailable, emulate
from tests.fakes.slack_payloads import Payloads
from tests.fakes.slack_workspace import Workspace

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


class Hand:
    """What Slack would hand to our app about the emulator's person, signed as Slack signs it."""

    def __init__(self, slack: Emulated, running: Product, session: aiohttp.ClientSession) -> None:
        self._slack, self._running, self._session = slack, running, session
        workspace = Workspace()
        workspace.team, workspace.app = slack.team, slack.app
        workspace.bot, workspace.bot_user = slack.bot, slack.bot_user
        workspace.add_user(slack.person)
        self.payloads = Payloads(workspace, slack.url)
        self.direct = str(slack.call("conversations.open", users=slack.bot_user)["channel"]["id"])

    async def give(self, kind: str, path: str, payload: dict[str, Any]) -> None:
        """Hand something over; the app must take it and answer it."""
        body, content_type = encoded(kind, payload)
        moment = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": moment,
            "X-Slack-Signature": signature(self._slack.signing_secret, moment, body),
        }
        async with self._session.post(self._running.base + path, data=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        await self._running.idle()
        address = address_of(self._slack.person, self._slack.team)
        for _ in range(1_000):
            if not await self._running.house.engine.undelivered(address):
                return
            await asyncio.sleep(0.01)
        raise AssertionError("an answer was not taken")

    async def say(self, text: str) -> None:
        """The person writes to the app."""
        self._slack.call("chat.postMessage", channel=self.direct, text=text)
        event = self.payloads.event(self.payloads.said(self._slack.person, text, self.direct))
        await self.give("event", "/slack/events", event)

    async def press(self, value: str) -> None:
        """The person presses the newest button of that value which the emulator keeps."""
        block, element = next(
            (block, element)
            for message in self.history()
            for block in message.get("blocks", ())
            for element in block.get("elements", ())
            if element.get("value") == value
        )
        base = self.payloads.pressed(self._slack.person, {"block_id": "b", **block}, element, None)
        base |= {"trigger_id": self._slack.trigger(), "channel": {"id": self.direct, "name": "directmessage"}}
        await self.give("interactive", "/slack/interactive", base)

    async def open_form(self, action: str) -> None:
        """The person presses what opens a form."""
        block, element = {"block_id": "b"}, {"type": "button", "action_id": action}
        base = self.payloads.pressed(self._slack.person, block, element, None)
        await self.give("interactive", "/slack/interactive", base | {"trigger_id": self._slack.trigger()})

    def history(self) -> list[dict[str, Any]]:
        """The direct conversation, newest first, as the person sees it."""
        found: list[dict[str, Any]] = self._slack.call("conversations.history", channel=self.direct)["messages"]
        return found

    def told(self) -> str:
        """Everything the app said."""
        return str([m for m in self.history() if m["user"] == self._slack.bot_user])


async def test_the_app_runs_against_an_independent_slack(slack: Emulated, mind: Mind, short_path: Path) -> None:
    """A consultation with buttons, an emergency, a form and the home tab: an independent Slack takes all of it."""
    keys = {"slack_token": slack.token, "slack_signing_secret": slack.signing_secret, "slack_api_url": slack.api}
    async with product(short_path, mind, **keys) as running, aiohttp.ClientSession() as session:
        hand = Hand(slack, running, session)
        await hand.say("어제부터 머리가 아프고 열이 나요")
        assert "동의" in hand.told()
        for value in ("consent:yes", "age:29", "sex:female"):
            await hand.press(value)
        assert any("a:" in str(m.get("blocks")) for m in hand.history()), "a question with buttons must stand there"
        await hand.say("숨을 못 쉬겠어요")
        assert "119" in hand.told()
        await hand.press("places")
        moment = hand.payloads.said(slack.person, "", hand.direct)["ts"]
        opened = {"type": "app_home_opened", "user": slack.person, "channel": hand.direct, "tab": "home"}
        await hand.give("event", "/slack/events", hand.payloads.event(opened | {"event_ts": moment}))
        before = slack.views().count("modal")
        await hand.open_form("open:profile")
        for _ in range(100):
            if "app home" in slack.views() and slack.views().count("modal") > before:
                break
            await asyncio.sleep(0.05)
        assert "app home" in slack.views()
        assert slack.views().count("modal") == before + 1
