"""The few Block Kit pieces we use, as plain JSON. Words of ours and of people go out as plain text, never as markup."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]

MOST_URL = 3_000
"""Characters Slack takes in a link."""

ROW = 5
"""Buttons side by side; Slack takes 25, a phone shows five well."""

_WEB = re.compile(r"https?://[^\s/?#]+\S*")
_MARKUP = re.compile(r"[*_~`]")


def plain(text: str) -> Json:
    """Text that is shown as it is. Without `emoji`, `:smile:` stays what was written."""
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Json:
    """Text with Slack's markup; what is not markup must be escaped before."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def escaped(text: str) -> str:
    """The three characters that begin markup, made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bold(text: str) -> Json:
    """One bold line; plain where the text has markup characters of its own, which cannot be escaped."""
    line = " ".join(text.split())
    return plain(line) if _MARKUP.search(line) else mrkdwn(f"*{escaped(line)}*")


def link(label: str, url: str) -> str:
    """A link inside markup."""
    target = escaped(url.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C"))
    return f"<{target}|{escaped(' '.join(label.split()))}>"


def openable(url: str, *, schemes: tuple[str, ...] = ("https",)) -> str:
    """The web address as Slack takes it, or empty where a button or link cannot open it (`tel:`)."""
    if not url.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        return ""
    target = quote(url, safe="%/:=&?~#+!$,;'@()*[]", errors="replace")
    return target if _WEB.fullmatch(url) and len(target) <= MOST_URL else ""


def header(text: str) -> Json:
    """A large line."""
    return {"type": "header", "text": plain(" ".join(text.split()))}


def section(text: Json, accessory: Json | None = None) -> Json:
    """A paragraph, with a button beside it."""
    return {"type": "section", "text": text} | ({"accessory": accessory} if accessory else {})


def context(text: Json) -> Json:
    """Small print."""
    return {"type": "context", "elements": [text]}


def button(label: str, action_id: str, *, value: str = "", url: str = "", style: str = "") -> Json:
    """A button. One with a link opens it and reports the press all the same."""
    made: Json = {"type": "button", "text": plain(label.strip() or "…"), "action_id": action_id}
    given = {"value": value, "url": url, "style": style}
    return made | {name: text for name, text in given.items() if text}


def rows(buttons: Sequence[Json]) -> list[Json]:
    """Buttons in rows."""
    return [
        {"type": "actions", "elements": list(buttons[start : start + ROW])} for start in range(0, len(buttons), ROW)
    ]
