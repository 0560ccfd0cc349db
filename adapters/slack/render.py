"""From a reply to messages of Slack. Pure: the same reply always becomes the same calls."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from adapters.channel import SLACK
from adapters.fold import cut, fold, is_urgent, split, width
from adapters.slack.blocks import (
    Json,
    bold,
    button,
    context,
    escaped,
    header,
    link,
    mrkdwn,
    openable,
    plain,
    rows,
    section,
)
from bot.message import Block, Card, Choice, Link, Notice, Outgoing, Places, Source, Text
from bot.phrases import Phrases
from bot.plain import plain_block
from knowledge.clinical import Citation
from knowledge.places.distance import distance_words
from knowledge.places.links import map_links
from knowledge.places.place import Nearby

MOST_BLOCKS = 40
"""Blocks of one message besides its choices; Slack takes 50 in all."""

MOST_SAID = 3_000
"""Characters after which another message begins: Slack cuts a plain text after 4,000."""

MOST_TEXT = 3_900
"""Characters of the plain text that notifications and screen readers get."""

TYPED = "location:typed"
"""The choice to type a place, for which Slack has a form."""

DANGEROUS = frozenset({"delete_now"})
"""Choices that cannot be taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One message to post."""

    text: str = field(repr=False)
    """All of it as plain text, for notifications, screen readers and old clients; never empty."""
    blocks: tuple[Json, ...] = field(default=(), repr=False)
    """What is seen, at most 50."""
    alone: str = field(default="", repr=False)
    """The text with the choices in it."""

    def plain(self) -> "Call":
        """The same without blocks, for where Slack does not take them."""
        return Call(text=self.alone or self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A block and what it says."""

    block: Json
    said: str


def asks_location(outgoing: Outgoing) -> bool:
    """Whether a link to the location page is wanted."""
    return any(choice.asks_location for choice in outgoing.reply.choices)


def render(outgoing: Outgoing, *, say: Phrases, locate_url: str | None = None) -> tuple[Call, ...]:
    """The messages that make up a reply, in order."""
    reply = outgoing.reply
    here = next((choice for choice in reply.choices if choice.asks_location), None)
    others = tuple(c for c in reply.choices if not c.asks_location and not (here and c.id == TYPED))
    folded = fold(replace(reply, choices=others), SLACK)
    pieces = [piece for block in folded.blocks for piece in _pieces(block, say)]
    buttons = [*_location(here, locate_url, say), *(_button(number, c) for number, c in enumerate(folded.buttons))]
    groups = list(_groups(pieces)) or ([[]] if buttons else [])
    return tuple(_call(group, buttons if number == len(groups) else ()) for number, group in enumerate(groups, 1))


