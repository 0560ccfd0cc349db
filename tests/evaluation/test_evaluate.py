"""`drrc evaluate`: collections are played through the product's own door and their figures kept."""

import csv
import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.evaluate.ddxplus import read_release
from adapters.evaluate.ddxplus_play import evaluate
from adapters.evaluate.figures import reliability, share, within
from adapters.evaluate.mapped import findings_of, tap
from adapters.evaluate.names import Names
from adapters.evaluate.scorecard import last
from adapters.evaluate.vignettes import Record
from bot.phrases import load_phrases
from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.clinical import Presence
from tests.process.test_commands import drrc

VIGNETTE: Mapping[str, Any] = {
    "id": "made-1",
    "age": 30,
    "sex": "F",
    "text_ko": "어제부터 콧물이 나고 목이 따갑고 기침을 해요",
    "followups_ko": {"열": "미열이 있어요", "근육통": "조금 쑤셔요"},
    "gold_diagnosis": "Common cold",
    "gold_synonyms_en": [],
    "gold_diagnosis_ko": ["감기"],
    "lenient_diagnosis_ko": ["상기도감염"],
    "gold_icd10": "J00",
    "gold_triage": "self_care",
    "gold_department_ko": ["이비인후과", "호흡기내과"],
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The product's catalogue."""
    return load_catalogue()


def test_shares_have_wilsons_interval() -> None:
    """Seven of ten is 70 %, and could be between 40 and 89."""
    found = share([True] * 7 + [False] * 3)
    low, high = found.interval
    assert (found.value, round(low, 3), round(high, 3)) == (0.7, 0.397, 0.892)
    assert share([]).figures() == {"share": 0.0, "interval": [0.0, 1.0], "hits": 0, "of": 0}
    assert within([1, 3, None, 11], 3).hits == 2


def test_reliability_sees_who_believes_too_much() -> None:
    """Believing 0.9 of what is true half the time is an error of 0.4; believing 0.5 of it is none."""
    assert reliability([(0.9, True), (0.9, False)])["ece"] == 0.4
    assert reliability([(0.5, True), (0.5, False)])["ece"] == 0.0


def test_names_are_compared_without_brackets_and_sub_specialties_with_their_parents() -> None:
    """What stands in brackets is a name of its own, and 호흡기내과 is 내과."""
    names = Names(load_phrases())
    assert names.forms("독감(인플루엔자)") == {"독감인플루엔자", "독감", "인플루엔자"}
    assert [names.department(name) for name in ("호흡기내과", "소아신경과", "대장항문외과", "흉부외과", "안과")] == [
        *("내과", "소아청소년과", "외과", "흉부외과", "안과")
    ]


@pytest.mark.parametrize(("lenient", "rank"), [(False, None), (True, 2)])
def test_a_near_name_or_the_same_code_counts_only_leniently(lenient: bool, rank: int | None) -> None:
    """A condition with the same three characters of the code is right for lenient judges alone."""
    found = ({"name_ko": "비염", "icd10": "J30.1"}, {"name_ko": "코감기", "icd10": "J00.9"})
    record = Record(
        vignette=VIGNETTE,
        conditions=found,
        departments=(),
        triage=None,
        asked=0,
        unknown=0,
        unread=0,
        revealed=frozenset(),
    )
    assert record.rank(Names(load_phrases()), lenient=lenient) == rank


def test_vignettes_are_played_and_the_scorecard_is_kept(short_path: Path) -> None:
    """The command prints the figures as JSON, and `drrc status` has them afterwards."""
    file = short_path / "made.jsonl"
    file.write_text(json.dumps(VIGNETTE, ensure_ascii=False) + "\n", encoding="utf-8")
    done = drrc(short_path, "evaluate", "vignettes", str(file), "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["cases"] == 1
    assert figures["lenient_top3"]["hits"] == 1
    assert figures["triage_at_or_above"]["hits"] == 1
    assert figures["systems"] == {"lung": {"cases": 1, "top1": 1, "top3": 1, "department": 1}}
    (card,) = last(short_path)
    assert (card.name, card.source, card.figures["cases"]) == ("vignettes", "made.jsonl", 1)
    assert "lenient_top1" in drrc(short_path, "status").stdout


def test_questions_are_routed(short_path: Path) -> None:
    """A question about teeth goes to the dentist without anything being asked."""
    file = short_path / "asked.jsonl"
    row = {"id": "1", "text": "어금니가 욱신거리고 찬물에 시려요", "department": "치과", "acceptable": ["치과"]}
    file.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    done = drrc(short_path, "evaluate", "routing", str(file))
    assert done.returncode == 0, done.stderr
    assert "1/1" in done.stdout


def test_emergencies_and_their_twins_are_told_fact_by_fact(short_path: Path) -> None:
    """An emergency must reach its level; a twin that only sounds like one must not."""
    chest = {"id": "a", "emergency": "heart", "kind": "typical", "age": 60, "sex": "male", "gold": "AMBULANCE"}
    chest |= {"text": "가슴이 꽉 조여요", "facts": [{"what": "식은땀", "present": True, "say": "식은땀이 나요"}]}
    twin = {"id": "b", "emergency": "heart", "kind": "twin", "age": 25, "sex": "female", "gold": "CLINIC"}
    twin |= {"text": "눈꺼풀이 떨려요", "facts": [{"what": "열", "present": False, "say": "열은 없어요"}]}
    file = short_path / "cases.jsonl"
    file.write_text("\n".join(json.dumps(case, ensure_ascii=False) for case in (chest, twin)), encoding="utf-8")
    done = drrc(short_path, "evaluate", "emergencies", str(file), "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["recall"]["hits"], figures["recall_typical"]["of"]) == (1, 1)
    assert figures["twins_to_emergency"]["hits"] == 0
    assert figures["missed"] == {}


@pytest.mark.parametrize("way", ["taps", "findings"])
def test_emergencies_are_tapped_through_or_assessed_unread(short_path: Path, way: str) -> None:
    """With the findings beside them, cases need not be told in words, and get a scorecard of their own."""
    case = {"id": "a", "emergency": "heart", "kind": "early", "age": 60, "sex": "male", "gold": "EMERGENCY"}
    case |= {"text": "가슴이 아파요", "facts": [{"what": "쥐어짜는 가슴", "present": True, "say": "조여요"}]}
    meanings = {
        "가슴이 아파요": {"present": ["chest_pain"], "absent": []},
        "쥐어짜는 가슴": {"present": ["crushing_chest_pain"], "absent": []},
    }
    (short_path / "cases.jsonl").write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
    (short_path / "meanings.json").write_text(json.dumps(meanings, ensure_ascii=False), encoding="utf-8")
    done = drrc(short_path, "evaluate", "emergencies", str(short_path / "cases.jsonl"), "--by", way, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["recall"]["hits"] == 1
    assert [card.name for card in last(short_path)] == [f"emergencies-{way}"]


@pytest.mark.parametrize(
    ("offered", "have", "tapped"),
    [
        ("a:dyspnea:0", {"severe_dyspnea", "dyspnea_rest", "dyspnea"}, "a:dyspnea:0"),
        ("a:dyspnea:0", {"exertional_dyspnea", "dyspnea"}, "a:dyspnea:2"),
        ("a:dyspnea:0", {"fever"}, "a:dyspnea:3"),
        ("a:dyspnea:0", {"dyspnea"}, "a:dyspnea:4"),
        ("a:fainting:0", {"fainting"}, "a:fainting:0"),
        ("a:fainting:0", set(), "a:fainting:1"),
        ("history:none", {"history_diabetes"}, "history:diabetes"),
        ("history:none", set(), "history:none"),
        ("drugs:none", {"anticoagulant"}, "drugs:thinner"),
        ("guardian:yes", set(), "guardian:yes"),
    ],
)
def test_a_patient_taps_what_is_so(offered: str, have: set[str], tapped: str, catalogue: Catalogue) -> None:
    """The most specific true answer, else no, else not knowing where only the general finding is known."""
    assert tap([offered, "finish"], have, catalogue, load_phrases()) == tapped


def test_a_fact_that_is_not_so_says_the_opposite() -> None:
    """What is no "no fever" is a fever, and a denied pain is an absent one."""
    meanings = {
        "첫 말": {"present": ["cough"], "absent": []},
        "열 없음": {"present": [], "absent": ["fever"]},
        "가슴 아픔": {"present": ["chest_pain"], "absent": []},
    }
    facts = [{"what": "열 없음", "present": False}, {"what": "가슴 아픔", "present": False}]
    found = findings_of({"text": "첫 말", "facts": facts}, meanings)
    assert [(f.concept, f.presence) for f in found] == [
        ("cough", Presence.PRESENT),
        ("fever", Presence.PRESENT),
        ("chest_pain", Presence.ABSENT),
    ]


def test_a_collection_that_cannot_be_read_is_named(short_path: Path) -> None:
    """A missing or broken file ends with a sentence and status 1, and no scorecard."""
    broken = short_path / "broken.jsonl"
    broken.write_text("{", encoding="utf-8")
    for path in (short_path / "none.jsonl", broken):
        done = drrc(short_path, "evaluate", "vignettes", str(path))
        assert done.returncode == 1
        assert path.name in done.stderr
        assert "Traceback" not in done.stderr
    assert last(short_path) == ()


def release(folder: Path, cases: int = 120) -> Path:
    """A release in the form of DDXPlus: two pathologies told apart by one child of a shared evidence."""

    def evidence(parent: str, kind: str, values: list[object]) -> dict[str, object]:
        return {"code_question": parent, "data_type": kind, "possible-values": values}

    evidences = {
        "E_1": evidence("E_1", "B", []),
        "E_2": evidence("E_1", "M", ["V_1", "V_2", "V_3"]),
        "E_3": evidence("E_1", "C", [0, 1]),
        "E_4": evidence("E_9", "C", ["V_10", "V_12"]),
    }
    chance = random.Random(1)
    rows = []
    for number in range(cases):
        name = ("Flu", "Cold")[number % 2]
        value = chance.choice(["V_1", "V_3"]) if name == "Flu" else "V_2"
        features = ["E_1", f"E_2_@_{value}", f"E_3_@_{chance.randrange(2)}"]
        features.append(f"E_4_@_{chance.choice(['V_10', 'V_12'])}")
        rows.append((chance.randrange(1, 90), str([[name, 0.9]]), "M", name, str(features), "E_1"))
    folder.mkdir()
    (folder / "release_evidences.json").write_text(json.dumps(evidences))
    (folder / "release_conditions.json").write_text(json.dumps({"Flu": {}, "Cold": {}}))
    with (folder / "release_test_patients_mini.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["age", "top5_diagnoses", "sex", "diagnosis", "features", "feature_id"])
        writer.writerows(rows)
    return folder


def test_another_knowledge_base_is_compiled_and_asked_well(tmp_path: Path) -> None:
    """The one question that tells the two apart is asked first, and both are found."""
    figures = evaluate(release(tmp_path / "release"))
    assert figures["gtpa_1"]["share"] == 1.0  # type: ignore[index]
    assert figures["questions"] == 1.0
    assert figures["ddf1_5"] == 1.0


def test_a_parent_outside_the_release_is_none(tmp_path: Path) -> None:
    """Some evidences name one that is not in the release; a two-valued one is a yes or no."""
    found = read_release(release(tmp_path / "release", cases=2)).evidences["E_4"]
    assert (found.kind, found.parent, found.values) == ("binary", None, ())
