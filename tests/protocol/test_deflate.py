"""wslab.protocol.deflate: RFC 7692 section 7.2, byte for byte and against websockets."""

from __future__ import annotations

import os
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate as Theirs
from websockets.frames import Frame as TheirFrame
from websockets.frames import Opcode as TheirOpcode

from tests.protocol.feeding import bytewise, chunks, connection, cut_lists, outcome, roles
from wslab.protocol.connection import Connection
from wslab.protocol.deflate import OWN_BITS, PAUSE, Agreement, Deflate
from wslab.protocol.errors import ProtocolError
from wslab.protocol.events import BinaryMessage, Event, Failed, TextMessage
from wslab.protocol.frames import Frame, FrameParser, Opcode
from wslab.protocol.messages import Limits
from wslab.protocol.sending import Role

HELLO = bytes.fromhex("f248cdc9c90700")  # 7.2.3.1
agreements = st.builds(Agreement, st.booleans(), st.integers(8, 15))
# Something to point back to, near and far, and something that can't be compressed.
bodies = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(str.encode),
    st.integers(1, 3000).map(lambda n: (b"the price is %d, " % n) * (n // 8 + 1)),
    st.integers(0, 40_000).map(lambda n: bytes(n) + b"x"),
    st.sampled_from([os.urandom(700), os.urandom(300) * 3]),
)


def read(*wires: str) -> list[Event]:
    """What a client with the default agreement makes of these bytes."""
    client = connection(Role.CLIENT, extensions=[Deflate()])
    return client.receive(bytes.fromhex("".join(wires)))


def frames_of(data: bytes, role: Role = Role.CLIENT) -> list[Frame]:
    return FrameParser(expect_masked=role is Role.SERVER, rsv=0x40).feed(data)


# The examples of RFC 7692 7.2.3 --------------------------------------------------------------

EXAMPLES = {
    "7.2.3.1 one frame": ["c107f248cdc9c90700"],
    "7.2.3.1 two frames": ["4103f248cd", "8004c9c90700"],
    "7.2.3.3 a block without compression": ["c10b000500faff48656c6c6f00"],
    "7.2.3.4 a last block": ["c108f348cdc9c9070000"],
    "7.2.3.5 two blocks": ["c10df248050000", "00ffffcac9c90700"],
}


@pytest.mark.parametrize("wires", EXAMPLES.values(), ids=list(EXAMPLES))
def test_the_examples_of_the_rfc(wires: list[str]) -> None:
    assert read(*wires) == [TextMessage("Hello")]


def test_the_window_is_kept_from_message_to_message() -> None:
    assert read("c107f248cdc9c90700", "c105f200110000") == [TextMessage("Hello")] * 2  # 7.2.3.2


def test_an_empty_message() -> None:
    assert read("c10100") == [TextMessage("")]  # 7.2.3.6


def test_after_a_last_block_the_next_message_begins_anew() -> None:
    last = "c107f348cdc9c90700"  # without the empty block after it
    assert read(last, "c107f248cdc9c90700") == [TextMessage("Hello")] * 2


def test_we_write_the_example_of_the_rfc() -> None:
    server = connection(Role.SERVER, extensions=[Deflate()])
    # It would be longer than the message, so another one makes it worth while.
    assert server.send_text("Hello") == b"\x81\x05Hello"
    deflate = Deflate()
    assert deflate._compress(b"Hello", True) == HELLO
    assert deflate._compress(b"Hello", True) == bytes.fromhex("f200110000")


# Sending -------------------------------------------------------------------------------------


def test_a_short_message_goes_as_it_is() -> None:
    server = connection(Role.SERVER, extensions=[Deflate(threshold=20)])
    assert server.send_text("a" * 19) == b"\x81\x13" + b"a" * 19
    assert server.send_text("a" * 20)[0] == 0xC1
    assert server.send_text("") == b"\x81\x00"


def test_what_does_not_get_smaller_goes_as_it_is_and_is_not_tried_for_a_while() -> None:
    server = connection(Role.SERVER, extensions=[Deflate()])
    client = connection(Role.CLIENT, extensions=[Deflate()])
    noise, text = os.urandom(300), b"text " * 60
    sent = [server.send_bytes(data) for data in (text, noise, *[text] * PAUSE)]
    # The last one is compressed again, with a new window: the peer knows nothing of the noise.
    assert [wire[0] for wire in sent] == [0xC2, 0x82, *[0x82] * (PAUSE - 1), 0xC2]
    assert client.receive(b"".join(sent)) == [
        BinaryMessage(data) for data in (text, noise, *[text] * PAUSE)
    ]


def test_each_fragment_can_be_read_when_it_is_there() -> None:
    server, reader = connection(Role.SERVER, extensions=[Deflate()]), Deflate()
    frames = frames_of(server.send_fragments("abc" * 20, 15))
    assert [frame.rsv1 for frame in frames] == [True, False, False, False]
    assert [reader.decode(frame, 99).payload for frame in frames] == [b"abc" * 5] * 4


def test_an_empty_last_fragment_ends_the_message() -> None:
    server = connection(Role.SERVER, extensions=[Deflate()])
    client = connection(Role.CLIENT, extensions=[Deflate()])
    data = server.send_frame(Frame(Opcode.TEXT, b"a" * 50, fin=False))
    data += server.send_frame(Frame(Opcode.CONTINUATION, b""))
    assert client.receive(data + server.send_text("a" * 50)) == [TextMessage("a" * 50)] * 2


def test_without_takeover_each_message_stands_alone() -> None:
    server = connection(Role.SERVER, extensions=[Deflate(Agreement(takeover=False))])
    first, second = server.send_text("a" * 300), server.send_text("a" * 300)
    assert first == second


@pytest.mark.parametrize("bits", range(8, 16))
def test_nothing_points_back_further_than_agreed_or_than_pays(bits: int) -> None:
    sender, strict = Deflate(Agreement(bits=bits)), zlib.decompressobj(-min(bits, OWN_BITS))
    noise = os.urandom(2**bits)
    for data in (noise + noise, noise[:200] * 20, noise[::-1] * 2, noise):
        wire, made = sender._compress(data, True) + b"\x00\x00\xff\xff", b""
        # Within one call zlib lets a repetition reach as far as the call's own output does.
        while wire:
            made += strict.decompress(wire, 1)
            wire = strict.unconsumed_tail
        assert made + strict.decompress(b"") == data


# Receiving -----------------------------------------------------------------------------------


def test_a_bound_on_what_a_message_inflates_to() -> None:
    """1 MB of zeros comes in 1,033 bytes, a thousandth; not one byte over the bound is kept."""
    bomb = Deflate()._compress(bytes(1_000_000), True)
    wire = b"\xc2\x7e" + len(bomb).to_bytes(2, "big") + bomb
    for most, code in ((1_000_000, None), (999_999, 1009), (1000, 1009)):
        client = connection(Role.CLIENT, extensions=[Deflate()], limits=Limits(max_message=most))
        (event,) = client.receive(wire)
        assert (event.code if isinstance(event, Failed) else None) == code
        assert code is None or "inflated message" in event.reason  # type: ignore[union-attr]


def test_the_bound_counts_all_fragments() -> None:
    server = connection(Role.SERVER, extensions=[Deflate()])
    client = connection(Role.CLIENT, extensions=[Deflate()], limits=Limits(max_message=100))
    assert client.receive(server.send_fragments("a" * 100, 30)) == [TextMessage("a" * 100)]
    (event,) = client.receive(server.send_fragments("a" * 101, 30))
    assert isinstance(event, Failed)
    assert event.code == 1009


@pytest.mark.parametrize(
    ("wires", "code", "why"),
    [
        (["c103ffffff"], 1007, "not DEFLATE data"),
        (["4103f248cd", "c004c9c90700"], 1002, "RSV1 on a continuation"),
        (["0103616263", "c004c9c90700"], 1002, "RSV1 on a continuation"),
        (["c105f200110000"], 1007, "too far back"),  # a window that is not there
        (["c103" + "4a0d00"[:6]], None, ""),
        (["c104" + "fa2b0700"], 1007, ""),
    ],
)
def test_what_can_not_be_inflated(wires: list[str], code: int | None, why: str) -> None:
    event = read(*wires)[-1]
    if code is None:
        assert not isinstance(event, Failed)
    else:
        assert isinstance(event, Failed)
        assert event.code == code
        assert why in event.reason


def test_a_message_that_is_not_compressed_passes() -> None:
    assert read("8105" + b"Hello".hex()) == [TextMessage("Hello")]
    assert read("0103" + b"Hel".hex(), "8002" + b"lo".hex()) == [TextMessage("Hello")]


def test_a_ping_is_never_compressed() -> None:
    (event,) = read("c900")
    assert isinstance(event, Failed)
    assert event.code == 1002


def test_text_is_judged_after_it_is_inflated() -> None:
    payload = Deflate()._compress(b"ok\xff" + b"a" * 50, True)
    (event,) = read(f"c1{len(payload):02x}", payload.hex())
    assert event == Failed(1007, "text is not UTF-8 at byte 2")


# Both ways -----------------------------------------------------------------------------------


@given(roles, agreements, st.lists(bodies, max_size=4), st.integers(1, 4000), cut_lists)
@settings(deadline=None)
def test_what_is_sent_is_received_however_it_is_cut(
    receiver: Role, agreement: Agreement, messages: list[bytes], size: int, cuts: list[int]
) -> None:
    sender = connection(
        Role.CLIENT if receiver is Role.SERVER else Role.SERVER, extensions=[Deflate(agreement)]
    )
    data = b""
    for number, message in enumerate(messages):
        step = max(size, len(message) // 10)
        data += sender.send_fragments(message, step) if number % 2 else sender.send_bytes(message)

    def make() -> Connection:
        return connection(receiver, extensions=[Deflate(receives=agreement)])

    whole = outcome(make, [data])
    assert whole[0] == [BinaryMessage(message) for message in messages]
    assert outcome(make, chunks(data, cuts)) == whole
    if len(data) < 5000:
        assert outcome(make, bytewise(data)) == whole


def theirs(sends: Agreement, receives: Agreement) -> Theirs:
    """websockets' extension, at the other end of the line."""
    return Theirs(
        remote_no_context_takeover=not sends.takeover,
        local_no_context_takeover=not receives.takeover,
        remote_max_window_bits=max(sends.bits, 9),
        local_max_window_bits=max(receives.bits, 9),
    )


@given(agreements, agreements, st.lists(bodies, max_size=4))
@settings(deadline=None)
def test_websockets_reads_ours_and_we_read_theirs(
    sends: Agreement, receives: Agreement, messages: list[bytes]
) -> None:
    ours, other = Deflate(sends, receives), theirs(sends, receives)
    for message in messages:
        frame = ours.encode(Frame(Opcode.BINARY, message))
        read = other.decode(TheirFrame(TheirOpcode.BINARY, frame.payload, True, frame.rsv1))
        assert bytes(read.data) == message
        made = other.encode(TheirFrame(TheirOpcode.BINARY, message))
        back = ours.decode(Frame(Opcode.BINARY, bytes(made.data), rsv1=made.rsv1), 10**6)
        assert back.payload == message


@given(st.binary(max_size=200), st.integers(0, 300))
def test_any_bytes_are_inflated_or_refused(data: bytes, room: int) -> None:
    try:
        frame = Deflate().decode(Frame(Opcode.BINARY, data, rsv1=True), room)
    except ProtocolError as error:
        assert error.code in (1007, 1009)
    else:
        assert len(frame.payload) <= room
