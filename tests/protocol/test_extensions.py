"""The seam that permessage-deflate will use, with an extension that turns payloads round."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.protocol.feeding import bytewise, chunks, connection, cut_lists, outcome, roles
from wslab.protocol.connection import Connection
from wslab.protocol.errors import ProtocolError
from wslab.protocol.events import BinaryMessage, Failed, FrameReceived, PingReceived, TextMessage
from wslab.protocol.extensions import Extension, rsv_bits
from wslab.protocol.frames import Frame, FrameParser, Opcode
from wslab.protocol.messages import Limits
from wslab.protocol.sending import Role


class Reverse:
    """Reverses each data frame's payload, and doubles it; RSV1 on a message's first frame."""

    name = "x-reverse"
    rsv = 0x40

    def __init__(self) -> None:
        self.rooms: list[int] = []

    def encode(self, frame: Frame) -> Frame:
        first = frame.opcode is not Opcode.CONTINUATION
        return Frame(
            frame.opcode, frame.payload[::-1], frame.fin, first or frame.rsv1, mask=frame.mask
        )

    def decode(self, frame: Frame, room: int) -> Frame:
        self.rooms.append(room)
        if frame.opcode is Opcode.CONTINUATION and frame.rsv1:
            raise ProtocolError(1002, "RSV1 on a continuation")
        return Frame(frame.opcode, frame.payload[::-1], frame.fin, mask=frame.mask)


class Stamp:
    """Puts a letter before each payload, on a bit of its own."""

    name = "x-stamp"

    def __init__(self, letter: bytes, rsv: int) -> None:
        self.letter, self.rsv = letter, rsv

    def encode(self, frame: Frame) -> Frame:
        return Frame(frame.opcode, self.letter + frame.payload, frame.fin, frame.rsv1, True)

    def decode(self, frame: Frame, room: int) -> Frame:
        assert frame.payload.startswith(self.letter)
        return Frame(frame.opcode, frame.payload[1:], frame.fin, frame.rsv1)


def pair(limits: Limits | None = None) -> tuple[Connection, Connection]:
    client = connection(Role.CLIENT, extensions=[Reverse()], limits=limits)
    server = connection(Role.SERVER, extensions=[Reverse()], limits=limits)
    return client, server


def test_both_sides_agree() -> None:
    client, server = pair()
    sent = client.send_text("héllo") + client.ping(b"p") + client.send_bytes(b"abc")
    assert b"cba" not in sent  # it is masked
    assert server.receive(sent) == [
        TextMessage("héllo"),
        PingReceived(b"p"),
        BinaryMessage(b"abc"),
    ]
    answer = server.send_bytes(b"abc")
    assert answer == b"\xc2\x03cba"
    assert client.receive(answer) == [BinaryMessage(b"abc")]
    assert client.receive(server.send_fragments(b"abcd", 2)) == [BinaryMessage(b"abcd")]
    assert client.receive(server.send_frame(Frame(Opcode.TEXT, b"abc"))) == [TextMessage("abc")]


@given(roles, cut_lists)
def test_any_split_gives_the_same_events(receiver: Role, cuts: list[int]) -> None:
    client, server = pair()
    sender = client if receiver is Role.SERVER else server
    data = sender.send_fragments("grüße an alle €", 5) + sender.send_text("ü" * 70)
    data += sender.send_fragments(b"\xff" * 300, 200)

    def make() -> Connection:
        return connection(receiver, extensions=[Reverse()])

    whole = outcome(make, [data])
    assert whole[0] == [
        TextMessage("grüße an alle €"),
        TextMessage("ü" * 70),
        BinaryMessage(b"\xff" * 300),
    ]
    assert outcome(make, bytewise(data)) == whole
    assert outcome(make, chunks(data, cuts)) == whole


def test_a_message_without_its_bit_is_still_judged_early() -> None:
    server = connection(Role.CLIENT, extensions=[Reverse()])
    assert server.receive(b"\x81\x05ok\xff") == [Failed(1007, "text is not UTF-8 at byte 2")]


def test_an_extensions_error_fails_the_connection() -> None:
    client = connection(Role.CLIENT, extensions=[Reverse()])
    events = client.receive(b"\x01\x01a" + b"\xc0\x01b")
    assert events == [Failed(1002, "RSV1 on a continuation")]


def test_a_bit_that_nobody_claimed_fails_the_connection() -> None:
    client = connection(Role.CLIENT, extensions=[Reverse()])
    (event,) = client.receive(b"\xa1\x00")
    assert isinstance(event, Failed)
    assert "RSV2" in event.reason


def test_an_extension_knows_how_much_the_message_may_still_grow() -> None:
    extension = Reverse()
    client = connection(Role.CLIENT, extensions=[extension], limits=Limits(max_message=10))
    client.receive(b"\x42\x04abcd" + b"\x80\x03efg" + b"\xc2\x01h")
    assert extension.rooms == [10, 6, 10]


def test_what_it_decodes_to_is_bounded() -> None:
    class Grow(Reverse):
        def decode(self, frame: Frame, room: int) -> Frame:
            return Frame(frame.opcode, frame.payload * 100, frame.fin)

    client = connection(Role.CLIENT, extensions=[Grow()], limits=Limits(max_message=1000))
    assert client.receive(b"\xc2\x0a" + b"x" * 10) == [BinaryMessage(b"x" * 1000)]
    (event,) = client.receive(b"\xc2\x0b" + b"x" * 11)
    assert isinstance(event, Failed)
    assert event.code == 1009


def test_the_last_listed_is_nearest_to_the_wire() -> None:
    def both() -> list[Extension]:
        return [Reverse(), Stamp(b"!", 0x20)]

    server = connection(Role.SERVER, extensions=both())
    client = connection(Role.CLIENT, extensions=both())
    data = server.send_bytes(b"abc")
    assert data == b"\xe2\x04!cba"
    assert client.receive(data) == [BinaryMessage(b"abc")]


def test_frames_are_shown_decoded() -> None:
    client = connection(Role.CLIENT, extensions=[Reverse()], assemble=False)
    assert client.receive(b"\xc1\x02ih") == [
        FrameReceived(Frame(Opcode.TEXT, b"hi")),
        TextMessage("hi"),
    ]


def test_two_extensions_may_not_claim_one_bit() -> None:
    assert rsv_bits([]) == 0
    assert rsv_bits([Stamp(b"a", 0x10), Stamp(b"b", 0x60)]) == 0x70
    with pytest.raises(ValueError, match="x-stamp"):
        rsv_bits([Stamp(b"a", 0x50), Stamp(b"b", 0x40)])


def test_control_frames_do_not_pass_through_it() -> None:
    server = connection(Role.SERVER, extensions=[Reverse()])
    (frame,) = FrameParser(expect_masked=False).feed(server.ping(b"abc"))
    assert frame.payload == b"abc"
