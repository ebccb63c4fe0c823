"""wslab.net.export.pcapng: any conversation saved and loaded has the same bytes per direction."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import dpkt
import pytest
from hypothesis import given, settings

from tests.net.export.recordings import any_bytes, polling
from tests.show.recorded import captured, chat, connection
from wslab.net.capture import Capture
from wslab.net.export import load_capture
from wslab.net.export.pcapng import pcapng_of, swapped


@settings(deadline=None, max_examples=60)
@given(any_bytes())
def test_saved_and_loaded_it_is_the_same(wire: Capture) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.pcapng"
        path.write_bytes(pcapng_of(wire, secrets=True))
        loaded = load_capture(path)
    assert loaded.notes == ()
    assert (loaded.port, loaded.began_at) == (41234, pytest.approx(wire.began_at, abs=1e-6))
    for mine, theirs in zip(wire.connections, loaded.connections, strict=True):
        chunks = [(c.direction, c.data) for c in mine.chunks]
        assert [(c.direction, c.data) for c in theirs.chunks] == chunks
        assert [c.t for c in theirs.chunks] == pytest.approx([c.t for c in mine.chunks], abs=2e-9)
        assert (theirs.ended_by, theirs.left_out) == (mine.ended_by, mine.left_out)
        assert theirs.reset_by == mine.reset_by
        assert theirs.opened == pytest.approx(mine.opened, abs=2e-9)
        assert (theirs.closed is None) == (mine.closed is None)


def test_checksums_and_lengths_are_right() -> None:
    content = pcapng_of(captured(chat(), connection(("up", bytes(70_001)))))
    count = 0
    for _, data in dpkt.pcapng.Reader(io.BytesIO(content)):
        packet = dpkt.ip.IP(data)
        assert packet.len == len(data) and dpkt.dpkt.in_cksum(data[:20]) == 0
        pseudo = packet.src + packet.dst + bytes([0, 6]) + (len(data) - 20).to_bytes(2, "big")
        assert dpkt.dpkt.in_cksum(pseudo + data[20:]) == 0
        count += 1
    assert count > 20


def test_ports_are_the_relays_and_one_for_each_client() -> None:
    content = pcapng_of(captured(chat(), polling(number=2), port=41000))
    ports = {
        frozenset((packet.tcp.sport, packet.tcp.dport))
        for packet in (dpkt.ip.IP(data) for _, data in dpkt.pcapng.Reader(io.BytesIO(content)))
    }
    assert ports == {frozenset((41000, 49152)), frozenset((41000, 49153))}


def test_comments_say_what_is_made_up_hidden_and_left_out() -> None:
    content = pcapng_of(captured(connection(("up", b"x"), left_out=1234)))
    for comment in (b"are made up", b"Secrets are replaced", b"1,234 bytes left out: the capture"):
        assert comment in content
    assert b"Secrets are in it." in pcapng_of(captured(), secrets=True)


def test_secrets_are_kept_only_when_asked_for() -> None:
    wire = captured(polling())
    hidden, kept = pcapng_of(wire), pcapng_of(wire, secrets=True)
    assert b"s3cret" in kept and b"s3cret" not in hidden
    assert len([*dpkt.pcapng.Reader(io.BytesIO(hidden))]) == len(
        [*dpkt.pcapng.Reader(io.BytesIO(kept))]
    )


def test_the_same_capture_gives_the_same_bytes() -> None:
    wire = captured(chat())
    assert pcapng_of(wire) == pcapng_of(wire)


def test_a_time_in_two_halves() -> None:
    assert swapped(0x01020304_05060708) == 0x05060708_01020304
