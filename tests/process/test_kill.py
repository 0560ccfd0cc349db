"""kill −9 at every boundary of a turn: nothing that was acknowledged is lost, nothing is done twice."""

from pathlib import Path

import pytest

from bot.engine import STEPS
from bot.message import Message
from bot.session import Stage
from knowledge.clinical import Triage
from tests.process.killing import ALARM, COMPLAINT, DELETION, Left, Mind, die_at

ORDINARY = tuple(s for s in STEPS if not s.startswith("alarm") and s != "file rewritten")
WITH_ALARM = tuple(s for s in STEPS if s != "file rewritten")
DELETING = tuple(s for s in STEPS if not s.startswith("alarm"))

WINDOWS = {"delivered": "reply", "alarm delivered": "alarm"}
"""The steps at which a reply was accepted by the door and not yet recorded: that reply may come once more."""


def check(step: str, left: Left, replies: set[str]) -> None:
    """What must hold after any death."""
    assert left.acknowledged == (step != "screened")
    if not left.acknowledged:
        assert not left.accepted
        return
    assert left.unfinished == 0
    assert left.handled_again is None
    assert set(left.accepted) == replies, "an acknowledged message must get its reply"
    for name, times in left.accepted.items():
        most = 2 if WINDOWS.get(step) == name else 1
        assert times <= most, f"{name} was sent {times} times after dying at {step!r}"


def complaint(step: str, mind: Mind, folder: Path) -> None:
    """An ordinary turn."""
    left = die_at(step, mind, folder, COMPLAINT)
    check(step, left, {"reply"})
    if left.acknowledged:
        assert left.session is not None
        assert {f.concept for f in left.session.findings} >= {"headache", "fever"}
        assert left.session.stage is Stage.CONSULTING
        assert left.session.version == 2, "the turn must have been saved exactly once"


def alarm(step: str, mind: Mind, folder: Path) -> None:
    """A turn with an alarm reply before it."""
    left = die_at(step, mind, folder, ALARM)
    check(step, left, {"alarm", "reply"})
    if left.acknowledged:
        assert left.session is not None
        assert left.session.assessment is not None
        assert left.session.assessment.triage is Triage.AMBULANCE


def deletion(step: str, mind: Mind, folder: Path) -> None:
    """A turn that forgets the person."""
    left = die_at(step, mind, folder, DELETION)
    check(step, left, {"reply"})
    if left.acknowledged:
        assert left.session is None


CASES: list[tuple[object, str, Message]] = [
    *((complaint, step, COMPLAINT) for step in ORDINARY),
    *((alarm, step, ALARM) for step in WITH_ALARM),
    *((deletion, step, DELETION) for step in DELETING),
]


@pytest.mark.parametrize(("scene", "step"), [(scene, step) for scene, step, _ in CASES])
def test_nothing_acknowledged_is_lost(scene: object, step: str, mind: Mind, short_path: Path) -> None:
    """A process killed at any step leaves a turn that is finished once by the next process."""
    assert callable(scene)
    scene(step, mind, short_path)


@pytest.mark.soak
@pytest.mark.parametrize("round_", range(20))
@pytest.mark.parametrize(("scene", "step"), [(scene, step) for scene, step, _ in CASES])
def test_nothing_is_lost_in_many_rounds(round_: int, scene: object, step: str, mind: Mind, short_path: Path) -> None:
    """The same, twenty times at every step."""
    assert callable(scene)
    scene(step, mind, short_path)
