"""Real parts for every test: Redis servers on sockets in temporary folders, the whole mind loaded once."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.assembly import load_mind
from bot.state.connection import opened
from bot.state.embedded import EmbeddedRedis, answers, command, find_server, socket_path, wait_until
from bot.state.store import Store
from bot.turn import Knowledge
from config.settings import Settings
from nlu.reader import Reader

SALT = b"salt of the tests"

PATH_SERVER = shutil.which("redis-server")


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder with a short name: socket paths are limited to about 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="drrc-"))
    yield folder
    command(socket_path(folder), b"SHUTDOWN NOSAVE\r\n")  # a killed process leaves its server to those who come after
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["embedded", *(["path"] if PATH_SERVER else [])])
def redis_url(request: pytest.FixtureRequest, short_path: Path) -> Iterator[str]:
    """The address of a fresh Redis: the embedded binary, and the one on PATH where there is one (CI installs it)."""
    binary = find_server(short_path) if request.param == "embedded" else PATH_SERVER
    socket = short_path / "r.sock"
    server = subprocess.Popen(
        [binary, "--port", "0", "--unixsocket", str(socket), "--dir", str(short_path), "--appendonly", "yes"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: answers(socket), 10)
    yield f"unix://{socket}"
    command(socket, b"SHUTDOWN NOSAVE\r\n")
    server.wait(10)


@pytest.fixture
async def store(redis_url: str, short_path: Path) -> AsyncIterator[Store]:
    """A store on a fresh Redis, holds lasting half a second."""
    async with opened(redis_url, short_path) as (client, _):
        yield Store(client, salt=SALT, hold_life=timedelta(seconds=0.5))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's machine reaches a test."""
    for name in [name for name in os.environ if name.startswith("DRRC_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def embedded(short_path: Path) -> Iterator[EmbeddedRedis]:
    """An embedded server in a fresh folder, started."""
    server = EmbeddedRedis(short_path)
    server.start()
    yield server
    server.release()


@pytest.fixture(scope="session")
def mind(tmp_path_factory: pytest.TempPathFactory) -> tuple[Knowledge, Reader]:
    """Catalogue, places, sentences and the Korean reader, loaded once (the reader takes seconds)."""
    return load_mind(Settings(data_dir=tmp_path_factory.mktemp("mind")))
