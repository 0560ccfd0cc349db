"""Fit a reply into a door's capabilities. Pure: the same reply always folds the same way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.channel import Capabilities
from bot.message import Block, Card, Choice, Reply
from bot.plain import plain_block

SENTENCE_END = re.compile(r"(?<=[.!?。…])\s+|\n")
"""Where a long text may be cut: after a sentence or at a line's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A reply as a door can show it."""

    parts: tuple[str, ...]
    """Texts of the bubbles, none longer than the door allows."""
    buttons: tuple[Choice, ...]
    """Choices shown as buttons."""
    numbered: tuple[Choice, ...]
    """Choices shown as numbered lines at the end of the last part: "1" picks the first."""


def fold(reply: Reply, door: Capabilities) -> Folded:
    """Texts, buttons and numbered choices for a door.

    Urgent cards come first and are never cut away: what is too much for `max_parts` is joined, then cut at its end.
    """
    blocks = sorted(reply.blocks, key=lambda block: not _urgent(block))
    texts = [piece for block in blocks for piece in split(plain_block(block), door.max_chars)]
    buttons = reply.choices[: door.max_buttons]
    numbered = reply.choices if door.max_buttons == 0 else ()
    if numbered:
        lines = "\n".join(f"{number}) {choice.label}" for number, choice in enumerate(numbered, 1))
        if texts and len(texts[-1]) + len(lines) + 2 <= door.max_chars and len(texts) == 1:
            texts[-1] = f"{texts[-1]}\n\n{lines}"
        else:
            texts += split(lines, door.max_chars)
    if door.max_parts and len(texts) > door.max_parts:
        head, tail = texts[: door.max_parts - 1], "\n\n".join(texts[door.max_parts - 1 :])
        texts = [*head, split(tail, door.max_chars)[0]]
    short = tuple(
        Choice(id=c.id, label=_cut(c.label, door.max_label), asks_location=c.asks_location and door.asks_location)
        for c in buttons
    )
    return Folded(parts=tuple(texts), buttons=short, numbered=numbered)


def split(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` characters, cut at sentence ends, else at spaces, else anywhere."""
    if not text:
        return []
    pieces: list[str] = []
    current = ""
    for sentence in _sentences(text, limit):
        if current and len(current) + len(sentence) > limit:
            pieces.append(current.rstrip())
            current = ""
        current += sentence
    pieces.append(current.rstrip())
    return [piece for piece in pieces if piece]


def _sentences(text: str, limit: int) -> Iterator[str]:
    start = 0
    for end in [match.end() for match in SENTENCE_END.finditer(text)] + [len(text)]:
        sentence = text[start:end]
        start = end
        while len(sentence) > limit:
            space = sentence.rfind(" ", 1, limit)
            cut = space + 1 if space > 0 else limit
            yield sentence[:cut]
            sentence = sentence[cut:]
        yield sentence


def _urgent(block: Block) -> bool:
    return isinstance(block, Card) and block.level in ("ambulance", "emergency")


def _cut(label: str, limit: int) -> str:
    return label if len(label) <= limit else label[: limit - 1] + "…"
