"""The page with its sentences, for each messenger and each state it can begin in."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from bot.message import Platform
from bot.phrases import Phrases

STATIC = Path(__file__).parent / "static"
"""Where the page's files lie."""

STATES = (
    *("ask", "waiting", "sending", "sent", "denied", "failed", "unsent", "busy", "typed"),
    *("used", "expired", "tampered", "insecure", "unreadable"),
)
"""Everything the page can show; one title and one text each."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
"""What every answer carries."""

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_TYPES = {".js": "text/javascript", ".css": "text/css"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """A file beside the page."""

    type: str
    """Its media type."""
    body: bytes = field(repr=False)
    """Its content."""


class Page:
    """The page, its files and its sentences, read once. KeyError names a sentence that is missing."""

    def __init__(self, say: Phrases, *, minutes: int, folder: Path = STATIC) -> None:
        self._say = say
        self._minutes = minutes
        self._html = (folder / "locate.html").read_text("utf-8")
        self.files = {
            path.name: StaticFile(type=_TYPES[path.suffix], body=path.read_bytes())
            for path in sorted(folder.iterdir())
            if path.suffix in _TYPES
        }
        self.version = sha256(b"".join(file.body for file in self.files.values())).hexdigest()[:16]
        self._sentences = {name: self._for_whom(name) for name in (Platform.KAKAO, Platform.SLACK, None)}

    def sentences(self, platform: Platform | None) -> Mapping[str, tuple[str, str]]:
        """Title and text by state, in the words of a messenger; None where we do not know which."""
        return self._sentences.get(platform, self._sentences[None])

    def back(self, platform: Platform | None) -> str:
        """How to get back to the answer."""
        return self._say(f"locate.back.{_word(platform)}")

    def html(self, state: str, platform: Platform | None = None) -> str:
        """The page, beginning in this state."""
        sentences = self.sentences(platform)
        title, text = sentences[state]
        special = {
            "state": state,
            "heading": title,
            "text": text,
            "version": self.version,
        }

        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            if name == "sentences":
                return _for_script({key: {"title": one, "text": two} for key, (one, two) in sentences.items()})
            return html.escape(special.get(name) or self._say(f"locate.{name}"))

        return _PLACEHOLDER.sub(fill, self._html)

    def _for_whom(self, platform: Platform | None) -> Mapping[str, tuple[str, str]]:
        word = _word(platform)
        own = {part: self._say(f"locate.{part}.{word}") for part in ("back", "type", "allow")}
        return {
            state: (
                self._say(f"locate.state.{state}.title"),
                self._say(f"locate.state.{state}.text", minutes=self._minutes, **own),
            )
            for state in STATES
        }


def _word(platform: Platform | None) -> str:
    return platform.value if platform in (Platform.KAKAO, Platform.SLACK) else "other"


def _for_script(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
