"""The Telegram stand-in refuses what Telegram refuses, and what it answers python-telegram-bot can read."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import BadRequest, Forbidden, InvalidToken

from tests.fakes.telegram import TOKEN, Button, KeyButton, TelegramFake
from tests.fakes.telegram_peers import bot_of
from tests.fakes.telegram_people import SENT
from tests.fakes.telegram_text import parse_html, units

ANN, BEN, STRANGER, GROUP = 1001, 1002, 9009, -1001234567890

OTHER_TOKEN = "7300000002:AAH_a-token-that-opens-nothing_0123456"


@pytest.fixture
async def fake() -> AsyncIterator[TelegramFake]:
    """A running stand-in."""
    async with TelegramFake() as fake:
        yield fake


@pytest.fixture
async def bot(fake: TelegramFake) -> AsyncIterator[Bot]:
    """A real bot whom Ann has written to."""
    await fake.say(ANN, "/start")
    async with bot_of(fake) as bot:
        yield bot


async def call(fake: TelegramFake, method: str, body: object = None, token: str = TOKEN) -> tuple[int, dict[str, Any]]:
    """Posts a call as JSON; gives the status and the answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{fake.url}/bot{token}/{method}", json=body or {}) as response,
    ):
        answer: dict[str, Any] = await response.json()
        return response.status, answer


def inline(*buttons: dict[str, Any]) -> dict[str, Any]:
    """An inline keyboard of one row per button."""
    return {"inline_keyboard": [[button] for button in buttons]}


YES = {"text": "네", "callback_data": "yes"}

Case = tuple[str, dict[str, Any], str]


def message(reason: str, **more: Any) -> Case:
    """A message that is refused."""
    return "sendMessage", {"chat_id": ANN, "text": "네"} | more, reason


def html(reason: str, text: str) -> Case:
    """HTML that is refused."""
    return message(f"can't parse entities: {reason}", text=text, parse_mode="HTML")


def below(reason: str, *buttons: dict[str, Any]) -> Case:
    """Inline buttons that are refused."""
    return message(reason, reply_markup=inline(*buttons))


def bold(*spans: tuple[int, int]) -> list[dict[str, Any]]:
    """Bold entities."""
    return [{"type": "bold", "offset": offset, "length": length} for offset, length in spans]


def venue(reason: str, **more: Any) -> Case:
    """A venue that is refused."""
    whole = {"chat_id": ANN, "latitude": 37.5, "longitude": 127.0, "title": "의원", "address": "종로"}
    return "sendVenue", {name: value for name, value in (whole | more).items() if value is not None}, reason


def commands(reason: str, *named: tuple[str, str], **more: Any) -> Case:
    """Commands that are refused."""
    return "setMyCommands", {"commands": [{"command": c, "description": d} for c, d in named]} | more, reason


def webhook(reason: str, **more: Any) -> Case:
    """A webhook that is refused."""
    return "setWebhook", {"url": "https://bot.example.com/t"} | more, reason


BUTTON = "inline keyboard button"

