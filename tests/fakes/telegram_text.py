"""Text as Telegram reads it: its HTML, entity offsets in UTF-16 units, lengths, web addresses."""

import re
from itertools import accumulate
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.telegram_values import Json, Refusal, bad

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}

NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,8})|#([0-9]{1,8})|([A-Za-z]+));?")

ATTRIBUTE = re.compile(r"""\s*([^\s=>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.-]*))?""")

NAME_END = re.compile(r"[\s>]")

TAG_END = re.compile(r"\s*>")

END_TAG = re.compile(r"</([^\s>]*)\s*>")

COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?(?!\S)")

TEXT_LIMIT = 4096

ENTITY_LIMIT = 100


def units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Telegram's HTML into plain text and entities; anything it would not take is refused."""
    return _Html(source).read()


def formatted(what: Json) -> tuple[str, list[Json]]:
    """The text of a call as it will be shown, checked for its length and its entities."""
    text, given = what.get("text") or "", what.get("entities") or []
    mode = (what.get("parse_mode") or "").lower()
    if mode and given:
        raise bad("parse_mode and entities cannot be used together")
    if mode not in ("", "html"):
        raise bad("unsupported parse_mode: only HTML is read here")
    text, entities = parse_html(text) if mode else (text, [dict(e) for e in given])
    _check_entities(text, entities)
    text, entities = _trimmed(text, entities)
    if not text:
        raise bad("message text is empty")
    if units(text) > TEXT_LIMIT:
        raise bad("message is too long")
    return text, entities + _commands(text)


def check_address(url: str, what: str) -> None:
    """Refuses an address that Telegram does not open: other schemes, hosts without a dot."""
    reason = _wrong(url)
    if reason:
        raise bad(f"{what} URL '{url}' is invalid: {reason}")


def said(text: str) -> Json:
    """The content of a person's text message, with its commands marked."""
    marked = _commands(text)
    return {"text": text} | ({"entities": marked} if marked else {})


class _Html:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[tuple[str, Json, int, int]] = []
        self.entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            if self.source[self.at] == "<":
                end = self.source.startswith("</", self.at)
                self._close() if end else self._start()
            else:
                self._character()
        if self.open:
            raise self._wrong(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')
        return "".join(self.out), sorted(self.entities, key=lambda e: (e["offset"], -e["length"]))

    def _character(self) -> None:
        character, self.at = _resolved(self.source, self.at)
        self.out.append(character)
        self.length += units(character)

    def _start(self) -> None:
        begin = self.at
        end = NAME_END.search(self.source, begin)
        if not end:
            raise self._wrong("Unclosed start tag", begin)
        tag = self.source[begin + 1 : end.start()].lower()
        if tag not in TAGS:
            raise self._wrong(f'Unsupported start tag "{tag}"', begin)
        self.at = end.start()
        attributes = self._attributes(tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self._wrong('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append((tag, attributes, self.length, len(self.out)))

    def _attributes(self, tag: str, begin: int) -> Json:
        found: Json = {}
        while True:
            rest = TAG_END.match(self.source, self.at)
            if rest:
                self.at = rest.end()
                return found
            attribute = ATTRIBUTE.match(self.source, self.at)
            if not attribute:
                raise self._wrong("Unclosed start tag", begin)
            name, value = attribute.group(1).lower(), attribute.group(2)
            if value is None and (tag, name) != ("blockquote", "expandable"):
                raise self._wrong(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)
            self.at = attribute.end()
            if not NAME_END.match(self.source, self.at):
                raise self._wrong("Unexpected end of name token", begin)
            found[name] = _plain(value[1:-1]) if value and value[0] in "\"'" else (value or "").lower()

    def _close(self) -> None:
        begin = self.at
        if not self.open:
            raise self._wrong("Unexpected end tag", begin)
        end = END_TAG.match(self.source, begin)
        if not end:
            raise self._wrong("Unclosed end tag", begin)
        tag, attributes, offset, piece = self.open.pop()
        found = end.group(1).lower()
        if found and found != tag:
            where = f"at byte offset {self._byte(begin)}"
            raise self._wrong(f'Unmatched end tag {where}, expected "</{tag}>", found "</{found}>"')
        self.at = end.end()
        if self.length > offset:
            self._entity(tag, attributes, offset, "".join(self.out[piece:]))

    def _entity(self, tag: str, attributes: Json, offset: int, inside: str) -> None:
        entity: Json = {"type": TAGS[tag], "offset": offset, "length": self.length - offset}
        if tag == "a":
            entity["url"] = attributes.get("href") or inside
            if _wrong(entity["url"]):
                return  # a link that leads nowhere is shown as plain text
        if tag == "tg-emoji":
            if not re.fullmatch(r"[1-9]\d*", attributes.get("emoji-id", "")):
                raise self._wrong("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = attributes["emoji-id"]
        if tag == "blockquote" and "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        self.entities.append(entity)

    def _byte(self, position: int) -> int:
        return len(self.source[:position].encode())

    def _wrong(self, reason: str, position: int | None = None) -> Refusal:
        where = "" if position is None else f" at byte offset {self._byte(position)}"
        return bad(f"can't parse entities: {reason}{where}")


def _resolved(source: str, at: int) -> tuple[str, int]:
    found = REFERENCE.match(source, at)
    if not found:
        return source[at], at + 1
    hexadecimal, decimal, name = found.groups()
    if name:
        return (NAMED[name], found.end()) if name in NAMED else (source[at], at + 1)
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    usable = 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return (chr(code), found.end()) if usable else (source[at], at + 1)


def _plain(value: str) -> str:
    out, at = "", 0
    while at < len(value):
        character, at = _resolved(value, at)
        out += character
    return out


def _check_entities(text: str, entities: list[Json]) -> None:
    if len(entities) > ENTITY_LIMIT:
        raise bad("too many entities in the message")
    borders = set(accumulate((units(character) for character in text), initial=0))
    for entity in entities:
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        if begin < 0 or entity["length"] <= 0 or end > units(text):
            raise bad("ENTITY_BOUNDS_INVALID")
        if begin not in borders or end not in borders:
            middle = "ends in a middle of a UTF-16 symbol at UTF-16 offset"
            raise bad(f"entity beginning at UTF-16 offset {begin} {middle} {end}")
        if entity["type"] == "text_link":
            check_address(entity.get("url") or "", "entity")


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    lead = units(text) - units(text.lstrip())
    text = text.strip()
    kept = []
    for entity in entities:
        begin = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] + entity["length"] - lead, units(text))
        if end > begin:
            kept.append(entity | {"offset": begin, "length": end - begin})
    return text, kept


def _commands(text: str) -> list[Json]:
    return [
        {"type": "bot_command", "offset": units(text[: found.start()]), "length": units(found.group())}
        for found in COMMAND.finditer(text)
    ]


def _wrong(url: str) -> str | None:
    scheme, _, rest = url.partition(":")
    if scheme.lower() in ("tg", "ton"):
        host: Any = re.match(r"(?://)?([A-Za-z0-9_-]+)(?=[/?#]|$)", rest)
        return None if host else f"Wrong {scheme.lower()} URL"
    if "://" in url and scheme.lower() not in ("http", "https"):
        return "Unsupported URL protocol"
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return "Wrong port number specified in the URL"
    if not host:
        return "URL host is empty"
    if "." not in host and ":" not in host:
        return "Wrong HTTP URL"
    if port == 0:
        return "Wrong port number specified in the URL"
    return None if "://" in url else "Wrong HTTP URL"  # Telegram would guess http://; an address of ours says it
