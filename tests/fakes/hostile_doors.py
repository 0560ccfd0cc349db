"""The product's outside addresses: how a good request to each looks, and one whose sender proves nothing."""

import json
import time
import urllib.parse
import uuid
from typing import Any

from tests.fakes.hostile_world import MARK, MEGABYTE, SECRET, Sent, World
from tests.fakes.slack_delivery import signature

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
KAKAO, TELEGRAM, SLACK = "X-DrRC-Secret", "X-Telegram-Bot-Api-Secret-Token", "X-Slack-Signature"
TIME = "X-Slack-Request-Timestamp"

Headers = dict[str, str]
Json = dict[str, Any]
Places = tuple[tuple[str | int, ...], ...]


class Door:
    """An address, how a good request to it looks, and how those look who cannot prove who they are."""

    kind = JSON
    """The content type of a good request."""
    where = ""
    """Where it is."""
    most = MEGABYTE
    """Bytes it reads."""
    paths: Places = ()
    """Where in a good message the id, the person and the words stand."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def path(self) -> str:
        """Where to send something."""
        return self.where

    def message(self) -> Json:
        """Something good to say, with MARK in its words."""
        raise NotImplementedError

    def proof(self, body: bytes) -> Headers:
        """The headers that prove who sends this body."""
        raise NotImplementedError

    def strangers(self, body: bytes) -> dict[str, tuple[int, Headers]]:
        """The status for each way to prove nothing."""
        raise NotImplementedError

    async def calm(self) -> None:
        """Somebody else is answered here."""
        raise NotImplementedError

    def encoded(self, message: object) -> bytes:
        """A message as it travels."""
        return json.dumps(message).encode()

    def wrapped(self, raw: bytes) -> bytes:
        """Some JSON where the JSON stands."""
        return raw

    async def good(self, body: bytes | None = None) -> Sent:
        """A request from the messenger itself."""
        body = self.encoded(self.message()) if body is None else body
        return Sent(path=await self.path(), body=body, headers={"Content-Type": self.kind, **self.proof(body)})


def told(world: World, secret: str, name: str) -> dict[str, tuple[int, Headers]]:
    """Everything but the secret that a header can carry."""
    wrong = {
        "empty": "",
        "a guess": "secret",
        "one letter more": f"{secret}x",
        "its beginning": secret[:-1],
        "in capitals": secret.upper(),
        "Korean": "비밀번호",
        "7,000 letters": "x" * 7_000,
        "null": "null",
        "the token instead": world.telegram.token,
    }
    return {"no secret": (401, {}), **{what: (403, {name: value}) for what, value in wrong.items()}}


class TelegramHook(Door):
    """Telegram's webhook."""

    where = "/telegram/webhook"
    paths: Places = (("update_id",), ("message", "chat", "id"), ("message", "from", "id"), ("message", "text"))

    @property
    def secret(self) -> str:
        """What was registered."""
        hook = self.world.telegram.delivery.webhook
        assert hook
        return hook.secret or ""

    def message(self) -> Json:
        """Something new to say."""
        self.world.people += 1
        return self.world.telegram.build("text", self.world.people, text=MARK)

    def proof(self, body: bytes) -> Headers:
        """What proves the sender."""
        return {TELEGRAM: self.secret}

    def strangers(self, body: bytes) -> dict[str, tuple[int, Headers]]:
        """Everything that does not."""
        return told(self.world, self.secret, TELEGRAM)

    async def calm(self) -> None:
        """Somebody else is answered here."""
        self.world.people += 1
        user, fake = self.world.people, self.world.telegram
        assert await fake.post(fake.build("text", user, text="도움말")) == 200
        await fake.until(lambda: fake.shown(user))


