"""Between Kakao's JSON and the bot's values. Pure: no clock, no network, no files."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters.channel import KAKAO
from adapters.fold import Folded, cut, fold, width, with_link
from adapters.kakao.wire import SkillPayload
from bot.message import Address, Block, Card, Choice, Link, Message, Places, Platform, Reply, Text
from bot.phrases import Phrases
from bot.plain import plain_block
from knowledge.places.distance import distance_words
from knowledge.places.links import map_links
from knowledge.places.place import Nearby, Point

CONTINUE, LOCATED = "continue", "located"
"""The choice that shows what is still waiting."""

CHOICE = re.compile(r"[\x21-\x7e]{1,64}")
"""What the id of a choice looks like."""

PICTURE = re.compile(
    r"https?://\S*kakaocdn\.net/\S+|https?://\S+\.(?:jpe?g|png|gif|webp|heic)(?:\?\S*)?", re.IGNORECASE
)
"""The words Kakao makes of a picture that was sent."""

LONGEST_ADDRESS = 1_000
"""Characters of such words; what is longer was typed."""

WELCOME = "웰컴 블록"
"""The builder's name for the block that opens a conversation."""

LATITUDES, LONGITUDES = ("lat", "latitude", "y"), ("lng", "lon", "long", "longitude", "x")
"""Names under which a location plugin may put coordinates."""

TONES = ("info", "warning", "critical")

PHONE_BUTTONS = 2
"""Buttons a list may have."""


def address_of(payload: SkillPayload) -> Address:
    """Who speaks."""
    return Address(platform=Platform.KAKAO, user=payload.userRequest.user.id)


def parse(payload: SkillPayload, *, request_id: str, now: datetime) -> Message:
    """The message of one turn."""
    address, said = address_of(payload), payload.userRequest
    choice = payload.action.clientExtra.get("choice")
    if isinstance(choice, str) and CHOICE.fullmatch(choice):
        return Message(id=request_id, address=address, sent_at=now, choice=choice)
    if point := _point(payload.action.params):
        return Message(id=request_id, address=address, sent_at=now, point=point)
    if len(said.utterance) <= LONGEST_ADDRESS and PICTURE.fullmatch(said.utterance.strip()):
        return Message(id=request_id, address=address, sent_at=now, attachment="photo")
    if said.block.name == WELCOME:
        return Message(id=request_id, address=address, sent_at=now, choice="start")
    return Message(id=request_id, address=address, sent_at=now, text=said.utterance)


def _point(params: dict[str, Any]) -> Point | None:
    """Coordinates in the parameters, where a location plugin put them."""
    for name, value in params.items():
        if "location" not in name.lower() or name.lower() in ("sys_location", "sys.location"):
            continue
        found = _object(value)
        for part in (found, *(_object(inner) for inner in found.values())):
            lat, lon = _number(part, LATITUDES), _number(part, LONGITUDES)
            if lat is not None and lon is not None and -90 <= lat <= 90 and -180 <= lon <= 180:
                return Point(lat=lat, lon=lon)
    return None


def _object(value: object) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _number(found: dict[str, Any], names: Iterable[str]) -> float | None:
    for name in names:
        try:
            return float(found[name])
        except (KeyError, OverflowError, TypeError, ValueError):
            continue
    return None


def together(replies: Sequence[Reply]) -> Reply:
    """Several replies as one answer: everything that was said, the choices of the last."""
    return Reply(
        blocks=tuple(block for reply in replies for block in reply.blocks),
        choices=replies[-1].choices,
        tone=max((reply.tone for reply in replies), key=TONES.index),
    )


def folded(reply: Reply, *, say: Phrases, locate_url: str | None) -> Folded:
    """The reply within Kakao's limits; a location is asked for by a page of our own."""
    reply = replace(reply, blocks=tuple(_with_short_link(block, say) for block in reply.blocks))
    if locate_url and any(choice.asks_location for choice in reply.choices):
        link = Link(label=say("kakao.locate_button"), url=locate_url)
        reply = with_link(reply, Card(title=say("kakao.locate_title"), lines=say.lines("kakao.locate"), links=(link,)))
        sent = Choice(id=LOCATED, label=say("kakao.located"))
        return fold(replace(reply, choices=(sent, *reply.choices)), KAKAO)
    return fold(replace(reply, choices=tuple(c for c in reply.choices if not c.asks_location)), KAKAO)


