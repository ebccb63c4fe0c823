"""Every limit of a server, and a client that breaks it: one on a plain TCP socket, as a stranger's.

What                    Default                    Above it              Broken in
header, request line    HTTPLimits.line_size       431, 414              below
header block            HTTPLimits.head_size       431                   below
handshake time          HTTPLimits.head_time       408; silence: closed  below
frame                   maxReceivedFrameSize       1009                  below
message                 maxReceivedMessageSize     1009                  below
message, inflated       maxReceivedMessageSize     1009                  below
number of fragments     messages.fragments_for     1008                  below
waiting to be written   HTTPLimits.unsent          dropped: 1006         below
connections in all      HTTPLimits.connections     503, and cut          below
unanswered ping         keepaliveGracePeriod       dropped: 1006         test_server.py
unanswered Close        closeTimeout               dropped: 1006         test_connection.py
request body            HTTPLimits.body_size       413                   tests/net/test_http.py
between pieces of it    HTTPLimits.body_time       408                   tests/net/test_http.py
between two requests    HTTPLimits.idle_time       closed                tests/net/test_http.py
unread HTTP answers     HTTPLimits.unsent          cut                   tests/net/test_http.py

Each is logged once, under the connection's name. Only who says nothing at all, between two requests
or before the first, is closed without a word: browsers open such connections in advance.
"""

from __future__ import annotations

import asyncio
import socket
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

from tests.net.support import raw, read_all
from tests.node.support import Site, Wire, ask, site
from tests.waiting import wait_for
from wslab.net import console, server
from wslab.net.http import HTTPLimits
from wslab.net.loop import background
from wslab.net.raw import MASK, client_frame
from wslab.node import WebSocketConnection
from wslab.protocol.deflate import Deflate
from wslab.protocol.frames import encode

DROPPED = "Connection dropped by remote peer."


def only_line(source: str) -> str:
    """The text of the log, which must have one line, about this connection."""
    [line] = console.lines
    assert line.source == source
    return line.text


def serves(here: Site) -> None:
    """Somebody else is served, whatever happened to the one before."""
    with Wire(here.port) as wire:
        wire.opened().send(1, b"still here")
        here.logged("message", "still here")


# Before the handshake is complete ------------------------------------------------------------

SMALL_HEADS = HTTPLimits(line_size=500, head_size=2_000)
START = "GET / HTTP/1.1\nHost: h\n"


@pytest.mark.parametrize(
    ("head", "status", "limit", "why"),
    [
        (f"GET /{'x' * 500} HTTP/1.1\nHost: h\n\n", 414, "line_size", "the request line has 514"),
        (f"GET /{'x' * 5_000}", 414, "line_size", "the request line has 5005"),
        (f"{START}X-Big: {'x' * 500}\n\n", 431, "line_size", "the header X-Big has 507"),
        (f"{START}X-Big: {'x' * 5_000}", 431, "line_size", "the header X-Big has 5007"),
        (f"{START}{'x' * 5_000}", 431, "line_size", "the header xxx"),
        (f"{START}\x1b]{'x' * 5_000}", 431, "line_size", "the header has 5002"),
        (START + "X: y\n" * 400 + "\n", 431, "head_size", "the request's headers have 2427"),
        (START + "X: y\n" * 10_000, 431, "head_size", "the request's headers have "),
    ],
    ids=["line", "endless line", "header", "endless", "no name", "control", "block", "no end"],
)
def test_a_head_that_is_too_long(head: str, status: int, limit: str, why: str) -> None:
    with site(limits=SMALL_HEADS) as here:
        answer, body = ask(here.port, head)
        assert answer.startswith(f"HTTP/1.1 {status} ")
        text = body.decode()
        assert why in text and f" bytes, {getattr(SMALL_HEADS, limit)} at most" in text
        logged = only_line("connection 1")
        assert logged.startswith(f"error: refused with {status}: ") and why in logged
        assert logged.endswith(f"(limit {limit})") and logged.isprintable()
        serves(here)


