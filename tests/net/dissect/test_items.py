"""wslab.net.dissect.items: items keep their bytes, and show no credential."""

from __future__ import annotations

from tests.show.recorded import REQUEST, RESPONSE, connection, http2, socketio_socket
from wslab.net.dissect import RequestItem, dissect


def test_shown_raw_keeps_the_length() -> None:
    request = dissect(connection(("up", REQUEST), ("down", RESPONSE)))[0]
    assert isinstance(request, RequestItem)
    shown = request.shown_raw()
    assert len(shown) == request.size
    assert b"topsecret" not in shown and b"s3cret" not in shown
    assert b"Cookie: *****" in shown and b"Origin: http://localhost:8888\r\n" in shown


def test_a_head_answers_like_a_mapping() -> None:
    request = dissect(connection(("up", REQUEST)))[0]
    assert isinstance(request, RequestItem)
    assert request.get("sec-websocket-version") == "13"
    assert request.get("X-None", "-") == "-"
    assert request.has_token("connection", "UPGRADE") and not request.has_token("connection", "up")


def test_a_repr_has_no_contents() -> None:
    """The last line of a cell is stored with the notebook."""
    for given in (connection(("up", REQUEST), ("down", RESPONSE)), socketio_socket(), http2()):
        items = dissect(given)
        for shown in map(repr, [given, given.chunks, items, *items]):
            assert "s3cret" not in shown and "t0ken" not in shown and "Cookie" not in shown
    request = dissect(connection(("up", REQUEST)))[0]
    assert repr(request) == f"<request up: {len(REQUEST)} bytes>"
    assert isinstance(request, RequestItem)
    assert "topsecret" not in repr(request.lines)
