"""wslab.node.connection: sending and closing, from a cell and from a handler."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest

from tests.node.support import Wire, site
from tests.waiting import wait_for
from wslab.net import console
from wslab.net.loop import background
from wslab.node import WebSocketConnection, WebSocketFrame
from wslab.node.connection import is_longer, to_text
from wslab.node.threads import wait_on_loop
from wslab.protocol.errors import (
    ControlTooLong,
    InvalidCloseCode,
    InvalidFrame,
    InvalidState,
    ReasonTooLong,
)


def received(wire: Wire) -> tuple[int, bytes]:
    frame = wire.frame()
    return int(frame.opcode), frame.payload


@pytest.mark.parametrize("from_handler", [False, True])
def test_every_kind_of_sending(from_handler: bool) -> None:
    def talk(connection: WebSocketConnection) -> None:
        connection.sendUTF("text")
        connection.sendUTF(12)
        connection.sendUTF(b"bytes as text")
        connection.sendUTF("alone \ud800")
        connection.sendBytes(bytearray(b"\x01"))
        connection.sendBytes(memoryview(b"\x02"))
        connection.send("to text")
        connection.send(b"to bytes")
        connection.ping()
        connection.ping("p")
        connection.pong(b"q")

    with site() as here, Wire(here.port) as wire:
        wire.opened()
        connection = here.first()
        if from_handler:
            wait_on_loop(talk, connection)
        else:
            talk(connection)
        expected = [(1, b"text"), (1, b"12"), (1, b"bytes as text"), (1, "alone \ufffd".encode())]
        expected += [(2, b"\x01"), (2, b"\x02"), (1, b"to text"), (2, b"to bytes")]
        expected += [(9, b""), (9, b"p"), (10, b"q")]
        assert [received(wire) for _ in expected] == expected


def test_a_handler_s_answer_comes_before_anything_later() -> None:
    def echo(connection: WebSocketConnection) -> None:
        connection.on("message", lambda message: connection.sendUTF(message["utf8Data"]))

    with site(on_connection=echo) as here, Wire(here.port) as wire:
        wire.opened()
        for number in range(100):
            wire.send(1, str(number).encode())
        assert [received(wire)[1] for _ in range(100)] == [str(n).encode() for n in range(100)]


def test_what_is_nothing_or_no_bytes_is_refused() -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        with pytest.raises(TypeError, match="the message is None"):
            here.first().send(None)
        with pytest.raises(TypeError, match="sendBytes takes bytes, not str; see sendUTF"):
            here.first().sendBytes("text")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "sizes"),
    [
        (b"x" * 10, [(2, 10)]),
        (b"x" * 11, [(2, 10), (0, 1)]),
        (b"x" * 20, [(2, 10), (0, 10)]),
        ("x" * 11, [(1, 10), (0, 1)]),
        ("é" * 5, [(1, 10)]),
        ("é" * 6, [(1, 10), (0, 2)]),
        ("", [(1, 0)]),
    ],
)
def test_long_messages_are_fragmented(data: Any, sizes: list[tuple[int, int]]) -> None:
    with site(fragmentationThreshold=10) as here, Wire(here.port) as wire:
        wire.opened()
        here.first().send(data)
        frames = [wire.frame() for _ in sizes]
        assert [(int(frame.opcode), len(frame.payload)) for frame in frames] == sizes
        assert [frame.fin for frame in frames] == [False] * (len(sizes) - 1) + [True]
        joined = b"".join(frame.payload for frame in frames)
        assert joined == (data.encode() if isinstance(data, str) else data)


def test_fragmenting_can_be_turned_off() -> None:
    options = {"fragmentationThreshold": 10, "fragmentOutgoingMessages": False}
    with site(**options) as here, Wire(here.port) as wire:  # type: ignore[arg-type]
        wire.opened()
        here.first().sendUTF("x" * 1000)
        assert received(wire) == (1, b"x" * 1000)


def test_send_frame_sends_what_it_is_given() -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        for opcode, payload, fin in [(1, "be", False), (0, b"gun", True), (9, b"p", True)]:
            frame = WebSocketFrame()
            frame.opcode, frame.binaryPayload, frame.fin = opcode, payload, fin
            frame.mask = True  # a server's frames are not masked, whatever it says
            here.first().sendFrame(frame)
        frames = [wire.frame() for _ in range(3)]
        assert [(int(f.opcode), f.payload, f.fin, f.mask) for f in frames] == [
            (1, b"be", False, None),
            (0, b"gun", True, None),
            (9, b"p", True, None),
        ]
        here.first().sendFrame(WebSocketFrame(8, b"\x0b\xb8bye"))
        assert wire.close_frame() == (3000, "bye")
        wire.close(3000)
        here.logged("close", 3000, "bye")


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (WebSocketFrame(5), InvalidFrame),
        (WebSocketFrame(9, b"x", False), InvalidFrame),
        (WebSocketFrame(9, bytes(126)), ControlTooLong),
        (WebSocketFrame(0, b"nothing to continue"), InvalidState),
        (WebSocketFrame(8, b"\x03\xed"), InvalidCloseCode),
        (WebSocketFrame(1, b"\xff"), InvalidFrame),
    ],
)
def test_a_frame_that_must_not_be_sent_is_refused(
    frame: WebSocketFrame, error: type[Exception]
) -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        with pytest.raises(error):
            here.first().sendFrame(frame)
        here.first().sendUTF("still fine")
        assert received(wire) == (1, b"still fine")


@pytest.mark.parametrize("from_handler", [False, True])
def test_a_wrong_close_is_refused_before_anything_is_sent(from_handler: bool) -> None:
    def try_all(connection: WebSocketConnection) -> None:
        for code in (0, 999, 1004, 1005, 1006, 1015, 2999, 5000, "1000", True):
            with pytest.raises(InvalidCloseCode):
                connection.close(code)  # type: ignore[arg-type]
            with pytest.raises(InvalidCloseCode):
                connection.drop(code)  # type: ignore[arg-type]
        with pytest.raises(ReasonTooLong, match="124 bytes"):
            connection.close(1000, "é" * 62)
        for send in (connection.ping, connection.pong):
            with pytest.raises(ControlTooLong):
                send(bytes(126))
        assert connection.connected

    with site() as here, Wire(here.port) as wire:
        wire.opened()
        connection = here.first()
        if from_handler:
            wait_on_loop(try_all, connection)
        else:
            try_all(connection)
        connection.sendUTF("first")
        assert received(wire) == (1, b"first")


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ((), (1000, "Normal connection closure")),
        ((1000, ""), (1000, "")),
        ((1001,), (1001, "Remote peer is going away")),
        ((3000,), (3000, "")),
        ((4001, "é" * 61), (4001, "é" * 61)),
    ],
)
def test_close_sends_its_code_and_reports_it(arguments: Any, sent: tuple[int, str]) -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        here.first().close(*arguments)
        here.first().close(3999, "a second call changes nothing")
        assert wire.close_frame() == sent
        wire.close(1000)
        here.logged("close", *sent)
        assert wire.rest() == b""


def test_a_close_that_is_never_answered_ends_as_1006() -> None:
    with site(closeTimeout=50) as here, Wire(here.port) as wire:
        wire.opened()
        here.first().close(3000, "bye")
        assert wire.close_frame() == (3000, "bye")
        here.logged("close", 1006, "Connection dropped by remote peer.")
        [line] = console.lines
        assert (line.source, line.text) == (
            "connection 1",
            "error: dropped: no answer to a close frame in 0.05 s",
        )


@pytest.mark.parametrize(
    ("arguments", "sent"), [((), (1002, "Protocol error")), ((1008, "spam"), (1008, "spam"))]
)
def test_drop_sends_a_close_frame_and_ends_tcp(arguments: Any, sent: tuple[int, str]) -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        here.first().drop(*arguments)
        assert here.first().connected is False
        assert wire.close_frame() == sent
        assert wire.rest() == b""
        wire.socket.close()
        here.logged("close", *sent)


def test_drop_may_skip_the_close_frame() -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        here.first().drop(1008, "spam", True)
        here.logged("close", 1008, "spam")
        with suppress(ConnectionResetError):
            assert wire.socket.recv(100) == b""


@pytest.mark.parametrize("from_handler", [False, True])
def test_sending_on_a_closed_connection_is_dropped_and_told_to_the_callback(
    from_handler: bool,
) -> None:
    errors: list[Any] = []

    def send_all(connection: WebSocketConnection) -> None:
        connection.sendUTF("late")
        connection.sendUTF("late", errors.append)
        connection.sendBytes(b"late", errors.append)
        connection.sendFrame(WebSocketFrame(), errors.append)
        connection.sendUTF("x" * 100_000, errors.append)
        connection.ping()
        connection.pong()
        connection.close()
        connection.drop()
        connection.pause()
        connection.resume()

    with site() as here:
        with Wire(here.port) as wire:
            wire.opened()
            connection = here.first()
        wait_for(lambda: connection.state == "closed", "the end")
        if from_handler:
            wait_on_loop(send_all, connection)
        else:
            send_all(connection)
        assert [type(error) for error in errors] == [InvalidState] * 4
        assert console.lines == []


def test_sending_after_close_has_begun_is_told_to_the_callback() -> None:
    errors: list[Any] = []
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        here.first().close()
        here.first().sendUTF("late", errors.append)
        here.first().sendFrame(WebSocketFrame(), errors.append)
        wait_for(lambda: len(errors) == 2, "two errors")
        assert wire.close_frame()[0] == 1000
        assert "CLOSING" in str(errors[0])


def test_callbacks_get_none_when_it_was_written() -> None:
    seen: list[Any] = []
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        here.first().sendUTF("a", seen.append)
        here.first().sendBytes(b"b", seen.append)
        here.first().send("c", seen.append)
        here.first().sendFrame(WebSocketFrame(1, "d"), seen.append)
        wait_for(lambda: len(seen) == 4, "four callbacks")
        assert seen == [None] * 4


def test_pause_and_resume() -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        connection = here.first()
        for name in ("pause", "resume"):
            connection.on(name, lambda name=name: here.log.append((name, connection.inputPaused)))
        connection.pause()
        here.logged("pause", True)
        wire.send(1, b"waits")
        connection.ping()  # a round over the loop, in which the message would have been read
        assert wire.frame().opcode == 9
        assert here.log == [("pause", True)]
        connection.resume()
        here.logged("message", "waits")
        assert here.log[1] == ("resume", False)


def test_many_cells_may_send_at_once() -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        connection = here.first()

        def send(name: str) -> None:
            for number in range(50):
                connection.sendUTF(f"{name}{number}")

        threads = [threading.Thread(target=send, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        texts = [received(wire)[1].decode() for _ in range(100)]
        for name in "ab":
            mine = [text for text in texts if text.startswith(name)]
            assert mine == [f"{name}{number}" for number in range(50)]
        for thread in threads:
            thread.join()


def test_a_dead_connection_starts_no_new_loop() -> None:
    with site() as here:
        with Wire(here.port) as wire:
            wire.opened()
            connection = here.first()
        wait_for(lambda: connection.state == "closed", "the end")
    before = background()
    before.stop()
    connection.sendUTF("x")
    connection.close()
    connection.ping()
    connection.drop()
    assert not before.running


@pytest.mark.parametrize(
    ("data", "size", "longer"),
    [("aaa", 3, False), ("aaaa", 3, True), ("é", 1, True), ("éé", 4, False), ("\ud800", 3, False)],
)
def test_is_longer_counts_bytes(data: str, size: int, longer: bool) -> None:
    assert is_longer(data, size) is longer
    assert is_longer(data.encode("utf-8", "replace"), 100) is False


def test_to_text() -> None:
    assert [to_text(x) for x in ("a", 1, b"h\xc3\xa9", [1])] == ["a", "1", "hé", "[1]"]
