"""What people see: a reply of every kind through every door, as golden files that were read before they were kept.

After a change that is meant, run `python tests/unit/regenerate_renderings.py`, read the difference, and keep it.
"""

import io
import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field
from rich.cells import cell_len
from rich.console import Console
from rich.panel import Panel
from rich.text import Text as RichText

from adapters.channel import KAKAO
from tests.fakes import kakao_answers, telegram_wire
from tests.fakes.slack_blocks import MESSAGE_BLOCKS, MESSAGE_TEXT, too_much, wrong_blocks
from tests.fakes.telegram_text import formatted, units
from tests.unit.regenerate_renderings import DOORS, REPLIES, golden, rendered

GOLDEN = {door: golden(door) for door in DOORS}

EVERY = [pytest.param(name, id=name.replace(" ", "-")) for name in REPLIES]
"""Every reply's name."""


@pytest.mark.parametrize("door", DOORS)
def test_every_reply_looks_as_it_was_agreed(door: str) -> None:
    """A door shows every reply exactly as its golden file says."""
    shown = rendered(door)
    assert list(shown) == list(GOLDEN[door])
    for name, value in shown.items():
        assert value == GOLDEN[door][name], name


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("name", EVERY)
def test_the_terminal_has_room(name: str, width: int) -> None:
    """In a terminal no line is wider than the window, wide Korean letters counted twice, and no letter is lost."""
    said = "\n\n".join(GOLDEN["console"][name]["parts"])
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(Panel(RichText(said), padding=(1, 2)))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert max(map(cell_len, lines)) <= width
    inside = "".join(line[1:-1] for line in lines[1:-1])
    assert "".join(inside.split()) == "".join(said.split())


class _Strict(BaseModel):
    """A part of what the page reads, without anything besides."""

    model_config = ConfigDict(extra="forbid", strict=True)


Opens = Annotated[str, Field(pattern=r"^(https://\S+|tel:\d+)$")]


class _Choice(_Strict):
    """A button."""

    id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$")]
    label: str
    location: bool


class _Link(_Strict):
    """Something to open."""

    label: str
    url: Opens


class _Point(_Strict):
    """A position."""

    lat: float
    lon: float


class _Place(_Strict):
    """A place."""

    name: str
    kind: Literal["tertiary", "hospital", "clinic", "pharmacy", "emergency"]
    region: str
    departments: list[str]
    point: _Point
    distance: Annotated[str, Field(pattern=r"^[\d.]+k?m$")]
    open_now: bool | None
    phone: _Link | None
    maps: dict[Literal["kakao", "naver", "google"], Opens]


class _Words(_Strict):
    """A text or a notice."""

    kind: Literal["text", "notice"]
    text: str


class _Card(_Strict):
    """A card."""

    kind: Literal["card"]
    title: str
    lines: list[str]
    links: list[_Link]
    level: Literal["self_care", "clinic", "clinic_24h", "emergency", "ambulance"] | None


class _Places(_Strict):
    """A list of places."""

    kind: Literal["places"]
    origin: _Point | None
    origin_name: str
    as_of: str
    items: list[_Place]


class _Citation(_Strict):
    """Something that was read."""

    title: str
    publisher: str
    url: str
    read_on: str


class _Source(_Strict):
    """Where something is from."""

    kind: Literal["source"]
    citations: list[_Citation]


class _Page(_Strict):
    """A reply as the page reads it."""

    id: str
    tone: Literal["info", "warning", "critical"]
    calls: list[Annotated[str, Field(pattern=r"^\d[\d-]+$")]]
    blocks: list[_Words | _Card | _Places | _Source]
    choices: list[_Choice]


@pytest.mark.parametrize("name", EVERY)
def test_the_page_gets_what_it_knows(name: str) -> None:
    """The page gets exactly the fields it reads, of the kinds it expects."""
    _Page.model_validate_json(json.dumps(GOLDEN["web"][name]))


@pytest.mark.parametrize("name", EVERY)
def test_telegram_takes_it(name: str) -> None:
    """Every call is one of the Bot API's as another library models it, within its lengths, with closed tags."""
    calls = GOLDEN["telegram"][name]
    assert calls
    for call in calls:
        params = {"chat_id": 7, **{key: value for key, value in call.items() if key != "method"}}
        first, *more = call["method"].split("_")
        telegram_wire.check_call(first + "".join(map(str.title, more)), params)
        if call["method"] == "send_message":
            text, entities = formatted(params)
            assert 0 < units(text) <= 4096
            assert len(entities) <= 100
        for row in params.get("reply_markup", {}).get("inline_keyboard", ()):
            assert all(1 <= len(button["callback_data"].encode()) <= 64 for button in row)