REFUSED: list[Case] = [
    ("sendMessage", {"chat_id": ANN}, "message text is empty"),
    ("sendMessage", {"text": "네"}, "chat_id is empty"),
    message("message text is empty", text=" \n "),
    message("message is too long", text="가" * 4097),
    message("message is too long", text="🙂" * 2049),
    message("chat not found", chat_id=STRANGER),
    message("chat not found", chat_id="@nobody"),
    message("unknown parameters: colour", colour="red"),
    message("unsupported parse_mode", parse_mode="MarkdownV2"),
    message("parse_mode and entities", parse_mode="HTML", entities=bold((0, 1))),
    html('Can\'t find end tag corresponding to start tag "b"', "<b>네"),
    html('Unsupported start tag "" at byte offset 7', "체온 < 38"),
    html('Unsupported start tag "p" at byte offset 0', "<p>네</p>"),
    message("ENTITY_BOUNDS_INVALID", entities=bold((0, 2))),
    message("entity beginning at UTF-16 offset 0 ends in a middle", text="🙂", entities=bold((0, 1))),
    message("too many entities", text="가" * 101, entities=bold(*((n, 1) for n in range(101)))),
    message("message to be replied not found", reply_parameters={"message_id": 5}),
    below(f"can't parse {BUTTON}: Text buttons are unallowed", {"text": "네"}),
    below(f"can't parse {BUTTON}: it has more than one action", YES | {"url": "https://a.kr"}),
    below(f"{BUTTON} text must be non-empty", YES | {"text": " "}),
    below("unknown parameters: reply_markup.inline_keyboard.colour", YES | {"colour": 1}),
    below("BUTTON_DATA_INVALID", {"text": "네", "callback_data": "가" * 22}),
    below("BUTTON_DATA_INVALID", {"text": "네", "callback_data": ""}),
    below(f"{BUTTON} URL 'tel:119' is invalid: Wrong HTTP URL", {"text": "네", "url": "tel:119"}),
    below(f"{BUTTON} URL 'tel:+8221' is invalid: Wrong", {"text": "네", "url": "tel:+8221"}),
    below(f"{BUTTON} URL 'http://door:80/' is invalid: Wrong HTTP URL", {"text": "네", "url": "http://door:80/"}),
    below(f"{BUTTON} URL 'ftp://a.kr' is invalid: Unsupported URL protocol", {"text": "네", "url": "ftp://a.kr"}),
    below("too many buttons in the inline keyboard", *([YES] * 101)),
    message("too many buttons in a row of the inline keyboard", reply_markup={"inline_keyboard": [[YES] * 9]}),
    message("too many buttons in a row of the keyboard", reply_markup={"keyboard": [[{"text": "네"}] * 9]}),
    message("keyboard button text must be non-empty", reply_markup={"keyboard": [[{"text": ""}]]}),
    message(
        "Location can be requested in private chats only",
        chat_id=GROUP,
        reply_markup={"keyboard": [[{"text": "여기", "request_location": True}]]},
    ),
    venue("wrong parameter address", address=None),
    venue("venue title and address must be non-empty", address=""),
    venue("venue title and address must be non-empty", title=" "),
    venue("wrong location specified", latitude=97.5),
    ("sendLocation", {"chat_id": ANN, "latitude": "북쪽", "longitude": 127.0}, "wrong parameter latitude"),
    ("sendChatAction", {"chat_id": ANN, "action": "thinking"}, "wrong parameter action in request"),
    ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "가" * 201}, "MESSAGE_TOO_LONG"),
    ("editMessageText", {"chat_id": ANN, "message_id": 5, "text": "네"}, "message to edit not found"),
    ("editMessageReplyMarkup", {"chat_id": ANN, "message_id": 101}, "message can't be edited"),
    commands("BOT_COMMAND_INVALID", ("Help", "도움말")),
    commands("BOT_COMMAND_INVALID", ("도움", "도움말")),
    commands("BOT_COMMAND_INVALID", ("a" * 33, "도움말")),
    commands("command description must be non-empty", ("help", "")),
    commands("command description length must not exceed 256", ("help", "가" * 257)),
    commands("too many commands", *([("help", "말")] * 101)),
    commands("invalid language code", language_code="ko-KR"),
    ("setMyDescription", {"description": "가" * 513}, "description is too long"),
    ("setMyShortDescription", {"short_description": "가" * 121}, "short description is too long"),
    webhook("bad webhook: An HTTPS URL must be provided for webhook", url="http://bot.example.com/t"),
    webhook("bad webhook: Webhook can be set up only on ports", url="https://bot.example.com:9000/t"),
    webhook("invalid webhook URL specified", url="ftp://bot.example.com/t"),
    webhook("secret token contains unallowed characters", secret_token="a b"),
    webhook("secret token is too long", secret_token="a" * 257),
    webhook("unknown update types: messages", allowed_updates=["messages"]),
    ("leaveChat", {"chat_id": ANN}, "chat member status can't be changed in private chats"),
    ("getChat", {"chat_id": STRANGER}, "chat not found"),
]


