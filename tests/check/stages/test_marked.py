"""Bytes as lines: what is sent is cut short, the first difference is in brackets."""

from __future__ import annotations

import pytest

from wslab.check.stages.marked import difference_lines, first_difference, sent_line


def test_what_is_sent_is_shown_piece_by_piece() -> None:
    assert sent_line([b"\x81\x00", b"\x01"]) == "81 00 | 01"
    assert sent_line([bytes(16)]) == " ".join(["00"] * 16)
    assert sent_line([bytes(1017)]) == " ".join(["00"] * 16) + " … (1,017 bytes)"


@pytest.mark.parametrize(
    ("got", "expected", "place"),
    [(b"", b"", 0), (b"", b"a", 0), (b"abc", b"abd", 2), (b"ab", b"abc", 2), (b"abc", b"ab", 2)],
)
def test_the_first_difference(got: bytes, expected: bytes, place: int) -> None:
    assert first_difference(got, expected) == place


@pytest.mark.parametrize(
    ("got", "expected", "lines"),
    [
        (b"\x8a\x00", b"\x8a\x02ab", ["received  8a [00]", "expected  8a [02] …"]),
        (b"", b"\x88", ["received  [nothing more]", "expected  [88]"]),
        (b"\x8a", b"\x8a\x01", ["received  8a [nothing more]", "expected  8a [01]"]),
        (b"\x8a\x00\x00", b"\x8a\x00", ["received  8a 00 [00]", "expected  8a 00 [nothing more]"]),
        (b"\x8a", b"\x8a", ["received  8a"]),
    ],
)
def test_what_came_and_what_was_expected(got: bytes, expected: bytes, lines: list[str]) -> None:
    assert difference_lines(got, expected) == lines


def test_only_the_neighbourhood_of_a_difference_is_shown() -> None:
    received, expected = difference_lines(bytes(20) + b"\x01" + bytes(20), bytes(41))
    around = " ".join(["00"] * 8)
    assert received == f"received  … {around} [01] {around} …"
    assert expected == f"expected  … {around} [00] …"
