"""The plain-text form of a reply: reads well aloud and on every door."""

from bot.message import Block, Card, Notice, Places, Reply, Source, Text
from knowledge.places.distance import distance_words


def plain_text(reply: Reply) -> str:
    """All blocks as text, paragraphs apart; choices are left to the door."""
    return "\n\n".join(text for block in reply.blocks if (text := plain_block(block)))


def plain_block(block: Block) -> str:
    """One block as text."""
    match block:
        case Text() | Notice():
            return block.text
        case Card():
            links = [link.label if link.url.startswith("tel:") else f"{link.label}: {link.url}" for link in block.links]
            return "\n".join([block.title, *links[:1], *block.lines, *links[1:]])
        case Places():
            lines = [
                f"{n}. {item.place.name} · {distance_words(item.metres)}\n   {item.place.region}"
                + (f" · ☎ {item.place.phone}" if item.place.phone else "")
                for n, item in enumerate(block.items, 1)
            ]
            return "\n".join([*lines, block.as_of] if block.as_of else lines)
        case Source():
            return "\n".join(f"{c.title} ({c.publisher}, {c.read_on}) {c.url}" for c in block.citations)
