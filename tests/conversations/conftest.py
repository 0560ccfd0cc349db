"""Fixtures of the conversations."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.assembly import built
from bot.turn import Knowledge
from config.settings import Settings
from nlu.reader import Reader
from tests.fakes.patient import Patient


@pytest.fixture
async def patient(mind: tuple[Knowledge, Reader], short_path: Path) -> AsyncIterator[Patient]:
    """Somebody at a running engine with an empty store."""
    async with built(Settings(data_dir=short_path), mind=mind) as house:
        yield Patient(house)
