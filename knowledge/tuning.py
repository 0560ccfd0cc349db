"""The numbers of the likelihood model and of the question policy, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from knowledge.clinical import Triage


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How strongly evidence counts, when a level is advised, and when asking ends."""

    cap: float = 3.5
    """Largest |log likelihood ratio| of one finding beyond its parent: findings are correlated and the figures rough,
    so nothing alone may count more than about 33 to 1."""
    unexplained: float = 0.5
    """A specific present finding that a condition does not list is this much less likely than in anybody."""
    specific: float = 0.03
    """Symptoms and signs with a leak up to this are specific enough to want an explanation."""
    background: float = 60.0
    """Cases per 1,000 that nothing in the catalogue explains: keeps posteriors honest."""
    mention: float = 0.25
    """P(a symptom that is there is told unasked). What is not told counts a little against conditions that
    usually have it, as it does for a listener."""
    defining: float = 0.85
    """From this P(present | condition) on a rare finding, or an accident or other exposure, defines the condition: a
    burn without a burn is none."""
    rare: float = 0.01
    """A symptom or sign with a leak below this is rare enough to define a condition so."""
    defining_specific: float = 0.9
    """From this P(present | condition) on a `specific` symptom or sign defines it too: a torn shoulder hurts."""
    mention_defining: float = 0.8
    """P(what defines a condition is told unasked): somebody who was burnt, or whose child had a seizure, says so
    first. What was neither told nor asked thus counts four to one against what it would define."""
    off_topic: float = 0.2
    """A condition that explains none of the complaints is this much less likely: people tell what ails them, and what
    is common in everybody (a strained back) is no answer to dizziness."""
    explains: float = 1.5
    """A condition explains a complaint that is this many times as usual in it as in anybody."""
    thresholds: Mapping[Triage, float] = field(
        default_factory=lambda: {
            Triage.AMBULANCE: 0.30,
            Triage.EMERGENCY: 0.15,
            Triage.CLINIC_24H: 0.25,
            Triage.CLINIC: 0.30,
        }
    )
    """A level is advised once the candidates that need at least it are this probable together. 0.15 says that
    missing one emergency is held to be as bad as 0.85/0.15, nearly six, needless trips; calling 119 and the
    clinic levels cost the person and others differently, so their ratios are nearer to two or three."""
    usual: float = 0.2
    """From this P(present | condition) on a must-ask finding belongs to a condition."""
    possible: float = 0.005
    """From this posterior on an emergency is still possible: its must-ask findings may not stay unknown."""
    considered: int = 25
    """So many leading candidates take part in choosing a question."""
    leading: float = 0.06
    """A question other than for danger must be about a candidate at least this probable (or half as probable as the
    likeliest, where none is) ..."""
    leading_emergency: float = 0.01
    """... or about an emergency at least this probable ..."""
    telling: float = 3.0
    """... in which the finding is this many times as usual as in anybody."""
    completing: float = 0.1
    """P(yes) from which a question that would complete the red flag of an emergency goes before other questions."""
    urgency_weight: float = 0.12
    """How many nats one step of expected change in harm is worth when questions are compared."""
    least_gain: float = 0.015
    """Nothing is asked whose expected gain is below this."""
    dominant: float = 0.97
    """With a leading candidate this probable and a stable level, asking ends."""
    least_shown: float = 0.005
    """A condition less probable than this is no candidate."""
