"""wslab.net.export.rebuild: the bytes that an entry stands for."""

from __future__ import annotations

from typing import Any

import pytest

from wslab.net.dissect import read_frame
from wslab.net.export.rebuild import body_bytes, frame_bytes, request_bytes, response_bytes


def entry(
    method: str = "GET", url: str = "http://h/a?b", *, headers: Any = (), status: int = 200,
    answer: Any = (), content: Any = None, **more: Any,
) -> Any:  # fmt: skip
    def listed(pairs: Any) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in pairs]

    request = {"method": method, "url": url, "httpVersion": "HTTP/1.1", "headers": listed(headers)}
    response = {
        "status": status, "statusText": "OK", "httpVersion": "http/1.1",
        "headers": listed(answer), "content": content or {},
    }  # fmt: skip
    return {"request": request, "response": response} | more


def request(given: Any) -> tuple[bytes, bytes]:
    return request_bytes(given, set())


def test_a_request() -> None:
    assert request(entry(headers=[("Host", "h")])) == (b"GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n", b"")


def test_a_host_and_a_length_are_put_in() -> None:
    given = entry("POST")
    given["request"]["postData"] = {"text": "é", "mimeType": "text/plain; charset=latin-1"}
    wanted = b"POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"
    assert request(given) == (wanted, b"\xe9")


@pytest.mark.parametrize(
    ("method", "url", "target"),
    [
        ("GET", "ws://h", b"/"),
        ("CONNECT", "http://h:443/", b"h:443"),
        ("GET", "http://h/a b", b"/a%20b"),
    ],
)
def test_targets(method: str, url: str, target: bytes) -> None:
    assert request(entry(method, url))[0].split(b" ")[1] == target


@pytest.mark.parametrize(
    ("answer", "last", "wanted"),
    [
        ([("Content-Length", "2")], False, (b"Content-Length: 2\r\n\r\n", b"hi")),
        ([("Content-Length", "9")], True, (b"Content-Length: 2\r\n\r\n", b"hi")),
        ([("Transfer-Encoding", "chunked")], False, (b"chunked\r\n\r\n", b"2\r\nhi\r\n0\r\n\r\n")),
        ([], False, (b"Content-Length: 2\r\n\r\n", b"hi")),
        ([], True, (b"200 OK\r\n\r\n", b"hi")),
    ],
)
def test_a_body_ends_where_it_ends(answer: Any, last: bool, wanted: tuple[bytes, bytes]) -> None:
    head, body = response_bytes(entry(answer=answer, content={"text": "hi"}), set(), last=last)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n") and head.endswith(wanted[0])
    assert body == wanted[1]


def test_what_must_have_no_body_has_none() -> None:
    for given in (entry("HEAD", content={"text": "x"}), entry(status=304, content={"text": "x"})):
        assert response_bytes(given, set(), last=True)[1] == b""


def test_what_is_changed_is_noted() -> None:
    notes: set[str] = set()
    given = entry(status=200, content={"size": 5}, headers=[("bad name", "x"), (":path", "/")])
    given["request"]["httpVersion"] = "h2"
    request_bytes(given, notes)
    response_bytes(given, notes, last=True)
    assert sorted(notes) == [
        "bodies of responses are not in the file",
        "h2 is shown as HTTP/1.1",
        "left out: the header 'bad name', which is no name",
    ]


@pytest.mark.parametrize("status", [101, 200])
def test_an_upgrade_is_one_for_the_dissection_too(status: int) -> None:
    given = entry(status=status, _webSocketMessages=[{}])
    head, _ = response_bytes(given, set(), last=True)
    assert b" 101 " in head and b"Upgrade: websocket\r\n" in head


def test_line_ends_can_not_be_smuggled_in() -> None:
    head, _ = request(entry(headers=[("X", "a\r\nEvil: b")]))
    assert b"\r\nEvil" not in head


def test_frames() -> None:
    way, wire = frame_bytes({"type": "send", "opcode": 1, "data": "hé"})
    frame = read_frame(wire)
    assert (way, frame.mask, frame.payload, frame.problems) == ("up", bytes(4), "hé".encode(), ())
    way, wire = frame_bytes({"type": "receive", "opcode": 2, "data": "AP8="})
    assert (way, read_frame(wire).mask, read_frame(wire).payload) == ("down", None, b"\0\xff")


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"type": "sent", "opcode": 1, "data": ""}, "send or receive"),
        ({"type": "send", "opcode": 16, "data": ""}, "opcode 16"),
        ({"type": "send", "opcode": 2, "data": "?"}, "not base64"),
    ],
)
def test_broken_messages(message: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        frame_bytes(message)


def test_bodies() -> None:
    assert body_bytes("é", None, "text/plain; charset=nonsense") == "é".encode()
    assert body_bytes("\ud800", None, "") == b"\xed\xa0\x80"
    assert body_bytes(None, "base64", "") == b""
