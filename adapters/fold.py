"""Fit a reply into a door's capabilities. Pure: the same reply always folds the same way, and nothing is dropped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from adapters.channel import Capabilities
from bot.message import Block, Card, Choice, Notice, Places, Reply, Source, Text
from bot.plain import plain_block

SENTENCE_END = re.compile(r"(?<=[.!?。…])\s+|\n")
"""Where a long text may be cut: after a sentence or at a line's end."""

GAP = "\n\n"
"""Between two texts that share a bubble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A reply as a door can show it."""

    blocks: tuple[Block, ...]
    """What is shown, each within the door's limits, urgent cards first."""
    buttons: tuple[Choice, ...]
    """Choices shown as buttons."""
    numbered: tuple[Choice, ...] = ()
    """Choices shown as numbered lines at the end: "1" picks the first."""
    rest: Reply | None = None
    """What one answer could not hold, with the choices that become buttons; it comes next."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The plain text of every block."""
        return tuple(text for block in self.blocks if (text := plain_block(block)))


def fold(reply: Reply, door: Capabilities) -> Folded:
    """The reply within the door's limits."""
    ordered = sorted(reply.blocks, key=lambda block: not is_urgent(block))
    blocks = [piece for block in ordered for piece in fitted(block, door)]
    buttons = tuple(_button(choice, door) for choice in reply.choices[: door.max_buttons])
    if door.max_buttons == 0:
        return Folded(blocks=_with_numbers(blocks, reply.choices, door), buttons=(), numbered=reply.choices)
    more = reply.choices[door.max_buttons :]
    if more:
        blocks += [Text(text=piece) for piece in split("\n".join(f"· {c.label}" for c in more), door.max_chars)]
    if door.max_parts is None or len(blocks) <= door.max_parts:
        return Folded(blocks=tuple(blocks), buttons=buttons)
    packed = pack(blocks, door)
    if len(packed) > door.max_parts:
        packed = pack([_as_text(block) if _may_be_text(block) else block for block in packed], door)
    shown, left = packed[: door.max_parts], packed[door.max_parts :]
    if not left:
        return Folded(blocks=tuple(shown), buttons=buttons)
    # The choices beyond the buttons are among the blocks already.
    rest = replace(reply, blocks=tuple(left), choices=reply.choices[: door.max_buttons])
    return Folded(blocks=tuple(shown), buttons=(), rest=rest)


def fitted(block: Block, door: Capabilities) -> Iterator[Block]:
    """The block in as many pieces as the door needs."""
    match block:
        case Text() | Notice():
            for piece in split(block.text, door.max_chars):
                yield replace(block, text=piece)
        case Card():
            yield from _fitted_card(block, door)
        case Places():
            yield from _fitted_places(block, door)
        case Source():
            if width(plain_block(block)) <= door.max_chars:
                yield block
            else:
                yield from (Text(text=piece) for piece in split(plain_block(block), door.max_chars))


def _fitted_card(card: Card, door: Capabilities) -> Iterator[Block]:
    title, *more_title = split(card.title, door.max_title) or [""]
    links = tuple(replace(link, label=cut(link.label, door.max_link_label)) for link in card.links[: door.max_links])
    written = [f"{link.label}: {link.url}" for link in card.links[door.max_links :]]
    lines = [piece for line in (*more_title, *card.lines, *written) for piece in split(line, door.max_card)]
    room = door.max_card - width(title)
    held: list[str] = []
    while lines and width(lines[0]) + 1 <= room:
        room -= width(lines[0]) + 1
        held.append(lines.pop(0))
    yield replace(card, title=title, lines=tuple(held), links=links)
    if lines:
        yield from (Text(text=piece) for piece in split("\n".join(lines), door.max_chars))


def _fitted_places(places: Places, door: Capabilities) -> Iterator[Block]:
    for start in range(0, len(places.items), door.max_places):
        items = places.items[start : start + door.max_places]
        last = start + door.max_places >= len(places.items)
        yield replace(places, items=items, as_of=places.as_of if last and door.place_notes else "")
    if places.as_of and not door.place_notes:
        yield from (Notice(text=piece) for piece in split(places.as_of, door.max_chars))


def pack(blocks: list[Block], door: Capabilities) -> list[Block]:
    """Texts that stand side by side share a bubble while they fit; cards without links are texts too."""
    packed: list[Block] = []
    for block in blocks:
        plain = plain_block(block) if _is_text(block) else ""
        before = packed[-1] if packed else None
        if plain and isinstance(before, Text) and width(before.text) + len(GAP) + width(plain) <= door.max_chars:
            packed[-1] = Text(text=before.text + GAP + plain)
        elif plain:
            packed += [Text(text=piece) for piece in split(plain, door.max_chars)]
        else:
            packed.append(block)
    return packed


def is_urgent(block: Block) -> bool:
    """Whether the block says to go or call now."""
    return isinstance(block, Card) and block.level in ("ambulance", "emergency")


def _is_text(block: Block) -> bool:
    return isinstance(block, Text | Notice | Source) or (isinstance(block, Card) and not block.links)


def _may_be_text(block: Block) -> bool:
    return isinstance(block, Card) and not is_urgent(block)


def _as_text(block: Block) -> Block:
    return Text(text=plain_block(block))


def _with_numbers(blocks: list[Block], choices: tuple[Choice, ...], door: Capabilities) -> tuple[Block, ...]:
    if not choices:
        return tuple(blocks)
    lines = "\n".join(f"{number}) {choice.label}" for number, choice in enumerate(choices, 1))
    only = blocks[0] if len(blocks) == 1 else None
    if isinstance(only, Text) and width(only.text) + len(GAP) + width(lines) <= door.max_chars:
        return (Text(text=only.text + GAP + lines),)
    return (*blocks, *(Text(text=piece) for piece in split(lines, door.max_chars)))


def _button(choice: Choice, door: Capabilities) -> Choice:
    return replace(
        choice, label=cut(choice.label, door.max_label), asks_location=choice.asks_location and door.asks_location
    )


def split(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` units, cut at sentence ends, else at spaces, else anywhere."""
    pieces: list[str] = []
    current, used = "", 0
    for sentence in _sentences(text, limit):
        more = width(sentence)
        if current and used + more > limit:
            pieces.append(current.rstrip())
            current, used = "", 0
        current += sentence
        used += more
    pieces.append(current.rstrip())
    return [piece for piece in pieces if piece]


def _sentences(text: str, limit: int) -> Iterator[str]:
    start = 0
    for end in [match.end() for match in SENTENCE_END.finditer(text)] + [len(text)]:
        sentence = text[start:end]
        start = end
        while width(sentence) > limit:
            most = _letters(sentence, limit)
            space = sentence.rfind(" ", 1, most)
            at = space + 1 if space > 0 else most
            yield sentence[:at]
            sentence = sentence[at:]
        yield sentence


def _letters(text: str, limit: int) -> int:
    """How many characters of the text fit into `limit` units, at least one."""
    most = min(len(text), limit)
    while most > 1 and (over := width(text[:most]) - limit) > 0:
        most -= (over + 1) // 2  # no character is wider than two units
    return most


def width(text: str) -> int:
    """The text's length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(label: str, limit: int) -> str:
    """The label, shortened with an ellipsis where it is too long."""
    return label if width(label) <= limit else label[: _letters(label, limit - 1)] + "…"


def with_link(reply: Reply, card: Card) -> Reply:
    """The reply with one more card, and without the choice that would ask the device for its location."""
    choices = tuple(choice for choice in reply.choices if not choice.asks_location)
    return replace(reply, blocks=(*reply.blocks, card), choices=choices)
