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
    urgency_weight: float = 0.12
    """How many nats one step of expected change in harm is worth when questions are compared."""
    least_gain: float = 0.03
    """Nothing is asked whose expected gain is below this."""
    dominant: float = 0.92
    """With a leading candidate this probable and a stable level, asking ends."""
