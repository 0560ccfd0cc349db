"""Ports for servers that must know theirs before they listen."""

import secrets
import socket

LOWEST, HIGHEST = 10_000, 32_000
"""Below the ports that the system gives to outgoing connections (32,768 and up on Linux): one of those could take a
port between its choice and the server's start."""


def free_port() -> int:
    """A port nobody listens on. By secrets, because property tests make `random` give every worker the same."""
    while True:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
