"""Which flow answers a message: one ordered table, emergency first. The first row whose test holds wins."""

from collections.abc import Callable
from typing import Literal

from bot.flows import (
    checkback,
    consent,
    consultation,
    decision,
    emergency,
    followup,
    form,
    handoff,
    link,
    places,
    profile,
    welcome,
)
from bot.session import Expecting, Stage
from bot.turn import Context, Step
from knowledge.clinical import Presence
from nlu.meaning import Intent

FEW = 12
"""Characters of a message that may be nothing but a place name."""

Test = Callable[[Context], bool]
Flow = Callable[[Context], Step]


def _choice(*ids: str) -> Test:
    return lambda context: context.choice in ids


def _choice_starts(*prefixes: str) -> Test:
    return lambda context: context.choice.startswith(prefixes)


def _wants(*intents: Intent) -> Test:
    """The message is first of all about this: it is the leading intent, and nothing in it is a complaint."""
    return lambda context: bool(context.meaning.intents) and context.meaning.intents[0] in intents


def _expects(what: str, answer: str | None = None) -> Test:
    def holds(context: Context) -> bool:
        return context.session.expecting == what and (answer is None or context.meaning.answer == answer)

    return holds


def _typed_place(context: Context) -> bool:
    """A district was asked for and something was typed that is not a complaint."""
    waiting = context.session.expecting in ("place", "location_consent") and bool(context.message.text)
    return waiting and not context.meaning.findings


def _names_place(context: Context) -> bool:
    """A few words that name a place and no complaint ("강남역")."""
    text = context.message.text or ""
    return len(text) <= FEW and not context.meaning.findings and bool(context.knowledge.places.gazetteer.find(text))


def _wishes_to_agree(context: Context) -> bool:
    """Somebody who declined, or was never asked, says to agree."""
    text = context.message.text or ""
    agrees = any(words in text for words in context.say.lines("consent.agree_words"))
    return agrees and context.session.expecting != "consent" and not context.account.allows("health")


def _tells_person(context: Context) -> bool:
    mention = context.meaning.mention
    return mention.age is not None or mention.sex is not None


def _consults(context: Context) -> bool:
    meaning = context.meaning
    waits = context.session.pending is not None and bool(context.message.text)
    told_person = context.session.stage is Stage.CONSULTING and (_tells_person(context) or meaning.onset is not None)
    return bool(meaning.findings) or waits or told_person or Intent.CONSULT in meaning.intents


def _tells_course(context: Context) -> bool:
    """After a result: how it goes since. New complaints beside "better" are a consultation."""
    course = context.meaning.course
    only = course == "worse" or not any(f.presence is Presence.PRESENT for f in context.meaning.findings)
    return course is not None and only and followup.has_result(context.session)


TABLE: tuple[tuple[Test, Flow], ...] = (
    (lambda c: c.message.form is not None, form.fill),
    (lambda c: bool(c.alarms), emergency.after_alarm),
    (link.types_code, link.join),
    (_choice("link"), link.offer),
    (_choice("delete_now"), profile.delete),
    (_choice("delete_no"), profile.keep_all),
    (_choice("mydata"), profile.show),
    (_choice("export"), profile.export),
    (_choice("delete"), profile.confirm_delete),
    (_choice("start", "greet"), welcome.greet),
    (_choice("again"), welcome.start_over),
    (_choice("help"), welcome.help_),
    (_choice("consent:yes"), decision.agreed),
    (_choice("consent:no"), consent.declined),
    (_choice("consent:child"), consent.child),
    (_choice("consent:ask"), decision.ask_once_more),
    (_choice("check:later"), checkback.accept),
    (_choice_starts("check:"), checkback.told_of),
    (_choice("why"), consultation.why),
    (_choice("handoff"), handoff.show),
    (_choice("location:agree"), places.agree),
    (_choice("location:typed"), places.typed),
    (_choice("location:share"), places.share_without_location),
    (_choice("places"), places.where),
    (_choice_starts("region:"), places.places),
    (_choice_starts("a:", "age:", "sex:", "guardian:", "history:", "drugs:", "finish"), consultation.consult),
    (lambda c: c.message.attachment is not None, welcome.attachment),
    (lambda c: c.message.point is not None, places.shared),
    (lambda c: c.message.text is not None and not c.message.text.strip(), welcome.empty),
    (_wants(Intent.SHOW_DATA), profile.show),
    (_wants(Intent.EXPORT_DATA), profile.export),
    (_wants(Intent.DELETE_DATA), profile.confirm_delete),
    (_expects("delete", "yes"), profile.delete),
    (_expects("delete", "no"), profile.keep_all),
    (_wants(Intent.START_OVER), welcome.start_over),
    (_wants(Intent.HELP), welcome.help_),
    (link.wishes, link.offer),
    (lambda c: c.meaning.mention.writer_under_14, decision.child_writes),
    (_expects("consent", "yes"), decision.agreed),
    (_expects("consent", "no"), consent.declined),
    (_wishes_to_agree, decision.ask_once_more),
    (_expects("location_consent", "no"), places.no_thanks),
    (_typed_place, places.places),
    (_wants(Intent.WHY), consultation.why),
    (_wants(Intent.HANDOFF), handoff.show),
    (_wants(Intent.PLACES), places.places),
    (lambda c: c.session.expecting == "consent" and not c.meaning.findings, consent.ask_again),
    (lambda c: any(i in welcome.NOT_YET for i in c.meaning.intents) and not c.meaning.findings, welcome.not_yet),
    (_tells_course, checkback.told_of),
    (_wants(Intent.FINISH), consultation.consult),
    (_consults, consultation.consult),
    (_names_place, places.places),
    (_expects("crisis"), emergency.stay),
    (_wants(Intent.THANKS), welcome.thanks),
    (_expects("alarm"), emergency.stay),
    (_wants(Intent.GREETING), welcome.greet),
    (_wants(Intent.OFF_TOPIC), welcome.off_topic),
    (lambda c: Intent.PLACES in c.meaning.intents, places.places),
    (_tells_person, consultation.consult),
    (lambda c: True, welcome.not_understood),
)


def route(context: Context) -> Step:
    """The step of the first flow that fits."""
    return next(flow for test, flow in TABLE if test(context))(context)


READERS_WORD: dict[Expecting, Literal["nothing", "consent", "age", "sex", "place", "confirm"]] = {
    "nothing": "nothing",
    "consent": "consent",
    "age": "age",
    "sex": "sex",
    "guardian": "confirm",
    "history": "nothing",
    "drugs": "nothing",
    "place": "place",
    "location_consent": "place",
    "delete": "confirm",
    "crisis": "nothing",
    "alarm": "nothing",
}
"""What the reader is told to expect, by what the session expects."""
