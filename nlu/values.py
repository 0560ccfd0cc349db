"""Numbers in a text: age, temperature, time since it began, severity. Regular expressions over the normalised text."""

import re
from datetime import date

from knowledge.clinical import Finding, Presence

NATIVE = {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10}
TENS = {
    "열": 10,
    "스물": 20,
    "스무": 20,
    "서른": 30,
    "마흔": 40,
    "쉰": 50,
    "예순": 60,
    "일흔": 70,
    "여든": 80,
    "아흔": 90,
}
ONES = {"하나": 1, "한": 1, "둘": 2, "두": 2, "셋": 3, "세": 3, "넷": 4, "네": 4} | {
    word: number for word, number in NATIVE.items() if number > 4 and number < 10
}
SINO = {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9}

_native = rf"(?:(?:{'|'.join(TENS)})(?:{'|'.join(ONES)})?|{'|'.join(ONES)})"
_number = r"\d{1,3}(?:\.\d)?"

AGE = re.compile(rf"(?:만\s*)?(?P<n>{_number}|{_native})\s*(?:살|세(?!대|기|트|상|번|째|로|균|포)|(?=짜리))")
DECADE = re.compile(r"(?P<n>[1-9]0)대")
MONTHS = re.compile(
    rf"(?:생후|태어난 ?지)\s*(?P<n>{_number}|{_native})\s*(?P<unit>개월|달|주|일)"
    rf"|(?P<m>\d{{1,2}})\s*개월\s*(?:된\s*)?(?=아기|애기|아이|애|딸|아들|남아|여아|영아)"
)
BORN = re.compile(r"(?P<n>(?:19|20)?\d{2})\s*년\s*생")
BARE = re.compile(rf"^\s*(?P<n>{_number}|{_native})\s*(?:이요|이에요|예요|요|입니다)?\s*[.!]?\s*$")

TEMPERATURE = re.compile(
    r"(?P<d>3[4-9]|4[0-2]|삼십[오육칠팔구]|사십[일이]?)(?:\.(?P<f>\d)|\s*[점쩜]\s*(?P<p>[\d일이삼사오육칠팔구]))?\s*도"
    r"(?:\s*(?P<bu>\d|[일이삼사오육칠팔구])\s*부)?|(?P<bare>3[5-9]\.\d|4[0-2]\.\d)"
)
PRESSURE = re.compile(r"혈압[^.\n]{0,12}?(?P<n>1[89]\d|2\d\d)")

UNITS = {"분": 1 / 60, "시간": 1, "일": 24, "주": 168, "주일": 168, "달": 730, "개월": 730, "년": 8_760, "해": 8_760}
WORDS = {
    "방금": 0.3,
    "아까": 3,
    "조금 전": 1,
    "오늘 아침": 10,
    "아침부터": 10,
    "점심부터": 7,
    "저녁부터": 5,
    "새벽부터": 12,
    "오늘부터": 8,
    "오늘": 8,
    "어젯밤": 16,
    "간밤": 14,
    "어제": 24,
    "그저께": 48,
    "그제": 48,
    "엊그제": 60,
    "엊그저께": 60,
    "하루": 24,
    "이틀": 48,
    "사흘": 72,
    "나흘": 96,
    "사나흘": 84,
    "닷새": 120,
    "엿새": 144,
    "열흘": 240,
    "보름": 360,
    "며칠": 84,
    "몇일": 84,
    "일주일": 168,
    "이주": 336,
    "한달": 730,
    "지난주": 168,
    "지난달": 730,
    "몇 주": 500,
    "몇주": 500,
    "몇 달": 2_200,
    "몇달": 2_200,
    "오래전": 8_760,
    "예전부터": 8_760,
    "작년": 8_760,
}
_since = r"\s*(?:전|째|쯤|정도|동안|가량|됐|되었|된|넘|이상|부터|간|내내)"
SINCE_NUMBER = re.compile(
    rf"(?P<n>\d{{1,3}}|{_native}|[일이삼사오육칠팔구])\s*(?P<unit>분|시간|일|주일|주|달|개월|년|해){_since}"
)
SINCE_WORD = re.compile("|".join(sorted(map(re.escape, WORDS), key=len, reverse=True)))
SUDDEN = re.compile(r"갑자기|별안간|순식간|느닷없이|불현듯|돌연")
SCORE = re.compile(r"10\s*점\s*(?:만점)?\s*(?:에|중)?\s*(?P<n>10|\d)|(?P<m>10|\d)\s*점")


