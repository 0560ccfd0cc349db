"""Slack's way in: only Slack itself passes, and what it sends becomes a message."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from adapters.slack import channel, views, wire
from adapters.slack.translate import Challenge, Mention, OpenModal, Parsed, PublishHome, address_of, parse, spoken
from bot import message as bot_message
from bot.message import Address, Platform
from bot.phrases import load_phrases
from knowledge.clinical import Person, Relation, Sex

SAY = load_phrases()
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
MANIFEST = Path(channel.__file__).with_name("manifest.yaml")


def event(**inner: Any) -> Parsed:
    """What an event asks for."""
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": inner, "new_field": [1]}
    return parse(wire.read(wire.JSON, json.dumps(body).encode()), now=NOW, own="UBOT")


def said(**inner: Any) -> bot_message.Message | None:
    """The message that something in a direct conversation becomes."""
    parsed = event(**({"type": "message", "channel": "D1", "channel_type": "im", "user": "U1"} | inner))
    assert parsed is None or isinstance(parsed, bot_message.Message)
    return parsed


def pressed(**more: Any) -> Parsed:
    """What an interaction asks for."""
    body = {"type": "block_actions", "trigger_id": "12.34.ab", "user": {"id": "U1"}, "team": {"id": "T1"}} | more
    form = urlencode({"payload": json.dumps(body)}).encode()
    return parse(wire.read(wire.FORM, form), now=NOW)


def submitted(callback_id: str, **values: Any) -> Parsed:
    """What a filled-in form asks for."""
    state = {"values": {name: {name: entry} for name, entry in values.items()}}
    return pressed(type="view_submission", view={"id": "V1", "callback_id": callback_id, "state": state})


def test_words_in_a_direct_message_become_text() -> None:
    """A direct message is answered to its writer, by the event's id and in the team's room."""
    message = said(text="머리가 아파요 &lt;38도&gt; &amp; 기침")
    assert message is not None
    assert (message.id, message.text, message.sent_at) == ("Ev1", "머리가 아파요 <38도> & 기침", NOW)
    assert message.address == address_of("U1", "T1") == Address(platform=Platform.SLACK, user="U1", room="T1")


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("<@UBOT> 배가 아파요", "배가 아파요"),
        ("<@U1|kim> 열이 나요", "열이 나요"),
        ("<https://a.example/x?y=1&amp;z|여기> 봤어요", "여기 봤어요"),
        ("<https://a.example/x?y=1&amp;z>", "https://a.example/x?y=1&z"),
        ("<mailto:a@b.example|a@b.example> <tel:119|119> <tel:1339>", "a@b.example 119 1339"),
        ("<#C1|general>에서 <!here> <!subteam^S1|@team>", "general에서  @team"),
        ("&amp;lt;", "&lt;"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_markup_of_slack_is_taken_off(sent: str, meant: str) -> None:
    """Links are read by their label, mentions are left out, and entities are undone once."""
    assert spoken(sent) == meant


@pytest.mark.parametrize(
    "inner",
    [
        {"bot_id": "B1", "text": "x"},
        {"subtype": "bot_message", "text": "x"},
        {"user": "UBOT", "text": "x"},
        {"user": None, "text": "x"},
        {"channel_type": "channel", "channel": "C1", "text": "x"},
        {"channel_type": "mpim", "channel": "G1", "text": "x"},
        {"subtype": "channel_join", "text": "x"},
        {"subtype": "message_changed", "user": None, "message": {"user": "U1", "bot_id": "B1", "text": "x"}},
        {"subtype": "message_deleted", "user": None},
        {"subtype": "message_deleted", "user": None, "previous_message": {"user": "UBOT", "bot_id": "B1"}},
        {"type": "reaction_added"},
        {"type": "app_home_opened", "tab": "messages"},
        {"type": "app_mention", "channel": "D1", "text": "<@UBOT> x"},
        {"type": "app_mention", "channel": "C1", "text": "<@UBOT> x", "bot_id": "B1"},
    ],
)
def test_what_is_not_meant_for_us_is_left_alone(inner: dict[str, Any]) -> None:
    """Bots, ourselves, other conversations and other happenings get no answer."""
    assert said(**inner) is None


def test_files_become_what_they_are() -> None:
    """A file with words is its words; one without is a picture, a voice or some file."""
    photo, voice, clip, other = (
        {"mimetype": "image/png"},
        {"mimetype": "audio/mp4"},
        {"mimetype": "video/quicktime", "subtype": "slack_audio"},
        {"mimetype": None},
    )
    worded = said(subtype="file_share", text="이렇게 부었어요", files=[photo])
    assert worded is not None
    assert (worded.text, worded.attachment) == ("이렇게 부었어요", None)
    kinds = [said(subtype="file_share", text="", files=[file]) for file in (photo, voice, clip, other)]
    assert [kind and kind.attachment for kind in kinds] == ["photo", "voice", "voice", "file"]
    empty = said(text="")
    assert empty is not None
    assert empty.text == ""


def test_an_edit_counts_only_where_the_words_changed() -> None:
    """A preview of a link that Slack adds is no edit; other words are, and a deletion is a deletion."""
    before, after = {"user": "U1", "text": "가"}, {"user": "U1", "text": "나", "edited": {"user": "U1"}}
    edited = said(subtype="message_changed", user=None, message=after, previous_message=before)
    assert edited is not None
    assert (edited.attachment, edited.text, edited.address.user) == ("edited", None, "U1")
    assert said(subtype="message_changed", user=None, message=before, previous_message=before) is None
    assert said(subtype="message_changed", user=None, message=before) is None
    gone = said(subtype="message_deleted", user=None, previous_message=before)
    assert gone is not None
    assert gone.attachment == "deleted"
    stone = {"user": "USLACKBOT", "subtype": "tombstone", "text": "This message was deleted."}
    parent = said(subtype="message_changed", user=None, message=stone, previous_message=before)
    assert parent is not None
    assert (parent.attachment, parent.address.user) == ("deleted", "U1")


def test_a_mention_is_answered_in_private() -> None:
    """Words to the bot in a channel become a turn of the direct conversation; without words it begins."""
    parsed = event(type="app_mention", channel="C1", user="U1", text="<@UBOT> 숨이 차요", thread_ts="1.2")
    assert isinstance(parsed, Mention)
    assert (parsed.user, parsed.channel, parsed.thread) == ("U1", "C1", "1.2")
    assert (parsed.message.text, parsed.message.address) == ("숨이 차요", address_of("U1", "T1"))
    bare = event(type="app_mention", channel="C1", user="U1", text="<@UBOT>")
    assert isinstance(bare, Mention)
    assert (bare.message.text, bare.message.choice) == (None, "start")


def test_the_home_and_the_challenge_are_recognised() -> None:
    """Opening the home asks for it; Slack's question about our address is repeated."""
    assert event(type="app_home_opened", user="U1", tab="home") == PublishHome(user="U1")
    body = b'{"token": "x", "challenge": "abc", "type": "url_verification"}'
    assert parse(wire.read(wire.JSON, body), now=NOW) == Challenge(answer="abc")
    assert parse(wire.read(wire.JSON, b'{"type": "app_rate_limited"}'), now=NOW) is None
    assert parse(wire.read(wire.FORM, b"ssl_check=1&token=x"), now=NOW) is None


