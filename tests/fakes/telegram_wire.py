"""Bot API calls on the wire: read from any encoding, held against aiogram's models of each method."""

import json
import re
import types
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

import aiogram.methods
from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from tests.fakes.telegram_values import Json, Refusal, bad

NUMBER = re.compile(r"-?\d{1,19}")

Model = type[aiogram.methods.TelegramMethod[Any]]

NAMES = (
    "getMe",
    "setWebhook",
    "deleteWebhook",
    "getWebhookInfo",
    "getUpdates",
    "setMyCommands",
    "getMyCommands",
    "deleteMyCommands",
    "setMyDescription",
    "setMyShortDescription",
    "setChatMenuButton",
    "sendMessage",
    "sendVenue",
    "sendLocation",
    "sendChatAction",
    "answerCallbackQuery",
    "editMessageReplyMarkup",
    "editMessageText",
    "leaveChat",
    "getChat",
)

MODELS: dict[str, Model] = {name: getattr(aiogram.methods, name[0].upper() + name[1:]) for name in NAMES}

BY_LOWER = {name.lower(): name for name in NAMES}
"""Telegram takes the method's name in any case."""


async def read(request: web.Request) -> Json:
    """The parameters of a call as they came: query string, form, multipart or JSON."""
    raw: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        try:
            sent = json.loads(body) if body else {}
        except ValueError:
            raise bad("can't parse request body as JSON") from None
        if not isinstance(sent, dict):
            raise bad("expected a JSON object as the request body")
        return raw | sent
    form = await request.post()
    return raw | {
        name: value.file.read() if isinstance(value, web.FileField) else value for name, value in form.items()
    }


def decoded(name: str, raw: Mapping[str, Any]) -> Json:
    """The parameters with their JSON opened, as far as the method's model expects something else than text."""
    fields = MODELS[name].model_fields
    opened = {key: _opened(value, fields[key].annotation if key in fields else str) for key, value in raw.items()}
    return {key: value for key, value in opened.items() if value is not None}


def check_call(name: str, params: Json) -> None:
    """Refuses parameters that the method does not have or that are not of its kind."""
    try:
        call = MODELS[name].model_validate(params)
    except ValidationError as wrong:
        raise _explained(wrong) from None
    strange = unknown(call)
    if strange:
        raise bad(f"unknown parameters: {', '.join(strange)}")


def check_result(name: str, result: Any) -> None:
    """Fails where an answer of our own is not what Telegram would give."""
    strange = unknown(_returned(name).validate_python(result))
    assert not strange, f"{name} answers {strange}"


def unknown(value: Any) -> list[str]:
    """The fields of a validated object, however deep, that its model does not have."""
    return list(_unknown(value, ""))


def answer(result: Any) -> web.Response:
    """A good answer."""
    return web.json_response({"ok": True, "result": result})


def refusal(refused: Refusal) -> web.Response:
    """An error answer, its code also the HTTP status."""
    body: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    headers = {"Retry-After": str(refused.parameters["retry_after"])} if "retry_after" in refused.parameters else {}
    return web.json_response(body, status=refused.code, headers=headers)


@cache
def _returned(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(MODELS[name].__returning__)


def _opened(value: Any, annotation: Any) -> Any:
    kinds = get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    if not isinstance(value, str):
        return value
    if str in kinds:
        return int(value) if int in kinds and NUMBER.fullmatch(value) else value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        return value


def _explained(wrong: ValidationError) -> Refusal:
    first = wrong.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing" and where == "chat_id":
        return bad("chat_id is empty")
    if first["type"] == "missing" and where == "text":
        return bad("message text is empty")
    return bad(f"wrong parameter {where}: {first['msg']}")


def _unknown(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, BaseModel):
        yield from (f"{path}{name}" for name in value.model_extra or {})
        for name in value.model_fields_set & set(type(value).model_fields):
            yield from _unknown(getattr(value, name), f"{path}{name}.")
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _unknown(each, path)
