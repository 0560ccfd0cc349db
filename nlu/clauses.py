"""Cutting a text into clauses, and what a clause says about its words: denied, past, supposed."""

import re
from collections.abc import Sequence
from itertools import takewhile

from knowledge.clinical import Presence, When
from knowledge.morphology import Morpheme
from nlu.grammar import (
    BESIDES,
    DEGREE,
    ENDED,
    GENERAL_VERBS,
    JOINING,
    LONG_AGO,
    MEASURING,
    NOTHING_MUCH,
    NOUN_LINKS,
    NOW_WORDS,
    OVER_NOW,
    PLAYS_DOWN,
    SINCE_THEN,
    SITES,
    TRIGGERS,
    WHAT_IF,
)
from nlu.lexicon import Match

PREDICATES = frozenset({"VV", "VA", "VX"})
NOUNS = frozenset({"NNG", "NNP", "XSN", "XR"})
PAST_TENSE = frozenset({"었", "았", "였", "었었", "았었", "였었"})

ON_AND_OFF = frozenset({"다가", "다"})
"""After these what follows is the other half of coming and going ("아프다가 괜찮다가", "나왔다 안 나왔다")."""

AHEAD = 25
"""Characters after an expression in which a supposition is looked for."""

_ASKED = re.compile(r"^(?:이|가|은|는|란|이란)?\s*(?:도대체|정확히|대체)?\s*(?:뭐|뭔|무엇|무슨|어떤)")
_MAYBE = re.compile(r"^일?\s*수도?\s*있(?:나|을까|는지)|^일지도?\s")
_FEARED = re.compile(r"^\S{0,2}\s*(?:(?:인|일|걸린|온)\s*(?:것|거|듯|건)|같|걱정|의심|무서|두려|걸릴까|될까)")
_WHICH = re.compile(r"왜|어디|무슨|언제|어떻게|뭐|무엇|얼마")


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
    """Whether the clause says that a matched expression is there, is not, or is not known."""
    if _unknown(match, morphemes, clause):
        return Presence.UNKNOWN
    return Presence.ABSENT if _denied(match, morphemes, clause) else Presence.PRESENT


def left_out(match: Match, morphemes: Sequence[Morpheme], clause: range) -> bool:
    """Whether "말고" or "아니라" turns down what was read for something else ("발목이 아니라 무릎이 아파요")."""
    for i in range(match.at[0] + 1, clause.stop - 1):
        form, following = morphemes[i].form, morphemes[i + 1]
        if (morphemes[i].tag not in ("VV", "VX", "VCN") or form not in ("말", "아니")) or i in match.at:
            if morphemes[i].tag in PREDICATES and i not in match.at and i > match.at[-1]:
                return False
            continue
        if following.form not in ("고", "라", "라서", "구") or morphemes[i - 1].tag in ("EC", "ETM"):
            return False
        after = {m.form for m in takewhile(lambda m: m.tag != "EF", morphemes[i + 2 :])}
        return i < match.at[-1] if form == "아니" else not after & BESIDES
    return False


def _unknown(match: Match, morphemes: Sequence[Morpheme], clause: range) -> bool:
    """Whether "…는지 모르겠어요", "…은 안 재 봤어요" follows; "왜 그런지 모르겠어요" is about the cause."""
    after = range(match.at[-1] + 1, clause.stop)
    for i in after:
        form, tag = morphemes[i].form, morphemes[i].tag
        if tag == "MAG" and form in ("안", "못") and i + 1 < clause.stop and morphemes[i + 1].form in MEASURING:
            return True
        if tag == "VV" and form == "모르":
            words = [m.form for m in morphemes[clause.start : i]]
            return any(f.endswith("지") for f in words) and not any(_WHICH.match(f) for f in words)
    return False


def _denied(match: Match, morphemes: Sequence[Morpheme], clause: range) -> bool:
    first, last = match.at[0], match.at[-1]
    start = max(first, clause.start)
    denies = any(
        morphemes[i].tag == "MAG" and morphemes[i].form in ("안", "못", "없이") and not _without_end(morphemes, i)
        for i in range(start, last)
        if i not in match.at and not _denies_beside(match, morphemes, i)
    )
    if not match.negator_inside and denies:
        return True
    if morphemes[last].tag in PREDICATES:
        return _predicate_denied(morphemes, last, clause)
    return _noun_denied(morphemes, last, clause)


