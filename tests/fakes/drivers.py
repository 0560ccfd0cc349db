"""People at each of the five doors. Each does the same things in the way their door has for them."""

import json
import re
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from adapters.console.jsonl import answer_line
from adapters.slack.translate import address_of
from adapters.web.identity import COOKIE, TOKEN_HEADER, Identities
from bot.message import Address, Platform
from tests.fakes.street import Street

PICTURE = "https://talk.kakaocdn.net/dna/abc/i_123.jpg?credential=x"
NUMBERED = re.compile(r"^\d+\. ", re.MULTILINE)
TOKEN = re.compile(r'name="drrc-token" content="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a person was shown since they looked last."""

    bubbles: tuple[str, ...] = field(repr=False)
    """One text for each message or card, in the order of the screen."""
    places: int
    """How many hospitals and the like."""

    @property
    def text(self) -> str:
        """All of it, every gap one space."""
        return " ".join(" ".join(self.bubbles).split())


class Person(Protocol):
    """Somebody at one door. Every step returns when everything it leads to is shown."""

    @property
    def address(self) -> Address:
        """How the product knows them."""

    async def say(self, text: str) -> None:
        """Write something."""

    async def tap(self, choice: str, *, stale: bool = False) -> None:
        """Press what stands for this choice; `stale`: higher up than the newest reply."""

    async def share(self, lat: float, lon: float) -> None:
        """Tell where one is, in the way the door offers."""

    async def send(self, attachment: str) -> None:
        """Send a photo; only at doors that take one."""

    async def fill(self, form: Mapping[str, Any]) -> None:
        """Tell age, sex and consent in a form; only at doors that have one."""

    def seen(self) -> Seen:
        """What was shown since the last look."""


class _AtDoor(ABC):
    """What all of them have."""

    def __init__(self, street: Street) -> None:
        self.street = street
        self._looked = 0

    @abstractmethod
    async def say(self, text: str) -> None:
        """Write something."""

    @abstractmethod
    async def tap(self, choice: str, *, stale: bool = False) -> None:
        """Press something."""


class _ByReplies(_AtDoor):
    """Doors that answer with objects: what is tapped must stand in the newest one, or in an earlier one if stale."""

    def __init__(self, street: Street) -> None:
        super().__init__(street)
        self.bubbles: list[str] = []
        self.places: int = 0
        self.offered: list[set[str]] = []

    def check(self, choice: str, stale: bool) -> None:
        """Only what is there can be tapped."""
        there = set().union(*self.offered) if stale else self.offered[-1] if self.offered else set()
        assert choice in there, f"{choice!r} is not offered: {sorted(there)}"

    def seen(self) -> Seen:
        """What was shown since the last look."""
        found = Seen(bubbles=tuple(self.bubbles), places=self.places)
        self.bubbles, self.places = [], 0
        return found


class ConsolePerson(_ByReplies):
    """Somebody, or a program, at the terminal: lines of JSON."""

    def __init__(self, street: Street, number: int) -> None:
        super().__init__(street)
        self.user = f"person {number}"
        self.address = Address(platform=Platform.CONSOLE, user=f"jsonl:{self.user}")

    async def say(self, text: str) -> None:
        """A line with a text."""
        await self._line(text=text)

    async def tap(self, choice: str, *, stale: bool = False) -> None:
        """A line with a choice."""
        self.check(choice, stale)
        await self._line(choice=choice)

    async def share(self, lat: float, lon: float) -> None:
        """A line with a location."""
        await self._line(location={"lat": lat, "lon": lon})

    async def fill(self, form: Mapping[str, Any]) -> None:
        """A line with a profile."""
        await self._line(profile=dict(form))

    async def _line(self, **line: Any) -> None:
        knowledge = self.street.product.house.knowledge
        raw = json.dumps({"user": self.user, **line}, ensure_ascii=False).encode()
        answer = await answer_line(self.street.product.house.engine, knowledge.catalogue, knowledge.say, raw)
        assert answer["error"] is None
        self.bubbles.append(answer["text"])
        self.places += len(answer["places"])
        self.offered.append({choice["id"] for choice in answer["choices"]})


class WebPerson(_ByReplies):
    """A visitor of the page."""

    def __init__(self, street: Street, cookie: str, token: str) -> None:
        super().__init__(street)
        visitor = Identities(street.product.house.secret).recognise(cookie)
        assert visitor
        self.address = Address(platform=Platform.WEB, user=visitor.user)
        self._headers = {"Cookie": f"{COOKIE}={cookie}", TOKEN_HEADER: token}

    @classmethod
    async def arrive(cls, street: Street) -> "WebPerson":
        """Open the page for the first time."""
        async with street.browser.get(f"{street.product.base}/") as page:
            token = TOKEN.search(await page.text())
            assert token
            return cls(street, page.cookies[COOKIE].value, token[1])

    async def say(self, text: str) -> None:
        """Type it below the page."""
        await self._post(text=text)

    async def tap(self, choice: str, *, stale: bool = False) -> None:
        """Press a button of the newest reply."""
        self.check(choice, stale)
        await self._post(choice=choice)

    async def share(self, lat: float, lon: float) -> None:
        """Let the browser tell it."""
        await self._post(point={"lat": lat, "lon": lon})

    async def send(self, attachment: str) -> None:
        """Drop a file onto the page."""
        await self._post(attachment=attachment)

    async def _post(self, **body: Any) -> None:
        url = f"{self.street.product.base}/api/messages"
        async with self.street.browser.post(url, json={"id": str(uuid.uuid4()), **body}, headers=self._headers) as got:
            assert got.status == 200, await got.text()
            assert got.content_type == "application/x-ndjson"
            *replies, end = [json.loads(line) for line in (await got.text()).splitlines()]
        assert end == {"end": True}
        for reply in replies:
            for block in reply["blocks"]:
                self.places += len(block.get("items", ()))
                self.bubbles.append("\n".join(_words(block)))
        self.offered.append({choice["id"] for choice in replies[-1]["choices"]})
        await self.street.product.idle()


def _words(block: Mapping[str, Any]) -> list[str]:
    """What the page writes of a block."""
    if block["kind"] == "places":
        named = [f"{item['name']} {item['distance']}" for item in block["items"]]
        return [block["origin_name"] or "", *named, block["as_of"]]
    if block["kind"] == "card":
        return [block["title"], *block["lines"], *(link["label"] for link in block["links"])]
    if block["kind"] == "source":
        return [citation["title"] for citation in block["citations"]]
    return [block["text"]]


class TelegramPerson(_AtDoor):
    """Somebody in Telegram."""

    def __init__(self, street: Street, number: int) -> None:
        super().__init__(street)
        self.user = 70_000 + number
        self.address = Address(platform=Platform.TELEGRAM, user=str(self.user))

    async def say(self, text: str) -> None:
        """Write; longer words than one message takes are cut by the app, as Telegram's are."""
        for start in range(0, len(text), 4_096):
            await self.street.telegram.say(self.user, text[start : start + 4_096])
            await self._calm()

    async def tap(self, choice: str, *, stale: bool = False) -> None:
        """Press the button that carries it, or the key below that says its words."""
        say = self.street.product.house.knowledge.say
        keys = {"location:share": "consent.location.yes", "location:typed": "consent.location.typed"}
        label = say(keys[choice]) if choice in keys else ""
        if any(key.label == label for key in self.street.telegram.keyboard(self.user)):
            await self.street.telegram.press(self.user, label)
        else:
            await self.street.telegram.tap(self.user, choice, stale=stale)
        await self._calm()

    async def share(self, lat: float, lon: float) -> None:
        """Press the key that asks for it, or send a location by oneself."""
        keys = [key.label for key in self.street.telegram.keyboard(self.user) if key.request_location]
        if keys:
            await self.street.telegram.press(self.user, keys[0], point=(lat, lon))
        else:
            await self.street.telegram.share(self.user, lat, lon)
        await self._calm()

    async def send(self, attachment: str) -> None:
        """Send it."""
        await self.street.telegram.send(self.user, attachment)
        await self._calm()

    def seen(self) -> Seen:
        """The messages since the last look."""
        shown = self.street.telegram.shown(self.user)
        new, self._looked = shown[self._looked :], len(shown)
        places = sum(len(NUMBERED.findall(one.text)) for one in new if not one.venue)
        return Seen(bubbles=tuple(one.text for one in new), places=places)

    async def _calm(self) -> None:
        await self.street.telegram.settled()
        await self.street.calm(self.address)


class SlackPerson(_AtDoor):
    """Somebody in Slack."""

    def __init__(self, street: Street, number: int) -> None:
        super().__init__(street)
        self.user = f"U{number:06}"
        self.address = address_of(self.user, street.slack.team)
        self._asked: list[str] = []

    async def say(self, text: str) -> None:
        """Write, in the form for a place while that is open."""
        if self.street.slack.modal(self.user):
            _, answer = await self.street.slack.submit(self.user, {"place": {"place": {"value": text}}})
            assert answer == {"response_action": "clear"}
        else:
            await self.street.slack.say(self.user, text)
        await self.street.calm(self.address)

    async def tap(self, choice: str, *, stale: bool = False) -> None:
        """Press the button that carries it; for typing a place there is a form."""
        if choice == "location:typed":
            await self._open("open:address")
        else:
            await self.street.slack.tap(self.user, choice, stale=stale)
            await self.street.calm(self.address)

    async def share(self, lat: float, lon: float) -> None:
        """Follow the link below the newest reply."""
        buttons = self.street.slack.shown(self.user)[-1].buttons
        await self.street.locate(next(b.url for b in buttons if b.url and "/locate/" in b.url), lat, lon)
        await self.street.calm(self.address)

    async def send(self, attachment: str) -> None:
        """Upload a picture."""
        assert attachment == "photo"
        await self.street.slack.upload(self.user)
        await self.street.calm(self.address)

    async def fill(self, form: Mapping[str, Any]) -> None:
        """Open the form of the home and send it off."""
        await self.street.slack.open_home(self.user)
        await self.street.slack.until(lambda: self.street.slack.home(self.user))
        await self._open("open:profile")
        values: dict[str, Any] = {
            "age": {"age": {"value": str(form["age"])}},
            "sex": {"sex": {"selected_option": {"value": form["sex"]}}},
        }
        if form["consent"]:
            values["consent"] = {"consent": {"selected_options": [{"value": "yes"}]}}
        _, answer = await self.street.slack.submit(self.user, values)
        assert answer == {"response_action": "clear"}
        await self.street.calm(self.address)

    def seen(self) -> Seen:
        """The messages since the last look, and the words of a form that was opened."""
        shown = self.street.slack.shown(self.user)
        new, self._looked = shown[self._looked :], len(shown)
        asked, self._asked = self._asked, []
        places = sum((button.action_id or "").startswith("url:map:") for one in new for button in one.buttons)
        return Seen(bubbles=(*(one.plain for one in new), *asked), places=places)

    async def _open(self, name: str) -> None:
        await self.street.slack.tap(self.user, name)
        view = await self.street.slack.until(lambda: self.street.slack.modal(self.user))
        assert view
        self._asked.append("\n".join(block["label"]["text"] for block in view["blocks"] if "label" in block))


class KakaoPerson(_AtDoor):
    """Somebody in KakaoTalk."""

    def __init__(self, street: Street, number: int) -> None:
        super().__init__(street)
        self.name = f"person {number}"
        self.address = Address(platform=Platform.KAKAO, user=street.kakao.person(self.name).key)

    async def say(self, text: str) -> None:
        """Write."""
        await self.street.kakao.say(self.name, text)
        await self._read_on()

    async def tap(self, choice: str, *, stale: bool = False) -> None:
        """Press the quick reply or button that carries it."""
        await self.street.kakao.tap(self.name, choice, stale=stale)
        await self._read_on()

    async def share(self, lat: float, lon: float) -> None:
        """Follow the link of the newest card and press that it is done; without a link there is the plugin."""
        links = [button.url for shown in self.street.kakao.shown(self.name)[-3:] for button in shown.buttons]
        link = next((url for url in links[::-1] if url and "/locate/" in url), None)
        if link:
            await self.street.locate(link, lat, lon)
            await self.street.product.idle()
            await self.street.kakao.tap(self.name, self.street.product.house.knowledge.say("kakao.located"))
        else:
            await self.street.kakao.plugin_location(self.name, lat, lon)
        await self._read_on()

    async def send(self, attachment: str) -> None:
        """Send a picture, of which KakaoTalk makes an address."""
        assert attachment == "photo"
        await self.say(PICTURE)

    def seen(self) -> Seen:
        """The bubbles since the last look."""
        shown = self.street.kakao.shown(self.name)
        new, self._looked = shown[self._looked :], len(shown)
        places = sum(len(one.items) for one in new if one.kind == "listCard")
        return Seen(bubbles=tuple(one.text for one in new), places=places)

    async def _read_on(self) -> None:
        """Ask for what did not fit, as long as there is more."""
        more = self.street.product.house.knowledge.say("kakao.continue")
        for _ in range(6):
            await self.street.product.idle()
            if all(quick.label != more for quick in self.street.kakao.shown(self.name)[-1].quick):
                return
            await self.street.kakao.tap(self.name, more)
        raise AssertionError("there is no end to it")


async def somebody(street: Street, door: str) -> Person:
    """Somebody nobody has seen before, at this door."""
    if door == "web":
        return await WebPerson.arrive(street)
    at_doors = {"console": ConsolePerson, "telegram": TelegramPerson, "slack": SlackPerson, "kakao": KakaoPerson}
    return at_doors[door](street, next(street.numbers))