def test_a_command_of_any_name_is_a_turn() -> None:
    """The name of the command is the operator's; without words it begins a conversation."""
    fields = {"command": "/닥터알씨", "user_id": "U1", "team_id": "T1", "channel_id": "C1", "trigger_id": "1.2.c"}
    first = parse(wire.read(wire.FORM, urlencode(fields | {"text": "목이 &lt; 아파요"}).encode()), now=NOW)
    assert isinstance(first, bot_message.Message)
    assert (first.id, first.text, first.choice, first.address) == (
        "1.2.c",
        "목이 < 아파요",
        None,
        address_of("U1", "T1"),
    )
    bare = parse(wire.read(wire.FORM, urlencode(fields | {"trigger_id": "9" * 80}).encode()), now=NOW)
    assert isinstance(bare, bot_message.Message)
    assert (bare.text, bare.choice, len(bare.id)) == (None, "start", 64)


def test_a_button_says_its_choice_or_opens_a_form() -> None:
    """The value of a button is the choice; links only open, and `open:` asks for a form."""
    choice = pressed(actions=[{"action_id": "choice:3", "value": "consent:yes", "type": "button"}])
    assert isinstance(choice, bot_message.Message)
    assert (choice.id, choice.choice, choice.address) == ("12.34.ab", "consent:yes", address_of("U1", "T1"))
    opened = pressed(actions=[{"action_id": "open:address"}])
    assert opened == OpenModal(name="address", trigger_id="12.34.ab")
    assert pressed(type="shortcut", callback_id="open:profile") == OpenModal(name="profile", trigger_id="12.34.ab")
    for action in ({"action_id": "url:0", "value": "x"}, {"action_id": "who"}, {"action_id": "c", "value": "가"}):
        assert pressed(actions=[action]) is None
    assert pressed(actions=[]) is None
    assert pressed(type="view_closed", view={"callback_id": "profile"}) is None
    without_team = pressed(team=None, user={"id": "U1", "team_id": "T9"}, actions=[{"action_id": "c", "value": "why"}])
    assert isinstance(without_team, bot_message.Message)
    assert without_team.address.room == "T9"


def test_the_address_form_names_a_place() -> None:
    """A district from the form is a place; white space asks again."""
    parsed = submitted("address", place={"value": " 서울 강남구 "})
    assert isinstance(parsed, bot_message.Message)
    assert parsed.form == bot_message.Form(place="서울 강남구")
    assert submitted("address", place={"value": "  "}) == views.Wrong(field="place", key="slack.address.empty")
    assert submitted("unknown", place={"value": "x"}) is None


