"""Cutting a text into clauses, and what a clause says about its words: denied, past, supposed."""

from collections.abc import Sequence

from knowledge.clinical import Presence, When
from knowledge.morphology import Morpheme
from nlu.grammar import ENDED, GENERAL_VERBS, JOINING, LONG_AGO, NOUN_LINKS, WHAT_IF
from nlu.lexicon import Match


def clauses(morphemes: Sequence[Morpheme], text: str) -> list[range]:
    """Index ranges of the clauses. "…고 있다", "…지 않다" and helping verbs do not begin a new one."""
    found: list[range] = []
    start = 0
    for i, morpheme in enumerate(morphemes):
        following = morphemes[i + 1] if i + 1 < len(morphemes) else None
        ends = morpheme.tag in ("EF", "SF") or (
            morpheme.tag == "EC" and morpheme.form in JOINING and not (following and following.tag == "VX")
        )
        comma = morpheme.tag == "SP" and not _in_noun_list(morphemes, i)
        broken = following is not None and "\n" in text[morpheme.end : following.start]
        if ends or comma or broken:
            found.append(range(start, i + 1))
            start = i + 1
    if start < len(morphemes):
        found.append(range(start, len(morphemes)))
    return [clause for clause in found if len(clause)]


def _in_noun_list(morphemes: Sequence[Morpheme], comma: int) -> bool:
    """Whether a comma stands between two nouns ("기침, 콧물")."""
    before = morphemes[comma - 1].tag if comma else ""
    after = morphemes[comma + 1].tag if comma + 1 < len(morphemes) else ""
    return before in ("NNG", "NNP", "XSN") and after in ("NNG", "NNP", "XR")


def presence(match: Match, morphemes: Sequence[Morpheme], clause: range) -> Presence:
    """Whether the clause says that a matched expression is there or is not."""
    denied = _denied(match, morphemes, clause)
    return Presence.ABSENT if denied else Presence.PRESENT


def _denied(match: Match, morphemes: Sequence[Morpheme], clause: range) -> bool:
    first, last = match.at[0], match.at[-1]
    inside = {morphemes[i].form for i in range(first, last) if i not in match.at and morphemes[i].tag == "MAG"}
    if not match.negator_inside and inside & {"안", "못"}:
        return True
    noun_phrase = morphemes[last].tag not in ("VV", "VA", "VX")
    for i in range(last + 1, clause.stop):
        form, tag = morphemes[i].form, morphemes[i].tag
        if tag == "VX" and form in ("않", "못하", "말"):
            return True
        if tag in ("VV", "VA", "VX") and form == "괜찮":
            return True
        if not noun_phrase:
            # After a predicate only its own "…지 않다", "…ㄴ 적 없다", "…ㄴ 건 아니다" deny it.
            if tag == "VCN" or (form == "없" and _after_dependent_noun(morphemes, i)):
                return True
            if tag in ("VV", "VA") and not _after_dependent_noun(morphemes, i):
                return False
            continue
        if form == "없" or tag == "VCN":
            return True
        if tag == "MAG" and form in ("안", "못"):
            return True
        if tag in ("VV", "VA") and form not in GENERAL_VERBS:
            return form in ("멎", "사라지", "없어지")
        if tag in ("NNG", "NNP") and not _listed(morphemes, last, i):
            return False
    return False


def _after_dependent_noun(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether "적", "건", "것" stands right before ("아픈 적은 없어요")."""
    return any(m.tag == "NNB" or m.form in ("적", "편", "느낌", "증상") for m in morphemes[max(0, index - 2) : index])


def _listed(morphemes: Sequence[Morpheme], first: int, second: int) -> bool:
    """Whether two nouns stand in one list with a shared predicate."""
    between = [m for m in morphemes[first + 1 : second] if m.tag not in ("NNG", "NNP", "XSN", "XR")]
    return bool(between) and all(m.form in NOUN_LINKS or m.tag in ("JC", "SP") for m in between)


def when(match: Match, morphemes: Sequence[Morpheme], clause: range, text: str) -> When:
    """Now, over, or only feared."""
    words = text[morphemes[clause.start].start : morphemes[clause.stop - 1].end]
    last = match.at[-1]
    after = text[morphemes[last].end : morphemes[last].end + 25]
    if any(m.form in ("면", "으면", "이면") for m in morphemes[last + 1 : clause.stop]) and any(
        w in after for w in WHAT_IF
    ):
        return When.HYPOTHETICAL
    if any(word in words for word in LONG_AGO):
        return When.PAST
    over = [m.form for m in morphemes[last + 1 : clause.stop] if m.tag == "VV"]
    if over and over[0] in ENDED and any(m.form in ("었", "았", "였") for m in morphemes[last + 1 : clause.stop]):
        return When.PAST
    return When.NOW
