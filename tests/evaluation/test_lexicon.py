"""The lexicon reads itself: what an author listed for a finding is found again in a message of just these words."""

from datetime import date

import yaml

from bot.turn import Knowledge
from knowledge.clinical import Presence
from nlu.meaning import Hints
from nlu.reader import FOLDER, Reader

LEAST_OWN = 0.98
"""Share of expressions that must be read as their own finding; the others are read as a related one or not at all."""


def test_no_listed_expression_is_read_as_denied(mind: tuple[Knowledge, Reader]) -> None:
    """Not one of the thousands of expressions for something that is there is taken for a denial of anything."""
    own = total = 0
    denied = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for concept, phrases in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader).items():
            for phrase in map(str, phrases):
                findings = mind[1].read(phrase, Hints(), date(2026, 11, 25)).findings
                # A number that is high is not low: readings deny one another.
                told = [f for f in findings if mind[0].catalogue.concepts[f.concept].kind != "measurement"]
                denied += [(concept, phrase) for f in told if f.presence is Presence.ABSENT]
                own += concept in {f.concept for f in findings}
                total += 1
    assert total > 3_000
    assert denied == []
    assert own / total >= LEAST_OWN