def test_the_profile_form_tells_the_patient() -> None:
    """Every field is read; consent is given only by a ticked box and never refused by an empty one."""
    filled = {
        "who": {"selected_option": {"value": "mother"}},
        "age": {"value": "72"},
        "sex": {"selected_option": {"value": "female"}},
        "pregnant": {"selected_option": {"value": "no"}},
        "conditions": {"value": "고혈압, 당뇨,, 고혈압"},
        "drugs": {"value": "아스피린\n혈압약"},
        "allergies": {"value": None},
        "consent": {"selected_options": [{"value": "yes"}]},
    }
    parsed = submitted("profile", **filled)
    assert isinstance(parsed, bot_message.Message)
    assert parsed.form == bot_message.Form(
        patient=Person(
            relation=Relation.MOTHER,
            age=72,
            sex=Sex.FEMALE,
            pregnant=False,
            conditions=("고혈압", "당뇨"),
            drugs=("아스피린", "혈압약"),
        ),
        consent=True,
    )
    empty = submitted("profile", **(filled | {"consent": {"selected_options": []}, "age": {"value": "0.5"}}))
    assert isinstance(empty, bot_message.Message)
    assert empty.form is not None
    assert empty.form.consent is None
    assert empty.form.patient is not None
    assert empty.form.patient.age == 0.5


@pytest.mark.parametrize("age", ["마흔", "nan", "inf", "-3", "121", "1e2", "6개월", "4 5"])
def test_an_age_that_is_no_number_is_asked_again(age: str) -> None:
    """Only a number of years from 0 to 120 is taken."""
    assert submitted("profile", age={"value": age}) == views.Wrong(field="age", key="slack.profile.age_wrong")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (wire.JSON, b""),
        (wire.JSON, b"{"),
        (wire.JSON, b"[]"),
        (wire.JSON, b"{}"),
        (wire.JSON, b"\xff\xfe"),
        (wire.JSON, b"[" * 100_000),
        (wire.JSON, b'{"type": "event_callback", "event": {"type": "message"}}'),
        (wire.JSON, b'{"type": "event_callback", "event_id": "E", "event": {"type": "message", "text": 5}}'),
        (wire.FORM, b"payload=%7B"),
        (wire.FORM, b"payload=%7B%7D"),
        (wire.FORM, b"a=1"),
        (wire.FORM, b"\xff"),
        (wire.FORM, b"command=/drrc&user_id=U1"),
        (wire.FORM, b"&".join(b"a=1" for _ in range(1_000))),
    ],
)
def test_what_cannot_be_read_is_a_value_error(content_type: str, body: bytes) -> None:
    """Broken bodies are one kind of error, whatever is broken, and its words do not quote the body."""
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - pydantic's and the decoder's errors have no common text
        wire.read(content_type, body)
    assert "U1" not in str(raised.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "event",
                        "user",
                        "channel",
                        "message",
                        "files",
                        "text",
                        "view",
                        "state",
                        "values",
                        "actions",
                        "subtype",
                        "event_id",
                        "team",
                        "id",
                        "trigger_id",
                    ]
                ),
                inner,
            )
        ),
        max_leaves=20,
    )
)
def test_no_delivery_breaks_the_reading(body: Any) -> None:
    """Any JSON is either read or refused as unreadable."""
    for content_type, sent in (
        (wire.JSON, json.dumps(body).encode()),
        (wire.FORM, urlencode({"payload": json.dumps(body)}).encode()),
    ):
        try:
            parse(wire.read(content_type, sent), now=NOW)
        except ValueError:
            continue


def test_only_slack_itself_passes() -> None:
    """A request counts with Slack's signature over its very body, within five minutes, and in no other case."""
    now, body = 1_700_000_000, '{"text": "가"}'.encode()
    moment = str(now)
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=moment, body=body) or ""
    headers = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signature}
    assert wire.verify(headers, body, SECRET, now) is None
    assert wire.verify(headers, body, SECRET, now + 300) is None
    wrong = [
        ({}, body, SECRET, now),
        ({"X-Slack-Signature": signature}, body, SECRET, now),
        ({"X-Slack-Request-Timestamp": moment}, body, SECRET, now),
        (headers, body, SECRET, now + 301),
        (headers, body, SECRET, now - 301),
        (headers, body + b" ", SECRET, now),
        (headers, b"\xff", SECRET, now),
        (headers, body, "other", now),
        (headers, body, "", now),
        (headers | {"X-Slack-Signature": signature[:-1]}, body, SECRET, now),
        (headers | {"X-Slack-Signature": "v0=가"}, body, SECRET, now),
        (headers | {"X-Slack-Request-Timestamp": "9" * 5_000}, body, SECRET, now),
        (headers | {"X-Slack-Request-Timestamp": f" {moment}"}, body, SECRET, now),
        (headers | {"X-Slack-Request-Timestamp": "지금"}, body, SECRET, now),
    ]
    assert all(wire.verify(*case) for case in wrong)


def test_a_request_that_was_taken_does_not_count_again() -> None:
    """The same signature is known as long as its time would pass, and forgotten then."""
    accepted = wire.Accepted()
    assert not accepted.has("v0=a", 0)
    accepted.add("v0=a", 0)
    assert accepted.has("v0=a", 599)
    assert not accepted.has("v0=a", 600)
    accepted.add("v0=b", 601)
    assert not accepted.has("v0=a", 0)
