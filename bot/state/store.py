"""The engine's state: inbox, holds, sessions, outbox, what is due. One method per step of a turn."""

import asyncio
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from redis.exceptions import ResponseError

from bot.errors import HoldLost, StateUnavailable
from bot.message import Address, Message, Outgoing, Platform
from bot.session import Account, Session
from bot.state import codec
from bot.state.connection import Client, unavailable_as_ours
from bot.state.keys import Partition, PersonKeys, all_partitions, keys_of_digest, person_keys
from bot.state.links import HOPS, Links
from bot.state.outbox import Outbox, gone_name
from bot.state.scripts import Scripts
from bot.state.tickets import Tickets

log = structlog.get_logger()

SEEN_LIFE = timedelta(days=2)
"""How long a message id is remembered; platforms repeat for hours at most."""

INBOX_LIFE = timedelta(days=7)
"""How long an unfinished message may wait for a working bot."""

ACCOUNT_LIFE = timedelta(days=365)
"""How long consent decisions are kept after the last message."""

LOCATION_LOG_LIFE = timedelta(days=183)
"""위치정보법 §16②: the record that a location was used is kept for six months."""


REWRITE_TRIES = 240
"""Half seconds for which a rewrite of the file is asked for while another one runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A turn that is ours: nobody else works for this person until it is finished or its life ends."""

    keys: PersonKeys
    """Whose it is."""
    platform: Platform
    """The door it came through."""
    inbox_id: str
    """The message's id in the inbox."""
    token: str
    """Proves that the hold is ours."""
    behind: int
    """Replies that wait for this person since before this message."""
    attempts: int
    """How often this message's turn was begun, this time included."""
    version: int
    """Version of the session that was loaded; 0 where there was none."""
    session: Session | None = field(repr=False)
    """The session, where one is stored."""
    account: Account | None = field(repr=False)
    """The account, where one is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An accepted message whose turn cannot begin yet."""

    keys: PersonKeys
    """Whose it is."""
    platform: Platform
    """The door it came through."""
    inbox_id: str
    """The message's id in the inbox."""
    behind: int = 0
    """Replies that wait for this person since before this message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A reply to be sent at a time, once per occurrence."""

    occurrence: str
    """`{person digest}:{what}:{the trigger's own time}`; the same for every attempt to schedule it."""
    at: datetime
    """When."""
    outgoing: Outgoing = field(repr=False)
    """What to send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """Everything a turn leaves behind."""

    session: Session | None = field(repr=False)
    """The new session, or None to keep none."""
    account: Account | Literal["keep", "delete"]
    """The new account, or what to do with the stored one."""
    outgoing: Outgoing | None = field(repr=False)
    """The reply."""
    session_life: timedelta
    """How long the session lives without a further message."""
    now: datetime
    """The turn's time."""
    location_purpose: str = ""
    """Why a location was used in this turn; empty where none was."""
    due: tuple[Due, ...] = ()
    """What to send later."""
    drop_due: str = ""
    """What to send no more of what was due before (its name); empty for nothing."""
    forget: bool = False
    """Delete the person's other entries (undelivered replies, what is due) too."""
    share: str = ""
    """Digest of the person whose session this door shares from now on; empty for its own."""
    writer: Address | None = field(default=None, repr=False)
    """Who wrote: whoever writes can be written to."""


