"""The stand-in for KakaoTalk refuses what KakaoTalk refuses, and says so in a sentence."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from kakao_chatbot import Payload
from multidict import CIMultiDictProxy

from tests.fakes.kakao import DRIFTS, LOCATION_SHAPES, KakaoFake, Turn
from tests.fakes.kakao_payload import WELCOME_BLOCK

Json = dict[str, Any]


def text(words: str = "안녕하세요", **template: Any) -> Json:
    """The plainest answer."""
    return {"version": "2.0", "template": {"outputs": [{"simpleText": {"text": words}}], **template}}


WAIT: Json = {"version": "2.0", "useCallback": True}
CARD: Json = {
    "header": {"title": "가까운 병원"},
    "items": [
        {"title": "내과", "description": "1.2 km", "link": {"web": "https://map.example/1"}},
        {"title": "외과", "action": "message", "messageText": "외과", "extra": {"choice": "p2"}},
        {"title": "안과", "action": "block", "blockId": WELCOME_BLOCK},
    ],
    "buttons": [
        {"label": "119 전화", "action": "phone", "phoneNumber": "119"},
        {"label": "지도", "action": "webLink", "webLinkUrl": "https://map.example/"},
    ],
}
LIST: Json = {"version": "2.0", "template": {"outputs": [{"listCard": CARD}]}}


class Skill:
    """A tiny skill server: answers what the test tells it."""

    def __init__(self) -> None:
        self.answer: Json | bytes | web.Response = text()
        self.delay = 0.0
        self.seen: list[tuple[Json, CIMultiDictProxy[str]]] = []
        self.session: aiohttp.ClientSession

    async def handle(self, request: web.Request) -> web.Response:
        """POST /skill."""
        raw = await request.read()
        self.seen.append((json.loads(raw) if raw[:1] == b"{" else {}, request.headers))
        await asyncio.sleep(self.delay)
        if isinstance(self.answer, web.Response):
            return self.answer
        body = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer, ensure_ascii=False).encode()
        return web.Response(body=body, content_type="application/json")

    async def call_back(self, answer: object, *, turn: int = -1) -> Json:
        """Posts to the callbackUrl of a turn, as a product does."""
        url = self.seen[turn][0]["userRequest"]["callbackUrl"]
        async with self.session.post(url, json=answer) as response:
            found: Json = await response.json()
            return found


@pytest.fixture
async def skill() -> AsyncIterator[Skill]:
    """The skill server's mind; its address is set in `kakao`."""
    skill = Skill()
    async with aiohttp.ClientSession() as skill.session:
        yield skill


@pytest.fixture
async def kakao(skill: Skill) -> AsyncIterator[KakaoFake]:
    """Kakao in front of the skill server; the callback's minute lasts 1 s, the race 0.2 s, the five seconds 0.5."""
    app = web.Application()
    app.router.add_post("/skill", skill.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with KakaoFake(callback_life=1.0, callback_race=0.2, timeout=0.5) as fake:
        fake.skill_url = f"http://127.0.0.1:{runner.addresses[0][1]}/skill"
        yield fake
    await runner.cleanup()


async def test_a_good_answer_is_shown(kakao: KakaoFake, skill: Skill) -> None:
    """An answer within every limit reaches the person and leaves no problem."""
    skill.answer = LIST
    turn = await kakao.say("민지", "안녕")
    assert kakao.problems == []
    assert turn.status == 200
    assert turn.shown == kakao.shown("민지")
    assert turn.shown[0].text == "가까운 병원\n내과\n1.2 km\n외과\n안과"
    assert [button.phone or button.url for button in turn.shown[0].buttons] == ["119", "https://map.example/"]


async def test_a_bad_answer_shows_nothing(kakao: KakaoFake, skill: Skill) -> None:
    """One broken rule costs the person the whole answer, and is named in the turn and in the fake."""
    skill.answer = text("가" * 1001)
    turn = await kakao.say("민지", "안녕")
    assert "1001 characters" in turn.problems[0]
    assert kakao.problems == [f"turn 1 of '민지': {turn.problems[0]}"]
    assert [shown.kind for shown in kakao.shown("민지")] == ["nothing"]


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("HTTP 500", web.Response(status=500, body=b"{}", content_type="application/json")),
        ("HTTP 302", web.Response(status=302, headers={"Location": "/skill", "Content-Type": "application/json"})),
        ("Content-Type 'text/plain", web.Response(text=json.dumps(text()))),
        ("charset=euc-kr", web.Response(body=b"{}", content_type="application/json", charset="euc-kr")),
        ("not JSON", b""),
        ("not JSON", b'{"version": NaN}'),
        ("not JSON in UTF-8", json.dumps(text(), ensure_ascii=False).encode("euc-kr")),
        ("not a JSON object", b"[]"),
        ("30721 bytes", json.dumps(text()).encode().ljust(30_721)),
    ],
)
async def test_the_http_around_the_answer_counts(
    kakao: KakaoFake, skill: Skill, sentence: str, answer: bytes | web.Response
) -> None:
    """A wrong status, type, encoding or size costs the person the answer."""
    skill.answer = answer
    turn = await kakao.say("민지", "안녕")
    assert [problem for problem in turn.problems if sentence in problem]
    assert [shown.kind for shown in turn.shown] == ["nothing"]


