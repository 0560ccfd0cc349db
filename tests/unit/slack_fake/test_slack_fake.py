"""The Slack fake refuses what Slack refuses, and shows what a person would see."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import SlackFake
from tests.fakes.slack_product import (
    Product,
    actions,
    button,
    mrkdwn,
    plain,
    refusal,
    say,
    section,
    select,
    web_client,
)
from tests.fakes.slack_records import Json

CONFIRM = {"title": plain("a" * 101), "text": plain("a"), "confirm": plain("a"), "deny": plain("b")}

USER = "U0001"


async def test_only_the_right_token_opens_a_method(fake: SlackFake, client: AsyncWebClient) -> None:
    """Nobody, a stranger, the wrong kind of token and an unknown method are told apart."""
    assert (await client.auth_test())["user_id"] == fake.bot_user
    assert (await refusal(AsyncWebClient(base_url=client.base_url), "auth.test"))[0] == "not_authed"
    assert (await refusal(AsyncWebClient("xoxb-other", base_url=client.base_url), "auth.test"))[0] == "invalid_auth"
    assert (await refusal(client, "chat.delete", channel="D0001"))[0] == "unknown_method"
    app = AsyncWebClient(fake.app_token, base_url=client.base_url)
    assert (await refusal(app, "chat.postMessage", channel="D0001", text="a"))[0] == "not_allowed_token_type"
    assert (await refusal(client, "apps.connections.open"))[0] == "not_allowed_token_type"
    assert [(c.method, c.params) for c in fake.calls] == [("auth.test", {})]
    assert len(fake.refused) == 5


async def test_broken_bodies_have_their_own_words(fake: SlackFake) -> None:
    """Broken JSON, JSON that is no object, and other types are refused before anything else."""
    headers = {"Authorization": f"Bearer {fake.bot_token}"}
    expected = {
        "invalid_json": ("{", "application/json"),
        "json_not_object": ("[1]", "application/json"),
        "invalid_post_type": ("a", "text/plain"),
        "invalid_blocks_format": ("channel=D0001&blocks=%7B", "application/x-www-form-urlencoded"),
    }
    async with aiohttp.ClientSession() as session:
        for error, (data, kind) in expected.items():
            sent = headers | {"Content-Type": kind}
            async with session.post(f"{fake.url}/api/chat.postMessage", data=data, headers=sent) as response:
                assert (await response.json())["error"] == error


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        (section(" \n"), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        (section("가" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ({"type": "section"}, "must define either `text` or `fields` [json-pointer:/blocks/0]"),
        ({"type": "section", "fields": [mrkdwn("a")] * 11}, "no more than 10 items"),
        ({"type": "section", "fields": [mrkdwn("가" * 2001)]}, "less than 2001 characters"),
        ({"type": "section", "text": mrkdwn("a") | {"emoji": True}}, "invalid additional property: emoji"),
        (section(accessory={"type": "plain_text_input", "action_id": "a"}), "unsupported type: plain_text_input"),
        (section(accessory=None), "must not be null"),
        (section(colour="red"), "invalid additional property: colour"),
        ({"type": "header", "text": mrkdwn("제목")}, "unsupported type: mrkdwn"),
        ({"type": "header", "text": plain("가" * 151)}, "less than 151 characters"),
        ({"type": "context", "elements": []}, "no fewer than 1"),
        ({"type": "context", "elements": [mrkdwn("a")] * 11}, "no more than 10 items"),
        ({"type": "context", "elements": [button()]}, "unsupported type: button"),
        (actions(), "no fewer than 1"),
        (actions(*[button(action_id=f"a{i}") for i in range(26)]), "no more than 25 items"),
        (actions(button(), button()), '`action_id` "yes" already exists [json-pointer:/blocks/0/elements/1/action_id]'),
        (actions(button("가" * 76)), "less than 76 characters"),
        (actions(button(text=mrkdwn("네"))), "unsupported type: mrkdwn"),
        (actions(button(value="v" * 2001)), "less than 2001 characters"),
        (actions(button(value=7)), "must provide a string"),
        (actions(button(action_id="a" * 256)), "less than 256 characters"),
        (actions(button(url="geo:37,127")), "invalid url"),
        (actions(button(url="https://a.kr/" + "a" * 3000)), "less than 3001 characters"),
        (actions(button(style="loud")), "must be one of primary, danger"),
        (actions(button(confirm=CONFIRM)), "title attribute cannot exceed 100"),
        (actions(select(101)), "no more than 100 items"),
        (actions(select(0)), "no fewer than 1"),
        (actions(select(label="가" * 76)), "less than 76 characters"),
        (actions(select(value="v" * 150)), "less than 151 characters"),
        (actions(select(initial_option={"text": plain("없는 곳"), "value": "9"})), "must match one of the options"),
        (actions({"type": "static_select", "action_id": "a"}), "either `options` or `option_groups`"),
        (actions(button(), block_id="b" * 256), "less than 256 characters"),
        ({"type": "image", "image_url": "https://a.kr/a.png"}, "must provide a string"),
        ({"type": "markdown", "text": "가" * 12_001}, "less than 12001"),
        ({"type": "location"}, "unsupported type"),
        ({"text": "a"}, "missing required field: type"),
        ("a", "missing required field: type"),
    ],
)  # fmt: skip
async def test_blocks_break_at_the_place_that_is_wrong(
    fake: SlackFake, client: AsyncWebClient, block: Json, said: str
) -> None:
    """Every limit of Block Kit is refused with `invalid_blocks` and a message that names it."""
    error, messages = await refusal(client, "chat.postMessage", channel="D0001", text="a", blocks=[block])
    assert error == "invalid_blocks"
    assert any(said in message for message in messages), messages
    assert fake.refused[-1].messages == tuple(messages)
    assert fake.shown(USER) == []


async def test_a_message_has_limits_of_its_own(client: AsyncWebClient) -> None:
    """51 blocks, two blocks of one name, too much text in all, or no text at all are refused."""
    many = [{"type": "divider"}] * 51
    error, messages = await refusal(client, "chat.postMessage", channel="D0001", text="a", blocks=many)
    assert (error, messages) == ("invalid_blocks", ["no more than 50 items allowed [json-pointer:/blocks]"])
    twins = [section(block_id="a"), section(block_id="a")]
    error, messages = await refusal(client, "chat.postMessage", channel="D0001", text="a", blocks=twins)
    assert (error, messages) == ("invalid_blocks", ['`block_id` "a" already exists [json-pointer:/blocks/1/block_id]'])
    long = [section("가" * 2900)] * 5
    assert (await refusal(client, "chat.postMessage", channel="D0001", text="a", blocks=long))[
        0
    ] == "msg_blocks_too_long"
    assert (await refusal(client, "chat.postMessage", channel="D0001"))[0] == "no_text"
    assert (await refusal(client, "chat.postMessage", channel="D0001", text=" "))[0] == "no_text"
    assert (await refusal(client, "chat.postMessage", channel="D0001", text="가" * 40_001))[0] == "msg_too_long"
    assert (await refusal(client, "chat.postMessage", text="a"))[0] == "invalid_arguments"
    await client.chat_postMessage(channel="D0001", text="a", blocks=[section("가" * 3000)] * 4)


async def test_what_would_serve_a_person_badly_is_taken_with_a_warning(fake: SlackFake, client: AsyncWebClient) -> None:
    """A missing fallback, unescaped characters, text that would be split and an unknown thread are written down."""
    answer = await client.api_call("chat.postMessage", json={"channel": "D0001", "blocks": [section()]})
    assert answer["warning"] == "missing_text_in_message"
    await client.chat_postMessage(channel="D0001", text="a", blocks=[section("38도 < 39도 & 기침")])
    await client.chat_postMessage(channel="D0001", text="가" * 4001)
    await client.chat_postMessage(channel="D0001", text="a", thread_ts="1.000001")
    await client.chat_postMessage(channel="D0001", text="&lt; <https://a.kr|여기> <@U0001> &amp;")
    assert [w.warning for w in fake.warnings] == ["missing_fallback", "unescaped", "long_text", "unknown_thread"]
    assert fake.refused == []


async def test_conversations_and_people_must_exist(fake: SlackFake, client: AsyncWebClient) -> None:
    """Strangers, unknown channels and channels the bot is not in are refused; a person's id leads to their DM."""
    assert (await client.conversations_open(users=USER))["channel"]["id"] == "D0001"
    assert (await client.chat_postMessage(channel=USER, text="a"))["channel"] == "D0001"
    assert (await refusal(client, "conversations.open", users="U9"))[0] == "user_not_found"
    assert (await refusal(client, "users.info", user="U9"))[0] == "user_not_found"
    assert (await refusal(client, "chat.postMessage", channel="D9", text="a"))[0] == "channel_not_found"
    assert (await refusal(client, "conversations.info", channel="C9"))[0] == "channel_not_found"
    fake.workspace.add_channel("C0002", bot=False)
    assert (await refusal(client, "chat.postMessage", channel="C0002", text="a"))[0] == "not_in_channel"
    other = fake.dm("U0002")
    assert (await refusal(client, "chat.postEphemeral", channel=other, user=USER, text="a"))[0] == "user_not_in_channel"
    assert (await client.conversations_info(channel=other))["channel"]["user"] == "U0002"
    assert (await client.users_info(user="U0002"))["user"]["tz"] == "Asia/Seoul"
    await client.assistant_threads_setStatus(channel_id="D0001", thread_ts="1.2", status="읽고 있어요")
    assert (await refusal(client, "assistant.threads.setStatus", channel_id="D0001"))[0] == "invalid_arguments"


