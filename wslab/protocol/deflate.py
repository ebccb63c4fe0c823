"""permessage-deflate at work: RFC 7692 section 7.2, between frames and messages.

    sending     compress, flush to a byte boundary, leave out the last 00 00 ff ff (7.2.1)
    receiving   append 00 00 ff ff, inflate (7.2.2)
    RSV1        set on a message's first frame says that this message is compressed (6)

Each direction has its window, the bytes before that a repetition may point back to. It is kept from
one message to the next, "context takeover", unless the handshake ruled that out (7.1.1). Whether a
message is compressed is the sender's choice, one message at a time. So a short one goes as it is,
and so does one that compression does not make smaller.
"""

from __future__ import annotations

import sys
import zlib
from dataclasses import dataclass
from typing import Any

from wslab.protocol.closing import INVALID_TEXT, PROTOCOL_ERROR, TOO_BIG
from wslab.protocol.errors import ProtocolError
from wslab.protocol.frames import Frame, Opcode

NAME = "permessage-deflate"
RSV1 = 0x40
TAIL = b"\x00\x00\xff\xff"
EMPTY = b"\x00"  # 7.2.3.6: the block of a message, or of the end of one, that has no bytes
MAX_BITS = 15
MIN_BITS = 9  # zlib writes no smaller window; the RFC has 8 too
# 7.1.2: a sender may use less of a window than was agreed on. With these two a compressor of zlib
# takes 32 KiB of memory instead of 256, which stays in the processor's cache: a third of the time
# for messages of 1 KiB on 50 connections, and 3 % more bytes.
OWN_BITS = 12
OWN_MEMORY = 5
SMALLEST = 256  # bytes of the window that 8 bits stand for
PAUSE = 16  # messages sent as they are after one that compression did not make smaller


@dataclass(frozen=True, slots=True)
class Agreement:
    """One direction of what the handshake settled (RFC 7692 7.1).

    takeover: whether the window is kept from message to message. bits: its size is 2 ** bits bytes.
    """

    takeover: bool = True
    bits: int = MAX_BITS


