"""Whom a text is about: the one who writes, their child, their mother …"""

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from knowledge.clinical import Relation, Sex
from knowledge.morphology import Morpheme
from nlu.grammar import NOT_SUBJECT

_data = yaml.safe_load((Path(__file__).parent / "data" / "people.yaml").read_text("utf-8"))

KIN: dict[str, Relation] = {word: Relation(name) for name, words in _data["relations"].items() for word in words}
"""Words for people by relation to the writer."""

SEXES: dict[str, Sex] = {word: Sex(name) for name, words in _data["sexes"].items() for word in words}
"""Words that tell the patient's sex outright."""

KIN_SEX: dict[str, Sex] = {word: Sex(name) for name, words in _data["kin_sexes"].items() for word in words}
"""Words for relatives that tell their sex."""

SELF = frozenset(_data["self"])
"""Words with which one speaks of oneself."""

_school = "|".join(f"(?:{pattern})" for pattern in _data["school_under_14"])
_I = r"(?:저는|제가|전|저|나는|내가|나|난)"
_is = r"\s*(?:이에요|예요|에요|이예요|인데|입니다|이고|이야|야|임|이라|이요|요|구요|[.,!?]|$)"
_PUPIL = re.compile(rf"(?<![가-힣0-9])(?:{_school}){_is}")
_I_AM_PUPIL = re.compile(
    rf"(?<![가-힣]){_I}\s*(?:지금|이제|올해|아직|겨우)?\s*(?:(?:{_school}){_is}|유치원에?\s*(?:다니|다녀))"
)
ANIMALS, STORIES, HEROES = (frozenset(_data[name]) for name in ("animals", "stories", "heroes"))
"""Whose complaints are nobody's: pets, what a story tells, and whom it tells of."""

_KIN_WORD = re.compile("|".join(sorted(map(re.escape, KIN), key=len, reverse=True)))
_BARE_SEX = re.compile(r"^\s*(?P<sex>[여남])\s*(?:요|이요|예요|입니다)?\s*[.!]?\s*$")
_SEX_WORD = re.compile("|".join(sorted(map(re.escape, SEXES), key=len, reverse=True)))


def subject_of(morphemes: Sequence[Morpheme], clause: range) -> Relation | None:
    """The person a clause is about, where it names one."""
    for i in clause:
        morpheme = morphemes[i]
        following = morphemes[i + 1] if i + 1 < len(morphemes) else None
        if morpheme.tag == "XSN" or (following and following.form in NOT_SUBJECT):
            continue
        if morpheme.tag == "NP" and morpheme.form in SELF and not _owns(morphemes, i):
            return Relation.SELF
        if morpheme.tag in ("NNG", "NNP") and morpheme.form in KIN:
            return KIN[morpheme.form]
    return None


def of_no_patient(morphemes: Sequence[Morpheme], clause: range) -> bool:
    """Whether a clause tells of a pet or of a story ("강아지가 토해요", "드라마에서 주인공이 쓰러졌어요")."""
    for i in clause[:-1]:
        word, particle = morphemes[i], morphemes[i + 1]
        if word.tag not in ("NNG", "NNP"):
            continue
        subject = particle.tag in ("JKS", "JX")
        lives_there = i + 2 < clause.stop and morphemes[i + 2].form in ("있", "많")
        if subject and word.form in ANIMALS | HEROES and not lives_there:
            return True
        if word.form in STORIES and particle.form in ("에서", "속"):
            return True
    return False


def _owns(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether "저/제/내" stands before a person it owns ("제 딸이", "저희 아버지가")."""
    following = morphemes[index + 1 : index + 3]
    return any(m.form in KIN for m in following)


def sex_of(text: str, relation: Relation, *, expected: bool = False) -> Sex | None:
    """The patient's sex: said outright (여자, 남성; after the question 여, 남), or by the word for a relative."""
    found = _SEX_WORD.search(text)
    if expected and (bare := _BARE_SEX.match(text)):
        return Sex.FEMALE if bare["sex"] == "여" else Sex.MALE
    if found:
        return SEXES[found[0]]
    for word in _KIN_WORD.findall(text):
        if KIN[word] is relation and word in KIN_SEX:
            return KIN_SEX[word]
    return None


def says_pupil(text: str, patient: Relation) -> bool:
    """Whether the writer says to be at a school for children under 14, and does not speak of their own child."""
    own = patient is Relation.SELF and not _KIN_WORD.search(text)
    return bool(_I_AM_PUPIL.search(text) or (own and _PUPIL.search(text)))
