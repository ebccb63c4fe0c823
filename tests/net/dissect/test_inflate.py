"""wslab.net.dissect.inflate: what permessage-deflate hid, within bounds."""

from __future__ import annotations

import zlib

from tests.show.recorded import (
    DEFLATE_RESPONSE,
    REQUEST,
    RESPONSE,
    connection,
    deflated,
    down,
    up,
)
from wslab.net.dissect import FrameItem, dissect
from wslab.net.dissect.inflate import GIVE_UP, KEPT, Inflater, agreed
from wslab.protocol.frames import Opcode


def frames(response: bytes, *parts: tuple[str, bytes]) -> list[FrameItem]:
    items = dissect(connection(("up", REQUEST), ("down", response), *parts))
    return [item for item in items if isinstance(item, FrameItem)]


def raw_deflate() -> zlib._Compress:
    return zlib.compressobj(wbits=-15)


def test_the_example_of_rfc_7692() -> None:
    # 7.2.3.2: "Hello" twice, the second time with the window of the first.
    first, second = bytes.fromhex("f248cdc9c90700"), bytes.fromhex("f200110000")
    got = frames(
        DEFLATE_RESPONSE, down(Opcode.TEXT, first, rsv1=True), down(Opcode.TEXT, second, rsv1=True)
    )
    assert [(f.payload, f.inflated, f.data) for f in got] == [
        (first, b"Hello", b"Hello"), (second, b"Hello", b"Hello"),
    ]  # fmt: skip
    assert all(f.compressed and not f.problems for f in got)


def test_each_direction_has_its_own_window_and_fragments_are_joined() -> None:
    data = b"the same words again and again " * 20
    wire = deflated(data, raw_deflate())
    half = len(wire) // 2
    got = frames(
        DEFLATE_RESPONSE,
        up(Opcode.TEXT, wire[:half], rsv1=True, fin=False),
        down(Opcode.TEXT, wire, rsv1=True),
        up(Opcode.CONTINUATION, wire[half:]),
    )
    assert (got[0].inflated or b"") + (got[2].inflated or b"") == data
    assert got[1].inflated == data
    assert not any(f.problems or f.note for f in got)


def test_an_uncompressed_message_stays_as_it_is() -> None:
    (frame,) = frames(DEFLATE_RESPONSE, down(Opcode.TEXT, b"plain"))
    assert frame.inflated is None and not frame.compressed and frame.data == b"plain"


def test_without_agreement_nothing_is_inflated() -> None:
    (frame,) = frames(RESPONSE, down(Opcode.TEXT, bytes.fromhex("f248cdc9c90700"), rsv1=True))
    assert frame.inflated is None and "reserved bit" in frame.problems[0]


def test_what_is_not_deflate_says_so() -> None:
    broken, after = frames(
        DEFLATE_RESPONSE,
        down(Opcode.BINARY, b"\xff\xff\xff", rsv1=True),
        down(Opcode.BINARY, deflated(b"x", raw_deflate()), rsv1=True),
    )
    assert broken.inflated is None and "not valid deflate" in broken.note
    assert after.inflated is None and "not valid deflate" in after.note  # the window is lost


def test_without_a_kept_window_the_next_message_is_well() -> None:
    inflater = Inflater(keeps_window=False)
    assert inflater.feed(b"\xff\xff\xff", True)[0] is None
    assert inflater.feed(deflated(b"x", raw_deflate()), True) == (b"x", "")


def test_inflating_is_bounded() -> None:
    big = deflated(bytes(KEPT + 10), raw_deflate())
    data, note = Inflater(keeps_window=True).feed(big, True)
    assert data == bytes(KEPT) and str(KEPT + 10) in note
    bomb = deflated(bytes(GIVE_UP + KEPT), raw_deflate())
    assert len(bomb) < 40_000
    data, note = Inflater(keeps_window=True).feed(bomb, True)
    assert data is None and "more than 16 MiB" in note


def test_the_parameters_say_who_keeps_a_window() -> None:
    assert agreed("") is None and agreed("x-webkit-deflate-frame") is None
    assert agreed("permessage-deflate") == {"up": True, "down": True}
    header = "foo, Permessage-Deflate; server_no_context_takeover; client_max_window_bits=12"
    assert agreed(header) == {"up": True, "down": False}
