"""A strict Slack on this machine: the Web API for the product, and a person's side for the test.

Everything a person does is handed to the product as Slack does it: signed requests to `events_url`, or envelopes
while a socket is open. Everything the product asks is examined by Slack's rules and kept in `calls`, `refused`
and `warnings`.
"""

from typing import Any

from tests.fakes.slack_payloads import file, filled
from tests.fakes.slack_records import Button, Call, Delivery, Json, Refused, Shown, Warned
from tests.fakes.slack_server import SlackServer, decoded
from tests.fakes.slack_workspace import Message, acted_on

__all__ = ["Button", "Call", "Delivery", "Refused", "Shown", "SlackFake", "Warned"]


class SlackFake(SlackServer):
    """A workspace with people in it, to be used as `async with SlackFake() as fake`."""

    async def say(self, user: str, text: str) -> str:
        """Writes to the bot; gives the event id."""
        return await self._message(self._payloads.said(user, text, self.dm(user)))

    async def mention(self, channel: str, user: str, text: str) -> str:
        """Calls the bot by its name in a channel it is in."""
        self.dm(user)
        self.workspace.add_channel(channel)
        event = self._payloads.said(user, text, channel, type="app_mention")
        event["text"] = f"<@{self.bot_user}> {event['text']}"
        del event["channel_type"]
        return await self._message(event)

    async def upload(self, user: str, text: str = "") -> str:
        """Sends a picture, with or without words."""
        event = self._payloads.said(user, text, self.dm(user), subtype="file_share", upload=False, files=[file(user)])
        return await self._message(event)

    async def edit(self, user: str, ts: str, text: str) -> str:
        """Changes a message the person wrote."""
        message = self._own(user, ts)
        before = self.workspace.message_json(message)
        now = self._payloads.said(user, text, message.channel)
        message.text, message.blocks = now["text"], now["blocks"]
        after = self.workspace.message_json(message) | {"edited": {"user": user, "ts": now["ts"]}}
        return await self._aside(message, "message_changed", {"message": after, "previous_message": before})

    async def delete(self, user: str, ts: str) -> str:
        """Deletes a message the person wrote."""
        message = self._own(user, ts)
        before = self.workspace.message_json(message)
        message.gone = True
        return await self._aside(message, "message_deleted", {"previous_message": before, "deleted_ts": ts})

    async def open_home(self, user: str) -> str:
        """Opens the app's home."""
        event: Json = {"type": "app_home_opened", "user": user, "channel": self.dm(user), "tab": "home"}
        event["event_ts"] = self.workspace.ts()
        if (view := self.home(user)) is not None:
            event["view"] = view
        return await self._event(event)

    async def command(self, user: str, text: str, command: str = "/drrc", channel: str = "C0001") -> str:
        """Types a slash command; an answer in the acknowledgement is shown."""
        self.dm(user)
        where = self.workspace.channels.get(channel) or self.workspace.add_channel(channel, bot=False)
        form = self._payloads.command(user, text, command, where)
        done = await self._deliveries.deliver(form["trigger_id"], "command", form)
        if done.taken and done.body.strip():
            self._api.show_answer(user, channel, decoded(done.body))
        return str(form["trigger_id"])

    async def tap(self, user: str, value: str, *, stale: bool = False, where: str | None = None) -> str:
        """Presses what carries this value or action id: in the open modal, else the newest message, else the home.

        `stale` presses in the oldest message that ever carried it, as somebody does who scrolled up or has not
        seen a change yet. `where` (`message`, `home`, `modal`) looks only there.
        """
        self.dm(user)
        payload = self._pressed(user, value, stale, where)
        if payload is None:
            raise LookupError(f"nothing with {value!r} is shown to {user}")
        done = await self._deliveries.deliver(payload["trigger_id"], "interactive", payload)
        return done.id

    async def submit(self, user: str, values: dict[str, dict[str, Any]] | None) -> tuple[str, Json]:
        """Sends the open modal off; gives the id and the answer, and does what the answer asks."""
        view = self.modal(user)
        if view is None or not view["submit"]:
            raise LookupError(f"no modal that can be sent off is open for {user}")
        payload = self._payloads.submitted(user, view, filled(view, values))
        done = await self._deliveries.deliver(payload["trigger_id"], "interactive", payload)
        answer: Any = decoded(done.body) if done.body.strip() else {}
        if done.taken:
            self._api.follow(user, view, answer)
        return done.id, answer if isinstance(answer, dict) else {}

    async def dismiss(self, user: str) -> str | None:
        """Closes the open modal; gives the id where the app asked to be told."""
        view = self.workspace.modals[user].pop()
        if not view["notify_on_close"]:
            return None
        payload = self._payloads.closed(user, view)
        return (await self._deliveries.deliver(payload["trigger_id"], "interactive", payload)).id

    # inside

    async def _message(self, event: Json) -> str:
        stored = Message(
            ts=event["ts"],
            channel=event["channel"],
            user=event["user"],
            text=event["text"],
            blocks=event["blocks"],
            files=event.get("files", []),
        )
        self.workspace.messages.append(stored)
        return await self._event(event, ts=event["ts"])

    async def _aside(self, message: Message, subtype: str, more: Json) -> str:
        ts = self.workspace.ts()
        event = {"type": "message", "subtype": subtype, "channel": message.channel, "channel_type": "im"}
        return await self._event(event | {"hidden": True, "ts": ts, "event_ts": ts} | more, ts=message.ts)

    def _own(self, user: str, ts: str) -> Message:
        message = self.workspace.find(self.dm(user), ts)
        if message is None or message.user != user:
            raise LookupError(f"{user} wrote no message {ts}")
        return message

    def _pressed(self, user: str, value: str, stale: bool, where: str | None) -> Json | None:
        w = self.workspace
        if where in (None, "modal") and (found := self._in_view(user, self.modal(user), value)):
            return found
        if where in (None, "message"):
            seen = w.seen_by(user, gone=stale)
            now = [(m, m.blocks) for m in reversed(seen)]
            ever = [(m, blocks) for m in seen for blocks in (*m.earlier, m.blocks)]
            for message, blocks in ever if stale else now:
                if what := acted_on(blocks, value):
                    base = self._payloads.pressed(user, *what)
                    return self._payloads.pressed_in_message(base, message, blocks)
        return self._in_view(user, self.home(user), value) if where in (None, "home") else None

    def _in_view(self, user: str, view: Json | None, value: str) -> Json | None:
        found = acted_on(view["blocks"], value) if view is not None else None
        return self._payloads.pressed_in_view(self._payloads.pressed(user, *found), view) if view and found else None
