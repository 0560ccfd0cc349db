"""Lay expressions of findings, matched by their content morphemes in order inside one clause."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import NamedTuple

import yaml

from knowledge.clinical import Concept
from knowledge.morphology import Morpheme, Morphology
from nlu.grammar import (
    EMPTY,
    LIGHT_NOUNS,
    LIGHT_VERBS,
    LIGHT_WORDS,
    MERE_WORDS,
    NEGATORS,
    SINGLE,
    TROUBLES,
    WHOLE_VERBS,
)
from nlu.senses import Senses, load_senses

VERBS = frozenset({"VV", "VA", "VX", "VCN"})
NOUNS = frozenset({"NNG", "NNP", "NNB", "XR", "XPN", "SN", "SL", "MAG"})
WORDS = frozenset({"MM", "NP", "NR"})
CONTENT = VERBS | NOUNS | WORDS
"""Tags whose morphemes carry meaning; particles, endings and suffixes do not."""

MOST_BETWEEN = 2
"""Content morphemes of weight that may stand between two of an expression's."""


NEGATION = "!"
"""Marks what denies, so that "목 안이" (inside) and "목이 안" (not) stay apart."""

_LACKS = NEGATION + "없"

NOTHING = ""
"""Stands for the concept of expressions that look like a finding and are none ("열받아요")."""


class Match(NamedTuple):
    """An expression found in a text."""

    concept: str
    """Finding id."""
    at: tuple[int, ...]
    """Indices of the matched morphemes."""
    negator_inside: bool
    """The expression itself denies ("소변이 안 나와요"): a negation outside is needed to take it back."""


class _Key(NamedTuple):
    """A content morpheme as expressions are compared by it."""

    at: int
    """Its place among the text's morphemes."""
    form: str
    """Its form; what denies is marked, "…ㄹ 것 같다" (about to) is one of its own."""
    light: bool
    """May stand between an expression's morphemes without counting."""
    mere: bool
    """Too light to be asked for."""


class _Form(NamedTuple):
    concept: str
    keys: tuple[str, ...]
    needs: frozenset[str]
    negator_inside: bool


class LexiconError(Exception):
    """The lexicon does not fit the catalogue; the text names file, finding and form."""


class Lexicon:
    """Forms by their first morpheme. Built once, never changed."""

    def __init__(
        self, forms: Mapping[str, Iterable[str]], morphology: Morphology, senses: Senses | None = None
    ) -> None:
        def keys_of(phrase: str) -> tuple[str, ...]:
            return expression(morphology.analyse(phrase))

        self._senses = senses or load_senses(lambda phrase: heavy(morphology.analyse(phrase)))
        owners: dict[tuple[str, ...], str] = {}
        for concept, phrases in forms.items():
            for keys in filter(None, map(keys_of, phrases)):
                owners.setdefault(keys, concept)
        wide: dict[tuple[str, ...], str] = {}
        for keys, concept in owners.items():
            if concept != NOTHING and (widened := self._senses.widened(keys)) != keys:
                wide.setdefault(widened, concept)
        self._by_first = _by_first(owners)
        self._wide_by_first = _by_first(wide)

    def __len__(self) -> int:
        return sum(map(len, self._by_first.values()))

    def matches(self, morphemes: Sequence[Morpheme], clause: Iterable[int]) -> list[Match]:
        """All expressions in a clause; one that lies inside a longer one is dropped."""
        found: list[Match] = []
        keys = content(morphemes, clause)
        here = {key.form for key in keys}
        for place, key in enumerate(keys):
            for form in self._by_first.get(key.form, ()):
                # Most expressions fall at the first comparison, which is much cheaper than the second.
                if form.needs <= here and (at := _fits(form.keys, keys, place)):
                    found.append(Match(form.concept, at, form.negator_inside))
        exact = [set(match.at) for match in found]
        # What is said in an expression's own words is not read by a wider sense as well.
        found += [match for match in self._wide(keys, here) if not any(at.issuperset(match.at) for at in exact)]
        longest = [match for match in found if not any(set(match.at) < set(other.at) for other in found)]
        return [match for match in longest if match.concept != NOTHING]

    def _wide(self, keys: Sequence[_Key], here: Set[str]) -> list[Match]:
        """Expressions met by words that may stand for theirs."""
        marks = self._senses.marks([key.form for key in keys])
        tokens = {token for mark in marks for token in mark}
        if not tokens:
            return []
        here = here | tokens
        found: list[Match] = []
        for place, key in enumerate(keys):
            for first in (key.form, *marks[place]):
                for form in self._wide_by_first.get(first, ()):
                    if form.needs <= here and (at := _fits(form.keys, keys, place, marks)):
                        found.append(Match(form.concept, at, form.negator_inside))
        return list(dict.fromkeys(found))


def _by_first(owners: Mapping[tuple[str, ...], str]) -> dict[str, list[_Form]]:
    forms: dict[str, list[_Form]] = defaultdict(list)
    for keys, concept in owners.items():
        denies = any(key.startswith(NEGATION) for key in keys)
        forms[keys[0]].append(_Form(concept, keys, frozenset(keys), denies))
    return dict(forms)