@pytest.mark.parametrize("name", EVERY)
def test_slack_takes_it(name: str) -> None:
    """Every message passes Slack's models and limits, in blocks and in words."""
    calls = GOLDEN["slack"][name]
    assert calls
    for call in calls:
        assert wrong_blocks(call["blocks"]) == []
        assert 0 < len(call["blocks"]) <= MESSAGE_BLOCKS
        assert not too_much(call["blocks"])
        assert all(0 < len(call[words]) <= MESSAGE_TEXT for words in ("text", "alone"))


@pytest.mark.parametrize("name", EVERY)
def test_kakao_takes_it(name: str) -> None:
    """Every answer passes Kakao's printed limits and another's parser, and is small enough to be delivered."""
    answers = GOLDEN["kakao"][name]
    for number, answer in enumerate(answers, 1):
        assert kakao_answers.check(answer, callback=False, blocks=()) == []
        assert len(json.dumps(answer, ensure_ascii=False).encode()) <= kakao_answers.MOST_BYTES
        quick = [choice["extra"]["choice"] for choice in answer["template"].get("quickReplies", ())]
        assert ("continue" in quick) >= (number < len(answers))


def strings(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(inner)


def seen(door: str, name: str) -> str:
    """Everything a person sees of a reply; Slack's plain words repeat its blocks and are left out."""
    value = GOLDEN[door][name]
    return "\n".join(strings([call["blocks"] for call in value] if door == "slack" else value))


@pytest.mark.parametrize("door", DOORS)
def test_an_overfull_reply_arrives_whole(door: str) -> None:
    """Nine thousand letters, forty choices and thirty places are all shown, and no sentence twice."""
    words = seen(door, "overfull")
    sentences = [int(number) for number in re.findall(r"(\d+)번째 문장이에요", words)]
    assert sentences == list(range(1, len(sentences) + 1))
    assert len(sentences) > 500
    assert {int(n) for n in re.findall(r"(\d+)번째병원", words)} == set(range(1, 31))
    assert {int(n) for n in re.findall(r"(\d+)번째 동네", words)} == set(range(1, 41))
    assert words.index("지금 119에 전화하세요") < words.index("1번째 문장이에요") or door == "web"


def test_choices_beyond_the_buttons_are_written_once() -> None:
    """Over all of Kakao's answers to one reply, what did not become a button stands in one line of text."""
    answers = GOLDEN["kakao"]["overfull"]
    lines = [text for output in answers for text in strings(output["template"]["outputs"])]
    written = re.findall(r"· (\d+)번째 동네", "\n".join(lines))
    assert written == [str(number) for number in range(KAKAO.max_buttons + 1, 41)]
    assert len(answers[-1]["template"]["quickReplies"]) == KAKAO.max_buttons


@pytest.mark.parametrize("door", ["web", "telegram", "slack", "kakao"])
def test_a_closed_place_says_so(door: str) -> None:
    """Of three places one is open, one closed, and of the third nobody knows; only what is known is said."""
    if door == "web":
        items = GOLDEN["web"]["places"]["blocks"][1]["items"]
        assert [item["open_now"] for item in items] == [True, False, None, None]
        return
    words = seen(door, "places")
    assert words.count("지금 열려 있어요") == 1
    assert words.count("지금은 닫혀 있어요") == 1


@pytest.mark.parametrize("door", DOORS)
def test_a_place_without_a_number_shows_none(door: str) -> None:
    """Nothing stands where the telephone number would."""
    words = seen(door, "places around a position")
    assert "☎" not in words
    assert "마바보건지소" in words
    assert not words.endswith("\n")


@pytest.mark.parametrize("door", ["telegram", "slack", "kakao"])
def test_markup_in_words_stays_words(door: str) -> None:
    """What looks like another language's markup is shown as it was written."""
    if door == "telegram":
        (call,) = GOLDEN[door]["marks of other languages"]
        text, entities = formatted({"chat_id": 7, **call})
        assert "<b>굵게</b> & *별표*" in text
        assert [entity["type"] for entity in entities] == ["bold"]
        return
    words = seen(door, "marks of other languages")
    assert "<b>굵게</b> & *별표* _밑줄_ `코드` <!channel> :smile: [링크](https://example.org)" in words
    assert '"mrkdwn"' not in json.dumps(GOLDEN[door]["marks of other languages"])
