"""`drrc chat --jsonl`: one JSON object a line in, exactly one out, in order. Other programs rely on its shape."""

import asyncio
import json
import sys
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

import structlog
from pydantic import ValidationError

from adapters.channel import WEB
from adapters.console.wire import Line
from adapters.fold import fold
from bot.engine import Engine, Turn
from bot.errors import Overloaded, StateUnavailable
from bot.korean import KST
from bot.message import Address, Message, Outgoing, Places, Platform, Source
from bot.phrases import Phrases
from bot.session import Session
from knowledge.catalogue import Catalogue
from knowledge.clinical import Assessment

log = structlog.get_logger()

TONES = ("info", "warning", "critical")


async def run(engine: Engine, catalogue: Catalogue, say: Phrases, source: BinaryIO, sink: BinaryIO) -> None:
    """Answer every line until the input ends; a line that is no such object gets an `error`."""
    while raw := await asyncio.to_thread(source.readline):
        answer = await answer_line(engine, catalogue, say, raw)
        sink.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        sink.flush()


async def answer_line(engine: Engine, catalogue: Catalogue, say: Phrases, raw: bytes) -> dict[str, Any]:
    """The output object for one input line."""
    try:
        line = Line.model_validate_json(raw)
    except ValidationError as error:
        return output("", error=wrong(error))
    if line.text is None and not (line.choice or line.location or line.reset or line.profile or line.final):
        return output(line.user, error="no text, choice, location, reset, profile or final")
    said: list[Outgoing] = []

    async def deliver(outgoing: Outgoing) -> None:
        said.append(outgoing)

    turn: Turn | None = None
    try:
        for message in messages(line):
            if message.choice == "finish" and turn and turn.session.done:
                break  # the result was given with the text itself
            # A form's thanks and the question that `final` overrides are not the answer; an alarm always is.
            said[:] = [outgoing for outgoing in said if outgoing.id.endswith(":alarm")]
            turn = await engine.handle(message, deliver)
    except (StateUnavailable, Overloaded) as error:
        return output(line.user, said, error=f"{type(error).__name__}: {say('hello.unavailable')}")
    except Exception as error:
        log.error("line failed", kind=type(error).__name__)
        return output(line.user, said, error=f"{type(error).__name__}: {say('hello.sorry')}")
    session = turn.session if turn and not line.reset else None
    return output(line.user, said, session=session, catalogue=catalogue)


def messages(line: Line) -> list[Message]:
    """The messages a line stands for, in order: the form, what was said, the wish for a result."""
    address = Address(platform=Platform.CONSOLE, user=f"jsonl:{line.user}")
    now = line.now or datetime.now(KST)
    if now.tzinfo is None:
        now = now.replace(tzinfo=KST)

    def message() -> Message:
        return Message(id=uuid.uuid4().hex, address=address, sent_at=now)

    if line.reset:
        return [replace(message(), choice="delete_now")]
    found = []
    if line.profile:
        found.append(replace(message(), form=line.profile.form()))
    if line.text is not None:
        found.append(replace(message(), text=line.text))
    elif line.choice:
        found.append(replace(message(), choice=line.choice))
    elif line.location:
        found.append(replace(message(), point=line.location.point()))
    if line.final:
        found.append(replace(message(), choice="finish"))
    return found


def output(
    user: str,
    said: list[Outgoing] | None = None,
    *,
    session: Session | None = None,
    catalogue: Catalogue | None = None,
    error: str | None = None,
) -> dict[str, Any]:
    """One output object; every key is always there."""
    replies = [outgoing.reply for outgoing in said or ()]
    last = replies[-1] if replies else None
    blocks = [block for reply in replies for block in reply.blocks]
    choices = [{"id": c.id, "label": c.label} for c in (last.choices if last else ())]
    assessment = session.assessment if session else None
    return {
        "user": user,
        "text": "\n\n".join(part for reply in replies for part in fold(reply, WEB).parts),
        "tone": max((reply.tone for reply in replies), key=TONES.index, default="info"),
        "choices": choices,
        "places": [place_json(item) for block in blocks if isinstance(block, Places) for item in block.items],
        "assessment": assessment_json(assessment, session, catalogue, choices)
        if assessment and session and catalogue
        else None,
        "sources": [
            {"title": c.title, "publisher": c.publisher, "url": c.url, "read_on": c.read_on}
            for block in blocks
            if isinstance(block, Source)
            for c in block.citations
        ],
        "error": error,
    }


def place_json(item: Any) -> dict[str, Any]:
    """A place as the contract has it."""
    place = item.place
    return {
        "id": place.id,
        "name": place.name,
        "kind": place.kind,
        "lat": place.point.lat,
        "lon": place.point.lon,
        "metres": round(item.metres),
        "phone": place.phone,
        "departments": list(place.departments),
        "open_now": item.open_now,
    }


def assessment_json(
    assessment: Assessment, session: Session, catalogue: Catalogue, choices: list[dict[str, str]]
) -> dict[str, Any]:
    """An assessment as the contract has it."""
    known = catalogue.conditions
    question = None
    if session.pending and not session.done:
        question = {
            "findings": list(session.pending.findings),
            "text": session.pending.wording,
            "choices": choices,
        }
    return {
        "triage": assessment.triage.code,
        "reasons": [reason.text for reason in assessment.reasons],
        "departments": list(assessment.departments),
        "conditions": [
            {
                "id": c.condition,
                "name_ko": known[c.condition].name_ko,
                "name_en": known[c.condition].name_en,
                "icd10": known[c.condition].icd10,
                "probability": round(c.probability, 4),
            }
            for c in assessment.candidates[:10]
            if c.condition in known
        ],
        "findings": [
            {
                "id": f.concept,
                "name_ko": catalogue.concepts[f.concept].name_ko,
                "presence": f.presence.value,
                "subject": f.subject.value,
            }
            for f in session.findings
            if f.concept in catalogue.concepts
        ],
        "question": question,
        "done": session.done,
        "stamp": assessment.stamp,
    }


def wrong(error: ValidationError) -> str:
    """What is wrong with a line, without quoting it."""
    return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'line'}: {e['msg']}" for e in error.errors()[:5])


def standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output as bytes: broken UTF-8 must not stop the program."""
    return sys.stdin.buffer, sys.stdout.buffer
