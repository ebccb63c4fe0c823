"""wslab.net.export.har: HAR 1.2, and Chrome's fields."""

from __future__ import annotations

import gzip
import json
from typing import Any

from hypothesis import given, settings

from tests.net.export.har_rules import broken_rules
from tests.net.export.recordings import AUTH, GET, any_bytes, any_talk, compressed, polling
from tests.show.recorded import (
    REQUEST,
    RESPONSE,
    captured,
    chat,
    connection,
    down,
    http2,
    socketio_polling,
    socketio_socket,
    up,
)
from wslab.net.capture import Capture, CapturedConnection
from wslab.net.export.har import har_of
from wslab.protocol.frames import Opcode


def written(*connections: CapturedConnection, secrets: bool = False) -> Any:
    har = json.loads(har_of(captured(*connections), secrets=secrets))
    assert broken_rules(har) == []
    return har["log"]


@settings(deadline=None, max_examples=40)
@given(any_talk())
def test_any_conversation_keeps_the_rules(wire: Capture) -> None:
    assert broken_rules(json.loads(har_of(wire))) == []


@settings(deadline=None, max_examples=40)
@given(any_bytes())
def test_any_bytes_keep_the_rules(wire: Capture) -> None:
    assert broken_rules(json.loads(har_of(wire))) == []


def test_the_rules_find_what_is_wrong() -> None:
    har = json.loads(har_of(captured(chat())))
    entry = har["log"]["entries"][0]
    del entry["request"]["url"]
    entry["mine"] = 1
    entry["response"]["status"] = "101"
    assert broken_rules(har) == [
        "har.log.entries[0].mine is not a field of HAR 1.2",
        "har.log.entries[0].request.url is missing",
        "har.log.entries[0].response.status is str",
    ]


def test_messages_as_chrome_writes_them() -> None:
    (entry,) = written(chat())["entries"]
    assert entry["_resourceType"] == "websocket"
    assert entry["request"]["url"].startswith("ws://127.0.0.1:41234/chat")
    first, *_, last = entry["_webSocketMessages"]
    assert set(first) == {"type", "time", "opcode", "data"}
    assert (first["type"], first["opcode"], first["data"]) == ("send", 1, "Hello")
    assert (last["type"], last["opcode"], last["data"][:8]) == ("receive", 2, "AAECAwQF")
    assert [m["opcode"] for m in entry["_webSocketControlFrames"]] == [9, 10, 8, 8]


def test_times_are_in_seconds_since_1970() -> None:
    wire = captured(chat())
    wire.began_at = 1_700_000_000.5
    (entry,) = json.loads(har_of(wire))["log"]["entries"]
    assert entry["startedDateTime"] == "2023-11-14T22:13:20.510Z"
    assert abs(entry["_webSocketMessages"][0]["time"] - 1_700_000_000.53) < 1e-6
    timings = {key: round(value, 6) for key, value in entry["timings"].items()}
    assert timings == {
        "blocked": -1, "dns": -1, "ssl": -1, "connect": -1, "send": 0, "wait": 10, "receive": 90
    }  # fmt: skip


def test_http_exchanges() -> None:
    first, second = written(polling(), secrets=True)["entries"]
    assert first["request"]["postData"] == {"mimeType": "", "text": "user=me"}
    assert first["response"]["content"] == {
        "size": 3, "mimeType": "text/plain", "compression": 0, "text": "yes"
    }  # fmt: skip
    assert second["response"]["content"]["text"] == "AP/+IQ=="
    assert second["response"]["content"]["encoding"] == "base64"
    assert second["request"]["queryString"][0] == {"name": "b", "value": "c"}
    assert first["_connectionId"] == second["_connectionId"] == "1"


def test_secrets_are_kept_only_when_asked_for() -> None:
    talk = connection(("up", REQUEST), ("down", RESPONSE), up(Opcode.TEXT, AUTH), number=2)
    form = connection(
        ("up", b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(AUTH), AUTH)), number=3
    )
    moved = b"HTTP/1.1 302 Found\r\nLocation: /?token=s3cret\r\n\r\n"
    wire = captured(
        polling(), talk, form, compressed(AUTH, number=4),
        connection(("up", GET), ("down", moved), number=5),
    )  # fmt: skip
    kept, hidden = har_of(wire, secrets=True), har_of(wire)
    for secret in (b"s3cret", b"topsecret", b"t0ps"):
        assert secret in kept and secret not in hidden
    assert b"Secrets are in it." in kept and b"Secrets are replaced" in hidden


def test_secrets_that_were_cut_in_two_or_compressed() -> None:
    """HAR has whole messages, and bodies that are decoded."""
    page = b'<a href="/lab?token=SEKRET9x">'
    packed = gzip.compress(page)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    parts = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (page[:24], page[24:])) + b"0\r\n\r\n"
    for cut in (3, 8, 12):
        text = b"/?token=SEKRET9x"
        halves = [down(Opcode.TEXT, text[:cut], fin=False), down(Opcode.CONTINUATION, text[cut:])]
        talk = connection(("up", REQUEST), ("down", RESPONSE), *halves, number=3)
        shown = har_of(
            captured(
                connection(("up", GET), ("down", head % len(packed) + packed)),
                connection(("up", GET), ("down", chunked + parts), number=2),
                talk,
            )
        )
        assert b"RET9x" not in shown and b"token=" in shown


def test_secrets_of_socket_io_and_http2_are_hidden() -> None:
    hidden = har_of(captured(socketio_polling(), socketio_socket(), http2(), http2(upgraded=True)))
    for secret in (b"s3cret", b'"pin\\":1234', b"t0ken", b"topsecret"):
        assert secret not in hidden
    assert b"40{" in hidden and b"28 frames of HTTP/2 are not in it" in hidden


def test_a_request_without_a_response() -> None:
    (entry,) = written(connection(("up", GET)))["entries"]
    assert entry["response"]["status"] == 0
    assert entry["response"]["_error"] == "no response was recorded"


def test_what_is_not_in_it_is_said() -> None:
    log = written(
        connection(("up", REQUEST), ("down", RESPONSE), down(Opcode.TEXT, b"a", fin=False),
                   ("up", b"\x81"), left_out=1234),
        connection(("down", b"HTTP/1.1 204 No Content\r\n\r\n"), number=2),
    )  # fmt: skip
    assert log["comment"] == (
        "Secrets are replaced by a mark. 1,234 bytes left out: the capture's memory was full. "
        "1 byte that could not be parsed are not in it. "
        "1 part of responses without a request are not in it. "
        "1 message without an end are not in it. "
        "connection 2 has no request, and is not in it."
    )
    assert log["entries"][0]["comment"] == "1,234 bytes of its connection were left out"


def test_text_that_is_no_utf8_is_marked() -> None:
    (entry,) = written(connection(("up", REQUEST), ("down", RESPONSE), down(Opcode.TEXT, b"\xff")))[
        "entries"
    ]
    (message,) = entry["_webSocketMessages"]
    assert (message["data"], message["_encoding"]) == ("/w==", "base64")
