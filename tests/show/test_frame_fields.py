"""wslab.show.frame_fields: every bit and byte of a frame has a name."""

from __future__ import annotations

import pytest

from tests.show.recorded import MASK, down, up
from wslab.net.dissect import read_frame
from wslab.protocol.frames import Opcode
from wslab.show.frame_fields import Field, frame_fields


def fields(wire: bytes) -> dict[str, Field]:
    return {field.name: field for field in frame_fields(read_frame(wire))}


def test_the_masked_hello_of_rfc_6455() -> None:
    got = fields(up(Opcode.TEXT, b"Hello")[1])
    assert [(name, f.value) for name, f in got.items()] == [
        ("FIN", "1"), ("RSV1", "0"), ("RSV2", "0"), ("RSV3", "0"), ("opcode", "0x1"), ("MASK", "1"),
        ("length", "5"), ("masking key", MASK.hex(" ")), ("payload", '"Hello"'),
    ]  # fmt: skip
    assert got["opcode"].where == "byte 0, bits 4–7" and got["FIN"].where == "byte 0, bit 0"
    assert got["masking key"].where == "bytes 2–5"


@pytest.mark.parametrize(("length", "extended"), [(126, 2), (65536, 8)])
def test_extended_lengths(length: int, extended: int) -> None:
    got = fields(down(Opcode.BINARY, bytes(length))[1])
    assert got["extended length"].value == f"{length:,}"
    assert (got["extended length"].start, got["extended length"].end) == (2, 2 + extended)
    assert f"next {extended} bytes" in got["length"].meaning


def test_a_close_frame_has_code_and_reason() -> None:
    got = fields(up(Opcode.CLOSE, (1001).to_bytes(2, "big") + b"bye")[1])
    assert got["close code"].value == "1001" and "going away" in got["close code"].meaning
    assert got["reason"].value == '"bye"'
    assert got["close code"].section == "RFC 6455, 7.4.1"
    own = fields(up(Opcode.CLOSE, (4000).to_bytes(2, "big"))[1])
    assert own["close code"].section == "RFC 6455, 7.4.2"  # the ranges that are not registered


def test_the_fields_cover_every_byte_and_every_bit() -> None:
    for way, wire in (up(Opcode.TEXT, b"x" * 200), down(Opcode.CLOSE), up(Opcode.PING, b"?")):
        got = frame_fields(read_frame(wire, way))  # type: ignore[arg-type]
        bits = sorted((f.start, *f.bits) for f in got if f.bits)
        covered = [(byte, bit) for byte, first, last in bits for bit in range(first, last + 1)]
        assert covered == [(byte, bit) for byte in (0, 1) for bit in range(8)]
        places = [place for f in got if not f.bits for place in range(f.start, f.end)]
        assert sorted(places) == list(range(2, len(wire)))


def test_masking_the_wrong_way_round_is_said() -> None:
    unmasked_client = frame_fields(read_frame(b"\x81\x00", "up"))
    assert "though it must be" in next(f for f in unmasked_client if f.name == "MASK").meaning