@pytest.mark.parametrize(("method", "params", "reason"), REFUSED)
async def test_refusal(fake: TelegramFake, method: str, params: dict[str, Any], reason: str) -> None:
    """A call that Telegram does not take is answered 400 with its reason, shown to nobody, and remembered."""
    await fake.say(ANN, "안녕하세요")
    await fake.group(GROUP, ANN, "안녕하세요")
    status, answer = await call(fake, method, params)
    assert (status, answer["ok"], answer["error_code"]) == (400, False, 400)
    assert answer["description"].startswith(f"Bad Request: {reason}")
    assert [(r.method, r.params, r.code) for r in fake.refused] == [(method, params, 400)]
    assert fake.calls == []
    assert fake.shown(ANN) == fake.shown(GROUP) == []


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>꼭</b> 가세요", "꼭 가세요", [("bold", 0, 1)]),
        ("🙂 <i>쉬세요</i>", "🙂 쉬세요", [("italic", 3, 3)]),
        ("<b>가 <u>나</u></b>", "가 나", [("bold", 0, 3), ("underline", 2, 1)]),
        ("비타민 B & C > A &lt;b&gt; &#44032; &nbsp;", "비타민 B & C > A <b> 가 &nbsp;", []),
        ('<a href="https://a.kr/?b=1&amp;c=2">여기</a>', "여기", [("text_link", 0, 2)]),
        ("<a href='tel:119'>119</a>", "119", []),
        (
            '<span class="tg-spoiler">뒤</span> <tg-spoiler>글</tg-spoiler>',
            "뒤 글",
            [("spoiler", 0, 1), ("spoiler", 2, 1)],
        ),
        ("<blockquote expandable>긴 글</blockquote>", "긴 글", [("expandable_blockquote", 0, 3)]),
        ("<STRONG>꼭</STRONG><code></code>", "꼭", [("bold", 0, 1)]),
    ],
)
def test_html(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    """Telegram's tags become entities in UTF-16 units, and a lone & or > stays as it is."""
    plain, found = parse_html(source)
    assert plain == text
    assert [(e["type"], e["offset"], e["length"]) for e in found] == entities
    assert all(e["offset"] + e["length"] <= units(plain) for e in found)


@pytest.mark.parametrize(
    "source",
    [
        "<b>가",
        "<b>가</i>",
        "가</b>",
        "<b",
        "<b>가</b",
        "<br>",
        "<a href>가</a>",
        "<span>가</span>",
        "<b><i>가</b></i>",
        '<a href="x>가</a>',
        "<tg-emoji>🙂</tg-emoji>",
        "1 < 2",
        "<!-- 가 -->",
    ],
)
async def test_wrong_html(fake: TelegramFake, source: str) -> None:
    """HTML that is not Telegram's is refused as a whole."""
    await fake.say(ANN, "안녕하세요")
    status, answer = await call(fake, "sendMessage", {"chat_id": ANN, "text": source, "parse_mode": "HTML"})
    assert status == 400
    assert answer["description"].startswith("Bad Request: can't parse entities: ")


async def test_wrong_door(fake: TelegramFake) -> None:
    """Tokens that are not the bot's and methods that do not exist are turned away."""
    assert (await call(fake, "getMe", token=OTHER_TOKEN))[0] == 401
    assert (await call(fake, "getMe", token="no-token"))[0] == 404
    unknown = await call(fake, "sendTelepathy")
    assert unknown == (404, {"ok": False, "error_code": 404, "description": "Not Found"})
    assert (await call(fake, "GETME"))[1]["result"]["username"] == "drrc_test_bot"
    with pytest.raises(InvalidToken):
        async with bot_of(fake, OTHER_TOKEN):
            pass


async def test_encodings(fake: TelegramFake) -> None:
    """Query string, form, multipart and JSON carry the same call."""
    await fake.say(ANN, "안녕하세요")
    markup = json.dumps(inline(YES))
    params = {"chat_id": str(ANN), "text": "123", "reply_markup": markup, "disable_notification": "true"}
    address = f"{fake.url}/bot{TOKEN}/sendMessage"
    with aiohttp.MultipartWriter("form-data") as multipart:
        for name, value in params.items():
            multipart.append(value).set_content_disposition("form-data", name=name)
    async with aiohttp.ClientSession() as session:
        for sent in ({"params": params}, {"data": params}, {"data": multipart}, {"json": params}):
            async with session.post(address, **sent) as response:
                assert response.status == 200, await response.text()
        async with session.get(address, params=params) as response:
            assert response.status == 200
    expected = {"chat_id": ANN, "text": "123", "reply_markup": inline(YES), "disable_notification": True}
    assert [c.params for c in fake.calls] == [expected] * 5
    assert [s.silent for s in fake.shown(ANN)] == [True] * 5


async def test_bot_sends(fake: TelegramFake, bot: Bot) -> None:
    """A real bot can send every kind of message and read what comes back."""
    buttons = [[InlineKeyboardButton("네", callback_data="yes")], [InlineKeyboardButton("더", url="https://a.kr/1")]]
    sent = await bot.send_message(ANN, " <b>열</b>이 나나요?\n", "HTML", reply_markup=InlineKeyboardMarkup(buttons))
    assert (sent.text, sent.text_html, sent.chat.id) == ("열이 나나요?", "<b>열</b>이 나나요?", ANN)
    assert sent.from_user
    assert sent.from_user.id == bot.id
    place = await bot.send_venue(ANN, 37.57, 126.98, "서울의원", "종로 1", reply_to_message_id=sent.message_id)
    assert place.venue
    assert place.venue.title == "서울의원"
    assert place.reply_to_message
    assert place.reply_to_message.text == "열이 나나요?"
    location = await bot.send_location(ANN, 37.57, 126.98)
    assert location.location
    assert await bot.send_chat_action(ANN, "typing")
    keys = ReplyKeyboardMarkup([[KeyboardButton("내 위치", request_location=True), "괜찮아요"]])
    await bot.send_message(ANN, "어디에 계세요?", reply_markup=keys)
    first, second, third, fourth = fake.shown(ANN)
    assert (first.text, first.method, first.keyboard) == ("열이 나나요?", "sendMessage", [])
    assert first.buttons == [Button(label="네", data="yes"), Button(label="더", url="https://a.kr/1")]
    assert first.entities == [{"type": "bold", "offset": 0, "length": 1}]
    assert (second.text, second.venue and second.venue["address"]) == ("서울의원\n종로 1", "종로 1")
    assert (third.text, third.method) == ("", "sendLocation")
    assert fourth.keyboard == [KeyButton(label="내 위치", request_location=True), KeyButton(label="괜찮아요")]
    assert [c.method for c in fake.calls][:5] == ["getMe", "sendMessage", "sendVenue", "sendLocation", "sendChatAction"]


async def test_bot_edits(fake: TelegramFake, bot: Bot) -> None:
    """Text and buttons can be changed once each, a message with a reply keyboard or of another person never."""
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("네", callback_data="yes")]])
    sent = await bot.send_message(ANN, "열이 나나요?", reply_markup=markup)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_reply_markup(ANN, sent.message_id, reply_markup=markup)
    await bot.edit_message_text("열이 나는군요", ANN, sent.message_id, reply_markup=markup)
    edited = await bot.edit_message_reply_markup(ANN, sent.message_id)
    assert not isinstance(edited, bool)
    assert (edited.text, edited.reply_markup) == ("열이 나는군요", None)
    assert [(s.text, s.buttons) for s in fake.shown(ANN)] == [("열이 나는군요", [])]
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_reply_markup(ANN, sent.message_id)
    place = await bot.send_venue(ANN, 37.57, 126.98, "서울의원", "종로 1")
    with pytest.raises(BadRequest, match="no text in the message"):
        await bot.edit_message_text("다른 곳", ANN, place.message_id)
    asked = await bot.send_message(ANN, "어디세요?", reply_markup=ReplyKeyboardMarkup([["여기"]]))
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("어디?", ANN, asked.message_id)


