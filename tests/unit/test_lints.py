"""The catalogue as a whole: nothing unused, everything reachable."""

from pathlib import Path

import yaml

from knowledge.catalogue import load_catalogue
from knowledge.clinical import Triage
from knowledge.lints import lint
from tests.fakes.small_catalogue import write

CATALOGUE = load_catalogue()


def test_the_shipped_catalogue_has_no_breach() -> None:
    """No orphan finding, no condition that nothing speaks for, no name for two things."""
    assert lint(CATALOGUE) == []


def test_the_catalogue_has_the_breadth_of_a_general_practice() -> None:
    """At least 400 conditions, 700 findings, 120 red flags and 60 emergencies."""
    assert len(CATALOGUE.conditions) >= 400
    assert len(CATALOGUE.concepts) >= 700
    assert len(CATALOGUE.red_flags) >= 120
    assert sum(c.urgency >= Triage.EMERGENCY for c in CATALOGUE.conditions.values()) >= 60


def test_breaches_are_named(tmp_path: Path) -> None:
    """An unused finding and a condition nobody can reach are named with their ids."""
    folder = write(tmp_path)
    findings = yaml.safe_load((folder / "findings.yaml").read_text("utf-8"))
    findings["lonely"] = {"ko": "외로움", "kind": "symptom"}
    (folder / "findings.yaml").write_text(yaml.safe_dump(findings, allow_unicode=True), "utf-8")
    questions = yaml.safe_load((folder / "questions.yaml").read_text("utf-8"))
    questions["lonely"] = {"q": ""}
    (folder / "questions.yaml").write_text(yaml.safe_dump(questions, allow_unicode=True), "utf-8")
    assert any("lonely" in line for line in lint(load_catalogue(folder)))
