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

_native = rf"(?:(?:{'|'.join(TENS)})\s?(?:{'|'.join(ONES)})?|{'|'.join(ONES)})"
_number = r"\d{1,3}(?:\.\d)?"

AGE = re.compile(
    rf"(?:만\s*)?(?P<n>{_number}|{_native})\s*(?:살|세(?!대|기|트|상|번|째|로|균|포)|(?=짜리))(?!\s*(?:미만|이하|이상|안\s*[된됐되]))"
)
DECADE = re.compile(r"(?P<n>[1-9]0)대")
DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "일주일": 7, "열흘": 10, "보름": 15, "삼칠일": 21}
_baby = r"(?:갓난아?기|신생아|아기|애기|아가(?!씨|미)|영아|쌍둥이)"
_child = rf"(?:{_baby}|아이|애(?![매정])|딸|아들|남아|여아|손주|손자|손녀|조카|둘째|첫째|막내)"
_count = rf"(?:(?P<n>{_number}|{_native})\s*(?P<unit>개월|달|주일?|일)|(?P<word>{'|'.join(DAYS)}))"
_not_yet = r"(?P<less>(?:도|이|은)?\s*(?:채\s*)?(?:안|못)\s*(?:[된됐되]|지[났난]|넘))"
_just = r"(?:(?:이제|아직|겨우|막|갓)\s*)*"
_is_old = rf"(?:{_not_yet}|\s*(?:밖에|[된됐]|되었|이에요|이예요|인데|예요|이고|입니다|짜리))"
_of = r"\s*(?:쯤|정도|조금|갓|막|밖에\s*안)?\s*(?:[된인]|지난|넘은|짜리|차)"
MONTHS = tuple(
    re.compile(form)
    for form in (
        rf"(?:생후|태어난\s?지|낳은\s?지)\s*{_just}{_count}{_not_yet}?",
        rf"(?<!지)(?<!지 ){_count}(?:{_not_yet}|{_of})\s*(?={_child})",
        rf"(?P<n>\d{{1,2}})\s*(?P<unit>개월)(?P<word>)?(?P<less>)?\s*(?={_child})",
        rf"{_baby}(?:가|는|이|인데)?\s*{_just}{_count}{_is_old}",
        rf"{_child}(?:가|는|이)\s*{_just}(?P<n>{_number}|{_native})\s*(?P<unit>개월|달)(?P<word>)?{_is_old}",
    )
)
"""A baby's age in months, weeks or days: after "생후", before or after the word for the baby."""
BORN = re.compile(r"(?P<n>(?:19|20)?\d{2})\s*년\s*생")
BIRTHDAY = re.compile(r"돌쟁이|(?:(?P<n>두|세)\s*)?돌\s*(?:된|지난|지나|지났|됐|쯤|정도|아기|아이)")
BEFORE_BIRTHDAY = re.compile(rf"(?<![가-힣])돌(?:{_not_yet}|\s*전\s*[이아])")
HUNDRED_DAYS = re.compile(
    rf"(?:백|100)\s*일(?:{_not_yet}|(?P<before>\s*전\s*아[기이])|\s*(?:이에요|이요|요|인데|[된지됐쯤]|정도|아[기이가]|$))"
)
LESS = 0.7
"""What "not yet so old" comes to, of the age it names."""
NEWBORN = re.compile(r"신생아|갓\s*태어난|갓난")
_tens = "|".join(word for word in TENS if word != "열")
TOLD_OF = re.compile(
    rf"(?:올해|나이[는가]?|연세[는가]?)\s*(?:만\s*)?(?P<n>{_number}|{_native})(?:\s|이|세|예|입|$)"
    rf"|(?P<old>(?:{_tens})\s?(?:{'|'.join(ONES)})?)\s*(?:이세요|이신|이셔|이에요|예요|이고|인데|넘)"
)
_told = r"(?:이요|이에요|이예요|예요|요|인데요?|이고요?|이랍니다|입니다|임|됐어요|됐습니다|됐는데요?|된\s*\S{1,4})"
BARE_MONTHS = re.compile(rf"^\s*{_just}{_count}(?:{_not_yet}\S*|\s*{_told})?\s*[.!]?\s*$")
_sino = r"(?:[이삼사오육칠팔구]?십[일이삼사오육칠팔구]?)"
BARE = re.compile(rf"^\s*만?\s*(?P<n>{_number}|{_native}|{_sino})\s*(?:[남여](?:자|성)?)?\s*{_told}?\s*[.!]?\s*$")

