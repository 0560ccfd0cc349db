"""The people's side of the Telegram stand-in: what they write, tap, share and send becomes updates."""

import time
from typing import Any

from aiogram.types import Update

from tests.fakes.telegram_text import said
from tests.fakes.telegram_values import Chat, Json, KeyButton, Query, World
from tests.fakes.telegram_wire import unknown

FILE = {"file_id": "AgACAgUAAxkBAAMK", "file_unique_id": "AQADK7gxG"}

SIZE = {"width": 640, "height": 480}

SENT: dict[str, Json] = {
    "photo": {"photo": [FILE | SIZE]},
    "sticker": {"sticker": FILE | SIZE | {"type": "regular", "is_animated": False, "is_video": False, "emoji": "🙂"}},
    "voice": {"voice": FILE | {"duration": 3, "mime_type": "audio/ogg"}},
    "audio": {"audio": FILE | {"duration": 3}},
    "video": {"video": FILE | SIZE | {"duration": 3}},
    "video_note": {"video_note": FILE | {"length": 240, "duration": 3}},
    "animation": {"animation": FILE | SIZE | {"duration": 3}, "document": FILE},
    "file": {"document": FILE | {"file_name": "결과.pdf", "mime_type": "application/pdf"}},
    "contact": {"contact": {"phone_number": "+821000000000", "first_name": "이웃"}},
    "venue": {
        "location": {"latitude": 37.5665, "longitude": 126.978},
        "venue": {
            "location": {"latitude": 37.5665, "longitude": 126.978},
            "title": "시청",
            "address": "세종대로 110",
        },
    },
    "dice": {"dice": {"emoji": "🎲", "value": 3}},
}

SENT["document"] = SENT["file"]

SENT["location"] = {"location": SENT["venue"]["location"]}