async def test_bot_settings(fake: TelegramFake, bot: Bot) -> None:
    """Commands, descriptions, menu button and chats are kept per scope and language and can be read back."""
    scope = BotCommandScopeAllPrivateChats()
    assert await bot.set_my_commands([BotCommand("help", "도움말")], scope=scope, language_code="ko")
    assert [c.command for c in await bot.get_my_commands(scope=scope, language_code="ko")] == ["help"]
    assert await bot.get_my_commands() == ()
    assert await bot.delete_my_commands(scope=scope, language_code="ko")
    assert await bot.get_my_commands(scope=scope, language_code="ko") == ()
    assert await bot.set_my_description("건강 이야기를 나눠요", "ko")
    assert await bot.set_my_short_description("건강 길잡이")
    assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat(ANN)).first_name == f"사람 {ANN}"
    await fake.group(GROUP, ANN, "안녕하세요")
    assert await bot.leave_chat(GROUP)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(GROUP, "네")


async def test_taps(fake: TelegramFake, bot: Bot) -> None:
    """Only a shown button can be tapped, and a tap is answered once, in time."""
    with pytest.raises(AssertionError, match="no shown button"):
        await fake.tap(ANN, "yes")
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("네", callback_data="yes")]])
    sent = await bot.send_message(ANN, "열이 나나요?", reply_markup=markup)
    await fake.tap(ANN, "yes")
    await bot.edit_message_reply_markup(ANN, sent.message_id)
    with pytest.raises(AssertionError, match="no shown button"):
        await fake.tap(ANN, "yes")
    await fake.tap(ANN, "yes", stale=True)
    await fake.tap(ANN, "never", stale=True)
    taps = [u.callback_query for u in await bot.get_updates() if u.callback_query]
    assert [t.data for t in taps] == ["yes", "yes", "never"]
    assert [t.message and t.message.message_id for t in taps] == [sent.message_id, sent.message_id, 1]
    assert await taps[0].answer()
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_callback_query(taps[0].id)
    fake.world.query_life = 0.0
    with pytest.raises(BadRequest, match="too old"):
        await taps[1].answer("늦었어요")