TEMPERATURE = re.compile(
    r"(?P<d>3[4-9]|4[0-2]|삼십[오육칠팔구]|사십[일이]?)(?:[.,](?P<f>\d)|\s*[점쩜]\s*(?P<p>[\d일이삼사오육칠팔구]))?\s*(?:도|℃|°C)"
    r"(?:\s*(?P<bu>\d|[일이삼사오육칠팔구])\s*부)?|(?P<bare>3[5-9]\.\d|4[0-2]\.\d)"
)
WEATHER = re.compile(r"(?:기온|날씨|바깥|실내|실외|온도|물|각도|위도|경도)\S{0,3}\s*$")
"""Words before degrees that are not a body's."""
AIR = re.compile(r"\s*(?:의|짜리|되는)?\s*(?:날씨|더위|무더위|폭염|물|에서\s*일)")
"""Words after degrees that are not a body's."""
UNITS = {"분": 1 / 60, "시간": 1, "일": 24, "주": 168, "주일": 168, "달": 730, "개월": 730, "년": 8_760, "해": 8_760}
WORDS = {
    "방금": 0.3,
    "반나절": 6,
    "몇 시간": 4,
    "몇시간": 4,
    "반년": 4_380,
    "몇 년": 26_000,
    "몇년": 26_000,
    "석 달": 2_200,
    "석달": 2_200,
    "두 달": 1_460,
    "두달": 1_460,
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
_words = "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True))
_how_often = r"에\s|\s?종일|\s?(?:\d+|한|두|세|네|열|몇)\s?(?:번|차례|회)"
SINCE_WORD = re.compile(f"(?:{_words})(?!{_how_often})")
NOT_THE_COMPLAINT = re.compile(r"\s*(?:전)?\s*(?:에|쯤)?\s*(?:수술|진단|출산|시술|입원|이사|결혼)")
"""What began then is something else."""
SUDDEN = re.compile(r"갑자기|별안간|순식간|느닷없이|불현듯|돌연")
SCORE = re.compile(r"10\s*점\s*(?:만점)?\s*(?:에|중)?\s*(?P<n>10|\d)|(?P<m>10|\d)\s*점")


STRONG = re.compile(
    r"심하게|(?<!심)심해|극심|심각하게|엄청|죽을\s?(?:만큼|듯|것\s?같이)|참을\s?수\s?없|못\s?참|견딜\s?수\s?없|미치겠"
)
WEAK = re.compile(r"(?:조금|약간|살짝|좀)\s*(?!전|있다|씩|뒤|심|더|많)[가-힣]|심하(?:지|진)\S?\s*않|가볍게")


def number(text: str) -> float:
    """The value of a number below a hundred in figures, native Korean or Sino-Korean words."""
    if text[0].isdigit():
        return float(text)
    for tens, value in TENS.items():
        if text.startswith(tens):
            return value + ONES.get(text[len(tens) :].strip(), 0)
    if "십" in text:
        ten, _, one = text.partition("십")
        return 10.0 * SINO.get(ten, 1) + SINO.get(one, 0)
    return float(ONES.get(text) or SINO.get(text, 0))


def age(text: str, today: date, *, expected: bool = False) -> float | None:
    """Years, a fraction for babies; a bare number only where an age was asked for."""
    if found := next(filter(None, (form.search(text) for form in MONTHS)), None):
        return _of_baby(found)
    if BEFORE_BIRTHDAY.search(text):
        return LESS
    if found := BIRTHDAY.search(text):
        return number(found["n"]) if found["n"] else 1.0
    if found := HUNDRED_DAYS.search(text):
        return 100 / 365.25 * (LESS if found["less"] or found["before"] else 1)
    if NEWBORN.search(text):
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
    if found := TOLD_OF.search(text):
        return number(found["n"] or found["old"])
    return _bare_age(text) if expected else None


def _of_baby(found: re.Match[str]) -> float:
    """Years of an age told in months, weeks or days; less where it is not reached yet."""
    if found["word"]:
        years = DAYS[found["word"]] / 365.25
    else:
        years = number(found["n"]) / {"개월": 12, "달": 12, "주": 52.18, "주일": 52.18, "일": 365.25}[found["unit"]]
    return years * LESS if found["less"] else years


def _bare_age(text: str) -> float | None:
    """A number that answers the question of age, in months where it says so."""
    if found := BARE_MONTHS.match(text):
        return _of_baby(found)
    if not (found := BARE.match(text)):
        return None
    value = number(found["n"])
    return value if 0 < value <= 120 else None


def temperature(text: str) -> list[Finding]:
    """Fever by degrees: 38.5 and more is high, 37.3 to 37.9 is low, below 35 is too cold."""
    findings = []
    for found in TEMPERATURE.finditer(text):
        if WEATHER.search(text[: found.start()][-8:]) or AIR.match(text, found.end()):
            continue
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


def onset(text: str) -> float | None:
    """Hours since it began; the longest time told is the complaint's."""
    told = [(number(m["n"]) * UNITS[m["unit"]], m.end()) for m in SINCE_NUMBER.finditer(text)]
    told += [(WORDS[m[0]], m.end()) for m in SINCE_WORD.finditer(text)]
    hours = [span for span, end in told if not NOT_THE_COMPLAINT.match(text, end)]
    return max(hours, default=None)


def sudden(text: str) -> bool | None:
    """Whether it began suddenly, where told."""
    if SUDDEN.search(text):
        return True
    return False if re.search(r"서서히|조금씩|천천히|점점|차츰", text) else None


def score(text: str) -> int | None:
    """Severity out of ten, told in points or in words as strong as eight and as weak as three."""
    found = SCORE.search(text)
    if found:
        return int(found["n"] or found["m"])
    if STRONG.search(text):
        return 8
    return 3 if WEAK.search(text) else None
