"""A recording that was read from a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from wslab.net.capture import Capture, CapturedConnection
from wslab.net.relay import Direction

LEFT_OUT = "left out: the capture's memory was full"
BOTH: tuple[Direction, Direction] = ("up", "down")


class LoadedCapture(Capture):
    """What `load_capture` returns. It dissects and shows as the capture that was saved.

    `notes` says what a reader must know: what the file had not, what is rebuilt, what was ignored.
    """

    def __init__(
        self,
        file: str,
        address: tuple[str, int],
        began_at: float,
        connections: Iterable[CapturedConnection],
        notes: Iterable[str] = (),
    ) -> None:
        super().__init__(*address, name=file)
        self.host, self.port = address
        self.began_at = began_at
        self.connections.extend(connections)
        self.notes = tuple(notes)

    def __repr__(self) -> str:
        return f"<capture from {self.name}: {len(self.connections)} connections>"

    def close(self) -> None:
        """Nothing runs, so nothing is stopped."""


def cannot_read(path: Path, why: object) -> ValueError:
    """The error for a file that is broken, with its name."""
    return ValueError(f"can't read {path.name}: {why}")


def counted(number: int, what: str) -> str:
    """ "1 byte", "2,000 bytes"."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")
