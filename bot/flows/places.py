"""Where to go: a shared location or a typed district, and the hospitals near it."""

from dataclasses import replace
from urllib.parse import quote

from bot.flows import consent
from bot.flows.buttons import again_choice, choice
from bot.flows.resume import awaited, resumed
from bot.message import Block, Card, Choice, Link, Notice, Places, Text
from bot.session import Account
from bot.turn import Context, Step, keep, reply
from bot.urgent import call
from knowledge.clinical import Triage
from knowledge.places.place import Point, Region
from nlu.meaning import Intent

NEAREST = 5
"""Places in one answer."""

SOUTH_WEST, NORTH_EAST = Point(lat=32.5, lon=124.0), Point(lat=39.0, lon=132.5)
"""Corners of the area the built-in places cover."""


def places(context: Context) -> Step:
    """Somebody wants a hospital: take a district from the text, or ask where."""
    if context.choice.startswith("region:"):
        return chosen(context)
    return named(context, context.message.text or "")


def named(context: Context, text: str) -> Step:
    """The hospitals near the district a text names; asks where the name is ambiguous or unknown."""
    regions = context.knowledge.places.gazetteer.find(text)
    if len(regions) == 1:
        return near(context, regions[0].point, regions[0].short)
    if regions:
        return which(context, regions)
    tried = context.session.expecting == "place" and not context.choice and Intent.PLACES not in context.meaning.intents
    if tried or context.message.form:
        return keep(
            context, reply(Text(text=context.say("places.unknown")), choices=ask_choices(context)), expecting="place"
        )
    return where(context)


def where(context: Context) -> Step:
    """Ask for a district, and for a location where the person agreed or now agrees."""
    say = context.say
    if context.account.allows("location"):
        return keep(context, reply(Text(text=say("places.where")), choices=ask_choices(context)), expecting="place")
    said = reply(Text(text=say("consent.location.ask")), choices=ask_choices(context))
    return keep(context, said, expecting="location_consent")


def ask_choices(context: Context) -> tuple[Choice, ...]:
    """Share the location (which is the consent, as its label says) or type a name."""
    say = context.say
    share = choice("location:share", say("consent.location.yes"), asks_location=True)
    return (share, choice("location:typed", say("consent.location.typed")))


def typed(context: Context) -> Step:
    """The person prefers to type a district: a decision not to use the location is kept too."""
    account = context.account if context.account.allows("location") else consent.decide(context, "location", False)
    step = keep(context, reply(Text(text=context.say("places.where"))), expecting="place")
    return _with_account(step, account)


def share_without_location(context: Context) -> Step:
    """The device gave no location (or the door cannot ask for one): a district works as well."""
    return keep(context, reply(Text(text=context.say("places.where"))), expecting="place")


def agree(context: Context) -> Step:
    """Consent to the use of a location that came unasked."""
    account = consent.decide(context, "location", True)
    step = keep(context, reply(Text(text=context.say("consent.location.agreed"))), expecting="place")
    return _with_account(step, account)


def no_thanks(context: Context) -> Step:
    """No location, then."""
    said = resumed(context, reply(Text(text=context.say("places.no_thanks"))))
    return keep(context, said, expecting=awaited(context.session))


def shared(context: Context) -> Step:
    """A location arrived. It is used only with consent, and never kept."""
    point = context.message.point
    assert point is not None
    account = context.account
    if not account.allows("location"):
        if context.session.expecting != "location_consent":
            yes = choice("location:agree", context.say("consent.location.agree"))
            typed_choice = choice("location:typed", context.say("consent.location.typed"))
            said = reply(Text(text=context.say("consent.location.first")), choices=(yes, typed_choice))
            return keep(context, said, expecting="location_consent")
        account = consent.decide(context, "location", True)
    if not (SOUTH_WEST.lat <= point.lat <= NORTH_EAST.lat and SOUTH_WEST.lon <= point.lon <= NORTH_EAST.lon):
        return keep(context, reply(Text(text=context.say("places.outside"))), expecting="place")
    rounded = Point(lat=round(point.lat, 3), lon=round(point.lon, 3))
    step = near(context, rounded, "")
    return _with_account(step, account, purpose="nearby")


def chosen(context: Context) -> Step:
    """One of several districts of the same name was tapped."""
    index = context.choice.removeprefix("region:")
    regions = context.knowledge.places.gazetteer.regions
    if not index.isdigit() or len(index) > 4 or int(index) >= len(regions):
        return where(context)
    region = regions[int(index)]
    return near(context, region.point, region.short)


def which(context: Context, regions: tuple[Region, ...]) -> Step:
    """Several districts share the name."""
    everything = context.knowledge.places.gazetteer.regions
    choices = tuple(choice(f"region:{everything.index(region)}", region.short) for region in regions[:10])
    return keep(context, reply(Text(text=context.say("places.which")), choices=choices), expecting="place")


def near(context: Context, point: Point, name: str) -> Step:
    """The nearest hospitals, with what they are and are not good for."""
    say, known = context.say, context.knowledge.places
    found = known.index.nearest(point, NEAREST)
    level = context.session.assessment.triage if context.session.assessment else Triage.CLINIC
    blocks: list[Block] = []
    if level >= Triage.EMERGENCY:
        lines = tuple(say("places.emergency_first").splitlines())
        blocks.append(Card(title=say("places.call_119"), lines=lines, links=(call(say, "119"),), level=level.code))
    blocks.append(Text(text=say("places.found", name=name) if name else say("places.found_point")))
    blocks.append(Places(items=found, origin=point, origin_name=name, as_of=known.as_of))
    blocks.append(Notice(text=say("places.only_tertiary")))
    if level < Triage.EMERGENCY:
        region = name or known.gazetteer.region_of(point).short
        advised = context.session.assessment.departments if context.session.assessment else ()
        wanted = (*context.meaning.departments, *advised, "의원")[0]
        query = f"{region} {wanted}"
        link = Link(
            label=say("places.clinic_search", query=query), url=f"https://map.naver.com/p/search/{quote(query)}"
        )
        title, *rest = say("places.mild_first").splitlines()
        blocks.append(Card(title=title, lines=tuple(rest), links=(link,)))
    said = reply(*blocks, choices=(again_choice(say),), tone="critical" if level >= Triage.EMERGENCY else "info")
    return keep(context, said, expecting=awaited(context.session))


def _with_account(step: Step, account: Account, *, purpose: str = "") -> Step:
    return replace(step, account=account, location_purpose=purpose)