def test_a_head_may_be_as_long_as_the_limits() -> None:
    longest = f"X: {'x' * 497}\n"  # 500 bytes without its end
    rest = 2_000 - len("GET / HTTP/1.1\r\nHost: h\r\n\r\n") - 3 * 502 - len("Y: \r\n")
    with site(limits=SMALL_HEADS) as here:
        head, _ = ask(
            here.port, f"{START}{longest * 3}Y: {'y' * (rest - 19)}\nConnection: close\n\n"
        )
        assert head.startswith("HTTP/1.1 404 ")
        head, _ = ask(
            here.port, f"{START}{longest * 3}Y: {'y' * (rest - 18)}\nConnection: close\n\n"
        )
        assert head.startswith("HTTP/1.1 431 ")


def test_a_head_that_comes_byte_by_byte_has_no_more_time_than_any() -> None:
    with site(limits=HTTPLimits(head_time=0.1)) as here, raw(here.port) as client:
        client.settimeout(0.005)
        answer = b""
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nX: ")
        deadline = time.monotonic() + 10
        while not answer:
            assert time.monotonic() < deadline, "the head grows for ever"
            client.sendall(b"x")
            with suppress(TimeoutError):
                answer = client.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert "took longer than 0.1 s (limit head_time)" in only_line("connection 1")
        serves(here)


def test_who_connects_and_says_nothing_is_closed_without_a_word() -> None:
    with site(limits=HTTPLimits(head_time=0.05)) as here, raw(here.port) as client:
        assert read_all(client) == b""
        assert console.lines == []


# Connections in all --------------------------------------------------------------------------


def test_one_connection_too_many_gets_503_until_another_one_leaves() -> None:
    with site(limits=HTTPLimits(connections=2)) as here, Wire(here.port) as stays:
        stays.opened()
        with Wire(here.port) as leaves:
            leaves.opened()
            for _ in range(2):
                with Wire(here.port) as refused:
                    assert refused.handshake().startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
                    assert b"\r\nRetry-After: 5\r\n" in refused.head
                    assert b"2 connections are open, try later" in refused.body
        wait_for(lambda: is_let_in(here), "room for another one")
        stays.send(1, b"undisturbed")
        here.logged("message", "undisturbed")
        assert "2 connections are open, the limit: new ones get 503" in only_line("")


def is_let_in(here: Site) -> bool:
    with Wire(here.port) as wire:
        return b" 101 " in wire.handshake()


def test_those_who_wait_for_their_503_are_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "TOLD", 3)
    with site(limits=HTTPLimits(connections=1)) as here, ExitStack() as many:
        many.enter_context(Wire(here.port)).opened()
        silent = [many.enter_context(raw(here.port)) for _ in range(3)]
        with raw(here.port) as one_more, suppress(ConnectionResetError):
            assert one_more.recv(10) == b""
        for client in silent:  # these still have their time
            client.sendall(START.replace("\n", "\r\n").encode() + b"\r\n")
            assert b" 503 " in read_all(client)
        assert "new ones get 503" in only_line("")


# Frames, messages, fragments -----------------------------------------------------------------

SIZES = {"maxReceivedFrameSize": 100, "maxReceivedMessageSize": 250, "closeTimeout": 50}
GIGABYTES = client_frame(2, bytes(126))[:1] + b"\xff" + (2**31).to_bytes(8, "big") + b"mask"
PIECE = client_frame(0, bytes(100), fin=False)
OVER = [
    # What is sent, the code, the reason: it comes with the header, whatever that promises.
    pytest.param(client_frame(2, bytes(101)), 1009, "frame of 101 bytes, over the limit of 100"),
    pytest.param(GIGABYTES, 1009, "frame of 2147483648 bytes, over the limit of 100"),
    pytest.param(
        client_frame(2, bytes(100), fin=False) + PIECE + PIECE[:6],
        1009,
        "message over the limit of 250 bytes",
    ),
    pytest.param(
        client_frame(1, fin=False) + client_frame(0, fin=False) * 65_536,
        1008,
        "message of more than 65536 fragments",
    ),
    # 251 zeros in a few bytes
    pytest.param(
        encode(0xC2, Deflate()._compress(bytes(251), True), MASK),
        1009,
        "inflated message over the limit",
    ),
]


