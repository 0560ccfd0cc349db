"""The locate page in a real browser: what becomes of a link that a messenger showed."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.message import Platform
from bot.phrases import load_phrases
from knowledge.places.place import Point
from tests.browser.contrast import CONTRAST
from tests.browser.watching import watched
from tests.fakes.locate_site import LocateSite

say = load_phrases()
SEOUL = {"latitude": 37.4979, "longitude": 127.0276}
POINT = Point(lat=37.4979, lon=127.0276)
ELSEWHERE = "http://bot.test"

Open = Callable[..., Page]
Shot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def running() -> Iterator[LocateSite]:
    """The page on a free port, with a Redis of its own."""
    folder = Path(tempfile.mkdtemp(prefix="drrc-"))  # short: a unix socket lies in it
    with LocateSite(folder) as started:
        yield started
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def site(running: LocateSite) -> LocateSite:
    """The page, with nothing received yet."""
    running.messages.clear()
    running.available = True
    return running


@pytest.fixture
def open_link(site: LocateSite, chromium: Browser) -> Iterator[Open]:
    """Opens a link like a phone does; afterwards the page may have asked nobody else and broken nothing."""
    # Refusals and a lost connection are what these tests are about.
    with watched(chromium, ours=f"{site.base}/locate/", forgiven="Failed to load resource", patience=10) as visit:

        def begin(url: str, *, seoul: bool = False, **options: Any) -> Page:
            if seoul:
                options = {"geolocation": SEOUL, "permissions": ["geolocation"]} | options
            return visit(url, **options)

        yield begin


def shows(page: Page, state: str) -> None:
    """The page stands in this state and says its title."""
    expect(page.locator("body")).to_have_attribute("data-state", state)
    expect(page.locator("h1")).to_have_text(say(f"locate.state.{state}.title"))
    expect(page.locator("#text")).not_to_be_empty()
    expect(page.locator("#text")).to_be_in_viewport()
    expect(page.locator("a[href='tel:119']")).to_be_visible()


def tap(page: Page, name: str) -> None:
    """Taps one of the buttons."""
    page.get_by_role("button", name=say(f"locate.{name}"), exact=True).tap()


@pytest.mark.parametrize("platform", [Platform.KAKAO, Platform.SLACK])
def test_granted(site: LocateSite, open_link: Open, shot: Shot, platform: Platform) -> None:
    """One tap sends the position to the conversation, and the page says in the messenger's words where to go on."""
    page = open_link(site.link(platform), seoul=True)
    shows(page, "ask")
    for promise in say("locate.state.ask.text").splitlines():
        expect(page.locator("#text")).to_contain_text(promise)
    shot(page, "1-ask")
    assert site.messages == []
    tap(page, "send")
    shows(page, "sent")
    expect(page.locator("#text")).to_have_text(say(f"locate.back.{platform.value}"))
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator("button:visible")).to_have_count(0)
    shot(page, "2-sent")
    (message,) = site.messages
    assert (message.address.platform, message.point) == (platform, POINT)


def test_denied_and_then_allowed(site: LocateSite, open_link: Open, shot: Shot) -> None:
    """Who refuses reads how to allow it and what to type instead; allowing it afterwards works on the same page."""
    page = open_link(site.link())
    tap(page, "send")
    shows(page, "denied")
    expect(page.locator("#text")).to_contain_text(say("locate.allow.kakao").splitlines()[0])
    expect(page.locator("#text")).to_contain_text(say("locate.type.kakao").splitlines()[0])
    shot(page, "denied")
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(SEOUL)  # type: ignore[arg-type]
    tap(page, "again")
    shows(page, "sent")
    assert [message.point for message in site.messages] == [POINT]


def test_a_position_that_cannot_be_found_is_asked_for_again(site: LocateSite, open_link: Open, shot: Shot) -> None:
    """A phone that does not know where it is leads to another try and to typing, not to a dead end."""
    page = open_link(site.link(), permissions=["geolocation"])
    page.context.set_geolocation(None)
    tap(page, "send")
    shows(page, "failed")
    expect(page.locator("#text")).to_contain_text(say("locate.type.kakao").splitlines()[0])
    shot(page, "failed")
    page.context.set_geolocation(SEOUL)  # type: ignore[arg-type]
    tap(page, "again")
    shows(page, "sent")


def test_a_browser_that_never_answers(site: LocateSite, open_link: Open) -> None:
    """Half a minute of silence is called by its name; a permission that comes later still counts."""
    page = open_link(site.link())
    page.evaluate("navigator.geolocation.getCurrentPosition = (found) => { window.found = found; }")
    page.clock.install()
    tap(page, "send")
    shows(page, "waiting")
    page.clock.fast_forward(31_000)
    shows(page, "failed")
    page.evaluate("window.found({ coords: { latitude: 37.4979, longitude: 127.0276 } })")
    shows(page, "sent")
    assert [message.point for message in site.messages] == [POINT]


