"""wslab.show.frame: the bits of real frames, and the XOR by hand."""

from __future__ import annotations

import pytest

from tests.show.looking import everything, html_of, parsed, rows_of, texts
from tests.show.recorded import MASK, down, up
from wslab import show
from wslab.net.dissect import read_frame
from wslab.protocol.frames import Frame, Opcode


def test_the_bits_are_those_of_the_bytes() -> None:
    shown = show.frame(up(Opcode.TEXT, b"Hello")[1])
    found = texts(shown)
    bits = "".join(text for text in found if text in ("0", "1"))
    assert bits == f"{0x81:08b}{0x85:08b}"
    for byte in ("81", "85", "37", "fa", "21", "3d", "7f", "9f", "4d", "51", "58"):
        assert byte in found
    assert "48 H" in found and "6f o" in found
    assert "XOR masking key" in found and found.count("37") == 3  # in the key, below bytes 0 and 4
    assert repr(shown) == "<frame: text, 11 bytes>"
    assert '5 bytes of payload, "Hello"' in shown.description


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (
            down(Opcode.BINARY, bytes(200)),
            ["16-bit length", "126: the next 2 bytes are the length"],
        ),
        (down(Opcode.BINARY, bytes(65536)), ["64-bit length", "… and 65,498 more bytes"]),
        (up(Opcode.CLOSE, b"\x03\xe8bye"), ["0x8 close", "close code", "reason"]),
        (down(Opcode.PING), ["0x9 ping", "plain", "0 bytes of payload"]),
        (("down", b"\x83\x00"), ["0x3 reserved opcode"]),
        (("down", b"\x41\x00"), ["more", "set!"]),
    ],
)
def test_all_kinds_of_frames(frame: tuple[str, bytes], expected: list[str]) -> None:
    found = texts(show.frame(frame[1]))
    assert all(text in found for text in expected), found


def test_an_item_a_frame_and_its_bytes_give_the_same_picture() -> None:
    wire = up(Opcode.TEXT, b"Hello")[1]
    one = show.frame(wire)
    assert one.svg == show.frame(read_frame(wire)).svg
    assert one.svg == show.frame(Frame(Opcode.TEXT, b"Hello", mask=MASK)).svg
    with pytest.raises(TypeError, match="not str"):
        show.frame("text")  # type: ignore[arg-type]


def test_hostile_payloads_stay_text() -> None:
    shown = show.frame(up(Opcode.TEXT, b"<script>alert(1)</script>")[1])
    parsed(shown)
    html_of(shown)
    assert "<script" not in everything(shown).replace('"<script>alert(1)</script>"', "")


def test_masking_by_hand() -> None:
    shown = show.masking(up(Opcode.TEXT, b"Hello")[1])
    assert rows_of(shown)[0] == [
        "0", "7f  01111111", "0 mod 4 = 0", "37  00110111", "48  01001000", "H",
    ]  # fmt: skip
    assert [row[5] for row in rows_of(shown)] == list("Hello")
    assert rows_of(shown)[4][2] == "4 mod 4 = 0"


def test_masking_shows_the_first_bytes_and_only_masked_frames() -> None:
    shown = show.masking(up(Opcode.TEXT, "Grüße dich".encode())[1], limit=4)
    assert len(rows_of(shown)) == 4 and "8 more bytes" in shown.text
    assert rows_of(shown)[2][5].startswith("(part of a character)")
    with pytest.raises(ValueError, match="not masked"):
        show.masking(down(Opcode.TEXT, b"Hello")[1])
