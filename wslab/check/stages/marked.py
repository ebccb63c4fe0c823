"""Sent and received bytes as lines in hex, the first byte that differs in brackets."""

from __future__ import annotations

from collections.abc import Sequence

BEFORE, AFTER = 8, 8  # bytes that are shown before and after the one in brackets
MOST = 16  # bytes that are shown of one piece that was sent


def sent_line(pieces: Sequence[bytes]) -> str:
    """What was sent, frame by frame or piece by piece, the long ones cut short."""
    return " | ".join(map(_short, pieces))


def _short(piece: bytes) -> str:
    if len(piece) <= MOST:
        return piece.hex(" ")
    return f"{piece[:MOST].hex(' ')} … ({len(piece):,} bytes)"


def first_difference(got: bytes, expected: bytes) -> int:
    """The place of the first byte that differs; the shorter length when one begins the other."""
    for place, (one, other) in enumerate(zip(got, expected, strict=False)):
        if one != other:
            return place
    return min(len(got), len(expected))


def difference_lines(got: bytes, expected: bytes) -> list[str]:
    """Two lines: what came and what was expected, up to the first difference and a little on.

    What was expected ends there, since the rest is the learner's to find out.
    """
    place = first_difference(got, expected)
    if got == expected:
        return [f"received  {_around(got, len(got))}"]
    came = _around(got, place) if place < len(got) else f"{_around(got, place)} [nothing more]"
    if place < len(expected):
        more = "" if place + 1 == len(expected) else " …"
        wanted = f"{_around(expected[: place + 1], place)}{more}"
    else:
        wanted = f"{_around(expected, place)} [nothing more]"
    return [f"received  {came.strip()}", f"expected  {wanted.strip()}"]


def _around(data: bytes, place: int) -> str:
    """The bytes near a place, the one at it in brackets."""
    start = max(0, place - BEFORE)
    shown = [f"{byte:02x}" for byte in data[start : place + 1 + AFTER]]
    if place < len(data):
        shown[place - start] = f"[{shown[place - start]}]"
    before = "… " if start else ""
    after = " …" if place + 1 + AFTER < len(data) else ""
    return f"{before}{' '.join(shown)}{after}"