def test_who_will_type_is_not_located(site: LocateSite, open_link: Open, shot: Shot) -> None:
    """The quiet way says where to type; a position that arrives after it is not sent."""
    page = open_link(site.link())
    page.evaluate("navigator.geolocation.getCurrentPosition = (found) => { window.found = found; }")
    tap(page, "send")
    shows(page, "waiting")
    shot(page, "1-waiting")
    tap(page, "by_name")
    shows(page, "typed")
    shot(page, "2-typed")
    page.evaluate("window.found({ coords: { latitude: 37.4979, longitude: 127.0276 } })")
    page.wait_for_timeout(300)
    shows(page, "typed")
    assert site.messages == []


def test_expired(site: LocateSite, open_link: Open, shot: Shot) -> None:
    """A link that ended says so when it is opened and when the page was open while it ended."""
    url = site.link(life=timedelta(seconds=3))
    page = open_link(url, seoul=True)
    shows(page, "ask")
    time.sleep(3)
    tap(page, "send")
    shows(page, "expired")
    late = open_link(url, seoul=True)
    shows(late, "expired")
    expect(late.locator("button:visible")).to_have_count(0)
    shot(late, "expired")
    assert site.messages == []


def test_reused(site: LocateSite, open_link: Open, shot: Shot) -> None:
    """A used link says so to a second phone and after a reload, and the position arrived once."""
    url = site.link()
    page, second = open_link(url, seoul=True), open_link(url, seoul=True)
    tap(page, "send")
    shows(page, "sent")
    tap(second, "send")
    shows(second, "used")
    page.reload()
    shows(page, "used")
    shot(page, "used")
    assert len(site.messages) == 1


def test_tampered(site: LocateSite, open_link: Open, shot: Shot) -> None:
    """A changed link opens a page that asks for nothing."""
    page = open_link(site.link()[:-1], seoul=True)
    shows(page, "tampered")
    expect(page.locator("button:visible")).to_have_count(0)
    shot(page, "tampered")


def test_trouble_on_the_way(site: LocateSite, open_link: Open, shot: Shot) -> None:
    """Without a connection, and while nothing can be kept, the same link works again a moment later."""
    page = open_link(site.link(), seoul=True)
    page.context.set_offline(True)
    tap(page, "send")
    shows(page, "unsent")
    page.context.set_offline(False)
    site.available = False
    tap(page, "again")
    shows(page, "busy")
    shot(page, "busy")
    site.available = True
    tap(page, "again")
    shows(page, "sent")
    assert len(site.messages) == 1


def test_an_insecure_address_sends_to_the_keyboard(site: LocateSite, chromium: Browser) -> None:
    """Where browsers give no position (plain http), the page says what to type instead of failing at a tap."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.route(
        f"{ELSEWHERE}/**",
        lambda route: route.fulfill(response=route.fetch(url=route.request.url.replace(ELSEWHERE, site.base))),
    )
    page.goto(site.link().replace(site.base, ELSEWHERE))
    shows(page, "insecure")
    expect(page.locator("#text")).to_contain_text(say("locate.type.kakao").splitlines()[0])
    expect(page.locator("button:visible")).to_have_count(0)
    context.close()


def test_the_keyboard_is_enough(site: LocateSite, open_link: Open) -> None:
    """119, sending and typing are reached in this order, and what happened is announced from a focused heading."""
    page = open_link(site.link(), seoul=True)
    page.keyboard.press("Tab")
    expect(page.locator("a[href='tel:119']")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#send")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#by-name")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    shows(page, "sent")
    expect(page.locator("h1")).to_be_focused()
    expect(page.get_by_role("status")).to_have_text(say("locate.back.kakao"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_everything_can_be_read_and_tapped(
    site: LocateSite, open_link: Open, shot: Shot, scheme: str, width: int
) -> None:
    """From 320 px on, by day and by night: nothing scrolls sideways, letters stand out, buttons fit a thumb."""
    url = site.link()
    page = open_link(url, width=width, height=640 if width == 320 else 844, color_scheme=scheme)
    for act in ("", "send", "by_name"):
        if act:
            page = page if act == "send" else open_link(url, width=width, color_scheme=scheme)
            tap(page, act)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CONTRAST) == []
        small = page.evaluate(
            "[...document.querySelectorAll('button, a')].filter((e) => e.offsetParent)"
            ".filter((e) => e.getBoundingClientRect().height < 47.5).map((e) => e.textContent)"
        )
        assert small == []
        shot(page, act or "ask")
