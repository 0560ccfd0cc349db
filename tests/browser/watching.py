"""Pages opened like a phone does, and watched: they may break nothing and ask nobody but their own server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, Page


class Visit(Protocol):
    """Opens an address in a browser of its own."""

    def __call__(self, url: str, *, width: int = 390, height: int = 844, phone: bool = True, **options: Any) -> Page:
        """The page, loaded."""


@contextmanager
def watched(chromium: Browser, *, ours: str, forgiven: str, patience: int) -> Iterator[Visit]:
    """A way to open pages. In the end none may have written an error without the `forgiven` words, or left `ours`."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def note(kind: str, text: str) -> None:
        if kind == "error" and forgiven not in text:
            problems.append(f"console: {text}")

    def note_stranger(url: str) -> None:
        if not url.startswith((ours, "data:")):
            problems.append(f"asked somebody else: {url}")

    def visit(url: str, *, width: int = 390, height: int = 844, phone: bool = True, **options: Any) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=2 if phone else 1,
            has_touch=phone,
            is_mobile=phone,
            locale="ko-KR",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(patience * 1_000)
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("console", lambda message: note(message.type, message.text))
        page.on("request", lambda request: note_stranger(request.url))
        page.goto(url)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert problems == []
