"""The page and its files, read once at start-up and kept in memory."""

import gzip
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

STATIC = Path(__file__).parent / "static"
"""Where the page's files lie."""

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_TOKEN = "{{token}}"  # noqa: S105 - a placeholder, filled for each visitor
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file of the page."""

    type: str
    """Its media type, with a charset where it is text."""
    body: bytes = field(repr=False)
    """Its content."""
    packed: bytes | None = field(repr=False)
    """The content compressed with gzip, where that is smaller."""
    etag: str
    """A quoted hash of the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page with its sentences filled in, and its files."""

    files: Mapping[str, StaticFile] = field(repr=False)
    """By path below `static/`."""
    version: str
    """A hash over all files: part of their addresses, so that they may be cached for ever."""
    template: str = field(repr=False)
    """The page but for the visitor's token."""

    def html(self, token: str) -> bytes:
        """The page for one visitor."""
        return self.template.replace(_TOKEN, html.escape(token)).encode()

    def file(self, path: str) -> tuple[StaticFile, bool] | None:
        """A file by its address below `/static/`, and whether the address names exactly this content."""
        head, _, rest = path.partition("/")
        if head == self.version:
            return (self.files[rest], True) if rest in self.files else None
        if re.fullmatch(r"[0-9a-f]{16}", head):  # a page from before an update asks for its own files
            path = rest
        return (self.files[path], False) if path in self.files else None


def load_page(texts: Mapping[str, str], *, tiles_url: str = "", folder: Path = STATIC) -> Page:
    """Reads the files and fills in the sentences. KeyError names a sentence that is missing."""
    files = {
        path.relative_to(folder).as_posix(): _static_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _TYPES
    }
    version = sha256("\n".join(f"{name} {file.etag}" for name, file in files.items()).encode()).hexdigest()[:16]
    settings = {"static": f"/static/{version}", "tiles": tiles_url}

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == "token":
            return match.group(0)
        if name == "texts":
            return _for_script(texts)
        if name == "settings":
            return _for_script(settings)
        return html.escape(settings["static"] if name == "static" else texts[name])

    template = _PLACEHOLDER.sub(fill, (folder / "index.html").read_text("utf-8"))
    return Page(files=files, version=version, template=template)


def security_headers(tiles_url: str) -> Mapping[str, str]:
    """What every answer carries: the page runs its own code only, and talks to nobody but us (and the map tiles)."""
    images = " ".join(["'self'", "data:", *_tiles_source(tiles_url)])
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        f"img-src {images}",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _tiles_source(tiles_url: str) -> list[str]:
    if not tiles_url:
        return []
    parts = urlsplit(tiles_url.replace("{s}.", "*."))
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[\s;,'\"]", parts.netloc):
        raise ValueError("the tiles address must look like https://host/{z}/{x}/{y}.png")
    return [f"{parts.scheme}://{parts.netloc}"]


def _for_script(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    plain = dict(value) if isinstance(value, Mapping) else value
    return json.dumps(plain, ensure_ascii=False).replace("<", "\\u003c")


def _static_file(path: Path) -> StaticFile:
    body = path.read_bytes()
    kind = _TYPES[path.suffix]
    text = kind != "image/png"
    packed = gzip.compress(body, mtime=0) if text else None
    return StaticFile(
        type=f"{kind}; charset=utf-8" if text else kind,
        body=body,
        packed=packed if packed and len(packed) < len(body) else None,
        etag=f'"{sha256(body).hexdigest()[:32]}"',
    )
