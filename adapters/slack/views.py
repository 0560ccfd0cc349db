"""Forms and the home tab, and how a filled-in form is read. Pure; every word comes from the texts."""

import math
import re
from dataclasses import dataclass

from adapters.slack.blocks import Json, button, context, header, plain, rows, section
from adapters.slack.wire import Entry, View
from bot.message import Form
from bot.phrases import Phrases
from knowledge.clinical import Person, Relation, Sex

ADDRESS, PROFILE = "address", "profile"
"""The forms, by the id that comes back with them."""

SKIP = "skip"
"""The option of somebody who does not want to say."""

OLDEST = 120
"""Years."""

MOST_WORDS, MOST_ITEMS, MOST_ITEM = 300, 10, 60
"""Characters in a field that lists things, things in it, and characters of one of them."""

_AGE = re.compile(r"\d{1,3}(?:\.\d{1,2})?")
_BETWEEN = re.compile(r"[,;、·\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A form that cannot be taken as it is."""

    field: str
    """The field to mend."""
    key: str
    """What to say about it."""


def modal(name: str, *, say: Phrases, hours: int) -> Json | None:
    """The form of this name, or None where there is none."""
    if name == ADDRESS:
        return _modal(ADDRESS, say, [_words("place", say("slack.address.label"), say, "address", optional=False)])
    return _modal(PROFILE, say, _profile(say, hours)) if name == PROFILE else None


def home(say: Phrases) -> Json:
    """The home tab: who speaks, and what can be done from here."""
    talk = [
        button(say("slack.home.start"), "choice:start", value="start", style="primary"),
        button(say("slack.home.profile"), "open:profile"),
        button(say("slack.home.places"), "choice:places", value="places"),
    ]
    mine = [
        button(say(f"slack.home.{name}"), f"choice:{name}", value=name)
        for name in ("mydata", "export", "delete", "link", "help")
    ]
    blocks = [
        header(say("slack.home.title")),
        section(plain(say("slack.home.about"))),
        section(plain(say("slack.home.how"))),
        *rows(talk),
        {"type": "divider"},
        section(plain(say("slack.home.mine"))),
        *rows(mine),
        context(plain(say("slack.home.note"))),
    ]
    return {"type": "home", "blocks": blocks}


def filled(view: View) -> Form | Wrong | None:
    """What was filled in; None where the form is not ours."""
    fields = {
        block: next(iter(entries.values()), Entry())
        for block, entries in (view.state.values if view.state else {}).items()
    }
    if view.callback_id == ADDRESS:
        place = _text(fields, "place")
        return Form(place=place) if place else Wrong(field="place", key="slack.address.empty")
    return _person(fields) if view.callback_id == PROFILE else None


def _person(fields: dict[str, Entry]) -> Form | Wrong:
    told = _text(fields, "age")
    age = _age(told)
    if told and age is None:
        return Wrong(field="age", key="slack.profile.age_wrong")
    who, sex, pregnant = (_picked(fields, name) for name in ("who", "sex", "pregnant"))
    consent = fields.get("consent", Entry()).selected_options
    patient = Person(
        relation=Relation(who) if who in set(Relation) else Relation.SELF,
        age=age,
        sex=Sex(sex) if sex in set(Sex) else None,
        pregnant={"yes": True, "no": False}.get(pregnant),
        conditions=_items(fields, "conditions"),
        drugs=_items(fields, "drugs"),
        allergies=_items(fields, "allergies"),
    )
    # An empty box is no refusal: what was decided before stays decided.
    return Form(patient=patient, consent=True if consent else None)


def _text(fields: dict[str, Entry], name: str) -> str:
    return (fields.get(name, Entry()).value or "").strip()


def _picked(fields: dict[str, Entry], name: str) -> str:
    option = fields.get(name, Entry()).selected_option
    return option.value if option else SKIP


def _items(fields: dict[str, Entry], name: str) -> tuple[str, ...]:
    items = (" ".join(item.split())[:MOST_ITEM] for item in _BETWEEN.split(_text(fields, name)[:MOST_WORDS]))
    return tuple(dict.fromkeys(item for item in items if item))[:MOST_ITEMS]


def _age(told: str) -> float | None:
    age = float(told) if _AGE.fullmatch(told) else math.inf
    return age if age <= OLDEST else None


def _profile(say: Phrases, hours: int) -> list[Json]:
    key = "slack.profile"
    tick = {"text": plain(say(f"{key}.consent")), "value": "yes"}
    age: Json = {"type": "number_input", "is_decimal_allowed": True, "min_value": "0", "max_value": str(OLDEST)}
    return [
        section(plain(say(f"{key}.intro"))),
        _options("who", "radio_buttons", tuple(Relation), say, initial=Relation.SELF),
        _input("age", say(f"{key}.age"), age | {"action_id": "age"}, hint=say(f"{key}.age_hint")),
        _options("sex", "radio_buttons", (*Sex, SKIP), say),
        _options("pregnant", "radio_buttons", ("yes", "no", SKIP), say),
        *(
            _words(name, say(f"{key}.{name}"), say, f"profile.{name}_field")
            for name in ("conditions", "drugs", "allergies")
        ),
        {"type": "divider"},
        section(plain(say(f"{key}.consent_text", hours=hours))),
        _input(
            "consent",
            say(f"{key}.consent_label"),
            {"type": "checkboxes", "action_id": "consent", "options": [tick]},
        ),
    ]


def _modal(name: str, say: Phrases, blocks: list[Json]) -> Json:
    words = {part: plain(say(f"slack.{name}.{part}")) for part in ("title", "submit", "close")}
    return {"type": "modal", "callback_id": name, "blocks": blocks, **words}


def _options(name: str, kind: str, values: tuple[str, ...], say: Phrases, *, initial: str = "") -> Json:
    key = f"slack.profile.{name}"
    options = {value: {"text": plain(say(f"{key}_{value}")), "value": str(value)} for value in values}
    element: Json = {"type": kind, "action_id": name, "options": list(options.values())}
    if initial:
        element["initial_option"] = options[initial]
    return _input(name, say(key), element, optional=not initial)


def _words(name: str, label: str, say: Phrases, key: str, *, optional: bool = True) -> Json:
    element = {
        "type": "plain_text_input",
        "action_id": name,
        "max_length": MOST_WORDS,
        "placeholder": plain(say(f"slack.{key}.placeholder")),
    }
    return _input(name, label, element, hint=say(f"slack.{key}.hint") if not optional else "", optional=optional)


def _input(name: str, label: str, element: Json, *, hint: str = "", optional: bool = True) -> Json:
    made: Json = {"type": "input", "block_id": name, "label": plain(label), "element": element, "optional": optional}
    return made | ({"hint": plain(hint)} if hint else {})
