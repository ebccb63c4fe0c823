"""The server on an HTTP server: path, origin, plain requests, shutting down."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from websockets.exceptions import InvalidStatus

from tests.chat.support import ENGINE, connected, fetch, serving, unconnected
from tests.waiting import wait_for
from wslab.chat import Server
from wslab.chat.engine import EngineOptions
from wslab.chat.engine.server import make_id
from wslab.node import http


def refused(url: str, **options: object) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as error, unconnected(url, **options):
        pass
    response = error.value.response
    return response.status_code, (response.body or b"").decode()


def as_http(url: str) -> str:
    return "http" + url.removeprefix("ws")


def test_pages_of_other_origins_are_refused() -> None:
    with serving() as (io, url):
        status, body = refused(url, origin="https://evil.example")
        assert status == 403
        assert "evil.example" in body
        assert not io.sockets.sockets
        own = as_http(url).partition("/socket.io/")[0]
        with connected(url, origin=own), connected(url):
            assert len(io.sockets.sockets) == 2


def test_other_origins_can_be_allowed() -> None:
    with serving(origins=["https://friend.example"]) as (_, url):
        with connected(url, origin="https://friend.example"):
            pass
        assert refused(url, origin="https://evil.example")[0] == 403


def test_other_paths_are_not_found() -> None:
    with serving(path="/chat/") as (_, url):
        status, body = refused(url)
        assert status == 404
        assert "/chat/" in body
        with connected(url.replace("socket.io", "chat")):
            pass


def test_plain_requests_go_where_they_went_before() -> None:
    def page(request: http.IncomingMessage, response: http.ServerResponse) -> None:
        response.end(f"page {request.url}")

    http_server = http.createServer(page)
    io = Server(http_server)
    http_server.listen(0)
    try:
        assert fetch(f"{http_server.http_url}x?y=1")[::2] == (200, b"page /x?y=1")
        status, _, body = fetch(f"{http_server.http_url}socket.io/")
        assert (status, body) == (400, b'{"code": 0, "message": "Transport unknown"}')
    finally:
        io.close()


def test_a_server_without_pages_answers_404() -> None:
    with serving() as (_, url):
        assert fetch(as_http(url).partition("socket.io/")[0])[0] == 404


@pytest.mark.parametrize(
    ("packet", "words"),
    [("8[]", "no packet type 8"), ("2[", "not JSON"), ('2["disconnect"]', "reserved")],
)
def test_a_bad_packet_that_was_posted_is_answered_with_the_reason(packet: str, words: str) -> None:
    with serving() as (_, url):
        polling = as_http(url).replace("websocket", "polling")
        session = f"{polling}&sid={json.loads(fetch(polling)[2][1:])['sid']}"
        assert fetch(session, "POST", b"40")[::2] == (200, b"ok")
        status, _, body = fetch(session, "POST", f'4{packet}\x1e42["too late"]'.encode())
        assert status == 400
        message = json.loads(body)["message"]
        assert message.startswith("parse error: ")
        assert words in message
        assert fetch(session)[2].endswith(b"\x1e1")


def test_a_payload_that_is_announced_as_possible_is() -> None:
    with serving(engine=EngineOptions(max_payload=2_000_000)) as (_, url):
        polling = as_http(url).replace("websocket", "polling")
        opening = json.loads(fetch(polling)[2][1:])
        assert opening["maxPayload"] == 2_000_000
        session = f"{polling}&sid={opening['sid']}"
        packets = b"\x1e".join([b"40", *[b'42["x","%s"]' % (b"x" * 60_000)] * 31])
        assert 1_800_000 < len(packets) < 2_000_000
        assert fetch(session, "POST", packets)[::2] == (200, b"ok")
        assert fetch(session, "POST", b"4" * 2_000_001)[0] == 413


def test_one_server_for_two_ports() -> None:
    servers = [http.createServer(), http.createServer()]
    io = Server().attach(servers[0]).attach(servers[1])
    for server in servers:
        server.listen(0)
    with (
        connected(f"{servers[0].url}socket.io/?{ENGINE}") as a,
        connected(f"{servers[1].url}socket.io/?{ENGINE}") as b,
    ):
        io.emit("both")
        assert a.event() == b.event() == ["both"]
        io.close()
    assert not any(server.listening for server in servers)


def test_closing_tells_clients_with_1001_and_handlers_why() -> None:
    reasons: list[str] = []

    def farewell(io: Server) -> Callable[[str], None]:
        def gone(reason: str) -> None:
            reasons.append(reason)
            io.emit("somebody left")

        return gone

    with serving() as (io, url), connected(url) as a, connected(url) as b:
        for socket in list(io.sockets.sockets.values()):
            socket.on("disconnect", farewell(io))
        io.close()
        assert reasons == ["server shutting down"] * 2
        for raw in (a, b):
            assert raw.quiet is not None
            assert raw.closed() == (1001, "server shutting down")
        io.close()


def test_closing_the_http_server_frees_everything_too() -> None:
    reasons: list[str] = []
    http_server = http.createServer()
    io = Server(http_server)
    http_server.listen(0)
    with connected(f"{http_server.url}socket.io/?{ENGINE}") as raw:
        io.sockets.sockets[raw.sid].on("disconnect", reasons.append)
        http_server.close()
        assert raw.closed()[0] == 1001
    wait_for(lambda: reasons, "the disconnect event")
    assert not io.sockets.sockets
    assert repr(io) == "<Socket.IO server, 0 connected>"
    io.close()


def test_handshake_is_known_to_handlers() -> None:
    with serving() as (io, url):
        query = f"{url}&room=1"
        with connected(query, additional_headers={"X-Test": "yes"}) as raw:
            handshake = io.sockets.sockets[raw.sid].handshake
    assert handshake.url == f"/socket.io/?{ENGINE}&room=1"
    assert handshake.headers["x-test"] == "yes"
    assert handshake.address == "127.0.0.1"
    assert handshake.time > 1_600_000_000


def test_ids_are_injected_or_random() -> None:
    ids = iter(["session", "one"])
    with serving(generate_id=lambda: next(ids)) as (_, url), connected(url) as a:
        assert a.sid == "one"
    assert len(make_id()) == 20
    assert make_id() != make_id()
