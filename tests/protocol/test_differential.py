"""The engine against two others, websockets' sans-I/O core and wsproto, on generated conversations.

Valid conversations must mean the same to all three, in both directions and for both roles. Where
they are known to differ is written down in DIFFERENCES, each with what RFC 6455 says.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import wsproto.events as theirs
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame as TheirFrame
from websockets.frames import Opcode as TheirOpcode
from websockets.protocol import CLIENT, OPEN, SERVER, Protocol
from wsproto.connection import Connection as WsprotoConnection
from wsproto.connection import ConnectionType

from tests.protocol.feeding import (
    chunks,
    connection,
    conversations,
    cut_lists,
    mask_for,
    payloads,
    roles,
    wire,
)
from wslab.protocol.connection import Connection
from wslab.protocol.events import (
    BinaryMessage,
    CloseReceived,
    Event,
    Failed,
    PingReceived,
    PongReceived,
    TextMessage,
)
from wslab.protocol.frames import Frame, FrameParser, Opcode
from wslab.protocol.sending import Role


class Websockets:
    """websockets' core, its frames joined to messages, its events in our words."""

    def __init__(self, role: Role) -> None:
        side = SERVER if role is Role.SERVER else CLIENT
        self.protocol = Protocol(side, state=OPEN, max_size=None)
        self.parts: list[bytes] = []
        self.text = False

    def receive(self, data: bytes) -> list[Event]:
        self.protocol.receive_data(data)
        events: list[Event] = []
        for frame in self.protocol.events_received():
            assert isinstance(frame, TheirFrame)
            payload = bytes(frame.data)
            if frame.opcode is TheirOpcode.PING:
                events.append(PingReceived(payload))
            elif frame.opcode is TheirOpcode.PONG:
                events.append(PongReceived(payload))
            elif frame.opcode is TheirOpcode.CLOSE:
                close = self.protocol.close_rcvd
                assert close is not None
                events.append(CloseReceived(int(close.code), close.reason))
            else:
                if frame.opcode is not TheirOpcode.CONT:
                    self.text = frame.opcode is TheirOpcode.TEXT
                self.parts.append(payload)
                if frame.fin:
                    whole = b"".join(self.parts)
                    self.parts.clear()
                    events.append(
                        TextMessage(whole.decode(errors="replace"))
                        if self.text
                        else BinaryMessage(whole)
                    )
        if self.protocol.parser_exc is not None:
            sent = self.protocol.close_sent
            events.append(Failed(int(sent.code) if sent else 1006, ""))
        return events

    def output(self) -> bytes:
        return b"".join(self.protocol.data_to_send())


class Wsproto:
    """wsproto, its partial messages joined, its events in our words."""

    def __init__(self, role: Role) -> None:
        side = ConnectionType.SERVER if role is Role.SERVER else ConnectionType.CLIENT
        self.connection = WsprotoConnection(side)
        self.parts: list[str | bytes | bytearray] = []

    def receive(self, data: bytes) -> list[Event]:
        self.connection.receive_data(data)
        events: list[Event] = []
        for event in self.connection.events():
            match event:
                case theirs.TextMessage(data=text, message_finished=last):
                    self.parts.append(text)
                    if last:
                        events.append(TextMessage("".join(map(str, self.parts))))
                        self.parts.clear()
                case theirs.BytesMessage(data=piece, message_finished=last):
                    self.parts.append(bytes(piece))
                    if last:
                        events.append(BinaryMessage(b"".join(map(bytes, self.parts))))  # type: ignore[arg-type]
                        self.parts.clear()
                case theirs.Ping(payload=payload):
                    events.append(PingReceived(bytes(payload)))
                case theirs.Pong(payload=payload):
                    events.append(PongReceived(bytes(payload)))
                case theirs.CloseConnection(code=code, reason=reason):
                    events.append(CloseReceived(int(code), reason or ""))
        return events


def all_events(receiver: Connection | Websockets | Wsproto, pieces: Iterable[bytes]) -> list[Event]:
    return [event for piece in pieces for event in receiver.receive(piece)]


# Frames --------------------------------------------------------------------------------------


@given(
    st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.CONTINUATION]),
    payloads,
    st.booleans(),
    st.booleans(),
)
def test_their_frames_are_read(opcode: Opcode, payload: bytes, fin: bool, masked: bool) -> None:
    data = TheirFrame(TheirOpcode(opcode), payload, fin).serialize(mask=masked)
    (frame,) = FrameParser(expect_masked=masked).feed(data)
    assert (frame.opcode, frame.payload, frame.fin) == (opcode, payload, fin)
    assert (frame.mask is not None) is masked
    assert frame.wire_length == len(data)


# Conversations -------------------------------------------------------------------------------


@given(roles, conversations(), cut_lists)
def test_what_we_send_means_the_same_to_all(
    receiver: Role, frames: list[Frame], cuts: list[int]
) -> None:
    data = wire(frames, mask_for(receiver))
    pieces = chunks(data, cuts)
    ours = connection(receiver)
    expected = all_events(ours, pieces)
    assert all_events(Websockets(receiver), pieces) == expected
    assert all_events(Wsproto(receiver), pieces) == expected


@given(conversations())
def test_a_server_answers_what_websockets_would_answer(frames: list[Frame]) -> None:
    data = wire(frames, mask_for(Role.SERVER))
    ours, their = connection(Role.SERVER), Websockets(Role.SERVER)
    ours.receive(data)
    their.receive(data)
    assert ours.take_output() == their.output()