@pytest.mark.parametrize(
    ("sent", "code", "reason"),
    OVER,
    ids=["frame", "promised frame", "message", "fragments", "inflated"],
)
def test_a_message_over_a_limit(sent: bytes, code: int, reason: str) -> None:
    with site(**SIZES) as here:
        offer = [("Sec-WebSocket-Extensions", "permessage-deflate")]
        with Wire(here.port, headers=offer) as wire:
            wire.opened().socket.sendall(sent)
            assert wire.close_frame() == (code, reason)
            # It goes on and on, and does not close: it is cut, and the log says no more about it.
            here.logged("close", code, reason)
        options = "maxReceivedFrameSize 100, maxReceivedMessageSize 250"
        assert only_line("connection 1") == f"error: closed with {code}: {reason} ({options})"
        serves(here)


# A reader that does not read -----------------------------------------------------------------

UNSENT = 400_000
ROUNDS = 120
BROADCAST = bytes(8_000)
ON_THE_WIRE = len(encode(0x82, BROADCAST, None))


@contextmanager
def audience(count: int) -> Iterator[tuple[Site, list[Wire]]]:
    """A server with clients that are all open."""
    with site(limits=HTTPLimits(unsent=UNSENT)) as here, ExitStack() as wires:
        clients = [wires.enter_context(Wire(here.port)).opened() for _ in range(count)]
        wait_for(lambda: len(here.connections) == count, "all connections")
        yield here, clients


def narrow(wire: Wire, connection: WebSocketConnection) -> None:
    """Let the operating system take little of what this client does not read."""
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    transport = connection._peer.transport
    assert transport is not None
    outgoing = transport.get_extra_info("socket")
    outgoing.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)


def perform(here: Site, readers: Sequence[Wire], watched: Any = None) -> tuple[float, int]:
    """Broadcast, each message when the readers have the one before: seconds, and the largest number
    of bytes that waited for the watched client.
    """
    waiting = [0]

    async def send() -> None:
        here.ws.broadcastBytes(BROADCAST)
        if watched is not None:
            waiting.append(watched._peer.buffered_amount)

    began = time.monotonic()
    for _ in range(ROUNDS):
        background().run(send())
        for reader in readers:
            left = ON_THE_WIRE
            while left:
                part = reader.socket.recv(left)
                assert part, "a reader that keeps up was dropped"
                left -= len(part)
    return time.monotonic() - began, max(waiting)


def test_a_broadcast_to_a_hundred_of_which_one_does_not_read() -> None:
    with audience(100) as (here, [slow, *readers]):
        narrow(slow, here.connections[0])
        with_slow, waiting = perform(here, readers, here.connections[0])
        here.logged("close", 1006, DROPPED)
        assert UNSENT - ON_THE_WIRE < waiting <= UNSENT + ON_THE_WIRE
        assert only_line("connection 1") == (
            f"error: dropped: it reads too slowly, {UNSENT} bytes were waiting for it"
        )
        without, _ = perform(here, readers)  # and this is the measure, on the same machine
    assert with_slow < 5 * without + 1, f"{with_slow:.2f} s with it, {without:.2f} s without"


def test_small_messages_that_wait_take_the_memory_of_their_bytes() -> None:
    """In the transport each one would take some 900 bytes, which no limit counts."""

    async def fill() -> tuple[int, int]:
        for _ in range(7_000):
            connection.sendUTF("x" * 18)
            await asyncio.sleep(0)  # each is written in a turn of its own, as in life
        return connection._peer.buffered_amount, tracemalloc.get_traced_memory()[0]

    with audience(1) as (here, [slow]):
        connection = here.connections[0]
        narrow(slow, connection)
        background().run(fill())  # until the transport says that it has enough
        tracemalloc.start()
        try:
            (before, start), (after, end) = background().run(fill()), background().run(fill())
        finally:
            tracemalloc.stop()
    # The operating system may still take some of it, more of it on a busy machine.
    assert 7_000 * 20 / 2 < after - before <= 7_000 * 20
    assert end - start < 3 * (after - before)
