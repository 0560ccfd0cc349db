"""The embedded Redis: one server per folder, data that survive, a last one who closes the door."""

import multiprocessing
import os
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import StateUnavailable
from bot.message import Address, Message, Platform
from bot.state import embedded as module
from bot.state.connection import opened
from bot.state.embedded import EmbeddedRedis, answers, command, find_server, socket_path
from bot.state.store import Store, shared_secret


def server_pid(server: EmbeddedRedis) -> int:
    """The process of a running server."""
    info = command(server.socket_path, b"INFO server\r\n").decode()
    return int(info.split("process_id:")[1].split("\r\n")[0])


def _start_and_report(
    folder: str, pids: "multiprocessing.Queue[int]", leave: "multiprocessing.synchronize.Event"
) -> None:
    server = EmbeddedRedis(Path(folder))
    server.start()
    pids.put(server_pid(server))
    leave.wait(20)
    server.release()


def test_simultaneous_starts_share_one_server(short_path: Path) -> None:
    """Four processes that start at once on one folder use one server, and it ends with the last of them."""
    context = multiprocessing.get_context("spawn")
    pids: multiprocessing.Queue[int] = context.Queue()
    leave = context.Event()
    people = [context.Process(target=_start_and_report, args=(str(short_path), pids, leave)) for _ in range(4)]
    for person in people:
        person.start()
    found = {pids.get(timeout=30) for _ in people}
    assert len(found) == 1
    leave.set()
    for person in people:
        person.join(20)
    assert not answers(socket_path(short_path))


def test_a_server_that_does_not_answer_gets_no_rival(embedded: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    """A paused server is waited for and then refused; a second one on the same file is never started."""
    monkeypatch.setattr(module, "START_SECONDS", 0.2)
    pid = server_pid(embedded)
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(StateUnavailable, match="alive"):
        EmbeddedRedis(embedded.folder).start()
    os.kill(pid, signal.SIGCONT)
    embedded.start()
    assert server_pid(embedded) == pid


def test_the_server_stays_while_somebody_uses_it(embedded: EmbeddedRedis) -> None:
    """Leaving does not stop the server while another share is open."""
    second = EmbeddedRedis(embedded.folder)
    second.start()
    second.release()
    assert answers(embedded.socket_path)


async def test_data_survive_a_killed_server(short_path: Path) -> None:
    """After kill −9 of the server a new start finds everything that was acknowledged."""
    server = EmbeddedRedis(short_path)
    server.start()
    async with opened(None, short_path) as (client, _):
        secret = await shared_secret(client)
        os.kill(server_pid(server), signal.SIGKILL)
        module.wait_until(lambda: not answers(server.socket_path), 5)
        server.start()
    async with opened(None, short_path) as (client, _):
        assert await shared_secret(client) == secret
    server.release()


def test_a_long_folder_name_still_works(tmp_path: Path) -> None:
    """Where the socket's path would be too long, a runtime folder is used instead."""
    folder = tmp_path / ("가" * 40) / "data"
    server = EmbeddedRedis(folder)
    assert len(os.fsencode(server.socket_path)) <= module.LONGEST_SOCKET_PATH
    server.start()
    assert answers(server.socket_path)
    server.release()


def test_a_missing_server_is_named(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no redis-server can be found the error says what to install or set."""
    monkeypatch.setattr(module, "_bundled_server", lambda: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StateUnavailable, match="DRRC_REDIS_URL"):
        EmbeddedRedis(short_path).start()


async def fill(store: Store) -> None:
    """Accept more messages than the disk has room for."""
    for number in range(2000):
        address = Address(platform=Platform.WEB, user=f"u{number}")
        await store.receive(Message(id="m", address=address, sent_at=datetime.now(UTC), text="가" * 300))


async def test_a_full_disk_is_a_refusal(short_path: Path) -> None:
    """When Redis cannot write its file, writes are refused as StateUnavailable instead of being lost silently."""
    socket = short_path / "r.sock"
    files = ("--unixsocket", str(socket), "--dir", str(short_path), "--appendonly", "yes", "--port", "0")
    # Python ignores SIGXFSZ; handed on to the server, a write past the limit fails as on a full disk.
    server = subprocess.Popen(
        ["prlimit", "--fsize=200000", str(find_server(short_path)), *files],
        stdout=subprocess.DEVNULL,
        restore_signals=False,
    )
    module.wait_until(lambda: answers(socket), 10)
    try:
        async with opened(f"unix://{socket}", short_path) as (client, _):
            store = Store(client, salt=b"x", hold_life=timedelta(seconds=1))
            with pytest.raises(StateUnavailable, match="MISCONF"):
                await fill(store)
    finally:
        server.kill()
        server.wait(10)