class People:
    """Everybody who talks to the bot."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.language: str | None = "ko"
        self._update_id = 730_000_000

    async def deliver(self, update: Json) -> int:
        """Hands an update to delivery; gives its number."""
        raise NotImplementedError

    async def say(self, user: int, text: str) -> int:
        """Writes a message."""
        return await self.deliver(self.build("text", user, text=text))

    async def tap(self, user: int, data: str, *, stale: bool = False) -> int:
        """Taps the latest shown button with this data; stale: one that is no longer there, or never was."""
        return await self.deliver(self.build("tap", user, data=data, stale=stale))

    async def press(self, user: int, label: str, *, point: tuple[float, float] | None = None) -> int:
        """Presses a key of the open reply keyboard; one that asks for the location shares the point."""
        open_keys = self._chat(user).keyboard
        key = next((key for key in open_keys if key.label == label), None)
        assert key, f"no key says {label!r}: {[key.label for key in open_keys]}"
        if not key.request_location:
            return await self.say(user, label)
        assert point, "this key shares a location: say which point"
        return await self.share(user, *point)

    async def share(self, user: int, lat: float, lon: float) -> int:
        """Shares a location."""
        return await self.deliver(self.build("location", user, lat=lat, lon=lon))

    async def send(self, user: int, kind: str, caption: str | None = None) -> int:
        """Sends something else than text: photo, sticker, voice, file, contact …, or edits the last text."""
        return await self.deliver(self.build(kind, user, caption=caption))

    async def block(self, user: int) -> int:
        """Blocks the bot."""
        return await self.deliver(self.build("blocked", user))

    async def unblock(self, user: int) -> int:
        """Lets the bot write again."""
        return await self.deliver(self.build("unblocked", user))

    async def group(self, chat: int, user: int, text: str) -> int:
        """Writes a message in a supergroup that the bot is in."""
        return await self.deliver(self.build("text", user, text=text, chat=chat))

    async def invite(self, chat: int, user: int) -> int:
        """Adds the bot to a supergroup."""
        return await self.deliver(self.build("invited", user, chat=chat))

    def keyboard(self, user: int) -> list[KeyButton]:
        """The reply keyboard that is open now."""
        return list(self._chat(user).keyboard)

    def build(self, kind: str, user: int, **what: Any) -> Json:
        """An update that is not handed to delivery: text, tap, location, a kind of send, edited, blocked …"""
        chat = self._chat(user, what.pop("chat", None))
        if kind in ("blocked", "unblocked", "invited"):
            return self._update("my_chat_member", self._membership(kind, chat, user))
        assert not chat.blocked, "this person blocked the bot: unblock first"
        if kind == "tap":
            return self._update("callback_query", self._tapped(chat, user, **what))
        if kind == "edited":
            return self._update("edited_message", self._edited(chat, user, what.get("caption") or what.get("text")))
        return self._update("message", self.world.keep(chat, _content(kind, **what), self.user(user)))

    def user(self, user: int) -> Json:
        """A person as Telegram shows them to the bot."""
        shown = {"id": user, "is_bot": False, "first_name": f"사람 {user}"}
        return shown | ({"language_code": self.language} if self.language else {})

    def _chat(self, user: int, group: int | None = None) -> Chat:
        assert user > 0, "people have positive numbers"
        if group is None:
            return self.world.chats.setdefault(user, Chat(id=user, kind="private", name=f"사람 {user}"))
        assert group < 0, "groups have negative numbers"
        return self.world.chats.setdefault(group, Chat(id=group, kind="supergroup", name="모임"))

    def _update(self, kind: str, content: Json) -> Json:
        self._update_id += 1
        update = {"update_id": self._update_id, kind: dict(content)}
        strange = unknown(Update.model_validate(update))
        assert not strange, f"no update has {strange}"
        return update

    def _tapped(self, chat: Chat, user: int, *, data: str, stale: bool = False) -> Json:
        numbers = [number for number, post in chat.posts.items() if data in post.offered]
        shown = [post.message_id for post in chat.shown() if any(button.data == data for button in post.buttons)]
        assert shown or stale, f"no shown button sends {data!r}"
        number = shown[-1] if shown else numbers[-1] if numbers else None
        message = {"chat": chat.public(), "message_id": 1, "date": 0} if number is None else chat.messages[number]
        id = str(4_180_000_000_000_000_000 + self._update_id + 1)
        self.world.queries[id] = Query(at=time.monotonic())
        instance = str(-7_000_000_000_000_000_000 - chat.id)
        return {"id": id, "from": self.user(user), "chat_instance": instance, "message": dict(message), "data": data}

    def _edited(self, chat: Chat, user: int, text: str | None) -> Json:
        own = [m for m in chat.messages.values() if m["from"]["id"] == user and "text" in m]
        assert own, "there is no earlier text to edit"
        now = {name: value for name, value in own[-1].items() if name != "entities"}
        edited = now | said(text or f"{now['text']}!") | {"edit_date": int(time.time())}
        chat.messages[edited["message_id"]] = edited
        return edited

    def _membership(self, kind: str, chat: Chat, user: int) -> Json:
        bot = {name: self.world.bot[name] for name in ("id", "is_bot", "first_name", "username")}
        kicked: Json = {"user": bot, "status": "kicked", "until_date": 0}
        member, left = {"user": bot, "status": "member"}, {"user": bot, "status": "left"}
        change = {"blocked": (member, kicked), "unblocked": (kicked, member), "invited": (left, member)}[kind]
        chat.blocked = kind == "blocked"
        chat.left = False
        head = {"chat": chat.public(), "from": self.user(user), "date": int(time.time())}
        return head | {"old_chat_member": change[0], "new_chat_member": change[1]}


def _content(kind: str, **what: Any) -> Json:
    if kind == "text":
        return said(what["text"])
    if kind == "location" and "lat" in what:
        return {"location": {"latitude": what["lat"], "longitude": what["lon"]}}
    caption = what.get("caption")
    return SENT[kind] | ({"caption": caption} if caption else {})
