"""Heads are counted by bytes; h2's own parser is the judge of those of HTTP/2."""

from __future__ import annotations

import h2.config
import h2.connection
import h2.events
import pytest
from hyperframe.frame import ContinuationFrame, DataFrame, Frame, HeadersFrame, PingFrame

from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.feeds.heads import PREFACE, HeadSize, heads
from wslab.net.relay import Direction

GET = b"GET /price HTTP/1.1\r\nHost: here\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"


def recorded(*chunks: tuple[float, Direction, bytes]) -> CapturedConnection:
    connection = CapturedConnection(1, 0.0)
    connection.chunks.extend(Chunk(*chunk) for chunk in chunks)
    return connection


def test_heads_of_http_1_are_without_their_bodies() -> None:
    found = heads(recorded((0.5, "up", GET), (1.0, "down", OK + b"body")))
    assert found == [HeadSize(0.5, len(GET), True), HeadSize(1.0, len(OK), False)]


@pytest.mark.parametrize("cut", [1, 5, 1000])
def test_heads_of_http_2_are_frames_whatever_the_reads(cut: int) -> None:
    frames: list[Frame] = [
        PingFrame(0, b"12345678"),
        HeadersFrame(1, b"h" * 40, flags=["END_STREAM"]),
        ContinuationFrame(1, b"c" * 7, flags=["END_HEADERS"]),
        DataFrame(1, b"\x01" * 100),
        HeadersFrame(3, b"h" * 5, flags=["END_HEADERS"]),
    ]
    data = PREFACE + b"".join(frame.serialize() for frame in frames)
    chunks: list[tuple[float, Direction, bytes]] = [
        (float(place), "up", data[place : place + cut]) for place in range(0, len(data), cut)
    ]
    found = heads(recorded(*chunks))
    assert [(head.size, head.asks) for head in found] == [(49, True), (16, False), (14, True)]
    begin = len(PREFACE) + 17
    assert found[0].t == begin - begin % cut


def test_an_http_2_request_is_counted_as_h2_sends_it() -> None:
    client = h2.connection.H2Connection()
    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    client.initiate_connection()
    server.initiate_connection()
    before = client.data_to_send()
    fields = [(":method", "GET"), (":scheme", "http"), (":authority", "x"), (":path", "/price")]
    client.send_headers(1, fields, end_stream=True)
    asked = client.data_to_send()
    server.receive_data(before + asked)
    answer = server.data_to_send()
    server.send_headers(1, [(":status", "200")])
    head = server.data_to_send()
    server.send_data(1, b"body")
    body = server.data_to_send()
    wire = recorded((0.0, "up", before), (1.0, "up", asked), (2.0, "down", answer + head + body))
    assert heads(wire) == [HeadSize(1.0, len(asked), True), HeadSize(2.0, len(head), False)]
