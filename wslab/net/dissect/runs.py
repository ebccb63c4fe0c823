"""Frames that are counted and not taken apart, where a conversation has very many.

Only their headers are looked at, to find where each ends (RFC 6455 section 5.2). The last ones
before the end of the bytes are left, from the beginning of a message on: they are read as usual.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

LAST = 500  # frames at the end that are left
MOST_FRAMES = 2  # fewer than this are no run


@dataclass(frozen=True, slots=True)
class Run:
    """Whole frames that follow one another. end: where the last of them ends; counts: how many
    there are of each opcode.
    """

    end: int
    counts: dict[int, int]

    @property
    def count(self) -> int:
        """How many frames it is."""
        return sum(self.counts.values())


def find_run(data: bytes, start: int) -> Run | None:
    """The whole frames from `start` on, but for the last ones; None where there are not many."""
    starts = _starts(data, start)
    cut = len(starts) - LAST
    while cut < len(starts) and data[starts[cut]] & 0x0F not in (1, 2):
        cut += 1  # an unfinished message can't be read from its middle on
    if cut < MOST_FRAMES:
        return None
    end = starts[cut] if cut < len(starts) else starts[-1]
    counted = starts[: min(cut, len(starts) - 1)]
    firsts = bytes(data[place] & 0x0F for place in counted)
    counts = {opcode: firsts.count(opcode) for opcode in range(16)}
    return Run(end, {opcode: count for opcode, count in counts.items() if count})


def _starts(data: bytes, position: int) -> array[int]:
    """Where each whole frame begins. This is what takes the time, for a million frames."""
    starts = array("Q")
    note, size = starts.append, len(data)
    while position + 2 <= size:
        second = data[position + 1]
        length = second & 0x7F
        end = position + (6 if second & 0x80 else 2)
        if length > 125:
            extended = 2 if length == 126 else 8
            length = int.from_bytes(data[position + 2 : position + 2 + extended], "big")
            end += extended
        end += length
        if end > size:
            break
        note(position)
        position = end
    return starts