def number(text: str) -> float:
    """The value of a number in figures, native Korean or single Sino-Korean words."""
    if text[0].isdigit():
        return float(text)
    for tens, value in TENS.items():
        if text.startswith(tens):
            return value + ONES.get(text[len(tens) :], 0)
    return float(ONES.get(text) or SINO.get(text, 0))


def age(text: str, today: date, *, expected: bool = False) -> float | None:
    """Years, a fraction for babies; a bare number only where an age was asked for."""
    found = MONTHS.search(text)
    if found:
        count = number(found["n"] or found["m"])
        unit = found["unit"] or "개월"
        return count / {"개월": 12, "달": 12, "주": 52.18, "일": 365.25}[unit]
    if "돌쟁이" in text or "돌 지난" in text:
        return 1.0
    if "신생아" in text:
        return 0.04
    found = AGE.search(text)
    if found:
        value = number(found["n"])
        return value if 0 < value <= 120 else None
    found = BORN.search(text)
    if found:
        year = int(found["n"])
        if year < 100:
            year += 2000 if year <= today.year % 100 else 1900
        return float(today.year - year) if 0 <= today.year - year <= 120 else None
    found = DECADE.search(text)
    if found:
        return float(found["n"]) + 5
    if expected and (found := BARE.match(text)):
        value = number(found["n"])
        return value if 0 < value <= 120 else None
    return None


def temperature(text: str) -> list[Finding]:
    """Fever by degrees: 38.5 and more is high, 37.3 to 37.9 is low, below 35 is too cold."""
    findings = []
    for found in TEMPERATURE.finditer(text):
        degrees = _degrees(found)
        concept = (
            "high_fever"
            if degrees >= 38.5
            else "fever"
            if degrees >= 38
            else "low_fever"
            if degrees >= 37.3
            else "low_temperature"
            if degrees < 35
            else ""
        )
        if concept:
            span = (found.start(), found.end())
            findings.append(Finding(concept=concept, presence=Presence.PRESENT, value=degrees, span=span))
        else:
            findings.append(Finding(concept="fever", presence=Presence.ABSENT, value=degrees, span=found.span()))
    return findings


def _degrees(found: re.Match[str]) -> float:
    if found["bare"]:
        return float(found["bare"])
    whole = found["d"]
    if whole.isdigit():
        degrees = float(whole)
    else:
        degrees = (30 if whole.startswith("삼") else 40) + SINO.get(whole[2:], 0)
    tenth = found["f"] or found["p"] or found["bu"]
    if tenth:
        degrees += (int(tenth) if tenth.isdigit() else SINO[tenth]) / 10
    return degrees


def pressure(text: str) -> list[Finding]:
    """Blood pressure of 180 and more."""
    found = PRESSURE.search(text)
    if not found:
        return []
    value = float(found["n"])
    return [Finding(concept="high_blood_pressure_reading", presence=Presence.PRESENT, value=value, span=found.span())]


def onset(text: str) -> float | None:
    """Hours since it began; the longest time told is the complaint's."""
    hours = [number(m["n"]) * UNITS[m["unit"]] for m in SINCE_NUMBER.finditer(text)]
    hours += [WORDS[m[0]] for m in SINCE_WORD.finditer(text)]
    return max(hours, default=None)


def sudden(text: str) -> bool | None:
    """Whether it began suddenly, where told."""
    if SUDDEN.search(text):
        return True
    return False if re.search(r"서서히|조금씩|천천히|점점|차츰", text) else None


def score(text: str) -> int | None:
    """Pain out of ten."""
    found = SCORE.search(text)
    return int(found["n"] or found["m"]) if found else None