class Store:
    """State in Redis. Every method raises StateUnavailable when Redis is gone or cannot write."""

    def __init__(self, client: Client, *, salt: bytes, hold_life: timedelta) -> None:
        self._client: Any = client  # redis-py types answers as str | bytes by a setting it cannot see
        self._salt = salt
        self._hold_ms = _ms(hold_life)
        self.hold_seconds = hold_life.total_seconds()
        self._scripts = Scripts(client)
        self._run = self._scripts.run
        self.tickets = Tickets(client, self._scripts)
        self.outbox = Outbox(client, self._scripts)
        self.links = Links(client, self._scripts, self.tickets, salt=salt)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def round_trips(self) -> int:
        """Scripts run so far."""
        return self._scripts.round_trips

    def keys(self, address: Address) -> PersonKeys:
        """The keys of the person at an address, as long as that door is not joined to another one."""
        return person_keys(address, self._salt)

    async def receive(self, message: Message) -> Held | Waiting | None:
        """Accept a message durably; None when it was accepted before. Begins its turn at once where it can."""
        return await self._receive(message, self.keys(message.address))

    async def _receive(self, message: Message, keys: PersonKeys) -> Held | Waiting | None:
        """Accept a message at these keys, or at those whose session they share."""
        token, payload = secrets.token_hex(8), codec.encode_message(message)
        platform = message.address.platform
        for _ in range(HOPS):
            part, seen = keys.partition, keys.seen(platform, message.id)
            answer = await self._run(
                "receive",
                (
                    *(seen, part.inbox, keys.queue, keys.hold, keys.session, keys.account, part.attempts),
                    *(keys.alias, keys.outbox),
                ),
                *(payload, keys.digest, _ms(SEEN_LIFE), _ms(INBOX_LIFE), token, self._hold_ms, _ms(ACCOUNT_LIFE)),
            )
            if answer[0] != b"shared":
                break
            keys = keys_of_digest(answer[1].decode())
        else:
            # Two doors that took each other's code at the same moment point at each other.
            await self.links.stand_alone(self.keys(message.address))
            return await self.receive(message)
        if answer[0] == b"repeat":
            return None
        if answer[0] == b"wait":
            return Waiting(
                keys=keys, platform=message.address.platform, inbox_id=answer[1].decode(), behind=int(answer[2])
            )
        return _held(keys, message.address.platform, token, answer)

    async def hold(self, waiting: Waiting) -> Held | Waiting | None:
        """Begin a waiting message's turn; its place while others are before it, None when it is done."""
        keys, token = waiting.keys, secrets.token_hex(8)
        answer = await self._run(
            "hold",
            (keys.queue, keys.hold, keys.session, keys.account, keys.partition.attempts, keys.outbox, keys.alias),
            *(waiting.inbox_id, token, self._hold_ms),
        )
        if answer[0] == b"gone":
            return None
        if answer[0] == b"shared":
            return await self._moved(waiting, keys_of_digest(answer[1].decode()))
        return waiting if answer[0] == b"wait" else _held(keys, waiting.platform, token, answer)

    async def _moved(self, waiting: Waiting, keys: PersonKeys) -> Held | Waiting | None:
        """Put a message that waited while its door was joined into the line of the person it belongs to now."""
        with unavailable_as_ours():
            entries = await self._client.xrange(waiting.keys.partition.inbox, waiting.inbox_id, waiting.inbox_id)
        message = _message(entries[0][1], waiting.inbox_id) if entries else None
        place = await self._receive(message, keys) if message else None
        await self._drop(waiting)
        return place

    async def _drop(self, waiting: Waiting) -> None:
        part = waiting.keys.partition
        await self._run("move", (part.inbox, waiting.keys.queue, part.attempts), waiting.inbox_id)

    async def mark_seen(self, keys: PersonKeys, message: Message) -> None:
        """Remember at these keys too that a message was accepted."""
        with unavailable_as_ours():
            await self._client.set(keys.seen(message.address.platform, message.id), "1", px=_ms(SEEN_LIFE))

    async def hold_idle(self, keys: PersonKeys, platform: Platform) -> Held | None:
        """Hold a person nobody works for, to deliver what waits; None where a turn runs or is about to."""
        token = secrets.token_hex(8)
        if not await self._run("hold_idle", (keys.queue, keys.hold), token, self._hold_ms):
            return None
        return Held(
            keys=keys,
            platform=platform,
            inbox_id="",
            token=token,
            behind=0,
            attempts=0,
            version=0,
            session=None,
            account=None,
        )

    async def extend(self, held: Held) -> bool:
        """Lengthen the hold by its life; False when it is no longer ours."""
        return bool(await self._run("extend", (held.keys.hold,), held.token, self._hold_ms))

    async def put_alarm(self, place: Held | Waiting, outgoing: Outgoing, *, life: timedelta, now: datetime) -> bool:
        """Put an alarm reply into the outbox; False when an earlier run of the same message did."""
        keys, part = place.keys, place.keys.partition
        put = await self._run(
            "alarm",
            (part.attempts, keys.outbox, part.waiting(place.platform), keys.queue),
            *(place.inbox_id, outgoing.id, codec.encode_outgoing(outgoing), keys.digest, _epoch_ms(now), _ms(life)),
        )
        return bool(put)

    async def commit(self, held: Held, save: Save) -> None:
        """End the turn in one atomic step. Raises HoldLost when it is no longer ours; nothing is changed then."""
        keys, part = held.keys, held.keys.partition
        session = b"" if save.session is None else codec.encode_session(save.session)
        if isinstance(save.account, Account):
            account: bytes | str = codec.encode_account(save.account)
        else:
            account = "-" if save.account == "delete" else ""
        outgoing = save.outgoing
        log = f"{_epoch_ms(save.now)} {keys.digest} {save.location_purpose}" if save.location_purpose else ""
        due = [
            part_of for d in save.due for part_of in (d.occurrence, _epoch_ms(d.at), codec.encode_outgoing(d.outgoing))
        ]
        answer = await self._run(
            "commit",
            (
                *(keys.hold, keys.session, keys.account, part.inbox, keys.queue, part.attempts),
                *(keys.outbox, part.waiting(held.platform), part.due, part.due_bodies, part.location_log, keys.alias),
                keys.gone,
            ),
            *(held.token, held.version, session, held.version + 1, _ms(save.session_life)),
            *(account, _ms(ACCOUNT_LIFE), held.inbox_id),
            *(outgoing.id if outgoing else "", codec.encode_outgoing(outgoing) if outgoing else ""),
            *(_ms(save.session_life), keys.digest, _epoch_ms(save.now), log, int(save.forget), save.share),
            *(gone_name(save.writer) if save.writer else "", save.drop_due),
            *due,
        )
        if answer != b"ok":
            raise HoldLost(f"the turn was not saved: {answer.decode()}")

    async def finish(self, held: Held, delivered: Sequence[str]) -> None:
        """Mark replies delivered and let the hold go."""
        keys = held.keys
        waiting = keys.partition.waiting(held.platform)
        await self._run("finish", (keys.outbox, waiting, keys.hold), held.token, keys.digest, *delivered)

    async def orphans(self, partition: Partition, *, older_than: timedelta) -> tuple[tuple[Waiting, Message], ...]:
        """Accepted, unfinished messages that are older than this, oldest first, at most 100."""
        newest = int(time.time() * 1000) - _ms(older_than)
        with unavailable_as_ours():
            entries = await self._client.xrange(partition.inbox, "-", str(newest), count=100)
        found = []
        for entry, fields in entries:
            person = keys_of_digest(fields[b"p"].decode())
            message = _message(fields, entry.decode())
            if message:
                platform = message.address.platform
                found.append((Waiting(keys=person, platform=platform, inbox_id=entry.decode()), message))
            else:
                # It would stand before everything else of this person for ever.
                await self._drop(Waiting(keys=person, platform=Platform.WEB, inbox_id=entry.decode()))
        return tuple(found)

    async def sweep(self, now: datetime) -> None:
        """Drop what outlived its purpose: old location log lines, names of people whose outbox expired."""
        oldest = _epoch_ms(now - LOCATION_LOG_LIFE)
        with unavailable_as_ours():
            for part in all_partitions():
                await self._client.zremrangebyscore(part.location_log, "-inf", oldest)
        await self.outbox.sweep()

    async def busy(self, keys: PersonKeys) -> bool:
        """Whether a message of this person is still to be answered."""
        with unavailable_as_ours():
            return bool(await self._client.exists(keys.queue))

    async def location_uses(self, keys: PersonKeys) -> int:
        """How many records of location use the law makes us keep for this person."""
        with unavailable_as_ours():
            lines = await self._client.zrange(keys.partition.location_log, 0, -1)
        return sum(f" {keys.digest} ".encode() in line for line in lines)

    async def rewrite_file(self) -> None:
        """Have Redis rewrite its append-only file so that deleted data leave the disk too.

        While an earlier rewrite runs, a new one is asked for again until Redis takes it.
        """
        if not await self._rewrite():
            task = asyncio.create_task(self._rewrite_later())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _rewrite(self) -> bool:
        with unavailable_as_ours():
            try:
                await self._client.execute_command("BGREWRITEAOF")
            except ResponseError as error:
                if "in progress" in str(error):
                    return False
                raise
        return True

    async def _rewrite_later(self) -> None:
        for _ in range(REWRITE_TRIES):
            await asyncio.sleep(0.5)
            with suppress(StateUnavailable):  # gone for the moment, or the server is closing
                if await self._rewrite():
                    return

    async def ping(self) -> None:
        """Raise StateUnavailable unless Redis answers."""
        with unavailable_as_ours():
            await self._client.ask("PING")

    async def unfinished(self) -> int:
        """How many accepted messages are not finished, over all partitions."""
        with unavailable_as_ours():
            return sum([await self._client.xlen(part.inbox) for part in all_partitions()])


async def shared_secret(client: Client) -> bytes:
    """The installation's secret, made once and kept in Redis so that all its processes agree."""
    with unavailable_as_ours():
        await client.set("drrc:secret", secrets.token_bytes(32), nx=True)
        stored = await client.get("drrc:secret")
    assert isinstance(stored, bytes)
    return stored


def _message(fields: dict[bytes, bytes], inbox_id: str) -> Message | None:
    """A kept message; None for one of another age that nobody can read any more. Its words are not logged."""
    try:
        return codec.decode_message(fields[b"m"])
    except ValueError:
        log.error("a kept message cannot be read", inbox_id=inbox_id)
        return None


def _held(keys: PersonKeys, platform: Platform, token: str, answer: list[bytes | None]) -> Held:
    _, inbox_id, behind, attempts, version, session, account = (*answer, None, None, None)[:7]
    assert inbox_id is not None
    return Held(
        keys=keys,
        platform=platform,
        inbox_id=inbox_id.decode(),
        token=token,
        behind=int(behind or 0),
        attempts=int(attempts or 1),
        version=int(version or 0),
        session=codec.decode_session(session) if session else None,
        account=codec.decode_account(account) if account else None,
    )


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def _epoch_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
