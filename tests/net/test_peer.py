"""wslab.net.peer: time, TCP and handlers around the engine, between two real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.net.support import raw, read_all, read_until, reset
from wslab.net.client import open_websocket
from wslab.net.conditions import until
from wslab.net.console import console
from wslab.net.exchange import Exchange
from wslab.net.loop import background
from wslab.net.peer import Peer, PeerOptions
from wslab.net.raw import MASK
from wslab.net.server import HTTPServer
from wslab.protocol import Connection, Role
from wslab.protocol.errors import InvalidCloseCode, InvalidState, ReasonTooLong
from wslab.protocol.events import BinaryMessage, CloseReceived, Event, TextMessage
from wslab.protocol.frames import Frame, FrameParser, Opcode, encode_frame
from wslab.protocol.handshake import build_response, check_request

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Ends:
    """A server whose peers and their ends are kept for the test to look at."""

    def __init__(self, options: PeerOptions, on_event: Callable[[Peer, Event], None]) -> None:
        self.peers: list[Peer] = []
        self.closed: list[tuple[int, str, bool]] = []
        self.someone_left = threading.Semaphore(0)
        self._options, self._on_event = options, on_event
        self.server = HTTPServer(self._upgrade)

    def _upgrade(self, exchange: Exchange) -> None:
        response = build_response(check_request(exchange.request))
        label = f"connection {len(self.peers) + 1}"
        peer = Peer(Connection(Role.SERVER), label=label, options=self._options)
        peer.on_event = lambda event: self._on_event(peer, event)
        peer.on_closed = lambda *how: self._left(how)
        self.peers.append(peer)
        self.server.adopt(peer)
        exchange.upgrade(response.serialize(), peer)

    def _left(self, how: tuple[int, str, bool]) -> None:
        self.closed.append(how)
        self.someone_left.release()

    def wait_for_close(self) -> tuple[int, str, bool]:
        assert self.someone_left.acquire(timeout=5)
        return self.closed[-1]


def echo(peer: Peer, event: Event) -> None:
    if isinstance(event, TextMessage):
        peer.send_text(event.data)
    elif isinstance(event, BinaryMessage):
        peer.send_bytes(event.data)


@contextmanager
def serving(
    on_event: Callable[[Peer, Event], None] = echo, options: PeerOptions | None = None
) -> Iterator[Ends]:
    ends = Ends(options or PeerOptions(), on_event)
    ends.server.listen()
    try:
        yield ends
    finally:
        ends.server.close()


@contextmanager
def connected(ends: Ends) -> Iterator[socket.socket]:
    with raw(ends.server.port) as client:
        client.sendall(REQUEST)
        read_until(client, b"\r\n\r\n")
        yield client


def frame(opcode: Opcode, payload: bytes = b"", fin: bool = True) -> bytes:
    return encode_frame(Frame(opcode, payload, fin, mask=MASK))


def frames(data: bytes) -> list[tuple[Opcode, bytes]]:
    return [(f.opcode, f.payload) for f in FrameParser(expect_masked=False).feed(data)]


def test_messages_that_come_with_the_handshake_and_with_the_close_are_answered_in_order() -> None:
    burst = (
        REQUEST
        + frame(Opcode.TEXT, b"one")
        + frame(Opcode.PING, b"p")
        + frame(Opcode.BINARY, b"two")
        + frame(Opcode.CLOSE, b"\x03\xe8bye")
    )
    with serving() as ends, raw(ends.server.port) as client:
        client.sendall(burst)
        data = read_all(client).partition(b"\r\n\r\n")[2]
        assert frames(data) == [
            (Opcode.TEXT, b"one"),
            (Opcode.PONG, b"p"),
            (Opcode.BINARY, b"two"),
            (Opcode.CLOSE, b"\x03\xe8bye"),
        ]
        assert ends.wait_for_close() == (1000, "bye", True)


def test_a_handler_that_raises_closes_its_own_connection_only() -> None:
    def fragile(peer: Peer, event: Event) -> None:
        if isinstance(event, TextMessage):
            peer.send_text(str(1 / int(event.data)))

    console.clear()
    with serving(fragile) as ends, connected(ends) as bad, connected(ends) as good:
        bad.sendall(frame(Opcode.TEXT, b"0"))
        (close,) = frames(read_until(bad, b"failed"))
        assert close[0] is Opcode.CLOSE
        assert close[1][:2] == (1011).to_bytes(2, "big")
        good.sendall(frame(Opcode.TEXT, b"2"))
        assert frames(read_until(good, b"0.5")) == [(Opcode.TEXT, b"0.5")]
    lines = console.take()
    assert [line.source for line in lines] == ["connection 1"]
    assert "ZeroDivisionError" in lines[0].text
    assert "peer.send_text(str(1 / int(event.data)))" in lines[0].text


def test_a_protocol_violation_gets_its_code_though_more_bytes_are_on_the_way() -> None:
    with serving() as ends, connected(ends) as client:
        client.sendall(frame(Opcode.TEXT, b"ok") + b"\xc1\x80" + b"junk" * 1000)
        got = frames(read_all(client))
        assert got[0] == (Opcode.TEXT, b"ok")
        assert got[1][0] is Opcode.CLOSE
        assert got[1][1][:2] == (1002).to_bytes(2, "big")
        client.close()
        code, _, clean = ends.wait_for_close()
        assert (code, clean) == (1002, False) or code == 1006


def test_a_client_that_vanishes_is_1006() -> None:
    with serving() as ends:
        with connected(ends):
            pass
        assert ends.wait_for_close() == (1006, "", False)


def test_a_close_that_is_never_answered_ends_after_the_timeout() -> None:
    with serving(options=PeerOptions(close_timeout=0.05)) as ends, connected(ends) as client:
        background().call(ends.peers[0].close, 1000, "done")
        assert frames(read_until(client, b"done")) == [(Opcode.CLOSE, b"\x03\xe8done")]
        assert ends.wait_for_close()[0] == 1006


def test_silence_is_broken_by_a_ping_and_a_silent_peer_is_dropped() -> None:
    console.clear()
    options = PeerOptions(ping_interval=0.03, ping_timeout=0.05)
    with serving(options=options) as ends, connected(ends) as client:
        assert frames(read_until(client, b"\x89\x00")) == [(Opcode.PING, b"")]
        client.sendall(frame(Opcode.PONG))  # alive: the next ping comes
        assert frames(read_until(client, b"\x89\x00")) == [(Opcode.PING, b"")]
        assert ends.wait_for_close()[0] == 1006  # no answer to that one
    assert "no answer to a ping in 0.05 s" in console.take()[-1].text


def test_a_reader_that_does_not_read_is_dropped_before_memory_fills() -> None:
    console.clear()
    limit = 1_000_000
    with serving(options=PeerOptions(max_buffered=limit)) as ends, connected(ends):
        peer = ends.peers[0]
        for _ in range(200):
            background().run(_send(peer, b"x" * 100_000))
            if peer.lost:
                break
        assert ends.wait_for_close()[0] == 1006
        assert peer.buffered_amount == 0
    (line,) = console.take()
    assert f"{limit} bytes were waiting" in line.text


@pytest.mark.parametrize("end", ["their close", "our close", "drop", "the end of TCP"])
def test_what_waits_for_a_slow_reader_comes_in_order_and_before_the_end(end: str) -> None:
    """Small messages wait in the peer and large ones in the transport."""
    sizes = [10, 20_000, 300, 5, 0, 4_093, 4_092, 70_000, 1] * 20
    messages = [bytes([number]) * size for number, size in enumerate(sizes)]

    async def fill(peer: Peer) -> None:
        assert peer.transport is not None
        outgoing = peer.transport.get_extra_info("socket")
        outgoing.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
        for message in messages:
            peer.send_bytes(message)
            await asyncio.sleep(0)
        assert peer.buffered_amount > 500_000
        if end == "our close":
            peer.close(1000, "bye")
        elif end == "drop":
            peer.drop(1000, "bye")

    with serving() as ends, connected(ends) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        background().run(fill(ends.peers[0]))
        if end in ("their close", "our close"):
            client.sendall(frame(Opcode.CLOSE, b"\x03\xe8bye"))
        elif end == "the end of TCP":
            client.shutdown(socket.SHUT_WR)
        got = frames(read_all(client))
    assert got[: len(messages)] == [(Opcode.BINARY, message) for message in messages]
    close = [] if end == "the end of TCP" else [(Opcode.CLOSE, b"\x03\xe8bye")]
    assert got[len(messages) :] == close


async def _send(peer: Peer, data: bytes) -> None:
    if not peer.lost:
        peer.send_bytes(data)


@pytest.mark.parametrize("end", [Peer.abort, lambda peer: peer.drop(1008, "enough")])
def test_a_peer_that_is_cut_or_dropped_tells_no_more(end: Callable[[Peer], None]) -> None:
    seen: list[Event] = []

    def first_only(peer: Peer, event: Event) -> None:
        seen.append(event)
        end(peer)

    burst = b"".join(frame(Opcode.TEXT, word) for word in (b"one", b"two", b"three"))
    with serving(first_only) as ends, connected(ends) as client:
        client.sendall(burst)
        with contextlib.suppress(ConnectionResetError):
            read_all(client)
        client.close()
        ends.wait_for_close()
    assert seen == [TextMessage("one")]


def test_after_drop_nothing_is_sent_whatever_comes() -> None:
    errors: list[object] = []

    async def drop(peer: Peer) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
        peer.drop(1008, "enough")
        peer.ping()

    with serving() as ends, connected(ends) as client:
        background().run(drop(ends.peers[0]))
        client.sendall(frame(Opcode.PING, b"hello?") + frame(Opcode.CLOSE, b"\x03\xf0"))
        assert frames(read_all(client)) == [(Opcode.CLOSE, b"\x03\xf0enough")]
        assert ends.wait_for_close() == (1008, "", True)
        background().loop.call_soon_threadsafe(background().loop.set_exception_handler, None)
    assert errors == []


@pytest.mark.parametrize("how", ["a close frame", "the end of TCP"])
def test_a_client_that_closes_and_does_not_read_is_not_waited_for(how: str) -> None:
    with serving(options=PeerOptions(close_timeout=0.05)) as ends, connected(ends) as client:
        background().run(_send(ends.peers[0], bytes(10_000_000)))
        if how == "a close frame":
            client.sendall(frame(Opcode.CLOSE, b"\x03\xe8"))
        else:
            client.shutdown(socket.SHUT_WR)
        ends.wait_for_close()


def test_the_end_is_told_whatever_the_owner_s_other_callbacks_do() -> None:
    told: list[object] = []

    def fail(_: object) -> None:
        raise ValueError("I'm broken")

    async def set_up(peer: Peer) -> None:
        on_closed = peer.on_closed
        peer.on_error = fail
        peer.on_closed = lambda *how: (on_closed(*how), fail(how))[0]
        peer.when_lost(fail)
        peer.when_lost(told.append)

    console.clear()
    with serving() as ends:
        with connected(ends) as client:
            background().run(set_up(ends.peers[0]))
            reset(client)
        assert ends.wait_for_close()[0] == 1006
        asyncio.run(until(lambda: told, "the last callback"))
    lines = console.take()
    assert [line.source for line in lines] == ["connection 1"] * 3
    assert all("ValueError: I'm broken" in line.text for line in lines)


@pytest.mark.parametrize("name", ["on_pause", "on_drain"])
def test_a_callback_about_the_buffer_that_raises_closes_the_connection(name: str) -> None:
    async def fill(peer: Peer) -> None:
        setattr(peer, name, lambda: 1 / 0)
        peer.send_bytes(bytes(10_000_000))

    console.clear()
    with serving() as ends, connected(ends) as client:
        background().run(fill(ends.peers[0]))
        assert read_until(client, b"handler failed")
    assert "ZeroDivisionError" in console.take()[0].text


def test_exit_in_a_handler_is_an_error_as_any_other() -> None:
    def leave(peer: Peer, event: Event) -> None:
        raise SystemExit(3)

    console.clear()
    with serving(leave) as ends, connected(ends) as client:
        client.sendall(frame(Opcode.TEXT, b"hello"))
        assert frames(read_until(client, b"failed"))[0][1][:2] == (1011).to_bytes(2, "big")
    assert "SystemExit: 3" in console.take()[0].text


def test_what_is_said_about_a_slow_reader_is_said_once_and_under_its_name() -> None:
    def flood_the_other(peer: Peer, event: Event) -> None:
        for _ in range(100):
            ends.peers[1].write(b"\x82\x7e\xff\xff" + bytes(65_535))

    console.clear()
    options = PeerOptions(max_buffered=100_000)
    with serving(flood_the_other, options) as ends, connected(ends) as client, connected(ends):
        client.sendall(frame(Opcode.TEXT, b"go"))
        ends.wait_for_close()
    assert [line.source for line in console.take()] == ["connection 2"]


def test_local_mistakes_raise_before_anything_is_sent() -> None:
    async def mistakes(peer: Peer) -> None:
        with pytest.raises(InvalidCloseCode):
            peer.close(1005)
        with pytest.raises(ReasonTooLong):
            peer.close(1000, "x" * 124)
        peer.send_text("still open")

    with serving() as ends, connected(ends) as client:
        background().run(mistakes(ends.peers[0]))
        assert frames(read_until(client, b"open")) == [(Opcode.TEXT, b"still open")]


def test_two_peers_of_ours() -> None:
    async def conversation(url: str) -> list[Event]:
        got: list[Event] = []
        done = asyncio.Event()
        opened = await open_websocket(url)
        opened.peer.on_event = got.append
        opened.peer.on_closed = lambda *_: done.set()
        opened.start()
        opened.peer.send_text("héllo")
        opened.peer.send_bytes(bytes(70_000))
        opened.peer.close(1000, "bye")
        with pytest.raises(InvalidState):
            opened.peer.send_text("late")
        await asyncio.wait_for(done.wait(), 5)
        assert opened.peer.connection.clean
        return got

    with serving() as ends:
        assert background().run(conversation(ends.server.url)) == [
            TextMessage("héllo"),
            BinaryMessage(bytes(70_000)),
            CloseReceived(1000, "bye"),
        ]
        assert ends.wait_for_close() == (1000, "bye", True)


def test_close_frames_that_cross_are_a_clean_end() -> None:
    with serving() as ends, connected(ends) as client:
        background().run(_close(ends.peers[0], 4000))
        client.sendall(frame(Opcode.CLOSE, b"\x0f\xa1"))  # 4001, sent without having read
        assert frames(read_all(client)) == [(Opcode.CLOSE, b"\x0f\xa0")]
        assert ends.wait_for_close() == (4001, "", True)


def test_an_end_of_tcp_after_our_close_is_not_clean() -> None:
    with serving() as ends, connected(ends) as client:
        background().run(_close(ends.peers[0], 4000))
        client.shutdown(socket.SHUT_WR)
        assert frames(read_all(client)) == [(Opcode.CLOSE, b"\x0f\xa0")]
        assert ends.wait_for_close() == (1006, "", False)


def test_what_comes_after_a_close_is_not_read() -> None:
    seen: list[Event] = []
    with serving(lambda _, event: seen.append(event)) as ends, connected(ends) as client:
        client.sendall(frame(Opcode.CLOSE) + frame(Opcode.TEXT, b"late") + b"\xff\xff")
        assert frames(read_all(client)) == [(Opcode.CLOSE, b"")]
        assert ends.wait_for_close() == (1005, "", True)
    assert seen == [CloseReceived(1005, "")]


async def _close(peer: Peer, code: int) -> None:
    peer.close(code)


def test_a_server_that_closes_says_1001() -> None:
    with serving() as ends, connected(ends) as client:
        closing = threading.Thread(target=ends.server.close)
        closing.start()
        (close,) = frames(read_until(client, b"closing"))
        client.sendall(frame(Opcode.CLOSE, close[1]))
        assert read_all(client) == b""
        closing.join(5)
        assert close[1][:2] == (1001).to_bytes(2, "big")
        assert ends.wait_for_close()[0] == 1001
