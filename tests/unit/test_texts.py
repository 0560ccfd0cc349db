"""Sentences live in data: every one that is asked for exists, and none stands in code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.phrases import load_phrases

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "adapters", "nlu", "knowledge", "scheduler", "config")
SAY = load_phrases()
KOREAN = re.compile("[가-힣]")

WORDS_IN_CODE = {
    "knowledge/morphology.py",  # a word to warm the analyser up with
    "adapters/kakao/translate.py",  # the name the platform gives its welcome block
    "adapters/doctor.py",  # a sentence to try the analyser on
    "bot/korean.py",  # particles and units of time
    "bot/flows/emergency.py",  # the department of emergencies
    "bot/flows/link.py",  # what may stand before a code
    "bot/flows/places.py",  # what a clinic is called in a map search
    "knowledge/routing.py",  # departments by name
    "knowledge/places/gazetteer.py",  # how place names end
    "knowledge/places/naming.py",  # place names
}
"""Files whose Korean words are grammar, names or tests of a part, not sentences to a person."""


def literals(path: Path) -> Iterator[str]:
    """String literals of a file that are not docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def test_every_sentence_that_is_asked_for_exists() -> None:
    """Each key that code gives to `say` is in the text files."""
    asked = set()
    for package in ("bot", "adapters"):
        for path in (ROOT / package).rglob("*.py"):
            asked |= set(
                re.findall(r'say(?:\.get|\.lines)?\(\s*"([a-z_0-9]+(?:\.[a-z_0-9]+)+)"', path.read_text("utf-8"))
            )
    missing = {key for key in asked if SAY.get(key) is None}
    assert len(asked) > 60
    assert not missing


@pytest.mark.parametrize("package", PACKAGES)
def test_no_sentence_stands_in_code(package: str) -> None:
    """Korean sentences are in data files, where they can be read and corrected without touching code."""
    for path in (ROOT / package).rglob("*.py"):
        name = str(path.relative_to(ROOT))
        if package == "nlu" or name in WORDS_IN_CODE:  # nlu reads Korean: its words are patterns
            continue
        found = [text for text in literals(path) if KOREAN.search(text)]
        assert not found, f"{name}: {found}"


def sentences(node: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text below a node, with its key."""
    if isinstance(node, str):
        yield key, node
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from sentences(item, f"{key}.{index}")
    elif isinstance(node, dict):
        for name, item in node.items():
            yield from sentences(item, f"{key}.{name}".lstrip("."))


def test_the_bot_never_says_that_it_makes_a_diagnosis() -> None:
    """No sentence promises a diagnosis, soothes falsely, frightens or blames."""
    for key, text in sentences(SAY.tree):
        for word in ("진단해", "진단 결과", "걱정 마", "걱정하지 마", "큰일", "왜 이제야"):
            assert word not in text, key


def test_labels_fit_a_button() -> None:
    """What is written on a button is short enough for every messenger."""
    labels = [SAY(f"hello.choice.{name}") for name in SAY.get("hello.choice")]
    labels += [SAY(f"consent.health.{name}") for name in ("yes", "no", "child")]
    labels += [band["label"] for band in SAY.get("consult.ages")]
    labels += [SAY("consent.location.yes"), SAY("consent.location.typed"), SAY("consent.location.agree")]
    labels += [
        SAY("privacy.delete_yes"),
        SAY("privacy.delete_no"),
        SAY("consult.why_choice"),
        SAY("consult.finish_choice"),
    ]
    assert {label: len(label) for label in labels if len(label) > 14} == {}