def _denies_beside(match: Match, morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether "안" or "못" here denies only what describes a noun beside it ("안 움직이는 멍울")."""
    described, ending = morphemes[index + 1 : index + 2], morphemes[index + 2 : index + 3]
    return index + 1 not in match.at and bool(described) and bool(ending) and ending[0].tag == "ETM"


def _without_end(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether "없이" here says how much ("참을 수 없이", "쉴 새 없이") instead of denying."""
    return morphemes[index].form == "없이" and index > 0 and morphemes[index - 1].form in ("수", "새", "틈")


def _predicate_denied(morphemes: Sequence[Morpheme], last: int, clause: range) -> bool:
    """After a predicate only its own "…지 않다", "…ㄴ 적 없다", "…ㄴ 건 아니다", "…ㄴ 건 괜찮다" deny it."""
    for i in range(last + 1, clause.stop):
        form, tag = morphemes[i].form, morphemes[i].tag
        if tag == "EC" and form in ON_AND_OFF:
            return False
        if _plays_down(morphemes, i, clause):
            return False
        if (tag == "VX" and form in ("않", "못하", "말")) or tag == "VCN":
            return True
        if tag in PREDICATES and form == "괜찮":
            return True
        if form == "없" and _after_dependent_noun(morphemes, i):
            return True
        if tag in ("VV", "VA") and not _after_dependent_noun(morphemes, i):
            return False
    return False


def _noun_denied(morphemes: Sequence[Morpheme], last: int, clause: range) -> bool:
    """After a noun "없다", "아니다", "안 …", "…지 않다", "괜찮다" deny it, but not "안 멈춰요" and the like."""
    for i in range(last + 1, clause.stop):
        form, tag = morphemes[i].form, morphemes[i].tag
        if tag == "EC" and form in ON_AND_OFF:
            return False
        following = [m.form for m in morphemes[i + 1 : min(i + 3, clause.stop)]]
        if form == "없" and following == ["어", "지"]:
            return False
        if _plays_down(morphemes, i, clause):
            return False
        if form in ("없", "없이") or tag == "VCN" or (tag == "VX" and form in ("않", "못하", "말")):
            return True
        if tag in PREDICATES and form == "괜찮":
            return True
        if tag == "MAG" and form in ("안", "못"):
            return not (set(following[:1]) & (ENDED | {"없"}))
        if tag in ("VV", "VA") and form not in GENERAL_VERBS:
            return False
        if tag in NOUNS and not _listed(morphemes, last, i, clause):
            return False
    return False


def denies_degree(match: Match, morphemes: Sequence[Morpheme], clause: range) -> bool:
    """Whether what is denied is only how much ("기침이 심하지는 않아요")."""
    return any(
        morphemes[i].form in DEGREE and morphemes[i].tag == "VA"
        for i in (match.at[-1], match.at[-1] + 2)
        if i < clause.stop
    )


def _plays_down(morphemes: Sequence[Morpheme], index: int, clause: range) -> bool:
    """Whether "아니다" or "없다" here turns down how grave it is, as relatives do, and not what was told."""
    words = PLAYS_DOWN if morphemes[index].tag == "VCN" else NOTHING_MUCH if morphemes[index].form == "없" else ()
    before = "".join(m.form for m in morphemes[max(clause.start, index - 3) : index])
    return any(word in before for word in words)


def _after_dependent_noun(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether "적", "건", "것" stands right before ("아픈 적은 없어요")."""
    return any(m.tag == "NNB" or m.form in ("적", "편", "느낌", "증상") for m in morphemes[max(0, index - 2) : index])


def _listed(morphemes: Sequence[Morpheme], first: int, second: int, clause: range) -> bool:
    """Whether two nouns stand in one list with a shared predicate; "기침 콧물 없이" needs no links."""
    between = [m for m in morphemes[first + 1 : second] if m.tag not in NOUNS]
    if all(m.tag in NOUNS or m.form == "없이" for m in morphemes[first + 1 : second + 2]):
        return second + 1 < clause.stop
    return bool(between) and all(m.form in NOUN_LINKS or m.tag in ("JC", "SP") for m in between)


def when(match: Match, morphemes: Sequence[Morpheme], clause: range, text: str, *, illness: bool) -> When:
    """Now, over, or only feared. The name of an illness is feared in more ways than a complaint is."""
    words = text[morphemes[clause.start].start : morphemes[clause.stop - 1].end]
    last = match.at[-1]
    after = text[morphemes[last].end : morphemes[last].end + AHEAD]
    if _ASKED.match(after) or _MAYBE.match(after) or (illness and _FEARED.match(after)):
        return When.HYPOTHETICAL
    rest = [m.form for m in morphemes[last + 1 : clause.stop]]
    if rest[:1] == ["이"] and rest[1:2] and re.match("ᆯ까|ᆫ가|ᆫ지", rest[1]):
        return When.HYPOTHETICAL
    if any(form in ("면", "으면", "이면") for form in rest) and any(w in after for w in WHAT_IF):
        return When.HYPOTHETICAL
    if any(word in words for word in LONG_AGO) and not any(word in words for word in SINCE_THEN):
        return When.PAST
    return When.PAST if _ended(morphemes, range(last + 1, clause.stop)) else When.NOW


def _ended(morphemes: Sequence[Morpheme], after: range) -> bool:
    """Whether the first verb after says that it is over ("사라졌어요"), and nothing denies that."""
    for i in after:
        form, tag = morphemes[i].form, morphemes[i].tag
        if tag == "MAG" and form in ("안", "못"):
            return False
        gone = form == "없" and [m.form for m in morphemes[i + 1 : i + 3]] == ["어", "지"]
        if tag == "VV" or gone:
            rest = morphemes[i + 1 : after.stop]
            told = any(m.form in PAST_TENSE for m in rest) and not any(m.form in ("않", "못하") for m in rest)
            return told and (gone or form in ENDED or _healed(morphemes, i))
    return False


def _healed(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether this is "나았다", which is analysed like "났다" but is written with a syllable more."""
    following = morphemes[index + 1 : index + 2]
    return (
        morphemes[index].form == "나"
        and bool(following)
        and following[0].form in PAST_TENSE
        and (following[0].start >= morphemes[index].end)
    )


def in_past_tense(morphemes: Sequence[Morpheme], clause: range) -> bool:
    """Whether a clause tells what was ("토했는데")."""
    return any(morphemes[i].tag == "EP" and morphemes[i].form in PAST_TENSE for i in clause)


def says_over(morphemes: Sequence[Morpheme], clause: range) -> bool:
    """Whether a clause only says that what was told before it is over ("지금은 괜찮아요", "이제 없어요")."""
    parts = [morphemes[i] for i in clause]
    if any(m.tag in NOUNS and m.form not in NOW_WORDS for m in parts):
        return False
    if any(m.form in ("안", "못", "않", "못하", "아니") and m.tag in ("MAG", "VX", "VCN") for m in parts):
        return False
    return any(
        morphemes[i].tag in PREDICATES and (morphemes[i].form in OVER_NOW or _healed(morphemes, i)) for i in clause
    )


def topic(morphemes: Sequence[Morpheme], clause: range) -> int | None:
    """What a clause speaks of, for the clauses after it: a part of the body, else its subject ("열이 나고")."""
    for i in reversed(clause):
        if is_site(morphemes[i]):
            return i
    for i in clause:
        if morphemes[i].tag in ("JKS", "JX") and i > clause.start and morphemes[i - 1].tag in ("NNG", "NNP"):
            return i - 1
    return None


def begins_with_another(
    morphemes: Sequence[Morpheme], clause: range, following: range | None, before: range | None
) -> bool:
    """Whether a new sentence begins with what describes a subject of its own ("누렇고 끈적한 눈곱이 껴요")."""
    if before is None or following is None or morphemes[before[-1]].tag not in ("EF", "SF"):
        return False
    ends = morphemes[clause[-1]].tag in ("EF", "SF")
    return not ends and topic(morphemes, clause) is None and topic(morphemes, following) is not None


def is_site(morpheme: Morpheme) -> bool:
    """Whether a morpheme names a part of the body."""
    return morpheme.tag == "NNG" and morpheme.form in SITES


def is_trigger(match: Match, morphemes: Sequence[Morpheme]) -> bool:
    """Whether what was read only brings something else on ("기침하면 새요", "기침하거나 웃을 때")."""
    last = match.at[-1]
    if len(match.at) > 1 or morphemes[last].form not in TRIGGERS:
        return False
    after = morphemes[last + 1 : last + 1 + _NEAR]
    for i, morpheme in enumerate(after):
        if morpheme.tag == "EC":
            ahead = {m.form for m in after[i + 1 :]}
            return morpheme.form in _IF or (morpheme.form == "거나" and not ahead.isdisjoint({"때", *_IF}))
        if morpheme.tag == "ETM":
            return [m.form for m in after[i + 1 : i + 2]] == ["때"]
        if morpheme.tag not in ("XSV", "VV", "JKO", "MAG"):
            return False
    return False


_IF = frozenset({"면", "으면"})

_NEAR = 12
"""Morphemes in which the end of such a clause is looked for."""
