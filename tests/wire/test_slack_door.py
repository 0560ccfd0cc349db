"""The Slack door against a strict stand-in for Slack, over HTTP."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from adapters.slack.post import SlackPost, web_client
from adapters.slack.render import Call
from adapters.slack.translate import address_of
from bot.phrases import load_phrases
from bot.state.embedded import command, socket_path
from tests.fakes.product import Mind
from tests.fakes.slack import SlackFake
from tests.fakes.slack_delivery import signature
from tests.fakes.slack_door import Open, opened

ALARM = "숨을 못 쉬겠어요"
USER = "U0001"
CHANNEL = "C0001"


@pytest.fixture
async def door(mind: Mind, short_path: Path) -> AsyncIterator[Open]:
    """The product and a workspace that also sends the bot its own messages; nothing may be refused."""
    async with SlackFake(echo=True) as slack, opened(mind, short_path, slack) as ready:
        yield ready
        assert [(refused.method, refused.error) for refused in slack.refused] == []
        assert slack.warnings == []


async def tapped(door: Open, *values: str) -> None:
    """Press one button after another, each when it is there."""
    for value in values:
        await door.slack.tap(USER, value)
        await door.quiet()


# conversations


async def test_a_consultation_can_be_tapped_through(door: Open) -> None:
    """Words are asked for consent, taps lead to advice, and everything is said in the direct conversation once."""
    await door.slack.say(USER, "어제부터 머리가 아프고 열이 나요")
    await door.quiet()
    assert "동의" in door.words(USER)
    await tapped(door, "consent:yes", "age:29", "sex:female", "finish")
    assert len(door.slack.shown(USER)) == 5
    assert door.slack.shown_in(CHANNEL) == []
    assert await door.product.house.engine.undelivered(address_of(USER, door.slack.team)) == ()


async def test_danger_is_a_large_line_with_its_number(door: Open) -> None:
    """The first thing said is what to do, and the number stands in it as words."""
    await door.slack.say(USER, ALARM)
    first = (await door.slack.until(lambda: door.slack.shown(USER)))[0]
    assert first.blocks[0]["type"] == "header"
    assert "119" in first.plain
    assert "119" in first.text
    await door.quiet()


async def test_a_district_can_be_typed_into_a_form(door: Open) -> None:
    """Asking for a hospital offers the page and a form; the form leads to hospitals with maps."""
    await door.slack.say(USER, "병원 찾아줘")
    await door.quiet()
    asked = door.slack.shown(USER)[-1]
    by_page = next(button for button in asked.buttons if button.action_id == "url:locate")
    assert by_page.url is not None
    assert by_page.url.startswith(f"{door.product.base}/locate/")
    await tapped(door, "open:address")
    _, answer = await door.slack.submit(USER, {"place": {"place": {"value": "부산 해운대구"}}})
    assert answer == {"response_action": "clear"}
    assert door.slack.modal(USER) is None
    await door.quiet()
    places = next(shown for shown in door.slack.shown(USER) if any("map.kakao" in (b.url or "") for b in shown.buttons))
    assert "☎" in places.plain


async def test_a_location_from_the_page_is_answered_in_slack(door: Open) -> None:
    """What the page sends comes back as hospitals in the direct conversation."""
    await door.slack.say(USER, "병원 찾아줘")
    await door.quiet()
    url = next(b.url for b in door.slack.shown(USER)[-1].buttons if b.action_id == "url:locate")
    async with (
        aiohttp.ClientSession() as session,
        session.post(str(url), json={"lat": 37.4979, "lon": 127.0276}) as sent,
    ):
        assert sent.status == 200
    await door.quiet()
    assert any("map.kakao" in (b.url or "") for shown in door.slack.shown(USER) for b in shown.buttons)


async def test_the_patient_can_be_told_in_a_form(door: Open) -> None:
    """The home opens the form; a wrong age is asked again inside it, and a right one with a ticked box is taken."""
    await door.slack.open_home(USER)
    await door.slack.until(lambda: door.slack.home(USER))
    await door.slack.tap(USER, "open:profile", where="home")
    await door.slack.until(lambda: door.slack.modal(USER))
    _, answer = await door.slack.submit(USER, {"age": {"age": {"value": "마흔"}}})
    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == ["age"]
    _, answer = await door.slack.submit(
        USER,
        {
            "who": {"who": {"selected_option": {"value": "mother"}}},
            "age": {"age": {"value": "72"}},
            "conditions": {"conditions": {"value": "고혈압"}},
            "consent": {"consent": {"selected_options": [{"value": "yes"}]}},
        },
    )
    assert answer == {"response_action": "clear"}
    await door.quiet()
    await door.slack.tap(USER, "mydata", where="home")
    await door.quiet()
    assert all(words in door.words(USER) for words in ("어머니", "72살", "동의"))


async def test_a_shortcut_opens_a_form(door: Open) -> None:
    """A global shortcut leads to the same form as its button."""
    trigger = door.slack.workspace.trigger(USER)
    body = {"type": "shortcut", "callback_id": "open:profile", "trigger_id": trigger, "user": {"id": USER}}
    assert await door.slack.post(body, kind="interactive") == 200
    await door.slack.until(lambda: door.slack.modal(USER))


async def test_every_button_of_the_home_does_something(door: Open) -> None:
    """Nothing on the home is dead."""
    await door.slack.open_home(USER)
    await door.slack.until(lambda: door.slack.home(USER))
    for value in ("start", "places", "mydata", "export", "delete", "link", "help"):
        before = len(door.slack.shown(USER))
        await door.slack.tap(USER, value, where="home")
        await door.quiet()
        assert len(door.slack.shown(USER)) > before, value


async def test_a_mention_is_answered_in_private_only(door: Open) -> None:
    """In the channel only the writer sees one line, without a word about their health."""
    await door.slack.mention(CHANNEL, USER, "어제부터 기침이 나요")
    await door.quiet()
    (hint,) = door.slack.shown_in(CHANNEL)
    assert (hint.ephemeral, hint.user, "기침" in hint.plain) == (True, USER, False)
    assert "동의" in door.words(USER)


@pytest.mark.parametrize("name", ["/drrc", "/닥터알씨"])
async def test_a_command_is_answered_in_private_only(door: Open, name: str) -> None:
    """Whatever the command is called and wherever it is typed, its answer is one line and the rest comes in private."""
    await door.slack.command(USER, "어제부터 기침이 나요", command=name)
    await door.quiet()
    (hint,) = door.slack.shown_in(CHANNEL)
    assert (hint.ephemeral, "기침" in hint.plain) == (True, False)
    assert "동의" in door.words(USER)


async def test_a_command_without_words_begins(door: Open) -> None:
    """The bare command is a greeting, in a channel the bot is not in as well."""
    await door.slack.command(USER, "", channel="C0099")
    await door.quiet()
    assert "닥터알씨" in door.words(USER)


async def test_what_cannot_be_read_gets_one_kind_sentence(door: Open) -> None:
    """A picture, an edit and a deletion are each answered once; a picture with words is its words."""
    event = await door.slack.say(USER, "안녕하세요")
    await door.quiet()
    ts = door.slack.ts_of(event)
    await door.slack.upload(USER)
    await door.quiet()
    await door.slack.edit(USER, ts, "안녕")
    await door.quiet()
    await door.slack.delete(USER, ts)
    await door.quiet()
    said = [shown.plain for shown in door.slack.shown(USER)]
    assert len(said) == 4
    assert ["사진" in said[1], "고치신" in said[2], "지우신" in said[3]] == [True, True, True]


async def test_markup_from_a_person_stays_words(door: Open) -> None:
    """Nobody can make the bot call a channel, or show a link of theirs."""
    await door.slack.say(USER, "<!channel> <https://evil.example|119> & 배가 아파요")
    await door.quiet()
    assert all("<!channel>" not in json.dumps(shown.blocks) for shown in door.slack.shown(USER))
    assert door.slack.warnings == []


async def test_people_do_not_wait_for_each_other_and_do_not_mix(door: Open) -> None:
    """Many at once each get their own answer, once."""
    people = [f"U{n:04d}" for n in range(100, 130)]
    await asyncio.gather(*(door.slack.say(user, "어제부터 기침이 나요") for user in people))
    await door.quiet()
    assert [len(door.slack.shown(user)) for user in people] == [1] * len(people)


# repetitions and wrong requests


async def test_a_repeated_event_is_one_turn(door: Open) -> None:
    """Slack's own repetition carries the same event with a new signature: taken, and not answered again."""
    body = door.slack.event(USER, "어제부터 기침이 나요")
    now = int(time.time())
    statuses = [
        await door.slack.post(body, timestamp=str(now - 1)),
        await door.slack.post(body, timestamp=str(now), retry=1),
    ]
    await door.quiet()
    assert statuses == [200, 200]
    assert len(door.slack.shown(USER)) == 1


