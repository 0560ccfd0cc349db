"""What Telegram's updates mean: every kind of thing a person can do there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.telegram.translate import InGroup, Left, Returned, Tap, parse, tap
from adapters.telegram.wire import read, understood
from bot.message import Address, Message, Platform
from bot.phrases import load_phrases
from knowledge.places.place import Point
from tests.fakes.telegram import TelegramFake

SAY = load_phrases()
NOW = datetime.now(UTC) + timedelta(days=1)  # however long after its import a test runs
ME = Address(platform=Platform.TELEGRAM, user="7")
DANGER = "숨을 못 쉬겠어요"


def heard(kind: str, **what: Any) -> Any:
    """What one of a person's doings becomes."""
    update = understood(TelegramFake().build(kind, 7, **what))
    assert update
    return parse(update, say=SAY, now=NOW)


def message(**changes: Any) -> Any:
    """A message update as Telegram sends it, with these fields changed or taken away (None)."""
    update = TelegramFake().build("text", 7, text="네")
    update["message"] = {key: value for key, value in (update["message"] | changes).items() if value is not None}
    found = understood(update)
    assert found
    return parse(found, say=SAY, now=NOW)


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("머리가 아파요", "text", "머리가 아파요"),
        ("/start", "choice", "start"),
        ("/start from_poster-3", "choice", "start"),
        ("/START@drrc_test_bot", "choice", "start"),
        ("/start link_12345-67890", "text", "잇기 12345-67890"),
        ("/link 12345-67890", "text", "잇기 12345-67890"),
        ("/link", "choice", "link"),
        ("/help", "choice", "help"),
        ("/places", "choice", "places"),
        ("/new", "choice", "again"),
        ("/mydata", "choice", "mydata"),
        ("/export", "choice", "export"),
        ("/delete", "choice", "delete"),
        (f"/help {DANGER}", "text", DANGER),
        (f"/start {DANGER}", "text", DANGER),
        (f"/없는명령 {DANGER}", "text", f"/없는명령 {DANGER}"),
        (f"/unknown {DANGER}", "text", f"/unknown {DANGER}"),
        ("동네 이름으로 찾기", "choice", "location:typed"),
        ("동의하고 위치 보내기", "choice", "location:share"),
        ("위치 사용 동의", "choice", "location:agree"),
        ("새로 상담하기", "choice", "again"),
        ("가" * 4096, "text", "가" * 4096),
        ("half \ud83d", "text", "half ?"),
    ],
)
def test_what_is_typed(typed: str, field: str, value: str) -> None:
    """Words arrive whole, commands and labels as the choice they stand for, words beside a command as words."""
    found = message(text=typed)
    assert isinstance(found, Message)
    assert getattr(found, field) == value
    assert found.address == ME


def test_every_message_knows_when_and_from_whom() -> None:
    """The id is the update's number, the time has a zone and is never ahead of ours, the language is the app's."""
    update = TelegramFake().build("text", 7, text="네")
    found = understood(update)
    assert found
    heard_now = parse(found, say=SAY, now=NOW)
    assert isinstance(heard_now, Message)
    assert heard_now.id == str(update["update_id"])
    assert heard_now.sent_at == datetime.fromtimestamp(update["message"]["date"], UTC)
    assert heard_now.locale == "ko"
    early = datetime(2020, 1, 1, tzinfo=UTC)
    before = parse(found, say=SAY, now=early)
    assert isinstance(before, Message)
    assert before.sent_at == early


@pytest.mark.parametrize(
    ("kind", "attachment"),
    [
        ("photo", "photo"),
        ("sticker", "sticker"),
        ("animation", "sticker"),
        ("dice", "sticker"),
        ("voice", "voice"),
        ("audio", "voice"),
        ("video_note", "voice"),
        ("video", "file"),
        ("document", "file"),
        ("contact", "file"),
    ],
)
def test_what_cannot_be_read(kind: str, attachment: str) -> None:
    """Each kind of thing is told apart, and words beside it are read instead."""
    assert heard(kind).attachment == attachment
    with_words = heard(kind, caption=DANGER)
    assert (with_words.text, with_words.attachment) == (DANGER, None)


def test_a_poll_and_a_picture_sent_as_a_file() -> None:
    """A poll is a file to us, and a picture is a picture however it was sent."""
    file = {"file_id": "AgAC", "file_unique_id": "AQAD", "mime_type": "image/png"}
    assert message(text=None, document=file).attachment == "photo"
    poll = {
        "id": "1",
        "question": "?",
        "options": [],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    }
    assert message(text=None, poll=poll).attachment == "file"


def test_the_pictures_of_an_album_are_one_message() -> None:
    """Pictures that belong together share an id, so that one answer is given; words beside one keep their own."""
    photo = [{"file_id": "A", "file_unique_id": "B", "width": 1, "height": 1}]
    first = message(text=None, photo=photo, media_group_id="99")
    second = message(text=None, photo=photo, media_group_id="99")
    assert first.id == second.id == "album:99"
    assert message(text=None, photo=photo, media_group_id="99", caption="열이 나요").id.isdigit()


@pytest.mark.parametrize(
    ("kind", "point"),
    [("location", Point(lat=37.5665, lon=126.978)), ("venue", Point(lat=37.5665, lon=126.978))],
)
def test_a_place_on_the_map_is_a_point(kind: str, point: Point) -> None:
    """A shared location and a shared place both say where."""
    assert heard(kind).point == point