def _with_short_link(block: Block, say: Phrases) -> Block:
    """A link whose name is too long for a button is named in a line, as long as it is the only one."""
    long = [one for one in block.links if width(one.label) > KAKAO.max_link_label] if isinstance(block, Card) else []
    if not isinstance(block, Card) or len(long) != 1 or long[0].url.startswith("tel:"):
        return block
    links = tuple(replace(one, label=say("kakao.open")) if one in long else one for one in block.links)
    return replace(block, lines=(*block.lines, long[0].label), links=links)


def render(shown: Folded, *, say: Phrases) -> dict[str, Any]:
    """The answer to a skill call."""
    choices = shown.buttons or ((more_choice(say),) if shown.rest else ())
    outputs = [made for block in shown.blocks if (made := _output(block, say))]
    words = say("kakao.choose" if choices else "kakao.nothing_more")
    template: dict[str, Any] = {"outputs": outputs or [{"simpleText": {"text": words}}]}
    if choices:
        template["quickReplies"] = [_quick(choice) for choice in choices]
    return {"version": "2.0", "template": template}


def more_choice(say: Phrases) -> Choice:
    """Shows what is still waiting."""
    return Choice(id=CONTINUE, label=say("kakao.continue"))


def sentence(text: str, *choices: Choice) -> dict[str, Any]:
    """An answer of one sentence."""
    template: dict[str, Any] = {"outputs": [{"simpleText": {"text": text}}]}
    if choices:
        template["quickReplies"] = [_quick(choice) for choice in choices]
    return {"version": "2.0", "template": template}


def wait_for_callback(say: Phrases) -> dict[str, Any]:
    """Says that the answer comes by the callback."""
    return {"version": "2.0", "useCallback": True, "data": {"text": say("kakao.wait")}}


def _output(block: Block, say: Phrases) -> dict[str, Any]:
    """The bubble of a block; empty where it says nothing."""
    if isinstance(block, Card) and block.links:
        return {"textCard": _text_card(block)}
    if isinstance(block, Places):
        return {"listCard": _list_card(block, say)}
    text = plain_block(block)
    return {"simpleText": {"text": text}} if text.strip() else {}


def _text_card(card: Card) -> dict[str, Any]:
    written = {"title": card.title, "description": "\n".join(card.lines)}
    made: dict[str, Any] = {name: text for name, text in written.items() if text.strip()}
    made = made or {"title": card.links[0].label}
    made["buttons"] = [_button(link) for link in card.links]
    made["buttonLayout"] = "vertical"
    return made


def _button(link: Link) -> dict[str, str]:
    if link.url.startswith("tel:"):
        return {"action": "phone", "label": link.label, "phoneNumber": link.url.removeprefix("tel:")}
    return {"action": "webLink", "label": link.label, "webLinkUrl": link.url}


def _list_card(places: Places, say: Phrases) -> dict[str, Any]:
    title = say("kakao.near", name=places.origin_name) if places.origin_name else say("kakao.near_you")
    items = [_item(number, item, say) for number, item in enumerate(places.items, 1)]
    made: dict[str, Any] = {"header": {"title": cut(title, 40)}, "items": items}
    phones = [
        {"action": "phone", "label": say("kakao.call", number=number), "phoneNumber": item.place.phone}
        for number, item in enumerate(places.items, 1)
        if item.place.phone
    ]
    if phones:
        made["buttons"] = phones[:PHONE_BUTTONS]
        made["buttonLayout"] = "vertical"
    return made


def _item(number: int, item: Nearby, say: Phrases) -> dict[str, Any]:
    place = item.place
    is_open = "" if item.open_now is None else say("kakao.open_yes" if item.open_now else "kakao.open_no")
    facts = (distance_words(item.metres), is_open, place.region, place.phone)
    return {
        "title": cut(f"{number}. {place.name}", 36),
        "description": cut(" · ".join(fact for fact in facts if fact), 60),
        "link": {"web": map_links(place)["kakao"]},
    }


def _quick(choice: Choice) -> dict[str, Any]:
    return {
        "label": choice.label,
        "action": "message",
        "messageText": choice.label,
        "extra": {"choice": choice.id},
    }


def as_text(reply: Reply) -> Reply:
    """The reply in plain text only, for an answer that would be too large otherwise."""
    return Reply(blocks=tuple(Text(text=plain_block(b)) for b in reply.blocks), choices=reply.choices, tone=reply.tone)
