"""Frames: the unit on the wire, RFC 6455 section 5.2.

      0               1               2               3
     +-+-+-+-+-------+-+-------------+-------------------------------+
     |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
     |I|S|S|S|  (4)  |A|     (7)     |   (16 bits, when 126 stands   |
     |N|V|V|V|       |S|             |    before; 64 bits for 127)   |
     | |1|2|3|       |K|             |                               |
     +-+-+-+-+-------+-+-------------+-------------------------------+
     |  Masking key (4 bytes, when MASK is 1), then the payload      |
     +---------------------------------------------------------------+

`encode_frame` writes one, `FrameParser` reads them back from bytes cut anywhere. The parser checks
a rule as soon as the bytes it depends on are there, in the order of the bytes, so that the same
fault is found however the bytes were cut. What a sequence of frames must look like (fragments,
Close, UTF-8) is not its business: see messages.py and connection.py.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import TypeAlias

from wslab.protocol.errors import ProtocolError
from wslab.protocol.masking import apply_mask, mask_in_place


class Opcode(IntEnum):
    """RFC 6455 5.2 and 11.8; 3 to 7 and 11 to 15 are reserved."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


@dataclass(slots=True)
class Frame:
    """One frame; `payload` is never masked here, `mask` is the key that the wire has or had."""

    opcode: Opcode
    payload: bytes
    fin: bool = True
    rsv1: bool = False
    rsv2: bool = False
    rsv3: bool = False
    mask: bytes | None = None

    @property
    def rsv(self) -> bool:
        """Whether a reserved bit is set."""
        return self.rsv1 or self.rsv2 or self.rsv3

    @property
    def header_length(self) -> int:
        """Bytes before the payload on the wire, the masking key included: 2 to 14."""
        return _header_length(len(self.payload), self.mask)

    @property
    def wire_length(self) -> int:
        """Bytes of the whole frame on the wire."""
        return self.header_length + len(self.payload)


def _header_length(length: int, mask: bytes | None) -> int:
    extended = 0 if length < 126 else 2 if length < 65536 else 8
    return 2 + extended + (0 if mask is None else 4)


@dataclass(slots=True)
class PartialFrame:
    """A frame whose header has come, and its payload in part.

    frame: the header, with an empty payload. length: bytes of payload that it announces.
    payload: what has come so far, unmasked.
    """

    frame: Frame
    length: int
    payload: bytearray


