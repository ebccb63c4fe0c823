"""What the tests of the net floor share: a raw client, and a server that is always closed."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wslab.net.exchange import Exchange
from wslab.net.http import HTTPLimits
from wslab.net.server import HTTPServer


@contextmanager
def serving(
    on_exchange: Callable[[Exchange], None], limits: HTTPLimits | None = None
) -> Iterator[HTTPServer]:
    server = HTTPServer(on_exchange, limits=limits)
    server.listen()
    try:
        yield server
    finally:
        server.close()


@contextmanager
def raw(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        yield client


def reset(client: socket.socket) -> None:
    """Close with a reset: with a linger of 0 s the operating system sends RST instead of FIN."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def read_all(client: socket.socket) -> bytes:
    """Everything until the server closes."""
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


def read_until(client: socket.socket, mark: bytes) -> bytes:
    """Everything up to and with `mark`."""
    data = b""
    while mark not in data:
        part = client.recv(65536)
        assert part, f"closed before {mark!r} came: {data!r}"
        data += part
    return data


def ask(port: int, request: bytes) -> bytes:
    """Send bytes, and return all that comes back until the server closes."""
    with raw(port) as client:
        client.sendall(request)
        return read_all(client)
