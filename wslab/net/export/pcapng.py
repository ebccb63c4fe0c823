"""A capture as a pcapng file, for Wireshark and its relatives (draft-ietf-opsawg-pcapng).

The packets are made up, see segments.py: IPv4 (RFC 791) on loopback without a link layer, times in
nanoseconds. python-pcapng writes the blocks, dpkt the packets. Comments in the file say what is
made up, hidden and left out.
"""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from heapq import merge
from io import BytesIO
from typing import Any

import wslab
from wslab.net.capture import Capture, CapturedConnection
from wslab.net.export.hidden import hidden_chunks
from wslab.net.export.loaded import LEFT_OUT, counted
from wslab.net.export.segments import SYN, Segment, segments

RAW_IP = 101  # LINKTYPE_RAW
NANOSECONDS = b"\x09"  # if_tsresol: 10 to the power of -9
FIRST_PORT, PORTS = (
    49_152,
    16_384,
)  # for clients, RFC 6335 section 6; the relay does not know theirs
# Maximum segment size, and a window of up to a gigabyte (RFC 9293 section 3.2, RFC 7323 section 2).
SYN_OPTIONS = b"\x02\x04\xff\xd7\x01\x03\x03\x0e"
REFUSED = "the server could not be reached"  # and the client had sent something


def pcapng_of(capture: Capture, *, secrets: bool = False) -> bytes:
    """The bytes of the file. Secrets are asterisks unless `secrets`."""
    from pcapng import FileWriter
    from pcapng.blocks import EnhancedPacket, InterfaceDescription, InterfaceStatistics
    from pcapng.blocks import SectionHeader as Section

    connections = list(capture.connections)
    about = {"opt_comment": _comment(capture, secrets), "shb_userappl": _program()}
    section = Section(options=about)
    section.new_member(
        InterfaceDescription,
        link_type=RAW_IP,
        options={"if_name": "loopback", "if_tsresol": NANOSECONDS},
    )
    file = BytesIO()
    with quiet():
        writer = FileWriter(file, section)
    last = began = round(capture.began_at * 1e9)
    # Each connection's segments are in order; together they are put in the order of their times.
    streams = [_packets(capture, connection, secrets) for connection in connections]
    plain = section.new_member(EnhancedPacket)  # written again and again: making one is slow
    for t, packet, comment in merge(*streams, key=lambda entry: entry[0]):
        last = began + round(t * 1e9)
        block = plain
        if comment:
            block = section.new_member(EnhancedPacket, options={"opt_comment": comment})
        block.timestamp_high, block.timestamp_low = last >> 32, last & 0xFFFFFFFF
        block.packet_data = packet
        writer.write_block(block)
    times = {"isb_starttime": swapped(began), "isb_endtime": swapped(last)}
    statistics = section.new_member(
        InterfaceStatistics,
        timestamp_high=last >> 32,
        timestamp_low=last & 0xFFFFFFFF,
        options=times,
    )
    writer.write_block(statistics)
    return file.getvalue()


@contextmanager
def quiet() -> Iterator[None]:
    """Without what python-pcapng warns itself of, over its own if_tsresol."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def swapped(time: int) -> int:
    """A time as two numbers of 32 bits, the high one first (section 3.5 of the draft); the library
    writes and reads it as one number, in a little-endian file the low half first.
    """
    return (time & 0xFFFFFFFF) << 32 | time >> 32


def _program() -> str:
    return f"wslab {wslab.__version__}"


def _comment(capture: Capture, secrets: bool) -> str:
    lines = ["The bytes were recorded by a relay. Packets, acknowledgements and clients' ports "
             "are made up around them."]  # fmt: skip
    hidden = "Secrets are replaced by asterisks, HTTP/2's header blocks with some written anew."
    lines.append("Secrets are in it." if secrets else hidden)
    if lost := sum(connection.left_out for connection in capture.connections):
        limit = f" ({capture.full})" if capture.full else ""
        lines.append(f"{counted(lost, 'byte')} {LEFT_OUT}{limit}.")
    return " ".join([*lines, *(f"Note: {note}." for note in capture.notes)])


def _packets(
    capture: Capture, connection: CapturedConnection, secrets: bool
) -> list[tuple[float, bytes, str]]:
    """Time, packet and comment of each segment."""
    chunks = connection.chunks if secrets else hidden_chunks(connection)
    number = connection.number - 1
    client = (bytes([127, 0, 0, 1 + number // PORTS % 254]), FIRST_PORT + number % PORTS)
    server = (socket.inet_aton("127.0.0.1"), capture.port or capture.server_port)
    found = []
    for place, segment in enumerate(segments(connection, chunks)):
        ends = (client, server) if segment.direction == "up" else (server, client)
        comment = ""
        if place == 0:
            comment = f"connection {connection.number}"
            if connection.ended_by == "refused":
                comment += f", {REFUSED}"
            if connection.left_out:
                comment += f", {counted(connection.left_out, 'byte')} {LEFT_OUT}"
                comment += f" ({capture.full})" if capture.full else ""
        found.append((segment.t, _packet(segment, *ends, place=place), comment))
    return found


def _packet(segment: Segment, source: Any, target: Any, *, place: int) -> bytes:
    """The segment in an IPv4 packet; dpkt works out lengths and checksums."""
    from dpkt import ip, tcp

    options = SYN_OPTIONS if segment.flags & SYN else b""
    inside = tcp.TCP(
        sport=source[1],
        dport=target[1],
        seq=segment.seq,
        ack=segment.ack,
        flags=segment.flags,
        off=5 + len(options) // 4,
        win=65_535,
        opts=options,
        data=segment.data,
    )
    return bytes(
        ip.IP(src=source[0], dst=target[0], p=ip.IP_PROTO_TCP, id=place & 0xFFFF, data=inside)
    )
