"""Between the page's JSON and the bot's values. Pure: no clock, no network, no files."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from adapters.web.wire import Incoming
from bot.message import Address, Block, Card, Link, Message, Outgoing, Places, Platform, Reply, Source, Text
from knowledge.clinical import Citation
from knowledge.places.distance import distance_words
from knowledge.places.links import map_links, phone_link
from knowledge.places.place import Nearby, Point

_CALL = re.compile(r"☎\s*(\d[\d-]{1,14}\d)")
"""How the bot's texts write a number to call."""


def address_of(user: str) -> Address:
    """Where a visitor of the page is written to."""
    return Address(platform=Platform.WEB, user=user)


def parse(incoming: Incoming, user: str, sent_at: datetime) -> Message:
    """The message a visitor sent."""
    point = Point(lat=incoming.point.lat, lon=incoming.point.lon) if incoming.point else None
    return Message(
        id=str(incoming.id),
        address=address_of(user),
        sent_at=sent_at,
        text=incoming.text,
        choice=incoming.choice,
        point=point,
        attachment=incoming.attachment,
    )


def render(outgoing: Outgoing) -> dict[str, Any]:
    """A reply as the page reads it; the page only lays it out and decides nothing."""
    reply = outgoing.reply
    return {
        "id": outgoing.id,
        "tone": reply.tone,
        "calls": list(calls(reply)) if reply.tone == "critical" else [],
        "blocks": [_block(block) for block in reply.blocks],
        "choices": [{"id": c.id, "label": c.label, "location": c.asks_location} for c in reply.choices],
    }


def calls(reply: Reply) -> tuple[str, ...]:
    """The numbers a reply says to call, in reading order, each once."""

    def found() -> Iterator[str]:
        for block in reply.blocks:
            if isinstance(block, Text):
                yield from _CALL.findall(block.text)
            elif isinstance(block, Card):
                for line in (block.title, *block.lines):
                    yield from _CALL.findall(line)
                yield from (link.url.removeprefix("tel:") for link in block.links if link.url.startswith("tel:"))

    return tuple(dict.fromkeys(found()))


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"kind": "text", "text": block.text}
    if isinstance(block, Card):
        return {
            "kind": "card",
            "title": block.title,
            "lines": list(block.lines),
            "links": [_link(link) for link in block.links if _may_open(link.url)],
            "level": block.level,
        }
    if isinstance(block, Places):
        return {
            "kind": "places",
            "origin": _point(block.origin) if block.origin else None,
            "origin_name": block.origin_name,
            "as_of": block.as_of,
            "items": [_place(nearby) for nearby in block.items],
        }
    if isinstance(block, Source):
        return {"kind": "source", "citations": [_citation(c) for c in block.citations]}
    return {"kind": "notice", "text": block.text}


def _may_open(url: str) -> bool:
    return url.startswith(("https://", "tel:"))


def _link(link: Link) -> dict[str, Any]:
    return {"label": link.label, "url": link.url}


def _point(point: Point) -> dict[str, float]:
    return {"lat": point.lat, "lon": point.lon}


def _place(nearby: Nearby) -> dict[str, Any]:
    place = nearby.place
    phone = phone_link(place.phone)
    return {
        "name": place.name,
        "kind": place.kind,
        "region": place.region,
        "departments": list(place.departments),
        "point": _point(place.point),
        "distance": distance_words(nearby.metres),
        "open_now": nearby.open_now,
        "phone": {"label": place.phone, "url": phone} if phone else None,
        "maps": map_links(place),
    }


def _citation(citation: Citation) -> dict[str, str]:
    url = citation.url if citation.url.startswith("https://") else ""
    return {"title": citation.title, "publisher": citation.publisher, "url": url, "read_on": citation.read_on}