async def test_the_very_same_request_does_not_count_twice(door: Open) -> None:
    """A request somebody recorded and sends again is refused, although its signature is genuine."""
    body, moment = door.slack.event(USER, "어제부터 기침이 나요"), str(int(time.time()))
    assert await door.slack.post(body, timestamp=moment) == 200
    assert await door.slack.post(body, timestamp=moment) == 401
    await door.quiet()
    assert len(door.slack.shown(USER)) == 1


async def test_slack_is_told_that_the_address_is_ours(door: Open) -> None:
    """The challenge is repeated, but only to Slack."""
    assert await door.slack.verify_url()
    body = b'{"type": "url_verification", "challenge": "abc"}'
    assert await posted(door, body, {"Content-Type": "application/json"}) == 401


async def posted(door: Open, body: bytes, headers: dict[str, str], path: str = "/slack/events") -> int:
    """The status of one raw request."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{door.product.base}{path}", data=body, headers=headers, skip_auto_headers=("Content-Type",)
        ) as a,
    ):
        return a.status


def signed(door: Open, body: bytes, kind: str | None = "application/json", *, shift: int = 0) -> dict[str, str]:
    """Headers as Slack would send them."""
    moment = str(int(time.time()) + shift)
    headers = {
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": signature(door.slack.signing_secret, moment, body),
    }
    return headers | ({"Content-Type": kind} if kind else {})


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "application/json", 400),
        (b"\xf0", "application/json", 401),
        (b"[" * 50_000, "application/json", 400),
        (b'{"type": "event_callback", "event_id": "E1"}', "application/json", 400),
        (b'{"type": "something_new"}', "application/json", 200),
        (b"payload=%7B", FORM, 400),
        (b"payload=%7B%22type%22%3A%22new%22%2C%22user%22%3A%7B%22id%22%3A%22U1%22%7D%7D", FORM, 200),
        (b"a=b", FORM, 400),
        (b"ssl_check=1&token=x", FORM, 200),
        (b"{}", "text/plain", 400),
        (b"{}", None, 400),
        (b'{"type": "x", "more": "' + b"x" * 1_100_000 + b'"}', "application/json", 413),
    ],
)
async def test_broken_bodies_of_slack_are_refused(door: Open, body: bytes, kind: str | None, status: int) -> None:
    """Signed or not, what cannot be read is refused with the fitting status, and never with an error of ours."""
    assert await posted(door, body, signed(door, body, kind)) == status


async def test_who_is_not_slack_is_refused(door: Open) -> None:
    """Without a signature, with a wrong or an old one, nothing is even read; and only POST is a way in."""
    body = json.dumps(door.slack.event(USER, ALARM)).encode()
    good = signed(door, body)
    wrong = [
        {"Content-Type": "application/json"},
        {"Content-Type": "text/plain"},
        good | {"X-Slack-Signature": "v0=" + "0" * 64},
        good | {"X-Slack-Request-Timestamp": str(int(time.time()) - 1)},
        good | {"X-Slack-Request-Timestamp": "now"},
        signed(door, body, shift=-400),
        signed(door, body, shift=400),
    ]
    assert [await posted(door, body, headers) for headers in wrong] == [401] * len(wrong)
    assert await posted(door, b"{", {"Content-Type": "application/json"}) == 401
    async with aiohttp.ClientSession() as session, session.get(f"{door.product.base}/slack/events") as answer:
        assert answer.status == 405
    await door.quiet()
    assert door.slack.shown(USER) == []


async def test_a_packed_body_is_refused(door: Open) -> None:
    """Nothing is unpacked for anybody."""
    body = b"\x1f\x8b"
    assert await posted(door, body, signed(door, body) | {"Content-Encoding": "gzip"}) == 400


# troubles


async def test_patience_that_slack_asks_for_is_kept(mind: Mind, short_path: Path) -> None:
    """After 429 the same message is sent later, once."""
    async with SlackFake() as slack, opened(mind, short_path, slack) as door:
        slack.rate_limit(2, retry_after=1, method="chat.postMessage")
        began = time.monotonic()
        await slack.say(USER, "안녕하세요")
        await slack.until(lambda: slack.shown(USER))
        assert time.monotonic() - began > 2
        await door.quiet()
        assert len(slack.shown(USER)) == 1


@pytest.mark.parametrize(("status", "accept", "most"), [(500, False, 1), (0, False, 1), (200, False, 1), (0, True, 2)])
async def test_an_error_of_slack_loses_nothing(
    mind: Mind, short_path: Path, status: int, accept: bool, most: int
) -> None:
    """What was not taken comes later; what may have been taken comes at most once more."""
    async with SlackFake() as slack, opened(mind, short_path, slack) as door:
        slack.fail(1, status=status, accept=accept, method="chat.postMessage")
        await slack.say(USER, "안녕하세요")
        await slack.until(lambda: len(slack.shown(USER)) >= most, 15)
        await door.quiet()
        assert len(slack.shown(USER)) == most
        assert await door.product.house.engine.undelivered(address_of(USER, slack.team)) == ()


async def test_somebody_who_left_is_written_to_no_more(mind: Mind, short_path: Path) -> None:
    """A person Slack no longer knows leaves nothing behind that would be tried for ever."""
    async with SlackFake() as slack, opened(mind, short_path, slack) as door:
        body = slack.event("U0009", "안녕하세요")
        del slack.workspace.users["U0009"]
        assert await slack.post(body) == 200
        await door.quiet()
        assert await door.product.house.engine.undelivered(address_of("U0009", slack.team)) == ()
        assert {refused.error for refused in slack.refused} == {"user_not_found"}


async def test_with_a_wrong_token_replies_wait(mind: Mind, short_path: Path) -> None:
    """The door opens all the same, takes what comes, and keeps every reply until the token is mended."""
    async with SlackFake() as slack, opened(mind, short_path, slack, slack_token="xoxb-wrong") as door:
        await slack.say(USER, "안녕하세요")
        await door.product.idle()
        assert len(await door.product.house.engine.undelivered(address_of(USER, slack.team))) == 1
        assert {refused.error for refused in slack.refused} == {"invalid_auth"}


async def test_without_redis_slack_comes_again_and_danger_is_answered(mind: Mind, short_path: Path) -> None:
    """Nothing is confirmed that could not be kept; danger is answered at once, and a command says what is wrong."""
    async with SlackFake(retry_delays=()) as slack, opened(mind, short_path, slack) as door:
        await slack.say(USER, "안녕하세요")
        await door.quiet()
        command(socket_path(short_path), b"CONFIG SET appendonly no\r\n")
        assert door.product.house.embedded is not None
        door.product.house.embedded.release()
        command(socket_path(short_path), b"SHUTDOWN NOSAVE\r\n")
        assert await slack.post(slack.event(USER, "기침이 나요")) == 503
        assert await slack.post(slack.event(USER, ALARM)) == 503
        assert "119" in slack.shown(USER)[-1].plain
        await slack.command(USER, "기침이 나요")
        (hint,) = slack.shown_in(CHANNEL)
        assert "119" in hint.plain


async def test_blocks_that_slack_refuses_are_said_in_words(door: Open) -> None:
    """What matters is said even where its form is not taken; what cannot be said at all is refused for good."""

    async def no_page(_: object) -> None:
        return None

    client = web_client(door.slack.bot_token, f"{door.slack.url}/api/")
    post = SlackPost(client, say=load_phrases(), locate=no_page)
    bad = Call(text="119에 전화하세요.", blocks=({"type": "section"},), alone="119에 전화하세요.\n· 네")
    await post.send(address_of(USER, "T0001"), bad)
    assert door.slack.shown(USER)[-1].plain == "119에 전화하세요.\n· 네"
    assert [refused.error for refused in door.slack.refused] == ["invalid_blocks"]
    door.slack.refused.clear()