class SlackEvents(Door):
    """Slack's Events API."""

    where = "/slack/events"
    paths: Places = (("event_id",), ("event", "user"), ("event", "text"), ("event", "channel"))

    @property
    def someone(self) -> str:
        """Somebody new."""
        self.world.people += 1
        return f"U{self.world.people}"

    def message(self) -> Json:
        """Something new to say."""
        return self.world.slack.event(self.someone, MARK)

    def proof(self, body: bytes, at: float = 0) -> Headers:
        """What proves the sender."""
        moment = str(int(time.time() + at))
        return {TIME: moment, SLACK: signature(self.world.slack.signing_secret, moment, body)}

    def strangers(self, body: bytes) -> dict[str, tuple[int, Headers]]:
        """Everything that does not."""
        proof, secret = self.proof(body), self.world.slack.signing_secret
        changed: dict[str, Headers] = {
            "nothing": {},
            "only a time": {TIME: proof[TIME]},
            "only a signature": {SLACK: proof[SLACK]},
            "an empty signature": proof | {SLACK: ""},
            "another version": proof | {SLACK: proof[SLACK].replace("v0", "v1")},
            "another body's signature": proof | {SLACK: self.proof(body + b" ")[SLACK]},
            "another secret's signature": proof | {SLACK: signature(secret + "x", proof[TIME], body)},
            "a signature of no secret": proof | {SLACK: signature("", proof[TIME], body)},
            "in capitals": proof | {SLACK: proof[SLACK].upper()},
            "Korean": proof | {SLACK: "v0=서명"},
            "7,000 letters": proof | {SLACK: "v0=" + "a" * 7_000},
            "too old": self.proof(body, -310),
            "from the future": self.proof(body, 310),
            "the time moved on": self.proof(body, -310) | {TIME: proof[TIME]},
        }
        moments = ("now", "", "-1", "1.5e9", "nan", "１７００００００００", "9" * 40, f"{proof[TIME]}.0", "0x6553f100")
        for moment in moments:
            changed[f"the time {moment[:8]!r}"] = {TIME: moment, SLACK: signature(secret, moment, body)}
        return {what: (401, headers) for what, headers in changed.items()}

    async def calm(self) -> None:
        """Somebody else is answered here."""
        user, slack = self.someone, self.world.slack
        assert await slack.post(slack.event(user, "도움말")) == 200
        await slack.until(lambda: slack.shown(user))


class SlackInteractive(SlackEvents):
    """Slack's buttons and forms."""

    kind = FORM
    where = "/slack/interactive"
    paths: Places = (("user", "id"), ("actions", 0, "value"), ("actions",))

    def message(self) -> Json:
        """Something new to say."""
        user = self.someone
        self.world.slack.dm(user)
        return {
            "type": "block_actions",
            "user": {"id": user, "team_id": self.world.slack.team},
            "team": {"id": self.world.slack.team},
            "trigger_id": self.world.slack.workspace.trigger(user),
            "actions": [{"action_id": "choice:0", "value": "help", "text": {"type": "plain_text", "text": MARK}}],
        }

    def encoded(self, message: object) -> bytes:
        """A message as it travels."""
        return self.wrapped(json.dumps(message).encode())

    def wrapped(self, raw: bytes) -> bytes:
        """Some JSON in its field."""
        return b"payload=" + urllib.parse.quote_from_bytes(raw).encode()

    async def calm(self) -> None:
        """Somebody else's form opens."""
        user, slack = self.someone, self.world.slack
        slack.dm(user)
        body = {"type": "shortcut", "callback_id": "open:profile", "user": {"id": user}}
        assert await slack.post(body | {"trigger_id": slack.workspace.trigger(user)}, kind="interactive") == 200
        await slack.until(lambda: slack.modal(user))


class SlackCommands(SlackEvents):
    """Slack's commands."""

    kind = FORM
    where = "/slack/commands"
    paths: Places = (("trigger_id",), ("user_id",), ("text",))

    def message(self) -> Json:
        """Something new to say."""
        user = self.someone
        self.world.slack.dm(user)
        trigger = self.world.slack.workspace.trigger(user)
        names = {"command": "/drrc", "user_id": user, "team_id": self.world.slack.team, "channel_id": "C0001"}
        return names | {"trigger_id": trigger, "text": MARK}

    def encoded(self, message: object) -> bytes:
        """A message as it travels."""
        assert isinstance(message, dict)
        return urllib.parse.urlencode(message, errors="surrogatepass").encode()

    async def calm(self) -> None:
        """Somebody else's command is answered."""
        user = self.someone
        await self.world.slack.command(user, "도움말")
        assert self.world.slack.deliveries[-1].status == 200
        assert self.world.slack.deliveries[-1].body


