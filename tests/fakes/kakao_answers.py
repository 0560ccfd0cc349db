"""What a SkillResponse must be: the HTTP around it, its size, its form, and a second opinion by another's parser."""

import json
from collections.abc import Collection
from typing import Any

from tests.fakes.kakao_cards import BUBBLES
from tests.fakes.kakao_oracle import second_opinion
from tests.fakes.kakao_rules import array, keys, number, pressable, text

Json = dict[str, Any]

MOST_BYTES = 30_720
"""A longer answer may not be delivered."""


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def read(status: int, content_type: str, body: bytes) -> tuple[Json | None, list[str]]:
    """The JSON object of an HTTP answer, and what is wrong with the HTTP around it."""
    problems: list[str] = []
    if status != 200:
        problems.append(f"HTTP {status} instead of 200")
    problems += check_type(content_type)
    if len(body) > MOST_BYTES:
        problems.append(f"the answer has {len(body)} bytes, {MOST_BYTES} are delivered")
    try:
        answer = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except ValueError:
        problems.append("the answer is not JSON in UTF-8")
        return None, problems
    if not isinstance(answer, dict):
        problems.append("the answer is not a JSON object")
        return None, problems
    return answer, problems


def check_type(content_type: str) -> list[str]:
    """JSON, and UTF-8 where a charset is named."""
    kind, *more = (part.strip().lower() for part in content_type.split(";"))
    if kind != "application/json":
        return [f"Content-Type {content_type!r} is not application/json"]
    return [f"Content-Type with {part}" for part in more if part.startswith("charset=") and "utf-8" not in part]


def check(answer: Json, *, callback: bool, blocks: Collection[str], final: bool = False) -> list[str]:
    """Everything Kakao would refuse or cut in an answer.

    `callback` tells whether a callbackUrl was given; `final` is True for what is posted to one.
    """
    out: list[str] = []
    keys(out, "answer", answer, ("version", "template", "context", "data", "useCallback"))
    if answer.get("version") != "2.0":
        out.append("answer.version: must be '2.0' (without it the answer is read as the old format)")
    try:
        json.dumps(answer, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        out.append("answer: has half a character in it")
    if "context" in answer:
        _context(out, answer["context"])
    if "data" in answer and not isinstance(answer["data"], dict):
        out.append("answer.data: must be an object")
    waits = answer.get("useCallback", False)
    if not isinstance(waits, bool):
        out.append("answer.useCallback: must be true or false")
    if waits is True:
        _acknowledgement(out, answer, callback=callback, final=final)
    else:
        _template(out, answer, blocks)
    if not out:
        out += second_opinion(answer)
    return out


def _acknowledgement(out: list[str], answer: Json, *, callback: bool, final: bool) -> None:
    if final:
        out.append("answer.useCallback: a callback brings the answer itself")
    elif not callback:
        out.append("answer.useCallback: no callbackUrl was given")
    if "template" in answer:
        out.append("answer.template: is ignored next to useCallback")
    if isinstance(answer.get("data"), dict) and "text" in answer["data"]:
        text(out, "answer.data", answer["data"], "text", 400, required=True)


def _template(out: list[str], answer: Json, blocks: Collection[str]) -> None:
    if "template" not in answer:
        out.append("answer.template: is required")
        return
    template = answer["template"]
    if not keys(out, "template", template, ("outputs", "quickReplies")):
        return
    for i, output in enumerate(array(out, "outputs", template.get("outputs"), 1, 3)):
        where = f"outputs[{i}]"
        if not isinstance(output, dict) or len(output) != 1:
            out.append(f"{where}: must hold exactly one component")
            continue
        ((kind, value),) = output.items()
        if kind not in BUBBLES:
            out.append(f"{where}: unknown component {kind!r}")
        elif not isinstance(value, dict):
            out.append(f"{where}.{kind}: must be an object")
        else:
            BUBBLES[kind](out, f"{where}.{kind}", value, blocks)
    if "quickReplies" in template:
        _quick_replies(out, template["quickReplies"], blocks)


def _quick_replies(out: list[str], value: object, blocks: Collection[str]) -> None:
    labels: set[str] = set()
    for i, quick in enumerate(array(out, "quickReplies", value, 0, 10)):
        where = f"quickReplies[{i}]"
        if not keys(out, where, quick, ("label", "action", "messageText", "blockId", "extra")):
            continue
        label = text(out, where, quick, "label", 14, required=True)
        if label in labels:
            out.append(f"{where}.label: nobody can tell it from another with the same label")
        labels.add(label)
        if quick.get("action") in ("message", "block"):
            pressable(out, where, quick, blocks)
        else:
            out.append(f"{where}.action: {quick.get('action')!r} is neither message nor block")


def _context(out: list[str], value: object) -> None:
    if not keys(out, "context", value, ("values",)) or not isinstance(value, dict):
        return
    for i, entry in enumerate(array(out, "context.values", value.get("values"), 0, 100)):
        where = f"context.values[{i}]"
        if not keys(out, where, entry, ("name", "lifeSpan", "ttl", "params")):
            continue
        text(out, where, entry, "name", required=True)
        number(out, where, entry, "lifeSpan", required=True)
        number(out, where, entry, "ttl")
        params = entry.get("params", {})
        if not isinstance(params, dict) or not all(isinstance(param, str) for param in params.values()):
            out.append(f"{where}.params: must map names to texts")
