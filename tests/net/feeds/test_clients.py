from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from wslab.net import capture, until
from wslab.net.capture import Capture
from wslab.net.dissect import FrameItem, RequestItem, dissect
from wslab.net.feeds.clients import LIKE_A_BROWSER, Watch, poll, read_events
from wslab.net.feeds.price import number_in
from wslab.net.feeds.server import PriceServer
from wslab.net.feeds.techniques import TECHNIQUES, Technique
from wslab.net.loop import background

OVER_HTTP1 = [technique for technique in TECHNIQUES if technique.name != "HTTP/2 stream"]


@pytest.fixture
def feed() -> Iterator[PriceServer]:
    server = PriceServer()
    server.listen()
    yield server
    server.close()


class Follow:
    """A client in its thread, as `measure` runs it."""

    def __init__(self, technique: Technique, wire: Capture, **how: Any) -> None:
        self.seen: list[int] = []
        self.watch = Watch(wire.host, wire.port, self.saw, poll_every=0.01, **how)
        self.thread = threading.Thread(target=technique.client, args=(self.watch,), daemon=True)
        self.thread.start()

    def saw(self, text: str) -> int:
        self.seen.append(number_in(text))
        return self.seen[-1]

    async def end(self, feed: PriceServer) -> None:
        self.watch.stop.set()
        background().call(feed.end)
        await until(lambda: not self.thread.is_alive(), "the client to end")


def requests(wire: Capture) -> list[RequestItem]:
    return [i for c in wire.connections for i in dissect(c) if isinstance(i, RequestItem)]


@pytest.mark.parametrize("technique", OVER_HTTP1, ids=lambda technique: technique.name)
async def test_each_client_hears_of_every_change_and_ends(
    feed: PriceServer, technique: Technique
) -> None:
    wire = capture(feed)
    follow = Follow(technique, wire)
    for price in (101, 102, 103):
        known = feed.latest.number
        await until(lambda known=known: known in follow.seen, f"update {known}")
        feed.publish(price)
    await until(lambda: 4 in follow.seen, "the last update")
    assert follow.seen == sorted(follow.seen)
    await follow.end(feed)
    polls = "short" in technique.name
    assert (len(wire.connections) > 1) == (technique.name == "short polling, new connections")
    if technique.name == "server-sent events" or "WebSocket" in technique.name:
        assert len(requests(wire)) == 1
        assert follow.seen == [1, 2, 3, 4]
    elif not polls:
        assert follow.seen == [1, 2, 3, 4]
        assert len(requests(wire)) >= 4
    wire.close()


@pytest.mark.parametrize("technique", OVER_HTTP1, ids=lambda technique: technique.name)
async def test_headers_go_with_each_request(feed: PriceServer, technique: Technique) -> None:
    wire = capture(feed)
    follow = Follow(technique, wire, headers={**LIKE_A_BROWSER, "Cookie": "id=1"})
    await until(lambda: follow.seen, "the first price")
    await follow.end(feed)
    assert {request.get("User-Agent") for request in requests(wire)} == {
        LIKE_A_BROWSER["User-Agent"]
    }
    assert all(request.get("Cookie") == "id=1" for request in requests(wire))
    # Of a fetch's own headers an upgrade has none.
    is_upgrade = "WebSocket" in technique.name
    assert all((request.get("Sec-Fetch-Mode") == "") == is_upgrade for request in requests(wire))
    wire.close()


def test_a_refused_request_says_what_was_answered(feed: PriceServer) -> None:
    watch = Watch("127.0.0.1", feed.port, number_in)
    connection = watch.connection()
    with pytest.raises(RuntimeError, match="GET /nothing was answered 404"):
        watch.get(connection, "/nothing")
    connection.close()


def test_a_client_without_a_server_raises() -> None:
    server = PriceServer()
    server.listen()
    port = server.port
    server.close()
    with pytest.raises(ConnectionRefusedError):
        poll(Watch("127.0.0.1", port, number_in))


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data: a\r\ndata: b\r\n\r\n", ["a\nb"]),
        (b"data:a\n\ndata:  b\n\n", ["a", " b"]),
        (b":\n\n: a comment\ndata: a\n\n", ["a"]),
        (b"event: price\nid: 3\nretry: 10\ndata: a\n\n", ["a"]),
        (b"data\n\n", [""]),
        (b"\n\n\n", []),
        (b"data: never finished\n", []),
        ("data: ü:ü\n\n".encode(), ["ü:ü"]),
    ],
)
def test_events_are_read_as_the_standard_says(stream: bytes, events: list[str]) -> None:
    assert list(read_events(stream.splitlines(keepends=True))) == events


@pytest.mark.parametrize("technique", TECHNIQUES[-2:], ids=lambda technique: technique.name)
async def test_a_websocket_is_compressed_where_its_name_says_so(technique: Technique) -> None:
    server = PriceServer(depth=20)
    server.listen()
    wire = capture(server)
    follow = Follow(technique, wire)
    await until(lambda: follow.seen, "the first price")
    await follow.end(server)
    compressed = technique.name.endswith("compressed")
    (request,) = requests(wire)
    assert ("permessage-deflate" in request.get("Sec-WebSocket-Extensions")) == compressed
    messages = [
        i
        for i in dissect(wire.connections[0])
        if isinstance(i, FrameItem) and i.opcode_name == "text"
    ]
    assert [message.compressed for message in messages] == [compressed]
    assert messages[0].data.decode() == server.latest.text
    wire.close()
    server.close()
