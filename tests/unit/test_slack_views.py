"""Slack's forms, home tab, texts and manifest."""

import json
from pathlib import Path

import pytest
import yaml
from slack_sdk.models.views import View

from adapters.slack import channel, views
from bot.phrases import load_phrases
from tests.fakes.slack_blocks import wrong_view

SAY = load_phrases()
MANIFEST = Path(channel.__file__).with_name("manifest.yaml")


@pytest.mark.parametrize("name", ["address", "profile"])
def test_forms_are_within_slacks_limits(name: str) -> None:
    """Each form passes Slack's own model and rules, and its fields are those that are read back."""
    view = views.modal(name, say=SAY, hours=24)
    assert view is not None
    View(**json.loads(json.dumps(view))).to_dict()
    assert wrong_view(view, "modal") == []
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    expected = (
        {"place"}
        if name == "address"
        else {"who", "age", "sex", "pregnant", "conditions", "drugs", "allergies", "consent"}
    )
    assert inputs == expected
    assert all(len(view[part]["text"]) <= 24 for part in ("title", "submit", "close"))


def test_the_profile_form_says_what_consent_is_for() -> None:
    """What is kept, why and how long stands above the box, and the box is empty at first."""
    view = views.modal("profile", say=SAY, hours=48)
    assert view is not None
    told, box = view["blocks"][-2:]
    assert all(words in told["text"]["text"] for words in ("무엇을", "왜", "48시간", "동의하지 않아도"))
    assert "initial_options" not in box["element"]
    assert box["optional"]
    assert views.modal("other", say=SAY, hours=24) is None


def test_the_home_says_who_speaks_and_offers_everything() -> None:
    """An AI that is no doctor, 119, and a button for each thing a person can do."""
    home = views.home(SAY)
    View(**json.loads(json.dumps(home))).to_dict()
    assert wrong_view(home, "home") == []
    words = json.dumps(home, ensure_ascii=False)
    assert "AI" in words
    assert "☎ 119" in words
    buttons = [e for block in home["blocks"] if block["type"] == "actions" for e in block["elements"]]
    offered = {button.get("value") or button["action_id"] for button in buttons}
    assert offered == {"start", "open:profile", "places", "mydata", "export", "delete", "link", "help"}


def test_the_operator_is_told_every_step() -> None:
    """The steps name each setting, the console and the manifest."""
    steps = "\n".join(SAY.lines("slack.steps"))
    for words in (
        "https://api.slack.com/apps",
        "From a manifest",
        "manifest.yaml",
        "DRRC_SLACK_TOKEN",
        "DRRC_SLACK_SIGNING_SECRET",
        "DRRC_SLACK_APP_TOKEN",
        "connections:write",
        "/slack/events",
        "/slack/interactive",
        "/slack/commands",
    ):
        assert words in steps


def test_the_manifest_asks_for_what_is_used_and_nothing_else() -> None:
    """The app may read and write direct messages, hear its name, take commands and show forms and a home."""
    manifest = yaml.safe_load(MANIFEST.read_text("utf-8"))
    features, app_settings = manifest["features"], manifest["settings"]
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == {
        "app_mentions:read",
        "chat:write",
        "commands",
        "im:history",
        "im:write",
    }
    assert set(app_settings["event_subscriptions"]["bot_events"]) == {"app_home_opened", "app_mention", "message.im"}
    assert app_settings["interactivity"]["is_enabled"] is True
    assert app_settings["socket_mode_enabled"] is True
    home = features["app_home"]
    assert (home["home_tab_enabled"], home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (
        True,
        True,
        False,
    )
    assert features["bot_user"]["display_name"]
    (command,) = features["slash_commands"]
    assert command["command"].isascii()
    assert 174 <= len(manifest["display_information"]["long_description"]) <= 4_000
    assert len(manifest["display_information"]["description"]) <= 140
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert views.modal(shortcut["callback_id"].removeprefix("open:"), say=SAY, hours=24)
    written = MANIFEST.read_text("utf-8")
    assert all(
        f"https://drrc.example.com{path}" in written
        for path in ("/slack/events", "/slack/interactive", "/slack/commands")
    )
