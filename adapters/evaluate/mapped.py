"""The facts of emergency cases as findings, so that a case can be tapped through or assessed without being read."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.evaluate.door import Door
from adapters.evaluate.emergencies import Told, gold, level
from adapters.evaluate.vignettes import open_question
from bot.korean import KST
from bot.phrases import Phrases
from knowledge.catalogue import Catalogue
from knowledge.clinical import Answer, Finding, Person, Presence, Sex
from knowledge.questions import question_of

QUESTIONS = 20
"""Questions after which the result is asked for."""

Meanings = Mapping[str, Mapping[str, list[str]]]
"""By a fact's `what` or a case's `text`: which findings it says are `present`, and which `absent`."""


def read_meanings(path: Path) -> Meanings:
    """The findings in `meanings.json` beside the cases. Raises OSError or ValueError."""
    folder = path if path.is_dir() else path.parent
    meanings: Meanings = json.loads((folder / "meanings.json").read_text(encoding="utf-8"))
    return meanings


def findings_of(case: Mapping[str, Any], meanings: Meanings) -> list[Finding]:
    """What the first message and the facts say, as findings; a fact that is not so says the opposite.

    Raises KeyError where a message or a fact has no entry.
    """
    text = meanings[case["text"]]
    said = [(id_, True) for id_ in text["present"]] + [(id_, False) for id_ in text["absent"]]
    for fact in case["facts"]:
        meaning = meanings[fact["what"]]
        said += [(id_, bool(fact["present"])) for id_ in meaning["present"]]
        said += [(id_, not fact["present"]) for id_ in meaning["absent"]]
    return [Finding(concept=id_, presence=Presence.PRESENT if so else Presence.ABSENT) for id_, so in said]


def assessed(door: Door, case: Mapping[str, Any], meanings: Meanings) -> Told:
    """The level of all that the case says at once: nothing is read and nothing is asked."""
    known = door.house.knowledge
    person = Person(age=case["age"], sex=Sex(case["sex"]), pregnant=case.get("pregnant"))
    assessment = known.diagnosis.assess(
        findings_of(case, meanings),
        person,
        onset=case.get("onset_hours"),
        sudden=case.get("sudden"),
        on=datetime.now(KST).date(),
        final=True,
    )
    return Told(case=case, gold=gold(case), got=assessment.triage)


async def tapped(door: Door, case: Mapping[str, Any], meanings: Meanings) -> Told:
    """The first message in words, then only taps on what is offered; what the case does not mention is not so."""
    catalogue = door.house.knowledge.catalogue
    said = findings_of(case, meanings)
    have = {f.concept for f in said if f.presence is Presence.PRESENT}
    have |= {above for id_ in have for above in catalogue.ancestors[id_]}
    user = f"tapped-{case['id']}"
    profile = {"age": case["age"], "sex": case["sex"], "pregnant": case.get("pregnant"), "consent": True}
    await door.ask(user=user, reset=True)
    out = await door.ask(user=user, text=case["text"], profile=profile)
    for _ in range(QUESTIONS):
        if not open_question(out):
            break
        choice = tap([c["id"] for c in out["choices"]], have, catalogue, door.say)
        out = await door.ask(user=user, choice=choice)
    if not (out.get("assessment") or {}).get("done"):
        out = await door.ask(user=user, choice="finish")
    return Told(case=case, gold=gold(case), got=level(out))


def tap(offered: Sequence[str], have: Collection[str], catalogue: Catalogue, say: Phrases) -> str:
    """The button that somebody with these findings (with all that they imply), and no others, would tap."""
    kind, _, rest = offered[0].partition(":")
    if kind in ("history", "drugs"):
        fitting = (e for e in say.get(f"consult.{kind}.choices") if not set(have).isdisjoint(e.get("findings", ())))
        return f"{kind}:{next(fitting, {'id': 'none'})['id']}"
    concept = catalogue.concepts.get(rest.partition(":")[0]) if kind == "a" else None
    if concept is None:  # no question about a finding: whether a guardian is there, say
        return offered[0]
    answers = question_of(concept, catalogue).answers
    _, number = max((_weight(answer, frozenset(have)), -number) for number, answer in enumerate(answers))
    return f"a:{concept.id}:{-number}"


def _weight(answer: Answer, have: frozenset[str]) -> float:
    """How well an answer fits: by how much it says; then "no", then not knowing; never where it is untrue."""
    yes = [id_ for id_, presence in answer.sets if presence is Presence.PRESENT]
    no = [id_ for id_, presence in answer.sets if presence is Presence.ABSENT]
    if not have.issuperset(yes) or have.intersection(no):
        return -2.0
    return len(yes) if yes else -0.5 if no else -1.0
