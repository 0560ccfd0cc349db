"""What `drrc doctor` says about the messengers, with their servers there, away, and of another opinion."""

from collections.abc import AsyncIterator

import pytest

import adapters.kakao.check
import adapters.slack.check
import adapters.telegram.check
from adapters.check import Check
from adapters.doctor import check_messengers
from adapters.slack.check import SCOPES
from bot.phrases import load_phrases
from config.settings import Settings
from tests.fakes.slack import SlackFake
from tests.fakes.telegram import TOKEN, TelegramFake

SAY = load_phrases()
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramFake]:
    """Telegram's servers."""
    async with TelegramFake() as running:
        yield running


@pytest.fixture
async def slack() -> AsyncIterator[SlackFake]:
    """Slack's servers."""
    async with SlackFake() as running:
        yield running


async def ask_telegram(api_url: str, *, token: str = TOKEN, mode: str = "polling", public_url: str = "") -> Check:
    """What is said of the Telegram door."""
    assert mode in ("polling", "webhook")
    return await adapters.telegram.check.check(
        token=token,
        api_url=api_url,
        mode=mode,  # type: ignore[arg-type]  # checked above
        public_url=public_url,
        say=SAY,
    )


async def ask_slack(fake: SlackFake, **keys: str) -> Check:
    """What is said of the Slack door."""
    usual = {"token": fake.bot_token, "signing_secret": fake.signing_secret, "app_token": fake.app_token}
    return await adapters.slack.check.check(**{"api_url": f"{fake.url}/api/", **usual, **keys}, say=SAY)


async def test_closed_doors_come_with_the_way_to_open_them() -> None:
    """With nothing set every messenger is a remark, and its steps name the settings they end in."""
    checks = {check.name: check for check in await check_messengers(Settings(), SAY)}
    for name, setting in (
        ("카카오톡", "DRRC_KAKAO_SECRET"),
        ("텔레그램", "DRRC_TELEGRAM_TOKEN"),
        ("슬랙", "DRRC_SLACK_TOKEN"),
    ):
        assert checks[name].mark == "note"
        assert setting in checks[name].text
        assert any(setting in step for step in checks[name].steps)
        assert "{" not in "".join(checks[name].steps)


async def test_a_known_telegram_bot_is_named(telegram: TelegramFake) -> None:
    """The operator reads the bot's own name and how updates come in; nothing was changed."""
    check = await ask_telegram(telegram.url)
    assert check.mark == "ok"
    assert "@" in check.text
    assert "폴링" in check.text
    assert {call.method for call in telegram.calls} <= {"getMe", "getWebhookInfo"}


async def test_trouble_telegram_had_with_us_is_passed_on(telegram: TelegramFake) -> None:
    """The last reason Telegram could not reach the webhook is shown."""
    telegram.delivery._error = (0, "Wrong response from the webhook: 502 Bad Gateway")
    check = await ask_telegram(telegram.url, mode="webhook", public_url="https://drrc.example.com")
    assert check.mark == "note"
    assert "502" in check.text


@pytest.mark.parametrize("token", ["1:wrong", "no token at all", "한글"])
async def test_a_wrong_telegram_token_is_in_the_way(token: str, telegram: TelegramFake) -> None:
    """A token Telegram does not know is marked, and never shown."""
    check = await ask_telegram(telegram.url, token=token)
    assert check.mark == "bad"
    assert token not in check.text


async def test_servers_that_cannot_be_reached_are_no_verdict(slack: SlackFake) -> None:
    """Without an answer nothing is said about the token."""
    assert (await ask_telegram(NOWHERE)).mark == "note"
    assert (await ask_slack(slack, api_url=f"{NOWHERE}/api/")).mark == "note"


async def test_a_webhook_needs_an_address() -> None:
    """Asking for a webhook without an https address is in the way."""
    assert (await ask_telegram(NOWHERE, mode="webhook", public_url="http://127.0.0.1")).mark == "bad"


async def test_a_known_slack_app_is_named(slack: SlackFake) -> None:
    """The operator reads the workspace's name and how deliveries come in."""
    check = await ask_slack(slack)
    assert (check.mark, "Test" in check.text, "소켓" in check.text) == ("ok", True, True)
    assert "공개 주소" in (await ask_slack(slack, app_token="")).text


@pytest.mark.parametrize("wrong", ["token", "app_token"])
async def test_a_wrong_slack_token_is_in_the_way(wrong: str, slack: SlackFake) -> None:
    """Either token is asked about, and a wrong one is marked."""
    assert (await ask_slack(slack, **{wrong: "xoxb-wrong"})).mark == "bad"


async def test_half_of_the_slack_keys_is_not_enough(slack: SlackFake) -> None:
    """A token without a way in, or a way in without a token, is marked."""
    assert (await ask_slack(slack, signing_secret="", app_token="")).mark == "bad"
    assert (await ask_slack(slack, token="")).mark == "bad"


async def test_missing_scopes_are_named(slack: SlackFake) -> None:
    """What the app may not do is named before a patient finds out."""
    slack.workspace.scopes = tuple(sorted(SCOPES - {"im:write"}))
    check = await ask_slack(slack)
    assert check.mark == "bad"
    assert "im:write" in check.text


def test_kakao_needs_a_public_address() -> None:
    """The skill's address is shown in full, and missing it is in the way."""
    secret = "a long secret of the skill"
    ready = adapters.kakao.check.check(secret=secret, public_url="https://drrc.example.com/", say=SAY)
    assert ready.mark == "ok"
    assert "https://drrc.example.com/kakao/skill" in ready.text
    assert adapters.kakao.check.check(secret=secret, public_url="", say=SAY).mark == "bad"
