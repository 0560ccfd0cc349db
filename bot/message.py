"""Messages in, replies out. Values only; doors translate to and from these."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from knowledge.clinical import Citation, Person
from knowledge.places.place import Nearby, Point


class Platform(StrEnum):
    """A kind of door."""

    KAKAO = "kakao"
    TELEGRAM = "telegram"
    SLACK = "slack"
    WEB = "web"
    CONSOLE = "console"


Tone = Literal["info", "warning", "critical"]

Attachment = Literal["photo", "sticker", "voice", "file", "edited", "deleted", "unreadable"]
"""Messages we cannot read; each gets one kind sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Enough to write to this person later; the session's key."""

    platform: Platform
    """Which door."""
    user: str = field(repr=False)
    """The door's id of the person."""
    room: str = field(default="", repr=False)
    """The door's id of the conversation, where it differs from the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was filled in at once instead of told in words: the patient, decisions about consent, or a place."""

    patient: Person | None = field(default=None, repr=False)
    """The patient, where given."""
    consent: bool | None = None
    """Consent to health information, where decided."""
    location_consent: bool | None = None
    """Consent to the use of a location, where decided."""
    place: str = field(default="", repr=False)
    """A district or an address to look around, where given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing a person sent. Exactly one of text, choice, point, attachment and form is set."""

    id: str
    """The door's own id of it; a repeat is dropped."""
    address: Address
    """Who sent it and where to answer."""
    sent_at: datetime
    """When, with a time zone."""
    text: str | None = field(default=None, repr=False)
    """What was typed."""
    choice: str | None = None
    """The id of the choice that was tapped."""
    point: Point | None = field(default=None, repr=False)
    """A shared location."""
    attachment: Attachment | None = None
    """Something that cannot be read."""
    form: Form | None = field(default=None, repr=False)
    """A form that was filled in."""
    locale: str = "ko"
    """The person's language, as the door tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A tappable answer. Its id is at most 64 bytes of ASCII."""

    id: str
    """What comes back when it is tapped."""
    label: str
    """What the person sees, 14 characters or fewer."""
    asks_location: bool = False
    """True where the door should ask the device for a location (if it can) instead of sending the id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Something to open: a web page or a telephone number (`tel:119`)."""

    label: str
    """What the person sees."""
    url: str = field(repr=False)
    """`https:` or `tel:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph or a few."""

    text: str = field(repr=False)
    """Plain text, lines separated by newlines."""
    kind: Literal["text"] = "text"
    """Tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A titled block with lines and links."""

    title: str = field(repr=False)
    """One line."""
    lines: tuple[str, ...] = field(default=(), repr=False)
    """Short lines below it."""
    links: tuple[Link, ...] = ()
    """Buttons that open something."""
    level: str | None = None
    """A triage code where the card speaks of urgency."""
    kind: Literal["card"] = "card"
    """Tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Places near a point, nearest or best first."""

    items: tuple[Nearby, ...] = field(repr=False)
    """The places with distance."""
    origin: Point | None = field(default=None, repr=False)
    """Where the distances are measured from."""
    origin_name: str = field(default="", repr=False)
    """What that point is called ("서울 강남구")."""
    as_of: str = ""
    """How old the data are and whose they are, for the person."""
    kind: Literal["places"] = "places"
    """Tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the information comes from."""

    citations: tuple[Citation, ...]
    """What was read."""
    kind: Literal["source"] = "source"
    """Tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A small line: what is not known, that an AI speaks, how old data are."""

    text: str
    """One or two short sentences."""
    kind: Literal["notice"] = "notice"
    """Tag."""


Block = Text | Card | Places | Source | Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the bot says in one go. `plain_text` in `bot.plain` gives its form without markup."""

    blocks: tuple[Block, ...]
    """In reading order."""
    choices: tuple[Choice, ...] = ()
    """Tappable answers."""
    tone: Tone = "info"
    """How loudly it speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A reply with its address and its id in the outbox."""

    id: str
    """`{inbox id}:reply` or `{inbox id}:alarm`; the same on every re-send."""
    address: Address
    """To whom."""
    reply: Reply
    """What."""
    parts_taken: int = 0
    """How many of its parts the door took before an interruption; those are not sent again."""
