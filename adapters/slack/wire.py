"""What Slack sends: the signature around it, and the payloads inside."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json
from slack_sdk.signature import SignatureVerifier

from adapters.incoming import same

JSON, FORM = "application/json", "application/x-www-form-urlencoded"

AGE = 300
"""Seconds by which a request's time may differ from ours."""

REMEMBERED = 100_000
"""Signatures remembered at most."""


def verify(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> str | None:
    """Why a request is not Slack's; None where its signature is genuine. Compared in constant time."""
    if reason := unsigned(headers, now):
        return reason
    moment, signature = headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"]
    try:
        genuine = SignatureVerifier(secret).generate_signature(timestamp=moment, body=body) if secret.strip() else ""
    except UnicodeDecodeError:
        return "wrong signature"
    return None if same(genuine or "", signature) else "wrong signature"


def unsigned(headers: Mapping[str, str], now: float) -> str | None:
    """Why a request cannot be Slack's, whatever its body says."""
    moment = headers.get("X-Slack-Request-Timestamp", "")
    if not (moment and headers.get("X-Slack-Signature")):
        return "no signature"
    known = moment.isascii() and moment.isdigit() and len(moment) < 15
    return None if known and abs(now - int(moment)) <= AGE else "wrong time"


class Accepted:
    """Signatures of requests we took: the very same request does not count twice. Slack signs its repetitions anew."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()

    def has(self, signature: str, now: float) -> bool:
        """Whether a request with this signature was taken and its time would still pass."""
        return self._until.get(signature, now) > now

    def add(self, signature: str, now: float) -> None:
        """A request was taken. Its time may lie as far ahead as behind us."""
        self._until[signature] = now + 2 * AGE
        self._until.move_to_end(signature)
        while len(self._until) > REMEMBERED or next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)


class Wire(BaseModel):
    """Slack adds fields at any time: what is not named here is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class File(Wire):
    """Something attached."""

    mimetype: str | None = None
    subtype: str | None = None


class Written(Wire):
    """A message as it was or has become."""

    user: str | None = Field(default=None, repr=False)
    bot_id: str | None = None
    subtype: str | None = None
    text: str | None = Field(default=None, repr=False)
    edited: dict[str, Any] | None = None


class Event(Wire):
    """What happened. Which fields there are depends on the type."""

    type: str
    subtype: str | None = None
    user: str | None = Field(default=None, repr=False)
    bot_id: str | None = None
    channel: str | None = None
    channel_type: str | None = None
    thread_ts: str | None = None
    tab: str | None = None
    text: str | None = Field(default=None, repr=False)
    files: tuple[File, ...] | None = None
    message: Written | None = None
    previous_message: Written | None = None


class EventCallback(Wire):
    """An event with its id, which stays the same when Slack repeats it."""

    event_id: str = Field(min_length=1, max_length=255)
    team_id: str | None = None
    event: Event


class UrlVerification(Wire):
    """Slack asks whether the address is ours."""

    challenge: str = Field(max_length=1_000)


class Other(Wire):
    """A kind of delivery we have no use for."""

    type: str


class Named(Wire):
    """A person or a workspace, by id."""

    id: str = Field(min_length=1, max_length=255, repr=False)
    team_id: str | None = None


class Action(Wire):
    """An element that was used."""

    action_id: str = ""
    value: str | None = None


class Option(Wire):
    """An option that was picked."""

    value: str


class Entry(Wire):
    """What stands in one field of a form."""

    value: str | None = Field(default=None, repr=False)
    selected_option: Option | None = Field(default=None, repr=False)
    selected_options: tuple[Option, ...] | None = Field(default=None, repr=False)


class State(Wire):
    """The fields of a form, by block and element."""

    values: dict[str, dict[str, Entry]] = Field(default_factory=dict, repr=False)


class View(Wire):
    """A form or the home tab."""

    id: str = ""
    callback_id: str = ""
    state: State | None = None


class Interaction(Wire):
    """Something was pressed, filled in or closed."""

    type: str
    user: Named
    team: Named | None = None
    trigger_id: str | None = None
    callback_id: str | None = None
    actions: tuple[Action, ...] = ()
    view: View | None = None


class Command(Wire):
    """A slash command. Its name is the operator's to choose."""

    command: str
    user_id: str = Field(min_length=1, max_length=255, repr=False)
    team_id: str = ""
    trigger_id: str = Field(min_length=1)
    text: str = Field(default="", repr=False)


Payload = EventCallback | UrlVerification | Interaction | Command | Other


def read(content_type: str, body: bytes) -> Payload:
    """The payload of a request. Raises ValueError where it cannot be read."""
    if content_type == JSON:
        return event_of(from_json(body))
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200))
    if "payload" in fields:
        return Interaction.model_validate(from_json(fields["payload"]))
    if "ssl_check" in fields and "command" not in fields:
        return Other(type="ssl_check")
    return Command.model_validate(fields)


def event_of(data: object) -> Payload:
    """The payload of the Events API. Raises ValueError where it cannot be read."""
    kind = Other.model_validate(data).type
    if kind == "event_callback":
        return EventCallback.model_validate(data)
    return UrlVerification.model_validate(data) if kind == "url_verification" else Other(type=kind)


def envelope_of(kind: str, data: object) -> Payload:
    """The payload of a Socket Mode envelope. Raises ValueError where it cannot be read."""
    if kind == "events_api":
        return event_of(data)
    if kind == "interactive":
        return Interaction.model_validate(data)
    return Command.model_validate(data) if kind == "slash_commands" else Other(type=kind)
