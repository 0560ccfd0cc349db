"""Replies that wait: for their door, for the person's next message, for a time."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.message import Address, Outgoing, Platform
from bot.state import codec
from bot.state.connection import Client, unavailable_as_ours
from bot.state.keys import PersonKeys, all_partitions, keys_of_digest
from bot.state.scripts import Scripts

log = structlog.get_logger()

GONE_LIFE = timedelta(days=365)
"""How long it is remembered that somebody blocked the bot."""

OUTBOX_LIFE = timedelta(days=7)
"""How long a reply that was due waits for its door."""


class Outbox:
    """What was said and not yet taken. One hash per person; people by platform and time of the next attempt."""

    def __init__(self, client: Client, scripts: Scripts) -> None:
        self._client: Any = client
        self._scripts = scripts

    async def undelivered(self, keys: PersonKeys) -> tuple[Outgoing, ...]:
        """Replies that wait for this person, oldest first."""
        with unavailable_as_ours():
            stored: dict[bytes, bytes] = await self._client.hgetall(keys.outbox)
        taken = {name[1:]: int(count) for name, count in stored.items() if name.startswith(b"#")}
        names = sorted((name for name in stored if not name.startswith(b"#")), key=lambda name: order(name.decode()))
        found = [(_readable(stored[name], name), taken.get(name, 0)) for name in names]
        return tuple(replace(outgoing, parts_taken=parts) for outgoing, parts in found if outgoing)

    async def mark_delivered(self, keys: PersonKeys, platform: Platform, ids: Sequence[str]) -> None:
        """The door has these replies."""
        waiting = keys.partition.waiting(platform)
        await self._scripts.run("finish", (keys.outbox, waiting, keys.hold), "", keys.digest, *ids)

    async def keep(self, keys: PersonKeys, outgoing: Outgoing, *, life: timedelta) -> None:
        """Put a reply beside the turns' own."""
        waiting = keys.partition.waiting(outgoing.address.platform)
        payload, now = codec.encode_outgoing(outgoing), int(time.time() * 1000)
        milliseconds = int(life.total_seconds() * 1000)
        await self._scripts.run("keep", (keys.outbox, waiting), *(outgoing.id, payload, milliseconds, keys.digest, now))

    async def note_parts(self, keys: PersonKeys, outgoing_id: str, parts: int) -> None:
        """So many parts of a reply were taken; nothing is noted of a reply that does not wait here."""
        await self._scripts.run("parts", (keys.outbox,), outgoing_id, parts)

    async def waiting(self, platform: Platform, *, at_most: int = 100) -> tuple[PersonKeys, ...]:
        """People with replies undelivered on this platform whose next attempt is due."""
        now = int(time.time() * 1000)
        with unavailable_as_ours():
            async with self._client.pipeline(transaction=False) as pipe:
                for part in all_partitions():
                    pipe.zrangebyscore(part.waiting(platform), "-inf", now, start=0, num=at_most)
                found: list[list[bytes]] = await pipe.execute()
        return tuple(keys_of_digest(digest.decode()) for digests in found for digest in digests)

    async def postpone(self, keys: PersonKeys, platform: Platform, after: timedelta) -> None:
        """Try again only after this time."""
        at = int((time.time() + after.total_seconds()) * 1000)
        with unavailable_as_ours():
            await self._client.zadd(keys.partition.waiting(platform), {keys.digest: at}, xx=True)

    async def nothing_waits(self, keys: PersonKeys, platform: Platform) -> None:
        """Forget that replies wait for this person on this platform, unless one was put there meanwhile."""
        waiting = keys.partition.waiting(platform)
        await self._scripts.run("nothing_waits", (keys.outbox, waiting), keys.digest, platform)

    async def cut_off(self, keys: PersonKeys, address: Address) -> None:
        """Nothing can be sent to this address any more: what waits or is due for it is dropped."""
        part = keys.partition
        with unavailable_as_ours():
            replies = await self._client.hgetall(keys.outbox)
            due = {
                name: body
                for name, body in (await self._client.hgetall(part.due_bodies)).items()
                if name.startswith(keys.digest.encode() + b":")
            }
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.sadd(keys.gone, gone_name(address))
                pipe.pexpire(keys.gone, int(GONE_LIFE.total_seconds() * 1000))
                for name in (n for n, body in replies.items() if not n.startswith(b"#") and _is_for(body, n, address)):
                    pipe.hdel(keys.outbox, name, b"#" + name)
                for name in (n for n, body in due.items() if _is_for(body, n, address)):
                    pipe.hdel(part.due_bodies, name)
                    pipe.zrem(part.due, name)
                await pipe.execute()
        await self.nothing_waits(keys, address.platform)

    async def welcome_back(self, keys: PersonKeys, address: Address) -> None:
        """This address can be written to again."""
        with unavailable_as_ours():
            await self._client.srem(keys.gone, gone_name(address))

    async def claim_due(self, now: datetime, *, at_most: int = 100) -> int:
        """Move what is due into the outboxes, each occurrence once; returns how many. Who is gone gets nothing."""
        moved = 0
        life = int(OUTBOX_LIFE.total_seconds() * 1000)
        for part in all_partitions():
            answer = await self._scripts.run(
                "claim",
                (part.due, part.due_bodies),
                *(int(now.timestamp() * 1000), at_most, part.outbox_prefix, life, part.waiting(""), part.key("gone:")),
            )
            moved += len(answer)
        return moved

    async def sweep(self) -> None:
        """Drop names of people whose outbox expired."""
        with unavailable_as_ours():
            for part in all_partitions():
                for platform in Platform:
                    for digest in await self._client.zrange(part.waiting(platform), 0, 99):
                        if not await self._client.exists(keys_of_digest(digest.decode()).outbox):
                            await self._client.zrem(part.waiting(platform), digest)


def gone_name(address: Address) -> str:
    """How an address is called among those that cannot be written to; `claim.lua` builds the same."""
    return "|".join((address.platform, address.user, address.room))


def _is_for(body: bytes, name: bytes, address: Address) -> bool:
    outgoing = _readable(body, name)
    return outgoing is not None and outgoing.address == address


def _readable(body: bytes, name: bytes) -> Outgoing | None:
    """A stored reply; None for one of another age that nobody can read any more. Its words are not logged."""
    try:
        return codec.decode_outgoing(body)
    except ValueError:
        log.error("a waiting reply cannot be read", id=name.decode(errors="replace"))
        return None


def order(name: str) -> tuple[int, int, str]:
    """The place of an outbox id: by inbox id, the alarm before the turn's reply; what was due comes last."""
    milliseconds, _, rest = name.partition("-")
    sequence = rest.split(":")[0]
    if milliseconds.isdecimal() and sequence.isdecimal():
        return int(milliseconds), int(sequence), name.split(":", 1)[-1]
    return 1 << 62, 0, name
