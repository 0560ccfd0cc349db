"""What a flow gets and what it gives back. Flows are pure: everything they know comes in as a Context."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.message import Block, Choice, Message, Reply, Tone
from bot.phrases import Phrases
from bot.session import Account, Session
from knowledge.catalogue import Catalogue
from knowledge.diagnosis import Diagnosis
from knowledge.places.index import KnownPlaces
from nlu.meaning import Alarm, Understanding

SHORT_LIFE = timedelta(minutes=10)
"""What was told before consent waits this long for a decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Everything a flow may look up."""

    catalogue: Catalogue
    """Findings, conditions, red flags, departments."""
    diagnosis: Diagnosis
    """Findings to assessment."""
    places: KnownPlaces
    """Places and district names."""
    say: Phrases
    """Korean sentences."""
    session_life: timedelta
    """How long a session lives after the last message."""
    conditions: Literal["shown", "hidden"] = "shown"
    """Whether possible conditions are named, or urgency and departments only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOpens:
    """What a one-time code opens: the session of the door that gave it."""

    person: str
    """That person's name in Redis."""
    same: bool
    """Whether it is the one who typed the code."""
    session: Session = field(repr=False)
    """Their conversation so far."""
    account: Account = field(repr=False)
    """Their consent decisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One message with all that is known when its turn begins."""

    message: Message
    """What was sent."""
    meaning: Understanding = field(repr=False)
    """What was read of its text; empty for a tapped choice."""
    alarms: tuple[Alarm, ...]
    """Dangers in the raw text, already answered once."""
    session: Session = field(repr=False)
    """The conversation so far."""
    account: Account = field(repr=False)
    """Consent decisions."""
    knowledge: Knowledge = field(repr=False)
    """What can be looked up."""
    location_uses: int = 0
    """Records of location use that the law keeps; counted only where a deletion needs them."""
    joined: tuple[str, ...] = ()
    """Platforms of the doors joined to this one; looked up only where they are shown."""
    code: str = field(default="", repr=False)
    """The one-time code that was typed, else a fresh one to give away."""
    code_opens: CodeOpens | None = field(default=None, repr=False)
    """What the typed code opens; None for a wrong, old or used one."""

    @property
    def now(self) -> datetime:
        """The turn's time: when the message was sent."""
        return self.message.sent_at

    @property
    def say(self) -> Phrases:
        """Korean sentences."""
        return self.knowledge.say

    @property
    def choice(self) -> str:
        """The tapped choice's id, or empty."""
        return self.message.choice or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Something to say at a time."""

    name: str
    """What it is, to find it by when it is no longer wanted."""
    at: datetime
    """When."""
    reply: Reply = field(repr=False)
    """What to say then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a turn leaves behind."""

    reply: Reply
    """What to say."""
    session: Session | None = field(repr=False)
    """The new session; None keeps none."""
    account: Account | Literal["keep", "delete"] = "keep"
    """The new account, or what to do with the stored one."""
    session_life: timedelta | None = None
    """How long the session lives; None means as configured."""
    location_purpose: str = ""
    """Why a location was used, for the record the law asks for."""
    forget: bool = False
    """Delete everything else of this person too."""
    offer: str = field(default="", repr=False)
    """A one-time code that opens this person's session to another door."""
    share: str = ""
    """Whose session this door shares from now on."""
    later: tuple[Later, ...] = ()
    """What to say at a later time."""
    view: Session | None = field(default=None, repr=False)
    """The session as this turn saw it, where it is not the one that is kept."""


def reply(*blocks: Block, choices: tuple[Choice, ...] = (), tone: Tone = "info") -> Reply:
    """A reply of these blocks."""
    return Reply(blocks=blocks, choices=choices, tone=tone)


def keep(context: Context, said: Reply, **changes: object) -> Step:
    """A step that says something and keeps the session with a few changes.

    A person who has not agreed (or has never been seen) leaves nothing behind.
    """
    if not context.account.allows("health") and not changes and context.session.version == 0:
        return Step(reply=said, session=None)
    return Step(reply=said, session=replace(context.session, **changes))  # type: ignore[arg-type]