async def test_a_late_answer_is_no_answer(kakao: KakaoFake, skill: Skill) -> None:
    """After the limit (five seconds in Kakao) nothing is waited for; no server at all is as bad."""
    skill.delay = 2
    turn = await kakao.say("민지", "안녕")
    assert turn.status == 0
    assert "no answer within 0.5 s" in kakao.problems[0]
    assert 0.45 < turn.seconds < 1.9
    kakao.skill_url = "http://127.0.0.1:9/skill"
    assert "ClientConnectorError" in (await kakao.say("민지", "안녕")).problems[0]
    assert [shown.kind for shown in kakao.shown("민지")] == ["nothing"] * 2
    assert KakaoFake().timeout == 5.0


async def test_requests_are_as_kakao_sends_them(kakao: KakaoFake, skill: Skill) -> None:
    """Headers, the shared secret and a fresh request id travel with every call."""
    for _ in range(2):
        await kakao.say("민지", "안녕")
    headers = [headers for _, headers in skill.seen]
    assert {h["Content-Type"] for h in headers} == {"application/json;charset=UTF-8"}
    assert {h["X-DrRC-Secret"] for h in headers} == {kakao.secret}
    assert len({h["X-Request-Id"] for h in headers}) == 2
    body = skill.seen[0][0]
    assert body["userRequest"]["utterance"] == "안녕"
    assert body["userRequest"]["user"]["id"] == kakao.person("민지").key
    assert len(kakao.person("민지").key) == 66
    assert "callbackUrl" not in body["userRequest"]
    kakao.person("민지").friend = False
    assert "isFriend" not in kakao.payload("민지", "안녕")["userRequest"]["user"]["properties"]


@pytest.mark.parametrize("name", DRIFTS)
async def test_another_parser_reads_our_payloads(kakao: KakaoFake, name: str) -> None:
    """`kakao-chatbot` accepts every payload we send, whatever the drift."""
    kakao.callback = True
    payload = kakao.payload("민지", "강남 미세먼지", **DRIFTS[name])
    read = Payload.from_dict(copy.deepcopy(payload))
    assert read.user_id == kakao.person("민지").key
    assert read.utterance == "강남 미세먼지"
    assert (read.user_request.callback_url is None) is (name == "no callbackUrl")
    assert read.bot.id.rstrip("!") == kakao.bot_id


