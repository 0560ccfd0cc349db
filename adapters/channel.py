"""What a door can do. `fold` fits every reply into it; new doors only describe themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """A door's limits and abilities. Lengths are counted in UTF-16 units, as the messengers count."""

    max_parts: int | None = None
    """Bubbles in one answer; None is no limit."""
    max_chars: int = 4_000
    """Characters in one bubble."""
    max_title: int = 200
    """Characters in a card's title."""
    max_card: int = 4_000
    """Characters in a card, its title included."""
    max_links: int = 5
    """Links on one card; more of them become lines of text."""
    max_link_label: int = 75
    """Characters on a link."""
    max_places: int = 10
    """Places in one list."""
    max_buttons: int = 12
    """Tappable choices under an answer; 0 means choices become numbered lines."""
    max_label: int = 20
    """Characters on a button."""
    place_notes: bool = True
    """Whether a list of places can say of itself how old it is; where not, a text beside it does."""
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


CONSOLE = Capabilities(max_buttons=0)
"""The terminal: choices are numbered lines."""

WEB = Capabilities(maps=True, can_stream=True, asks_location=True)
"""The chat page."""

TELEGRAM = Capabilities(max_buttons=40, max_label=60, maps=True, can_push=True, asks_location=True)
"""Telegram allows 4,096 characters a message and asks for a location by a key of its own."""

SLACK = Capabilities(
    max_chars=2_900, max_title=140, max_card=2_900, max_link_label=70, max_buttons=24, max_label=70, can_push=True
)
"""Slack allows 3,000 characters a section and 25 buttons a row."""

KAKAO = Capabilities(
    max_parts=3,
    max_chars=1_000,
    max_title=50,
    max_card=400,
    max_links=3,
    max_link_label=14,
    max_places=5,
    max_buttons=10,
    max_label=14,
    place_notes=False,
    deadline_seconds=4.0,
    one_shot=True,
)
"""KakaoTalk waits five seconds at its own end; four leave room for the way."""
