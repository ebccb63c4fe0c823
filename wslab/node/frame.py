"""WebSocketFrame: one frame, as `connection.sendFrame` takes it and a 'frame' event brings it.

RFC 6455 section 5.2 has the fields. Sending and receiving is the engine's work (`wslab.protocol`);
this is the object that a Node developer fills in.
"""

from __future__ import annotations

import os
from typing import Any

from wslab.protocol.closing import parse_close
from wslab.protocol.errors import ProtocolError
from wslab.protocol.frames import Frame, Opcode, encode_frame


class WebSocketFrame:
    """A frame to fill in: WebSocketFrame(), then opcode, binaryPayload, fin.

    fin, rsv1, rsv2, rsv3, mask: bool. opcode: 0, 1, 2, 8, 9 or 10. binaryPayload: bytes. `mask`
    says whether the frame is masked; a client's always are, a server's never, whatever is set.
    """

    def __init__(
        self,
        opcode: int = 1,
        binaryPayload: bytes | bytearray | memoryview | str = b"",
        fin: bool = True,
    ) -> None:
        self.fin = fin
        self.rsv1 = self.rsv2 = self.rsv3 = False
        self.mask = False
        self.opcode = opcode
        self.binaryPayload: Any = binaryPayload

    @property
    def length(self) -> int:
        """Bytes of payload."""
        return len(self.payload)

    @property
    def payload(self) -> bytes:
        """wslab's own: the payload as bytes, of text its UTF-8."""
        data = self.binaryPayload
        return data.encode("utf-8", "replace") if isinstance(data, str) else bytes(data or b"")

    @property
    def closeStatus(self) -> int:
        """The code in a close frame, -1 if there is none."""
        try:
            code = parse_close(self.payload)[0] if self.opcode == Opcode.CLOSE else 1005
        except ProtocolError:
            code = int.from_bytes(self.payload[:2], "big") if self.length > 1 else 1005
        return -1 if code == 1005 else code

    def toBuffer(self, nullMask: bool = False) -> bytes:
        """The bytes on the wire. With nullMask the key of a masked frame is 0."""
        key = (bytes(4) if nullMask else os.urandom(4)) if self.mask else None
        return encode_frame(
            Frame(Opcode(self.opcode), self.payload, self.fin, self.rsv1, self.rsv2, self.rsv3, key)
        )

    def toString(self) -> str:
        """One line that describes the frame."""
        return (
            f"Opcode: {self.opcode}, fin: {_js(self.fin)}, length: {self.length}, "
            f"hasPayload: {_js(self.length > 0)}, masked: {_js(self.mask)}"
        )

    def __repr__(self) -> str:
        return f"<WebSocketFrame {self.toString()}>"


def from_wire(frame: Frame) -> WebSocketFrame:
    """The frame that arrived, as a WebSocketFrame."""
    made = WebSocketFrame(int(frame.opcode), frame.payload, frame.fin)
    made.rsv1, made.rsv2, made.rsv3 = frame.rsv1, frame.rsv2, frame.rsv3
    made.mask = frame.mask is not None
    return made


def to_wire(frame: WebSocketFrame) -> Frame:
    """What the engine sends for it; it adds the mask. Raises InvalidFrame for an unknown opcode."""
    # The engine names the rule when the opcode is not one, so it gets the number as it is.
    opcode: Any = frame.opcode
    return Frame(opcode, frame.payload, bool(frame.fin), frame.rsv1, frame.rsv2, frame.rsv3)


def _js(value: object) -> str:
    return "true" if value else "false"
