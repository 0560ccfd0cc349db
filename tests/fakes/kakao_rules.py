"""The parts every Kakao bubble shares, and what they must be: texts, addresses, links, pictures, buttons.

A rule that is broken becomes one sentence in the list `out`, with the place in the answer where it was broken.
"""

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

BUTTON_KEYS = frozenset({"label", "action", "webLinkUrl", "messageText", "phoneNumber", "blockId", "extra"})
ACTIONS = frozenset({"webLink", "message", "phone", "block", "share", "operator"})
PHONE = re.compile(r"\+?[0-9][0-9-]*[0-9]")


def keys(out: list[str], where: str, value: object, known: Collection[str]) -> bool:
    """Whether it is an object; names every key Kakao does not know there."""
    if not isinstance(value, dict):
        out.append(f"{where}: must be an object")
        return False
    out.extend(f"{where}: unknown key {key!r}" for key in value if key not in known)
    return True


def text(
    out: list[str], where: str, holder: Json, key: str, limit: int | None = None, *, required: bool = False
) -> str:
    """The text under the key, empty where there is none; it is within the limit, in characters."""
    value = holder.get(key)
    if value is None and key not in holder:
        if required:
            out.append(f"{where}.{key}: is required")
        return ""
    if not isinstance(value, str):
        out.append(f"{where}.{key}: must be a text")
        return ""
    if required and not value.strip():
        out.append(f"{where}.{key}: is empty")
    if limit is not None and len(value) > limit:
        out.append(f"{where}.{key}: {len(value)} characters, at most {limit} are shown")
    return value


def lines(out: list[str], where: str, value: str, limit: int) -> None:
    """At most so many lines, as far as line ends tell."""
    if value.count("\n") >= limit:
        out.append(f"{where}: more than {limit} line(s)")


def url(out: list[str], where: str, holder: Json, key: str, *, required: bool = True) -> None:
    """An http or https address with a host."""
    value = text(out, where, holder, key, required=required)
    if not value:
        return
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", value)
    except ValueError:
        good = False
    if not good:
        out.append(f"{where}.{key}: is not an http(s) address")


def flag(out: list[str], where: str, holder: Json, key: str) -> bool:
    """The truth value under the key, False where there is none."""
    value = holder.get(key, False)
    if not isinstance(value, bool):
        out.append(f"{where}.{key}: must be true or false")
    return value is True


def number(out: list[str], where: str, holder: Json, key: str, *, required: bool = False) -> None:
    """A whole number."""
    if key not in holder:
        if required:
            out.append(f"{where}.{key}: is required")
    elif not isinstance(holder[key], int) or isinstance(holder[key], bool):
        out.append(f"{where}.{key}: must be a whole number")


def array(out: list[str], where: str, value: object, least: int, most: int) -> list[Any]:
    """A list with so many entries; what can be looked at of it."""
    if not isinstance(value, list):
        out.append(f"{where}: must be a list")
        return []
    if not least <= len(value) <= most:
        out.append(f"{where}: {len(value)} entries, allowed are {least} to {most}")
    return value


def extra(out: list[str], where: str, holder: Json) -> None:
    """What comes back as clientExtra: an object."""
    if "extra" in holder and not isinstance(holder["extra"], dict):
        out.append(f"{where}.extra: must be an object")


def link(out: list[str], where: str, value: object) -> None:
    """A link opens a web page."""
    if not keys(out, where, value, ("web", "pc", "mobile")) or not isinstance(value, dict):
        return
    if not value:
        out.append(f"{where}: needs an address")
    for key in ("web", "pc", "mobile"):
        if key in value:
            url(out, where, value, key)


def thumbnail(out: list[str], where: str, value: object, *, sized: bool = False) -> bool:
    """A picture; tells whether it is shown 1:1. `sized` pictures (item cards) have width and height instead."""
    known = ("imageUrl", "altText", "link", *(("width", "height") if sized else ("fixedRatio",)))
    if not keys(out, where, value, known) or not isinstance(value, dict):
        return False
    url(out, where, value, "imageUrl")
    text(out, where, value, "altText", 50)
    if "link" in value:
        link(out, f"{where}.link", value["link"])
    if sized:
        number(out, where, value, "width")
        number(out, where, value, "height")
        return bool(value.get("width") == value.get("height"))
    return flag(out, where, value, "fixedRatio")


def pressable(out: list[str], where: str, holder: Json, blocks: Collection[str]) -> None:
    """What a message or block action needs."""
    if holder.get("action") == "message":
        text(out, where, holder, "messageText", required=True)
    else:
        block = text(out, where, holder, "blockId", required=True)
        if block and block not in blocks:
            out.append(f"{where}.blockId: the bot has no such block")
        if "messageText" in holder:
            text(out, where, holder, "messageText", required=True)
    extra(out, where, holder)


def buttons(out: list[str], where: str, card: Json, blocks: Collection[str], *, square: bool, most: int = 3) -> None:
    """The buttons of a card: two side by side (short labels) or three below each other."""
    layout = card.get("buttonLayout")
    if "buttonLayout" in card and layout not in ("vertical", "horizontal"):
        out.append(f"{where}.buttonLayout: must be vertical or horizontal")
    beside = layout == "horizontal" or (square and layout != "vertical")
    if "buttons" not in card:
        return
    found = array(out, f"{where}.buttons", card["buttons"], 0, min(most, 2) if beside else most)
    for i, button in enumerate(found):
        _button(out, f"{where}.buttons[{i}]", button, 8 if beside and len(found) > 1 else 14, blocks)


def _button(out: list[str], where: str, value: object, limit: int, blocks: Collection[str]) -> None:
    if not keys(out, where, value, BUTTON_KEYS) or not isinstance(value, dict):
        return
    text(out, where, value, "label", limit, required=True)
    extra(out, where, value)
    match value.get("action"):
        case "webLink":
            url(out, where, value, "webLinkUrl")
        case "phone":
            phone = text(out, where, value, "phoneNumber", required=True)
            if phone and not PHONE.fullmatch(phone):
                out.append(f"{where}.phoneNumber: is not digits and hyphens")
        case "message" | "block":
            pressable(out, where, value, blocks)
        case "share" | "operator":
            pass
        case action:
            out.append(f"{where}.action: {action!r} is not one of {', '.join(sorted(ACTIONS))}")
