"""First contact, help, and one kind sentence for what cannot be read or done."""

from bot.flows.buttons import choice, help_choice, places_choice
from bot.flows.household import fresh
from bot.flows.resume import resumed
from bot.message import Choice, Notice, Text
from bot.session import Stage
from bot.turn import Context, Step, keep, reply
from nlu.meaning import Intent

NOT_YET = {
    Intent.DRUG: "drug",
    Intent.COST: "cost",
    Intent.ENCYCLOPAEDIA: "encyclopaedia",
    Intent.TRENDS: "trends",
    Intent.ALERTS: "alerts",
}
"""Intents whose flow does not exist yet; each gets one honest sentence."""


def greet(context: Context) -> Step:
    """Who speaks: an AI, information and not a doctor, 119."""
    say = context.say
    return keep(
        context, reply(Text(text=say("hello.greeting")), Notice(text=say("hello.about")), choices=_first(context))
    )


def start_over(context: Context) -> Step:
    """Forget the consultation, keep the decisions about consent."""
    session = fresh(context.session, context.knowledge.catalogue.concepts)
    said = reply(Text(text=context.say("hello.again")))
    return Step(reply=said, session=session if context.account.allows("health") else None)


def help_(context: Context) -> Step:
    """What can be typed."""
    return keep(context, resumed(context, reply(Text(text=context.say("hello.help")), choices=_first(context))))


def thanks(context: Context) -> Step:
    """A kind word back."""
    return keep(context, resumed(context, reply(Text(text=context.say("hello.thanks")))))


def attachment(context: Context) -> Step:
    """One kind sentence for a message that cannot be read."""
    said = reply(Text(text=context.say(f"hello.attachment.{context.message.attachment}")))
    return keep(context, resumed(context, said))


def empty(context: Context) -> Step:
    """Nothing but white space."""
    return keep(context, reply(Text(text=context.say("hello.empty"))))


def not_yet(context: Context) -> Step:
    """Honest about what is being prepared."""
    name = next(NOT_YET[i] for i in context.meaning.intents if i in NOT_YET)
    said = reply(Text(text=context.say(f"hello.not_yet.{name}")), choices=(help_choice(context.say),))
    return keep(context, resumed(context, said))


def not_understood(context: Context) -> Step:
    """Ask again, with an example; the waiting question stays."""
    session = context.session
    if session.stage is Stage.ASSESSED and session.done:
        return keep(context, reply(Text(text=context.say("consult.already_done")), choices=_first(context)))
    said = reply(Text(text=context.say("hello.not_understood")), choices=(help_choice(context.say),))
    return keep(context, resumed(context, said))


def off_topic(context: Context) -> Step:
    """Only health."""
    return keep(context, reply(Text(text=context.say("hello.off_topic"))))


def _first(context: Context) -> tuple[Choice, ...]:
    say = context.say
    choices = (places_choice(say), help_choice(say))
    if context.session.version:
        return (*choices, choice("mydata", say("hello.choice.my_data")))
    return choices
