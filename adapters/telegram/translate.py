"""Between Telegram's updates and calls and the bot's values. Pure: no clock, no network, no files."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from operator import index

import telegram
from telegram import LinkPreviewOptions, ReplyKeyboardMarkup, ReplyKeyboardRemove
from telegram.constants import ChatMemberStatus, ChatType, ParseMode

from adapters.channel import TELEGRAM
from adapters.fold import cut, fold, is_urgent, width
from adapters.telegram import rich
from adapters.telegram.keyboard import Keyboard, keyboard
from adapters.telegram.wire import Call
from bot.message import Address, Attachment, Message, Outgoing, Platform
from bot.phrases import Phrases
from knowledge.places.place import Place, Point
from nlu.alarm import screen

COMMANDS = {
    "start": "start",
    "new": "again",
    "places": "places",
    "help": "help",
    "mydata": "mydata",
    "export": "export",
    "delete": "delete",
    "link": "link",
}
"""The choice that each command stands for."""

LABELS = {
    "location:share": "consent.location.yes",
    "location:typed": "consent.location.typed",
    "location:agree": "consent.location.agree",
    "places": "hello.choice.places",
    "help": "hello.choice.help",
    "again": "hello.choice.again",
    "mydata": "hello.choice.my_data",
    "export": "hello.choice.export",
    "delete": "hello.choice.delete",
}
"""Where the words of a choice stand: keys under the chat send only their words."""

KINDS: tuple[tuple[str, Attachment], ...] = (
    ("photo", "photo"),
    ("animation", "sticker"),
    ("sticker", "sticker"),
    ("dice", "sticker"),
    ("voice", "voice"),
    ("audio", "voice"),
    ("video_note", "voice"),
    *((kind, "file") for kind in ("video", "document", "contact", "poll", "story", "paid_media", "checklist", "game")),
)
"""What we cannot read, by the field it comes in; an animation also comes as a document."""

COMMAND = re.compile(r"/([a-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
CODE = re.compile(r"(?:link_)?(\d[\d-]{3,20})")
CHOICE = re.compile(r"[\x21-\x7e]{1,64}")

LONGEST_TEXT, LONGEST_TOAST = 4_096, 200
"""Telegram's own limits, in UTF-16 units."""

GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
HERE = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)
AWAY = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A person blocked the bot."""

    address: Address
    """Who."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A person lets the bot write again."""

    address: Address
    """Who."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InGroup:
    """Somebody wrote where others read along; what they wrote is not kept."""

    chat: int = field(repr=False)
    """The group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A tapped button that waits for a sign of life."""

    query: str
    """Telegram's id of the tap."""
    toast: str = field(repr=False)
    """What is shown for a moment, or empty."""


def parse(update: telegram.Update, *, say: Phrases, now: datetime) -> Message | Left | Returned | InGroup | None:
    """What an update tells us; None where it asks for nothing."""
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    if update.callback_query:
        return _tapped(update, update.callback_query, now)
    if update.edited_message:
        return _edited(update, update.edited_message, now)
    return _written(update, update.message, say, now) if update.message else None


def tap(update: telegram.Update, *, say: Phrases) -> Tap | None:
    """The tap of an update, where it is one."""
    query = update.callback_query
    if query is None:
        return None
    markup = query.message.reply_markup if isinstance(query.message, telegram.Message) else None
    buttons = chain.from_iterable(markup.inline_keyboard) if markup else ()
    label = next((button.text for button in buttons if button.callback_data == query.data), "")
    return Tap(query=query.id, toast=cut(say("telegram.tapped", label=label), LONGEST_TOAST) if label else "")


def _membership(change: telegram.ChatMemberUpdated) -> Left | Returned | InGroup | None:
    chat, status = change.chat, change.new_chat_member.status
    if chat.type == ChatType.PRIVATE:
        return Left(address=_address(chat)) if status in AWAY else Returned(address=_address(chat))
    return InGroup(chat=index(chat.id)) if chat.type in GROUPS and status in HERE else None


def _tapped(update: telegram.Update, query: telegram.CallbackQuery, now: datetime) -> Message | None:
    chat = query.message.chat if query.message else None
    if chat is None or chat.type != ChatType.PRIVATE or not CHOICE.fullmatch(query.data or ""):
        return None
    message = _message(update, chat, query.from_user, now)
    return replace(message, choice=query.data)


def _edited(update: telegram.Update, sent: telegram.Message, now: datetime) -> Message | None:
    """Moves of a live location ask for nothing; an edited text is not read again unless it tells of danger."""
    text = _clean(sent.text or sent.caption or "")
    if sent.location or not text or sent.chat.type != ChatType.PRIVATE or _is_bot(sent):
        return None
    message = _message(update, sent.chat, sent.from_user, min(sent.edit_date or sent.date, now))
    return replace(message, text=text) if screen(text) else replace(message, attachment="edited")


