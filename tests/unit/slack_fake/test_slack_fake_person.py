"""What a person does in the Slack fake arrives as it does from Slack, over HTTP and over sockets."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import SlackFake
from tests.fakes.slack_product import (
    Product,
    Socket,
    actions,
    button,
    modal,
    receiving,
    say,
    section,
    select,
    web_client,
)
from tests.fakes.slack_records import Json

USER = "U0001"


async def test_a_message_arrives_signed_and_escaped(fake: SlackFake, product: Product) -> None:
    """The event has Slack's form; text is escaped, and each id is new."""
    assert await fake.verify_url()
    id = await fake.say(USER, "38도 < 39도 & 기침")
    headers, body = product.got[-1]
    event = body["event"]
    assert headers["Content-Type"] == "application/json"
    assert (body["type"], body["event_id"], body["team_id"]) == ("event_callback", id, fake.team)
    assert (event["type"], event["channel_type"], event["channel"]) == ("message", "im", "D0001")
    assert event["text"] == "38도 &lt; 39도 &amp; 기침"
    assert event["ts"] == fake.ts_of(id)
    assert "X-Slack-Retry-Num" not in headers
    assert [(d.id, d.kind, d.status, d.retry_num) for d in fake.deliveries[1:]] == [(id, "event", 200, 0)]
    assert await fake.say(USER, "다시") != id


async def test_other_things_a_person_does_have_their_forms(
    fake: SlackFake, client: AsyncWebClient, product: Product
) -> None:
    """Mentions, files, changes, deletions, the home and commands look as they do from Slack."""
    await fake.mention("C0007", USER, "열이 나요")
    mention = product.last["event"]
    assert (mention["type"], mention["channel"]) == ("app_mention", "C0007")
    assert mention["text"] == f"<@{fake.bot_user}> 열이 나요"
    await client.chat_postMessage(channel="C0007", text="여기 있어요")
    await fake.upload(USER)
    assert product.last["event"]["subtype"] == "file_share"
    ts = fake.ts_of(await fake.say(USER, "머리 아파"))
    await fake.edit(USER, ts, "배 아파")
    event = product.last["event"]
    assert (event["subtype"], event["hidden"]) == ("message_changed", True)
    assert (event["message"]["text"], event["previous_message"]["text"]) == ("배 아파", "머리 아파")
    await fake.delete(USER, ts)
    event = product.last["event"]
    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", ts)
    await fake.open_home(USER)
    assert (product.last["event"]["type"], product.last["event"]["tab"]) == ("app_home_opened", "home")
    product.answers = [(200, {"response_type": "ephemeral", "text": "여기에서 골라요"}, {}), (200, "네", {})]
    id = await fake.command(USER, "강남구 약국")
    assert (product.last["command"], product.last["text"], product.last["trigger_id"]) == ("/drrc", "강남구 약국", id)
    await fake.command(USER, "", channel="D0001")
    assert [(s.plain, s.ephemeral) for s in fake.shown_in("C0001")] == [("여기에서 골라요", True)]
    assert [s.plain for s in fake.shown(USER)] == ["네"]


async def test_the_product_hears_its_own_voice_when_asked_to() -> None:
    """With `echo` what the bot says comes back as an event with a bot id, and so do its changes."""
    async with SlackFake(echo=True) as fake, receiving(fake) as product:
        client = web_client(fake)
        ts = await say(client)
        await client.chat_update(channel="D0001", ts=ts, text="b")
        await fake.settled()
        first, second = (body["event"] for _, body in product.got)
        assert (first["bot_id"], first["user"], first["ts"]) == ("B0001", fake.bot_user, ts)
        assert (second["subtype"], second["message"]["bot_id"]) == ("message_changed", "B0001")


async def test_a_press_carries_what_stood_there(fake: SlackFake, client: AsyncWebClient, product: Product) -> None:
    """A button is pressed in the newest message; a stale press comes from the oldest, with its old content."""
    old = await say(client, actions(button("예", action_id="a")))
    new = await say(client, section(), actions(button("네", action_id="a")))
    id = await fake.tap(USER, "v")
    headers, body = product.got[-1]
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert (body["type"], body["trigger_id"]) == ("block_actions", id)
    assert (body["message"]["ts"], body["channel"]) == (new, {"id": "D0001", "name": "directmessage"})
    assert body["actions"][0]["text"]["text"] == "네"
    assert body["actions"][0]["block_id"] == fake.shown(USER)[-1].buttons[0].block_id
    await client.chat_update(channel="D0001", ts=old, text="지났어요")
    await fake.tap(USER, "a", stale=True)
    assert product.last["message"]["ts"] == old
    assert product.last["actions"][0]["text"]["text"] == "예"
    with pytest.raises(LookupError):
        await fake.tap(USER, "nothing")
    with pytest.raises(LookupError):
        await fake.tap("U0002", "v")
    await say(client, actions(select(action_id="pick")))
    await fake.tap(USER, "11")
    assert product.last["actions"][0]["selected_option"]["value"] == "11"
    await client.views_publish(user_id=USER, view={"type": "home", "blocks": [actions(button(value="off"))]})
    await fake.tap(USER, "off")
    assert (product.last["container"]["type"], "response_url" in product.last) == ("view", False)