async def test_a_message_is_shown_as_a_person_reads_it(fake: SlackFake, client: AsyncWebClient) -> None:
    """Text without markup, buttons with their names, and in the history what everybody sees."""
    blocks = [
        {"type": "header", "text": plain("응급이에요 <지금>")},
        section(
            "*119*에 전화해요 &lt;지금&gt; <https://a.kr|지도>", accessory=button("전화", action_id="call", value="119")
        ),
        {"type": "context", "elements": [mrkdwn("출처: <https://b.kr>")]},
        actions(button("지도", action_id="map", url="https://a.kr"), {"type": "button", "text": plain("끝")}),
    ]
    ts = await say(client, *blocks, text="119에 전화해요")
    await client.chat_postEphemeral(channel="C0001", user=USER, text="몰래")
    (shown,) = fake.shown(USER)
    assert (shown.ts, shown.channel, shown.text, shown.ephemeral) == (ts, "D0001", "119에 전화해요", False)
    assert shown.plain == "응급이에요 <지금>\n*119*에 전화해요 <지금> 지도\n출처: https://b.kr"
    assert [(b.label, b.action_id, b.value, b.url) for b in shown.buttons[:2]] == [
        ("전화", "call", "119", None),
        ("지도", "map", "v", "https://a.kr"),
    ]
    assert shown.buttons[2].action_id
    assert [(s.plain, s.ephemeral, s.user) for s in fake.shown_in("C0001")] == [("몰래", True, USER)]
    history = (await client.conversations_history(channel="D0001"))["messages"]
    assert [m["ts"] for m in history] == [ts]
    assert (await client.conversations_history(channel="C0001"))["messages"] == []


