"""wslab.show.packets: the right words for each packet."""

from __future__ import annotations

import pytest

from tests.show.looking import rows_of
from tests.show.recorded import captured, down, socketio_polling, socketio_socket
from wslab import show
from wslab.net.dissect.packets import PacketReader
from wslab.protocol.frames import Opcode
from wslab.show.packets import short, sorts, told

WORDS = [
    ("0{}", "Engine.IO open: opens the session, and names it", "Engine.IO open {}"),
    ("1", "Engine.IO close: closes the session", "Engine.IO close"),
    ("2", "Engine.IO ping: asks whether the other side is still there", "Engine.IO ping"),
    (
        "3probe",
        'Engine.IO pong "probe": says that packets come through here',
        "Engine.IO pong probe",
    ),
    ("5", "Engine.IO upgrade: moves the session to this connection", "Engine.IO upgrade"),
    ("6", "Engine.IO noop: says nothing: it ends a poll", "Engine.IO noop"),
    ("40", "Socket.IO CONNECT", "CONNECT"),
    ("40/chat,", "Socket.IO CONNECT, namespace /chat", "CONNECT /chat"),
    ("41", "Socket.IO DISCONNECT", "DISCONNECT"),
    (
        '420["new user","Ada"]',
        'Socket.IO EVENT "new user", answer wanted under 0',
        'EVENT 0 ["new user","Ada"]',
    ),
    ('42["typing"]', 'Socket.IO EVENT "typing"', 'EVENT ["typing"]'),
    ("437[1]", "Socket.IO ACK, the answer to 7", "ACK 7 [1]"),
    ('44{"message":"no"}', "Socket.IO CONNECT_ERROR", 'CONNECT_ERROR {"message":"no"}'),
    (
        '452-/a,7["x",1]',
        'Socket.IO BINARY_EVENT "x", answer wanted under 7, namespace /a, 2 attachments to follow',
        'BINARY_EVENT 2- /a 7 ["x",1]',
    ),
    ("hello", "no Engine.IO packet", "not a packet: hello"),
    ("4hello", "Engine.IO message", "not a packet: hello"),
]


@pytest.mark.parametrize(("wire", "long", "few"), WORDS)
def test_words(wire: str, long: str, few: str) -> None:
    packets = PacketReader("/socket.io/?EIO=4").payload(wire.encode())
    assert (told(packets), short(packets)) == (long, few)


def test_bytes_say_what_they_belong_to() -> None:
    reader = PacketReader("/socket.io/?EIO=4")
    reader.message(b'451-["x",{"_placeholder":true,"num":0}]', text=True)
    packet = (reader.message(b"\x01\x02", text=False),)
    assert told(packet) == 'Socket.IO attachment 1 of 1 of BINARY_EVENT "x"'
    assert short(packet) == 'attachment 1 of 1 of BINARY_EVENT "x" 01 02'
    assert told((reader.message(b"\x01", text=False),)) == "Engine.IO message, in bytes"


def test_many_packets_are_cut_short() -> None:
    packets = PacketReader("/socket.io/?EIO=4").payload(b"\x1e".join([b"2"] * 20))
    assert told(packets).endswith("; and 12 more packets")
    assert sorts(packets) == " ".join(["PING"] * 8)


def test_in_a_table() -> None:
    rows = rows_of(show.table(captured(socketio_socket())))
    assert [row[-1] for row in rows[2:7]] == [
        'Engine.IO ping "probe": asks whether packets come through here',
        'Engine.IO pong "probe": says that packets come through here',
        "Engine.IO upgrade: moves the session to this connection",
        "fragment 1 of text message 3, more follow",
        "Engine.IO ping: asks whether the other side is still there",
    ]
    assert rows[7][-1] == "Socket.IO CONNECT; fragment 2 of text message 3, the last one"
    assert "wrong: no Socket.IO packet: the payload is not JSON" in rows[12][-1]


def test_a_body_says_all_of_its_packets() -> None:
    rows = rows_of(show.table(captured(socketio_polling()), kinds={"body"}))
    assert rows[4][-1] == (
        "Engine.IO pong: answers a ping; "
        'Socket.IO BINARY_EVENT "picture", answer wanted under 7, namespace /chat, '
        "1 attachment to follow; "
        'Socket.IO attachment 1 of 1 of BINARY_EVENT "picture"'
    )


def test_on_an_arrow() -> None:
    text = show.conversation(captured(socketio_polling()), fold=False).text
    assert 'CONNECT {"sid":"def"} · Engine.IO ping' in text
    assert 'ACK /chat 7 ["got it"] · EVENT ["new message",{"name":"Ada"}] · Engine.IO' in text


def test_only_like_packets_are_folded() -> None:
    same = [down(Opcode.TEXT, b'42["a",%d]' % i) for i in range(6)]
    folded = show.conversation(captured(socketio_socket(*same))).text
    assert "4 more like this" in folded
    other = [down(Opcode.TEXT, text) for text in (b'42["a"]', b"2", b"41", b"430[]", b"6")]
    assert "like this" not in show.conversation(captured(socketio_socket(*other))).text
