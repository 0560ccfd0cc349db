"""The Event API side of Kakao: a bot may speak first, and Kakao asks the skill what to say."""

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.kakao_answers import check_type
from tests.fakes.kakao_payload import KakaoPerson

Json = dict[str, Any]

MOST_USERS = 100
KINDS = {"botUserKey": "key", "plusfriendUserKey": "channel_key", "appUserId": "app_user_id"}
SKILL_FAILED = (201, "Bot skill server responded with an HTTP error.")
OTHER_FAILURE = (999, "The message could not be sent.")
"""Kakao documents no number for this; nothing may depend on it."""

Deliver = Callable[[KakaoPerson, str, Json, Json], Awaitable[tuple[int, bool]]]
"""Person, event name, params, properties → the skill's HTTP status, and whether the person sees something."""


@dataclass(slots=True, kw_only=True)
class EventTask:
    """One accepted call, delivered in the background."""

    name: str
    """The event."""
    asked: int
    """How many people it was for."""
    delivered: list[str] = field(default_factory=list)
    """Names of those who see it."""
    unknown: int = 0
    """Keys that belong to nobody."""
    failed: list[Json] = field(default_factory=list)
    """Kakao's entries about people who see nothing."""
    work: asyncio.Task[None] | None = None
    """The delivery."""


class Events:
    """POST /v2/bots/{botId}/talk and GET /v1/tasks/{id}."""

    def __init__(
        self,
        *,
        bot_id: str,
        rest_key: Callable[[], str],
        people: Callable[[], Iterable[KakaoPerson]],
        deliver: Deliver,
        report: Callable[[str], None],
    ) -> None:
        self._bot_id = bot_id
        self._rest_key = rest_key
        self.known: set[str] | None = None
        self.tasks: dict[str, EventTask] = {}
        self._people = people
        self._deliver = deliver
        self._report = report

    async def talk(self, request: web.Request) -> web.Response:
        """Queues the event; SUCCESS means no more than that."""
        task_id = str(uuid.uuid4())
        status, problem, body = await self._read(request)
        if problem:
            self._report(f"event refused: {problem}")
            return _json({"taskId": task_id, "status": "FAIL", "message": problem, "timestamp": _now()}, status)
        task = EventTask(name=body["event"]["name"], asked=len(body["user"]))
        self.tasks[task_id] = task
        task.work = asyncio.create_task(self._run(task, body))
        return _json({"taskId": task_id, "status": "SUCCESS", "timestamp": _now()}, 200)

    async def result(self, request: web.Request) -> web.Response:
        """What became of it. Kakao's answer before the end is not known: this waits for the end."""
        task_id = request.match_info["task"]
        task = self.tasks.get(task_id)
        if task is None:
            return _json({"status": "FAIL", "message": "unknown task"}, 404)
        if task.work is not None:
            await asyncio.wait([task.work])
        fails = task.asked - len(task.delivered)
        report: Json = {
            "taskId": task_id,
            "status": f"{fails} FAIL" if fails else "ALL SUCCESS",
            "allRequestCount": task.asked,
            "successCount": len(task.delivered),
            "fail": {"count": fails, "list": task.failed},
        }
        if task.unknown:
            report["userKeyResolvingFailCount"] = task.unknown
        return _json(report, 200)

    async def finished(self, deadline: float) -> None:
        """Waits until everything accepted was delivered or failed.

        Raises:
            TimeoutError: something still runs at `deadline` (of `time.perf_counter`).
        """
        running = [task.work for task in self.tasks.values() if task.work is not None and not task.work.done()]
        if running:
            _, late = await asyncio.wait(running, timeout=max(0.0, deadline - time.perf_counter()))
            if late:
                raise TimeoutError(f"{len(late)} event(s) were not delivered")

    async def close(self) -> None:
        """Stops what still runs."""
        running = [task.work for task in self.tasks.values() if task.work is not None and not task.work.done()]
        for work in running:
            work.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _read(self, request: web.Request) -> tuple[int, str, Json]:
        """The status and sentence of a refusal (both empty where there is none), and the body."""
        if request.headers.get("Authorization") != f"KakaoAK {self._rest_key()}":
            return 401, "wrong REST API key", {}
        if request.match_info["bot"] not in (self._bot_id, f"{self._bot_id}!"):
            return 400, "Invalid bot ID. Check your Bot ID.", {}
        wrong = check_type(request.headers.get("Content-Type", ""))
        if wrong:
            return 400, wrong[0], {}
        try:
            body = json.loads(await request.read())
        except ValueError:
            return 400, "the body is not JSON", {}
        problem = self._problem(body)
        return (400, problem, {}) if problem else (200, "", body)

    def _problem(self, body: object) -> str:
        if not isinstance(body, dict) or not isinstance(body.get("event"), dict):
            return "event is required"
        unknown = set(body) - {"event", "user", "params", "option"} | set(body["event"]) - {"name", "data"}
        if unknown:
            return f"unknown key {sorted(unknown)[0]!r}"
        name, users = body["event"].get("name"), body.get("user")
        if not isinstance(name, str) or not name or (self.known is not None and name not in self.known):
            return f"no block has the event {name!r}"
        for key, value in (("event.data", body["event"].get("data", {})), ("params", body.get("params", {}))):
            if not isinstance(value, dict):
                return f"{key} must be an object"
        if not isinstance(users, list) or not 1 <= len(users) <= MOST_USERS:
            return f"user must list 1 to {MOST_USERS} people"
        seen: set[tuple[str, str]] = set()
        for user in users:
            if not isinstance(user, dict) or user.get("type") not in KINDS or not isinstance(user.get("id"), str):
                return "a user needs a type and an id"
            if set(user) - {"type", "id", "properties"} or not isinstance(user.get("properties", {}), dict):
                return "a user has an unknown key or wrong properties"
            seen.add((user["type"], user["id"]))
        return "" if len(seen) == len(users) else "the same user twice"

    async def _run(self, task: EventTask, body: Json) -> None:
        params = body.get("params", {})
        await asyncio.gather(*(self._one(task, user, params) for user in body["user"]))

    async def _one(self, task: EventTask, user: Json, params: Json) -> None:
        field_name = KINDS[user["type"]]
        person = next((p for p in self._people() if getattr(p, field_name) == user["id"]), None)
        if person is None:
            task.unknown += 1
            self._report(f"event {task.name!r}: a {user['type']} that belongs to nobody")
            return
        if person.friend:
            status, seen = await self._deliver(person, task.name, params, user.get("properties", {}))
            if seen:
                task.delivered.append(person.name)
                return
            failure = OTHER_FAILURE if status == 200 else SKILL_FAILED
        else:
            failure = (OTHER_FAILURE[0], "The user is not a friend of the channel.")
        task.failed.append(
            {
                "userId": user["id"],
                "reqUserType": user["type"],
                "createdAt": int(time.time()),
                "errorMsg": {"errorType": failure[0], "msg": failure[1]},
            }
        )


def _now() -> int:
    return int(time.time() * 1000)


def _json(body: Json, status: int) -> web.Response:
    data = json.dumps(body, ensure_ascii=False).encode()
    return web.Response(body=data, status=status, content_type="application/json", charset="utf-8")
