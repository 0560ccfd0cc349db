"""What Kakao sends to a skill server: people with their keys, and SkillPayloads with the drift seen in the field."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]
"""A JSON object."""

MISSING: Final = object()
"""Given for a field that shall not be in the payload at all."""

FALLBACK_BLOCK: Final = "670398cbef21cb53dd079dd9"
WELCOME_BLOCK: Final = "6703a1e4ef21cb53dd07a0b1"
LOCATION_BLOCK: Final = "6703b2f8ef21cb53dd07a1c2"
EVENT_BLOCK: Final = "6703c30cef21cb53dd07a2d3"
BLOCKS: Final = {
    FALLBACK_BLOCK: "폴백 블록",
    WELCOME_BLOCK: "웰컴 블록",
    LOCATION_BLOCK: "위치 블록",
    EVENT_BLOCK: "알림 블록",
}
"""The blocks of the bot: id → name."""


@dataclass(slots=True, kw_only=True)
class KakaoPerson:
    """Somebody in KakaoTalk, as one bot knows them."""

    name: str
    """How the tests call them."""
    key: str
    """botUserKey: 66 hexadecimal digits, another one for every bot."""
    channel_key: str
    """plusfriendUserKey."""
    app_user_id: str
    """appUserId."""
    friend: bool = True
    """Whether they added the channel; `isFriend` is absent otherwise."""


def person_of(name: str, bot_id: str) -> KakaoPerson:
    """Somebody with keys made from the name, the same in every run."""
    digest = hashlib.sha512(f"{bot_id}:{name}".encode()).hexdigest()
    return KakaoPerson(
        name=name,
        key=digest[:66],
        channel_key="ck" + digest[66:76],
        app_user_id=str(1_000_000_000 + int(digest[80:88], 16) % 1_000_000_000),
    )


def _degrees(lat: float, lon: float) -> Json:
    return {"latitude": lat, "longitude": lon}


LOCATION_SHAPES: Final[dict[str, Callable[[float, float], Any]]] = {
    "json": lambda lat, lon: json.dumps(_degrees(lat, lon)),
    "lng": lambda lat, lon: json.dumps({"lat": lat, "lng": lon}),
    "lon": lambda lat, lon: json.dumps({"lat": lat, "lon": lon}),
    "xy": lambda lat, lon: json.dumps({"x": lon, "y": lat}),
    "strings": lambda lat, lon: json.dumps({"latitude": str(lat), "longitude": str(lon)}),
    "address": lambda lat, lon: json.dumps(
        {**_degrees(lat, lon), "address": "서울 중구 세종대로 110", "name": "서울시청"}, ensure_ascii=False
    ),
    "nested": lambda lat, lon: json.dumps({"location": _degrees(lat, lon)}),
    "object": _degrees,
}
"""How the location plugin may deliver its value. Kakao does not document it, so a door accepts all of them."""


def location_action(lat: float, lon: float, shape: str) -> tuple[Json, Json]:
    """`action.params` and `action.detailParams` of a completed location plugin."""
    value = LOCATION_SHAPES[shape](lat, lon)
    return {"location": value}, {"location": {"origin": value, "value": value, "groupName": ""}}


DRIFTS: Final[dict[str, Json]] = {
    "plain": {},
    "unknown fields": {"unknown": True},
    "lang null": {"lang": None},
    "lang kr": {"lang": "kr"},
    "no lang": {"lang": MISSING},
    "no flow": {"flow": False},
    "clientExtra {}": {"client_extra": {}},
    "clientExtra null in words": {"client_extra": "null"},
    "no clientExtra": {"client_extra": MISSING},
    "snake case twins": {"snake_case": True},
    "no contexts": {"contexts": False},
    "skill test": {"account_id": True, "lang": None, "flow": False},
    "development channel": {"dev_channel": True},
    "bot test": {"bot_test": True},
    "no callbackUrl": {"callback": False},
    "no appUserId": {"app_user_id": False},
}
"""Every drift with a name, as keywords of `build` (and of `KakaoFake.payload`)."""


def build(
    person: KakaoPerson,
    text: str,
    *,
    bot_id: str,
    callback_url: str | None = None,
    block: str = FALLBACK_BLOCK,
    block_name: str | None = None,
    trigger: str = "TEXT_INPUT",
    params: Json | None = None,
    detail_params: Json | None = None,
    request_params: Json | None = None,
    properties: Json | None = None,
    client_extra: object = None,
    lang: object = "ko",
    flow: bool = True,
    contexts: bool = True,
    unknown: bool = False,
    snake_case: bool = False,
    account_id: bool = False,
    app_user_id: bool = True,
    dev_channel: bool = False,
    bot_test: bool = False,
) -> Json:
    """A SkillPayload; the keywords from `client_extra` on are the drift."""
    name = block_name or BLOCKS.get(block, "블록")
    known: Json = {} if account_id else _properties(person, snake_case=snake_case, app_user_id=app_user_id)
    surface: Json = {"surface": "Kakaotalk.plusfriend"}
    if bot_test or account_id:
        surface = {"surface": "BuilderBotTest", "ignoreMe": "true"}
    request: Json = {
        "timezone": "Asia/Seoul",
        "params": surface | (request_params or {}),
        "block": {"id": block, "name": name},
        "utterance": text,
        "user": {
            "id": person.key,
            "type": "accountId" if account_id else "botUserKey",
            "properties": known | (properties or {}),
        },
    }
    if lang is not MISSING:
        request["lang"] = lang
    if callback_url is not None:
        request["callbackUrl"] = callback_url
    action: Json = {
        "id": "670398b5de0e6d687aa6db94",
        "name": "health-skill",
        "params": params or {},
        "detailParams": detail_params or {},
    }
    if client_extra is not MISSING:
        action["clientExtra"] = client_extra
    payload: Json = {
        "intent": {"id": block, "name": name, "extra": {"reason": {"code": 1, "message": "OK"}}},
        "userRequest": request,
        "bot": {"id": f"{bot_id}!" if dev_channel else bot_id, "name": "건강봇"},
        "action": action,
    }
    if contexts:
        payload["contexts"] = []
    if flow:
        last = {"id": WELCOME_BLOCK, "name": BLOCKS[WELCOME_BLOCK]}
        payload["flow"] = {"trigger": {"type": trigger, "referrerBlock": last}, "lastBlock": last}
    return _with_unknown_fields(payload) if unknown else payload


def _properties(person: KakaoPerson, *, snake_case: bool, app_user_id: bool) -> Json:
    properties: Json = {"botUserKey": person.key, "plusfriendUserKey": person.channel_key}
    if app_user_id:
        properties["appUserId"] = person.app_user_id
    if person.friend:
        properties["isFriend"] = True
    if snake_case:
        properties |= {"bot_user_key": person.key, "plusfriend_user_key": person.channel_key}
        properties["appUserStatus"] = "REGISTERED"
        if app_user_id:
            properties["app_user_id"] = person.app_user_id
    return properties


def _with_unknown_fields(payload: Json) -> Json:
    """Kakao says fields may be added anywhere and must not raise."""
    payload["schemaRevision"] = 7
    payload["intent"]["extra"]["score"] = {"value": 0.93, "model": None}
    payload["userRequest"]["traits"] = [{"kind": "x", "values": [1, None, True]}]
    payload["userRequest"]["user"]["tier"] = "x"
    payload["userRequest"]["user"]["properties"]["region"] = None
    payload["bot"]["channel"] = {"profile": "_abc"}
    payload["action"]["traceId"] = "t-1"
    if "flow" in payload:
        payload["flow"]["depth"] = 3
    return payload