@pytest.mark.parametrize("shape", LOCATION_SHAPES)
async def test_a_location_comes_in_several_forms(kakao: KakaoFake, skill: Skill, shape: str) -> None:
    """Each form carries both numbers, in `params` and in `detailParams`."""
    await kakao.plugin_location("민지", 37.5663, 126.9779, shape)
    action = skill.seen[0][0]["action"]
    assert action["params"]["location"] == action["detailParams"]["location"]["value"]
    assert isinstance(action["params"]["location"], dict if shape == "object" else str)
    assert all(number in str(action["params"]) for number in ("37.5663", "126.9779"))


async def test_pressing_sends_what_the_button_holds(kakao: KakaoFake, skill: Skill) -> None:
    """A press is found by label or choice in the newest answer, and brings text, extra, trigger and block."""
    skill.answer = LIST
    await kakao.say("민지", "병원")
    await kakao.tap("민지", "p2")
    sent = skill.seen[-1][0]
    assert (sent["userRequest"]["utterance"], sent["action"]["clientExtra"]) == ("외과", {"choice": "p2"})
    assert sent["flow"]["trigger"]["type"] == "LIST_ITEM_MESSAGE"
    skill.answer = text(quickReplies=[{"label": "네", "action": "message", "messageText": "네, 맞아요"}])
    await kakao.tap("민지", "안과")
    sent = skill.seen[-1][0]
    assert (sent["userRequest"]["utterance"], sent["intent"]["id"]) == ("안과", WELCOME_BLOCK)
    assert sent["flow"]["trigger"]["type"] == "LIST_ITEM_BLOCK"
    await kakao.tap("민지", "네")
    sent = skill.seen[-1][0]
    assert (sent["userRequest"]["utterance"], sent["action"]["clientExtra"]) == ("네, 맞아요", None)
    assert sent["flow"]["trigger"]["type"] == "QUICKREPLY_BUTTON_MESSAGE"
    with pytest.raises(LookupError, match="cannot press 'p2'"):
        await kakao.tap("민지", "p2")
    await kakao.tap("민지", "p2", stale=True)
    assert skill.seen[-1][0]["action"]["clientExtra"] == {"choice": "p2"}
    skill.answer = LIST
    await kakao.say("민지", "병원")
    for silent in ("119 전화", "지도", "내과"):
        with pytest.raises(LookupError, match="does not reach the skill"):
            await kakao.tap("민지", silent)
    assert kakao.problems == []


async def test_raw_calls_may_be_refused(kakao: KakaoFake, skill: Skill) -> None:
    """A refusal by status is no problem of the product's, and a repeat travels with the same id."""
    skill.answer = web.Response(status=401)
    turn = await kakao.post(b"not json", secret="wrong", request_id=None, headers={"content-type": "text/plain"})
    headers = skill.seen[-1][1]
    assert (headers["X-DrRC-Secret"], headers["content-type"]) == ("wrong", "text/plain")
    assert "X-Request-Id" not in headers
    assert (turn.status, turn.user, turn.shown, kakao.problems) == (401, "", [], [])
    assert turn.problems
    skill.answer = text("가" * 1001)
    payload = kakao.payload("민지", "안녕")
    again = [await kakao.post(payload, request_id="same", secret=None) for _ in range(2)]
    assert {turn.request_id for turn in again} == {"same"}
    assert "X-DrRC-Secret" not in skill.seen[-1][1]
    assert again[0].user == "민지"
    assert len(kakao.problems) == 2


async def test_a_callback_brings_the_answer_once(kakao: KakaoFake, skill: Skill) -> None:
    """The waiting bubble comes first, then the answer; a second use of the address is refused."""
    kakao.callback = True
    skill.answer = WAIT | {"data": {"text": "찾아보고 있어요"}}
    await kakao.say("민지", "안녕")
    await asyncio.sleep(0.25)
    first = await skill.call_back(text("찾았어요"))
    assert (first["status"], set(first)) == ("SUCCESS", {"taskId", "status", "message", "timestamp"})
    await kakao.settled()
    assert [(s.kind, s.text) for s in kakao.shown("민지")] == [
        ("waiting", "찾아보고 있어요"), ("simpleText", "찾았어요"),
    ]  # fmt: skip
    assert kakao.problems == []
    assert (await skill.call_back(text("또")))["status"] == "FAIL"
    assert "a second use" in kakao.problems[0]
    assert [c.accepted for c in kakao.callbacks] == [True, False]
    assert kakao.callbacks[0].after_ack is not None
    assert kakao.callbacks[0].at >= kakao.callbacks[0].after_ack >= 0.2
    assert len(kakao.shown("민지")) == 2


