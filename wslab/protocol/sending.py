"""The half of a connection that sends: each call gives the bytes to write, or a LocalError.

RFC 6455: data frames 5.6, fragments 5.4, control frames 5.5, masking by clients 5.1 and 5.3, a
Close and no message after it 5.5.1. A LocalError is raised before anything has changed, so that the
connection goes on as if the call had not been made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import TypeAlias

from wslab.protocol.broadcast import Broadcast
from wslab.protocol.closing import close_payload, encode_text, parse_close
from wslab.protocol.errors import (
    ControlTooLong,
    InvalidCloseCode,
    InvalidFrame,
    InvalidState,
    LocalError,
    ProtocolError,
)
from wslab.protocol.extensions import Extension
from wslab.protocol.frames import Frame, Opcode, encode, encode_frame
from wslab.protocol.messages import Utf8Check
from wslab.protocol.states import Cause, State, next_state

Bytes: TypeAlias = bytes | bytearray | memoryview

_CONTINUATION, _TEXT, _BINARY = Opcode.CONTINUATION, Opcode.TEXT, Opcode.BINARY


class Role(Enum):
    """Which side of the connection this is: the client masks, the server must not (5.1)."""

    CLIENT = "client"
    SERVER = "server"


class Sender:
    """What a connection needs to send, its state among it.

    close_sent: (code, reason) of the Close that was sent, or None. can_send: whether a message may
    be sent now, which is while the state is OPEN and no fragmented message of ours is unfinished.
    """

    __slots__ = (
        "_deaf",
        "_extensions",
        "_mask_source",
        "_unfinished",
        "can_send",
        "close_sent",
        "role",
        "state",
    )

    def __init__(
        self, role: Role, mask_source: Callable[[], bytes] | None, extensions: Sequence[Extension]
    ) -> None:
        if role is Role.CLIENT and mask_source is None:
            raise LocalError("A client masks its frames: give a mask_source of 4 random bytes.")
        self.role = role
        self.state = State.OPEN
        self.close_sent: tuple[int, str] | None = None
        self.can_send = True
        self._deaf = False  # after the peer's Close or a broken rule, what still comes is not read
        self._mask_source = mask_source if role is Role.CLIENT else None
        self._extensions = tuple(extensions)
        # The fragmented message of ours that is under way: its opcode, its text so far.
        self._unfinished: tuple[Opcode, Utf8Check] | None = None

    def send_text(self, text: str) -> bytes:
        """A text message in one frame; lone surrogates become U+FFFD, as in browsers."""
        if not self.can_send:
            raise self._not_now("a message")
        if not isinstance(text, str):
            raise TypeError(f"send_text takes str, not {type(text).__name__}; see send_bytes")
        return self._data(_TEXT, encode_text(text))

    def send_bytes(self, data: Bytes) -> bytes:
        """A binary message in one frame."""
        if not self.can_send:
            raise self._not_now("a message")
        return self._data(_BINARY, _as_bytes(data))

    def send_fragments(self, data: str | Bytes, size: int) -> bytes:
        """A message in frames of at most `size` bytes (5.4); text may be cut inside a character."""
        if not self.can_send:
            raise self._not_now("a message")
        if size < 1:
            raise InvalidFrame(f"Fragments of {size} bytes can't carry a message; use 1 or more.")
        opcode = _TEXT if isinstance(data, str) else _BINARY
        payload = encode_text(data) if isinstance(data, str) else _as_bytes(data)
        pieces = []
        for start in range(0, max(len(payload), 1), size):
            fin = start + size >= len(payload)
            pieces.append(self._data(opcode, payload[start : start + size], fin))
            opcode = _CONTINUATION
        return b"".join(pieces)

    def send_broadcast(self, message: Broadcast) -> bytes:
        """A message that goes to other connections too; a server's only, since it has no mask."""
        if not self.can_send:
            raise self._not_now("a message")
        if self._mask_source is not None:
            raise InvalidFrame("A client masks each frame anew (RFC 6455 5.3): use send_text.")
        return message.for_connection(self._extensions)

    def ping(self, payload: Bytes = b"") -> bytes:
        """A ping with up to 125 bytes, which its pong brings back (5.5.2).

        Like a pong it may follow our own Close: 5.5.1 rules out data frames only.
        """
        return self._control(Opcode.PING, _as_bytes(payload))

    def pong(self, payload: Bytes = b"") -> bytes:
        """A pong: an answer by hand, or one that nobody asked for (5.5.3)."""
        return self._control(Opcode.PONG, _as_bytes(payload))

    def send_close(self, code: int | None = None, reason: str = "") -> bytes:
        """A Close frame, after which no message may be sent (5.5.1); without a code an empty one.

        Raises InvalidCloseCode, ReasonTooLong, and InvalidState when a Close has been sent.
        """
        payload = close_payload(code, reason)
        if self.state is not State.OPEN:
            raise self._not_now("a Close frame")
        return self._close(payload)

    def send_frame(self, frame: Frame) -> bytes:
        """A frame as the caller made it, when the protocol allows it now.

        A client's frame without a mask gets one. Raises the LocalError that fits.
        """
        frame = self._checked(frame)
        if frame.opcode < Opcode.CLOSE:
            self._take_turn(frame)
            for extension in self._extensions:
                frame = extension.encode(frame)
        elif frame.opcode is Opcode.CLOSE:
            self._moved_by_close(frame.payload)
        return encode_frame(frame)

    @property
    def finished(self) -> bool:
        """Whether no frame may follow in either direction, so that TCP is to be ended."""
        return self._deaf

    # Under the public names ------------------------------------------------------------------

    def _data(self, opcode: Opcode, payload: bytes, fin: bool = True) -> bytes:
        mask = None if self._mask_source is None else self._mask()
        if not self._extensions:
            return encode(0x80 | opcode if fin else opcode, payload, mask)
        frame = Frame(opcode, payload, fin, mask=mask)
        for extension in self._extensions:
            frame = extension.encode(frame)
        return encode_frame(frame)

    def _control(self, opcode: Opcode, payload: bytes) -> bytes:
        if len(payload) > 125:
            raise ControlTooLong(
                f"A {opcode.name} frame carries 125 bytes at most, not {len(payload)} (RFC 6455"
                " 5.5); send a message instead."
            )
        if self.finished:
            raise self._not_now(f"a {opcode.name} frame")
        return encode(0x80 | opcode, payload, self._mask())

    def _close(self, payload: bytes) -> bytes:
        self._moved_by_close(payload)
        return encode(0x80 | Opcode.CLOSE, payload, self._mask())

    def _moved_by_close(self, payload: bytes) -> None:
        self.close_sent = parse_close(payload)
        self._move(Cause.CLOSE_SENT)

    def _move(self, cause: Cause) -> None:
        self.state = next_state(self.state, cause)
        self.can_send = self.state is State.OPEN and self._unfinished is None

    def _mask(self) -> bytes | None:
        if self._mask_source is None:
            return None
        mask = self._mask_source()
        if len(mask) != 4:
            raise LocalError(f"mask_source gave {len(mask)} bytes; a masking key has 4.")
        return mask

    def _checked(self, frame: Frame) -> Frame:
        """A copy of the frame with what this side must add, or the rule that it breaks."""
        try:
            opcode = Opcode(frame.opcode)
        except ValueError:
            raise InvalidFrame(f"Opcode {frame.opcode!r} is reserved (RFC 6455 5.2).") from None
        payload, mask = _as_bytes(frame.payload), frame.mask
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            raise InvalidFrame("The reserved bits are an extension's to set, not the caller's.")
        if mask is not None and self.role is Role.SERVER:
            raise InvalidFrame("A server must not mask its frames (RFC 6455 5.1); use mask=None.")
        if mask is not None and len(mask) != 4:
            raise InvalidFrame(f"A masking key has 4 bytes, not {len(mask)}.")
        if opcode >= Opcode.CLOSE and not frame.fin:
            raise InvalidFrame(f"A {opcode.name} frame must not be fragmented (RFC 6455 5.5).")
        if opcode >= Opcode.CLOSE and len(payload) > 125:
            raise ControlTooLong(f"{opcode.name} frames carry 125 bytes at most (RFC 6455 5.5).")
        if opcode is Opcode.CLOSE:
            try:
                parse_close(payload)
            except ProtocolError as error:
                raise InvalidCloseCode(f"This Close frame can't be sent: {error.reason}.") from None
        if self.finished if opcode > Opcode.CLOSE else self.state is not State.OPEN:
            raise self._not_now(f"a {opcode.name} frame")
        return Frame(opcode, payload, frame.fin, mask=mask or self._mask())

    def _take_turn(self, frame: Frame) -> None:
        """5.4: one message after the other; a fragmented text is UTF-8 as a whole."""
        if frame.opcode is _CONTINUATION:
            if self._unfinished is None:
                raise InvalidState("There is no fragmented message to continue; begin one first.")
            opcode, check = self._unfinished
        else:
            if self._unfinished is not None:
                raise self._not_now("a message")
            opcode, check = frame.opcode, Utf8Check()
        if opcode is _TEXT:
            try:
                check.feed(frame.payload, frame.fin)
            except ProtocolError as error:
                raise InvalidFrame(f"This frame can't be sent: {error.reason}.") from None
        self._unfinished = None if frame.fin else (opcode, check)
        self.can_send = frame.fin

    def _not_now(self, what: str) -> InvalidState:
        if self.state is State.OPEN:
            why = "a fragmented message is unfinished; send its last frame first"
        else:
            why = f"the connection is {self.state.name}"
        return InvalidState(f"Can't send {what}: {why}.")


def _as_bytes(data: Bytes) -> bytes:
    if isinstance(data, bytes):
        return data
    if isinstance(data, (bytearray, memoryview)):
        return bytes(data)
    raise TypeError(f"expected bytes, bytearray or memoryview, not {type(data).__name__}")