async def test_a_response_address_works_five_times(fake: SlackFake, client: AsyncWebClient, product: Product) -> None:
    """It shows to the person alone, to all, replaces and deletes; the sixth use and rubbish are refused."""
    await client.chat_postEphemeral(channel="C0001", user=USER, text="a", blocks=[actions(button())])
    await fake.tap(USER, "v")
    assert product.last["container"]["is_ephemeral"]
    assert "message" not in product.last
    url = product.last["response_url"]
    async with aiohttp.ClientSession() as session:

        async def answer(**body: Any) -> int:
            async with session.post(url, json=body) as response:
                return response.status

        assert await answer(text="나만 봐요") == 200
        assert await answer(text="모두 봐요", response_type="in_channel") == 200
        assert await answer(text="바뀌었어요", replace_original=True) == 200
        assert await answer(blocks=[section("")]) == 400
        assert await answer(delete_original=True) == 200
        assert await answer(text="여섯 번째") == 404
        url = f"{fake.url}/actions/T0001/1/none"
        assert await answer(text="a") == 404
    assert [(s.plain, s.ephemeral) for s in fake.shown_in("C0001")] == [("나만 봐요", True), ("모두 봐요", False)]
    assert [r.error for r in fake.refused] == ["invalid_blocks", "used_url", "expired_url"]


async def test_an_event_is_repeated_three_times(fake: SlackFake, product: Product) -> None:
    """Errors and silence are repeated with number and reason, under the same id; a success ends it."""
    product.answers = [(500, "", {}), (503, "", {}), (200, "", {})]
    id = await fake.say(USER, "a")
    await fake.settled(quiet=0.1)
    assert [(d.id, d.status, d.retry_num) for d in fake.deliveries] == [(id, 500, 0), (id, 503, 1), (id, 200, 2)]
    assert [h.get("X-Slack-Retry-Num") for h, _ in product.got] == [None, "1", "2"]
    assert product.got[1][0]["X-Slack-Retry-Reason"] == "http_error"
    assert len({body["event_id"] for _, body in product.got}) == 1
    product.delay, fake.limit = 0.4, 0.2
    await fake.say(USER, "b")
    await fake.settled(quiet=0.1)
    assert [(d.status, d.retry_num) for d in fake.deliveries[3:]] == [(0, 0), (0, 1), (0, 2), (0, 3)]
    assert product.got[-1][0]["X-Slack-Retry-Reason"] == "http_timeout"


async def test_what_is_not_repeated(fake: SlackFake, client: AsyncWebClient, product: Product) -> None:
    """An answer that asks for no repetition ends it; interactions and commands are tried once."""
    product.answers = [(503, "", {"X-Slack-No-Retry": "1"}), (500, "", {}), (500, "", {})]
    await fake.say(USER, "a")
    await fake.command(USER, "b")
    await say(client, actions(button()))
    await fake.tap(USER, "v")
    await fake.settled(quiet=0.1)
    assert [(d.kind, d.status) for d in fake.deliveries] == [("event", 503), ("command", 500), ("interactive", 500)]


async def test_a_product_that_is_down_gets_it_later(fake: SlackFake, product: Product) -> None:
    """A refused connection is repeated, and the event arrives when the product is back."""
    url, fake.events_url = fake.events_url, "http://127.0.0.1:9/"
    id = await fake.say(USER, "a")
    fake.events_url = url
    await fake.settled(quiet=0.1)
    assert fake.deliveries[0].status == 0
    assert (fake.deliveries[-1].status, product.last["event_id"]) == (200, id)
    assert product.got[-1][0]["X-Slack-Retry-Reason"] == "connection_failed"


