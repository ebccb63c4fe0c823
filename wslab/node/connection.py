"""WebSocketConnection: one open WebSocket, the server's end or the client's.

Methods may be called from a handler or from a cell. What can't be sent is an error in the caller's
own thread, before anything is sent. A message for a connection that is not open any more is
dropped, as in npm; a callback then gets the error.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import get_ident

from wslab.node.frame import WebSocketFrame, to_wire
from wslab.node.receiving import Receiving
from wslab.node.threads import on_loop, soon, wait_on_loop
from wslab.protocol.broadcast import Broadcast
from wslab.protocol.closing import close_payload, parse_close
from wslab.protocol.errors import InvalidCloseCode, InvalidState, ProtocolError
from wslab.protocol.frames import Frame, Opcode
from wslab.protocol.states import State

Callback = Callable[[Exception | None], object] | None
Buffer = bytes | bytearray | memoryview


class WebSocketConnection(Receiving):
    """Events: message, frame, close(reasonCode, description), error, ping(cancel, data),
    pong(data), drain, pause, resume.

    closeReasonCode: -1 while open. closeDescription: None while open. protocol: the subprotocol in
    lower case, or None. extensions: those in use, [{name, params: [{name, value}]}]. number:
    wslab's own, the connection's number in the log.
    """

    # Messages

    def send(self, data: object, callback: Callback = None) -> None:
        """Bytes go out as a binary message, anything else as the text that str() makes of it."""
        if isinstance(data, (bytes, bytearray, memoryview)):
            self.sendBytes(data, callback)
        else:
            self.sendUTF(data, callback)

    def sendUTF(self, string: object, callback: Callback = None) -> None:
        """Send a text message. Lone surrogates become U+FFFD."""
        text = string if type(string) is str else to_text(string)
        if get_ident() == self._loop_thread:
            # The way of nearly all answers: short, from a handler, on an open connection.
            if callback is None and len(text) <= self._surely_short and self._engine.can_send:
                self._peer.send_text(text)
            else:
                self._send(text, callback)
        else:
            self._hand_over(text, callback)

    def sendBytes(self, buffer: Buffer, callback: Callback = None) -> None:
        """Send a binary message. Raises TypeError for anything but bytes, bytearray, memoryview."""
        if not isinstance(buffer, (bytes, bytearray, memoryview)):
            raise TypeError(f"sendBytes takes bytes, not {type(buffer).__name__}; see sendUTF")
        if get_ident() == self._loop_thread:
            self._send(bytes(buffer), callback)
        else:
            self._hand_over(bytes(buffer), callback)

    def sendFrame(self, webSocketFrame: WebSocketFrame, callback: Callback = None) -> None:
        """Send one frame as it is. Raises InvalidFrame for one that the protocol forbids."""
        if self._engine.state is not State.CLOSED:
            wait_on_loop(self._send_frame, to_wire(webSocketFrame), callback)
        elif callback is not None:
            callback(self._not_open())

    def write_encoded(self, message: Broadcast) -> None:
        """wslab's own: send a message that is encoded once for many; on the loop only."""
        if self._engine.can_send:
            self._peer.write(self._engine.send_broadcast(message))

    # Control frames

    def ping(self, data: Buffer | str = b"") -> None:
        """Send a ping with up to 125 bytes. Raises ControlTooLong for more."""
        self._control(self._peer.ping, data)

    def pong(self, buffer: Buffer | str = b"") -> None:
        """Send a pong that nobody asked for. Raises ControlTooLong above 125 bytes."""
        self._control(self._peer.pong, buffer)

    def close(self, reasonCode: int | None = None, description: str | None = None) -> None:
        """Begin the closing handshake, 1000 by default; nothing if it has begun already.

        A code with a meaning gets its description; "" sends none. Raises InvalidCloseCode, and
        ReasonTooLong above 123 bytes, before anything is sent.
        """
        code, text = self._close_arguments(reasonCode, 1000, description)
        if self._engine.state is not State.CLOSED:
            wait_on_loop(self._close, code, text)

    def drop(
        self,
        reasonCode: int | None = None,
        description: str | None = None,
        skipCloseFrame: bool = False,
    ) -> None:
        """Send a close frame, 1002 by default, and end TCP without waiting for the answer."""
        code, text = self._close_arguments(reasonCode, 1002, description)
        if self._engine.state is not State.CLOSED:
            wait_on_loop(self._drop, code, text, skipCloseFrame)

    def pause(self) -> None:
        """Read no more until `resume`: the other side will notice when its buffers are full."""
        if self._engine.state is not State.CLOSED:
            on_loop(self._pause, True)

    def resume(self) -> None:
        """Read on."""
        if self._engine.state is not State.CLOSED:
            on_loop(self._pause, False)

    # Inside: from the caller's thread to the background loop

    def _hand_over(self, data: str | bytes, callback: Callback) -> None:
        if self._engine.state is not State.CLOSED:
            on_loop(self._send, data, callback)
        elif callback is not None:
            callback(self._not_open())

    def _control(self, send: Callable[[bytes], None], data: Buffer | str) -> None:
        payload = data.encode("utf-8", "replace") if isinstance(data, str) else bytes(data)
        if self._engine.state is not State.CLOSED:
            wait_on_loop(self._send_control, send, payload)

    def _close_arguments(
        self, code: int | None, default: int, description: str | None
    ) -> tuple[int, str]:
        code = default if code is None else code
        text = self.CLOSE_DESCRIPTIONS.get(code, "") if description is None else description
        close_payload(code, text)  # raises what is wrong with them
        return code, text

    def _not_open(self) -> InvalidState:
        return InvalidState(f"Can't send a message: the connection is {self._engine.state.name}.")

    # Inside, on the background loop

    def _send(self, data: str | bytes, callback: Callback) -> None:
        try:
            if is_longer(data, self._threshold):
                self._peer.write(self._engine.send_fragments(data, int(self._threshold)))
            elif isinstance(data, str):
                self._peer.send_text(data)
            else:
                self._peer.send_bytes(data)
        except InvalidState as error:
            if callback is not None:
                callback(error)
        else:
            if callback is not None:
                soon(callback, None)

    def _send_frame(self, frame: Frame, callback: Callback) -> None:
        if self._engine.state is not State.OPEN:
            if callback is not None:
                callback(self._not_open())
            return
        if frame.opcode == Opcode.CLOSE:
            try:
                code, reason = parse_close(frame.payload)
            except ProtocolError as error:
                raise InvalidCloseCode(f"This Close frame can't be sent: {error.reason}.") from None
            self._peer.close(None if code == 1005 else code, reason)
        else:
            self._peer.write(self._engine.send_frame(frame))
        if callback is not None:
            soon(callback, None)

    def _send_control(self, send: Callable[[bytes], None], payload: bytes) -> None:
        try:
            send(payload)
        except InvalidState:
            return  # as npm: there is nothing to say to a peer that has closed

    def _close(self, code: int, description: str) -> None:
        if self._engine.state is State.OPEN:
            self._closed_with = (code, description)
            self._peer.close(code, description)

    def _drop(self, code: int, description: str, skipCloseFrame: bool) -> None:
        if self._engine.state is State.CLOSED:
            return
        self._final = (code, description)
        if skipCloseFrame:
            self._peer.abort()
        else:
            self._peer.drop(code, description)

    def _pause(self, pause: bool) -> None:
        self.inputPaused = pause
        if pause:
            self._peer.pause_reading()
        else:
            self._peer.resume_reading()
        self.emit("pause" if pause else "resume")


def is_longer(data: str | bytes, size: float) -> bool:
    """Whether a message has more bytes than that. Most texts need no counting for it."""
    if len(data) > size or isinstance(data, bytes):
        return len(data) > size
    # A character is one to four bytes of UTF-8.
    return len(data) * 4 > size and len(data.encode("utf-8", "replace")) > size


def to_text(data: object) -> str:
    """What is sent as text for any object. Raises TypeError for None."""
    if isinstance(data, str):
        return data
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data).decode("utf-8", "replace")  # as a Node Buffer's toString()
    if data is None:
        raise TypeError("there is nothing to send: the message is None")
    return str(data)
