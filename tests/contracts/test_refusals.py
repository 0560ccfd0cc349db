"""A Redis that answers and yet cannot be written to, as after a failover or with its memory full."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.errors import StateUnavailable
from bot.state.embedded import command
from bot.state.store import Store
from tests.fakes.turns import PHONE, message

REPLICA = "REPLICAOF 127.0.0.1 1"
STATES = {
    "a replica": (REPLICA,),
    "a replica that was never filled": ("CONFIG SET replica-serve-stale-data no", REPLICA),
    "a full memory": ("CONFIG SET maxmemory 1",),
    "too few replicas": ("CONFIG SET min-replicas-to-write 1",),
}
WRITES: dict[str, Callable[[Store], Awaitable[object]]] = {
    "script": lambda store: store.receive(message(PHONE)),
    "command": lambda store: store.mark_seen(store.keys(PHONE), message(PHONE)),
    "transaction": lambda store: store.outbox.cut_off(store.keys(PHONE), PHONE),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("write", WRITES)
async def test_a_write_that_is_refused_is_a_state_that_is_unavailable(
    store: Store, redis_url: str, state: str, write: str
) -> None:
    """However Redis says that it cannot write now, and however it was asked, it is the one error that all expect."""
    await store.ping()
    for line in STATES[state]:
        assert command(Path(redis_url.removeprefix("unix://")), f"{line}\r\n".encode()).startswith(b"+OK")
    with pytest.raises(StateUnavailable):
        await WRITES[write](store)
