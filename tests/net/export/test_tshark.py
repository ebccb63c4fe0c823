"""tshark reads what we save as we do, and we read what it writes. It is the judge here: Wireshark's
own dissection of TCP, HTTP and WebSocket.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.net.export.recordings import AUTH, compressed, messages_of, polling
from tests.net.support import ask, serving
from tests.show.recorded import REQUEST, RESPONSE, captured, chat, connection, down, http2, up
from wslab import show
from wslab.net import capture, load_capture, save
from wslab.net.capture import Capture
from wslab.net.dissect import FrameItem, RequestItem, ResponseItem, dissect
from wslab.net.exchange import Exchange
from wslab.protocol.frames import Opcode

pytestmark = pytest.mark.tshark


def tshark(*arguments: str) -> str:
    """What tshark prints: standard output, no name looked up."""
    done = subprocess.run(["tshark", "-n", *arguments], capture_output=True, timeout=50)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def packets(path: Path, filtered: str) -> list[Any]:
    """The layers of each packet that the filter lets through, as JSON, with the bytes in hex."""
    text = tshark("-r", str(path), "-Y", filtered, "-T", "json", "-x", "--no-duplicate-keys")
    return [packet["_source"]["layers"] for packet in json.loads(text)]


def frames(path: Path) -> list[tuple[Any, ...]]:
    """For each frame: connection, direction, opcode, FIN, RSV, mask, and the unmasked payload."""
    found = []
    for layers in packets(path, "websocket"):
        tcp, inside = layers["tcp"], layers["websocket"]
        way = "up" if int(tcp["tcp.srcport"]) >= 49152 else "down"
        for frame in inside if isinstance(inside, list) else [inside]:
            found.append((
                int(tcp["tcp.stream"]) + 1, way, int(frame["websocket.opcode"]),
                frame["websocket.fin"] == "1", int(frame["websocket.rsv"], 16),
                frame.get("websocket.masking_key", "").replace(":", ""),
                frame.get("websocket.payload_raw", [""])[0],
            ))  # fmt: skip
    return sorted(found, key=lambda each: each[:2])


def ours(wire: Capture) -> list[tuple[Any, ...]]:
    """The same of our dissection."""
    found = [
        (f.connection, f.direction, f.opcode, f.fin, f.rsv1 * 4 + f.rsv2 * 2 + f.rsv3,
         (f.mask or b"").hex(), f.payload.hex())
        for each in wire.connections for f in dissect(each) if isinstance(f, FrameItem)
    ]  # fmt: skip
    return sorted(found, key=lambda each: each[:2])


@pytest.fixture
def wire() -> Capture:
    several = up(Opcode.TEXT, b"one")[1] + up(Opcode.TEXT, b"two")[1]
    long = up(Opcode.BINARY, bytes(range(256)) * 300)[1]
    return captured(
        chat(),
        compressed(b"hello", b"hello, hello", AUTH, number=2),
        connection(
            ("up", REQUEST), ("down", RESPONSE), ("up", several), ("up", long[:70_000]),
            ("up", long[70_000:]), down(Opcode.PING), down(Opcode.TEXT, b"x" * 200), number=3,
            ended_by="reset",
        ),
        polling(number=4),
    )  # fmt: skip


@pytest.mark.parametrize("secrets", [True, False])
def test_the_same_frames_opcodes_and_payloads(tmp_path: Path, wire: Capture, secrets: bool) -> None:
    path = save(wire, tmp_path / "talk.pcapng", secrets=secrets)
    found = frames(path)
    assert found == ours(load_capture(path))
    assert len(found) == 9 + 3 + 5
    if secrets:
        assert found == ours(wire)


def test_the_same_messages_joined_and_inflated(tmp_path: Path, wire: Capture) -> None:
    path = save(wire, tmp_path / "talk.pcapng")
    texts = [
        frame["websocket.payload"]["websocket.payload.text"]
        for layers in packets(path, "websocket.payload.text")
        for frame in (
            layers["websocket"] if isinstance(layers["websocket"], list) else [layers["websocket"]]
        )
    ]
    loaded = messages_of(load_capture(path))
    assert sorted(texts) == sorted(data.decode() for *_, kind, data in loaded if kind == 1)
    assert {"Hellö", "hello, hello", "two", '40{"token":"%s"}' % ("*" * 31)} <= set(texts)


def test_the_same_http(tmp_path: Path, wire: Capture) -> None:
    path = save(wire, tmp_path / "talk.pcapng", secrets=True)
    found = set()
    for layers in packets(path, "http"):
        http, stream = layers["http"], int(layers["tcp"]["tcp.stream"]) + 1
        for line, inside in http.items():
            if isinstance(inside, dict) and "http.request.method" in inside:
                found.add((stream, inside["http.request.method"], inside["http.request.uri"]))
            elif isinstance(inside, dict) and "http.response.code" in inside:
                found.add((stream, inside["http.response.code"], line.split(" ", 2)[2][:2]))
    wanted = set()
    for each in wire.connections:
        for item in dissect(each):
            if isinstance(item, RequestItem):
                wanted.add((each.number, item.method, item.target))
            elif isinstance(item, ResponseItem):
                wanted.add((each.number, str(item.status), item.reason[:2]))
    assert found == wanted


def test_tcp_has_no_fault(tmp_path: Path, wire: Capture) -> None:
    """No retransmission, no gap, no wrong checksum: Wireshark's own analysis finds nothing."""
    path = save(wire, tmp_path / "talk.pcapng")
    checks = ("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE")
    wrong = "tcp.analysis.flags || tcp.checksum.status == 0 || ip.checksum.status == 0"
    assert tshark("-r", str(path), *checks, "-Y", wrong) == ""
    good = "tcp.checksum.status == 1 && ip.checksum.status == 1"
    assert tshark("-r", str(path), *checks, "-Y", good).count("\n") > 40


