"""A small clinical catalogue, written as data files, for tests that must not depend on the real one."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

Documents = dict[str, Any]
"""File name → what stands in it."""

_FINDINGS: Documents = {
    "fever": {"ko": "열", "kind": "symptom", "leak": 0.08},
    "high_fever": {"ko": "고열", "kind": "measurement", "parents": ["fever"], "leak": 0.02},
    "low_fever": {"ko": "미열", "kind": "measurement", "parents": ["fever"], "excludes": ["high_fever"], "leak": 0.03},
    "cough": {"ko": "기침", "kind": "symptom", "leak": 0.1},
    "runny_nose": {"ko": "콧물", "kind": "symptom", "leak": 0.07},
    "headache": {"ko": "두통", "kind": "symptom", "leak": 0.1},
    "throbbing_headache": {"ko": "욱신거리는 두통", "kind": "symptom", "parents": ["headache"], "leak": 0.03},
    "thunderclap_headache": {
        "ko": "터지듯 심한 두통", "kind": "symptom", "parents": ["headache"], "leak": 0.002, "must_ask": True,
    },
    "neck_stiffness": {"ko": "뻣뻣한 목", "kind": "sign", "leak": 0.01, "must_ask": True},
    "chest_pain": {"ko": "가슴 통증", "kind": "symptom", "leak": 0.04, "must_ask": True},
    "dyspnea": {"ko": "숨참", "kind": "symptom", "leak": 0.03, "must_ask": True},
    "dyspnea_rest": {"ko": "쉬어도 숨참", "kind": "symptom", "parents": ["dyspnea"], "leak": 0.005},
    "cold_sweat": {"ko": "식은땀", "kind": "symptom", "leak": 0.02},
    "abdominal_pain": {"ko": "배 아픔", "kind": "symptom", "leak": 0.08},
    "vaginal_bleeding": {"ko": "질 출혈", "kind": "sign", "sex": "female", "leak": 0.008},
    "missed_period": {"ko": "늦은 생리", "kind": "symptom", "sex": "female", "leak": 0.02},
    "testicular_pain": {"ko": "고환 통증", "kind": "symptom", "sex": "male", "leak": 0.002},
    "infant_lethargy": {"ko": "축 처짐", "kind": "sign", "leak": 0.002},
    "pregnancy": {"ko": "임신", "kind": "history", "sex": "female", "leak": 0.02},
    "history_diabetes": {"ko": "당뇨", "kind": "history", "leak": 0.08},
    "smoking": {"ko": "흡연", "kind": "risk", "leak": 0.18},
}  # fmt: skip

_FLAGS: list[Documents] = [
    {"id": "sudden_headache", "any_of": ["thunderclap_headache"], "floor": "ambulance", "reason": "머리가 아파요."},
    {"id": "breathless", "any_of": ["dyspnea_rest"], "floor": "emergency", "reason": "쉬어도 숨이 차요."},
    {"id": "heart", "all_of": ["chest_pain", "cold_sweat"], "floor": "ambulance", "reason": "심장에서 오는 신호예요."},
    {"id": "baby_fever", "all_of": ["fever"], "max_age": 0.25, "floor": "emergency", "reason": "아기의 열이에요."},
    {"id": "old_belly", "all_of": ["abdominal_pain"], "min_age": 75, "floor": "clinic_24h", "reason": "배가 아파요."},
    {"id": "early_bleeding", "all_of": ["vaginal_bleeding"], "pregnant": True, "floor": "emergency", "reason": "피요."},
    {"id": "torsion", "all_of": ["testicular_pain"], "sex": "male", "floor": "emergency", "reason": "서둘러야 해요."},
]  # fmt: skip


def _condition(id_: str, urgency: str, per_1000: float, findings: dict[str, float], **more: Any) -> Documents:
    condition: Documents = {
        "id": id_, "name_ko": f"이름 {id_}", "name_en": id_, "synonyms": [], "kcd": "J00", "icd10": "J00.1",
        "departments": ["내과"], "prior": {"per_1000": per_1000}, "findings": findings,
        "duration": {"hours": 0.25, "days": 0.5, "weeks": 0.2, "months": 0.05}, "sudden": 0.2, "urgency": urgency,
        "about": f"{id_}은 이런 병이에요.", "confirmed_by": f"{id_}은 이렇게 확인해요.",
        "treatment": f"{id_}은 이렇게 치료해요.", "self_care": ["쉬어요"], "go_now": ["심해지면 가요"],
        "sources": [], "status": "drafted", "reviewers": [],
    }  # fmt: skip
    return condition | more


_CONDITIONS = (
    _condition("cold", "self_care", 90, {"cough": 0.6, "runny_nose": 0.9, "fever": 0.25, "headache": 0.25}),
    _condition(
        "flu", "clinic_24h", 15, {"fever": 0.95, "high_fever": 0.7, "cough": 0.75, "headache": 0.6},
        raises=[{"findings": ["dyspnea"], "to": "emergency"}],
        prior={"per_1000": 15, "season": {"winter": 2.5, "summer": 0.1}},
    ),
    _condition("tension_headache", "self_care", 25, {"headache": 0.95}),
    _condition("migraine", "clinic", 12, {"headache": 0.95, "throbbing_headache": 0.7}, departments=["신경과", "내과"]),
    _condition(
        "subarachnoid_bleeding", "ambulance", 0.8,
        {"headache": 0.95, "thunderclap_headache": 0.8, "neck_stiffness": 0.5},
        departments=["응급의학과", "신경외과"], sudden=0.9,
    ),
    _condition(
        "heart_attack", "ambulance", 3, {"chest_pain": 0.85, "cold_sweat": 0.5, "dyspnea": 0.4},
        risks={"smoking": 2.5, "history_diabetes": 2.0}, prior={"per_1000": 3, "age": {"child": 0.0, "young": 0.1}},
        departments=["응급의학과", "내과"],
    ),
    _condition(
        "ectopic_pregnancy", "emergency", 1, {"abdominal_pain": 0.9, "vaginal_bleeding": 0.6, "missed_period": 0.7},
        risks={"pregnancy": 20}, prior={"per_1000": 1, "sex": {"male": 0}}, departments=["산부인과"],
    ),
    _condition(
        "gastroenteritis", "self_care", 40, {"abdominal_pain": 0.8, "fever": 0.3},
        departments=["내과", "외과"], child_departments=["소아청소년과"],
    ),
)  # fmt: skip


def documents() -> Documents:
    """The files of a catalogue without problems, to be changed at will."""
    questions: dict[str, Documents] = {
        id_: {"q": f"{entry['ko']} 있나요?", "why": "급한지 알 수 있어요."} for id_, entry in _FINDINGS.items()
    }
    questions["fever"]["answers"] = [
        {"label": "38.5도 이상", "present": ["fever", "high_fever"]},
        {"label": "미열", "present": ["low_fever"], "absent": ["high_fever"]},
        {"label": "없어요", "absent": ["fever"]},
        {"label": "안 재 봤어요", "unknown": ["fever"]},
    ]
    names = ("내과", "가정의학과", "신경과", "신경외과", "외과", "산부인과", "소아청소년과", "응급의학과")
    files: Documents = {
        "findings.yaml": _FINDINGS,
        "questions.yaml": questions,
        "redflags.yaml": _FLAGS,
        "departments.yaml": {name: {"sees": f"{name} 진료예요.", "synonyms": []} for name in names},
    }
    files |= {f"conditions/{condition['id']}.yaml": condition for condition in _CONDITIONS}
    return copy.deepcopy(files)


def write(folder: Path, change: Callable[[Documents], None] | None = None) -> Path:
    """Writes the files below `folder`, after `change` altered them, and gives the folder back."""
    files = documents()
    if change is not None:
        change(files)
    (folder / "conditions").mkdir(parents=True, exist_ok=True)
    for name, document in files.items():
        (folder / name).write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder
