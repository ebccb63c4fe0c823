"""A capture of very many frames is shown in a moment, and says what it counted."""

from __future__ import annotations

import time
from functools import cache

import pytest

from tests.show.recorded import REQUEST, RESPONSE
from wslab import show
from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.raw import client_frame
from wslab.protocol.frames import Frame, Opcode, encode_frame
from wslab.show import source

ASKED = [client_frame(Opcode.TEXT, b"m%d" % n) for n in range(100)]
ANSWERED = [encode_frame(Frame(Opcode.TEXT, b"m%d" % n)) for n in range(100)]
EACH = 10  # frames in a chunk


@cache
def many(frames: int) -> CapturedConnection:
    """A recorded connection on which so many messages were sent, half of them each way."""
    chunks = [Chunk(0.0, "up", REQUEST), Chunk(0.0, "down", RESPONSE)]
    for place in range(frames // 2 // EACH):
        chunks.append(Chunk(place + 1.0, "up", ASKED[place % 100] * EACH))
        chunks.append(Chunk(place + 1.5, "down", ANSWERED[place % 100] * EACH))
    return CapturedConnection(1, 0.0, closed=1e6, ended_by="client", chunks=chunks)


def seconds(function: object, recorded: CapturedConnection) -> float:
    """The processor time that a picture takes, its text and its drawing."""
    assert callable(function)
    began = time.process_time()
    shown = function(recorded)
    assert len(shown.text) + len(shown.html) < 1_500_000
    return time.process_time() - began


@pytest.mark.parametrize("function", [show.table, show.conversation], ids=["table", "swimlane"])
def test_a_million_take_little_more_than_those_that_are_taken_apart(function: object) -> None:
    most = many(2 * source.MOST_FRAMES)
    seconds(function, most)  # what is imported at the first time
    assert seconds(function, many(1_000_000)) < 8 * seconds(function, most)


def test_what_was_counted_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MOST_FRAMES", 10)
    shown = show.table(many(3000), limit=10_000)
    rows = [[cell if isinstance(cell, str) else cell.text for cell in row] for row in shown.rows]
    (up, down) = [row for row in rows if row[2] == "frames"]
    assert up[1] == "client → server" and down[1] == "client ← server"
    assert up[4:] == down[4:] == ["990 text", "990 frames, counted and not taken apart"]
    assert rows[-1][0] == "3002"  # a row's number is its place in the whole conversation
    searched = show.table(many(3000), text="m1")
    assert "1,980 frames in the middle were counted and not looked through" in searched.notes
    assert "990 text" in show.conversation(many(3000), limit=1000).text


def test_the_words_of_a_swimlane_are_those_that_are_drawn() -> None:
    shown = show.conversation(many(3000), limit=20)
    assert "client → server" in shown.text
    assert "not shown (limit=20)" in shown.text
    assert len(shown.text.splitlines()) < 40
