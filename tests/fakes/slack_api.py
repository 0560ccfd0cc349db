"""The Web API of the Slack fake: tokens, limits and failures first, then the methods."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.slack_methods import Methods
from tests.fakes.slack_records import Call, Json, Refusal, Refused, Warned
from tests.fakes.slack_views import Views
from tests.fakes.slack_workspace import RESPONSE_LIFE, RESPONSES, Workspace

NESTED = frozenset({"blocks", "view", "attachments", "metadata", "loading_messages"})
"""Arguments that are JSON inside a form."""


@dataclass(slots=True, kw_only=True)
class Trouble:
    """Something that goes wrong the next few times."""

    times: int
    """How often it still happens."""
    method: str | None
    """The method it happens to; without one, to all."""
    status: int
    """The HTTP status: 429 is a rate limit, 0 a connection that breaks without an answer."""
    retry_after: int = 1
    """How many seconds a rate limit asks to wait."""
    accept: bool = False
    """Whether the call is carried out although its answer is an error."""
    error: str = "internal_error"
    """Slack's word for it."""


class WebApi:
    """Answers the calls of the app and writes them down."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        bot_token: str,
        app_token: str,
        socket_url: Callable[[], str],
        posted: Callable[[str, Json], None],
        trigger_life: float,
        channel_per_second: float | None,
    ) -> None:
        self.calls: list[Call] = []
        self.refused: list[Refused] = []
        self.warnings: list[Warned] = []
        self.troubles: list[Trouble] = []
        self.active = 0
        self.last_activity = time.monotonic()
        self._workspace = workspace
        self._bot_token = bot_token
        self._app_token = app_token
        self._per_second = channel_per_second
        self._recent: dict[str, deque[float]] = {}
        self._methods = Methods(workspace, socket_url=socket_url, posted=posted)
        self._views = Views(workspace, trigger_life=trigger_life)
        self._table = self._methods.table | self._views.table

    def complain(
        self, method: str, error: str, params: Json, status: int = 200, messages: tuple[str, ...] = ()
    ) -> None:
        """Writes down what would not be taken."""
        self.refused.append(Refused(method=method, params=params, error=error, status=status, messages=messages))

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call of a method."""
        self.active += 1
        try:
            return await self._answer(request)
        finally:
            self.active -= 1
            self.last_activity = time.monotonic()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params: Json = {}
        try:
            params, token = await self._decoded(request)
            if limited := self._limited(method, params):
                self.complain(method, "ratelimited", params, 429)
                body = {"ok": False, "error": "ratelimited"}
                return web.json_response(body, status=429, headers={"Retry-After": str(limited)})
            self._authorise(method, token)
            trouble = self._next(method, lambda found: found.status != 429)
            if trouble is not None and not trouble.accept:
                return self._broken(request, method, params, trouble)
            answer = self._table[method](params)
        except Refusal as refusal:
            self.complain(method, refusal.error, params, messages=refusal.messages)
            body = {"ok": False, "error": refusal.error}
            if refusal.messages:
                body |= {
                    "errors": list(refusal.messages),
                    "response_metadata": {"messages": [f"[ERROR] {said}" for said in refusal.messages]},
                }
            return web.json_response(body)
        self.calls.append(Call(method=method, params=params, at=time.time()))
        warnings = answer.pop("warnings", [])
        self.warnings += [Warned(method=method, params=params, warning=said) for said in warnings]
        if "missing_fallback" in warnings:
            said = "missing_text_in_message"
            answer |= {"warning": said, "response_metadata": {"warnings": [said]}}
        if trouble is not None:
            return self._broken(request, method, params, trouble)
        return web.json_response({"ok": True, **answer}, headers={"X-OAuth-Scopes": ",".join(self._workspace.scopes)})

    def _broken(self, request: web.Request, method: str, params: Json, trouble: Trouble) -> web.StreamResponse:
        status = trouble.status
        self.complain(method, trouble.error, params, status)
        if status == 0 and request.transport is not None:
            request.transport.close()
        if status == 200:
            return web.json_response({"ok": False, "error": trouble.error})
        return web.Response(status=status or 500, text="<html>server error</html>", content_type="text/html")

    def _next(self, method: str, wanted: Callable[[Trouble], bool]) -> Trouble | None:
        for trouble in self.troubles:
            if trouble.times > 0 and trouble.method in (None, method) and wanted(trouble):
                trouble.times -= 1
                return trouble
        return None

    def _limited(self, method: str, params: Json) -> int:
        trouble = self._next(method, lambda found: found.status == 429)
        if trouble is not None:
            return trouble.retry_after
        if self._per_second is None or method != "chat.postMessage":
            return 0
        now, recent = time.monotonic(), self._recent.setdefault(str(params.get("channel")), deque())
        while recent and now - recent[0] >= 1:
            recent.popleft()
        if len(recent) >= self._per_second:
            return 1
        recent.append(now)
        return 0

    async def _decoded(self, request: web.Request) -> tuple[Json, str]:
        params: Json = dict(request.query)
        if request.method == "POST" and request.can_read_body:
            if request.content_type == "application/json":
                try:
                    sent = json.loads(await request.text())
                except ValueError:
                    raise Refusal("invalid_json") from None
                if not isinstance(sent, dict):
                    raise Refusal("json_not_object")
                params |= sent
            elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
                params |= dict(await request.post())
            else:
                raise Refusal("invalid_post_type")
        for name in NESTED & params.keys():
            if isinstance(params[name], str):
                try:
                    params[name] = json.loads(params[name])
                except ValueError:
                    raise Refusal("invalid_blocks_format" if name == "blocks" else "invalid_arguments") from None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        inside = str(params.pop("token", ""))
        if request.content_type == "application/json":
            inside = ""  # a token inside JSON is not looked at
        return params, token.strip() if scheme == "Bearer" else inside

    def _authorise(self, method: str, token: str) -> None:
        if not token:
            raise Refusal("not_authed")
        if token not in (self._bot_token, self._app_token):
            raise Refusal("invalid_auth")
        if method not in self._table:
            raise Refusal("unknown_method")
        wanted = self._app_token if method == "apps.connections.open" else self._bot_token
        if token != wanted and method != "auth.test":
            raise Refusal("not_allowed_token_type")

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """An answer to the response address of an interaction."""
        self.active += 1
        try:
            return await self._respond(request)
        finally:
            self.active -= 1
            self.last_activity = time.monotonic()

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        address = self._workspace.responses.get(request.path)
        try:
            params: Any = json.loads(await request.text())
        except ValueError:
            params = None
        if not isinstance(params, dict):
            self.complain("response_url", "invalid_payload", {}, 400)
            return web.Response(status=400, text="invalid_payload")
        error, status = "", 404
        if address is None or time.monotonic() - address.born > RESPONSE_LIFE:
            error = "expired_url"
        elif address.uses >= RESPONSES:
            error = "used_url"
        else:
            address.uses += 1
            try:
                warnings = self._methods.respond(address, params)
                self.warnings += [Warned(method="response_url", params=params, warning=said) for said in warnings]
            except Refusal as refusal:
                error, status = refusal.error, 400
        if error:
            self.complain("response_url", error, params, status)
            return web.json_response({"ok": False, "error": error}, status=status)
        self.calls.append(Call(method="response_url", params=params, at=time.time()))
        await asyncio.sleep(0)
        return web.Response(text="ok")

    def show_answer(self, user: str, channel: str, body: Any) -> None:
        """Shows what was said in the very answer to a command."""
        said = body if isinstance(body, dict) else {"text": str(body)}
        address = self._workspace.responses[self._workspace.response_url(user, channel, None)]
        try:
            self._methods.respond(address, said)
        except Refusal as refusal:
            self.complain("command", refusal.error, said, messages=refusal.messages)

    def follow(self, user: str, view: Json, answer: Any) -> None:
        """Does to a submitted modal what the answer to the submission asks."""
        try:
            self._views.follow(user, view, answer)
        except Refusal as refusal:
            params = answer if isinstance(answer, dict) else {"body": answer}
            self.complain("view_submission", refusal.error, params, messages=refusal.messages)
