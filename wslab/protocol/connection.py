"""One WebSocket after its handshake, for either role: bytes in, events and bytes out.

    receive(data) ──▶ events, in the order in which their last byte came
    take_output() ──▶ bytes that answer by themselves: pongs, the Close echo, the Close of a failure
    send_…(…)     ──▶ bytes to write, or a LocalError and nothing sent (sending.py)

RFC 6455: messages 5.6, control frames 5.5, the closing handshake 7.1, failing a connection 7.1.7.
The state only moves along `states.TRANSITIONS`. The owner writes what it is given, in order, calls
`receive_eof` when TCP has ended, and ends TCP itself when `finished` says that nothing may follow
(7.1.1: the server at once, the client after giving the server time to).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from wslab.protocol.closing import ABNORMAL, NO_CODE, close_payload, parse_close
from wslab.protocol.errors import ProtocolError
from wslab.protocol.events import (
    BinaryMessage,
    CloseReceived,
    Event,
    Failed,
    FrameReceived,
    PingReceived,
    PongReceived,
    TextMessage,
)
from wslab.protocol.extensions import Extension, rsv_bits
from wslab.protocol.frames import Frame, FrameParser, Opcode
from wslab.protocol.messages import Assembler, Limits, not_utf8
from wslab.protocol.sending import Bytes, Role, Sender
from wslab.protocol.states import Cause, State

_TEXT, _BINARY = Opcode.TEXT, Opcode.BINARY


class Connection(Sender):
    """The protocol of one open connection.

    mask_source: gives 4 fresh random bytes for each frame; a client needs one. auto_pong: answer
    pings; with False the owner does (5.5.2 demands it). assemble: join fragments into messages;
    with False each data frame is a FrameReceived, followed by its message when it is one alone.

    state, role, auto_pong; close_sent and close_received: (code, reason) or None.
    """

    __slots__ = (
        "_assemble",
        "_messages",
        "_output",
        "_parser",
        "auto_pong",
        "close_received",
    )

    def __init__(
        self,
        role: Role,
        *,
        limits: Limits | None = None,
        extensions: Sequence[Extension] = (),
        mask_source: Callable[[], bytes] | None = None,
        auto_pong: bool = True,
        assemble: bool = True,
    ) -> None:
        super().__init__(role, mask_source, extensions)
        limits = limits or Limits()
        self.auto_pong = auto_pong
        self.close_received: tuple[int, str] | None = None
        # Data that can't be compressed grows by a few bytes when it is, so with an extension the
        # message is judged after it.
        bounds = (limits.max_frame, limits.max_message if assemble and not extensions else None)
        self._parser = FrameParser(
            expect_masked=role is Role.SERVER,
            max_payload=min((bound for bound in bounds if bound is not None), default=None),
            rsv=rsv_bits(extensions),
        )
        self._messages = Assembler(limits, keep=assemble)
        self._assemble = assemble
        self._output: list[bytes] = []

    def receive(self, data: Bytes) -> list[Event]:
        """What these bytes complete; nothing that a peer sends makes it raise.

        While CLOSING after our own Close, messages still come (1.4: until the peer's Close).
        """
        return list(self.events(data))

    def events(self, data: Bytes) -> Iterator[Event]:
        """The same one by one: what is sent between two events goes out between their answers.

        So a message is answered before the Close that came with it, however the bytes were cut.
        Take the output after each event, and all the events: they are read as they are asked for.
        """
        if self.finished:
            return
        fault: ProtocolError | None = None
        try:
            frames = self._parser.feed(data)
        except ProtocolError as error:
            frames, fault = error.frames, error
        messages, plain = self._messages, not self._extensions
        try:
            for frame in frames:
                if self._deaf:  # by what came before, or by the owner between two events
                    return
                # The way of nearly all frames: a message that is one frame, as it was written.
                if frame.fin and self._assemble and not messages.busy and (plain or not frame.rsv):
                    if frame.opcode is _TEXT:
                        yield TextMessage(frame.payload.decode())
                        continue
                    if frame.opcode is _BINARY:
                        yield BinaryMessage(frame.payload)
                        continue
                yield from self._take(frame)
            if self._deaf:
                return
            if fault is not None:
                raise fault
            partial = self._parser.partial
            if partial is not None and partial.frame.opcode < Opcode.CLOSE:
                messages.preview(partial)
        except UnicodeDecodeError as bad:
            yield self._fail(not_utf8(bad.start))
        except ProtocolError as error:
            yield self._fail(error)

    def receive_eof(self) -> list[Event]:
        """TCP has ended, whoever ended it: the state is CLOSED (7.1.4). No event comes of it."""
        self._deaf = True
        if self.state is not State.CLOSED:
            self._move(Cause.TCP_ENDED)
        return []

    def take_output(self) -> bytes:
        """The answers due since the last call, to be written before anything sent later."""
        if not self._output:
            return b""
        output = b"".join(self._output)
        self._output.clear()
        return output

    @property
    def close_code(self) -> int | None:
        """7.1.5: the code of the Close received, 1005 for a Close without, 1006 when TCP ended
        without a Close, None before any of these.
        """
        if self.close_received is not None:
            return self.close_received[0]
        return ABNORMAL if self.state is State.CLOSED else None

    @property
    def close_reason(self) -> str:
        """7.1.6: the reason in the Close received, or nothing."""
        return "" if self.close_received is None else self.close_received[1]

    @property
    def clean(self) -> bool:
        """7.1.4: whether a Close went both ways."""
        return self.close_sent is not None and self.close_received is not None

    # Under the public names ------------------------------------------------------------------

    def _take(self, frame: Frame) -> Iterator[Event]:
        opcode = frame.opcode
        if opcode < Opcode.CLOSE:
            self._messages.begin(frame, len(frame.payload))
            for extension in reversed(self._extensions):
                frame = extension.decode(frame, self._messages.room)
            message = self._messages.add(frame)
            if not self._assemble:
                yield FrameReceived(frame)
            if message is not None:
                yield message
        elif opcode is Opcode.PING:
            if self.auto_pong:  # 5.5.2: until the peer's Close, even after ours
                self._output.append(self.pong(frame.payload))
            yield PingReceived(frame.payload)
        elif opcode is Opcode.PONG:
            yield PongReceived(frame.payload)
        else:
            yield self._take_close(frame)

    def _take_close(self, frame: Frame) -> CloseReceived:
        code, reason = parse_close(frame.payload)
        self.close_received = (code, reason)
        self._deaf = True
        self._move(Cause.CLOSE_RECEIVED)
        if self.close_sent is None:
            # 5.5.1: answer with a Close that says the same, as most implementations do.
            answer = close_payload(None if code == NO_CODE else code, reason)
            self._output.append(self._close(answer))
        return CloseReceived(code, reason)

    def _fail(self, error: ProtocolError) -> Failed:
        """7.1.7: say what was wrong, unless our Close has gone out, and read no more."""
        self._deaf = True
        self._move(Cause.FAILED)
        if self.close_sent is None:
            reason = error.reason.encode("utf-8", "replace")[:123].decode("utf-8", "ignore")
            self._output.append(self._close(close_payload(error.code, reason)))
        return Failed(error.code, error.reason)
