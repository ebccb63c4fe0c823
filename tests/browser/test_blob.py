"""wslab.browser.blob: parts, size, reading and slicing."""

from __future__ import annotations

from array import array
from typing import Any

import pytest

from wslab.browser import Blob


async def test_parts_are_joined_as_bytes() -> None:
    parts: list[Any] = [
        "é",
        b"\x01",
        bytearray(b"\x02"),
        memoryview(b"\x03"),
        Blob(["x"]),
        "\ud800",
    ]
    blob = Blob(parts)
    assert await blob.arrayBuffer() == await blob.bytes() == "é\x01\x02\x03x\ufffd".encode()
    assert blob.size == 9
    assert await Blob([array("H", [1])]).arrayBuffer() == array("H", [1]).tobytes()
    assert Blob().size == 0


async def test_text_is_utf_8_and_replaces_what_is_not() -> None:
    assert await Blob([b"h\xc3\xa9 \xff"]).text() == "hé \ufffd"


async def test_slices_count_from_both_ends() -> None:
    blob = Blob(["0123456789"])
    assert await blob.slice(2, 4).text() == "23"
    assert await blob.slice(-3).text() == "789"
    assert await blob.slice(1, -8).text() == "1"
    assert await blob.slice(5, 2).text() == ""
    assert blob.slice(0, 1, "Text/Plain").type == "text/plain"


def test_the_type_is_ascii_in_lower_case_or_nothing() -> None:
    assert Blob([], type="Image/PNG").type == "image/png"
    assert Blob([], type="é").type == ""
    assert repr(Blob(["abc"])) == "Blob(3 bytes)"


@pytest.mark.parametrize("parts", ["text", b"bytes", Blob()])
def test_a_part_alone_is_an_error_that_says_what_to_write(parts: Any) -> None:
    with pytest.raises(TypeError, match=r"Blob\(\[part\]\)"):
        Blob(parts)
