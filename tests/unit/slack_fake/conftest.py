"""A Slack fake, the library's client for it, and a receiver it delivers to."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import SlackFake
from tests.fakes.slack_product import Product, receiving, web_client


@pytest.fixture
async def fake() -> AsyncIterator[SlackFake]:
    """A fake that repeats quickly."""
    async with SlackFake(retry_delays=(0.0, 0.05, 0.05)) as slack:
        yield slack


@pytest.fixture
def client(fake: SlackFake) -> AsyncWebClient:
    """The library's client with the bot's token."""
    return web_client(fake)


@pytest.fixture
async def product(fake: SlackFake) -> AsyncIterator[Product]:
    """A receiver whose address the fake knows."""
    async with receiving(fake) as receiver:
        yield receiver
