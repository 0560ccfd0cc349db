"""What a door can do. `fold` fits every reply into it; new doors only describe themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """A door's limits and abilities."""

    max_parts: int | None = None
    """Bubbles in one answer; None is no limit."""
    max_chars: int = 4_000
    """Characters in one bubble."""
    max_buttons: int = 12
    """Tappable choices under an answer; 0 means choices become numbered lines."""
    max_label: int = 20
    """Characters on a button."""
    cards: bool = True
    """Whether titled blocks are shown as such."""
    maps: bool = False
    """Whether places can be shown on a map."""
    can_push: bool = False
    """Whether the door may speak first."""
    can_stream: bool = False
    """Whether an answer may arrive in pieces."""
    deadline_seconds: float | None = None
    """How long the door waits for an answer; None is as long as it takes."""
    one_shot: bool = False
    """Whether there is exactly one answer to a message."""
    asks_location: bool = False
    """Whether the door can ask the device for its location."""


CONSOLE = Capabilities(max_chars=4_000, max_buttons=0, cards=True)
"""The terminal: choices are numbered lines."""

WEB = Capabilities(max_buttons=12, maps=True, can_stream=True, asks_location=True)
"""The chat page."""
