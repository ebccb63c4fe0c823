"""WebSocket frames read from recorded bytes, whatever rules they break.

`wslab.protocol.frames` parses for a connection: it stops at the first broken rule, as it must. A
dissection goes on, and names the rule on the frame. Layout: RFC 6455 section 5.2; the rules'
sections stand beside them.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from wslab.net.dissect.credentials import Parts, hide
from wslab.net.dissect.http1 import Cannot, rest_unparsed
from wslab.net.dissect.inflate import Inflater
from wslab.net.dissect.items import Direction, FrameItem, Item, RunItem, UnparsedItem
from wslab.net.dissect.packets import PacketReader, SentPacket
from wslab.net.dissect.runs import Run, find_run
from wslab.net.dissect.stream import Stream
from wslab.protocol.closing import is_sendable
from wslab.protocol.masking import apply_mask

_DECODER = codecs.getincrementaldecoder("utf-8")
NAMES = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}


def opcode_name(opcode: int) -> str:
    """ "text", "ping" and so on; the numbers that RFC 6455 keeps for later by their number."""
    return NAMES.get(opcode, f"reserved opcode {opcode:#x}")


@dataclass(frozen=True, slots=True)
class Header:
    """The fields before the payload. `length` is what they say of the payload, `size` their own
    bytes."""

    fin: bool
    rsv: int
    opcode: int
    mask: bytes | None
    length: int
    size: int
    problems: tuple[str, ...]


def read_header(data: bytes, start: int, direction: str, *, rsv1_agreed: bool) -> Header | Cannot:
    """The header of the frame that begins at `start`."""
    have = len(data) - start
    if have < 2:
        return Cannot(f"a frame's header is not complete: {have} of at least 2 bytes came")
    first, second = data[start], data[start + 1]
    fin, rsv, opcode = bool(first & 0x80), first >> 4 & 7, first & 0x0F
    masked, length = bool(second & 0x80), second & 0x7F
    extended = {126: 2, 127: 8}.get(length, 0)
    size = 2 + extended + (4 if masked else 0)
    if have < size:
        what = f"the header of a {opcode_name(opcode)} frame"
        return Cannot(f"{what} is not complete: {have} of {size} bytes came")
    problems = list(_bit_problems(fin, rsv, opcode, length, rsv1_agreed))
    if extended:
        length = int.from_bytes(data[start + 2 : start + 2 + extended], "big")
        if length >> 63:
            return Cannot("the first bit of the 64-bit length is set (RFC 6455, 5.2)")
        if length < (126 if extended == 2 else 65536):
            problems.append(f"length {length} fits a shorter field (RFC 6455, 5.2)")
    if masked != (direction == "up"):
        wrong = "masked, though a server must not (RFC 6455, 5.1)"
        problems.append(wrong if masked else "not masked, though a client must (RFC 6455, 5.1)")
    mask = data[start + size - 4 : start + size] if masked else None
    return Header(fin, rsv, opcode, mask, length, size, tuple(problems))


def _bit_problems(
    fin: bool, rsv: int, opcode: int, length: int, rsv1_agreed: bool
) -> Iterator[str]:
    if opcode not in NAMES:
        yield f"opcode {opcode:#x} is reserved (RFC 6455, 5.2)"
    if rsv & 3 or (rsv & 4 and (not rsv1_agreed or opcode not in (1, 2))):
        yield "a reserved bit is set that no extension uses (RFC 6455, 5.2)"
    if opcode >= 8:
        if not fin:
            yield "a control frame must not be fragmented (RFC 6455, 5.5)"
        if length > 125:
            yield "a control frame's payload is at most 125 bytes (RFC 6455, 5.5)"


class FrameReader:
    """Reads the frames of one direction one after the other."""

    def __init__(
        self, stream: Stream, inflater: Inflater | None, packets: PacketReader | None = None
    ) -> None:
        self._stream = stream
        self._inflater = inflater
        self._packets = packets  # where the messages are Engine.IO's
        self._messages = 0
        self._opcode: int | None = None  # of the message that is not finished
        self._fragment = 0
        self._compressed = False
        self._utf8: codecs.IncrementalDecoder | None = None
        self._closed = False
        self._parts = Parts()

    def go_on(self, stream: Stream) -> Iterator[Item]:
        """The same for what came later: begins in the stream where the last whole frame ended."""
        self._stream = stream
        return self.items()

    def items(self, most: int | None = None) -> Iterator[Item]:
        """Frames to the end of the stream; what is not a whole frame as unparsed items.

        most: after so many the others are counted, but for the last ones.
        """
        stream = self._stream
        read = 0
        while stream.left:
            if read == most and (run := find_run(stream.data, stream.position)):
                yield self._counted(run)
            read += 1
            header = read_header(
                stream.data,
                stream.position,
                stream.direction,
                rsv1_agreed=self._inflater is not None,
            )
            if isinstance(header, Cannot):
                yield from rest_unparsed(stream, header.reason)
                return
            here = stream.left - header.size
            if here < header.length:
                what = f"a {opcode_name(header.opcode)} frame is not complete"
                came = f"{here} of {header.length} bytes of payload came"
                hidden_from = stream.position + header.size if self._secret(header) else None
                yield from rest_unparsed(stream, f"{what}: {came}", hidden_from=hidden_from)
                return
            yield self._frame(header)

    def _secret(self, header: Header) -> bool:
        """Whether in the payload of a frame that is cut short there is a credential, or may be."""
        stream = self._stream
        if self._packets and stream.direction == "up":
            return True  # it may go on in what did not come, or be compressed
        payload = stream.data[stream.position + header.size :]
        payload = apply_mask(payload, header.mask) if header.mask else payload
        return hide(payload, stream.direction) != payload

    def _counted(self, run: Run) -> RunItem:
        stream, start = self._stream, self._stream.position
        stream.position = run.end
        self._messages += run.counts.get(1, 0) + run.counts.get(2, 0)
        self._opcode = self._utf8 = None
        if self._inflater:
            self._inflater.skip()
        if self._packets:
            self._packets.skip()
        return RunItem(
            connection=stream.connection,
            direction=stream.direction,
            t=stream.arrival(run.end)[1],
            offset=start,
            raw=stream.data[start : run.end],
            secrets=((0, run.end - start),),
            counts=run.counts,
        )

    def _frame(self, header: Header) -> FrameItem:
        stream, start = self._stream, self._stream.position
        end = start + header.size + header.length
        payload = stream.data[start + header.size : end]
        if header.mask:
            payload = apply_mask(payload, header.mask)
        problems = list(header.problems)
        if self._closed:
            problems.append("a frame after the close frame (RFC 6455, 5.5.1)")
        message: int | None = None
        message_opcode: int | None = None
        fragment, compressed, inflated, note = 1, False, None, ""
        code, reason = None, ""
        packets: tuple[SentPacket, ...] = ()
        hidden_from: int | None = None
        if header.opcode < 8:
            problems += self._place(header)
            message, message_opcode, fragment = self._messages, self._opcode, self._fragment
            compressed = self._compressed
            if compressed and self._inflater:
                inflated, note = self._inflater.feed(payload, header.fin)
            if not note:
                problems += self._check_text(payload if inflated is None else inflated, header.fin)
            if self._packets:
                data = None if note else payload if inflated is None else inflated
                packets = self._packets.fragment(data, message_opcode == 1, fragment, header.fin)
                problems += [packet.problem for packet in packets if packet.problem]
                if stream.direction == "up":
                    hidden_from = self._packets.hidden_from
            if not (header.fin and fragment == 1):
                data = payload if inflated is None else inflated
                if self._parts.goes_on(data, stream.direction, first=fragment == 1):
                    hidden_from = 0
            if header.fin:
                self._opcode = self._utf8 = None
        elif header.opcode == 8:
            self._closed = True
            code, reason, wrong = read_close(payload)
            problems += wrong
        stream.position = end
        return FrameItem(
            connection=stream.connection, direction=stream.direction, t=stream.arrival(end)[1],
            offset=start, raw=stream.data[start:end], problems=tuple(problems),
            fin=header.fin, rsv1=bool(header.rsv & 4), rsv2=bool(header.rsv & 2),
            rsv3=bool(header.rsv & 1), opcode=header.opcode, opcode_name=opcode_name(header.opcode),
            mask=header.mask, payload=payload, header_length=header.size, message=message,
            message_opcode=message_opcode, fragment=fragment, compressed=compressed,
            inflated=inflated, note=note, close_code=code, close_reason=reason, packets=packets,
            hidden_from=hidden_from,
        )  # fmt: skip

    def _place(self, header: Header) -> list[str]:
        """Which message the frame belongs to; fragmentation is RFC 6455 section 5.4."""
        if header.opcode == 0 and self._opcode is not None:
            self._fragment += 1
            return []
        problem = []
        if header.opcode == 0:
            problem = ["a continuation without a message to continue (RFC 6455, 5.4)"]
        elif self._opcode is not None:
            problem = ["a new message before the last one ended (RFC 6455, 5.4)"]
        self._messages += 1
        self._fragment = 1
        self._opcode = header.opcode
        self._compressed = (
            bool(header.rsv & 4) and self._inflater is not None and header.opcode in (1, 2)
        )
        self._utf8 = _DECODER() if header.opcode == 1 else None
        return problem

    def _check_text(self, data: bytes, fin: bool) -> list[str]:
        if self._utf8 is not None:
            try:
                self._utf8.decode(data, fin)
            except UnicodeDecodeError:
                self._utf8 = None
                return ["not valid UTF-8 (RFC 6455, 8.1)"]
        return []


def read_frame(data: bytes, direction: Direction | None = None) -> FrameItem:
    """The one frame that these bytes begin with; by its mask bit it went up or down.

    Raises ValueError when they hold no whole frame.
    """
    if direction is None:
        direction = "up" if len(data) > 1 and data[1] & 0x80 else "down"
    stream = Stream([_Whole(0.0, direction, data)], direction, 1)
    for item in FrameReader(stream, None).items():
        if isinstance(item, FrameItem):
            return item
        if isinstance(item, UnparsedItem):
            raise ValueError(f"these bytes are no whole frame: {item.reason}")
    raise ValueError("these bytes are no whole frame: there are none")


@dataclass(frozen=True, slots=True)
class _Whole:
    t: float
    direction: Direction
    data: bytes


def read_close(payload: bytes) -> tuple[int | None, str, list[str]]:
    """Code, reason and what is wrong in the payload of a close frame (RFC 6455, 5.5.1 and 7.4)."""
    if not payload:
        return None, "", []
    if len(payload) == 1:
        return None, "", ["a close payload of one byte (RFC 6455, 5.5.1)"]
    code = int.from_bytes(payload[:2], "big")
    problems = []
    if not is_sendable(code):
        problems.append(f"code {code} must not be sent (RFC 6455, 7.4)")
    try:
        reason = payload[2:].decode()
    except UnicodeDecodeError:
        reason = payload[2:].decode(errors="replace")
        problems.append("the reason is not valid UTF-8 (RFC 6455, 5.5.1)")
    return code, reason, problems
