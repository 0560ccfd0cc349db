"""The bubbles of a SkillResponse, one function each, with the limits Kakao prints for them."""

from collections.abc import Callable, Collection
from typing import Any

from tests.fakes.kakao_rules import array, buttons, flag, keys, lines, link, number, pressable, text, thumbnail, url

Json = dict[str, Any]

CARD = ("buttons", "buttonLayout", "forwardable")


def simple_text(out: list[str], where: str, value: Json, blocks: Collection[str]) -> None:
    """Up to 1,000 characters (the bubble shows 500 and a button for the rest)."""
    keys(out, where, value, ("text",))
    text(out, where, value, "text", 1000, required=True)


def simple_image(out: list[str], where: str, value: Json, blocks: Collection[str]) -> None:
    """A picture."""
    keys(out, where, value, ("imageUrl", "altText"))
    url(out, where, value, "imageUrl")
    text(out, where, value, "altText", 50)


def text_card(out: list[str], where: str, value: Json, blocks: Collection[str], *, carousel: bool = False) -> None:
    """A title, a description, or both, together up to 400 characters (128 of description in a carousel)."""
    keys(out, where, value, ("title", "description", *CARD))
    title = text(out, where, value, "title", 50)
    description = text(out, where, value, "description", 128 if carousel else 400)
    if not title.strip() and not description.strip():
        out.append(f"{where}: needs a title or a description")
    if len(title) <= 50 and len(description) <= 400 < len(title) + len(description):
        out.append(f"{where}: title and description have {len(title) + len(description)} characters, 400 are shown")
    _finish(out, where, value, blocks)


def basic_card(out: list[str], where: str, value: Json, blocks: Collection[str], *, carousel: bool = False) -> None:
    """A picture with a title and a description."""
    keys(out, where, value, ("title", "description", "thumbnail", "profile", *CARD))
    title = text(out, where, value, "title", 50)
    description = text(out, where, value, "description", 230)
    if carousel:
        lines(out, f"{where}.title", title, 2)
        lines(out, f"{where}.description", description, 2)
    square = False
    if "thumbnail" not in value:
        out.append(f"{where}.thumbnail: is required")
    else:
        square = thumbnail(out, f"{where}.thumbnail", value["thumbnail"])
    if "profile" in value:
        _seller(out, f"{where}.profile", value["profile"])
    _finish(out, where, value, blocks, square=square)


def commerce_card(out: list[str], where: str, value: Json, blocks: Collection[str], *, carousel: bool = False) -> None:
    """Something with a price."""
    known = ("title", "description", "price", "currency", "discount", "discountRate", "discountedPrice", "thumbnails")
    keys(out, where, value, (*known, "profile", *CARD))
    text(out, where, value, "title", 30)
    text(out, where, value, "description", 40)
    number(out, where, value, "price", required=True)
    for key in ("discount", "discountRate", "discountedPrice"):
        number(out, where, value, key)
    if value.get("currency", "won") != "won":
        out.append(f"{where}.currency: must be won")
    if "discountRate" in value and "discountedPrice" not in value:
        out.append(f"{where}.discountRate: needs discountedPrice")
    pictures = array(out, f"{where}.thumbnails", value.get("thumbnails"), 1, 1)
    squares = [thumbnail(out, f"{where}.thumbnails[{i}]", picture) for i, picture in enumerate(pictures)]
    if "profile" in value:
        _seller(out, f"{where}.profile", value["profile"])
    _finish(out, where, value, blocks, square=any(squares))


def list_card(out: list[str], where: str, value: Json, blocks: Collection[str], *, carousel: bool = False) -> None:
    """A header and up to five lines (four in a carousel), each of which may open or say something."""
    keys(out, where, value, ("header", "items", *CARD))
    if "header" not in value:
        out.append(f"{where}.header: is required")
    else:
        _list_item(out, f"{where}.header", value["header"], blocks)
    for i, item in enumerate(array(out, f"{where}.items", value.get("items"), 1, 4 if carousel else 5)):
        _list_item(out, f"{where}.items[{i}]", item, blocks)
    _finish(out, where, value, blocks, most=2)


def _list_item(out: list[str], where: str, value: object, blocks: Collection[str]) -> None:
    known = ("title", "description", "imageUrl", "link", "action", "blockId", "messageText", "extra")
    if not keys(out, where, value, known) or not isinstance(value, dict):
        return
    text(out, where, value, "title", required=True)
    text(out, where, value, "description")
    url(out, where, value, "imageUrl", required=False)
    if "link" in value:
        link(out, f"{where}.link", value["link"])
    if "action" not in value:
        out.extend(f"{where}.{key}: needs an action" for key in ("blockId", "messageText", "extra") if key in value)
    elif value["action"] not in ("message", "block"):
        out.append(f"{where}.action: {value['action']!r} is neither message nor block")
    else:
        pressable(out, where, value, blocks)


