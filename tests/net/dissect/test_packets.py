"""wslab.net.dissect.packets: the packets of messages and bodies, and what is wrong with some."""

from __future__ import annotations

import pytest

from tests.show.recorded import (
    REQUEST,
    RESPONSE,
    chat,
    connection,
    down,
    socketio_polling,
    socketio_socket,
    up,
)
from wslab.net.capture import CapturedConnection
from wslab.net.dissect import FrameItem, SentPacket, dissect, frames_of
from wslab.net.dissect.packets import PacketReader, session_of, speaks_engine
from wslab.protocol.frames import Opcode
from wslab.protocol.socketio import Packet, PacketType
from wslab.protocol.socketio.engine import Kind

READER = "/socket.io/?EIO=4"


def packets_of(recorded: CapturedConnection) -> list[SentPacket]:
    return [packet for frame in frames_of(recorded) for packet in frame.packets]


@pytest.mark.parametrize(
    ("target", "yes"),
    [
        ("/socket.io/?EIO=4&transport=polling", True),
        ("/anywhere?x=1&EIO=4", True),
        ("http://host/socket.io/?EIO=4", True),
        ("/socket.io/?EIO=3", False),
        ("/socket.io/?EIO=4&EIO=3", False),
        ("/EIO=4", False),
        ("//[", False),
    ],
)
def test_the_query_says_whether_it_is_engine_io(target: str, yes: bool) -> None:
    assert speaks_engine(target) is yes


def test_a_session_has_an_id_once_it_is_open() -> None:
    assert session_of("/socket.io/?EIO=4&sid=abc") == "abc"
    assert session_of("/socket.io/?EIO=4") == ""


def test_the_packets_of_a_websocket() -> None:
    found = packets_of(socketio_socket())
    assert [packet.kind for packet in found[:4]] == [
        Kind.PING, Kind.PONG, Kind.UPGRADE, Kind.PING,
    ]  # fmt: skip
    assert found[0].content == "probe"
    assert [packet.packet for packet in found[4:8]] == [
        Packet(PacketType.CONNECT, {"key": "s3cret", "pin": 1234}),
        Packet(PacketType.EVENT, ["new user", "Adä"], id=0),
        Packet(PacketType.ACK, [{"ok": True}], id=0),
        Packet(
            PacketType.BINARY_EVENT,
            ["picture", {"_placeholder": True, "num": 0}],
            attachments=1,
        ),
    ]
    assert found[8].content == b"\x01\x02\x03"
    assert found[8].note == 'attachment 1 of 1 of BINARY_EVENT "picture"'
    assert "not JSON" in found[9].problem
    assert found[10].packet == Packet(PacketType.DISCONNECT)


def test_a_fragmented_message_has_its_packet_at_its_last_frame() -> None:
    frames = [f for f in frames_of(socketio_socket(), "up") if f.message == 3]
    assert [len(frame.packets) for frame in frames] == [0, 1]
    assert frames[1].packets[0].wire == b"".join(frame.data for frame in frames)


def test_a_compressed_message() -> None:
    frame = next(f for f in frames_of(socketio_socket(deflate=True)) if f.compressed)
    assert frame.packets[0].packet == Packet(PacketType.EVENT, ["new user", "Ada"], id=0)


def test_what_is_wrong_is_a_problem_of_the_frame() -> None:
    ends = [up(Opcode.TEXT, b"42[nope]"), up(Opcode.TEXT, b"hello"), down(Opcode.TEXT, b"4\xff")]
    frames = frames_of(socketio_socket(*ends))
    assert "no Socket.IO packet" in frames[0].problems[0]
    assert "no Engine.IO packet" in frames[1].problems[0]
    assert any("UTF-8" in problem for problem in frames[2].problems)
    assert [frame.packets[0].kind for frame in frames] == [Kind.MESSAGE, None, None]


def test_what_is_wrong_with_a_connect_does_not_quote_it() -> None:
    (frame,) = frames_of(socketio_socket(up(Opcode.TEXT, b'40{"s3cret":"s3cret"')))
    assert frame.problems and not any("s3cret" in problem for problem in frame.problems)


def test_engine_io_alone_has_messages_of_its_own() -> None:
    frames = frames_of(socketio_socket(up(Opcode.TEXT, b"4hello"), path=b"/engine.io/"))
    assert [(p.kind, p.content, p.problem) for p in frames[0].packets] == [
        (Kind.MESSAGE, "hello", "")
    ]


def test_bytes_are_counted_and_those_that_do_not_come_are_missed() -> None:
    reader = PacketReader(READER)
    text = b'452-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]'
    packet = reader.message(text, text=True)
    assert packet.packet is not None and packet.packet.attachments == 2
    assert reader.message(b"a", text=False).note == 'attachment 1 of 2 of BINARY_EVENT "x"'
    assert "1 attachments of BINARY_EVENT" in reader.message(b"41", text=True).problem
    assert reader.message(b"a", text=False).note == ""  # nobody announced them


def test_a_body_has_several_and_each_fault_is_its_own() -> None:
    found = PacketReader(READER).payload(b"2\x1eb!\x1ebAQI=\x1e\xff\x1e6")
    assert [packet.kind for packet in found] == [Kind.PING, None, Kind.MESSAGE, None, Kind.NOOP]
    assert "base64" in found[1].problem and "UTF-8" in found[3].problem
    assert found[2].content == b"\x01\x02"
    assert b"\x1e".join(packet.wire for packet in found) == b"2\x1eb!\x1ebAQI=\x1e\xff\x1e6"


def test_larger_packets_than_the_chat_takes_are_read() -> None:
    text = b'42["x","' + b"y" * 100_000 + b'"]'
    assert PacketReader(READER).message(text, text=True).problem == ""


def test_other_connections_have_no_packets() -> None:
    plain = connection(("up", REQUEST), ("down", RESPONSE), up(Opcode.TEXT, b"42[]"))
    for recorded in (chat(), plain):
        assert packets_of(recorded) == []
        assert not any(item.problems for item in dissect(recorded))


def test_the_polling_session_says_the_same() -> None:
    kinds = [
        packet.kind
        for item in dissect(socketio_polling())
        if not isinstance(item, FrameItem)
        for packet in getattr(item, "packets", ())
    ]
    message = Kind.MESSAGE
    assert kinds == [
        Kind.OPEN, message, message, Kind.PING, Kind.PONG, message, message, message, message,
        Kind.NOOP,
    ]  # fmt: skip
