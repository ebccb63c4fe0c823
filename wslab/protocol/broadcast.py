"""One message for many connections, encoded once: RFC 6455 5.1 lets all of a server's frames be
alike, since they carry no mask.

A connection that agreed on permessage-deflate gets the message compressed, which is done once too:
with a window of its own (RFC 7692 7.2.1), so that it means the same whatever was sent before it.
"""

from __future__ import annotations

from functools import cached_property

from wslab.protocol.closing import encode_text
from wslab.protocol.deflate import MIN_BITS, Deflate, shared
from wslab.protocol.extensions import Extension
from wslab.protocol.frames import Opcode, encode


class Broadcast:
    """A text or binary message as a server sends it, to any number of its connections.

    data: str, of which lone surrogates become U+FFFD, or bytes. fragment: the longest frame, in
    bytes; None for one frame whatever its length. Raises TypeError for other data.
    """

    def __init__(
        self, data: str | bytes | bytearray | memoryview, fragment: int | None = None
    ) -> None:
        if isinstance(data, str):
            self._opcode, self._payload = Opcode.TEXT, encode_text(data)
        elif isinstance(data, (bytes, bytearray, memoryview)):
            self._opcode, self._payload = Opcode.BINARY, bytes(data)
        else:
            raise TypeError(f"expected str or bytes, not {type(data).__name__}")
        self._fragment = fragment or max(len(self._payload), 1)

    def __len__(self) -> int:
        """Bytes of the message."""
        return len(self._payload)

    @cached_property
    def plain(self) -> bytes:
        """Its frames, not compressed; that is allowed whatever was agreed on (RFC 7692 6)."""
        return self._frames(self._payload, 0)

    @cached_property
    def compressed(self) -> bytes | None:
        """Its frames, compressed; None when that does not make it smaller."""
        payload = shared(self._payload)
        return self._frames(payload, Deflate.rsv) if len(payload) < len(self._payload) else None

    def for_connection(self, extensions: tuple[Extension, ...]) -> bytes:
        """The frames for a connection with these extensions; its compressor starts a new window."""
        if len(extensions) != 1:
            return self.plain
        (deflate,) = extensions
        if not isinstance(deflate, Deflate) or not deflate.takes(len(self._payload), MIN_BITS):
            return self.plain
        if self.compressed is None:
            return self.plain
        deflate.forget_sent()
        return self.compressed

    def _frames(self, payload: bytes, rsv: int) -> bytes:
        size, opcode, frames = self._fragment, self._opcode | rsv, []
        for start in range(0, max(len(payload), 1), size):
            last = 0x80 if start + size >= len(payload) else 0
            frames.append(encode(last | opcode, payload[start : start + size], None))
            opcode = int(Opcode.CONTINUATION)
        return b"".join(frames)
