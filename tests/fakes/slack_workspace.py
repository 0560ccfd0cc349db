"""The workspace of the Slack fake: people, conversations, messages, views and the one-time names of interactions."""

import copy
import itertools
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack_records import Json, Shown, buttons, elements, plain

RESPONSES = 5
RESPONSE_LIFE = 1800.0


@dataclass(slots=True, kw_only=True)
class Channel:
    """A conversation."""

    id: str
    """`C…` for a channel, `D…` for the conversation of one person with the bot."""
    members: set[str] = field(default_factory=set)
    """Who is in it, the bot among them where it was invited."""
    user: str | None = None
    """The person of a direct conversation."""

    @property
    def name(self) -> str:
        """The name that payloads carry."""
        return "directmessage" if self.user else f"channel-{self.id.lower()}"


@dataclass(slots=True, kw_only=True)
class Message:
    """A message of anybody, with all its states."""

    ts: str
    """Its name in the conversation."""
    channel: str
    """The conversation."""
    user: str
    """Who wrote it."""
    text: str
    """Its plain text."""
    blocks: list[Json] = field(default_factory=list)
    """Its blocks as they are now."""
    at: float = field(default_factory=time.time)
    """When it was written."""
    thread_ts: str | None = None
    """The message it answers in a thread."""
    only_for: str | None = None
    """The only person who sees it."""
    gone: bool = False
    """Whether it was deleted."""
    files: list[Json] = field(default_factory=list)
    """What was attached."""
    earlier: list[list[Json]] = field(default_factory=list)
    """The blocks it had before."""


@dataclass(slots=True, kw_only=True)
class Trigger:
    """The right to open one modal, for three seconds after an interaction."""

    user: str
    """Who interacted."""
    born: float
    """When, on the steady clock."""
    used: bool = False
    """Whether it was spent."""


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """The right to answer an interaction five times within half an hour."""

    user: str
    """Who interacted."""
    channel: str
    """Where."""
    origin: Message | None
    """The message that was acted on."""
    born: float
    """When, on the steady clock."""
    uses: int = 0
    """How often it was used."""


SCOPES = ("app_mentions:read", "chat:write", "commands", "im:history", "im:write")
"""What the installed app is allowed to do; Slack says so with every answer."""


