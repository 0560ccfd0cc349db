"""Answers that take up the verb of the question: "안 나와요" after "소변이 안 나오나요?" says yes."""

from collections.abc import Sequence
from typing import Literal

from knowledge.morphology import Morpheme
from nlu.grammar import ANSWERING, NOW_WORDS

_NAMING = frozenset({"NNG", "NNP", "XR"})
_CONTENT = _NAMING | {"VV", "VA"}


def echo(question: Sequence[Morpheme], answer: Sequence[Morpheme]) -> Literal["yes", "no"] | None:
    """Whether an answer without a noun of its own repeats what the question asks, or turns it round."""
    if any(m.tag in _NAMING for m in answer):
        return None
    asked, told = _predicate(_first_sentence(question)), _predicate(answer)
    if asked is None or told is None or asked[0] != told[0]:
        return None
    return "yes" if asked[1] == told[1] else "no"


def tells_other(question: Sequence[Morpheme], answer: Sequence[Morpheme]) -> bool:
    """Whether an answer has words of content that neither the question has nor a plain answer needs."""
    known = {m.form for m in question} | ANSWERING | NOW_WORDS
    return any(m.tag in _CONTENT and m.form not in known for m in answer)


def _first_sentence(question: Sequence[Morpheme]) -> Sequence[Morpheme]:
    """The question up to its first mark; what follows it asks for more ("재 보셨다면 몇 도인가요?")."""
    end = next((i for i, m in enumerate(question) if m.tag == "SF"), len(question))
    return question[:end]


def _predicate(morphemes: Sequence[Morpheme]) -> tuple[str, bool] | None:
    """The last full verb or adjective and whether it is denied."""
    for i in range(len(morphemes) - 1, -1, -1):
        form, tag = morphemes[i].form, morphemes[i].tag
        if tag in ("VV", "VA"):
            before = i > 0 and morphemes[i - 1].tag == "MAG" and morphemes[i - 1].form in ("안", "못")
            after = any(
                m.tag == "VCN" or (m.tag == "VX" and m.form in ("않", "못하")) for m in morphemes[i + 1 : i + 5]
            )
            return form, form == "없" or before or after
    return None
