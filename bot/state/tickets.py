"""Short-lived secrets that open something once: codes to join doors, links to the locate page, leases."""

import hashlib
from datetime import timedelta
from typing import Any

from bot.state.connection import Client, unavailable_as_ours
from bot.state.scripts import Scripts


class Tickets:
    """Values under unguessable names, for minutes. Names are hashed: who reads Redis cannot use them."""

    def __init__(self, client: Client, scripts: Scripts) -> None:
        self._client: Any = client
        self._scripts = scripts

    async def put_ticket(self, kind: str, name: str, value: bytes, life: timedelta) -> None:
        """Keep a value for its life."""
        key = _key(kind, name)
        with unavailable_as_ours():
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.hset(key, "v", value)
                pipe.pexpire(key, _ms(life))
                await pipe.execute()

    async def see_ticket(self, kind: str, name: str) -> bytes | None:
        """The value, without using it up."""
        with unavailable_as_ours():
            found: bytes | None = await self._client.hget(_key(kind, name), "v")
        return found

    async def use_ticket(self, kind: str, name: str, by: str) -> bytes | None:
        """The value for whoever asks first, and for nobody else."""
        found: bytes | None = await self._scripts.run("ticket", (_key(kind, name),), by)
        return found

    async def drop_ticket(self, kind: str, name: str) -> None:
        """Forget a value."""
        with unavailable_as_ours():
            await self._client.delete(_key(kind, name))

    async def lease(self, name: str, owner: str, life: timedelta) -> bool:
        """Take or renew a lease that one process at a time has."""
        return bool(await self._scripts.run("lease", (f"drrc:lease:{name}",), owner, _ms(life)))

    async def release(self, name: str, owner: str) -> None:
        """Give back a lease, so that the next process need not wait for its end."""
        await self._scripts.run("lease", (f"drrc:lease:{name}",), owner, 0)


def _key(kind: str, name: str) -> str:
    return f"drrc:ticket:{kind}:{hashlib.blake2b(name.encode(errors='replace'), digest_size=16).hexdigest()}"


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
