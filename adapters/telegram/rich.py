"""Blocks as Telegram shows them: pieces of its HTML whose length and links are known. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from html import escape

from adapters.fold import cut, split, width
from bot.message import Block, Card, Link, Notice, Places, Source, Text
from bot.phrases import Phrases
from knowledge.clinical import Citation
from knowledge.places.distance import distance_words
from knowledge.places.links import map_links
from knowledge.places.place import Nearby, Place

MOST = 4_000
"""UTF-16 units in one message; Telegram takes 4,096 after its tags are read."""

MOST_MARKS = 90
"""Bold words, links and the like in one message; Telegram takes 100, numbers and addresses it finds itself included."""

SHORT = 200
"""Units of a name within a line of several things."""

LINE, PARAGRAPH = "\n", "\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rich:
    """A piece of a message. Its tags are closed within it."""

    html: str = field(repr=False)
    """As it is sent."""
    width: int
    """UTF-16 units once the tags are read."""
    marks: int = 0
    """Tags in it."""
    place: Place | None = field(default=None, repr=False)
    """A place to show on the map just before it."""

    def __add__(self, other: "Rich") -> "Rich":
        return Rich(
            html=self.html + other.html,
            width=self.width + other.width,
            marks=self.marks + other.marks,
            place=self.place or other.place,
        )


def plain(text: str) -> Rich:
    """Text as it is. Halves of broken characters cannot be sent and become question marks."""
    whole = text.encode(errors="replace").decode()
    return Rich(html=escape(whole, quote=False), width=width(whole))


def bold(text: str) -> Rich:
    """Text that stands out."""
    return _tagged("b", plain(text))


def italic(text: str) -> Rich:
    """Text in a lower voice."""
    return _tagged("i", plain(text))


def linked(label: str, url: str) -> Rich:
    """A label that opens a page; only the label where the address is not https."""
    words = plain(label)
    if not url.startswith("https://") or not label.strip():
        return words
    whole = escape(url.encode(errors="replace").decode(), quote=True)
    return Rich(html=f'<a href="{whole}">{words.html}</a>', width=words.width, marks=1)


def packed(pieces: Iterable[Rich], gap: str) -> list[Rich]:
    """Neighbours joined by the gap while they fit into one message."""
    found: list[Rich] = []
    for piece in pieces:
        joined = found[-1] + plain(gap) + piece if found else None
        if joined and joined.width <= MOST and joined.marks <= MOST_MARKS and not (found[-1].place and piece.place):
            found[-1] = joined
        else:
            found.append(piece)
    return found


def pieces(block: Block, say: Phrases) -> list[Rich]:
    """A block that fits the door, in pieces of at most one message each."""
    match block:
        case Text():
            return [plain(text) for text in split(block.text, MOST)]
        case Notice():
            return [italic(text) for text in split(block.text, MOST)]
        case Card():
            return packed(_card(block), LINE)
        case Places():
            return packed(_places(block, say), LINE)
        case Source():
            return packed([plain(say("telegram.source")), *map(_citation, block.citations)], LINE)


def _card(card: Card) -> Iterator[Rich]:
    """Title, what to do first, lines, and what else can be opened."""
    if card.title.strip():
        yield bold(card.title)
    shown = [_link(link) for link in card.links if link.label.strip()]
    yield from shown[:1]
    for line in card.lines:
        yield from (plain(text) for text in split(line, MOST))
    yield from shown[1:]


def _link(link: Link) -> Rich:
    """Telegram opens no telephone: a number is written out, and its own eye for numbers makes it tappable."""
    if link.url.startswith("https://"):
        return linked(link.label, link.url)
    number = link.url.removeprefix("tel:")
    label = cut(link.label, SHORT)
    written = number if link.url.startswith("tel:") and _digits(number) not in _digits(label) else ""
    return bold(f"{label} {cut(written, SHORT)}".strip())


def _places(places: Places, say: Phrases) -> Iterator[Rich]:
    for number, nearby in enumerate(places.items, 1):
        yield _place(number, nearby, say)
    yield from (italic(text) for text in split(places.as_of, MOST))


def _place(number: int, nearby: Nearby, say: Phrases) -> Rich:
    place = nearby.place
    facts = [cut(place.region, SHORT), f"☎ {cut(place.phone, SHORT)}" if place.phone else ""]
    if nearby.open_now is not None:
        facts.append(say("telegram.open_yes" if nearby.open_now else "telegram.open_no"))
    found = bold(f"{number}. {cut(place.name, SHORT)}") + plain(f" · {distance_words(nearby.metres)}")
    written = " · ".join(fact for fact in facts if fact.strip())
    if written:
        found += plain(f"\n{written}")
    maps = map_links(replace(place, name=cut(place.name, SHORT), region=cut(place.region, SHORT)))
    found += plain("\n") + linked(say("telegram.map_kakao"), maps["kakao"])
    found += plain(" · ") + linked(say("telegram.map_naver"), maps["naver"])
    return replace(found, place=place if number == 1 and place.name.strip() else None)


def _citation(citation: Citation) -> Rich:
    words = linked(cut(citation.title, SHORT), citation.url)
    return words + plain(f" ({cut(citation.publisher, SHORT)}, {cut(citation.read_on, SHORT)})")


def _tagged(tag: str, words: Rich) -> Rich:
    if not words.html.strip():
        return words
    return Rich(html=f"<{tag}>{words.html}</{tag}>", width=words.width, marks=words.marks + 1)


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
