"""What Slack sends to an app: bodies of events, interactions, submissions and commands."""

import secrets
import time
import uuid
from typing import Any

from tests.fakes.slack_records import Json, escaped
from tests.fakes.slack_workspace import Channel, Message, Workspace

TOKEN = "verification-token"


class Payloads:
    """Builds the bodies for one workspace."""

    def __init__(self, workspace: Workspace, origin: str) -> None:
        self._workspace = workspace
        self._origin = origin

    def event(self, event: Json, id: str | None = None) -> Json:
        """An event in its envelope."""
        w = self._workspace
        return {
            "token": TOKEN,
            "team_id": w.team,
            "api_app_id": w.app,
            "event": event,
            "type": "event_callback",
            "event_id": id or w.named("Ev"),
            "event_time": int(time.time()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": w.team,
                    "user_id": w.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": "4-" + secrets.token_hex(16),
        }

    def said(self, user: str, text: str, channel: str, **more: Any) -> Json:
        """The event of a person's message in a direct conversation; the text is escaped as Slack does."""
        ts = self._workspace.ts()
        return {
            "type": "message",
            "client_msg_id": str(uuid.uuid4()),
            "user": user,
            "text": escaped(text),
            "ts": ts,
            "team": self._workspace.team,
            "blocks": [_rich(text)],
            "channel": channel,
            "event_ts": ts,
            "channel_type": "im",
            **more,
        }

    def command(self, user: str, text: str, command: str, channel: Channel) -> Json:
        """The form of a slash command."""
        w = self._workspace
        return {
            "token": TOKEN,
            "team_id": w.team,
            "team_domain": w.team.lower(),
            "channel_id": channel.id,
            "channel_name": channel.name,
            "user_id": user,
            "user_name": w.users[user],
            "command": command,
            "text": escaped(text),
            "api_app_id": w.app,
            "is_enterprise_install": "false",
            "response_url": self._origin + w.response_url(user, channel.id, None),
            "trigger_id": w.trigger(user),
        }

    def _interaction(self, kind: str, user: str) -> Json:
        w = self._workspace
        return {
            "type": kind,
            "token": TOKEN,
            "api_app_id": w.app,
            "team": {"id": w.team, "domain": w.team.lower()},
            "user": {"id": user, "username": w.users[user], "name": w.users[user], "team_id": w.team},
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": w.trigger(user),
        }

    def pressed(self, user: str, block: Json, element: Json, option: Json | None) -> Json:
        """The part of an action that does not depend on where it stands."""
        action: Json = {
            key: element[key]
            for key in ("type", "action_id", "text", "value", "style", "placeholder")
            if key in element
        }
        action |= {"block_id": block["block_id"], "action_ts": self._workspace.ts()}
        values: Json = {}
        if option is not None:
            action["selected_option"] = option
            chosen = {"type": element["type"], "selected_option": option}
            values = {block["block_id"]: {element["action_id"]: chosen}}
        return self._interaction("block_actions", user) | {"state": {"values": values}, "actions": [action]}

    def pressed_in_message(self, base: Json, message: Message, blocks: list[Json]) -> Json:
        """An action in a message; one that only the person sees is not sent along."""
        w = self._workspace
        channel = w.channels[message.channel]
        user = base["user"]["id"]
        hidden = message.only_for is not None
        base |= {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": channel.id,
                "is_ephemeral": hidden,
            },
            "channel": {"id": channel.id, "name": channel.name},
            "response_url": self._origin + w.response_url(user, channel.id, message),
        }
        return base if hidden else base | {"message": w.message_json(message) | {"blocks": blocks}}

    def pressed_in_view(self, base: Json, view: Json) -> Json:
        """An action in a home or a modal."""
        values = base.pop("state")["values"]
        container = {"type": "view", "view_id": view["id"]}
        return base | {"container": container, "view": view | {"state": {"values": values}}}

    def submitted(self, user: str, view: Json, values: Json) -> Json:
        """A modal that was sent off."""
        return self._interaction("view_submission", user) | {
            "view": view | {"state": {"values": values}},
            "response_urls": [],
        }

    def closed(self, user: str, view: Json) -> Json:
        """A modal that was closed without sending it off."""
        return self._interaction("view_closed", user) | {"view": view, "is_cleared": False}


def file(user: str) -> Json:
    """A picture a person attaches."""
    return {
        "id": "F" + secrets.token_hex(4).upper(),
        "name": "photo.jpg",
        "title": "photo.jpg",
        "mimetype": "image/jpeg",
        "filetype": "jpg",
        "user": user,
        "size": 34567,
        "mode": "hosted",
        "url_private": "https://files.slack.com/files-pri/T0001-F0001/photo.jpg",
    }


def _rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": secrets.token_hex(3)[:5], "elements": [section]}


def filled(view: Json, values: dict[str, dict[str, Any]] | None) -> Json:
    """The state of a modal after a person filled it in; a form a person could not send off is an error of the test."""
    given = {block_id: dict(actions) for block_id, actions in (values or {}).items()}
    state: Json = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        mine = given.get(block["block_id"], {}).pop(element["action_id"], {})
        found = _initial(element) | _chosen(element, mine)
        empty = not [v for k, v in found.items() if k != "type" and v not in (None, "", [])]
        if empty and not block.get("optional", False):
            raise LookupError(f"a person cannot send this off: {block['block_id']} is empty")
        length = len(str(found.get("value") or ""))
        if not empty and not element.get("min_length", 0) <= length <= element.get("max_length", 3000):
            raise LookupError(f"a person cannot send this off: {block['block_id']} has {length} characters")
        state.setdefault(block["block_id"], {})[element["action_id"]] = found
    if left := {(b, a) for b, actions in given.items() for a in actions}:
        raise LookupError(f"the open modal has no such inputs: {sorted(left)}")
    return state


def _initial(element: Json) -> Json:
    kind = element["type"]
    if kind.startswith("multi_") or kind == "checkboxes":
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    for name in ("option", "date", "time"):
        if f"initial_{name}" in element or kind.startswith(name) or (name == "option" and "options" in element):
            return {"type": kind, f"selected_{name}": element.get(f"initial_{name}")}
    return {"type": kind, "value": element.get("initial_value")}


def _chosen(element: Json, given: Json) -> Json:
    groups = element.get("option_groups") or []
    options = [*(element.get("options") or []), *(o for group in groups for o in group["options"])]
    known = {option["value"]: option for option in options}

    def whole(option: Json) -> Json:
        if known and option["value"] not in known:
            raise LookupError(f"the modal offers no {option['value']}: {sorted(known)}")
        return dict(known.get(option["value"], option))

    chosen = dict(given)
    if chosen.get("selected_option"):
        chosen["selected_option"] = whole(chosen["selected_option"])
    if chosen.get("selected_options"):
        chosen["selected_options"] = [whole(option) for option in chosen["selected_options"]]
    return chosen
