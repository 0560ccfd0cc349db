"""An assessment with everything it was made of, so that it can be made again and compared."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import TypeAdapter, ValidationError

from knowledge.clinical import Assessment
from knowledge.inputs import Inputs
from knowledge.tuning import Tuning


def program() -> str:
    """The version of this program."""
    try:
        return version("drrc")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"


def stamp_of(data: str, tuning: Tuning) -> str:
    """Ten hexadecimal digits for the data's version, how strongly evidence counts, and the program."""
    said = f"{program()} {data} {sorted((name, str(value)) for name, value in asdict(tuning).items())}"
    return hashlib.sha256(said.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A recorded assessment beside the same one made now."""

    stamp: str
    """The recorded stamp."""
    now: str
    """Today's stamp; where it is the same, everything must be."""
    differences: tuple[tuple[str, str, str], ...]
    """What differs: its name, as recorded, and as it is now."""


_inputs = TypeAdapter(Inputs)


def record(inputs: Inputs, assessment: Assessment) -> dict[str, Any]:
    """The assessment with its inputs, as plain JSON."""
    return {
        "stamp": assessment.stamp,
        "inputs": _inputs.dump_python(inputs, mode="json"),
        "outcome": outcome(assessment),
    }


def outcome(assessment: Assessment) -> dict[str, Any]:
    """What came out, as plain JSON; probabilities to nine decimals, which no order of sums changes."""
    return {
        "triage": assessment.triage.code,
        "reasons": [reason.source for reason in assessment.reasons],
        "departments": list(assessment.departments),
        "conditions": [[c.condition, round(c.probability, 9)] for c in assessment.candidates],
    }


def replay(recorded: Mapping[str, Any], assess: Callable[[Inputs], Assessment]) -> Replay:
    """Make a recorded assessment again. Raises ValueError where it is no record."""
    try:
        inputs = _inputs.validate_python(recorded["inputs"])
        stamp, before = str(recorded["stamp"]), dict(recorded["outcome"])
    except (KeyError, TypeError, ValidationError) as error:
        raise ValueError(f"no record of an assessment: {type(error).__name__}") from error
    assessment = assess(inputs)
    now = outcome(assessment)
    differences = tuple(
        (name, json.dumps(before.get(name), ensure_ascii=False), json.dumps(value, ensure_ascii=False))
        for name, value in now.items()
        if before.get(name) != value
    )
    return Replay(stamp=stamp, now=assessment.stamp, differences=differences)
