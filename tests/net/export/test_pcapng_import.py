"""wslab.net.export.pcapng_import: files of other programs. tshark's are in test_tshark.py."""

from __future__ import annotations

import io
from pathlib import Path

from pcapng import FileWriter, blocks

from tests.net.export.sniffed import on_ethernet, packet
from wslab.net.export import load_capture
from wslab.net.export.pcapng import quiet, swapped


def test_two_interfaces_with_times_of_their_own(tmp_path: Path) -> None:
    """Nanoseconds on one, 1/1024 of a second and an offset on the other, big-endian."""
    section = blocks.SectionHeader(endianness=">")
    for link, options in (
        (1, {"if_tsresol": b"\x09"}),
        (101, {"if_tsresol": b"\x8a", "if_tsoffset": 100}),
    ):
        section.new_member(blocks.InterfaceDescription, link_type=link, options=options)
    file = io.BytesIO()
    with quiet():
        writer = FileWriter(file, section)
    for interface, stamp, data in (
        (0, 101_000_000_001, on_ethernet(packet("up", 1, b"first"))),
        (1, 2 * 1024, bytes(packet("up", 6, b"second"))),
    ):
        block = section.new_member(
            blocks.EnhancedPacket,
            interface_id=interface,
            timestamp_high=stamp >> 32,
            timestamp_low=stamp & 0xFFFFFFFF,
            packet_data=data,
        )
        writer.write_block(block)
    path = tmp_path / "two.pcapng"
    path.write_bytes(file.getvalue())
    wire = load_capture(path)
    (connection,) = wire.connections
    assert [c.data for c in connection.chunks] == [b"first", b"second"]
    assert [round(c.t, 9) for c in connection.chunks] == [0.0, 0.999999999]
    assert round(wire.began_at, 6) == 101.0


def test_the_server_is_where_the_first_connection_leads(tmp_path: Path) -> None:
    section = blocks.SectionHeader()
    section.new_member(blocks.InterfaceDescription, link_type=101)
    file = io.BytesIO()
    writer = FileWriter(file, section)
    writer.write_block(
        section.new_member(blocks.SimplePacket, packet_data=bytes(packet("down", 1, b"x")))
    )
    path = tmp_path / "simple.pcapng"
    path.write_bytes(file.getvalue())
    wire = load_capture(path)
    assert (wire.host, wire.port) == ("10.0.0.2", 80)
    assert wire.connections[0].data("down") == b"x"


def test_a_time_of_beginning_that_can_not_be(tmp_path: Path) -> None:
    """dumpcap's, which is a thousand times too small."""
    section = blocks.SectionHeader()
    options = {"if_tsresol": b"\x09"}
    section.new_member(blocks.InterfaceDescription, link_type=101, options=options)
    file = io.BytesIO()
    with quiet():
        writer = FileWriter(file, section)
    now = 1_700_000_000_000_000_000
    block = section.new_member(
        blocks.EnhancedPacket,
        timestamp_high=now >> 32,
        timestamp_low=now & 0xFFFFFFFF,
        packet_data=bytes(packet("up", 1, b"x")),
    )
    writer.write_block(block)
    times = {"isb_starttime": swapped(now // 1000)}
    writer.write_block(section.new_member(blocks.InterfaceStatistics, options=times))
    path = tmp_path / "dumpcap.pcapng"
    path.write_bytes(file.getvalue())
    assert load_capture(path).connections[0].opened == 0.0
