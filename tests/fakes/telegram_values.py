"""What the Telegram stand-in remembers and shows: calls, refusals, messages, chats."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


class Refusal(Exception):
    """An error answer of the Bot API."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> Refusal:
    """The most common refusal: 400 with its reason."""
    return Refusal(400, f"Bad Request: {description}")


def too_many(retry_after: int) -> Refusal:
    """The refusal that asks to wait."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One accepted call."""

    method: str
    """The method's name as the documentation writes it."""
    params: Json = field(repr=False)
    """Its parameters, decoded from JSON."""
    at: float
    """When it arrived, on the monotonic clock."""
    result: Any = field(repr=False)
    """What it was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One call that was answered with an error."""

    method: str
    """The method's name, as asked for where nobody knows it."""
    params: Json = field(repr=False)
    """Its parameters, decoded from JSON as far as they could be."""
    code: int
    """The error code and HTTP status."""
    description: str
    """Why, in Telegram's words."""
    at: float = 0.0
    """When it arrived, on the monotonic clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button below a message."""

    label: str
    """What it says."""
    data: str | None = None
    """What a tap sends back to the bot, if anything."""
    url: str | None = None
    """The address a tap opens, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyButton:
    """A key of the reply keyboard."""

    label: str
    """What it says, and what pressing it writes."""
    request_location: bool = False
    """Whether pressing it shares the person's location."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message of the bot as the person sees it now."""

    message_id: int
    """Its number in the chat."""
    text: str = field(repr=False)
    """Its plain text; for a venue its title and address."""
    method: str
    """The method that sent it."""
    buttons: list[Button] = field(default_factory=list)
    """The buttons below it, row after row."""
    keyboard: list[KeyButton] = field(default_factory=list)
    """The reply keyboard that it brought."""
    venue: Json | None = field(default=None, repr=False)
    """The place it shows, if it is a venue."""
    at: float
    """When it was sent, on the monotonic clock."""
    entities: list[Json] = field(default_factory=list, repr=False)
    """Bold, links and the like, in UTF-16 offsets."""
    silent: bool = False
    """Whether it came without a sound."""


@dataclass(slots=True, kw_only=True)
class Post:
    """What is remembered of a message of the bot beside the message itself."""

    method: str
    """The method that sent it."""
    at: float
    """When, on the monotonic clock."""
    keyboard: list[KeyButton]
    """The reply keyboard that it brought; such a message cannot be edited."""
    offered: set[str]
    """Every callback data it has ever shown."""
    silent: bool
    """Whether it came without a sound."""


@dataclass(slots=True, kw_only=True)
class Chat:
    """One chat that the bot knows."""

    id: int
    """Its number: a person's own, or a negative one for a group."""
    kind: Literal["private", "supergroup"]
    """Whether it is one person or many."""
    name: str
    """The person's first name or the group's title."""
    blocked: bool = False
    """Whether the person blocked the bot."""
    left: bool = False
    """Whether the bot is no longer a member of the group."""
    messages: dict[int, Json] = field(default_factory=dict)
    """Every message, as it is now, by its number."""
    posts: dict[int, Post] = field(default_factory=dict)
    """What else is known of the bot's own messages."""
    keyboard: list[KeyButton] = field(default_factory=list)
    """The reply keyboard that is open now."""

    def public(self) -> Json:
        """The chat as messages carry it."""
        named = {"first_name": self.name} if self.kind == "private" else {"title": self.name}
        return {"id": self.id, "type": self.kind, **named}

    def shown(self) -> list[Shown]:
        """The bot's messages, oldest first."""
        return [_shown(self.messages[number], post) for number, post in self.posts.items()]


@dataclass(slots=True, kw_only=True)
class Query:
    """One tap that waits for its answer."""

    at: float
    """When it was made, on the monotonic clock."""
    answered: bool = False
    """Whether it was answered."""


@dataclass(slots=True)
class World:
    """The bot and everybody who talks to it."""

    bot: Json
    """The bot's own user."""
    query_life: float
    """Seconds in which a tap can be answered."""
    chats: dict[int, Chat] = field(default_factory=dict)
    """The chats by number."""
    queries: dict[str, Query] = field(default_factory=dict)
    """The taps by their id."""
    messages: int = 100
    """The last message number given out."""

    def next_message(self) -> int:
        """A new message number."""
        self.messages += 1
        return self.messages

    def keep(self, chat: Chat, content: Json, sender: Json) -> Json:
        """Adds a message to a chat."""
        number = self.next_message()
        head = {"message_id": number, "from": sender, "chat": chat.public(), "date": int(time.time())}
        chat.messages[number] = head | content
        return chat.messages[number]


def _shown(message: Json, post: Post) -> Shown:
    venue = message.get("venue")
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return Shown(
        message_id=message["message_id"],
        text=f"{venue['title']}\n{venue['address']}" if venue else message.get("text", ""),
        method=post.method,
        buttons=[Button(label=b["text"], data=b.get("callback_data"), url=b.get("url")) for row in rows for b in row],
        keyboard=list(post.keyboard),
        venue=venue,
        at=post.at,
        entities=list(message.get("entities", [])),
        silent=post.silent,
    )
