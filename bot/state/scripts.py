"""The Lua scripts, and the way every part of the state runs them."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from bot.state.connection import Client, Script, unavailable_as_ours
from bot.state.line import Part

NAMES = (
    *("receive", "hold", "hold_idle", "extend", "alarm", "commit", "finish", "move"),
    *("claim", "keep", "nothing_waits", "parts", "ticket", "lease"),
)


class Scripts:
    """Runs scripts by name. Raises StateUnavailable when Redis is gone or cannot write."""

    def __init__(self, client: Client) -> None:
        folder = files("bot.state") / "lua"
        self._scripts = {name: Script(client, (folder / f"{name}.lua").read_bytes()) for name in NAMES}
        self.round_trips = 0

    async def run(self, name: str, keys: Sequence[str], *args: Part) -> Any:
        """The script's answer."""
        self.round_trips += 1
        with unavailable_as_ours():
            return await self._scripts[name](keys, *args)