class KakaoSkill(Door):
    """Kakao's skill."""

    most = 32 * 1024
    where = "/kakao/skill"
    paths: Places = (
        ("userRequest", "user", "id"),
        ("userRequest", "utterance"),
        ("userRequest", "callbackUrl"),
        ("userRequest", "block"),
        ("action", "clientExtra"),
        ("action", "params", "location"),
        ("bot", "id"),
    )

    def message(self) -> Json:
        """Something new to say."""
        self.world.people += 1
        return self.world.kakao.payload(str(self.world.people), MARK)

    def proof(self, body: bytes) -> Headers:
        """What proves the sender."""
        return {KAKAO: SECRET}

    def strangers(self, body: bytes) -> dict[str, tuple[int, Headers]]:
        """Everything that does not."""
        return told(self.world, SECRET, KAKAO)

    async def calm(self) -> None:
        """Somebody else is answered here."""
        self.world.people += 1
        turn = await self.world.kakao.say(str(self.world.people), "도움말")
        assert turn.status == 200
        assert turn.shown


class Locate(Door):
    """The position a page sends."""

    most = 2_048
    paths: Places = (("lat",), ("lon",), ("accuracy",))

    async def path(self) -> str:
        """A new link."""
        return await self.world.link()

    def message(self) -> Json:
        """Something new to say."""
        return {"lat": 37.4979, "lon": 127.0276, "accuracy": 20.0, "note": MARK}

    def proof(self, body: bytes) -> Headers:
        """What proves the sender."""
        return {}

    def strangers(self, body: bytes) -> dict[str, tuple[int, Headers]]:
        """Everything that does not."""
        return {"another site": (403, {"Sec-Fetch-Site": "cross-site"})}

    async def calm(self) -> None:
        """Somebody else is answered here."""
        link = await self.world.link()
        assert (await self.world.send(Sent(path=link, method="GET")))[0] == 200


class Chat(Door):
    """What the chat page sends."""

    most = 262_144
    where = "/api/messages"
    paths: Places = (("id",), ("text",), ("point",), ("choice",), ("attachment",))

    def message(self) -> Json:
        """Something new to say."""
        return {"id": str(uuid.uuid4()), "text": MARK}

    def proof(self, body: bytes) -> Headers:
        """What proves the sender."""
        return dict(self.world.browser)

    def strangers(self, body: bytes) -> dict[str, tuple[int, Headers]]:
        """Everything that does not."""
        known = self.world.browser
        forged = f"{'A' * 43}.{known['Cookie'].rpartition('.')[2]}"
        changed: dict[str, Headers] = {
            "nothing": {},
            "only a cookie": {"Cookie": known["Cookie"]},
            "only a token": {"X-DrRC-Token": known["X-DrRC-Token"]},
            "an empty token": known | {"X-DrRC-Token": ""},
            "a Korean token": known | {"X-DrRC-Token": "비밀"},
            "a long token": known | {"X-DrRC-Token": "x" * 7_000},
            "a forged cookie": known | {"Cookie": f"drrc={forged}"},
            "a broken cookie": known | {"Cookie": "drrc=\xff.\xff;;;="},
            "another site's page": known | {"Origin": "https://evil.example"},
            "from another site": known | {"Sec-Fetch-Site": "cross-site"},
        }
        return {what: (403, headers) for what, headers in changed.items()}

    async def calm(self) -> None:
        """Somebody else is answered here."""
        body = self.encoded({"id": str(uuid.uuid4()), "text": "도움말"})
        status, said = await self.world.send(await self.good(body))
        assert status == 200
        assert "blocks" in said


DOORS: dict[str, type[Door]] = {
    "telegram": TelegramHook,
    "slack-events": SlackEvents,
    "slack-interactive": SlackInteractive,
    "slack-commands": SlackCommands,
    "kakao": KakaoSkill,
    "locate": Locate,
    "web": Chat,
}
