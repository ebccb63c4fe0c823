"""The TCP segments in a file of packets: pcapng, and the older pcap that tcpdump writes.

python-pcapng reads pcapng (draft-ietf-opsawg-pcapng), dpkt reads pcap and the packets. What is not
TCP over IP is counted and left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from wslab.net.export.loaded import cannot_read, counted
from wslab.net.export.pcapng import quiet, swapped

PCAPNG = b"\x0a\x0d\x0d\x0a"
PCAP = {b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1"}
SHORTEST = 28  # a section header without options
NULL, ETHERNET, LINUX_SLL, LOOP, LINUX_SLL2 = 0, 1, 113, 108, 276  # LINKTYPE_…
RAW_IP = {12, 14, 101, 228, 229}

Endpoint = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class Packet:
    """A TCP segment as a file has it. `t` is in nanoseconds since 1970; `cut` is how many bytes at
    the end of its data the file has not.
    """

    t: int
    source: Endpoint
    target: Endpoint
    seq: int
    ack: int
    flags: int
    data: bytes
    cut: int = 0
    comment: str = ""


@dataclass(slots=True)
class PacketFile:
    """What a file holds. `began` is when its capture began, if it says so."""

    packets: list[Packet] = field(default_factory=list)
    began: int | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Raw:
    t: int
    link: int
    data: bytes
    cut: int
    comment: str = ""


def read_packets(path: Path) -> PacketFile:
    """The segments of a file in the order of their times. Raises ValueError for a broken file; one
    that ends too early is read as far as it goes.
    """
    content = path.read_bytes()
    found = PacketFile()
    if content[:4] == PCAPNG and len(content) < SHORTEST:
        raise cannot_read(path, "it ends in its first block")
    if content[:4] == PCAPNG:
        blocks = _pcapng(content, found)
    elif content[:4] in PCAP:
        blocks = _pcap(content)
    else:
        raise cannot_read(path, "it begins neither as pcapng nor as pcap does")
    other = fragments = 0
    try:
        with quiet():
            for raw in blocks:
                packet = _segment(raw)
                if isinstance(packet, Packet):
                    found.packets.append(packet)
                else:
                    other += packet == "other"
                    fragments += packet == "fragment"
    except Exception as error:  # what a library does over broken bytes is not said anywhere
        if type(error).__name__ != "TruncatedFile" or not found.packets:
            raise cannot_read(path, f"{error or type(error).__name__}") from error
        found.notes.append("the file ends in the middle of a block")
    if other:
        found.notes.append(f"ignored, not TCP over IP: {counted(other, 'packet')}")
    if fragments:
        found.notes.append(f"ignored: {counted(fragments, 'fragment')} of IP packets")
    found.packets.sort(key=lambda packet: packet.t)
    return found


def _pcapng(content: bytes, found: PacketFile) -> Iterator[_Raw]:
    from pcapng import FileScanner, blocks

    for block in FileScanner(BytesIO(content)):
        if isinstance(block, blocks.InterfaceStatistics):
            start = block.options.get("isb_starttime")
            if start is not None and found.began is None:
                little = block.section.endianness == "<"
                found.began = _time(block.interface, swapped(start) if little else start)
        elif isinstance(block, blocks.SimplePacket):
            link = block.section.interfaces[0].link_type
            cut = max(0, block.packet_len - len(block.packet_data))
            yield _Raw(0, link, block.packet_data, cut)  # it has no time
        elif isinstance(block, (blocks.EnhancedPacket, blocks.ObsoletePacket)):
            stamp = (block.timestamp_high << 32) + block.timestamp_low
            data, interface = block.packet_data, block.interface
            cut = max(0, block.packet_len - len(data))
            comment = str(block.options.get("opt_comment", ""))
            yield _Raw(_time(interface, stamp), interface.link_type, data, cut, comment)


def _time(interface: Any, stamp: int) -> int:
    """Nanoseconds since 1970 from a number in the interface's own resolution, exactly."""
    unit: int = interface.options.get("if_tsresol", b"\x06")[0]
    parts: int = (2 if unit & 0x80 else 10) ** (unit & 0x7F)  # of a second
    offset = int(interface.options.get("if_tsoffset", 0))
    return offset * 1_000_000_000 + stamp * 1_000_000_000 // parts


def _pcap(content: bytes) -> Iterator[_Raw]:
    from dpkt import pcap

    file = pcap.Reader(BytesIO(content))
    link = file.datalink()
    for t, data in file:
        stamp = round(t * 1_000_000) * 1000 if isinstance(t, float) else int(t * 1_000_000_000)
        yield _Raw(stamp, link, data, 0)


def _segment(raw: _Raw) -> Packet | str:
    """The TCP segment of a packet; else what it is."""
    from dpkt import Error, ip, ip6, tcp

    try:
        outer = _ip(raw)
        if not isinstance(outer, (ip.IP, ip6.IP6)):
            return "other"
        if isinstance(outer, ip.IP) and (outer.mf or outer.offset):
            return "fragment"
        inner = outer.data
        if not isinstance(inner, tcp.TCP):
            return "other"
        data = bytes(inner.data)
    except (Error, ValueError, IndexError, KeyError, TypeError, AttributeError):
        return "other"  # too short, or broken inside
    return Packet(
        raw.t,
        (outer.src, inner.sport),
        (outer.dst, inner.dport),
        inner.seq,
        inner.ack,
        inner.flags,
        data,
        _cut(outer, inner) if isinstance(outer, ip.IP) and outer.len else raw.cut,
        raw.comment,
    )


def _cut(outer: Any, inner: Any) -> int:
    """Bytes that the IPv4 header counts and the file has not (a capture with a snapshot length)."""
    counts: int = outer.len - 4 * outer.hl - 4 * inner.off
    return max(0, counts - len(inner.data))


def _ip(raw: _Raw) -> Any:
    """What the link layer carries, parsed."""
    from dpkt import ethernet, ip, ip6, loopback, sll, sll2

    if raw.link == ETHERNET:
        return ethernet.Ethernet(raw.data).data
    if raw.link in (NULL, LOOP):
        return loopback.Loopback(raw.data).data
    if raw.link == LINUX_SLL:
        return sll.SLL(raw.data).data
    if raw.link == LINUX_SLL2:
        return sll2.SLL2(raw.data).data
    if raw.link in RAW_IP:
        return ip6.IP6(raw.data) if raw.data[:1] and raw.data[0] >> 4 == 6 else ip.IP(raw.data)
    return None
