"""Doors that share one person: a joined door's messages belong to the session of the door that gave the code."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.message import Address, Platform
from bot.session import Account, Session
from bot.state import codec
from bot.state.connection import Client, unavailable_as_ours
from bot.state.keys import PersonKeys, keys_of_digest, person_keys
from bot.state.scripts import Scripts
from bot.state.tickets import Tickets

CODE_LIFE = timedelta(minutes=10)
"""How long a one-time code is good for."""

CODE_DIGITS = 10
"""Digits of a one-time code."""

MOST_TRIES = 10
"""Wrong codes one person may try in an hour."""

HOPS = 4
"""Doors joined to doors that were joined later are followed this far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The person whose session a code opens."""

    digest: str
    """Their name in Redis."""
    session: Session | None = field(repr=False)
    """Their session, where one is stored."""
    account: Account | None = field(repr=False)
    """Their account, where one is stored."""


def new_code() -> str:
    """A fresh one-time code. It never begins with 0, as telephone numbers do."""
    least = 10 ** (CODE_DIGITS - 1)
    return str(least + secrets.randbelow(9 * least))


class Links:
    """One-time codes, and who shares whose session."""

    def __init__(self, client: Client, scripts: Scripts, tickets: Tickets, *, salt: bytes) -> None:
        self._client: Any = client
        self._scripts = scripts
        self._tickets = tickets
        self._salt = salt

    async def person(self, address: Address) -> PersonKeys:
        """The keys under which this address's messages are kept."""
        return await self._end_of(person_keys(address, self._salt))

    async def _end_of(self, keys: PersonKeys) -> PersonKeys:
        """Whose session these keys share now."""
        for _ in range(HOPS):
            with unavailable_as_ours():
                shared: bytes | None = await self._client.get(keys.alias)
            if shared is None:
                break
            keys = keys_of_digest(shared.decode())
        return keys

    async def offer(self, keys: PersonKeys, code: str) -> None:
        """Keep a code that opens this person's session once."""
        await self._tickets.put_ticket("join", code, json.dumps({"owner": keys.digest}).encode(), CODE_LIFE)

    async def owner_of(self, code: str, keys: PersonKeys, message_id: str) -> Owner | None:
        """Whose session a code opens, for the first message that names it; None for a wrong, old or used code."""
        with unavailable_as_ours():
            if int(await self._client.get(keys.tries) or 0) >= MOST_TRIES:
                return None
        found = await self._tickets.use_ticket("join", code, f"{keys.digest}:{message_id}")
        if found is None:
            with unavailable_as_ours():
                await self._client.incr(keys.tries)
                await self._client.expire(keys.tries, 3600)
            return None
        # Who gave the code may have joined somebody else since; their session is there now.
        owner = await self._end_of(keys_of_digest(json.loads(found)["owner"]))
        with unavailable_as_ours():
            session, account = await self._client.hget(owner.session, "d"), await self._client.get(owner.account)
        return Owner(
            digest=owner.digest,
            session=codec.decode_session(session) if session else None,
            account=codec.decode_account(account) if account else None,
        )

    async def note(self, owner: str, keys: PersonKeys, platform: Platform) -> None:
        """Write down with the owner that this door shares their session, so that a deletion finds it.

        Doors that were joined to this one before follow it, each by one step.
        """
        with unavailable_as_ours():
            before: set[bytes] = await self._client.smembers(keys.links)
            members = {f"{keys.digest}:{platform}", *(member.decode() for member in before)}
            await self._client.sadd(keys_of_digest(owner).links, *members)
            for member in before:
                alias = keys_of_digest(member.decode().split(":")[0]).alias
                await self._client.set(alias, owner, xx=True, keepttl=True)

    async def joined(self, keys: PersonKeys) -> tuple[str, ...]:
        """Platforms of the doors that share this person's session."""
        with unavailable_as_ours():
            members: set[bytes] = await self._client.smembers(keys.links)
        return tuple(sorted(member.decode().split(":")[1] for member in members))

    async def part(self, keys: PersonKeys) -> None:
        """Let every joined door stand alone again, without the replies that waited there since before it was joined."""
        with unavailable_as_ours():
            for member in await self._client.smembers(keys.links):
                digest, platform = member.decode().split(":")
                door = keys_of_digest(digest)
                await self._client.delete(door.alias)
                await self._client.delete(door.links)
                await self._client.delete(door.outbox)
                await self._client.zrem(door.partition.waiting(platform), digest)
            await self._client.delete(keys.links)

    async def stand_alone(self, keys: PersonKeys) -> None:
        """Let this door go: whom it shares with leads nowhere."""
        with unavailable_as_ours():
            await self._client.delete(keys.alias)
