"""A server on wslab.net for the tests of wslab.browser, well-behaved, with a log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from wslab.net.exchange import Exchange
from wslab.net.peer import Peer
from wslab.net.server import HTTPServer
from wslab.protocol import Connection, Event, Limits, Role
from wslab.protocol.events import BinaryMessage, TextMessage
from wslab.protocol.handshake import Request, build_response, check_request


def send_back(peer: Peer, event: Event) -> None:
    """What an echo server does with an event."""
    if isinstance(event, TextMessage):
        peer.send_text(event.data)
    elif isinstance(event, BinaryMessage):
        peer.send_bytes(event.data)


class Server:
    """A WebSocket server on wslab.net. It remembers the requests and its peers."""

    def __init__(self, on_event: Callable[[Peer, Event], None]) -> None:
        self.on_event = on_event
        self.on_open: Callable[[Peer, Request], None] = lambda peer, request: None
        self.delay = 0.0  # seconds from a request to its answer
        self.log: list[str] = []
        self.requests: list[Request] = []
        self.peers: list[Peer] = []
        self.http = HTTPServer(self._upgrade)
        self.http.listen()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.http.port}"

    @property
    def url(self) -> str:
        return f"ws://{self.host}/"

    def _upgrade(self, exchange: Exchange) -> None:
        self.log.append("request")
        self.requests.append(exchange.request)
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self._answer, exchange)
        else:
            self._answer(exchange)

    def _answer(self, exchange: Exchange) -> None:
        self.log.append("answer")
        response = build_response(check_request(exchange.request))
        peer = Peer(Connection(Role.SERVER, limits=Limits(max_frame=None, max_message=None)))
        peer.on_event = partial(self.on_event, peer)
        self.peers.append(peer)
        self.http.adopt(peer)
        exchange.upgrade(response.serialize(), peer)
        self.on_open(peer, exchange.request)


@contextmanager
def serving(on_event: Callable[[Peer, Event], None] = send_back) -> Iterator[Server]:
    server = Server(on_event)
    try:
        yield server
    finally:
        server.http.close()
