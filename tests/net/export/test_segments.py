"""wslab.net.export.segments: a TCP connection with nothing missing and no number wrong."""

from __future__ import annotations

import pytest

from tests.show.recorded import connection
from wslab.net.capture import CapturedConnection
from wslab.net.export.segments import ACK, FIN, MAX_DATA, PSH, RST, SYN, Segment, segments


def made(given: CapturedConnection) -> list[Segment]:
    return list(segments(given, given.chunks))


def test_the_handshake_data_and_the_end() -> None:
    found = made(connection(("up", b"hello"), ("down", b"hi"), ended_by="server"))
    assert [(s.direction, s.flags, s.seq, s.ack, s.data) for s in found] == [
        ("up", SYN, 0, 0, b""),
        ("down", SYN | ACK, 0, 1, b""),
        ("up", ACK, 1, 1, b""),
        ("up", ACK | PSH, 1, 1, b"hello"),
        ("down", ACK | PSH, 1, 6, b"hi"),
        ("down", FIN | ACK, 3, 6, b""),
        ("up", FIN | ACK, 6, 4, b""),
        ("down", ACK, 4, 7, b""),
    ]
    assert [s.t for s in found] == [0.001, 0.001, 0.001, 0.01, 0.02, 0.03, 0.03, 0.03]


def test_a_reset() -> None:
    *_, last = made(connection(("up", b"x"), ended_by="reset"))
    assert (last.flags, last.seq) == (RST | ACK, 2)


def test_a_reset_comes_from_the_side_that_sent_it() -> None:
    given = connection(("up", b"x"), ended_by="reset")
    given.reset_by = "server"
    *_, last = made(given)
    assert (last.direction, last.flags, last.seq, last.ack) == ("down", RST | ACK, 1, 2)


def test_a_server_that_could_not_be_reached_answers_the_syn_with_a_reset() -> None:
    given = connection(ended_by="refused")
    assert [(s.direction, s.flags) for s in made(given)] == [("up", SYN), ("down", RST | ACK)]
    *_, last = made(connection(("up", b"sent already"), ended_by="refused"))
    assert (last.direction, last.flags) == ("down", RST | ACK)


def test_a_connection_that_is_open_has_no_end() -> None:
    assert made(connection(("up", b"x"), ended_by=None))[-1].data == b"x"


def test_one_direction_may_have_ended() -> None:
    half = connection(("up", b"x"), ended_by=None)
    half.ended_by = "client"
    assert made(half)[-1].flags == FIN | ACK


@pytest.mark.parametrize(("size", "parts"), [(MAX_DATA, 1), (MAX_DATA + 1, 2), (200_000, 4)])
def test_large_chunks_are_cut_and_the_last_part_pushes(size: int, parts: int) -> None:
    found = [s for s in made(connection(("down", bytes(size)))) if s.data]
    assert [bool(s.flags & PSH) for s in found] == [False] * (parts - 1) + [True]
    assert sum(len(s.data) for s in found) == size


def test_numbers_begin_again_after_four_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wslab.net.export.segments.MODULO", 1 << 4)
    found = made(connection(("up", bytes(20)), ("up", b"x")))
    assert found[4].seq == 21 % 16