def _written(update: telegram.Update, sent: telegram.Message, say: Phrases, now: datetime) -> Message | InGroup | None:
    if _is_bot(sent):
        return None
    if sent.chat.type in GROUPS:
        return InGroup(chat=index(sent.chat.id)) if sent.text or sent.caption else None
    if sent.chat.type != ChatType.PRIVATE:
        return None
    message = _message(update, sent.chat, sent.from_user, min(sent.date, now))
    if sent.text is not None:
        return _typed(message, _clean(sent.text), say)
    location = sent.location or (sent.venue.location if sent.venue else None)
    if location:
        return replace(message, point=Point(lat=location.latitude, lon=location.longitude))
    kind = next((kind for name, kind in KINDS if getattr(sent, name, None)), None)
    if sent.caption and sent.caption.strip():
        return replace(message, text=_clean(sent.caption))
    if kind and sent.media_group_id:
        # The pictures of an album come one by one; one answer to all of them is enough.
        message = replace(message, id=_clean(f"album:{sent.media_group_id}"))
    if kind == "file" and sent.document and (sent.document.mime_type or "").startswith("image/"):
        kind = "photo"
    return replace(message, attachment=kind) if kind else None


def _typed(message: Message, text: str, say: Phrases) -> Message:
    found = COMMAND.fullmatch(text.strip())
    name, words = (found[1].lower(), (found[2] or "").strip()) if found else ("", "")
    code = CODE.fullmatch(words) if name in ("start", "link") else None
    if code:
        return replace(message, text=say("telegram.link_words", code=code[1]))
    if name in COMMANDS and (not words or (name == "start" and PAYLOAD.fullmatch(words))):
        return replace(message, choice=COMMANDS[name])
    if name in COMMANDS:
        return replace(message, text=words)  # what stands beside a command may tell of danger
    choice = next((choice for choice, key in LABELS.items() if say(key) == text.strip()), None)
    return replace(message, choice=choice) if choice else replace(message, text=text)


def _message(update: telegram.Update, chat: telegram.Chat, user: telegram.User | None, at: datetime) -> Message:
    locale = (user.language_code if user else None) or "ko"
    return Message(id=str(update.update_id), address=_address(chat), sent_at=at, locale=_clean(locale[:16]))


def _address(chat: telegram.Chat) -> Address:
    return Address(platform=Platform.TELEGRAM, user=str(index(chat.id)))


def _is_bot(sent: telegram.Message) -> bool:
    return sent.from_user is not None and sent.from_user.is_bot


def _clean(text: str) -> str:
    """The text without halves of broken characters, which nothing further in can store."""
    return text.encode(errors="replace").decode()


def render(outgoing: Outgoing, *, say: Phrases) -> tuple[Call, ...]:
    """The calls that show a reply: what is urgent alone at first, the rest in as few as fit, buttons under the last."""
    folded = fold(outgoing.reply, TELEGRAM)
    urgent = [piece for block in folded.blocks if is_urgent(block) for piece in rich.pieces(block, say)]
    rest = [piece for block in folded.blocks if not is_urgent(block) for piece in rich.pieces(block, say)]
    messages = [*rich.packed(urgent, rich.PARAGRAPH), *rich.packed(rest, rich.PARAGRAPH)]
    if not messages and folded.buttons:
        messages = [rich.plain(say("telegram.choose"))]
    calls = list(_calls(messages))
    markup = keyboard(folded.buttons, say)
    if calls and markup:
        calls[-1] = _with(calls[-1], markup)
    if calls and (len(calls) > 1 or not markup) and not isinstance(markup, ReplyKeyboardMarkup):
        # Keys that asked for a location stay until they are taken away, also where a district was typed instead.
        calls[0] = _with(calls[0], ReplyKeyboardRemove())
    return tuple(calls)


def plain(call: Call, *, buttons: bool = True) -> Call:
    """The call without tags, for when Telegram cannot read them; without buttons too where it dislikes those."""
    params = {name: value for name, value in call.params.items() if name != "parse_mode"}
    if not buttons:
        params.pop("reply_markup", None)
    if "parse_mode" in call.params:
        text = call.params["text"]
        whole = _untagged(re.sub(r'<a href="([^"]*)">(.*?)</a>', r"\2: \1", text, flags=re.DOTALL))
        params["text"] = whole if width(whole) <= LONGEST_TEXT else _untagged(text)
    return Call(method=call.method, params=params)


def _calls(messages: Sequence[rich.Rich]) -> Iterator[Call]:
    shown = False
    for message in messages:
        if message.place and not shown:
            shown = True
            yield _venue(message.place)
        preview = LinkPreviewOptions(is_disabled=True)
        params = {"text": message.html, "parse_mode": ParseMode.HTML, "link_preview_options": preview}
        yield Call(method="send_message", params=params)


def _venue(place: Place) -> Call:
    title = cut(_clean(place.name.strip()), rich.SHORT)
    address = cut(_clean(place.region.strip()), rich.SHORT) or title
    where = {"latitude": place.point.lat, "longitude": place.point.lon}
    return Call(method="send_venue", params={**where, "title": title, "address": address})


def _with(call: Call, markup: Keyboard | ReplyKeyboardRemove) -> Call:
    return Call(method=call.method, params={**call.params, "reply_markup": markup})


def _untagged(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))