def test_a_live_location_counts_once() -> None:
    """Its start is a point; its moves ask for nothing."""
    live = {"latitude": 37.5, "longitude": 127.0, "live_period": 900}
    assert message(text=None, location=live).point == Point(lat=37.5, lon=127.0)
    update = TelegramFake().build("location", 7, lat=37.5, lon=127.0)
    update["edited_message"] = update.pop("message") | {"edit_date": update["update_id"] % 1000 + 1_700_000_000}
    moved = understood(update)
    assert moved
    assert parse(moved, say=SAY, now=NOW) is None


def test_an_edited_text_is_not_read_again_unless_it_tells_of_danger() -> None:
    """The person is asked to send it anew; danger is answered at once."""
    fake = TelegramFake()
    fake.build("text", 7, text="머리가 아파요")
    for text, field, value in (("배가 아파요", "attachment", "edited"), (DANGER, "text", DANGER)):
        update = understood(fake.build("edited", 7, text=text))
        assert update
        assert getattr(parse(update, say=SAY, now=NOW), field) == value


def test_a_tapped_button_is_its_choice() -> None:
    """The choice comes with the update's number, and the label is known for a sign of life."""
    fake = TelegramFake()
    fake.build("text", 7, text="네")
    buttons = {"inline_keyboard": [[{"text": "38도 이상", "callback_data": "a:fever:0"}]]}
    fake.methods._send_message({"chat_id": 7, "text": "열이 있나요?", "reply_markup": buttons})
    raw = fake.build("tap", 7, data="a:fever:0")
    update = understood(raw)
    assert update
    found = parse(update, say=SAY, now=NOW)
    assert isinstance(found, Message)
    assert (found.choice, found.id, found.address) == ("a:fever:0", str(raw["update_id"]), ME)
    assert tap(update, say=SAY) == Tap(query=raw["callback_query"]["id"], toast="✓ 38도 이상")


def test_a_button_of_a_message_that_is_gone_still_works() -> None:
    """Telegram no longer shows the message; the choice counts, the label is unknown."""
    raw = TelegramFake().build("tap", 7, data="help", stale=True)
    update = understood(raw)
    assert update
    found = parse(update, say=SAY, now=NOW)
    assert isinstance(found, Message)
    assert found.choice == "help"
    assert tap(update, say=SAY) == Tap(query=raw["callback_query"]["id"], toast="")
    raw["callback_query"]["data"] = "두통"
    odd = understood(raw)
    assert odd
    assert parse(odd, say=SAY, now=NOW) is None


def test_leaving_and_coming_back() -> None:
    """Blocking the bot and letting it write again are told apart from messages."""
    assert heard("blocked") == Left(address=ME)
    assert heard("unblocked") == Returned(address=ME)


def test_a_group_is_not_listened_to() -> None:
    """Nothing of what is said in a group is taken over, only that it is one."""
    assert heard("text", chat=-100, text=DANGER) == InGroup(chat=-100)
    assert heard("invited", chat=-100) == InGroup(chat=-100)
    assert DANGER not in repr(heard("text", chat=-100, text=DANGER))


@pytest.mark.parametrize(
    "changes",
    [
        {"from": {"id": 9, "is_bot": True, "first_name": "봇"}},
        {"text": None, "message_auto_delete_timer_changed": {"message_auto_delete_time": 60}},
        {"text": None, "something_new": {"a": 1}},
        {"chat": {"id": -5, "type": "channel", "title": "소식"}},
    ],
)
def test_what_asks_for_nothing(changes: dict[str, Any]) -> None:
    """Other bots, service messages, channels and kinds nobody knows yet are left alone."""
    assert message(**changes) is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff{}", b'{"update_id":NaN}', b"[" * 100_000])
def test_a_body_that_is_no_json(body: bytes) -> None:
    """It is told from an update we cannot use."""
    with pytest.raises(ValueError, match=r".*"):
        read(body)


@pytest.mark.parametrize(
    "body", [b"[]", b"1", b"{}", b'{"update_id":"1"}', b'{"update_id":true}', b'{"update_id":1,"message":{}}']
)
def test_a_body_that_is_no_update(body: bytes) -> None:
    """JSON that is no update is nothing, and no error of ours."""
    assert read(body) is None


def test_fields_nobody_knows_are_ignored() -> None:
    """An update with news in it is still read."""
    update = read(
        '{"update_id":5,"news":{"a":1},"message":{"message_id":1,"date":1,"fun":2,"text":"네",'
        '"chat":{"id":7,"type":"private","mood":"good"}}}'.encode()
    )
    assert update
    found = parse(update, say=SAY, now=NOW)
    assert isinstance(found, Message)
    assert found.text == "네"


def test_a_part_the_library_cannot_read_does_not_hide_the_words() -> None:
    """Where Telegram has changed something beside them, words and taps are still read."""
    assert message(text=DANGER, poll={"id": "1", "made": "differently"}).text == DANGER
    raw = TelegramFake().build("tap", 7, data="help", stale=True)
    raw["callback_query"]["message"] = raw["callback_query"]["message"] | {"date": 1, "sticker": {"new": "kind"}}
    update = understood(raw)
    assert update
    found = parse(update, say=SAY, now=NOW)
    assert isinstance(found, Message)
    assert found.choice == "help"