async def test_callbacks_are_refused_as_kakao_refuses_them(kakao: KakaoFake, skill: Skill) -> None:
    """Too early, too late, without an acknowledgement, to a wrong address, or with a bad answer."""

    async def after(seconds: float, answer: object, acknowledgement: Json = WAIT) -> tuple[str, str]:
        skill.answer = acknowledgement
        await kakao.say("민지", "안녕")
        await asyncio.sleep(seconds)
        reply = await skill.call_back(answer)
        return reply["status"], kakao.problems[-1]

    kakao.callback = True
    for expected, status in (
        ("is a race", await after(0, text())),
        ("it has expired", await after(1.05, text())),
        ("has not answered useCallback", await after(0.25, text(), text("벌써 답했어요"))),
        ("1001 characters", await after(0.25, text("가" * 1001))),
        ("brings the answer itself", await after(0.25, WAIT)),
        ("not a JSON object", await after(0.25, [])),
    ):
        assert status[0] == "FAIL"
        assert expected in status[1]
    async with skill.session.post(f"{kakao.url}/callback/guessed", json=text()) as response:
        assert (await response.json())["message"].startswith("Invalid callback token")
    assert "no such token" in kakao.problems[-1]
    assert not any(callback.accepted for callback in kakao.callbacks)
    assert {s.kind for s in kakao.shown("민지")} == {"waiting", "simpleText"}


async def test_nobody_waits_for_ever(kakao: KakaoFake, skill: Skill) -> None:
    """`settled` waits for callbacks that may come, and names those that never did."""
    kakao.callback = True
    skill.answer = WAIT
    await kakao.say("민지", "안녕")
    with pytest.raises(TimeoutError, match="1 callback"):
        await kakao.settled(0.05)
    assert kakao.problems == []
    await kakao.settled()
    assert "waits for a callback that never came" in kakao.problems[0]
    skill.answer = WAIT | text()
    assert "is ignored next to useCallback" in (await kakao.say("민지", "안녕")).problems[0]


async def test_kakao_itself_may_fail(kakao: KakaoFake, skill: Skill) -> None:
    """An injected failure of a callback is shown to nobody and blamed on nobody."""
    kakao.callback = True
    skill.answer = WAIT
    await kakao.say("민지", "안녕")
    await asyncio.sleep(0.25)
    kakao.callback_fault = "ERROR"
    assert (await skill.call_back(text()))["status"] == "ERROR"
    kakao.callback_fault = "hang"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(skill.call_back(text()), 0.05)
    kakao.callback_fault = "http500"
    with pytest.raises(aiohttp.ContentTypeError):
        await skill.call_back(text())
    kakao.callback_fault = None
    assert (await skill.call_back(text()))["status"] == "SUCCESS"
    assert kakao.problems == []


async def test_events_ask_the_skill_what_to_say(kakao: KakaoFake, skill: Skill) -> None:
    """An accepted event calls the skill once for each person, with the parameters, and shows its answers."""
    task = await kakao.event(["민지", "철수"], "air_alert", {"x": "1"}, {"outbox": "o-1"})
    requests = [body["userRequest"] for body, _ in skill.seen]
    assert {r["user"]["id"] for r in requests} == {kakao.person(name).key for name in ("민지", "철수")}
    assert all(r["params"]["outbox"] == "o-1" and "x" not in r["params"] for r in requests)
    assert [kakao.shown(name)[0].text for name in ("민지", "철수")] == ["안녕하세요"] * 2
    assert await _result(kakao, task) == {
        "taskId": task, "status": "ALL SUCCESS", "allRequestCount": 2, "successCount": 2,
        "fail": {"count": 0, "list": []},
    }  # fmt: skip
    assert kakao.problems == []


