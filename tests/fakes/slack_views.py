"""What the Web API methods for homes and modals do, and what an answer to a submission does."""

import time
from collections.abc import Callable
from typing import Any

from tests.fakes.slack_blocks import too_large, wrong_view
from tests.fakes.slack_records import Json, Refusal
from tests.fakes.slack_workspace import Workspace

MODALS = 3


class Views:
    """The methods, by the words of the wire."""

    def __init__(self, workspace: Workspace, *, trigger_life: float) -> None:
        self._workspace = workspace
        self._trigger_life = trigger_life
        self.table: dict[str, Callable[[Json], Json]] = {
            "views.publish": self.publish,
            "views.open": self.open,
            "views.push": self.push,
            "views.update": self.update,
        }

    def publish(self, params: Json) -> Json:
        """The home of a person."""
        user = str(params.get("user_id"))
        if user not in self._workspace.users:
            raise Refusal("user_not_found")
        view = self._view(params, "home")
        before = self._workspace.homes.get(user)
        if before is not None and params.get("hash", before["hash"]) != before["hash"]:
            raise Refusal("hash_conflict")
        stored = self._workspace.stored(view, id=before["id"] if before else None)
        self._workspace.homes[user] = stored
        return {"view": stored}

    def open(self, params: Json) -> Json:
        """A modal, for the person whose interaction gave the right to it."""
        view = self._view(params, "modal")
        user = self._spend(params)
        stored = self._workspace.stored(view)
        self._workspace.modals[user] = [stored]
        return {"view": stored}

    def push(self, params: Json) -> Json:
        """Another modal on top of the open one."""
        view = self._view(params, "modal")
        user = self._spend(params)
        return {"view": self._lay(user, view)}

    def _lay(self, user: str, view: Json) -> Json:
        stack = self._workspace.modals.get(user) or []
        if not stack:
            raise Refusal("not_found")
        if len(stack) >= MODALS:
            raise Refusal("push_limit_reached")
        stored = self._workspace.stored(view, root=stack[0]["id"])
        stored["previous_view_id"] = stack[-1]["id"]
        stack.append(stored)
        return stored

    def update(self, params: Json) -> Json:
        """Another content for an open view."""
        for user, stack, place in self._workspace.views():
            before = stack[place]
            external = params.get("external_id")
            if params.get("view_id") != before["id"] and (not external or external != before["external_id"]):
                continue
            view = self._view(params, before["type"])
            if params.get("hash", before["hash"]) != before["hash"]:
                raise Refusal("hash_conflict")
            stored = self._workspace.stored(view, id=before["id"], root=before["root_view_id"])
            stored["previous_view_id"] = before["previous_view_id"]
            stack[place] = stored
            if stored["type"] == "home":
                self._workspace.homes[user] = stored
            return {"view": stored}
        raise Refusal("not_found")

    def _view(self, params: Json, kind: str) -> Json:
        view = params.get("view")
        if not isinstance(view, dict):
            raise Refusal("invalid_arguments", ("must provide an object [json-pointer:/view]",))
        if wrong := wrong_view(view, kind):
            raise Refusal("invalid_arguments", tuple(wrong))
        if too_large(view):
            raise Refusal("view_too_large")
        return view

    def _spend(self, params: Json) -> str:
        trigger = self._workspace.triggers.get(str(params.get("trigger_id") or params.get("interactivity_pointer")))
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if time.monotonic() - trigger.born > self._trigger_life:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def follow(self, user: str, view: Json, answer: Any) -> None:
        """Does to a submitted modal what the answer asks, or refuses the answer."""
        stack = self._workspace.modals[user]
        action = answer.get("response_action") if isinstance(answer, dict) else "?"
        if action in ("update", "push"):
            if wrong := wrong_view(answer.get("view"), "modal"):
                raise Refusal("invalid_response", tuple(wrong))
            if action == "push":
                self._lay(user, answer["view"])
            else:
                changed = self._workspace.stored(answer["view"], id=view["id"], root=view["root_view_id"])
                stack[-1] = changed | {"previous_view_id": view["previous_view_id"]}
        elif action == "errors":
            inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
            errors = answer.get("errors")
            if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
                raise Refusal("invalid_response", ("errors must name input blocks of the view",))
        elif action == "clear":
            stack.clear()
        elif not answer:
            stack.pop()
        else:
            raise Refusal("invalid_response", ("unknown response_action",))
