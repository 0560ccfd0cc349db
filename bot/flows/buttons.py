"""Choices that several flows offer. Each is shown only where its flow exists."""

from bot.message import Choice
from bot.phrases import Phrases


def choice(id: str, label: str, *, asks_location: bool = False) -> Choice:
    """A choice."""
    return Choice(id=id, label=label, asks_location=asks_location)


def places_choice(say: Phrases) -> Choice:
    """Look for a hospital nearby."""
    return choice("places", say("hello.choice.places"))


def again_choice(say: Phrases) -> Choice:
    """Begin a new consultation."""
    return choice("again", say("hello.choice.again"))


def help_choice(say: Phrases) -> Choice:
    """What the bot can do."""
    return choice("help", say("hello.choice.help"))


def handoff_choice(say: Phrases) -> Choice:
    """The card for 119 or a doctor."""
    return choice("handoff", say("handoff.choice"))
