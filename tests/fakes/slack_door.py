"""The product with only Slack configured, and the workspace before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.ports import free_port
from tests.fakes.product import Mind, Product, product
from tests.fakes.slack import SlackFake


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The door, open."""

    slack: SlackFake
    """The workspace."""
    product: Product
    """The product."""

    def words(self, user: str) -> str:
        """Everything the person was told in private."""
        return "\n".join(shown.plain for shown in self.slack.shown(user))

    async def quiet(self) -> None:
        """Wait until everything was answered and taken."""
        await self.slack.settled()
        await self.product.idle()
        await self.slack.settled()


@asynccontextmanager
async def opened(mind: Mind, folder: Path, slack: SlackFake, **settings: Any) -> AsyncIterator[Open]:
    """The product, reachable for this workspace over HTTP; settings say otherwise."""
    port = free_port()
    keys = {
        "slack_token": slack.bot_token,
        "slack_signing_secret": slack.signing_secret,
        "slack_api_url": f"{slack.url}/api/",
    }
    slack.events_url = f"http://127.0.0.1:{port}/slack/events"
    slack.interactive_url = f"http://127.0.0.1:{port}/slack/interactive"
    slack.command_url = f"http://127.0.0.1:{port}/slack/commands"
    async with product(folder, mind, port=port, **(keys | settings)) as running:
        yield Open(slack=slack, product=running)
