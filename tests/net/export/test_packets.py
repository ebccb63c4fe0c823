"""wslab.net.export.packets: link layers, other traffic, and files that are broken anywhere."""

from __future__ import annotations

import tempfile
from pathlib import Path

import dpkt
import pytest
from dpkt import ip6, sll, sll2
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.net.export.sniffed import on_ethernet, packet, pcap_file
from tests.show.recorded import captured, chat
from wslab.net.export import load_capture
from wslab.net.export.packets import read_packets
from wslab.net.export.pcapng import pcapng_of

DATA = packet("up", 1, b"hello")
IPV6 = ip6.IP6(src=b"\1" * 16, dst=b"\2" * 16, nxt=6, plen=25, data=DATA.data)


def written(tmp_path: Path, content: bytes, name: str = "a.pcap") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("link", "data"),
    [
        (1, on_ethernet(DATA)),
        (1, b"\0" * 12 + b"\x81\0\0\x07\x08\0" + bytes(DATA)),  # VLAN 7
        (1, b"\0" * 12 + b"\x86\xdd" + bytes(IPV6)),
        (0, b"\x02\0\0\0" + bytes(DATA)),
        (0, b"\x1e\0\0\0" + bytes(IPV6)),
        (108, b"\0\0\0\x02" + bytes(DATA)),
        (101, bytes(DATA)),
        (101, bytes(IPV6)),
        (228, bytes(DATA)),
        (113, bytes(sll.SLL(ethtype=0x800, data=DATA))),
        (276, bytes(sll2.SLL2(ethtype=0x800, data=DATA))),
    ],
)
def test_link_layers(tmp_path: Path, link: int, data: bytes) -> None:
    (found,) = read_packets(written(tmp_path, pcap_file([data], link))).packets
    assert (found.data, found.source[1], found.target[1], found.cut) == (b"hello", 40000, 80, 0)
    assert found.t == 1_700_000_000_000_000_000


def test_other_traffic_is_ignored_and_counted(tmp_path: Path) -> None:
    udp = dpkt.ip.IP(src=b"\1" * 4, dst=b"\2" * 4, p=17, data=dpkt.udp.UDP(data=b"x"))
    arp = dpkt.ethernet.Ethernet(data=dpkt.arp.ARP(), type=0x806)
    fragment = dpkt.ip.IP(src=b"\1" * 4, dst=b"\2" * 4, p=6, mf=1, data=b"x" * 30)
    frames = [on_ethernet(udp), bytes(arp), b"", b"\xff" * 20, on_ethernet(fragment)]
    file = read_packets(written(tmp_path, pcap_file([*frames, on_ethernet(DATA)])))
    assert [p.data for p in file.packets] == [b"hello"]
    assert file.notes == [
        "ignored, not TCP over IP: 4 packets",
        "ignored: 1 fragment of IP packets",
    ]


def test_a_link_layer_that_is_not_known(tmp_path: Path) -> None:
    file = read_packets(written(tmp_path, pcap_file([b"x" * 60], 147)))
    assert file.notes == ["ignored, not TCP over IP: 1 packet"]


def test_a_snapshot_length_cuts_packets(tmp_path: Path) -> None:
    content = pcap_file([on_ethernet(packet("up", 1, b"x" * 100))], snaplen=14 + 40 + 10)
    (found,) = read_packets(written(tmp_path, content)).packets
    assert (found.data, found.cut) == (b"x" * 10, 90)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither as pcapng nor as pcap"),
        (b"GIF89a", "neither as pcapng nor as pcap"),
        (b"\n\r\r\n", "first block"),
        (b"\n\r\r\n\x1c\0\0\0\0\0\0\0" + bytes(16), ""),
        (b"\xd4\xc3\xb2\xa1", ""),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=rf"can't read a\.pcapng: .*{why}"):
        load_capture(written(tmp_path, content, "a.pcapng"))


def test_a_file_that_ends_too_early_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    content = pcapng_of(captured(chat()))
    file = read_packets(written(tmp_path, content[: len(content) // 2 | 1], "a.pcapng"))
    assert file.packets and file.notes == ["the file ends in the middle of a block"]


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_never_gives_an_exception_from_inside(data: st.DataObject) -> None:
    content = bytearray(pcapng_of(captured(chat())))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.pcapng"
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        try:
            load_capture(path)
        except ValueError as error:
            assert str(error).startswith("can't read a.pcapng: ")