def item_card(out: list[str], where: str, value: Json, blocks: Collection[str], *, carousel: bool = False) -> None:
    """A table of short names and values."""
    known = ("thumbnail", "head", "profile", "imageTitle", "itemList", "itemListAlignment", "itemListSummary")
    keys(out, where, value, (*known, "title", "description", *CARD))
    square = "thumbnail" in value and thumbnail(out, f"{where}.thumbnail", value["thumbnail"], sized=True)
    if "head" in value and "profile" in value:
        out.append(f"{where}: head and profile cannot be shown together")
    _titled(out, where, value, "head", ("title",), title_lines=1)
    _titled(out, where, value, "profile", ("title", "imageUrl", "width", "height"), title=15)
    _titled(out, where, value, "imageTitle", ("title", "description", "imageUrl"), title_lines=2, description_lines=1)
    for i, item in enumerate(array(out, f"{where}.itemList", value.get("itemList"), 1, 5 if carousel else 10)):
        _row(out, f"{where}.itemList[{i}]", item, None)
    if value.get("itemListAlignment", "left") not in ("left", "right"):
        out.append(f"{where}.itemListAlignment: must be left or right")
    if "itemListSummary" in value:
        _row(out, f"{where}.itemListSummary", value["itemListSummary"], 14)
    together = (title := text(out, where, value, "title")) + (description := text(out, where, value, "description"))
    if description and not title:
        out.append(f"{where}.description: needs a title")
    if len(together) > (100 if carousel else 200):
        out.append(f"{where}: title and description have {len(together)} characters")
    lines(out, f"{where}.description", f"{title}\n{description}" if description else title, 12)
    _finish(out, where, value, blocks, square=square)


def _row(out: list[str], where: str, value: object, limit: int | None) -> None:
    if keys(out, where, value, ("title", "description")) and isinstance(value, dict):
        text(out, where, value, "title", 6, required=True)
        lines(out, f"{where}.description", text(out, where, value, "description", limit, required=True), 2)


def _titled(
    out: list[str],
    where: str,
    card: Json,
    key: str,
    known: tuple[str, ...],
    *,
    title: int | None = None,
    title_lines: int = 99,
    description_lines: int = 99,
) -> None:
    where = f"{where}.{key}"
    if key not in card or not keys(out, where, card[key], known) or not isinstance(card[key], dict):
        return
    lines(out, f"{where}.title", text(out, where, card[key], "title", title, required=True), title_lines)
    lines(out, f"{where}.description", text(out, where, card[key], "description"), description_lines)
    url(out, where, card[key], "imageUrl", required=False)


def carousel(out: list[str], where: str, value: Json, blocks: Collection[str]) -> None:
    """Up to ten cards of one kind next to each other (list cards: five)."""
    keys(out, where, value, ("type", "items", "header"))
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in CARDS:
        out.append(f"{where}.type: {kind!r} cannot be in a carousel")
        return
    cards = array(out, f"{where}.items", value.get("items"), 1, 5 if kind == "listCard" else 10)
    for i, card in enumerate(cards):
        if isinstance(card, dict):
            CARDS[kind](out, f"{where}.items[{i}]", card, blocks, carousel=True)
        else:
            out.append(f"{where}.items[{i}]: must be an object")
    if len({_square(card) for card in cards if isinstance(card, dict)}) > 1:
        out.append(f"{where}.items: pictures of different shapes")
    if kind == "itemCard":
        fields = ("thumbnail", "head", "profile", "imageTitle")
        if len({tuple(field in card for field in fields) for card in cards if isinstance(card, dict)}) > 1:
            out.append(f"{where}.items: thumbnail, head, profile and imageTitle belong on all cards or on none")
    if "header" in value:
        _carousel_header(out, f"{where}.header", value["header"], kind)


def _square(card: Json) -> object:
    first = next(iter(card["thumbnails"]), None) if isinstance(card.get("thumbnails"), list) else card.get("thumbnail")
    if not isinstance(first, dict):
        return False
    return bool(first.get("fixedRatio")) or ("width" in first and first.get("width") == first.get("height"))


def _carousel_header(out: list[str], where: str, value: object, kind: str) -> None:
    if kind in ("textCard", "listCard"):
        out.append(f"{where}: a carousel of {kind} has no header")
    if not keys(out, where, value, ("title", "description", "thumbnail")) or not isinstance(value, dict):
        return
    lines(out, f"{where}.title", text(out, where, value, "title", required=True), 2)
    lines(out, f"{where}.description", text(out, where, value, "description", required=True), 3)
    if keys(out, f"{where}.thumbnail", value.get("thumbnail"), ("imageUrl",)):
        url(out, f"{where}.thumbnail", value["thumbnail"], "imageUrl")


def _seller(out: list[str], where: str, value: object) -> None:
    if keys(out, where, value, ("nickname", "imageUrl")) and isinstance(value, dict):
        text(out, where, value, "nickname", required=True)
        url(out, where, value, "imageUrl", required=False)


def _finish(
    out: list[str], where: str, value: Json, blocks: Collection[str], *, square: bool = False, most: int = 3
) -> None:
    flag(out, where, value, "forwardable")
    buttons(out, where, value, blocks, square=square, most=most)


CARDS: dict[str, Callable[..., None]] = {
    "textCard": text_card,
    "basicCard": basic_card,
    "commerceCard": commerce_card,
    "listCard": list_card,
    "itemCard": item_card,
}
"""The cards that may stand in a carousel."""

BUBBLES: dict[str, Callable[..., None]] = {
    "simpleText": simple_text,
    "simpleImage": simple_image,
    "carousel": carousel,
    **CARDS,
}
"""Every component of an output."""
