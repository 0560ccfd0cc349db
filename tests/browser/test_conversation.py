"""Whole conversations with the real product, as a person holds them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.phrases import load_phrases
from tests.browser.contrast import CONTRAST

say = load_phrases()
COMPLAINT = "어제부터 머리가 아프고 열이 나요"
GANGNAM = {"latitude": 37.4979, "longitude": 127.0276}
MOST_QUESTIONS = 20
ASIDE = {say("consult.why_choice"), say("consult.finish_choice")}

OpenPage = Callable[..., Page]
Shot = Callable[[Page, str], None]


def write(page: Page, text: str) -> None:
    """Types and sends a message, and waits for the answer."""
    before = page.locator(".said.bot").count()
    page.fill("#input", text)
    page.press("#input", "Enter")
    answered(page, before)


def tap(page: Page, label: str) -> None:
    """Taps an offered answer and waits for the reply."""
    before = page.locator(".said.bot").count()
    page.get_by_role("button", name=label, exact=True).click()
    answered(page, before)


def answered(page: Page, before: int) -> None:
    """Waits until more was said and nothing is on its way."""
    expect(page.locator(".said.bot").nth(before)).to_be_visible()
    expect(page.locator("#typing")).to_be_hidden()


def answers(page: Page) -> list[str]:
    """The offered answers but for "why" and "enough"."""
    return [label for label in page.locator(".choices .choice").all_inner_texts() if label not in ASIDE]


def answer_all(page: Page) -> Locator:
    """Answers every question, choosing the first answer for age and the most harmless one else; gives the result."""
    result = page.locator(".said.bot", has_text=re.compile(say("consult.candidates_title")))
    for _ in range(MOST_QUESTIONS):
        if result.count():
            return result
        offered = answers(page)
        assert offered, page.locator("#log").inner_text()
        adult = [label for label in offered if label == "19~39살"]
        harmless = [label for label in offered if label in ("아니요", "없어요")]
        tap(page, (adult or harmless or offered)[0])
    raise AssertionError("the questions did not end")


def consult(page: Page) -> Locator:
    """From the complaint through consent to the result."""
    write(page, COMPLAINT)
    tap(page, say("consent.health.yes"))
    return answer_all(page)


@pytest.mark.timeout(240)
def test_from_complaint_to_places_near_me(open_page: OpenPage, shot: Shot) -> None:
    """A headache with fever leads, by tapping alone, to advice with a level in words and to hospitals on a map."""
    page = open_page(geolocation=GANGNAM, permissions=["geolocation"])
    shot(page, "1-greeting")
    write(page, COMPLAINT)
    shot(page, "2-consent")
    tap(page, say("consent.health.yes"))
    shot(page, "3-question")
    result = answer_all(page)
    shot(page, "4-result")
    level = result.locator(".card[data-level] .level").first
    expect(level).not_to_be_empty()
    tap(page, say("hello.choice.places"))
    tap(page, say("consent.location.yes"))
    places = page.locator(".places").last
    expect(places.locator(".place").first).to_be_visible()
    expect(places.locator(".distance").first).to_have_text(re.compile(r"^\d+(\.\d)?k?m$"))
    expect(places.locator(".leaflet-marker-icon .pin").first).to_be_visible()
    expect(places.get_by_text(say.get("web")["map_here"])).to_be_visible()
    maps = places.locator(".map-link").first.get_attribute("href") or ""
    assert maps.startswith("https://map.kakao.com/link/map/")
    phone = places.locator("a.phone").first.get_attribute("href") or ""
    assert re.fullmatch(r"tel:\+?\d{8,12}", phone)
    shot(page, "5-places")


@pytest.mark.timeout(240)
def test_without_location_a_district_is_typed(open_page: OpenPage, shot: Shot) -> None:
    """Who does not share the location is told kindly what to type instead, and gets the same list."""
    page = open_page()
    tap(page, say("hello.choice.places"))
    page.get_by_role("button", name=say("consent.location.yes"), exact=True).click()
    explained = page.get_by_role("button", name=say.get("web")["location_yes"], exact=True)
    denied = page.get_by_text(say.get("web")["location_denied"].splitlines()[0])
    expect(explained.or_(denied)).to_be_visible()
    if explained.is_visible():
        explained.click()
    expect(denied).to_be_visible()
    expect(page.locator("#input")).to_be_focused()
    shot(page, "1-denied")
    write(page, "서울 강남구")
    expect(page.locator(".places .place").first).to_be_visible()
    expect(page.locator(".origin-name")).to_have_text("서울 강남구")
    shot(page, "2-places")


def test_danger_is_answered_at_once_and_can_be_tapped(open_page: OpenPage, shot: Shot) -> None:
    """A sign of danger gives an alert with a large button that calls 119, before anybody is asked for consent."""
    page = open_page()
    write(page, "아빠가 갑자기 한쪽 팔다리에 힘이 빠지고 말이 어눌해요")
    alert = page.locator("#log [role=alert]").first
    button = alert.locator(".call-button").first
    expect(button).to_have_attribute("href", "tel:119")
    box = button.bounding_box()
    assert box
    assert box["height"] >= 44
    expect(button).to_be_in_viewport()
    shot(page, "alarm")


@pytest.mark.timeout(240)
def test_the_keyboard_is_enough(open_page: OpenPage) -> None:
    """Skip link, writing, answering, and the menu work without a pointer, and the focus is never lost."""
    page = open_page(width=1280, height=860, phone=False)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#input")).to_be_focused()
    before = page.locator(".said.bot").count()
    page.keyboard.type(COMPLAINT)
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("기침도 해요")
    page.keyboard.press("Enter")
    answered(page, before)
    assert page.locator(".said.me").last.inner_text().count("\n") >= 1
    page.keyboard.press("Shift+Tab")
    while page.evaluate("document.activeElement.textContent") != say("consent.health.yes"):
        assert page.evaluate("document.activeElement.className") == "choice"
        page.keyboard.press("Shift+Tab")
    before = page.locator(".said.bot").count()
    page.keyboard.press("Enter")
    answered(page, before)
    assert page.evaluate("document.activeElement.classList.contains('me')")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "choice"
    page.locator("#menu-button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#menu-list")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#menu-list")).to_be_hidden()
    expect(page.locator("#menu-button")).to_be_focused()


def test_enter_while_a_syllable_is_composed_does_not_send(open_page: OpenPage) -> None:
    """With a Korean input method the first Enter ends the syllable; nothing half-written is sent."""
    page = open_page()
    before = page.locator(".said.me .bubble").count()
    page.fill("#input", "머리가 아")
    page.evaluate(
        "document.getElementById('input').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    page.wait_for_timeout(200)
    assert page.locator(".said.me .bubble").count() == before
    assert page.input_value("#input") == "머리가 아"


def test_a_message_written_offline_arrives_once(open_page: OpenPage) -> None:
    """Without a connection the message stays with a kind word, and goes out once when the connection is back."""
    page = open_page()
    page.context.set_offline(True)
    page.fill("#input", COMPLAINT)
    page.press("#input", "Enter")
    state = page.locator(".said.me .state")
    expect(state).to_contain_text(say.get("web")["offline"].split(".")[0])
    expect(state.get_by_role("button")).to_have_text(say.get("web")["retry"])
    before = page.locator(".said.bot").count()
    page.context.set_offline(False)
    answered(page, before)
    expect(state).to_have_count(0)
    assert page.locator(".said.bot").count() == before + 1
    assert page.locator(".said.me .bubble").count() == 1


def test_a_reload_keeps_the_conversation_and_a_new_start_forgets_it(open_page: OpenPage, shot: Shot) -> None:
    """The tab remembers across a reload; deleting shows a receipt, changes the name and leaves nothing else."""
    page = open_page()
    write(page, COMPLAINT)
    said = page.locator(".said.bot").all_inner_texts()
    page.reload()
    expect(page.locator(".said.me .bubble")).to_contain_text(COMPLAINT)
    assert page.locator(".said.bot").all_inner_texts() == said
    tap(page, say("consent.health.yes"))
    name = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "drrc"]
    page.locator("#menu-button").click()
    page.locator("#menu-new").click()
    shot(page, "dialog")
    page.locator("#new-delete").click()
    expect(page.locator("#new-dialog")).to_be_hidden()
    expect(page.locator("#log")).to_contain_text(say("privacy.receipt_title"))
    expect(page.locator("#log")).to_contain_text(say("hello.greeting").splitlines()[0])
    expect(page.locator("#log")).not_to_contain_text(COMPLAINT)
    assert COMPLAINT not in page.evaluate("JSON.stringify(sessionStorage)")
    assert name != [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "drrc"]


@pytest.mark.parametrize("options", [{"width": 320, "height": 640}, {"width": 390}, {"width": 1280, "phone": False}])
def test_nothing_is_cut_off(open_page: OpenPage, shot: Shot, options: dict[str, Any]) -> None:
    """From 320 px on, also with large letters, nothing scrolls sideways and every button is big enough for a thumb."""
    page = open_page(**options)
    page.locator("#menu-button").click()
    page.locator("#menu-large").click()
    write(page, COMPLAINT)
    assert page.evaluate("document.documentElement.scrollWidth") <= options["width"]
    small = page.evaluate(
        "[...document.querySelectorAll('button, a, summary')].filter((e) => e.offsetParent)"
        ".map((e) => [e.textContent.trim(), e.getBoundingClientRect()])"
        ".filter(([, r]) => r.height < 43.5 || r.width < 43.5).map(([text]) => text)"
    )
    assert small == []
    shot(page, "large-letters")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out_by_day_and_by_night(open_page: OpenPage, shot: Shot, scheme: str) -> None:
    """In both colour schemes every visible text has the contrast WCAG AA asks for."""
    page = open_page(color_scheme=scheme)
    consult(page)
    write(page, "아빠가 갑자기 한쪽 팔다리에 힘이 빠지고 말이 어눌해요")
    shot(page, "contrast")
    assert page.evaluate(CONTRAST) == []


def test_a_link_from_elsewhere_keeps_my_name(open_page: OpenPage, product: str) -> None:
    """Coming from another site, where the strict cookie stays home, does not make the person somebody else."""
    page = open_page()
    before = page.context.cookies(product)[0]["value"]
    other = page.context.new_page()
    other.route("http://elsewhere.test/", lambda route: route.fulfill(content_type="text/html", body=LINK % product))
    other.goto("http://elsewhere.test/")
    other.click("a")
    other.locator(".said.bot").first.wait_for()
    assert page.context.cookies(product)[0]["value"] == before


LINK = '<!doctype html><a href="%s/">link</a>'