async def test_names_of_messages_only_grow(fake: SlackFake, client: AsyncWebClient) -> None:
    """No two messages share a `ts`, and a later one is later."""
    names = [await say(client, text=f"{i}") for i in range(20)]
    assert names == sorted(set(names), key=float)


async def test_a_message_can_be_changed_by_its_owner_only(
    fake: SlackFake, client: AsyncWebClient, product: Product
) -> None:
    """Text alone removes the blocks; a person's message, an ephemeral one and a wrong name cannot be changed."""
    ts = await say(client, actions(button()))
    await client.chat_update(channel="D0001", ts=ts, text="바뀌었어요")
    assert [(s.plain, s.buttons) for s in fake.shown(USER)] == [("바뀌었어요", [])]
    assert (await refusal(client, "chat.update", channel="D0001", ts="1.000001", text="a"))[0] == "message_not_found"
    assert (await refusal(client, "chat.update", channel=USER, ts=ts, text="a"))[0] == "channel_not_found"
    assert (await refusal(client, "chat.update", channel="D0001", ts=ts, text="가" * 1334))[0] == "msg_too_long"
    mine = fake.ts_of(await fake.say(USER, "제 말"))
    assert (await refusal(client, "chat.update", channel="D0001", ts=mine, text="a"))[0] == "cant_update_message"
    hidden = (await client.chat_postEphemeral(channel="D0001", user=USER, text="a"))["message_ts"]
    assert (await refusal(client, "chat.update", channel="D0001", ts=hidden, text="a"))[0] == "message_not_found"


async def test_limits_and_failures_come_as_announced(fake: SlackFake, client: AsyncWebClient) -> None:
    """A rate limit, an error, and an error after which the message is there all the same."""
    client.retry_handlers = []
    fake.rate_limit(1, retry_after=7, method="chat.postMessage")
    await client.auth_test()
    with pytest.raises(SlackApiError) as limited:
        await say(client)
    assert (limited.value.response.status_code, limited.value.response["error"]) == (429, "ratelimited")
    assert limited.value.response.headers["Retry-After"] == "7"
    fake.fail(1)
    with pytest.raises(SlackApiError) as failed:
        await say(client)
    assert failed.value.response.status_code == 500
    assert fake.shown(USER) == []
    fake.fail(1, accept=True)
    with pytest.raises(SlackApiError):
        await say(client)
    fake.fail(1, status=0, accept=True)
    with pytest.raises(aiohttp.ClientError):
        await say(client)
    assert len(fake.shown(USER)) == 2
    assert [(r.error, r.status) for r in fake.refused] == [
        ("ratelimited", 429),
        ("internal_error", 500),
        ("internal_error", 500),
        ("internal_error", 0),
    ]
    fake.rate_limit(1)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    await say(client)


async def test_a_conversation_can_be_limited_to_its_pace() -> None:
    """With `channel_per_second` a burst into one conversation is refused, and another is not touched by it."""
    async with SlackFake(channel_per_second=1) as fake:
        client = web_client(fake, retry_handlers=[])
        fake.dm("U0002")
        await say(client)
        await say(client, channel="D0002")
        assert (await refusal(client, "chat.postMessage", channel="D0001", text="a"))[0] == "ratelimited"
