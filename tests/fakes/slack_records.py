"""What the Slack fake remembers, and how a person reads what the bot sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_CONTROL = re.compile(r"<(?:https?://|mailto:|tel:|[@#!])[^<>]*>")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")

OPTION_ELEMENTS = frozenset({"static_select", "overflow", "radio_buttons"})
"""Elements in which a person picks one of several options."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A Web API call that was accepted."""

    method: str
    """The method, such as `chat.postMessage`; posts to a response address are called `response_url`."""
    params: Json
    """The decoded arguments, without the token."""
    at: float
    """When it was accepted, in seconds of the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something the product sent that Slack would not take."""

    method: str
    """The method; `view_submission`, `command` and `socket` stand for answers to deliveries."""
    params: Json
    """The decoded arguments, without the token."""
    error: str
    """Slack's word for what is wrong."""
    status: int = 200
    """The HTTP status of the answer."""
    messages: tuple[str, ...] = ()
    """What exactly is wrong, each with its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something Slack takes although a person would not be well served by it."""

    method: str
    """The method."""
    params: Json
    """The decoded arguments, without the token."""
    warning: str
    """`missing_fallback`, `unescaped`, `long_text` or `unknown_thread`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt to hand something to the product."""

    id: str
    """The event id, or the trigger id of an interaction or a command."""
    kind: str
    """`event`, `interactive` or `command`."""
    status: int
    """The HTTP status, 200 for an acknowledged envelope, 0 where no answer came."""
    retry_num: int = 0
    """Which repetition this was; 0 is the first attempt."""
    body: str = ""
    """The body of the answer."""
    reason: str = ""
    """Why it failed, in Slack's words for a repetition."""
    stop: bool = False
    """Whether the answer asked for no repetition."""

    @property
    def taken(self) -> bool:
        """Whether the product confirmed it."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button a person can press."""

    label: str
    """What stands on it."""
    action_id: str
    """The action's id."""
    block_id: str
    """The block it stands in."""
    value: str | None
    """What it carries back."""
    url: str | None
    """Where it leads, if anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message of the bot as a person sees it now."""

    ts: str
    """The message's name in its conversation."""
    channel: str
    """The conversation."""
    text: str
    """The plain text of notifications and old clients."""
    blocks: list[Json]
    """The blocks."""
    plain: str
    """All text that can be read, without markup and without the labels of buttons."""
    buttons: list[Button]
    """The buttons, in order."""
    at: float
    """When it was posted, in seconds of the clock."""
    ephemeral: bool
    """Whether only one person sees it."""
    user: str | None = None
    """The only person who sees it."""
    thread_ts: str | None = None
    """The message it answers in a thread."""


class Refusal(Exception):
    """An answer with `ok: false`."""

    def __init__(self, error: str, messages: tuple[str, ...] = ()) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages


def escaped(text: str) -> str:
    """What Slack makes of a person's words before it sends them on."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def readable(mrkdwn: str) -> str:
    """What a person reads: links by their label, entities as characters."""
    shown = _LINK.sub(lambda found: found.group(2) or found.group(1), mrkdwn)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def unescaped(mrkdwn: str) -> bool:
    """Whether a `<` or `&` would be eaten, because it is neither escaped nor markup."""
    rest = _ENTITY.sub("", _CONTROL.sub("", mrkdwn))
    return "<" in rest or "&" in rest


def text_objects(value: Any) -> Iterator[Json]:
    """Every text object below a block, in reading order; what is only said on a button or option is left out."""
    if isinstance(value, list):
        for item in value:
            yield from text_objects(item)
    elif isinstance(value, dict):
        if value.get("type") in ("plain_text", "mrkdwn") and isinstance(value.get("text"), str):
            yield value
            return
        if value.get("type") == "markdown" or (value.get("type") == "text" and isinstance(value.get("text"), str)):
            yield {"type": "plain_text", "text": str(value.get("text", ""))}
            return
        for key in ("title", "label", "text", "fields", "elements", "accessory", "element", "hint", "placeholder"):
            if not (value.get("type") == "button" and key == "text"):
                yield from text_objects(value.get(key))


def plain(blocks: list[Json], text: str = "") -> str:
    """All that can be read in these blocks, one text a line; the plain text where there are none."""
    if not blocks:
        return readable(text)
    return "\n".join(
        readable(found["text"]) if found["type"] == "mrkdwn" else found["text"] for found in text_objects(blocks)
    )


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element a person can act on, with its block."""
    for block in blocks:
        candidates = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
        for element in candidates:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def buttons(blocks: list[Json]) -> list[Button]:
    """The buttons of these blocks, in order."""
    return [
        Button(
            label=element["text"]["text"],
            action_id=element["action_id"],
            block_id=block["block_id"],
            value=element.get("value"),
            url=element.get("url"),
        )
        for block, element in elements(blocks)
        if element["type"] == "button"
    ]
