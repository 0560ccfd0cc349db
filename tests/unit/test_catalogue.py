"""The catalogue loads sound data, names every problem of unsound data, and starts fast from its copy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge import catalogue as module
from knowledge.catalogue import CatalogueError, load_catalogue
from knowledge.clinical import Presence, Triage
from tests.fakes.small_catalogue import Documents, write


def test_sound_data_becomes_values(tmp_path: Path) -> None:
    """Findings carry their question, conditions their levels, and what implies what is known both ways."""
    catalogue = load_catalogue(write(tmp_path))
    assert catalogue.concepts["fever"].answers[0].sets == (
        ("fever", Presence.PRESENT),
        ("high_fever", Presence.PRESENT),
    )
    assert catalogue.conditions["flu"].urgency is Triage.CLINIC_24H
    assert catalogue.conditions["flu"].raises[0].to is Triage.EMERGENCY
    assert catalogue.ancestors["high_fever"] == {"fever"}
    assert catalogue.descendants["fever"] == {"high_fever", "low_fever"}
    assert catalogue.departments["내과"].sees


def _set(*path: str, value: Any) -> Callable[[Documents], None]:
    def change(files: Documents) -> None:
        place: Any = files
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


def _flag(**entry: Any) -> Callable[[Documents], None]:
    return lambda files: files["redflags.yaml"].append({"id": "new", "floor": "clinic", "reason": "이유예요."} | entry)


FLU = "conditions/flu.yaml"

PROBLEMS = [
    (_set(FLU, "findings", "ghost", value=0.5), "conditions/flu.yaml: findings: unknown finding 'ghost'"),
    (_set(FLU, "risks", value={"ghost": 2}), "conditions/flu.yaml: risks: unknown finding 'ghost'"),
    (_set(FLU, "departments", value=["마법과"]), "conditions/flu.yaml: departments: unknown department '마법과'"),
    (_set(FLU, "departments", value=[]), "conditions/flu.yaml: departments: must not be empty"),
    (_set(FLU, "prior", "per_1000", value=0), "conditions/flu.yaml: prior.per_1000: must be above 0"),
    (_set(FLU, "prior", "age", value={"elderly": 2}), "conditions/flu.yaml: prior.age.elderly: must be one of"),
    (_set(FLU, "findings", "high_fever", value=0.97), "findings.high_fever: 0.97 is larger than its parent fever's"),
    (_set(FLU, "findings", "cough", value=1.0), "findings.cough: 1.0 is not within"),
    (_set(FLU, "findings", "cough", value="often"), "findings.cough: must be a number, not 'often'"),
    (_set(FLU, "risks", value={"cough": 2}), "findings.cough: stands in risks too"),
    (_set(FLU, "duration", "days", value=0.9), "conditions/flu.yaml: duration: must sum to 1"),
    (_set(FLU, "kcd", value="J1"), "conditions/flu.yaml: kcd: 'J1' is not a code"),
    (_set(FLU, "icd10", value="11.1"), "conditions/flu.yaml: icd10: '11.1' is not a code"),
    (_set(FLU, "urgency", value="soon"), "conditions/flu.yaml: urgency: unknown urgency 'soon'"),
    (_set(FLU, "raises", value=[{"findings": ["cough"], "to": "clinic"}]), "raises[0].to: is not above"),
    (_set(FLU, "id", value="grippe"), "conditions/flu.yaml: id: 'grippe' is not the file's name"),
    (_set(FLU, "about", value="cold은 이런 병이에요."), "about: is copied from conditions/cold.yaml"),
    (_set(FLU, "colour", value="red"), "conditions/flu.yaml: colour: is not a field of the schema"),
    (_set(FLU, "status", value="reviewed"), "conditions/flu.yaml: sources: must not be empty"),
    (_set(FLU, "prior", "sex", value={"female": 0, "male": 0}), "prior.sex: leaves nobody"),
    (_set("conditions/ectopic_pregnancy.yaml", "findings", "testicular_pain", value=0.1), "is male only"),
    (_set("findings.yaml", "fever", "parents", value=["high_fever"]), "findings.yaml: fever.parents: form a cycle"),
    (_set("findings.yaml", "fever", "parents", value=["ghost"]), "fever.parents: unknown finding 'ghost'"),
    (_set("findings.yaml", "fever", "kind", value="thing"), "findings.yaml: fever.kind: must be one of"),
    (_set("findings.yaml", "high_fever", "leak", value=0.2), "high_fever.leak: is larger than that of its parent"),
    (_set("questions.yaml", "ghost", value={"q": "네?", "why": "왜"}), "questions.yaml: ghost: unknown finding"),
    (_set("questions.yaml", "dyspnea", value={"q": ""}), "questions.yaml: dyspnea: must be asked"),
    (lambda files: files["questions.yaml"].pop("cough"), "questions.yaml: cough: has no entry"),
    (
        _set("questions.yaml", "cough", "answers", value=[{"label": "네", "present": ["cough"]}]),
        "questions.yaml: cough.answers: needs an answer for not knowing",
    ),
    (
        _set("questions.yaml", "cough", "answers", value=[{"label": "가" * 15, "unknown": ["cough"]}]),
        "is longer than 14 characters",
    ),
    (
        _set("questions.yaml", "cough", "answers", value=[{"label": "네", "present": ["cough"], "absent": ["cough"]}]),
        "questions.yaml: cough.answers[0]: settles a finding twice",
    ),
    (_flag(), "redflags.yaml: new: has neither all_of nor any_of"),
    (_flag(all_of=["ghost"]), "redflags.yaml: new.all_of: unknown finding 'ghost'"),
    (_flag(all_of=["fever"], min_age=5, max_age=5), "redflags.yaml: new: min_age is not below max_age"),
    (_flag(all_of=["fever"], id="heart"), "redflags.yaml: heart: stands twice"),
]


@pytest.mark.parametrize(("change", "said"), PROBLEMS, ids=[said for _, said in PROBLEMS])
def test_every_problem_names_file_and_key(tmp_path: Path, change: Callable[[Documents], None], said: str) -> None:
    """Unsound data is refused with a sentence that says where and what."""
    with pytest.raises(CatalogueError) as refusal:
        load_catalogue(write(tmp_path, change))
    assert said in str(refusal.value)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """One refusal tells of problems in several files."""

    def change(files: Documents) -> None:
        files[FLU]["kcd"] = "?"
        files["findings.yaml"]["fever"]["kind"] = "?"
        files["redflags.yaml"][0]["floor"] = "?"

    with pytest.raises(CatalogueError) as refusal:
        load_catalogue(write(tmp_path, change))
    assert all(name in str(refusal.value) for name in ("flu.yaml: kcd", "fever.kind", "sudden_headache.floor"))


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """A finding written twice in a file does not silently win over the first."""
    findings = write(tmp_path) / "findings.yaml"
    findings.write_text(findings.read_text(encoding="utf-8") + "\nfever: {ko: 열, kind: symptom}\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match="fever stands twice"):
        load_catalogue(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A folder without red flags is refused, not read as a catalogue without danger."""
    (write(tmp_path) / "redflags.yaml").unlink()
    with pytest.raises(CatalogueError, match=r"redflags.yaml: \(file\): is missing"):
        load_catalogue(tmp_path)


