"""What nobody can say or ask of a patient of that age: babies cannot tell what they feel, others are no babies."""

from knowledge.catalogue import Catalogue

_BABY_BELOW = 3
"""Years."""

_BABIES_ONLY = frozenset({"infant_poor_feeding", "infant_lethargy", "inconsolable_crying", "bulging_fontanelle"})

_FELT = (
    "headache", "dizziness", "sore_throat", "confusion", "memory_loss", "visual_aura", "floaters_flashes",
    "double_vision", "light_sensitivity", "sound_sensitivity", "tinnitus", "ear_fullness", "loss_of_smell",
    "throat_lump_feeling", "heartburn", "nausea", "palpitations", "chest_tightness", "radiating_arm_jaw_pain",
    "hand_numbness", "leg_numbness", "one_sided_numbness", "saddle_numbness", "anxiety", "depressed_mood",
    "loss_of_interest", "suicidal_thoughts", "hallucination", "stress", "screen_work", "facial_pain", "body_ache",
)  # fmt: skip
"""Findings that only somebody who speaks can report, or that babies do not have; so are all their forms."""


def is_baby(age: float | None) -> bool:
    """Whether the patient is too young to say what is felt; an unknown age is not."""
    return age is not None and age < _BABY_BELOW


def only_of_babies(catalogue: Catalogue) -> frozenset[str]:
    """Findings that make sense in babies only."""
    return _BABIES_ONLY & catalogue.concepts.keys()


def not_of_babies(catalogue: Catalogue) -> frozenset[str]:
    """Findings nobody can tell of a baby: they are not asked, and that nobody mentioned them says nothing."""
    felt = frozenset(_FELT) & catalogue.concepts.keys()
    return felt.union(*(catalogue.descendants[id_] for id_ in felt))
