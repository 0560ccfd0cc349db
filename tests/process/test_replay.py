"""`drrc replay`: a result can be made again from what a person exported."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.process.test_commands import drrc
from tests.process.test_jsonl import PROFILE, Door


@pytest.fixture
def exported(short_path: Path) -> dict[str, Any]:
    """What somebody with a result downloads."""
    door = Door(short_path)
    door.ask(user="a", text="어제부터 배가 아프고 토해요", profile=PROFILE)
    door.ask(user="a", text="열은 없어요")
    stamp = door.ask(user="a", text="결과요", final=True)["assessment"]["stamp"]
    text = door.ask(user="a", choice="export")["text"]
    assert door.process.stdin
    door.process.stdin.close()
    door.process.wait(20)
    found: dict[str, Any] = json.loads(text[text.index("{") : text.rindex("}") + 1])
    assert found["record"]["stamp"] == stamp
    return found


def test_a_result_is_made_again_exactly(short_path: Path, exported: dict[str, Any]) -> None:
    """Level, reasons, departments and probabilities come out the same; a changed one is named."""
    file = short_path / "mine.json"
    file.write_text(json.dumps(exported), encoding="utf-8")
    done = drrc(short_path, "replay", str(file), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    again = json.loads(done.stdout)
    assert again["differences"] == []
    assert again["stamp"] == again["now"]
    exported["record"]["outcome"]["triage"] = "self_care"
    file.write_text(json.dumps(exported["record"]), encoding="utf-8")
    done = drrc(short_path, "replay", str(file))
    assert done.returncode == 1
    assert "triage" in done.stdout


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"record": null}', '{"stamp": "x", "inputs": {}, "outcome": {}}'])
def test_what_is_no_record_is_said_so(short_path: Path, text: str) -> None:
    """A file without a record ends with a sentence and status 2."""
    file = short_path / "no.json"
    file.write_text(text, encoding="utf-8")
    done = drrc(short_path, "replay", str(file))
    assert done.returncode == 2
    assert "no.json" in done.stderr
    assert "Traceback" not in done.stderr
