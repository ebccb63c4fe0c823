"""A learner's server answers, is ended in time, and its errors are kept."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import pytest

from wslab.check.outcome import Wrong
from wslab.check.running.serving import serving


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data)


async def fails(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    raise KeyError("mask")


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        pass


def threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "wslab: a server of an exercise"]


def test_it_answers_and_goes() -> None:
    with serving(echo) as server, socket.create_connection((server.host, server.port)) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"
        assert server.url == f"ws://127.0.0.1:{server.port}/"
    assert threads() == []
    with pytest.raises(OSError):
        socket.create_connection((server.host, server.port), timeout=1)


def test_an_error_is_kept_with_its_line() -> None:
    with serving(fails) as server, socket.create_connection((server.host, server.port)) as client:
        client.sendall(b"x")
        assert client.recv(100) == b""
    assert server.errors == [
        "KeyError: 'mask', in line 23 of its cell: `raise KeyError(\"mask\")`"
    ]


def test_a_handler_that_never_ends_is_ended() -> None:
    with serving(endless) as server:
        socket.create_connection((server.host, server.port)).close()
        time.sleep(0.1)  # until it spins: nothing tells
        began = time.monotonic()
    assert time.monotonic() - began < 1.5
    assert threads() == []


def test_what_is_no_function_is_named() -> None:
    with pytest.raises(Wrong, match="no function"), serving(3):
        pass