_pack_7, _pack_16, _pack_64 = (struct.Struct(form).pack for form in ("!BB", "!BBH", "!BBQ"))


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame, masked if and only if `frame.mask` is not None."""
    first = frame.fin << 7 | frame.rsv1 << 6 | frame.rsv2 << 5 | frame.rsv3 << 4 | frame.opcode
    return encode(first, frame.payload, frame.mask)


def encode(first: int, payload: bytes, mask: bytes | None) -> bytes:
    """The bytes of a frame whose first byte (FIN, RSV, opcode) is ready."""
    length = len(payload)
    bit = 0 if mask is None else 0x80
    if length < 126:
        header = _pack_7(first, bit | length)
    elif length < 65536:
        header = _pack_16(first, bit | 126, length)
    else:
        header = _pack_64(first, bit | 127, length)
    if mask is None:
        return header + payload
    return header + mask + apply_mask(payload, mask)


_FirstByte: TypeAlias = tuple[Opcode, bool, bool, bool, bool]  # FIN, RSV1, RSV2, RSV3


def _read_first_byte(byte: int, rsv: int) -> _FirstByte | str:
    """The meaning of a first byte, or the rule of RFC 6455 5.2 and 5.5 that it breaks."""
    number = byte & 0x0F
    fin = byte >= 0x80
    if number >= 0x8:
        rsv = 0  # permessage-deflate, and every extension here, is for data frames (RFC 7692 6)
    if byte & 0x70 & ~rsv:
        names = ", ".join(f"RSV{i}" for i in (1, 2, 3) if byte & 0x80 >> i & ~rsv)
        return f"{names} set, and no extension that uses it was agreed on"
    if 0x2 < number < 0x8 or number > 0xA:
        return f"reserved opcode 0x{number:X}"
    if number >= 0x8 and not fin:
        return f"fragmented {Opcode(number).name} frame; control frames must not be"
    return Opcode(number), fin, bool(byte & 0x40), bool(byte & 0x20), bool(byte & 0x10)


class FrameParser:
    """Turns bytes, in chunks of any size, into frames.

    expect_masked: True on a server, False on a client (5.1), None to accept both (captures).
    max_payload: the longest payload accepted, in bytes; None for no limit.
    rsv: the reserved bits that extensions have claimed, as in the first byte (0x40 is RSV1).
    partial: the frame whose payload is still coming, for checks that can't wait for its end.
    """

    __slots__ = ("_error", "_first_bytes", "_max_payload", "_rest", "_wrong_mask_bit", "partial")

    def __init__(
        self, *, expect_masked: bool | None, max_payload: int | None = None, rsv: int = 0
    ) -> None:
        self._wrong_mask_bit = -1 if expect_masked is None else 0 if expect_masked else 0x80
        self._max_payload = math.inf if max_payload is None else max_payload
        self._first_bytes = _first_bytes(rsv)
        self._rest = b""  # the beginning of a header, 13 bytes at most
        self._error: ProtocolError | None = None
        self.partial: PartialFrame | None = None

    @property
    def waiting(self) -> int:
        """Bytes that have come of a frame that is not complete."""
        partial = self.partial
        if partial is None:
            return len(self._rest)
        return _header_length(partial.length, partial.frame.mask) + len(partial.payload)

    def feed(self, data: bytes | bytearray | memoryview) -> list[Frame]:
        """The frames that end in `data`, in order.

        Raises ProtocolError (1002; 1009 for max_payload) at the first broken rule, with the frames
        that were complete before it in its `frames`; after that it raises whatever comes.
        """
        if self._error is not None:
            raise ProtocolError(self._error.code, self._error.reason)
        frames: list[Frame] = []
        if not isinstance(data, bytes):
            data = bytes(data)  # a view that the caller may reuse
        try:
            self._parse(data, frames)
        except ProtocolError as error:
            self._error = error
            self.partial = None
            error.frames = frames
            raise
        return frames

    def _parse(self, data: bytes, frames: list[Frame]) -> None:
        position = 0
        if self.partial is not None:
            position = self._fill(self.partial, data, frames)
        elif self._rest:
            data = self._rest + data
        end = len(data)
        while position < end:
            first = self._first_bytes[data[position]]
            if isinstance(first, str):
                raise ProtocolError(1002, first)
            start = position + 2
            if start > end:
                break
            opcode, fin, rsv1, rsv2, rsv3 = first
            second = data[position + 1]
            if second & 0x80 == self._wrong_mask_bit:
                wrong = "masked; a server must not" if second >> 7 else "not masked; a client must"
                raise ProtocolError(1002, f"frame {wrong}")
            length = second & 0x7F
            if length > 125:
                if opcode >= 0x8:
                    raise ProtocolError(1002, f"{opcode.name} frame over 125 bytes")
                start += 2 if length == 126 else 8
                if start > end:
                    break
                length = _extended_length(data[position + 2 : start])
            if length > self._max_payload:
                reason = f"frame of {length} bytes, over the limit of {self._max_payload}"
                raise ProtocolError(1009, reason)
            mask = None
            if second & 0x80:
                start += 4
                if start > end:
                    break
                mask = data[start - 4 : start]
            position = start + length
            if position > end:
                frame = Frame(opcode, b"", fin, rsv1, rsv2, rsv3, mask)
                self.partial = PartialFrame(frame, length, bytearray())
                position = start + self._fill(self.partial, data[start:], frames)
                break
            payload = data[start:position]
            if mask is not None:
                payload = apply_mask(payload, mask)
            frames.append(Frame(opcode, payload, fin, rsv1, rsv2, rsv3, mask))
        self._rest = data[position:]

    def _fill(self, partial: PartialFrame, data: bytes, frames: list[Frame]) -> int:
        """Take what `data` has of the payload; return how many bytes that was."""
        done = len(partial.payload)
        piece = data[: partial.length - done]
        partial.payload += piece
        if partial.frame.mask is not None:
            turn = done & 3  # where in the key the last piece ended
            mask_in_place(
                partial.payload, done, partial.frame.mask[turn:] + partial.frame.mask[:turn]
            )
        if done + len(piece) == partial.length:
            partial.frame.payload = bytes(partial.payload)
            frames.append(partial.frame)
            self.partial = None
        return len(piece)


@lru_cache(maxsize=8)
def _first_bytes(rsv: int) -> tuple[_FirstByte | str, ...]:
    """The meaning of each of the 256 first bytes: looking it up costs less than working it out."""
    return tuple(_read_first_byte(byte, rsv) for byte in range(256))


def _extended_length(data: bytes) -> int:
    """RFC 6455 5.2: the shortest encoding must be used, and the 64th bit must be 0."""
    length = int.from_bytes(data, "big")
    if length >> 63:
        raise ProtocolError(1002, "payload length with its highest bit set")
    if length < (126 if len(data) == 2 else 65536):
        raise ProtocolError(1002, f"length {length} not in its shortest encoding")
    return length
