"""Fixtures of the conversations."""

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from adapters.assembly import House, built
from bot.turn import Knowledge
from config.settings import Settings
from nlu.reader import Reader
from tests.fakes.patient import Patient


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_house(mind: tuple[Knowledge, Reader]) -> AsyncIterator[House]:
    """One running engine for a module: its people do not know of each other."""
    folder = Path(tempfile.mkdtemp(prefix="drrc-"))  # a short name: socket paths are limited
    async with built(Settings(data_dir=folder), mind=mind) as house:
        yield house
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def patient(shared_house: House) -> Patient:
    """Somebody new."""
    return Patient(shared_house, uuid.uuid4().hex)
