"""wslab.net.export.reassembly: segments in any order, twice, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from dpkt.ip import IP
from hypothesis import given
from hypothesis import strategies as st

from tests.net.export.sniffed import (
    CLIENT,
    END,
    HANDSHAKE,
    ISN,
    SERVER,
    on_ethernet,
    packet,
    pcap_file,
)
from wslab.net.export.loaded import LoadedCapture
from wslab.net.export.packets import Packet
from wslab.net.export.pcapng_import import capture_of_packets
from wslab.net.export.reassembly import connection_of, talks
from wslab.net.export.segments import ACK, RST, SYN

Load = Callable[..., LoadedCapture]
PARTS = [packet("up", 1, b"abcd"), packet("up", 5, b"efg"), packet("up", 8, b"hij")]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def loaded(*packets: IP) -> LoadedCapture:
        path = tmp_path / "a.pcap"
        path.write_bytes(pcap_file([on_ethernet(each) for each in packets]))
        return capture_of_packets(path)

    return loaded


def test_in_order(load: Load) -> None:
    wire = load(*HANDSHAKE, *PARTS, packet("down", 1, b"ok", ack=11), *END)
    (connection,) = wire.connections
    assert [c.data for c in connection.chunks] == [b"abcd", b"efg", b"hij", b"ok"]
    assert (connection.ended_by, connection.closed) == ("client", pytest.approx(0.007))
    assert (wire.host, wire.port, wire.notes) == ("10.0.0.2", 80, ())


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_out_of_order_and_twice(load: Load, order: tuple[int, ...]) -> None:
    shuffled = [PARTS[place] for place in order]
    wire = load(*HANDSHAKE, *shuffled, *reversed(PARTS), *END)
    assert wire.connections[0].data("up") == b"abcdefghij"
    assert wire.notes == ()


def test_overlapping_segments(load: Load) -> None:
    parts = [packet("up", 1, b"abcdef"), packet("up", 4, b"defghij"), packet("up", 3, b"cd")]
    assert load(*HANDSHAKE, *parts, *END).connections[0].data("up") == b"abcdefghij"


def test_a_missing_segment_is_said(load: Load) -> None:
    wire = load(*HANDSHAKE, PARTS[0], PARTS[2], *END)
    (connection,) = wire.connections
    assert connection.data("up") == b"abcd"
    (note,) = wire.notes
    assert note == (
        "connection 1, up: 3 bytes missing at offset 4, 3 bytes after the gap are left out"
    )


@pytest.mark.parametrize("last", [END, [packet("down", 1, b"", ACK, ack=11)]])
def test_a_missing_last_segment(load: Load, last: list[IP]) -> None:
    wire = load(*HANDSHAKE, *PARTS[:2], *last)
    assert wire.notes == ("connection 1, up: 3 bytes missing at offset 7",)


def test_a_reset_and_the_next_connection_on_the_same_port(load: Load) -> None:
    again = [packet("up", 500, flags=SYN), packet("up", 501, b"again")]
    wire = load(*HANDSHAKE, PARTS[0], packet("down", 1, flags=RST), *again)
    first, second = wire.connections
    assert (first.ended_by, first.data("up"), second.data("up")) == ("reset", b"abcd", b"again")
    assert second.closed is None


def test_a_syn_that_was_sent_again(load: Load) -> None:
    assert len(load(HANDSHAKE[0], *HANDSHAKE, *PARTS, *END).connections) == 1


def test_a_connection_that_had_begun_before(load: Load) -> None:
    wire = load(packet("down", 90, b"reply", ack=5), PARTS[2], PARTS[1])
    (connection,) = wire.connections
    assert (connection.data("up"), connection.data("down")) == (b"efghij", b"reply")
    assert wire.notes == ("connection 1 had begun before the file does",)


def test_several_connections_are_kept_apart(load: Load) -> None:
    mixed = [packet("up", 1, b"x%d" % n, port=50_000 + n) for n in (1, 2, 1)]
    wire = load(*mixed)
    assert [c.data("up") for c in wire.connections] == [b"x1", b"x2"]
    assert [c.number for c in wire.connections] == [1, 2]


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 2**32 - 1), st.binary(max_size=5),
                  st.integers(0, 31)),
        min_size=1,
        max_size=12,
    )
)  # fmt: skip
def test_any_segments_give_connections(parts: list[tuple[bool, int, bytes, int]]) -> None:
    packets = [
        Packet(place, *((CLIENT, SERVER) if up else (SERVER, CLIENT)), seq, ISN, flags, data)
        for place, (up, seq, data, flags) in enumerate(parts)
    ]
    notes: list[str] = []
    for number, talk in enumerate(talks(packets), 1):
        found = connection_of(talk, number, 0, notes)
        total = sum(len(each.data) for each in talk.packets)
        assert found.bytes_up + found.bytes_down <= total


def test_a_syn_that_is_answered_with_a_reset(load: Load) -> None:
    """A server that was not there, as a sniffer saw it."""
    wire = load(packet("up", 0, flags=SYN), packet("down", 0, flags=RST | ACK, ack=1))
    (connection,) = wire.connections
    assert (connection.ended_by, connection.reset_by, connection.chunks) == ("refused", None, [])
