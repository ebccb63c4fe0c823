"""A learner's server answers, is ended in time, and its errors are kept."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import pytest

from wslab.check.outcome import Wrong
from wslab.check.running.serving import Handler, serving


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data)


async def fails(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    raise KeyError("mask")


class Own(BaseException):
    """Nothing that `except Exception` catches."""


async def owns(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    raise Own("boo")


async def generates(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    raise GeneratorExit


async def interrupts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    raise KeyboardInterrupt


async def cancels(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    raise asyncio.CancelledError


async def interrupts_in_a_task(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.create_task(interrupts(reader, writer))


async def stops_the_loop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asyncio.get_running_loop().stop()
    await reader.read()


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
    assert server.errors == ["KeyError: 'mask', in line 23 of its cell: `raise KeyError(\"mask\")`"]


@pytest.mark.parametrize(
    ("handler", "name"),
    [
        (owns, "Own: boo"),
        (generates, "GeneratorExit"),
        (interrupts, "KeyboardInterrupt"),
        (cancels, "CancelledError"),
        (interrupts_in_a_task, "KeyboardInterrupt"),
        (stops_the_loop, "RuntimeError: the event loop was stopped"),
    ],
)
def test_whatever_it_raises_is_kept_and_not_printed(
    handler: Handler, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(handler) as server, socket.create_connection((server.host, server.port)) as client:
        assert client.recv(100) == b""
    (error,) = server.errors
    assert name in error
    assert capfd.readouterr() == ("", "")
    assert threads() == []


def test_that_a_client_is_gone_is_not_printed_for_each_write(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = threading.Event()

    async def writes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        for _ in range(100):
            writer.write(b"x" * 1000)
            await asyncio.sleep(0)
        done.set()

    with serving(writes) as server:
        socket.create_connection((server.host, server.port)).close()
        assert done.wait(5)
    assert caplog.records == []


def test_who_is_cancelled_at_the_end_has_raised_nothing() -> None:
    with serving(echo) as server, socket.create_connection((server.host, server.port)) as client:
        client.sendall(b"x")
        assert client.recv(100) == b"x"
        server.stop()
    assert server.errors == []


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
