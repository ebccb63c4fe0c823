"""The receiving half of a WebSocketConnection: its state, and its events.

The way of a message is short: bytes arrive, `wslab.net.Peer` feeds the engine, `_on_event` looks at
the type of what came out, and the 'message' listener runs. Nothing waits in a queue, and no lock is
taken.
"""

from __future__ import annotations

from collections.abc import Callable

from wslab.net.loop import background
from wslab.net.peer import Peer
from wslab.node.close_reasons import CloseReasons
from wslab.node.events import EventEmitter
from wslab.node.extensions import as_records
from wslab.node.frame import from_wire
from wslab.node.records import BinaryMessage, Record, UTF8Message
from wslab.node.sockets import Socket
from wslab.node.threads import soon
from wslab.protocol import events
from wslab.protocol.frames import Frame, Opcode
from wslab.protocol.http_fields import ExtensionOffer
from wslab.protocol.states import State

DROPPED_BY_PEER = "Connection dropped by remote peer."


class Receiving(CloseReasons, EventEmitter):
    """What a connection knows and tells; `connection.WebSocketConnection` adds what it does."""

    def __init__(
        self,
        peer: Peer,
        *,
        config: Record,
        protocol: str | None = None,
        remoteAddresses: list[str] | None = None,
        number: int = 0,
        extensions: tuple[ExtensionOffer, ...] = (),
    ) -> None:
        super().__init__()
        self.config = config
        self.protocol = protocol
        self.extensions = as_records(extensions)
        self.webSocketVersion = 13
        self.remoteAddresses = remoteAddresses or []
        self.remoteAddress = self.remoteAddresses[0] if self.remoteAddresses else None
        self.number = number
        self.closeReasonCode = -1
        self.closeDescription: str | None = None
        self.closeTimeout: int = config["closeTimeout"]
        self.assembleFragments: bool = config["assembleFragments"]
        self.maxReceivedMessageSize: int = config["maxReceivedMessageSize"]
        self.outputBufferFull = False
        self.inputPaused = False
        self._threshold: float = (
            config["fragmentationThreshold"] if config["fragmentOutgoingMessages"] else float("inf")
        )
        self._surely_short = self._threshold / 4  # characters: each has at most 4 bytes of UTF-8
        self._socket: Socket | None = None
        self._closed_with: tuple[int, str] | None = None  # what `close` was called with
        self._final: tuple[int, str] | None = None  # what ended it without the peer's Close
        self._peer = peer
        self._engine = peer.connection
        self._engine.auto_pong = False  # a 'ping' listener may cancel the pong
        self._loop_thread = background().thread_id
        peer.on_event = self._on_event
        peer.on_closed = self._on_closed
        peer.on_error = self._on_error
        peer.on_pause = self._on_pause
        peer.on_drain = self._on_drain

    def __repr__(self) -> str:
        return f"<WebSocketConnection {self.number}, {self.state}>"

    @property
    def connected(self) -> bool:
        """False from the moment when either side begins to close."""
        return self._engine.state is State.OPEN

    @property
    def state(self) -> str:
        """ "open", "peer_requested_close", "ending" or "closed"."""
        state = self._engine.state
        if state is State.OPEN:
            return "open"
        if state is State.CLOSED:
            return "closed"
        return "ending" if self._peer.began_close else "peer_requested_close"

    @property
    def waitingForCloseResponse(self) -> bool:
        return self._peer.began_close and self._engine.close_received is None

    @property
    def socket(self) -> Socket:
        """The TCP socket."""
        if self._socket is None:
            transport = self._peer.transport
            info = transport.get_extra_info if transport else lambda name: None
            self._socket = Socket(
                (info("peername") or ("", 0))[:2],
                (info("sockname") or ("", 0))[:2],
                transport=lambda: self._peer.transport,
            )
        return self._socket

    # wslab's own, for the server and the client, on the background loop

    def adopt(self, register: Callable[[Peer], object], ended: Callable[[Peer], object]) -> None:
        """Register the peer with its listening server, and call `ended` after all 'close'
        listeners.
        """
        register(self._peer)
        self._peer.when_lost(ended)

    def handler_failed(self, error: Exception) -> None:
        """A listener raised: log it with its line, and close this connection with 1011."""
        self._peer.handler_failed(error)

    def lost_before_it_opened(self, why: str) -> None:
        """The client went away while the application decided: a 'close' event follows."""
        self._final = (1006, why)
        self._engine.receive_eof()
        soon(self._peer.connection_lost, None)

    # Inside, on the background loop

    def _on_event(self, event: events.Event) -> None:
        kind = type(event)
        if kind is events.TextMessage:
            self.emit("message", UTF8Message(event.data))  # type: ignore[union-attr, arg-type]
        elif kind is events.BinaryMessage:
            self.emit("message", BinaryMessage(event.data))  # type: ignore[union-attr, arg-type]
        else:
            self._on_rare_event(event)

    def _on_rare_event(self, event: events.Event) -> None:
        if isinstance(event, events.FrameReceived):
            self.emit("frame", from_wire(event.frame))
        elif isinstance(event, events.PingReceived):
            self._control_frame(Opcode.PING, event.payload)
            self._answer_ping(event.payload)
        elif isinstance(event, events.PongReceived):
            self._control_frame(Opcode.PONG, event.payload)
            self.emit("pong", event.payload)
        elif isinstance(event, events.Failed):
            self._final = (event.code, event.reason)

    def _control_frame(self, opcode: Opcode, payload: bytes) -> None:
        if not self.assembleFragments:
            self.emit("frame", from_wire(Frame(opcode, payload)))

    def _answer_ping(self, payload: bytes) -> None:
        cancelled = False

        def cancel() -> None:
            nonlocal cancelled
            cancelled = True

        self.emit("ping", cancel, payload)
        if not cancelled and not self._engine.finished:
            self._peer.pong(payload)

    def _on_closed(self, code: int, reason: str, clean: bool) -> None:
        self.closeReasonCode, self.closeDescription = self._how_it_ended(code, reason)
        peer = self._peer
        peer.on_error = peer.on_pause = peer.on_drain = None
        self.emit("close", self.closeReasonCode, self.closeDescription)

    def _how_it_ended(self, code: int, reason: str) -> tuple[int, str]:
        """As npm reports it: our own code if we began, else the other side's, else 1006."""
        if self._final is not None:
            return self._final
        if self._engine.close_received is None:
            return 1006, DROPPED_BY_PEER
        if self._peer.began_close:
            if self._closed_with is not None:
                return self._closed_with
            code, reason = self._engine.close_sent or (code, reason)
        return code, reason or self.CLOSE_DESCRIPTIONS.get(code, "")

    def _on_error(self, error: Exception) -> None:
        if self.listenerCount("error"):
            self.emit("error", error)

    def _on_pause(self) -> None:
        self.outputBufferFull = True

    def _on_drain(self) -> None:
        self.outputBufferFull = False
        self.emit("drain")

    def _listener_failed(self, error: Exception) -> None:
        self.handler_failed(error)
