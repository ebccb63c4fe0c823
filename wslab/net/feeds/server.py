"""The server of the feeds: one price, and five ways to follow it.

    GET /price                 the price now                                    short polling
    GET /price/next?after=3    answered when there is one with a higher number  long polling
    GET /price/stream          a response that never ends, an event a change    server-sent events
    GET /price/socket          upgraded; a message a change, both ways          WebSocket
    GET /price/socket/small    the same with permessage-deflate (RFC 7692)   WebSocket, compressed

A change is announced to all of them in the same moment. With a `heartbeat`, silence of that length
is broken for all of them too, each in its own way: an empty answer (204), a comment line (WHATWG
HTML section 9.2.7), a ping (RFC 6455 section 5.5.2).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import parse_qs

from wslab.net.conditions import until
from wslab.net.exchange import Exchange
from wslab.net.feeds.heart import Heart
from wslab.net.feeds.price import FIRST_PRICE, Update
from wslab.net.http import HTTPLimits
from wslab.net.loop import BackgroundLoop, background
from wslab.net.peer import Peer, PeerOptions
from wslab.net.server import HTTPServer
from wslab.protocol import Connection, PerMessageDeflate, Role
from wslab.protocol.errors import HandshakeError
from wslab.protocol.events import Event, TextMessage
from wslab.protocol.extensions import choose
from wslab.protocol.handshake import build_response, check_origin, check_request, refusal
from wslab.protocol.states import State

FRESH = ("Cache-Control", "no-store")  # an old price from a cache would help nobody
JSON = [("Content-Type", "application/json"), FRESH]
PLAIN = [("Content-Type", "text/plain; charset=utf-8")]
STREAM = [("Content-Type", "text/event-stream"), FRESH]


class PriceServer(HTTPServer):
    """Serves a price that `publish` changes, with `depth` offers each time. `heartbeat` is in
    seconds, None for none; `loop` is where it lives, the background loop unless it is given one.
    """

    def __init__(
        self,
        first: float = FIRST_PRICE,
        *,
        heartbeat: float | None = None,
        depth: int = 0,
        limits: HTTPLimits | None = None,
        loop: BackgroundLoop | None = None,
    ) -> None:
        super().__init__(self._answer, limits=limits)
        self._loop = loop
        self.heartbeat = heartbeat
        self.latest = Update(1, first, time.monotonic(), depth)
        self.ended = False
        self._waiting: dict[Exchange, None] = {}
        self._streams: dict[Exchange, None] = {}
        self._heart = Heart(heartbeat, self._heartbeat)
        self._answers = {
            "/price": self._now,
            "/price/next": self._next,
            "/price/stream": self._stream,
            "/price/socket": self._socket,
            "/price/socket/small": self._small_socket,
        }

    def __repr__(self) -> str:
        return f"<PriceServer: {'listening' if self.listening else 'closed'}>"

    @property
    def waiting(self) -> int:
        """Long polls that have not been answered yet."""
        return len(self._waiting)

    @property
    def streams(self) -> int:
        """Open responses of server-sent events."""
        return len(self._streams)

    @property
    def sockets(self) -> int:
        """Open WebSockets."""
        return len(self.peers)

    async def until(
        self, *, waiting: int = 0, streams: int = 0, sockets: int = 0, timeout: float = 5.0
    ) -> None:
        """Wait until the server holds so many long polls, streams and WebSockets."""
        await until(
            lambda: self.waiting >= waiting and self.streams >= streams and self.sockets >= sockets,
            f"{waiting} waiting, {streams} streams and {sockets} sockets",
            timeout,
        )

    def publish(self, price: float) -> Update:
        """Change the price, and tell everybody who listens. From any thread."""
        home = self._loop or background()
        if home.inside():
            return self._publish(price)
        return home.run(self._publish_there(price))

    async def _publish_there(self, price: float) -> Update:
        return self._publish(price)

    def _publish(self, price: float) -> Update:
        last = self.latest
        self.latest = Update(last.number + 1, price, time.monotonic(), last.depth)
        self._answer_waiting(self._send_price)
        for exchange in list(self._streams):
            exchange.write(self._event())
        for peer in list(self.peers):
            self._tell(peer)
        self._heart.start()
        return self.latest

    def end(self) -> None:
        """Let every follower go: answer the long polls, complete the streams, close the
        WebSockets. On the server's loop.
        """
        self.ended = True
        self._heart.stop()
        self._answer_waiting(_send_nothing)
        for exchange in list(self._streams):
            exchange.end()
        self._streams.clear()
        for peer in list(self.peers):
            peer.close(1000, "the feed has ended")

    async def aclose(self, code: int = 1001, reason: str = "server is closing") -> None:
        await (self._loop or background()).join(self._close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        self.end()
        await super()._close(code, reason)

    # One method for each technique

    def _answer(self, exchange: Exchange) -> None:
        path = exchange.request.target.partition("?")[0]
        answer = self._answers.get(path)
        if answer is None:
            text = f"404 Not Found: there is {', '.join(self._answers)}\n"
            exchange.respond(404, PLAIN, text.encode())
        elif exchange.request.method != "GET":
            text = f"405 Method Not Allowed: {path} answers GET only\n"
            exchange.respond(405, [*PLAIN, ("Allow", "GET")], text.encode())
        else:
            answer(exchange)

    def _now(self, exchange: Exchange) -> None:
        self._send_price(exchange)

    def _next(self, exchange: Exchange) -> None:
        after = parse_qs(exchange.request.target.partition("?")[2]).get("after", ["0"])[-1]
        if not (after.isascii() and after.isdigit()):
            text = "400 Bad Request: after must be the number of an update, such as after=3\n"
            exchange.respond(400, PLAIN, text.encode())
        elif len(after) <= 18 and self.latest.number > int(after):
            self._send_price(exchange)
        elif self.ended:
            _send_nothing(exchange)
        else:
            self._waiting[exchange] = None
            exchange.on_abort = lambda: self._waiting.pop(exchange, None)
            self._heart.start(only_first=True)

    def _stream(self, exchange: Exchange) -> None:
        exchange.send_head(200, STREAM)
        exchange.write(self._event())
        if self.ended:
            exchange.end()
            return
        self._streams[exchange] = None
        exchange.on_abort = lambda: self._streams.pop(exchange, None)
        self._heart.start(only_first=True)

    def _small_socket(self, exchange: Exchange) -> None:
        self._socket(exchange, (PerMessageDeflate(),))

    def _socket(self, exchange: Exchange, extensions: tuple[PerMessageDeflate, ...] = ()) -> None:
        try:
            upgrade = check_request(exchange.request)
            check_origin(upgrade.origin, upgrade.host)
        except HandshakeError as error:
            exchange.send_raw_and_close(refusal(error).serialize())
            return
        options = PeerOptions() if self.heartbeat is None else PeerOptions(ping_interval=None)
        chosen, agreed = choose(upgrade.extensions, extensions)
        peer = Peer(
            Connection(Role.SERVER, extensions=agreed), label=exchange.label, options=options
        )

        def asked(event: Event) -> None:
            if isinstance(event, TextMessage):  # whatever a client says, it hears the price
                self._tell(peer)

        peer.on_event = asked
        response = build_response(upgrade, extensions=chosen)
        exchange.upgrade(response.serialize(), peer)
        self.adopt(peer)
        self._tell(peer)
        if self.ended:
            peer.close(1000, "the feed has ended")
        else:
            self._heart.start(only_first=True)

    # What they share

    def _answer_waiting(self, send: Callable[[Exchange], None]) -> None:
        waiting, self._waiting = list(self._waiting), {}
        for exchange in waiting:
            send(exchange)

    def _send_price(self, exchange: Exchange) -> None:
        exchange.respond(200, JSON, self.latest.text.encode())

    def _tell(self, peer: Peer) -> None:
        if peer.state is State.OPEN:
            peer.send_text(self.latest.text)

    def _event(self) -> bytes:
        return f"data: {self.latest.text}\n\n".encode()

    def _heartbeat(self) -> None:
        self._answer_waiting(_send_nothing)
        for exchange in list(self._streams):
            exchange.write(b":\n\n")
        for peer in list(self.peers):
            if peer.state is State.OPEN:
                peer.ping()


def _send_nothing(exchange: Exchange) -> None:
    """204: the wait is over and nothing is new. It has no body and says no length (RFC 9110
    section 15.3.5).
    """
    exchange.send_head(204, [FRESH])
    exchange.end()