def _fits(
    wanted: Sequence[str], keys: Sequence[_Key], place: int, marks: Sequence[Mapping[str, tuple[int, ...]]] = ()
) -> tuple[int, ...]:
    """Indices of an expression's morphemes from a place on, or nothing.

    `marks` are the tokens that may be met at each place, with the places of the words that stand for them.
    """
    places = list(_met(wanted[0], keys, place, marks))
    for form in wanted[1:]:
        between = 0
        while True:
            place += 1
            if place == len(keys) or between > MOST_BETWEEN:
                return ()
            if met := _met(form, keys, place, marks):
                places += met
                break
            if form == _LACKS and keys[place].form.partition("/")[0] in TROUBLES:
                return ()  # "호흡에 문제 없어요": what is missing is the trouble
            between += not keys[place].light
    return tuple(sorted({keys[at].at for at in places}))


def _met(
    wanted: str, keys: Sequence[_Key], place: int, marks: Sequence[Mapping[str, tuple[int, ...]]]
) -> tuple[int, ...]:
    """The places of what stands here for a form; nothing where it does not."""
    if keys[place].form == wanted:
        return (place,)
    return marks[place].get(wanted, ()) if marks else ()


def content(morphemes: Sequence[Morpheme], clause: Iterable[int]) -> list[_Key]:
    """The clause's content morphemes."""
    keys = []
    for i in clause:
        morpheme = morphemes[i]
        if morpheme.tag not in CONTENT:
            continue
        about_to = morpheme.form in ("것", "거") and i and morphemes[i - 1].form in ("ᆯ", "을")
        if about_to and i + 1 < len(morphemes) and morphemes[i + 1].form == "같":
            keys.append(_Key(i, "ᆯ것같", False, False))
        elif (morpheme.form, morpheme.tag) in NEGATORS:
            keys.append(_Key(i, NEGATION + morpheme.form, False, False))
        else:
            keys.append(_Key(i, key_of(morphemes, i), is_light(morpheme), is_mere(morpheme)))
    return keys


def key_of(morphemes: Sequence[Morpheme], index: int) -> str:
    """A morpheme's form with its class, so that 열 (heat), 열 (ten) and 열 (to open) are three.

    "열이 39도" is read with the number ten; a particle after it tells that it is a noun.
    """
    morpheme = morphemes[index]
    if morpheme.tag in VERBS:
        return stem(morpheme) + "/V"
    following = morphemes[index + 1].tag if index + 1 < len(morphemes) else ""
    if morpheme.tag in WORDS and not (morpheme.tag == "NR" and following.startswith("J")):
        return morpheme.form + "/W"
    return morpheme.form


def stem(morpheme: Morpheme) -> str:
    """The form by which verbs of becoming meet their adjectives: "늦어지고" is read as one verb or as 늦 + 어 + 지."""
    form = morpheme.form
    if morpheme.tag != "VV" or form in WHOLE_VERBS:
        return form
    if form.endswith(("어지", "아지")):
        return form[:-2]
    return form[:-2] + "하" if form.endswith("해지") else form


def is_light(morpheme: Morpheme) -> bool:
    """Whether a morpheme may stand between others without counting."""
    return is_mere(morpheme) or (morpheme.tag == "MAG" and morpheme.form in LIGHT_WORDS)


def is_mere(morpheme: Morpheme) -> bool:
    """Whether a morpheme says too little to be asked for."""
    if morpheme.tag in VERBS:
        return morpheme.form in LIGHT_VERBS
    return morpheme.form in (LIGHT_NOUNS if morpheme.tag == "NNB" else MERE_WORDS)


def expression(morphemes: Sequence[Morpheme]) -> tuple[str, ...]:
    """What of an expression must be found in a text, in order; nothing where it is too little to go by.

    An expression that would be one word without its light ones keeps them ("목이 갔어요" is not "목").
    """
    keys = heavy(morphemes)
    too_little = len(keys) == 1 and len(keys[0].partition("/")[0]) < 2 and keys[0] not in SINGLE
    return () if too_little else keys


def heavy(morphemes: Sequence[Morpheme]) -> tuple[str, ...]:
    """The keys of weight, however little they say; of what has fewer than two, the light ones too."""
    keys = content(morphemes, range(len(morphemes)))
    of_weight = [key.form for key in keys if not key.mere]
    if len(of_weight) < 2:
        of_weight = [key.form for key in keys if not key.mere or morphemes[key.at].form not in EMPTY]
    return tuple(of_weight)


def load_forms(concepts: Mapping[str, Concept], folder: Path) -> dict[str, list[str]]:
    """Lay forms by finding id: the lexicon's files, then the catalogue's own names."""
    forms: dict[str, list[str]] = {NOTHING: yaml.safe_load((folder.parent / "no_findings.yaml").read_text("utf-8"))}
    unknown = []
    for path in sorted(folder.glob("*.yaml")):
        for concept, phrases in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader).items():
            if concept not in concepts:
                unknown.append(f"{path.name}: {concept}")
            forms.setdefault(concept, []).extend(map(str, phrases))
    if unknown:
        raise LexiconError(f"the catalogue has no such findings: {', '.join(unknown)}")
    for concept in concepts.values():
        if "·" not in concept.name_ko:  # "얼굴·눈·입술 부음" is a label, not an expression
            forms.setdefault(concept.id, []).append(concept.name_ko)
    return forms
