"""How place names stand in Korean text: other names, what may follow a name, and everyday words that sound like one."""

import re

OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "강원도": ("강원",),
    "전라북도": ("전북",),
    "제주도": ("제주",),
    "경상도": ("경북", "경남"),
    "전라도": ("전북", "전남"),
    "충청도": ("충북", "충남"),
    "진구": ("부산 부산진구",),
    "일산": ("경기 고양시 일산동구", "경기 고양시 일산서구"),
    "판교": ("경기 성남시 분당구",),
    "마산": ("경남 창원시 마산합포구", "경남 창원시 마산회원구"),
    "송도": ("인천 연수구",),
    "잠실": ("서울 송파구",),
    "여의도": ("서울 영등포구",),
    "목동": ("서울 양천구",),
    "평촌": ("경기 안양시 동안구",),
    "영종구": ("인천 중구",),
    "영종도": ("인천 중구",),
    "제물포구": ("인천 중구", "인천 동구"),
    "검단구": ("인천 서구",),
    "검단": ("인천 서구",),
}
"""Names besides the full one and its stem, with the short names of the regions they mean."""

NOT_STEMS = frozenset({"동안"})
"""Stems never read as places: "이틀 동안" is said far more often than 안양시 동안구."""

EVERYDAY = re.compile(
    r"경기|고령|고성|고양|공주|구리|구미|금산|기장|남동|단원|달성|동남|동작|만세|무안"
    r"|보은|부여|사상|사천|상당|상주|서북|서원|성산|소사|수성|수영|수정|양구|양양"
    r"|양주|여주|연수|영광|영동|영양|영주|예산|오산|오정|완주|유성|음성|의성|이천"
    r"|인제|장수|전주|정선|중원|진도|진해|청도|청원|함양|화성|효행|강진|강화"
)
"""Stems that are also everyday or medical words ("경기를 해요", "음성이래요"): a place only where something says so."""

NOT_INSIDE = re.compile(r".주시|사하구")
"""Names that verb endings spell inside a longer word: "보여주시면", "식사하구"."""

_LIVING = r"살[아고구던며지거]|삽니|사는|사시|산다|거주|있는|근처|부근|인근|쪽|시내|지역"
_HEALTH = (
    r"병원|백병원|성모병원|세브란스|의원|약국|응급실|보건소|의료원|한의원|치과|소아(?:청소년)?과|이비인후과|피부과|산부인과|신경과"
    r"|[가-힣]{0,4}(?:내과|외과|안과|의학과)"
)
_PARTICLE = (
    r"에서요?|에는?|에요|이에요|예요|이예요|이?요|입니다|은|는|이|가|도|의|로|으로|만|인데요?|이고|이?구요"
    r"|말고|하고|이?랑|이?나|이?야|이?라서?요?|이라고|까지|부터|쯤|임"
)

PLACE_WORD = re.compile(rf"{_LIVING}|{_HEALTH}")
"""Words after a name that say it is a place."""

ENDING = re.compile(
    rf"(?![가-힣])|(?:{_PARTICLE})(?![가-힣])|{_LIVING}|{_HEALTH}"
    r"|(?:에|에서)(?:살|사는|있)|역|구청|시청|군청|터미널|공항|사람|대(?:학|병원|로|역)?(?![가-힣])|대(?:학|병원)"
    r"|[가-힣]{1,3}(?:동|읍)(?![가-힣])"
)
"""What may follow a stem in the same word; with anything else ("영양제", "고령자") the word is no place."""

TRAILING = re.compile(rf"(?:{_PARTICLE}|역|쪽|근처)$")
"""A particle at the end of a word."""

FILLER = re.compile(r"저는?|전|나는?|난|여기는?|여긴|집[은이]?|지금|네|음|아")
"""Words around an answer that say nothing about the place."""

HOSPITAL = re.compile(r"대?병원|대학")
"""After a name glued to another one ("서울아산병원") it is part of a hospital's name."""

WORD = re.compile(r"[0-9A-Za-z가-힣]+")
"""One word of a text."""