def test_comments_and_times(tmp_path: Path) -> None:
    given = captured(connection(("up", b"x"), left_out=7))
    given.began_at = 1_700_000_000.25
    path = save(given, tmp_path / "talk.pcapng")
    fields = ("-T", "fields", "-e", "frame.time_epoch", "-e", "frame.comment")
    first, *_ = tshark("-r", str(path), *fields).splitlines()
    t, comment = first.split("\t")
    assert float(t) == pytest.approx(1_700_000_000.251, abs=1e-6)
    assert comment == "connection 1, 7 bytes left out: the capture's memory was full"


@pytest.mark.parametrize(
    ("kind", "ending"), [("pcapng", "pcapng"), ("pcap", "pcap"), ("nsecpcap", "pcap")]
)
def test_files_that_tshark_writes(tmp_path: Path, wire: Capture, kind: str, ending: str) -> None:
    path = save(wire, tmp_path / "talk.pcapng", secrets=True)
    other = tmp_path / f"other.{ending}"
    tshark("-r", str(path), "-F", kind, "-w", str(other))
    loaded = load_capture(other)
    for mine, theirs in zip(wire.connections, loaded.connections, strict=True):
        assert [(c.direction, c.data) for c in theirs.chunks] == [
            (c.direction, c.data) for c in mine.chunks
        ]
        assert theirs.ended_by == mine.ended_by
    assert loaded.notes == ()
    assert str(show.table(loaded)) == str(show.table(wire))


def test_a_file_without_one_of_its_packets(tmp_path: Path, wire: Capture) -> None:
    path = save(wire, tmp_path / "talk.pcapng", secrets=True)
    other = tmp_path / "other.pcapng"
    tshark("-r", str(path), "-Y", "!(tcp.stream == 2 && tcp.len == 65495)", "-w", str(other))
    loaded = load_capture(other)
    assert any(
        note.startswith("connection 3, up: 65,495 bytes missing at offset") for note in loaded.notes
    )
    assert loaded.connections[0].data("up") == wire.connections[0].data("up")


def test_a_real_conversation(tmp_path: Path) -> None:
    def hello(exchange: Exchange) -> None:
        exchange.respond(200, [("Set-Cookie", "id=s3cret")], b"hello")

    with serving(hello) as server, capture(server) as recorded:
        ask(recorded.port, b"GET /?token=abc HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    path = save(recorded, tmp_path / "talk.pcapng")
    uri, cookie = (
        tshark("-r", str(path), "-Y", "http", "-T", "fields", "-e", field).split()
        for field in ("http.request.uri", "http.set_cookie")
    )
    assert (uri, cookie) == (["/?token=***"], ["*********"])


def test_http2_without_its_secrets(tmp_path: Path) -> None:
    """Asterisks over a header block would be no HPACK (RFC 7541): tshark then reads no more."""
    path = save(captured(http2()), tmp_path / "h2.pcapng")
    shown = ["http2.headers.method", "http2.headers.path", "http2.headers.cookie"]
    wrong = ["_ws.malformed", "_ws.expert.message"]
    fields = [part for name in shown + wrong for part in ("-e", name)]
    found = tshark(
        "-r", str(path), "-d", "tcp.port==41234,http2", "-Y", "http2.header",
        "-T", "fields", "-E", "separator=|", *fields,
    )  # fmt: skip
    assert found.splitlines() == [
        "POST||||",  # the block is in two frames
        f"|/price?token=*****|{'*' * 17}||",
        "GET|/again|||",
        "||||",
    ]
