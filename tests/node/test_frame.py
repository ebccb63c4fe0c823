"""wslab.node.frame: WebSocketFrame, and its way to and from the engine's frames."""

from __future__ import annotations

import pytest

from wslab.node import WebSocketFrame
from wslab.node.frame import from_wire, to_wire
from wslab.protocol.frames import Frame, FrameParser, Opcode


def test_it_is_made_without_arguments_and_filled_in() -> None:
    frame = WebSocketFrame()
    frame.opcode = 2
    frame.fin = False
    frame.binaryPayload = bytearray(b"abc")
    assert (frame.length, frame.payload) == (3, b"abc")
    assert to_wire(frame) == Frame(Opcode.BINARY, b"abc", False)


def test_text_may_be_given_as_str() -> None:
    assert to_wire(WebSocketFrame(1, "hé")).payload == b"h\xc3\xa9"


def test_length_is_read_only() -> None:
    with pytest.raises(AttributeError):
        WebSocketFrame().length = 3  # type: ignore[misc]


def test_the_rfc_s_examples() -> None:
    """RFC 6455 5.7: a single-frame text, and one that is masked (here with the key 0)."""
    frame = WebSocketFrame(1, b"Hello")
    assert frame.toBuffer() == bytes.fromhex("810548656c6c6f")
    frame.mask = True
    assert frame.toBuffer(nullMask=True) == bytes.fromhex("81850000000048656c6c6f")
    [parsed] = FrameParser(expect_masked=True).feed(frame.toBuffer())
    assert parsed.payload == b"Hello"


def test_from_wire_keeps_every_field() -> None:
    frame = from_wire(Frame(Opcode.TEXT, b"x", False, True, mask=b"1234"))
    assert (frame.opcode, frame.fin, frame.rsv1, frame.rsv2, frame.mask) == (1, False, 1, 0, True)
    assert type(frame.opcode) is int


@pytest.mark.parametrize(
    ("payload", "status"),
    [(b"", -1), (b"\x03\xe8bye", 1000), (b"\x03", -1), (b"\x00\x01", 1)],
)
def test_close_status(payload: bytes, status: int) -> None:
    assert WebSocketFrame(8, payload).closeStatus == status
    assert WebSocketFrame(2, payload).closeStatus == -1


def test_to_string_describes_it() -> None:
    text = "Opcode: 1, fin: true, length: 2, hasPayload: true, masked: false"
    assert WebSocketFrame(1, "hi").toString() == text
    assert repr(WebSocketFrame(1, "hi")) == f"<WebSocketFrame {text}>"
