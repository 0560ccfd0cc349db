"""What each Bot API method does to the chats, and what it answers."""

import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.fakes import telegram_markup as markup
from tests.fakes.telegram_delivery import Delivery
from tests.fakes.telegram_text import formatted, units
from tests.fakes.telegram_values import Chat, Json, Post, Refusal, World, bad

COMMAND = re.compile(r"[a-z0-9_]{1,32}")

ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)

Handler = Callable[[Json], Any]


class Methods:
    """The methods of the Bot API that are known here."""

    def __init__(self, world: World, delivery: Delivery) -> None:
        self.world = world
        self.delivery = delivery
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.menu_buttons: dict[int | None, Json] = {}
        self._handlers: dict[str, Handler] = {
            "getMe": lambda _: self.world.bot,
            "setWebhook": delivery.set_webhook,
            "deleteWebhook": delivery.delete_webhook,
            "getWebhookInfo": lambda _: delivery.info(),
            "getUpdates": delivery.get_updates,
            "setMyCommands": self._set_commands,
            "getMyCommands": lambda what: self.commands.get(_scope(what), []),
            "deleteMyCommands": self._delete_commands,
            "setMyDescription": lambda what: self._describe("description", 512, what),
            "setMyShortDescription": lambda what: self._describe("short_description", 120, what),
            "setChatMenuButton": self._set_menu_button,
            "sendMessage": self._send_message,
            "sendVenue": self._send_venue,
            "sendLocation": self._send_location,
            "sendChatAction": self._send_action,
            "answerCallbackQuery": self._answer_query,
            "editMessageReplyMarkup": self._edit_markup,
            "editMessageText": self._edit_text,
            "leaveChat": self._leave,
            "getChat": self._get_chat,
        }

    async def carry_out(self, name: str, what: Json) -> Any:
        """Does what a checked call asks for."""
        result = self._handlers[name](what)
        return await result if isinstance(result, Awaitable) else result

    def _set_commands(self, what: Json) -> bool:
        if len(what["commands"]) > 100:
            raise bad("too many commands specified")
        for command in what["commands"]:
            if not COMMAND.fullmatch(command["command"]):
                raise bad("BOT_COMMAND_INVALID")
            if not command["description"].strip():
                raise bad("command description must be non-empty")
            if len(command["description"]) > 256:
                raise bad("command description length must not exceed 256")
        self.commands[_scope(what)] = what["commands"]
        return True

    def _delete_commands(self, what: Json) -> bool:
        self.commands.pop(_scope(what), None)
        return True

    def _describe(self, kind: str, limit: int, what: Json) -> bool:
        said = what.get(kind, "")
        if len(said) > limit:
            raise bad(f"{kind.replace('_', ' ')} is too long")
        self.descriptions[(kind, _language(what))] = said
        return True

    def _set_menu_button(self, what: Json) -> bool:
        if "chat_id" in what and self._chat(what).kind != "private":
            raise bad("chat must be a private chat")
        self.menu_buttons[what.get("chat_id")] = what.get("menu_button", {"type": "default"})
        return True

    def _send_message(self, what: Json) -> Json:
        text, entities = formatted(what)
        return self._post("sendMessage", {"text": text} | ({"entities": entities} if entities else {}), what)

    def _send_venue(self, what: Json) -> Json:
        venue = {"location": _point(what), "title": what["title"].strip(), "address": what["address"].strip()}
        if not venue["title"] or not venue["address"]:
            raise bad("venue title and address must be non-empty")
        more = {name: what[name] for name in ("foursquare_id", "foursquare_type", "google_place_id") if name in what}
        return self._post("sendVenue", {"location": venue["location"], "venue": venue | more}, what)

    def _send_location(self, what: Json) -> Json:
        accuracy = what.get("horizontal_accuracy", 0)
        if not 0 <= accuracy <= 1500:
            raise bad("wrong horizontal accuracy specified")
        return self._post("sendLocation", {"location": _point(what)}, what)

    def _send_action(self, what: Json) -> bool:
        if what["action"] not in ACTIONS:
            raise bad("wrong parameter action in request")
        self._writable(what)
        return True

    def _post(self, method: str, content: Json, what: Json) -> Json:
        chat = self._writable(what)
        given = what.get("reply_markup", {})
        rows = markup.inline(given) if "inline_keyboard" in given else []
        keys = markup.keys(given, private=chat.kind == "private") if "keyboard" in given else []
        content = content | self._replied(chat, what) | ({"reply_markup": {"inline_keyboard": rows}} if rows else {})
        message = self.world.keep(chat, content, self._sender())
        chat.posts[message["message_id"]] = Post(
            method=method,
            at=time.monotonic(),
            keyboard=keys,
            offered=markup.data_of(rows),
            silent=bool(what.get("disable_notification")),
        )
        if keys or given.get("remove_keyboard"):
            chat.keyboard = keys
        return dict(message)

    def _replied(self, chat: Chat, what: Json) -> Json:
        wanted = what.get("reply_parameters") or {}
        number = wanted.get("message_id") or what.get("reply_to_message_id")
        if number is None:
            return {}
        found = chat.messages.get(number)
        if found is None:
            if wanted.get("allow_sending_without_reply") or what.get("allow_sending_without_reply"):
                return {}
            raise bad("message to be replied not found")
        return {"reply_to_message": {name: value for name, value in found.items() if name != "reply_to_message"}}

    def _answer_query(self, what: Json) -> bool:
        if units(what.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        query = self.world.queries.get(what["callback_query_id"])
        if query is None or query.answered or time.monotonic() > query.at + self.world.query_life:
            raise bad(TOO_OLD)
        query.answered = True
        return True

    def _edit_text(self, what: Json) -> Json:
        text, entities = formatted(what)
        _, message, _ = self._editable(what)
        if "text" not in message:
            raise bad("there is no text in the message to edit")
        return self._changed(what, {"text": text} | ({"entities": entities} if entities else {}))

    def _edit_markup(self, what: Json) -> Json:
        return self._changed(what, {})

    def _changed(self, what: Json, content: Json) -> Json:
        chat, message, post = self._editable(what)
        rows = markup.inline(what["reply_markup"]) if "reply_markup" in what else []
        dropped = {"reply_markup", *({"text", "entities"} if content else set())}
        edited = {name: value for name, value in message.items() if name not in dropped} | content
        if rows:
            edited["reply_markup"] = {"inline_keyboard": rows}
        if edited == message:
            raise bad(NOT_MODIFIED)
        edited["edit_date"] = int(time.time())
        chat.messages[message["message_id"]] = edited
        post.offered |= markup.data_of(rows)
        return dict(edited)

    def _editable(self, what: Json) -> tuple[Chat, Json, Post]:
        if "inline_message_id" in what:
            raise bad("MESSAGE_ID_INVALID")
        chat = self._writable(what)
        message = chat.messages.get(what.get("message_id", 0))
        if message is None:
            raise bad("message to edit not found")
        post = chat.posts.get(message["message_id"])
        if post is None or post.keyboard:
            raise bad("message can't be edited")
        return chat, message, post

    def _leave(self, what: Json) -> bool:
        chat = self._writable(what)
        if chat.kind == "private":
            raise bad("chat member status can't be changed in private chats")
        chat.left = True
        return True

    def _get_chat(self, what: Json) -> Json:
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        more = {"accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
        return self._chat(what).public() | more

    def _chat(self, what: Json) -> Chat:
        if what.get("chat_id") in (None, ""):
            raise bad("chat_id is empty")
        found = self.world.chats.get(what["chat_id"])
        if found is None:
            raise bad("chat not found")
        return found

    def _writable(self, what: Json) -> Chat:
        chat = self._chat(what)
        if chat.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat.left:
            raise Refusal(403, "Forbidden: bot is not a member of the supergroup chat")
        return chat

    def _sender(self) -> Json:
        return {name: self.world.bot[name] for name in ("id", "is_bot", "first_name", "username")}


def _point(what: Json) -> Json:
    latitude, longitude = what["latitude"], what["longitude"]
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad("wrong location specified")
    return {"latitude": latitude, "longitude": longitude}


def _language(what: Json) -> str:
    code: str = what.get("language_code", "")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad("invalid language code specified")
    return code


def _scope(what: Json) -> tuple[str, str]:
    return json.dumps(what.get("scope") or {"type": "default"}, sort_keys=True), _language(what)
