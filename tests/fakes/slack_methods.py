"""What the Web API methods for people, conversations and messages do, and when they refuse."""

from collections.abc import Callable
from typing import Any

from tests.fakes.slack_blocks import MESSAGE_TEXT, UPDATE_BYTES, too_much, wrong_blocks
from tests.fakes.slack_records import Json, Refusal, plain, text_objects, unescaped
from tests.fakes.slack_workspace import Channel, Message, ResponseUrl, Workspace


class Methods:
    """The methods, by the words of the wire."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        socket_url: Callable[[], str],
        posted: Callable[[str, Json], None],
    ) -> None:
        self._workspace = workspace
        self._socket_url = socket_url
        self._posted = posted
        self.table: dict[str, Callable[[Json], Json]] = {
            "auth.test": self.auth_test,
            "apps.connections.open": self.connections_open,
            "users.info": self.users_info,
            "conversations.open": self.conversations_open,
            "conversations.info": self.conversations_info,
            "conversations.history": self.conversations_history,
            "assistant.threads.setStatus": self.set_status,
            "chat.postMessage": self.post_message,
            "chat.postEphemeral": self.post_ephemeral,
            "chat.update": self.update,
        }

    # conversations and people

    def auth_test(self, params: Json) -> Json:
        """Who the token belongs to."""
        w = self._workspace
        return {
            "url": f"https://{w.team.lower()}.slack.com/",
            "team": "Test",
            "user": "drrc",
            "team_id": w.team,
            "user_id": w.bot_user,
            "bot_id": w.bot,
            "is_enterprise_install": False,
        }

    def connections_open(self, params: Json) -> Json:
        """An address for one socket."""
        return {"url": self._socket_url()}

    def users_info(self, params: Json) -> Json:
        """A person."""
        user = str(params.get("user"))
        if user not in self._workspace.users:
            raise Refusal("user_not_found")
        name = self._workspace.users[user]
        profile = {"real_name": name, "display_name": name}
        found = {"id": user, "team_id": self._workspace.team, "name": name, "real_name": name, "profile": profile}
        return {"user": found | {"tz": "Asia/Seoul", "tz_offset": 32400, "locale": "ko-KR", "is_bot": False}}

    def conversations_open(self, params: Json) -> Json:
        """The conversation with one person."""
        users = str(params.get("users", "")).split(",")
        if len(users) != 1 or users[0] not in self._workspace.users:
            raise Refusal("user_not_found")
        direct = self._workspace.add_user(users[0])
        return {"channel": {"id": direct}, "no_op": True, "already_open": True}

    def conversations_info(self, params: Json) -> Json:
        """A conversation."""
        channel = self._channel(params)
        found: Json = {"id": channel.id, "name": channel.name, "is_channel": not channel.user, "is_im": False}
        if channel.user:
            found = {"id": channel.id, "is_im": True, "is_channel": False, "user": channel.user}
        return {"channel": found | {"is_member": self._workspace.bot_user in channel.members, "is_archived": False}}

    def conversations_history(self, params: Json) -> Json:
        """The messages of a conversation, newest first, without threads and without what only one person sees."""
        channel = self._channel(params)
        self._member(channel)
        found = [
            m
            for m in reversed(self._workspace.messages)
            if m.channel == channel.id and not m.gone and m.only_for is None and m.thread_ts in (None, m.ts)
        ]
        limit = int(params.get("limit") or 100)
        return {"messages": [self._workspace.message_json(m) for m in found[:limit]], "has_more": len(found) > limit}

    def set_status(self, params: Json) -> Json:
        """The line that says the assistant is at work."""
        if not isinstance(params.get("status"), str) or not params.get("thread_ts"):
            raise Refusal("invalid_arguments", ("missing required field: status or thread_ts",))
        self._channel(params, key="channel_id")
        return {}

    # messages

    def post_message(self, params: Json) -> Json:
        """A message everybody in the conversation sees."""
        channel = self._channel(params, people=True)
        self._member(channel)
        text, blocks, warnings = self._content(params)
        thread = params.get("thread_ts")
        if thread and self._workspace.find(channel.id, str(thread)) is None:
            warnings.append("unknown_thread")
        message = self._post(channel, text, blocks, thread_ts=thread)
        said = self._workspace.message_json(message)
        return {"channel": channel.id, "ts": message.ts, "message": said, "warnings": warnings}

    def post_ephemeral(self, params: Json) -> Json:
        """A message only one person sees, and no history keeps."""
        channel = self._channel(params)
        self._member(channel)
        user = str(params.get("user"))
        if user not in self._workspace.users or (channel.user or user) != user:
            raise Refusal("user_not_in_channel")
        text, blocks, warnings = self._content(params)
        message = self._post(channel, text, blocks, thread_ts=params.get("thread_ts"), only_for=user)
        return {"message_ts": message.ts, "warnings": warnings}

    def update(self, params: Json) -> Json:
        """Another content for a message of the bot."""
        channel = self._channel(params)
        message = self._workspace.find(channel.id, str(params.get("ts")))
        if message is None or message.only_for is not None:
            raise Refusal("message_not_found")
        if message.user != self._workspace.bot_user:
            raise Refusal("cant_update_message")
        text, blocks, warnings = self._content(params)
        if len(text.encode()) > UPDATE_BYTES:
            raise Refusal("msg_too_long")
        kept = message.blocks if "blocks" not in params and "text" not in params else blocks
        self._workspace.change(message, text, kept)
        said = self._workspace.message_json(message)
        self._posted(channel.id, {"subtype": "message_changed", "hidden": True, "message": said})
        return {"channel": channel.id, "ts": message.ts, "text": text, "message": said, "warnings": warnings}

    def respond(self, address: ResponseUrl, params: Json) -> list[str]:
        """What a response address makes of an answer; gives warnings."""
        origin = address.origin
        if params.get("delete_original") and origin is not None:
            origin.gone = True
            return []
        text, blocks, warnings = self._content(params)
        if params.get("replace_original") and origin is not None:
            self._workspace.change(origin, text, blocks)
            return warnings
        shared = params.get("response_type") == "in_channel"
        channel = self._workspace.channels[address.channel]
        self._post(channel, text, blocks, thread_ts=params.get("thread_ts"), only_for=None if shared else address.user)
        return warnings

    def _post(
        self, channel: Channel, text: str, blocks: list[Json], *, thread_ts: Any = None, only_for: str | None = None
    ) -> Message:
        w = self._workspace
        message = w.post(
            Message(
                ts=w.ts(),
                channel=channel.id,
                user=w.bot_user,
                text=text,
                blocks=blocks,
                thread_ts=str(thread_ts) if thread_ts else None,
                only_for=only_for,
            )
        )
        if only_for is None:
            self._posted(channel.id, w.message_json(message))
        return message

    def _content(self, params: Json) -> tuple[str, list[Json], list[str]]:
        text, blocks = params.get("text") or "", params.get("blocks") or []
        if not isinstance(text, str):
            raise Refusal("invalid_arguments", ("must provide a string [json-pointer:/text]",))
        if not text.strip() and not blocks:
            raise Refusal("no_text")
        if len(text) > MESSAGE_TEXT:
            raise Refusal("msg_too_long")
        if not isinstance(blocks, list):
            raise Refusal("invalid_blocks_format")
        if wrong := wrong_blocks(blocks):
            raise Refusal("invalid_blocks", tuple(wrong))
        if too_much(blocks):
            raise Refusal("msg_blocks_too_long")
        said = [found["text"] for found in text_objects(blocks) if found["type"] == "mrkdwn"]
        warnings = {
            "missing_fallback": not text.strip(),
            "unescaped": any(unescaped(one) for one in [text, *said]),
            "long_text": not blocks and len(plain([], text)) > UPDATE_BYTES,
        }
        return text, blocks, [name for name, applies in warnings.items() if applies]

    # what several need

    def _channel(self, params: Json, *, key: str = "channel", people: bool = False) -> Channel:
        name = params.get(key)
        if not isinstance(name, str) or not name:
            raise Refusal("invalid_arguments", (f"missing required field: {key}",))
        if people and name in self._workspace.users:
            name = self._workspace.add_user(name)
        if name not in self._workspace.channels:
            raise Refusal("channel_not_found")
        return self._workspace.channels[name]

    def _member(self, channel: Channel) -> None:
        if self._workspace.bot_user not in channel.members:
            raise Refusal("not_in_channel")