class Deflate:
    """One connection's compressor and inflater; each is made when its first message needs it.

    sends, receives: what was agreed for each direction. threshold: bytes from which a message is
    compressed. level: zlib's, 1 is fast and 9 is small. A fragmented message is judged by its
    first fragment, and each of its fragments can be inflated as soon as it is there.
    """

    __slots__ = (
        "_compressor",
        "_inflater",
        "_inflating",
        "_level",
        "_pause",
        "_receives",
        "_sending",
        "_sends",
        "threshold",
    )
    name = NAME
    rsv = RSV1

    def __init__(
        self,
        sends: Agreement | None = None,
        receives: Agreement | None = None,
        *,
        threshold: int = 0,
        level: int = zlib.Z_DEFAULT_COMPRESSION,
    ) -> None:
        self._sends, self._receives = sends or Agreement(), receives or Agreement()
        self.threshold = max(threshold, 1)
        self._level = level
        self._compressor: Any = None  # zlib's types have no public names
        self._inflater: Any = None
        self._sending = False  # whether the fragmented message that goes out is compressed
        self._inflating = False  # and the one that comes in
        self._pause = 0

    # Sending ---------------------------------------------------------------------------------

    def encode(self, frame: Frame) -> Frame:
        """The frame as it shall go out: compressed, RSV1 set, or the same one."""
        payload, fin = frame.payload, frame.fin
        first = frame.opcode is not Opcode.CONTINUATION
        if first:
            self._sending = len(payload) >= self.threshold and not self._pausing(len(payload))
        if not self._sending:
            return frame
        compressed = self._compress(payload, fin)
        if first and fin and len(compressed) >= len(payload):
            # It goes as it is. The peer will not have it in its window, so ours starts anew.
            self._compressor = None
            self._pause = PAUSE
            return frame
        return Frame(frame.opcode, compressed, fin, rsv1=first, mask=frame.mask)

    def _pausing(self, length: int) -> bool:
        """Data that does not compress mostly comes in rows, and trying costs time each time."""
        if self._pause:
            self._pause -= 1
        return self._pause > 0

    def takes(self, length: int, bits: int) -> bool:
        """Whether a message of `length` bytes is to be compressed, with 2 ** bits of window."""
        return length >= self.threshold and bits <= self._sends.bits

    def forget_sent(self) -> None:
        """Start a new window: something went out that this compressor has not seen (`shared`)."""
        self._compressor = None

    def _compress(self, payload: bytes, fin: bool) -> bytes:
        sends = self._sends
        compressor = self._compressor
        if compressor is None:
            bits = min(max(sends.bits, MIN_BITS), OWN_BITS)
            compressor = zlib.compressobj(self._level, zlib.DEFLATED, -bits, OWN_MEMORY)
            self._compressor = compressor
        if sends.bits < MIN_BITS:
            # A full flush forgets what came before, so that nothing points back over 256 bytes.
            pieces = [
                compressor.compress(payload[start : start + SMALLEST])
                + compressor.flush(zlib.Z_FULL_FLUSH)
                for start in range(0, len(payload), SMALLEST)
            ]
            data = b"".join(pieces)
        else:
            data = compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)
        if not fin:
            return data
        if not sends.takeover:
            self._compressor = None
        # After a fragment that was flushed, an empty last one has nothing to flush.
        return data[:-4] if data else EMPTY

    # Receiving -------------------------------------------------------------------------------

    def decode(self, frame: Frame, room: int) -> Frame:
        """The frame as it was before the peer's `encode`, `room` bytes at most.

        Raises ProtocolError 1009 for more, 1002 for RSV1 where 6.1 forbids it, 1007 for a payload
        that DEFLATE (RFC 1951) can't have made.
        """
        if frame.opcode is Opcode.CONTINUATION:
            if frame.rsv1:
                raise ProtocolError(PROTOCOL_ERROR, "RSV1 on a continuation frame")
        else:
            self._inflating = frame.rsv1
        if not self._inflating:
            return frame
        payload = self._inflate(frame.payload + TAIL if frame.fin else frame.payload, room)
        if frame.fin and not self._receives.takeover:
            self._inflater = None
        return Frame(frame.opcode, payload, frame.fin, mask=frame.mask)

    def _inflate(self, data: bytes, room: int) -> bytes:
        inflated: bytes = b""
        while True:
            inflater = self._inflater
            if inflater is None:
                # Node's zlib compresses with 9 bits where 8 were agreed on.
                bits = max(self._receives.bits, MIN_BITS)
                inflater = self._inflater = zlib.decompressobj(-bits)
            try:
                # One byte more than there is room for shows that there is more.
                most = min(room - len(inflated), sys.maxsize - 1) + 1
                inflated += inflater.decompress(data, most)
            except zlib.error as error:
                reason = str(error).rpartition(": ")[2]
                raise ProtocolError(INVALID_TEXT, f"not DEFLATE data: {reason}") from None
            if len(inflated) > room:
                raise ProtocolError(TOO_BIG, "inflated message over the limit")
            if not inflater.eof:
                return inflated
            # 7.2.3.4: a block that calls itself the last one; another stream may follow it, if only
            # the empty block of which we have appended the end. Some senders leave that out.
            self._inflater = None
            data = inflater.unused_data
            if data in (b"", TAIL):
                return inflated


def shared(payload: bytes, level: int = zlib.Z_DEFAULT_COMPRESSION) -> bytes:
    """A message compressed once for many connections: it points back to nothing before it.

    It fits every window of 2 ** 9 bytes and more. Each connection that it goes out on has to be
    told by `Deflate.forget_sent`.
    """
    compressor = zlib.compressobj(level, zlib.DEFLATED, -MIN_BITS)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]