def _groups(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Blocks that go out together."""
    group: list[_Piece] = []
    size = 0
    for piece in pieces:
        if group and (len(group) >= MOST_BLOCKS or size + width(piece.said) > MOST_SAID):
            yield group
            group, size = [], 0
        group.append(piece)
        size += width(piece.said)
    if group:
        yield group


def _call(group: Iterable[_Piece], buttons: Sequence[Json]) -> Call:
    said = "\n".join(piece.said for piece in group if piece.said)
    labels = "\n".join(_as_line(made) for made in buttons)
    both = f"{said}\n\n{labels}".strip() if labels else said
    blocks = (*(piece.block for piece in group), *rows(buttons))
    return Call(text=_fallback(said or labels), blocks=blocks, alone=_fallback(both))


def _fallback(text: str) -> str:
    return escaped(cut(text, MOST_TEXT))


def _as_line(made: Json) -> str:
    label = f"· {made['text']['text']}"
    return f"{label}: {made['url']}" if "url" in made else label


def _pieces(block: Block, say: Phrases) -> Iterator[_Piece]:
    match block:
        case Text():
            yield from _sections(block.text)
        case Notice():
            yield from _small(block.text)
        case Card():
            yield from _card(block)
        case Places():
            for number, item in enumerate(block.items, 1):
                yield _place(number, item, say)
            yield from _small(block.as_of)
        case Source():
            yield from _sources(block)


def _sections(text: str) -> Iterator[_Piece]:
    for part in split(text, SLACK.max_chars):
        if part.strip():
            yield _Piece(block=section(plain(part)), said=part)


def _small(text: str) -> Iterator[_Piece]:
    for part in split(text, SLACK.max_chars):
        if part.strip():
            yield _Piece(block=context(plain(part)), said=part)


def _card(card: Card) -> Iterator[_Piece]:
    title = " ".join(card.title.split())
    if title:
        yield _Piece(block=header(title) if is_urgent(card) else section(bold(title)), said=title)
    buttons = [one for one in card.links if openable(one.url)]
    numbers = [_number(one) for one in card.links if one.url.startswith("tel:")]
    written = [f"{one.label}: {one.url}" for one in card.links if one not in buttons and not one.url.startswith("tel:")]
    yield from _sections("\n".join([*numbers, *card.lines, *written]))
    if buttons:
        row = [button(one.label, f"url:{n}", url=openable(one.url)) for n, one in enumerate(buttons)]
        for made in rows(row):
            yield _Piece(block=made, said="\n".join(_as_line(one) for one in made["elements"]))


def _number(one: Link) -> str:
    """A number to call, to be read: Slack has no button that calls."""
    number = one.url.removeprefix("tel:")
    return one.label if _digits(number) in _digits(one.label) else f"{one.label} ☎ {number}"


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _place(number: int, item: Nearby, say: Phrases) -> _Piece:
    place = item.place
    facts = [place.region, f"☎ {place.phone}" if place.phone else ""]
    if item.open_now is not None:
        facts.append(say("slack.open_yes" if item.open_now else "slack.open_no"))
    about = " · ".join(fact for fact in facts if fact)
    said = cut(f"{number}. {place.name} · {distance_words(item.metres)}\n{about}", SLACK.max_chars)
    url = openable(map_links(place)["kakao"])
    if not url:
        return _Piece(block=section(plain(said)), said=said)
    aloud = cut(say("slack.map_of", name=place.name), SLACK.max_label)
    beside = button(say("slack.map"), f"url:map:{number}", url=url) | {"accessibility_label": aloud}
    return _Piece(block=section(plain(said), beside), said=said)


def _sources(source: Source) -> Iterator[_Piece]:
    lines: list[tuple[str, str]] = []
    for citation in source.citations:
        marked, said = _source(citation), plain_block(Source(citations=(citation,)))
        if width(marked) > SLACK.max_chars:
            yield from _small(said)
            continue
        if lines and width("\n".join(line for line, _ in lines)) + width(marked) >= SLACK.max_chars:
            yield _linked(lines)
            lines = []
        lines.append((marked, said))
    if lines:
        yield _linked(lines)


def _linked(lines: Sequence[tuple[str, str]]) -> _Piece:
    marked, said = zip(*lines, strict=True)
    return _Piece(block=context(mrkdwn("\n".join(marked))), said="\n".join(said))


def _source(citation: Citation) -> str:
    url, title = openable(citation.url), " ".join(citation.title.split())
    about = escaped(" ".join(f"({citation.publisher}, {citation.read_on})".split()))
    return f"{link(title, url) if url and title else escaped(title)} {about}"


def _location(here: Choice | None, url: str | None, say: Phrases) -> Iterator[Json]:
    if here is None:
        return
    target = openable(url, schemes=("https", "http")) if url else ""
    if target:
        yield button(cut(here.label, SLACK.max_label), "url:locate", url=target)
    yield button(say("slack.address.button"), "open:address")


def _button(number: int, choice: Choice) -> Json:
    style = "danger" if choice.id in DANGEROUS else ""
    return button(choice.label, f"choice:{number}", value=choice.id, style=style)