class Workspace:
    """Everything a workspace knows; no network, no rules of the wire."""

    def __init__(self) -> None:
        self.team = "T0001"
        self.app = "A0001"
        self.bot_user = "U0BOT"
        self.bot = "B0001"
        self.scopes: tuple[str, ...] = SCOPES
        self.users: dict[str, str] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: list[Message] = []
        self.homes: dict[str, Json] = {}
        self.modals: dict[str, list[Json]] = {}
        self.triggers: dict[str, Trigger] = {}
        self.responses: dict[str, ResponseUrl] = {}
        self._last = 0
        self._numbers = itertools.count(1)
        self.add_user("U0001")
        self.add_channel("C0001")

    def add_user(self, user: str, name: str | None = None) -> str:
        """Makes a person known and gives the conversation with the bot."""
        if user not in self.users:
            self.users[user] = name or user.lower()
        direct = f"D{user[1:]}"
        if direct not in self.channels:
            self.channels[direct] = Channel(id=direct, members={user, self.bot_user}, user=user)
        return direct

    def add_channel(self, channel: str, *, bot: bool = True) -> Channel:
        """Makes a public channel known, with or without the bot in it."""
        found = self.channels.setdefault(channel, Channel(id=channel))
        if bot:
            found.members.add(self.bot_user)
        return found

    def ts(self) -> str:
        """A new name for a message: the time, always later than the one before."""
        self._last = max(self._last + 1, int(time.time() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def named(self, prefix: str) -> str:
        """A new identifier such as `Ev00000001AB`."""
        return f"{prefix}{next(self._numbers):08d}{secrets.token_hex(2).upper()}"

    def trigger(self, user: str) -> str:
        """A new trigger id."""
        name = f"{next(self._numbers)}.{int(time.time())}.{secrets.token_hex(8)}"
        self.triggers[name] = Trigger(user=user, born=time.monotonic())
        return name

    def response_url(self, user: str, channel: str, origin: Message | None) -> str:
        """A new path for answers to one interaction."""
        path = f"/actions/{self.team}/{next(self._numbers)}/{secrets.token_hex(8)}"
        self.responses[path] = ResponseUrl(user=user, channel=channel, origin=origin, born=time.monotonic())
        return path

    def post(self, message: Message) -> Message:
        """Adds a message, its blocks and elements given names where they have none."""
        message.blocks = named(message.blocks)
        self.messages.append(message)
        return message

    def change(self, message: Message, text: str, blocks: list[Json]) -> None:
        """Gives a message another content and keeps the old one as a slow client still shows it."""
        message.earlier.append(message.blocks)
        message.text, message.blocks = text, named(blocks)

    def find(self, channel: str, ts: str) -> Message | None:
        """The message of this name, unless it is gone."""
        return next((m for m in self.messages if (m.channel, m.ts, m.gone) == (channel, ts, False)), None)

    def seen_by(self, user: str, *, gone: bool = False) -> list[Message]:
        """What a person can see of the bot, oldest first; with `gone` also what was deleted since."""
        mine = {c.id for c in self.channels.values() if c.user in (None, user)}
        return [
            m
            for m in self.messages
            if m.user == self.bot_user and m.channel in mine and m.only_for in (None, user) and gone >= m.gone
        ]

    def shown(self, channel: str) -> list[Shown]:
        """The bot's messages in a conversation as they look now."""
        found = [m for m in self.messages if m.channel == channel and m.user == self.bot_user and not m.gone]
        return [
            Shown(
                ts=m.ts,
                channel=m.channel,
                text=m.text,
                blocks=copy.deepcopy(m.blocks),
                plain=plain(m.blocks, m.text),
                buttons=buttons(m.blocks),
                at=m.at,
                ephemeral=m.only_for is not None,
                user=m.only_for,
                thread_ts=m.thread_ts,
            )
            for m in found
        ]

    def stored(self, view: Json, *, id: str | None = None, root: str | None = None) -> Json:
        """A view as Slack keeps it and sends it back."""
        id = id or self.named("V")
        return {
            "id": id,
            "team_id": self.team,
            "app_id": self.app,
            "bot_id": self.bot,
            "app_installed_team_id": self.team,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "title": None,
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
            "root_view_id": root or id,
            "previous_view_id": None,
            "state": {"values": {}},
            "hash": f"{int(time.time())}.{secrets.token_hex(4)}",
            **copy.deepcopy(view),
            "blocks": named(view["blocks"]),
        }

    def views(self) -> Iterator[tuple[str, list[Json], int]]:
        """Every view that is open: whose, the stack it lies in, and its place there."""
        for user, view in self.homes.items():
            yield user, [view], 0
        for user, stack in self.modals.items():
            for place in range(len(stack)):
                yield user, stack, place

    def message_json(self, message: Message) -> Json:
        """A message as the Web API and payloads carry it."""
        found: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
        found["team"] = self.team
        if message.user == self.bot_user:
            found |= {"bot_id": self.bot, "app_id": self.app}
        if message.blocks:
            found["blocks"] = copy.deepcopy(message.blocks)
        if message.thread_ts:
            found["thread_ts"] = message.thread_ts
        if message.files:
            found |= {"files": message.files, "subtype": "file_share", "upload": False}
        return found


def named(blocks: list[Json]) -> list[Json]:
    """Blocks in which every block and element has a name, as Slack gives one where the app did not."""
    named_blocks = copy.deepcopy(blocks)
    for block in named_blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        inside: list[Any] = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
        for element in inside:
            if isinstance(element, dict) and element.get("type") not in ("image", "plain_text", "mrkdwn"):
                element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return named_blocks


def acted_on(blocks: list[Json], value: str) -> tuple[Json, Json, Json | None] | None:
    """The block, the element and the option a person means by a value or an action id."""
    for block, element in elements(blocks):
        if element["type"] == "button" and value in (element.get("value"), element["action_id"]):
            return block, element, None
        groups = element.get("option_groups") or []
        options = [*(element.get("options") or []), *(o for group in groups for o in group["options"])]
        for option in options:
            if option["value"] == value:
                return block, element, option
    return None