def test_version_follows_the_data(tmp_path: Path) -> None:
    """The same files have the same version, changed files another."""
    first = load_catalogue(write(tmp_path)).version
    assert load_catalogue(tmp_path).version == first
    assert load_catalogue(write(tmp_path, _set(FLU, "findings", "cough", value=0.5))).version != first


def test_the_copy_is_the_same_and_reads_no_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second start takes everything from the copy."""
    folder, cache = write(tmp_path / "data"), tmp_path / "cache"
    first = load_catalogue(folder, cache)
    monkeypatch.delattr(module, "_parse")
    assert load_catalogue(folder, cache) == first


@pytest.mark.parametrize("damage", ["", "{", '{"form": 1}', "[]"])
def test_a_damaged_copy_is_built_anew(tmp_path: Path, damage: str) -> None:
    """A copy cut short or overwritten costs time and nothing else."""
    folder, cache = write(tmp_path / "data"), tmp_path / "cache"
    first = load_catalogue(folder, cache)
    copy = cache / "catalogue.json"
    whole = copy.read_text(encoding="utf-8")
    copy.write_text(damage, encoding="utf-8")
    assert load_catalogue(folder, cache) == first
    assert copy.read_text(encoding="utf-8") == whole


def test_a_copy_with_damaged_contents_is_built_anew(tmp_path: Path) -> None:
    """A copy that is good JSON with a wrong inside is not believed."""
    folder, cache = write(tmp_path / "data"), tmp_path / "cache"
    first = load_catalogue(folder, cache)
    copy = cache / "catalogue.json"
    copy.write_text(copy.read_text(encoding="utf-8").replace('"kind"', '"kinds"', 1), encoding="utf-8")
    assert load_catalogue(folder, cache) == first


def test_changed_data_leaves_the_copy_behind(tmp_path: Path) -> None:
    """The copy is used for exactly the same files only."""
    folder, cache = tmp_path / "data", tmp_path / "cache"
    load_catalogue(write(folder), cache)
    write(folder, _set(FLU, "findings", "cough", value=0.5))
    assert load_catalogue(folder, cache).conditions["flu"].findings["cough"] == 0.5


def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    """Where the cache folder is a file, the catalogue loads all the same."""
    (tmp_path / "cache").write_text("", encoding="utf-8")
    assert load_catalogue(write(tmp_path / "data"), tmp_path / "cache").conditions


def test_the_real_data_is_sound() -> None:
    """The catalogue that is shipped passes all checks."""
    assert load_catalogue().conditions