messages_to_send = st.lists(st.text(max_size=40) | payloads, max_size=5)


@given(roles, messages_to_send, st.integers(1, 50), cut_lists)
def test_what_websockets_sends_is_received(
    sender: Role, messages: list[str | bytes], size: int, cuts: list[int]
) -> None:
    their = Websockets(sender).protocol
    for message in messages:
        data = message.encode() if isinstance(message, str) else message
        step = max(size, len(data) // 20)
        send = their.send_text if isinstance(message, str) else their.send_binary
        send(data[:step], fin=len(data) <= step)
        for start in range(step, len(data), step):
            their.send_ping(b"between")
            their.send_continuation(data[start : start + step], fin=start + step >= len(data))
    their.send_close(1001, "bye")
    ours = connection(Role.CLIENT if sender is Role.SERVER else Role.SERVER)
    events = all_events(ours, chunks(b"".join(their.data_to_send()), cuts))
    assert [event for event in events if event != PingReceived(b"between")] == [
        *(TextMessage(m) if isinstance(m, str) else BinaryMessage(m) for m in messages),
        CloseReceived(1001, "bye"),
    ]


@given(roles, messages_to_send, cut_lists)
def test_what_wsproto_sends_is_received(
    sender: Role, messages: list[str | bytes], cuts: list[int]
) -> None:
    their = Wsproto(sender).connection
    data = b""
    for message in messages:
        if isinstance(message, str):
            data += their.send(theirs.TextMessage(data=message, message_finished=False))
            data += their.send(theirs.Pong(payload=b"between"))
            data += their.send(theirs.TextMessage(data="!"))
        else:
            data += their.send(theirs.BytesMessage(data=message))
    data += their.send(theirs.CloseConnection(code=1000, reason="ok"))
    ours = connection(Role.CLIENT if sender is Role.SERVER else Role.SERVER)
    events = all_events(ours, chunks(data, cuts))
    assert [event for event in events if event != PongReceived(b"between")] == [
        *(TextMessage(m + "!") if isinstance(m, str) else BinaryMessage(m) for m in messages),
        CloseReceived(1000, "ok"),
    ]


@given(roles, messages_to_send, st.integers(1, 50))
def test_a_whole_conversation_with_websockets_ends_clean(
    role: Role, messages: list[str | bytes], size: int
) -> None:
    ours = connection(role)
    their = Websockets(Role.CLIENT if role is Role.SERVER else Role.SERVER)
    data = b"".join(ours.send_fragments(m, max(size, len(m) // 20)) for m in messages)
    received = their.receive(data + ours.ping(b"p"))
    assert received[:-1] == [
        TextMessage(m) if isinstance(m, str) else BinaryMessage(m) for m in messages
    ]
    assert ours.receive(their.output()) == [PongReceived(b"p")]
    assert their.receive(ours.send_close(4000, "done"))[-1] == CloseReceived(4000, "done")
    assert ours.receive(their.output())[-1] == CloseReceived(4000, "done")
    ours.receive_eof()
    assert (ours.close_code, ours.close_reason, ours.clean) == (4000, "done", True)


# Violations ----------------------------------------------------------------------------------

VIOLATIONS = {
    "RSV1": "c100",
    "RSV3": "9100",
    "reserved opcode": "8300",
    "reserved control opcode": "8b00",
    "fragmented ping": "0900",
    "long ping": "897e007e" + "00" * 126,
    "continuation first": "8000",
    "text inside a fragmented message": "01008100",
    "close of one byte": "880103",
    "close code 1005": "880203ed",
    "close code 5000": "88021388",
    "close reason not UTF-8": "880303e8ff",
    "masked by the server": "818000000000",
}


@pytest.mark.parametrize("data", VIOLATIONS.values(), ids=list(VIOLATIONS))
def test_a_violation_has_the_same_code_as_in_websockets(data: str) -> None:
    (ours,) = connection(Role.CLIENT).receive(bytes.fromhex(data))[-1:]
    (their,) = Websockets(Role.CLIENT).receive(bytes.fromhex(data))[-1:]
    assert isinstance(ours, Failed)
    assert isinstance(their, Failed)
    assert ours.code == their.code


DIFFERENCES = {
    # RFC 6455 5.2: "the minimal number of bytes MUST be used to encode the length"
    "length not in its shortest encoding": ("827e0001" + "00", 1002, None),
    # RFC 6455 5.2: "the most significant bit MUST be 0"; they wait for the payload
    "highest bit of the length": ("827f8000000000000000", 1002, None),
    # The header alone breaks the rule; they wait for the payload
    "control frame too long, payload not there": ("897e", 1002, None),
    "continuation first, payload not there": ("8005", 1002, None),
    # RFC 6455 8.1; their sans-I/O core leaves text to the layer above
    "text not UTF-8": ("8101ff", 1007, None),
    # RFC 6455 5.4 forbids no Close between fragments (5.5: control frames may stand there)
    "close inside a fragmented message": ("0101618802" + "03e8", None, 1002),
}


@pytest.mark.parametrize(
    ("data", "our_code", "their_code"), DIFFERENCES.values(), ids=list(DIFFERENCES)
)
def test_the_known_differences(data: str, our_code: int | None, their_code: int | None) -> None:
    found: list[int | None] = []
    for receiver in (connection(Role.CLIENT), Websockets(Role.CLIENT)):
        events = receiver.receive(bytes.fromhex(data))
        codes = [event.code for event in events if isinstance(event, Failed)]
        found.append(codes[0] if codes else None)
    assert found == [our_code, their_code]
