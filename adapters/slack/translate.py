"""From what Slack sends to what the bot reads. Pure: no clock, no network, no files."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime

from adapters.slack import views
from adapters.slack.wire import Command, Event, EventCallback, File, Interaction, Payload, UrlVerification
from bot.message import Address, Attachment, Message, Platform

LONGEST_ID = 64
"""Characters of a message's id; longer ones are hashed."""

LONGEST_CHOICE = 64
"""Characters of a choice's id."""

OPEN, LINK = "open:", "url:"
"""How the ids of buttons begin that open a form, and of those that only open a link."""

SPOKEN = frozenset({None, "file_share", "me_message", "thread_broadcast"})
"""Subtypes of messages that somebody wrote."""

_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """Slack asks whether the address is ours."""

    answer: str
    """What to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenModal:
    """Somebody wants a form."""

    name: str
    """Which one."""
    trigger_id: str = field(repr=False)
    """The right to open it, for three seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishHome:
    """Somebody opened the home tab."""

    user: str = field(repr=False)
    """Who."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody spoke to the bot in a channel: answered in private, with no word about health in the channel."""

    message: Message
    """What they said, as if in private."""
    user: str = field(repr=False)
    """Who."""
    channel: str = field(repr=False)
    """Where."""
    thread: str | None = None
    """In which thread, if in one."""


Parsed = Message | OpenModal | PublishHome | Mention | Challenge | views.Wrong | None
"""What a payload asks for; None for what is not meant for us."""


def parse(payload: Payload, *, now: datetime, own: str = "") -> Parsed:
    """What a payload asks for. `own` is the bot's user id, where it is known."""
    match payload:
        case UrlVerification():
            return Challenge(answer=payload.challenge)
        case EventCallback():
            return _event(payload, now, own)
        case Interaction():
            return _interaction(payload, now)
        case Command():
            words = spoken(payload.text)
            return Message(
                id=_short(payload.trigger_id),
                address=address_of(payload.user_id, payload.team_id),
                sent_at=now,
                text=words or None,
                choice=None if words else "start",
            )
        case _:
            return None


def address_of(user: str, team: str | None) -> Address:
    """Where a person is written to."""
    return Address(platform=Platform.SLACK, user=user, room=team or "")


def spoken(text: str) -> str:
    """What somebody wrote, without Slack's markup of links and names and without mentions."""
    return _ENTITY.sub(lambda found: _ENTITIES[found[1]], _MARKED.sub(_unmarked, text)).strip()


def _unmarked(found: re.Match[str]) -> str:
    target, label = found[1], found[2] or ""
    if target.startswith("@"):
        return ""
    if target.startswith(("#", "!")):
        return label
    return label or target.removeprefix("mailto:").removeprefix("tel:")


def _event(callback: EventCallback, now: datetime, own: str) -> Parsed:
    event = callback.event
    if event.type == "app_home_opened":
        return PublishHome(user=event.user) if event.user and event.tab in (None, "home") else None
    if event.bot_id or event.subtype == "bot_message":
        return None
    if event.type == "message":
        return _message(callback, now, own)
    if event.type != "app_mention" or not event.user or event.user == own:
        return None
    if not event.channel or event.channel.startswith("D"):  # a direct message comes by itself
        return None
    words = spoken(event.text or "")
    message = Message(
        id=_short(callback.event_id),
        address=address_of(event.user, callback.team_id),
        sent_at=now,
        text=words or None,
        choice=None if words else "start",
    )
    return Mention(message=message, user=event.user, channel=event.channel, thread=event.thread_ts)


def _message(callback: EventCallback, now: datetime, own: str) -> Message | None:
    event = callback.event
    direct = event.channel_type == "im" or (event.channel_type is None and (event.channel or "").startswith("D"))
    user, text, attachment = _said(event) if direct else (None, None, None)
    if not user or user == own:
        return None
    return Message(
        id=_short(callback.event_id),
        address=address_of(user, callback.team_id),
        sent_at=now,
        text=text,
        attachment=attachment,
    )


def _said(event: Event) -> tuple[str | None, str | None, Attachment | None]:
    """Who wrote what: a user and either a text or an attachment; no user where it is not for us."""
    before, after = event.previous_message, event.message
    if event.subtype in SPOKEN:
        words = spoken(event.text or "")
        return (event.user, None, _kind(event.files[0])) if event.files and not words else (event.user, words, None)
    if any(written and written.bot_id for written in (before, after)):
        return None, None, None
    if event.subtype == "message_deleted" or (after and after.subtype == "tombstone"):
        return before.user if before else None, None, "deleted"
    if event.subtype == "message_changed" and after:
        # Slack sends this too when it adds a preview of a link or a language: only other words are an edit.
        other = after.text != before.text if before else after.edited is not None
        return after.user if other else None, None, "edited"
    return None, None, None


def _kind(file: File) -> Attachment:
    kind = (file.mimetype or "").partition("/")[0]
    if kind == "audio" or file.subtype == "slack_audio":
        return "voice"
    return "photo" if kind == "image" else "file"


def _interaction(pressed: Interaction, now: datetime) -> Parsed:
    team = pressed.team.id if pressed.team else pressed.user.team_id
    address = address_of(pressed.user.id, team)
    if pressed.type == "shortcut":
        return _opening(pressed, pressed.callback_id or "")
    if pressed.type == "view_submission" and pressed.view:
        form = views.filled(pressed.view)
        if form is None or isinstance(form, views.Wrong):
            return form
        # Slack sends a form once, so the form's own id would do where there is no other.
        id = pressed.trigger_id or pressed.view.id
        return Message(id=_short(id), address=address, sent_at=now, form=form) if id else None
    if pressed.type != "block_actions" or not pressed.actions or not pressed.trigger_id:
        return None
    action = pressed.actions[0]
    if action.action_id.startswith(OPEN):
        return _opening(pressed, action.action_id)
    value = action.value or ""
    if action.action_id.startswith(LINK) or not value.isascii() or not 0 < len(value) <= LONGEST_CHOICE:
        return None
    return Message(id=_short(pressed.trigger_id), address=address, sent_at=now, choice=value)


def _opening(pressed: Interaction, action_id: str) -> OpenModal | None:
    if not action_id.startswith(OPEN) or not pressed.trigger_id:
        return None
    return OpenModal(name=action_id.removeprefix(OPEN), trigger_id=pressed.trigger_id)


def _short(id: str) -> str:
    return id if len(id) <= LONGEST_ID else hashlib.sha256(id.encode()).hexdigest()
