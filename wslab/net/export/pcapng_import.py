"""A file of packets as a capture: pcapng or pcap, from `save` or from a packet sniffer."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

from wslab.net.export.loaded import LEFT_OUT, LoadedCapture
from wslab.net.export.packets import read_packets
from wslab.net.export.reassembly import connection_of, talks

_FULL = re.compile(rf"{re.escape(LEFT_OUT)} \((\w+=\d+)\)")
A_MONTH = 30 * 86_400 * 1_000_000_000


def capture_of_packets(path: Path) -> LoadedCapture:
    """The TCP connections of the file. Raises ValueError for a broken one."""
    file = read_packets(path)
    began = file.packets[0].t if file.packets else (file.began or 0)
    # dumpcap writes this time in microseconds where it says nanoseconds: then it is no use.
    if file.began is not None and 0 <= began - file.began < A_MONTH:
        began = file.began
    found = talks(file.packets)
    notes = file.notes
    connections = [connection_of(talk, n, began, notes) for n, talk in enumerate(found, 1)]
    address = ("127.0.0.1", 0)
    if found:
        host, port = found[0].server
        address = (str(ipaddress.ip_address(host)), port)
    loaded = LoadedCapture(path.name, address, began / 1e9, connections, notes)
    limits = (_FULL.search(packet.comment) for packet in file.packets if packet.comment)
    loaded.full = next((found[1] for found in limits if found), "")
    return loaded
