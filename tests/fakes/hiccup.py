"""A real Redis that takes no writes for a while: it follows a master that is not there, as after a failover."""

from pathlib import Path

from bot.state.embedded import command, socket_path


class Hiccup:
    """The embedded Redis of a folder. `at` is given to an engine; the trouble begins at the step that is named."""

    def __init__(self, folder: Path) -> None:
        self.step = ""
        """The step of a turn at which it begins, once; empty for never."""
        self.reads = True
        """Whether Redis still answers who only reads."""
        self._socket = socket_path(folder)

    def at(self, step: str) -> None:
        """A step of a turn is reached."""
        if step == self.step:
            self.step = ""
            self.begin()

    def begin(self) -> None:
        """From now on nothing is written."""
        self._told(b"CONFIG SET replica-serve-stale-data " + (b"yes" if self.reads else b"no"))
        self._told(b"REPLICAOF 127.0.0.1 1")

    def end(self) -> None:
        """It is over."""
        self._told(b"REPLICAOF NO ONE")

    def _told(self, line: bytes) -> None:
        assert command(self._socket, line + b"\r\n").startswith(b"+OK")
