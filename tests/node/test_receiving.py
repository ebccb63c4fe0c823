"""wslab.node.receiving: state, events, and how a connection reports its end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from tests.net.support import reset
from tests.node.support import Wire, site
from tests.waiting import wait_for
from wslab.net import console
from wslab.node import WebSocketConnection
from wslab.node.threads import wait_on_loop

DROPPED = "Connection dropped by remote peer."
OPTIONS = " (maxReceivedFrameSize 100, maxReceivedMessageSize 1048576)"


def test_a_fresh_connection_has_npm_s_properties() -> None:
    with site(closeTimeout=1234) as here, Wire(here.port) as wire:
        wire.opened()
        connection = here.first()
        assert (connection.connected, connection.state) == (True, "open")
        assert (connection.closeReasonCode, connection.closeDescription) == (-1, None)
        assert (connection.protocol, connection.extensions) == (None, [])
        assert (connection.remoteAddress, connection.remoteAddresses) == (
            "127.0.0.1",
            ["127.0.0.1"],
        )
        assert connection.webSocketVersion == 13
        assert (connection.closeTimeout, connection.assembleFragments) == (1234, True)
        assert connection.maxReceivedMessageSize == 1048576
        assert connection.config is here.ws.config
        assert connection.number == 1
        assert repr(connection) == "<WebSocketConnection 1, open>"


def test_messages_are_assembled_with_a_ping_in_between() -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        pings: list[bytes] = []
        here.first().on("ping", lambda cancel, data: pings.append(data))
        wire.send(1, "h\u00e9".encode()[:2], fin=False)
        wire.send(9, b"p")
        wire.send(0, "h\u00e9".encode()[2:])
        wire.send(2, b"\x00\xff")
        here.logged("message", b"\x00\xff")
        assert here.log == [("message", "h\u00e9"), ("message", b"\x00\xff")]
        assert pings == [b"p"]
        assert (wire.frame().opcode, here.first().assembleFragments) == (10, True)


def test_without_assembling_every_frame_is_an_event() -> None:
    def watch(connection: WebSocketConnection) -> None:
        connection.on("frame", lambda f: here.log.append((f.opcode, f.fin, f.binaryPayload)))

    with site(on_connection=watch, assembleFragments=False) as here, Wire(here.port) as wire:
        wire.opened()
        wire.send(1, b"one")
        wire.send(1, b"tw", fin=False)
        wire.send(9, b"p")
        wire.send(0, b"o")
        wire.send(10, b"q")
        here.logged(10, True, b"q")
        assert here.log == [
            (1, True, b"one"),
            ("message", "one"),
            (1, False, b"tw"),
            (9, True, b"p"),
            (0, True, b"o"),
            (10, True, b"q"),
        ]


def test_ping_may_be_cancelled_and_pong_is_told() -> None:
    def watch(connection: WebSocketConnection) -> None:
        connection.on("ping", lambda cancel, data: cancel() if data == b"no" else None)
        connection.on("pong", lambda data: here.log.append(("pong", data)))

    with site(on_connection=watch) as here, Wire(here.port) as wire:
        wire.opened()
        wire.send(9, b"no")
        wire.send(9, b"yes")
        wire.send(10, b"unasked")
        frame = wire.frame()
        assert (frame.opcode, frame.payload) == (10, b"yes")
        here.logged("pong", b"unasked")


@pytest.mark.parametrize(
    ("code", "reason", "told", "answer"),
    [
        (None, "", (1005, "Reason not provided"), None),
        (1000, "", (1000, "Normal connection closure"), 1000),
        (1000, "bye", (1000, "bye"), 1000),
        (1001, "", (1001, "Remote peer is going away"), 1001),
        (3000, "custom", (3000, "custom"), 3000),
        (4999, "", (4999, ""), 4999),
    ],
)
def test_the_other_side_closes(
    code: int | None, reason: str, told: tuple[int, str], answer: int | None
) -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened().close(code, reason)
        assert wire.close_frame() == (answer, reason)
        assert wire.rest() == b"", "the server closes TCP first (RFC 6455 7.1.1)"
        here.logged("close", *told)
        connection = here.first()
        assert (connection.closeReasonCode, connection.closeDescription) == told
        assert (connection.connected, connection.state) == (False, "closed")


def test_state_while_the_other_side_closes() -> None:
    states: list[Any] = []

    def watch(connection: WebSocketConnection) -> None:
        connection.on("message", lambda m: (states.append(connection.state), connection.close()))
        connection.on("message", lambda m: states.append(connection.waitingForCloseResponse))

    with site(on_connection=watch) as here, Wire(here.port) as wire:
        wire.opened().send(1, b"x")
        assert wire.close_frame() == (1000, "Normal connection closure")
        connection = here.first()
        wait_for(lambda: connection.state == "ending", "the state after close()")
        assert connection.connected is False
        wire.close(1000)
        here.logged("close", 1000, "Normal connection closure")
        assert states == ["open", True]
        assert connection.waitingForCloseResponse is False


def test_a_client_that_vanishes_is_1006() -> None:
    with site() as here:
        with Wire(here.port) as wire:
            wire.opened()
            here.first()
        here.logged("close", 1006, DROPPED)


def test_a_reset_is_an_error_event_if_somebody_listens() -> None:
    def watch(connection: WebSocketConnection) -> None:
        connection.on("error", lambda error: here.log.append(("error", type(error).__name__)))

    with site(on_connection=watch) as here:
        wire = Wire(here.port).opened()
        here.first()
        reset(wire.socket)
        here.logged("close", 1006, DROPPED)
        assert here.log == [("error", "ConnectionResetError"), ("close", 1006, DROPPED)]


@pytest.mark.parametrize(
    ("opcode", "payload", "fin", "code"),
    [
        (1, b"\xff\xfe", True, 1007),
        (0, b"nothing to continue", True, 1002),
        (9, b"fragmented", False, 1002),
        (2, b"x" * 101, True, 1009),
        (8, b"\x03\xed", True, 1002),
    ],
)
def test_a_violation_is_closed_with_its_code_and_the_server_goes_on(
    opcode: int, payload: bytes, fin: bool, code: int
) -> None:
    with site(maxReceivedFrameSize=100) as here, Wire(here.port) as other:
        other.opened()
        with Wire(here.port) as wire:
            wire.opened().send(opcode, payload, fin)
            sent, reason = wire.close_frame()
            assert sent == code and reason
            wire.socket.close()
            here.logged("close", code, reason)
        other.send(1, b"still here")
        here.logged("message", "still here")
    assert [line.text for line in console.lines] == (
        [f"error: closed with 1009: {reason}{OPTIONS}"] if code == 1009 else []
    )


def test_a_message_over_its_limit_is_1009() -> None:
    with (
        site(maxReceivedMessageSize=150, maxReceivedFrameSize=100) as here,
        Wire(here.port) as wire,
    ):
        wire.opened().send(2, b"x" * 100, fin=False)
        wire.send(0, b"x" * 51)
        assert wire.close_frame()[0] == 1009


def test_a_listener_that_raises_closes_its_own_connection_with_1011() -> None:
    def watch(connection: WebSocketConnection) -> None:
        connection.on("message", lambda message: int(message.utf8Data))

    with site(on_connection=watch) as here, Wire(here.port) as good, Wire(here.port) as bad:
        good.opened()
        wait_for(lambda: here.connections, "the first connection")
        bad.opened().send(1, b"twelve")
        assert bad.close_frame()[0] == 1011
        good.send(1, b"12")
        here.logged("message", "12")
        [line] = console.lines
        assert line.source == f"connection {here.connections[1].number}"
        assert "ValueError: invalid literal" in line.text and "int(message.utf8Data)" in line.text


def test_an_async_listener_that_raises_closes_its_connection_too() -> None:
    async def listener(message: Any) -> None:
        await asyncio.sleep(0)
        raise KeyError("later")

    with (
        site(on_connection=lambda connection: connection.on("message", listener)) as here,
        Wire(here.port) as wire,
    ):
        wire.opened().send(1, b"x")
        assert wire.close_frame()[0] == 1011
        [line] = console.lines
        assert (line.source, "KeyError: 'later'" in line.text) == ("connection 1", True)


def test_a_close_listener_that_raises_is_recorded_and_counted() -> None:
    def watch(connection: WebSocketConnection) -> None:
        connection.on("close", lambda *how: 1 / 0)

    with site(on_connection=watch) as here:
        with Wire(here.port) as wire:
            wire.opened()
            here.first()
        wait_for(lambda: here.ws.closed == 1, "the count")
        assert "ZeroDivisionError" in console.lines[0].text
        assert here.log == [("close", 1006, DROPPED)]


def test_drain_follows_a_full_buffer() -> None:
    with site(maxReceivedFrameSize=2**20) as here, Wire(here.port) as wire:
        wire.opened()
        connection = here.first()
        connection.on("drain", lambda: here.log.append(("drain", connection.outputBufferFull)))
        while not connection.outputBufferFull:
            wait_on_loop(connection.sendBytes, bytes(500_000))
        wire.socket.settimeout(0.1)
        while ("drain", False) not in here.log:
            with contextlib.suppress(TimeoutError):  # all is read, and the event is about to come
                assert wire.socket.recv(1_000_000), "the server gave up"
        assert connection.outputBufferFull is False
