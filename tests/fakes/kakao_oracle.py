"""A second opinion on answers: the builders of PyPI `kakao-chatbot`, which others wrote, must be able to build them.

It knows structure and counts, not lengths, and misses some newer fields (`buttonLayout`, `altText`), so what it
rebuilds must stand in our answer, not equal it.
"""

from typing import Any

from kakao_chatbot.context import Context
from kakao_chatbot.response import KakaoResponse, QuickReply
from kakao_chatbot.response.base import ParentComponent
from kakao_chatbot.response.components.card import (
    BasicCardComponent,
    CommerceCardComponent,
    ItemCardComponent,
    ListCardComponent,
    TextCardComponent,
)
from kakao_chatbot.response.components.common import Button, Link, ListItem, Profile, Thumbnail
from kakao_chatbot.response.components.itemcard import ImageTitle, Item, ItemListSummary, ItemProfile, ItemThumbnail
from kakao_chatbot.response.components.simple import CarouselComponent, SimpleImageComponent, SimpleTextComponent

Json = dict[str, Any]


def second_opinion(answer: Json) -> list[str]:
    """What the package refuses in an answer that we think is right."""
    if answer.get("useCallback") is True:
        return []
    template = answer["template"]
    try:
        response = KakaoResponse(
            component_list=[
                _component(kind, value) for output in template["outputs"] for kind, value in output.items()
            ],
            quick_replies=[
                QuickReply(q["label"], q["action"], q.get("messageText"), q.get("blockId"), q.get("extra"))
                for q in template.get("quickReplies", ())
            ],
            contexts=[
                Context(c["name"], c["lifeSpan"], c.get("ttl"), c.get("params"))
                for c in answer.get("context", {}).get("values", ())
            ],
            data=answer.get("data"),
        )
        rebuilt = response.get_dict()
    except (ValueError, AssertionError, LookupError, AttributeError, TypeError) as refused:
        return [f"kakao-chatbot refuses it: {type(refused).__name__}"]
    return [f"kakao-chatbot reads {where} differently" for where in _differences("answer", rebuilt, answer)]


def _differences(where: str, rebuilt: object, ours: object) -> list[str]:
    if isinstance(rebuilt, dict) and isinstance(ours, dict):
        return [d for key, value in rebuilt.items() for d in _differences(f"{where}.{key}", value, ours.get(key))]
    if isinstance(rebuilt, list) and isinstance(ours, list) and len(rebuilt) == len(ours):
        pairs = enumerate(zip(rebuilt, ours, strict=True))
        return [d for i, (value, other) in pairs for d in _differences(f"{where}[{i}]", value, other)]
    return [] if rebuilt == ours else [where]


def _component(kind: str, v: Json) -> ParentComponent:
    match kind:
        case "simpleText":
            return SimpleTextComponent(v["text"])
        case "simpleImage":
            return SimpleImageComponent(v["imageUrl"], v.get("altText"))
        case "textCard":
            return TextCardComponent(v.get("title"), v.get("description"), _buttons(v))
        case "basicCard":
            picture = _thumbnail(v["thumbnail"])
            return BasicCardComponent(picture, v.get("title"), v.get("description"), _buttons(v))
        case "commerceCard":
            profile = v.get("profile")
            return CommerceCardComponent(
                price=v["price"],
                thumbnails=[_thumbnail(picture) for picture in v["thumbnails"]],
                title=v.get("title"),
                description=v.get("description"),
                buttons=_buttons(v),
                profile=Profile(profile["nickname"], profile.get("imageUrl")) if profile else None,
                currency=v.get("currency"),
                discount=v.get("discount"),
                discount_rate=v.get("discountRate"),
            )
        case "listCard":
            return ListCardComponent(_list_item(v["header"]), [_list_item(item) for item in v["items"]], _buttons(v))
        case "itemCard":
            return _item_card(v)
        case "carousel":
            return CarouselComponent(*(_component(v["type"], card) for card in v["items"]))
        case _:
            raise LookupError(kind)


def _item_card(v: Json) -> ItemCardComponent:
    picture, profile, titled, summary = (v.get(k) for k in ("thumbnail", "profile", "imageTitle", "itemListSummary"))
    return ItemCardComponent(
        item_list=[Item(item["title"], item["description"]) for item in v["itemList"]],
        thumbnail=ItemThumbnail(picture["imageUrl"], picture.get("width"), picture.get("height")) if picture else None,
        head=v["head"]["title"] if "head" in v else None,
        profile=ItemProfile(profile["title"], profile.get("imageUrl")) if profile else None,
        image_title=ImageTitle(titled["title"], titled.get("description"), titled.get("imageUrl")) if titled else None,
        item_list_alignment=v.get("itemListAlignment"),
        item_list_summary=ItemListSummary(summary["title"], summary["description"]) if summary else None,
        title=v.get("title"),
        description=v.get("description"),
        buttons=_buttons(v),
        button_layout=v.get("buttonLayout"),
    )


def _buttons(v: Json) -> list[Button] | None:
    return [
        Button(
            b["label"],
            b["action"],
            b.get("webLinkUrl"),
            b.get("messageText"),
            b.get("phoneNumber"),
            b.get("blockId"),
            b.get("extra"),
        )
        for b in v.get("buttons", ())
    ] or None


def _link(v: Json) -> Link | None:
    return Link(**v["link"]) if "link" in v else None


def _thumbnail(v: Json) -> Thumbnail:
    return Thumbnail(v["imageUrl"], _link(v), v.get("fixedRatio", False))


def _list_item(v: Json) -> ListItem:
    return ListItem(
        title=v["title"],
        description=v.get("description"),
        image_url=v.get("imageUrl"),
        link=_link(v),
        action=v.get("action"),
        block_id=v.get("blockId"),
        message_text=v.get("messageText"),
        extra=v.get("extra"),
    )
