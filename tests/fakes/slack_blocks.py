"""The rules Slack has for blocks and views, with its words for breaking them."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.fakes.slack_records import Json, text_objects

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
MESSAGE_TEXT = 40_000
UPDATE_BYTES = 4_000
MESSAGE_CHARACTERS = 13_200
"""About what all blocks of a message may hold, counting each block as 125 (measured by others, not documented)."""
BLOCK_COST = 125

_SELECT = {"placeholder", "action_id", "confirm", "focus_on_load"}
_OPTIONS = _SELECT | {"options", "option_groups", "initial_option"}
_INPUT = _SELECT | {"initial_value", "dispatch_action_config"}
_ELEMENTS: dict[str, set[str]] = {
    "button": {"text", "action_id", "value", "url", "style", "confirm", "accessibility_label"},
    "static_select": _OPTIONS,
    "multi_static_select": _OPTIONS - {"initial_option"} | {"initial_options", "max_selected_items"},
    "external_select": _SELECT | {"initial_option", "min_query_length"},
    "overflow": {"action_id", "options", "confirm"},
    "radio_buttons": {"action_id", "options", "initial_option", "confirm", "focus_on_load"},
    "checkboxes": {"action_id", "options", "initial_options", "confirm", "focus_on_load"},
    "datepicker": _SELECT | {"initial_date"},
    "timepicker": _SELECT | {"initial_time", "timezone"},
    "plain_text_input": (_INPUT - {"confirm"}) | {"multiline", "min_length", "max_length"},
    "number_input": (_INPUT - {"confirm"}) | {"is_decimal_allowed", "min_value", "max_value"},
    "image": {"image_url", "slack_file", "alt_text"},
}
_INTERACTIVE = set(_ELEMENTS) - {"image", "plain_text_input", "number_input"}
_BLOCKS: dict[str, set[str]] = {
    "section": {"text", "fields", "accessory", "expand"},
    "header": {"text"},
    "divider": set(),
    "context": {"elements"},
    "actions": {"elements"},
    "image": {"image_url", "slack_file", "alt_text", "title"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "markdown": {"text"},
}
_OPTION_LIMITS = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}
_VIEW = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
_MODAL = _VIEW | {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}


class _Examination:
    """Walks through blocks and writes down what Slack would say about them."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def say(self, message: str, at: str) -> None:
        self.found.append(f"{message} [json-pointer:{at}]")

    def keys(self, value: Json, allowed: set[str], at: str) -> None:
        for key, item in value.items():
            if key not in allowed:
                self.say(f"invalid additional property: {key}", at)
            elif item is None:
                self.say("must not be null", f"{at}/{key}")

    def string(self, value: Any, at: str, most: int, least: int = 1) -> None:
        if not isinstance(value, str):
            self.say("must provide a string", at)
        elif len(value) < least or (least and not value.strip()):
            self.say(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            self.say(f"must be less than {most + 1} characters", at)

    def text(self, value: Any, at: str, most: int, *, plain: bool = False) -> None:
        if not isinstance(value, dict):
            return self.say("must provide an object", at)
        kind = value.get("type")
        if kind not in ("plain_text", "mrkdwn") or (plain and kind != "plain_text"):
            return self.say(f"unsupported type: {kind}", f"{at}/type")
        self.keys(value, {"type", "text", "emoji" if kind == "plain_text" else "verbatim"}, at)
        return self.string(value.get("text"), f"{at}/text", most)

    def items(self, value: Any, at: str, most: int, each: Callable[[Any, str], None]) -> None:
        if not isinstance(value, list):
            return self.say("must provide an array", at)
        if not value:
            self.say("no fewer than 1 items allowed", at)
        if len(value) > most:
            self.say(f"no more than {most} items allowed", at)
        for i, item in enumerate(value):
            each(item, f"{at}/{i}")
        return None

    def url(self, value: Any, at: str) -> None:
        self.string(value, at, 3000)
        if not isinstance(value, str) or not re.match(r"https?://[^\s/]+", value):
            self.say("invalid url", at)

    def option(self, value: Any, at: str, kind: str) -> None:
        if not isinstance(value, dict):
            return self.say("must provide an object", at)
        self.keys(value, {"text", "value", "description"} | ({"url"} if kind == "overflow" else set()), at)
        self.text(value.get("text"), f"{at}/text", 75, plain=kind not in ("radio_buttons", "checkboxes"))
        self.string(value.get("value"), f"{at}/value", 150)
        if "description" in value:
            self.text(value["description"], f"{at}/description", 75, plain=kind not in ("radio_buttons", "checkboxes"))
        if "url" in value:
            self.url(value["url"], f"{at}/url")
        return None

    def options(self, element: Json, at: str, kind: str) -> None:
        if ("options" in element) == ("option_groups" in element):
            return self.say("must define either `options` or `option_groups`", at)
        known: list[Any] = list(element.get("options") or [])
        if "options" in element:
            most = _OPTION_LIMITS.get(kind, 100)
            self.items(element["options"], f"{at}/options", most, lambda o, p: self.option(o, p, kind))
        for i, group in enumerate(element.get("option_groups") or []):
            place = f"{at}/option_groups/{i}"
            self.keys(group, {"label", "options"}, place)
            self.text(group.get("label"), f"{place}/label", 75, plain=True)
            self.items(group.get("options"), f"{place}/options", 100, lambda o, p: self.option(o, p, kind))
            known += group.get("options") or []
        chosen = [element["initial_option"]] if "initial_option" in element else element.get("initial_options") or []
        for option in chosen:
            if option not in known:
                self.say("initial option must match one of the options", at)
        return None

    def element(self, value: Any, at: str, allowed: set[str]) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in allowed:
            return self.say(f"unsupported type: {kind}", f"{at}/type")
        self.keys(value, _ELEMENTS[kind] | {"type"}, at)
        if "action_id" in value:
            self.string(value["action_id"], f"{at}/action_id", 255)
        if "placeholder" in value:
            self.text(value["placeholder"], f"{at}/placeholder", 150, plain=True)
        if kind == "button":
            self.text(value.get("text"), f"{at}/text", 75, plain=True)
            if "value" in value:
                self.string(value["value"], f"{at}/value", 2000)
            if "url" in value:
                self.url(value["url"], f"{at}/url")
            if value.get("style", "primary") not in ("primary", "danger"):
                self.say("must be one of primary, danger", f"{at}/style")
        elif kind == "image":
            self.image(value, at)
        elif "options" in _ELEMENTS[kind]:
            self.options(value, at, kind)
        elif kind == "plain_text_input":
            low, high = value.get("min_length", 0), value.get("max_length", 3000)
            if not 0 <= low <= 3000 or not 1 <= high <= 3000 or low > high:
                self.say("min_length and max_length must be within 0 and 3000", at)
        elif kind == "number_input" and "is_decimal_allowed" not in value:
            self.say("missing required field: is_decimal_allowed", at)
        return None

    def image(self, value: Json, at: str) -> None:
        self.string(value.get("alt_text"), f"{at}/alt_text", 2000)
        if "slack_file" not in value:
            self.url(value.get("image_url"), f"{at}/image_url")

    def in_context(self, value: Any, at: str) -> None:
        if isinstance(value, dict) and value.get("type") == "image":
            return self.element(value, at, {"image"})
        return self.text(value, at, 3000)

    def block(self, value: Any, at: str) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(kind, str):
            return self.say("missing required field: type", at)
        if "block_id" in value:
            self.string(value["block_id"], f"{at}/block_id", 255)
        if kind not in _BLOCKS:
            return None  # the library alone judges rarer blocks
        self.keys(value, _BLOCKS[kind] | {"type", "block_id"}, at)
        if kind == "section":
            if "text" not in value and "fields" not in value:
                self.say("must define either `text` or `fields`", at)
            if "text" in value:
                self.text(value["text"], f"{at}/text", 3000)
            if "fields" in value:
                self.items(value["fields"], f"{at}/fields", 10, lambda f, p: self.text(f, p, 2000))
            if "accessory" in value:
                self.element(value["accessory"], f"{at}/accessory", _INTERACTIVE | {"image"})
        elif kind == "header":
            self.text(value.get("text"), f"{at}/text", 150, plain=True)
        elif kind == "context":
            self.items(value.get("elements"), f"{at}/elements", 10, self.in_context)
        elif kind == "actions":
            self.items(value.get("elements"), f"{at}/elements", 25, lambda e, p: self.element(e, p, _INTERACTIVE))
            self.unique_actions(value, at)
        elif kind == "image":
            self.image(value, at)
            if "title" in value:
                self.text(value["title"], f"{at}/title", 2000, plain=True)
        elif kind == "input":
            self.text(value.get("label"), f"{at}/label", 2000, plain=True)
            if "hint" in value:
                self.text(value["hint"], f"{at}/hint", 2000, plain=True)
            self.element(value.get("element"), f"{at}/element", set(_ELEMENTS) - {"button", "overflow", "image"})
        elif kind == "markdown":
            self.string(value.get("text"), f"{at}/text", 12_000)
        return None

    def unique_actions(self, value: Json, at: str) -> None:
        seen: set[str] = set()
        for i, element in enumerate(value.get("elements") or []):
            name = element.get("action_id") if isinstance(element, dict) else None
            if name in seen:
                self.say(f'`action_id` "{name}" already exists', f"{at}/elements/{i}/action_id")
            seen |= {name} if isinstance(name, str) else set()

    def blocks(self, value: Any, at: str, most: int) -> None:
        if not isinstance(value, list):
            return self.say("must provide an array", at)
        if len(value) > most:
            self.say(f"no more than {most} items allowed", at)
        seen: set[str] = set()
        for i, block in enumerate(value):
            before = len(self.found)
            self.block(block, f"{at}/{i}")
            if len(self.found) == before:
                self.library(lambda block=block: Block.parse(block), f"{at}/{i}")  # type: ignore[misc]
            name = block.get("block_id") if isinstance(block, dict) else None
            if name in seen:
                self.say(f'`block_id` "{name}" already exists', f"{at}/{i}/block_id")
            seen |= {name} if isinstance(name, str) else set()
        return None

    def library(self, parse: Callable[[], Any], at: str) -> None:
        """What Slack's own library refuses to send is refused here too."""
        try:
            parsed = parse()
            if parsed is None:
                return self.say("unsupported type", f"{at}/type")
            parsed.to_dict()
        except (SlackObjectFormationError, TypeError, ValueError, KeyError, AttributeError) as error:
            self.say(str(error), at)
        return None


def wrong_blocks(blocks: Any, most: int = MESSAGE_BLOCKS, at: str = "/blocks") -> list[str]:
    """What is wrong with the blocks of a message; nothing is the answer to blocks that can be sent."""
    examination = _Examination()
    examination.blocks(copy.deepcopy(blocks), at, most)
    return examination.found


def wrong_view(view: Any, kind: str) -> list[str]:
    """What is wrong with a view of this kind, `modal` or `home`."""
    examination = _Examination()
    if not isinstance(view, dict):
        return ["must provide an object [json-pointer:/view]"]
    if view.get("type") != kind:
        examination.say(f"unsupported type: {view.get('type')}", "/view/type")
    examination.keys(view, _MODAL if kind == "modal" else _VIEW, "/view")
    if kind == "modal":
        examination.text(view.get("title"), "/view/title", 24, plain=True)
        for name in ("submit", "close"):
            if name in view:
                examination.text(view[name], f"/view/{name}", 24, plain=True)
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if name in view:
            examination.string(view[name], f"/view/{name}", most, least=0)
    blocks = view.get("blocks")
    if not blocks:
        examination.say("missing required field: blocks", "/view")
    examination.blocks(blocks, "/view/blocks", VIEW_BLOCKS)
    if kind == "modal" and "submit" not in view and isinstance(blocks, list):
        for i, block in enumerate(blocks):
            if isinstance(block, dict) and block.get("type") == "input":
                examination.say("must define `submit` to use an `input` block in modals", f"/view/blocks/{i}/input")
    if not examination.found:
        examination.library(lambda: View(**copy.deepcopy(view)), "/view")
    return examination.found


def too_large(view: Any) -> bool:
    """Whether a view is larger than Slack stores."""
    return len(json.dumps(view).encode()) > VIEW_BYTES


def too_much(blocks: list[Json]) -> bool:
    """Whether the blocks of one message say more than Slack stores."""
    said = sum(len(found["text"]) for found in text_objects(blocks))
    return said + BLOCK_COST * len(blocks) > MESSAGE_CHARACTERS
