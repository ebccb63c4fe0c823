from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from wslab.net import close_everything, until
from wslab.net.client import ConnectFailed, open_websocket
from wslab.net.feeds.server import PriceServer
from wslab.net.loop import BackgroundLoop, background
from wslab.protocol.events import CloseReceived, PingReceived, TextMessage


@pytest.fixture
def feed() -> Iterator[PriceServer]:
    server = PriceServer()
    server.listen()
    yield server
    server.close()


def connect(feed: PriceServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", feed.port, timeout=10)


def get(feed: PriceServer, target: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    client = connect(feed)
    client.request(method, target)
    response = client.getresponse()
    body = response.read()
    client.close()
    return response.status, dict(response.getheaders()), body


async def open_socket(feed: PriceServer, **how: Any) -> tuple[Any, list[Any]]:
    events: list[Any] = []

    async def work() -> Any:
        opened = await open_websocket(
            f"ws://127.0.0.1:{feed.port}/price/socket", auto_pong=True, **how
        )
        opened.peer.on_event = events.append
        opened.start()
        return opened.peer

    return await background().join(work()), events


def texts(events: list[Any]) -> list[str]:
    return [event.data for event in events if isinstance(event, TextMessage)]


def test_short_polling_gets_the_price_as_it_is(feed: PriceServer) -> None:
    status, headers, body = get(feed, "/price")
    assert (status, body) == (200, b'{"number":1,"price":100.00}')
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"
    update = feed.publish(101.5)
    assert update.number == 2
    assert get(feed, "/price")[2] == update.text.encode()


def test_a_long_poll_for_an_old_number_is_answered_at_once(feed: PriceServer) -> None:
    feed.publish(101)
    assert get(feed, "/price/next?after=1")[2] == feed.latest.text.encode()
    assert get(feed, "/price/next")[2] == feed.latest.text.encode()


async def test_a_long_poll_waits_for_the_next_price(feed: PriceServer) -> None:
    client = connect(feed)
    client.request("GET", "/price/next?after=1")
    await feed.until(waiting=1)
    feed.publish(102)
    assert json.loads(client.getresponse().read()) == {"number": 2, "price": 102.0}
    assert feed.waiting == 0
    client.close()


async def test_a_long_poller_that_goes_away_is_forgotten(feed: PriceServer) -> None:
    client = connect(feed)
    client.request("GET", "/price/next?after=1")
    await feed.until(waiting=1)
    client.close()
    await until(lambda: feed.waiting == 0, "the server to notice")
    feed.publish(102)
    assert get(feed, "/price")[0] == 200


@pytest.mark.parametrize("after", ["x", "-1", "", "1.5", "²"])
def test_a_number_that_is_none_gets_400(feed: PriceServer, after: str) -> None:
    from urllib.parse import quote

    status, _, body = get(feed, f"/price/next?after={quote(after)}&x=1")
    if after == "":  # an empty value counts as left out
        assert status == 200
    else:
        assert status == 400
        assert b"after" in body


async def test_a_huge_number_waits_and_costs_nothing(feed: PriceServer) -> None:
    client = connect(feed)
    client.request("GET", f"/price/next?after={'9' * 5000}")
    await feed.until(waiting=1)
    client.close()


async def test_a_stream_has_the_price_and_every_change(feed: PriceServer) -> None:
    client = connect(feed)
    client.request("GET", "/price/stream")
    response = client.getresponse()
    assert response.getheader("Content-Type") == "text/event-stream"
    await feed.until(streams=1)
    feed.publish(101)
    lines = [response.readline() for _ in range(4)]
    assert lines == [
        b'data: {"number":1,"price":100.00}\n', b"\n",
        b'data: {"number":2,"price":101.00}\n', b"\n",
    ]  # fmt: skip
    client.close()
    response.close()
    await until(lambda: feed.streams == 0, "the server to notice")
    feed.publish(102)


async def test_a_websocket_has_every_change_and_may_ask(feed: PriceServer) -> None:
    peer, events = await open_socket(feed)
    await until(lambda: len(texts(events)) == 1, "the first price")
    feed.publish(101)
    await until(lambda: len(texts(events)) == 2, "the change")
    background().call(peer.send_text, "what is it now?")
    await until(lambda: len(texts(events)) == 3, "the answer")
    assert [json.loads(text)["number"] for text in texts(events)] == [1, 2, 2]
    assert feed.sockets == 1
    background().call(peer.close, 1000)
    await until(lambda: feed.sockets == 0, "the server to notice")
    feed.publish(102)


async def test_a_page_from_elsewhere_may_not_open_a_websocket(feed: PriceServer) -> None:
    with pytest.raises(ConnectFailed) as caught:
        await open_socket(feed, origin="http://elsewhere.example")
    assert caught.value.response is not None
    assert caught.value.response.status == 403


def test_a_plain_get_of_the_socket_is_told_to_upgrade(feed: PriceServer) -> None:
    status, headers, _ = get(feed, "/price/socket")
    assert status == 426
    assert headers["Sec-WebSocket-Version"] == "13"


async def test_only_the_small_socket_agrees_to_compress(feed: PriceServer) -> None:
    for target, agreed in (("price/socket", 0), ("price/socket/small", 1)):
        opened = await background().join(open_websocket(f"{feed.url}{target}"))
        assert len(opened.accepted.extensions) == agreed
        background().call(opened.start)
        background().call(opened.peer.close, 1000)


async def test_it_can_live_on_a_loop_of_its_own() -> None:
    loop = BackgroundLoop()
    feed = PriceServer(loop=loop)
    await loop.join(feed.start())
    assert feed.publish(101).number == 2
    assert get(feed, "/price")[2] == feed.latest.text.encode()
    await feed.aclose()
    assert not feed.listening
    loop.stop()


def test_other_paths_and_methods_are_refused_with_what_there_is(feed: PriceServer) -> None:
    status, _, body = get(feed, "/prize")
    assert status == 404
    assert b"/price/stream" in body
    status, headers, _ = get(feed, "/price", "POST")
    assert (status, headers["Allow"]) == (405, "GET")


async def test_a_heartbeat_breaks_the_silence_of_all_in_their_own_way() -> None:
    feed = PriceServer(heartbeat=0.05)
    feed.listen()
    poller = connect(feed)
    poller.request("GET", "/price/next?after=1")
    reader = connect(feed)
    reader.request("GET", "/price/stream")
    peer, events = await open_socket(feed)
    answer = poller.getresponse()
    assert (answer.status, answer.read()) == (204, b"")
    assert answer.getheader("Content-Length") is None
    stream = reader.getresponse()
    first, end, comment = (stream.readline() for _ in range(3))
    assert (first[:5], end, comment) == (b"data:", b"\n", b":\n")
    await until(lambda: any(isinstance(e, PingReceived) for e in events), "a ping")
    poller.close()
    reader.close()
    stream.close()
    background().call(peer.close, 1000)
    feed.close()


def test_without_a_heartbeat_nothing_is_said_in_the_silence(feed: PriceServer) -> None:
    with socket.create_connection(("127.0.0.1", feed.port), timeout=0.2) as client:
        client.sendall(b"GET /price/next?after=1 HTTP/1.1\r\nHost: here\r\n\r\n")
        with pytest.raises(TimeoutError):
            client.recv(1)


async def test_the_end_lets_everybody_go() -> None:
    feed = PriceServer()
    feed.listen()
    poller = connect(feed)
    poller.request("GET", "/price/next?after=1")
    reader = connect(feed)
    reader.request("GET", "/price/stream")
    stream = reader.getresponse()
    _, events = await open_socket(feed)
    await feed.until(waiting=1, streams=1, sockets=1)
    background().call(feed.end)
    answer = poller.getresponse()
    assert answer.status == 204
    assert stream.read() == b'data: {"number":1,"price":100.00}\n\n'
    await until(lambda: any(isinstance(e, CloseReceived) for e in events), "the close frame")
    # Who comes later is let go at once.
    assert get(feed, "/price/next?after=1")[0] == 204
    assert get(feed, "/price/stream")[2].endswith(b"\n\n")
    peer, late = await open_socket(feed)
    await until(lambda: peer.lost, "the late one to be closed")
    assert texts(late) == [feed.latest.text]
    for client in (poller, reader):
        client.close()
    feed.close()


def test_publish_from_any_thread_is_seen_when_it_returns(feed: PriceServer) -> None:
    thread = threading.Thread(target=feed.publish, args=(105,))
    thread.start()
    thread.join()
    assert feed.latest.price == 105
    assert repr(feed) == "<PriceServer: listening>"


async def test_close_everything_closes_it() -> None:
    feed = PriceServer(heartbeat=0.05)
    feed.listen()
    client = connect(feed)
    client.request("GET", "/price/stream")
    response = client.getresponse()
    await close_everything()
    assert response.read().startswith(b"data:")
    assert repr(feed) == "<PriceServer: closed>"
    client.close()
