"""Packets as a sniffer on some interface would have seen them, in pcap or pcapng."""

from __future__ import annotations

import io
from collections.abc import Iterable

import dpkt
from dpkt.ethernet import Ethernet
from dpkt.ip import IP
from dpkt.tcp import TCP

from wslab.net.export.segments import ACK, FIN, PSH, SYN

CLIENT, SERVER = (b"\x0a\0\0\x01", 40_000), (b"\x0a\0\0\x02", 80)
ISN = 0xFFFFFFF0  # so that the numbers begin again soon


def packet(
    way: str, seq: int, data: bytes = b"", flags: int = ACK | PSH, ack: int = 0, port: int = 40_000
) -> IP:
    """A segment; `seq` and `ack` count from 0, as segments.py does."""
    client = (CLIENT[0], port)
    source, target = (client, SERVER) if way == "up" else (SERVER, client)
    tcp = TCP(
        sport=source[1],
        dport=target[1],
        seq=(ISN + seq) % 2**32,
        ack=(ISN + ack) % 2**32,
        flags=flags,
        data=data,
    )
    return IP(src=source[0], dst=target[0], p=6, data=tcp)


HANDSHAKE = [packet("up", 0, flags=SYN), packet("down", 0, flags=SYN | ACK, ack=1)]
END = [packet("up", 11, flags=FIN | ACK, ack=1), packet("down", 1, flags=FIN | ACK, ack=12)]


def on_ethernet(given: IP) -> bytes:
    """A frame with room at its end, which Ethernet fills up to 60 bytes."""
    return bytes(Ethernet(data=given, type=0x800)).ljust(60, b"\xee")


def pcap_file(packets: Iterable[bytes], link: int = 1, snaplen: int = 65_535) -> bytes:
    """The packets one millisecond apart, as tcpdump writes them."""
    file = io.BytesIO()
    writer = dpkt.pcap.Writer(file, snaplen=snaplen, linktype=link)
    for place, data in enumerate(packets):
        writer.writepkt(data[:snaplen], 1_700_000_000 + place / 1000)
    return file.getvalue()
