"""wslab.show.http2: frames of HTTP/2 in words."""

from __future__ import annotations

from tests.show.looking import rows_of
from tests.show.recorded import captured, http2
from wslab import show


def test_a_table() -> None:
    rows = [row[1:3] + row[4:] for row in rows_of(show.table(captured(http2())))]
    up, down = "client → server", "client ← server"
    found = {(row[0], row[1]): row[2:] for row in rows}
    assert found[up, "SETTINGS"] == [
        "MAX_CONCURRENT_STREAMS 100", "what this side allows: MAX_CONCURRENT_STREAMS 100",
    ]  # fmt: skip
    assert found[up, "CONTINUATION"] == [
        "POST /price?token=[redacted] · cookie: [redacted]",
        "stream 1: opens the stream: the head of a request",
    ]
    assert found[up, "DATA"] == [
        '"hello"', "stream 1: a part of the body; the stream's last frame from this side",
    ]  # fmt: skip
    assert found[down, "HEADERS"] == [
        "200 · content-type: text/plain", "stream 1: the head of the response",
    ]  # fmt: skip
    assert found[down, "SETTINGS"] == ["ACK", "has seen the other side's settings"]
    assert found[down, "RST_STREAM"] == ["CANCEL", "stream 3: gives the stream up: CANCEL"]
    assert found[down, "type 0xfa"][1].startswith("a type that HTTP/2 itself does not have")


def test_lifelines_say_which_http_it_is() -> None:
    assert "HTTP/2" in show.conversation(captured(http2())).svg
    svg = show.conversation(captured(http2(upgraded=True))).svg
    assert 0 < svg.index(">HTTP<") < svg.index(">HTTP/2<")
    assert ">SETTINGS ACK<" in svg


def test_a_conversation_and_its_kinds() -> None:
    text = show.conversation(captured(http2()), fold=False).text
    assert "HEADERS 3 GET /again" in text and "DATA 1" in text
    rows = rows_of(show.table(captured(http2()), kinds={"DATA"}))
    assert [row[2] for row in rows] == ["DATA", "DATA"]
    assert len(rows_of(show.table(captured(http2()), kinds={"http2"}))) == 14
