"""wslab.net.export.loaded: a capture that does not run."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.show.recorded import chat
from wslab.net.export.loaded import LoadedCapture, cannot_read, counted


def test_it_is_a_capture_that_has_ended() -> None:
    with LoadedCapture("a.har", ("127.0.0.1", 80), 5.0, [chat()], ["a note"]) as wire:
        assert (wire.listening, wire.closed, wire.url) == (False, 1, "ws://127.0.0.1:80/")
        assert (wire.began_at, wire.notes) == (5.0, ("a note",))
        assert wire.tidy("127.0.0.1:80 1880") == "127.0.0.1:PORT 1880"
        asyncio.run(wire.until(closed=1))


def test_an_error_has_the_file_and_no_folder() -> None:
    assert str(cannot_read(Path("/x/y/a.har"), "why")) == "can't read a.har: why"


def test_one_and_many() -> None:
    assert [counted(n, "byte") for n in (1, 2, 1234)] == ["1 byte", "2 bytes", "1,234 bytes"]
