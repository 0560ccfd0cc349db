"""The JSON-lines door as another program uses it: a real process, lines in, lines out."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KEYS = ["user", "text", "tone", "choices", "places", "assessment", "sources", "error"]
PROFILE = {"age": 34, "sex": "female", "consent": True}


class Door:
    """`drrc chat --jsonl` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "adapters.cli", "chat", "--jsonl"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "DRRC_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)},
        )

    def raw(self, line: bytes) -> dict[str, Any]:
        """Write a line of bytes, read the one line that answers it."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def ask(self, **line: Any) -> dict[str, Any]:
        """Ask with one object."""
        return self.raw(json.dumps(line, ensure_ascii=False).encode())


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One door for the module; every test speaks as other people."""
    found = Door(tmp_path_factory.mktemp("d"))
    yield found
    assert found.process.stdin
    found.process.stdin.close()
    assert found.process.wait(20) == 0


def test_a_consultation_from_complaint_to_advice(door: Door) -> None:
    """A complaint gives an assessment at once, each question waits for one answer, `final` ends it."""
    out = door.ask(user="a", text="어제부터 머리가 아프고 열이 나요", profile=PROFILE)
    assert list(out)[: len(KEYS)] == KEYS
    assessment = out["assessment"]
    assert {f["id"] for f in assessment["findings"]} >= {"headache", "fever"}
    assert set(assessment["findings"][0]) == {"id", "name_ko", "presence", "subject"}
    assert not assessment["done"]
    assert assessment["question"]["text"]
    assert {c["id"] for c in assessment["question"]["choices"]} >= {"why", "finish"}
    assert set(assessment["conditions"][0]) == {"id", "name_ko", "name_en", "icd10", "probability"}
    tapped = door.ask(user="a", choice=out["choices"][0]["id"])
    assert tapped["assessment"] is not None
    last = door.ask(user="a", text="결과 알려 주세요", final=True)
    assert last["assessment"]["done"]
    assert last["assessment"]["question"] is None
    assert last["assessment"]["triage"] in ("self_care", "clinic", "clinic_24h", "emergency", "ambulance")
    assert last["assessment"]["departments"]
    assert len(last["assessment"]["conditions"]) <= 10


def test_final_with_the_first_text_asks_nothing(door: Door) -> None:
    """`final` with a text gives the whole answer to that text, even before any consent."""
    for profile in (PROFILE, None):
        line = {"user": f"b{profile is None}", "text": "무릎이 아프고 부었어요", "final": True}
        out = door.ask(**line, **({"profile": profile} if profile else {}))
        assert out["assessment"]["done"]
        assert "정형외과" in out["assessment"]["departments"]


def test_an_emergency_keeps_its_words_with_final(door: Door) -> None:
    """The alarm's words are part of the one line that answers, and the tone is critical."""
    out = door.ask(user="c", text="숨을 못 쉬겠어요", final=True)
    assert out["tone"] == "critical"
    assert "119" in out["text"]
    assert out["assessment"]["triage"] == "ambulance"


def test_reset_forgets(door: Door) -> None:
    """After a reset the person is a stranger and the answer has no assessment."""
    door.ask(user="d", text="기침이 나요", profile=PROFILE)
    assert door.ask(user="d", reset=True)["assessment"] is None
    again = door.ask(user="d", text="배가 아파요")
    assert {f["id"] for f in again["assessment"]["findings"]} == {"abdominal_pain"}
    assert "consent:yes" in {c["id"] for c in again["choices"]}


def test_a_location_gives_places(door: Door) -> None:
    """With consent a location is answered with places as the contract has them, nearest first."""
    out = door.ask(user="e", location={"lat": 37.5, "lon": 127.0}, profile=PROFILE)
    assert len(out["places"]) == 5
    assert set(out["places"][0]) == {
        *("id", "name", "kind", "lat", "lon", "metres", "phone", "departments", "open_now")
    }
    metres = [place["metres"] for place in out["places"]]
    assert metres == sorted(metres)
    assert out["places"][0]["open_now"] is None


def test_the_clock_can_be_fixed(door: Door) -> None:
    """`now` is the time of the line: consent is recorded with it."""
    door.ask(user="f", text="기침이 나요", profile=PROFILE, now="2026-02-03T04:05:00+09:00")
    shown = door.ask(user="f", text="내 정보 보여줘", now="2026-02-03T04:06:00+09:00")
    assert "2026년 2월 3일 오전 4시 5분" in shown["text"]


def test_an_infant_is_the_patient_not_the_writer(door: Door) -> None:
    """A profile with a baby's age sets the patient: three months of fever is an emergency."""
    out = door.ask(user="g", text="열이 38.5도예요", profile={"age": 0.15, "sex": "male", "consent": True}, final=True)
    assert out["assessment"]["triage"] in ("emergency", "ambulance")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"text": "no user"}',
        b'{"user": "x"}',
        b'{"user": 5, "text": "y"}',
        b'{"user": "x", "text": 5}',
        b'{"user": "x", "location": {"lat": 200, "lon": 0}}',
        b'{"user": "x", "text": "y", "profile": {"age": -1}}',
        b'{"user": "x", "text": "y", "now": "yesterday"}',
        b'{"user": "x", "text": "\xff\xfe"}',
        b'{"user": "x", "choice": "' + b"z" * 500 + b'"}',
        b"[" * 5000,
        b'{"user": "x", "text": "\\ud800"}',
    ],
)
def test_a_wrong_line_gets_an_error_and_the_next_one_its_turn(door: Door, line: bytes) -> None:
    """What is no such object is answered with `error`; the program goes on."""
    out = door.raw(line)
    assert out["error"]
    assert list(out)[: len(KEYS)] == KEYS
    assert door.ask(user="h", text="안녕하세요")["error"] is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "😀" * 50,
        "가" * 100_000,
        "\u200b\u200d",
        "<b>x</b> &amp; *_[](",
        "\x00\x07",
        "안녕" * 3000,
    ],
)
def test_odd_texts_get_a_clear_sentence(door: Door, text: str) -> None:
    """Empty, huge, invisible, hostile: one line of Korean and no error."""
    out = door.raw(json.dumps({"user": "i", "text": text}).encode())
    assert out["error"] is None
    assert any("가" <= letter <= "힣" for letter in out["text"])


def test_danger_at_the_end_of_a_huge_text_is_seen(door: Door) -> None:
    """The alarm sees all of 100,000 characters although only the first 2,000 are read."""
    out = door.ask(user="j", text="그냥 이야기예요. " * 10_000 + "지금 숨을 못 쉬겠어요")
    assert out["tone"] == "critical"
    assert "119" in out["text"]


def test_unknown_fields_are_ignored(door: Door) -> None:
    """A field from the future does no harm."""
    assert door.ask(user="k", text="안녕하세요", colour="blue", profile={"height": 170})["error"] is None
