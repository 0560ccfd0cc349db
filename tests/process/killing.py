"""A child process that runs one message and dies at a named step, and what is left afterwards."""

import asyncio
import os
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.assembly import built
from bot.engine import Turn
from bot.message import Address, Form, Message, Outgoing, Platform
from bot.session import Session
from bot.turn import Knowledge
from config.settings import Settings
from knowledge.clinical import Person, Sex
from nlu.reader import Reader

Mind = tuple[Knowledge, Reader]

ADDRESS = Address(platform=Platform.CONSOLE, user="victim")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

CONSENTED = Message(
    id="m0", address=ADDRESS, sent_at=NOW, form=Form(patient=Person(age=41, sex=Sex.FEMALE), consent=True)
)
COMPLAINT = Message(id="m1", address=ADDRESS, sent_at=NOW, text="어제부터 머리가 아프고 열이 나요")
ALARM = Message(id="m1", address=ADDRESS, sent_at=NOW, text="숨을 못 쉬겠어요")
DELETION = Message(id="m1", address=ADDRESS, sent_at=NOW, choice="delete_now")


def settings(folder: Path) -> Settings:
    """Short holds, so that a dead process's hold ends quickly."""
    return Settings(data_dir=folder, hold_seconds=0.5)


@dataclass
class Left:
    """What a killed process and the one after it did."""

    acknowledged: bool = False
    """Whether the message had been accepted when the process died."""
    accepted: Counter[str] = field(default_factory=Counter)
    """How often the door took each reply, both processes together."""
    session: Session | None = None
    """The session after recovery."""
    unfinished: int = 0
    """Messages that are still not finished."""
    handled_again: Turn | None = None
    """What a repeat of the same message did after recovery; must be nothing."""


def die_at(step: str, mind: Mind, folder: Path, message: Message) -> Left:
    """Run the message in a child that is killed at the step, then recover in this process and see what is left."""
    door = folder / "door.log"
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(_run(step, mind, folder, message, door))
        except BaseException as error:
            print(f"the child failed before {step!r}: {error!r}", file=sys.stderr, flush=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the turn never came to {step!r}"
    return asyncio.run(_recover(mind, folder, message, door))


async def _run(step: str, mind: Mind, folder: Path, message: Message, door: Path) -> None:
    armed = False

    def at(name: str) -> None:
        if not armed:
            return
        if name == "received":
            _write(door, "acknowledged")
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    async with built(settings(folder), mind=mind, at=at) as house:
        await house.engine.handle(CONSENTED, _nowhere)
        armed = True
        await house.engine.handle(message, lambda outgoing: _take(door, outgoing))


async def _recover(mind: Mind, folder: Path, message: Message, door: Path) -> Left:
    left = Left()
    async with built(settings(folder), mind=mind) as house:
        engine, keys = house.engine, house.store.keys(ADDRESS)
        for _ in range(100):
            await engine.recover(lambda _: None, older_than=timedelta(0))
            left.unfinished = await house.store.unfinished()
            if not left.unfinished:
                break
            await asyncio.sleep(0.02)
        for outgoing in await engine.undelivered(ADDRESS):
            await _take(door, outgoing)
            await engine.mark_delivered(ADDRESS, [outgoing.id])
        lines = door.read_text().splitlines() if door.exists() else []
        left.acknowledged = "acknowledged" in lines
        left.accepted = Counter(line for line in lines if line != "acknowledged")
        if left.acknowledged:
            left.handled_again = await engine.handle(message, _nowhere)
        probe = await house.store.receive(Message(id="probe", address=ADDRESS, sent_at=NOW, text="."))
        while not hasattr(probe, "session"):
            await asyncio.sleep(0.05)
            probe = await house.store.hold(probe)  # type: ignore[arg-type]
        left.session = probe.session
        assert keys.digest == probe.keys.digest
    return left


async def _nowhere(_: Outgoing) -> None:
    """A door that takes everything and keeps nothing."""


async def _take(door: Path, outgoing: Outgoing) -> None:
    _write(door, outgoing.id.rsplit(":", 1)[-1])


def _write(door: Path, line: str) -> None:
    descriptor = os.open(door, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, (line + "\n").encode())
    os.close(descriptor)
