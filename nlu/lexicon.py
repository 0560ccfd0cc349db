"""Lay expressions of findings, matched by their content morphemes in order inside one clause."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge.clinical import Concept
from knowledge.morphology import Morpheme, Morphology
from nlu.grammar import LIGHT, NEGATORS

CONTENT = frozenset({"NNG", "NNP", "NNB", "NR", "XR", "VV", "VA", "VX", "VCN", "MAG", "MM", "SN", "SL"})
"""Tags whose morphemes carry meaning; particles, endings and suffixes do not."""

MOST_BETWEEN = 2
"""Content morphemes that may stand between two of a form's."""


@dataclass(frozen=True, slots=True)
class Match:
    """An expression found in a text."""

    concept: str
    """Finding id."""
    at: tuple[int, ...]
    """Indices of the matched morphemes."""
    negator_inside: bool
    """The expression itself denies ("소변이 안 나와요"): a negation outside is needed to take it back."""


@dataclass(frozen=True, slots=True)
class _Form:
    concept: str
    keys: tuple[str, ...]
    negator_inside: bool


class LexiconError(Exception):
    """The lexicon does not fit the catalogue; the text names file, finding and form."""


class Lexicon:
    """Forms by their first morpheme. Built once, never changed."""

    def __init__(self, forms: Mapping[str, Iterable[str]], morphology: Morphology) -> None:
        owner: dict[tuple[str, ...], str] = {}
        by_first: dict[str, list[_Form]] = defaultdict(list)
        for concept, phrases in forms.items():
            for phrase in phrases:
                keys = content_keys(morphology.analyse(phrase))
                if not keys or owner.setdefault(keys, concept) != concept or keys in _seen(by_first, keys):
                    continue
                by_first[keys[0]].append(_Form(concept, keys, any(key in NEGATORS for key in keys)))
        self._by_first = {
            first: tuple(sorted(found, key=lambda form: -len(form.keys))) for first, found in by_first.items()
        }

    def __len__(self) -> int:
        return sum(map(len, self._by_first.values()))

    def matches(self, morphemes: Sequence[Morpheme], clause: range) -> list[Match]:
        """All expressions in a clause; one that lies inside a longer one is dropped."""
        found: list[Match] = []
        content = [i for i in clause if is_content(morphemes, i)]
        for place, index in enumerate(content):
            for form in self._by_first.get(morphemes[index].form, ()):
                at = _fits(form, morphemes, content, place)
                if at:
                    found.append(Match(form.concept, at, form.negator_inside))
        return [match for match in found if not any(set(match.at) < set(other.at) for other in found)]


def _seen(by_first: Mapping[str, list[_Form]], keys: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {form.keys for form in by_first.get(keys[0], ())}


def _fits(form: _Form, morphemes: Sequence[Morpheme], content: Sequence[int], place: int) -> tuple[int, ...]:
    """Indices of the form's morphemes from a place on, or nothing."""
    at = [content[place]]
    for key in form.keys[1:]:
        between = 0
        for later in content[place + 1 :]:
            place += 1
            if morphemes[later].form == key:
                at.append(later)
                break
            if morphemes[later].form not in LIGHT and morphemes[later].tag != "MAG":
                between += 1
            if between > MOST_BETWEEN:
                return ()
        else:
            return ()
    return tuple(at)


def is_content(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether a morpheme carries meaning. "열" is a number only where no particle follows."""
    return morphemes[index].tag in CONTENT


def content_keys(morphemes: Sequence[Morpheme]) -> tuple[str, ...]:
    """What of an expression must be found in a text, in order."""
    return tuple(m.form for m in morphemes if m.tag in CONTENT and m.form not in LIGHT)


def load_forms(concepts: Mapping[str, Concept], folder: Path) -> dict[str, list[str]]:
    """Lay forms by finding id: the lexicon's files, then the catalogue's own names."""
    forms: dict[str, list[str]] = {}
    unknown = []
    for path in sorted(folder.glob("*.yaml")):
        for concept, phrases in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader).items():
            if concept not in concepts:
                unknown.append(f"{path.name}: {concept}")
            forms.setdefault(concept, []).extend(map(str, phrases))
    if unknown:
        raise LexiconError(f"the catalogue has no such findings: {', '.join(unknown)}")
    for concept in concepts.values():
        forms.setdefault(concept.id, []).extend(concept.name_ko.split("·"))
    return forms
