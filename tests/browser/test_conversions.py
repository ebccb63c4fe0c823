"""wslab.browser.conversions: arguments as JavaScript makes them."""

from __future__ import annotations

from array import array
from typing import Any

import pytest

from wslab.browser import Blob
from wslab.browser.conversions import to_message, to_string, to_unsigned_short


def test_arguments_become_strings_as_in_javascript() -> None:
    assert [to_string(x) for x in (None, True, False, 5, "a\ud800")] == [
        "null", "true", "false", "5", "a\ufffd",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1000, 1000), (3000.5, 3000), (3001.5, 3002), ("4000", 4000), (-5, 0), (70_000, 65_535),
        (float("inf"), 65_535), (float("nan"), 0), ("x", 0), (None, 0), (True, 1), ([], 0),
    ],
)  # fmt: skip
def test_numbers_are_clamped(value: Any, number: int) -> None:
    assert to_unsigned_short(value) == number


def test_messages_are_text_or_bytes_with_their_size() -> None:
    assert to_message("h\u00e9\udc00") == ("h\u00e9\ufffd", 6)
    assert to_message(array("B", [1, 2])) == (b"\x01\x02", 2)
    assert to_message(Blob(["x"])) == (b"x", 1)
    with pytest.raises(TypeError, match=r"not dict: make a string of it, with json\.dumps"):
        to_message({})
