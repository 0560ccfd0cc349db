"""What a person sees in KakaoTalk: bubbles, buttons, quick replies, and which of them can be pressed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button below a card."""

    label: str
    """What stands on it."""
    action: str
    """webLink, message, phone, block, share or operator."""
    url: str | None = None
    """The page a webLink opens."""
    phone: str | None = None
    """The number a phone button dials."""
    message_text: str | None = None
    """What a message or block button says for the person."""
    block_id: str | None = None
    """The block a block button runs."""
    extra: Json | None = None
    """What comes back as clientExtra."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    """A quick reply below the last bubble."""

    label: str
    """What stands on it."""
    message_text: str | None = None
    """What it says for the person."""
    extra: Json | None = None
    """What comes back as clientExtra."""
    action: str = "message"
    """message or block."""
    block_id: str | None = None
    """The block a block quick reply runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of a list card (it may be pressed) or of an item card."""

    title: str
    """Its first line, or its name."""
    description: str = ""
    """Its second line, or its value."""
    url: str | None = None
    """The page it opens."""
    action: str | None = None
    """message or block, where pressing it says something."""
    message_text: str | None = None
    """What it says for the person."""
    block_id: str | None = None
    """The block it runs."""
    extra: Json | None = None
    """What comes back as clientExtra."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One bubble (a card of a carousel is one), or the lack of one."""

    kind: str
    """simpleText, simpleImage, textCard, basicCard, commerceCard, listCard, itemCard, waiting or nothing."""
    text: str = ""
    """Everything there is to read on it but the labels of its buttons."""
    buttons: tuple[Button, ...] = ()
    """Buttons below it."""
    quick: tuple[Quick, ...] = ()
    """Quick replies; they stand below the last bubble of an answer."""
    items: tuple[Item, ...] = ()
    """Lines of a list card or an item card."""
    at: float = 0.0
    """Seconds since the fake opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What pressing something sends."""

    text: str
    """The utterance."""
    trigger: str
    """flow.trigger.type."""
    extra: Json | None = field(default=None)
    """clientExtra."""
    block_id: str | None = None
    """The block that runs, where the press names one."""


def bubbles(answer: Json, at: float, waiting: str) -> list[Shown]:
    """The bubbles of an answer that Kakao took; `waiting` is the block's own sentence before a callback."""
    if answer.get("useCallback") is True:
        return [Shown(kind="waiting", text=(answer.get("data") or {}).get("text") or waiting, at=at)]
    template = answer["template"]
    cards = [
        card for output in template["outputs"] for kind, value in output.items() for card in _cards(kind, value, at)
    ]
    quick = tuple(
        Quick(
            label=q["label"],
            action=q["action"],
            message_text=q.get("messageText"),
            block_id=q.get("blockId"),
            extra=q.get("extra"),
        )
        for q in template.get("quickReplies", ())
    )
    if quick:
        last = cards[-1]
        cards[-1] = Shown(
            kind=last.kind, text=last.text, buttons=last.buttons, items=last.items, at=last.at, quick=quick
        )
    return cards


def _cards(kind: str, value: Json, at: float) -> Iterator[Shown]:
    if kind == "carousel":
        for card in value["items"]:
            yield from _cards(value["type"], card, at)
        return
    items = tuple(_items(value.get("itemList" if kind == "itemCard" else "items", ())))
    head = [value.get("text"), value.get("altText")]
    head += [(value.get(key) or {}).get("title") for key in ("header", "head", "profile", "imageTitle")]
    head.append((value.get("imageTitle") or {}).get("description"))
    head += [word for item in items for word in (item.title, item.description)]
    summary = value.get("itemListSummary") or {}
    words = [*head, summary.get("title"), summary.get("description"), value.get("title"), value.get("description")]
    yield Shown(
        kind=kind,
        text="\n".join(word for word in words if word),
        buttons=tuple(_buttons(value.get("buttons", ()))),
        items=items,
        at=at,
    )


def _items(values: Iterable[Json]) -> Iterator[Item]:
    for value in values:
        link = value.get("link") or {}
        yield Item(
            title=value["title"],
            description=value.get("description", ""),
            url=link.get("web") or link.get("mobile") or link.get("pc"),
            action=value.get("action"),
            message_text=value.get("messageText"),
            block_id=value.get("blockId"),
            extra=value.get("extra"),
        )


def _buttons(values: Iterable[Json]) -> Iterator[Button]:
    for value in values:
        yield Button(
            label=value["label"],
            action=value["action"],
            url=value.get("webLinkUrl"),
            phone=value.get("phoneNumber"),
            message_text=value.get("messageText"),
            block_id=value.get("blockId"),
            extra=value.get("extra"),
        )


def find_press(shown: Sequence[Shown], wanted: str) -> Press | None:
    """What pressing the thing with this label (or whose extra has this `choice`) sends; None where it is not there.

    Raises:
        LookupError: it is there, but the skill never hears of it (a web page, a telephone call).
    """
    silent = False
    for one, output in _pressables(shown):
        label = one.title if isinstance(one, Item) else one.label
        if wanted not in (label, (one.extra or {}).get("choice")):
            continue
        if one.action not in ("message", "block"):
            silent = True
            continue
        kind = "MESSAGE" if one.action == "message" else "BLOCK"
        return Press(
            text=one.message_text or label,
            trigger=f"{output}_{kind}",
            extra=one.extra,
            block_id=one.block_id if one.action == "block" else None,
        )
    if silent:
        raise LookupError(f"pressing {wanted!r} does not reach the skill")
    return None


def labels(shown: Sequence[Shown]) -> list[str]:
    """What could be pressed."""
    return [one.title if isinstance(one, Item) else one.label for one, _ in _pressables(shown)]


def _pressables(shown: Sequence[Shown]) -> Iterator[tuple[Button | Quick | Item, str]]:
    for bubble in shown:
        for quick in bubble.quick:
            yield quick, "QUICKREPLY_BUTTON"
    for bubble in shown:
        for button in bubble.buttons:
            yield button, "CARD_BUTTON"
        for item in bubble.items:
            if item.action or item.url:
                yield item, "LIST_ITEM"