async def test_deliveries_can_be_made_by_hand(fake: SlackFake, product: Product) -> None:
    """An event can be built, changed, and sent with a wrong or an old signature, or as a repetition."""
    body = fake.event(USER, "a", bot_id="B7")
    assert body["event"]["bot_id"] == "B7"
    assert await fake.post(body) == 200
    assert await fake.post(body, retry=1) == 200
    assert [b["event_id"] for _, b in product.got] == [body["event_id"]] * 2
    assert await fake.post(body, signature="v0=00") == 401
    assert await fake.post(body, timestamp="1700000000") == 401
    assert await fake.post(b"{", signature="v0=00") == 401
    assert await fake.post({"command": "/drrc", "text": ""}, kind="command") == 200
    assert await fake.post(body, url="http://127.0.0.1:9/") == 0


@pytest.fixture
async def socket(fake: SlackFake) -> AsyncIterator[Socket]:
    """An open socket."""
    product = Socket(fake)
    await product.client.connect()  # type: ignore[no-untyped-call]
    await fake.until(lambda: fake.sockets.connected == 1)
    yield product
    await product.client.close()  # type: ignore[no-untyped-call]


async def test_an_open_socket_takes_everything(fake: SlackFake, client: AsyncWebClient, socket: Socket) -> None:
    """Events, interactions and commands come as envelopes; an answer goes with the acknowledgement."""
    id = await fake.say(USER, "a")
    socket.payload = {"text": "네"}
    await fake.command(USER, "b")
    await say(client, actions(button()))
    await fake.tap(USER, "v")
    assert [(r.type, r.accepts_response_payload) for r in socket.got] == [
        ("events_api", False),
        ("slash_commands", True),
        ("interactive", True),
    ]
    assert socket.got[0].payload["event_id"] == id
    assert socket.got[1].payload["command"] == "/drrc"
    assert socket.got[2].payload["type"] == "block_actions"
    assert [s.plain for s in fake.shown_in("C0001")] == ["네"]
    assert [(d.kind, d.status) for d in fake.deliveries] == [("event", 200), ("command", 200), ("interactive", 200)]
    await socket.client.send_socket_mode_response({"envelope_id": "made up"})
    await fake.until(lambda: fake.refused)
    assert (fake.refused[-1].method, fake.refused[-1].error) == ("socket", "unknown_envelope")


async def test_an_envelope_without_acknowledgement_comes_again(fake: SlackFake, socket: Socket) -> None:
    """The repetition is a new envelope around the same event and says why it comes."""
    socket.silent, fake.limit = 1, 0.5
    id = await fake.say(USER, "a")
    await fake.settled(quiet=0.1)
    first, second = socket.got
    assert first.envelope_id != second.envelope_id
    assert (first.payload["event_id"], second.payload["event_id"]) == (id, id)
    assert (first.retry_attempt, second.retry_attempt, second.retry_reason) == (0, 1, "timeout")
    assert [d.status for d in fake.deliveries] == [0, 200]


async def test_a_ticket_opens_one_connection(fake: SlackFake, socket: Socket) -> None:
    """A ticket used twice is refused, and a connection that Slack ends is opened anew."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{fake.url}/link/?ticket=made-up")
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(str(socket.client.wss_uri))
    before = socket.client.wss_uri
    await fake.sockets.end("refresh_requested")
    await fake.until(lambda: socket.client.wss_uri != before and fake.sockets.connected == 1)
    await fake.say(USER, "a")
    assert fake.deliveries[-1].status == 200


async def test_bolt_understands_every_delivery(fake: SlackFake, client: AsyncWebClient) -> None:
    """Slack's own framework verifies and routes messages, mentions, commands, presses and submissions."""
    app, heard = AsyncApp(client=client, signing_secret=fake.signing_secret), []

    async def listener(ack: AsyncAck, body: Json) -> None:
        await ack()
        heard.append(body.get("command") or body.get("event", {}).get("type") or body["type"])

    async def take(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    for route in (app.event("message"), app.event("app_mention"), app.event("app_home_opened")):
        route(listener)
    for route in (app.command("/drrc"), app.action("yes"), app.view("area")):
        route(listener)
    site = TestServer(web.Application())
    site.app.router.add_post("/", take)
    async with site:
        fake.events_url = str(site.make_url("/"))
        assert await fake.verify_url()
        await fake.say(USER, "a")
        await fake.upload(USER)
        await fake.mention("C0001", USER, "b")
        await fake.open_home(USER)
        await say(client, actions(button()))
        await fake.tap(USER, "yes")
        await client.views_open(trigger_id=await fake.command(USER, "c"), view=modal())
        await fake.submit(USER, {"where": {"typed": {"value": "강남구"}}})
        await fake.until(lambda: len(heard) == 7)
    assert heard[:3] == ["message", "message", "app_mention"]
    assert heard[3:] == ["app_home_opened", "block_actions", "/drrc", "view_submission"]
    assert {d.status for d in fake.deliveries} == {200}