async def test_events_reach_friends_only(kakao: KakaoFake, skill: Skill) -> None:
    """Somebody who left the channel, a failing skill and an unknown key are failures of the task."""
    kakao.person("철수").friend = False
    result = await _result(kakao, await kakao.event(["민지", "철수"], "air_alert"))
    assert (result["status"], result["fail"]["list"][0]["userId"]) == ("1 FAIL", kakao.person("철수").key)
    assert kakao.problems == []
    assert kakao.shown("철수") == []
    skill.answer = web.Response(status=503)
    result = await _result(kakao, await kakao.event(["민지"], "air_alert"))
    assert result["fail"]["list"][0]["errorMsg"]["errorType"] == 201
    user = [{"type": "appUserId", "id": "nobody"}]
    reply = await _talk(kakao, {"event": {"name": "air_alert"}, "user": user})
    result = await _result(kakao, reply[1]["taskId"])
    assert (result["userKeyResolvingFailCount"], result["successCount"]) == (1, 0)


async def test_wrong_event_calls_are_refused(kakao: KakaoFake, skill: Skill) -> None:
    """A wrong key or bot, too many or doubled people, or an event without a block never reach the skill."""
    kakao.events = {"air_alert"}

    def people(*names: str) -> list[Json]:
        return [{"type": "botUserKey", "id": kakao.person(name).key} for name in names]

    good: Json = {"event": {"name": "air_alert"}, "user": people("민지")}
    refusals = [
        await _talk(kakao, good, key="wrong"),
        await _talk(kakao, good, bot="another"),
        await _talk(kakao, good | {"event": {"name": "other"}}),
        await _talk(kakao, good | {"user": people("민지", "민지")}),
        await _talk(kakao, good | {"user": people(*map(str, range(101)))}),
        await _talk(kakao, good | {"user": []}),
        await _talk(kakao, good | {"user": [{"type": "phone", "id": "1"}]}),
        await _talk(kakao, good | {"message": "안녕"}),
    ]
    assert [status for status, _ in refusals] == [401, *[400] * 7]
    assert {reply["status"] for _, reply in refusals} == {"FAIL"}
    assert len(kakao.problems) == 8
    assert skill.seen == []
    with pytest.raises(ValueError, match="same user twice"):
        await kakao.event(["민지", "민지"], "air_alert")
    assert (await _talk(kakao, good, bot=f"{kakao.bot_id}!"))[0] == 200
    await kakao.settled()


async def test_checks_can_be_switched_off(kakao: KakaoFake, skill: Skill) -> None:
    """Under load only HTTP is looked at, and many people are served at once."""
    kakao.checks = False
    skill.answer = text("가" * 1001)
    skill.delay = 0.1
    calls: list[Callable[[str, str], Awaitable[Turn]]] = [kakao.say] * 50
    turns = await asyncio.gather(*(call(f"사람 {i}", "안녕") for i, call in enumerate(calls)))
    assert [turn.status for turn in turns] == [200] * 50
    assert kakao.problems == []
    skill.answer = {"version": "2.0"}
    assert [shown.kind for shown in (await kakao.say("민지", "안녕")).shown] == ["nothing"]


async def _talk(kakao: KakaoFake, body: Json, *, key: str | None = None, bot: str | None = None) -> tuple[int, Json]:
    url = f"{kakao.url}/v2/bots/{bot or kakao.bot_id}/talk"
    headers = {"Authorization": f"KakaoAK {key or kakao.rest_key}"}
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as response:
        return response.status, await response.json()


async def _result(kakao: KakaoFake, task: str) -> Json:
    async with aiohttp.ClientSession() as session, session.get(f"{kakao.url}/v1/tasks/{task}") as response:
        found: Json = await response.json()
        return found