async def test_keys(fake: TelegramFake, bot: Bot) -> None:
    """Keys of the open keyboard write their label or share a point until the keyboard is taken away."""
    keys = ReplyKeyboardMarkup([[KeyboardButton("내 위치", request_location=True), "괜찮아요"]])
    await bot.send_message(ANN, "어디에 계세요?", reply_markup=keys)
    with pytest.raises(AssertionError, match="say which point"):
        await fake.press(ANN, "내 위치")
    await fake.press(ANN, "내 위치", point=(37.57, 126.98))
    await fake.press(ANN, "괜찮아요")
    messages = [u.message for u in await bot.get_updates() if u.message]
    assert messages[1].location
    assert (messages[1].location.latitude, messages[2].text) == (37.57, "괜찮아요")
    await bot.send_message(ANN, "알겠어요", reply_markup=ReplyKeyboardRemove())
    with pytest.raises(AssertionError, match="no key"):
        await fake.press(ANN, "괜찮아요")


async def test_everything_people_send(fake: TelegramFake) -> None:
    """Every kind of update is one that python-telegram-bot reads, with numbers that rise."""
    await fake.say(ANN, "머리가 아파요 /help")
    for kind in SENT:
        await fake.send(ANN, kind, caption="이거요")
    await fake.send(ANN, "edited", caption="배가 아파요")
    await fake.group(GROUP, BEN, "다들 안녕?")
    await fake.invite(GROUP, BEN)
    await fake.block(ANN)
    await fake.unblock(ANN)
    updates = list(fake.delivery.pending.values())
    read = [Update.de_json(update, None) for update in updates]
    assert [u.update_id for u in read] == sorted({u["update_id"] for u in updates})
    assert all(u.effective_chat and u.effective_user for u in read)
    assert read[0].message
    assert read[0].message.parse_entities() == {read[0].message.entities[0]: "/help"}
    built = fake.build("text", ANN, text="아직이요")
    assert built not in fake.delivery.pending.values()
    assert built["update_id"] > updates[-1]["update_id"]
