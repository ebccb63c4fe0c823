"""From frames to messages: fragmentation, RFC 6455 5.4, and UTF-8 as it arrives, 5.6 and 8.1.

A message is one data frame with FIN, or a first one without, any number of continuation frames
and a last one with FIN. Control frames may stand between them and never come here. A frame goes
through three steps, and all of them fail as early as its bytes allow:

    begin      its header is there: does it come in its turn, and does the message stay in bounds?
    preview    a part of its payload is there: is the text UTF-8 so far?
    add        it is complete: is the message?
"""

from __future__ import annotations

import codecs
import math
import sys
from dataclasses import dataclass

from wslab.protocol.closing import INVALID_TEXT, POLICY, PROTOCOL_ERROR, TOO_BIG
from wslab.protocol.errors import ProtocolError
from wslab.protocol.events import BinaryMessage, TextMessage
from wslab.protocol.frames import Frame, Opcode, PartialFrame

_decoder = codecs.getincrementaldecoder("utf-8")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one peer may make us hold. Over it: 1009, and 1008 for the number of fragments,
    since then it is not the size that is refused.

    max_frame: bytes of a frame's payload. max_message: bytes of a message, fragments joined (and
    inflated). max_fragments: frames of one message. None: no limit.
    """

    max_frame: int | None = 1024 * 1024
    max_message: int | None = 1024 * 1024
    max_fragments: int | None = 65536


def fragments_for(max_message: int) -> int:
    """The number of fragments to allow where messages of `max_message` bytes are: one for every
    16 bytes, as in the defaults of `Limits`, and never fewer than there.

    What the number is there to stop is a message of empty fragments, which grows for ever and
    never larger.
    """
    return max(65536, max_message // 16)


class Utf8Check:
    """Checks text that comes in pieces; a character may be cut anywhere."""

    __slots__ = ("_decoder", "_kept", "_seen")

    def __init__(self) -> None:
        self._decoder = _decoder()
        self._seen = 0  # bytes fed
        self._kept = 0  # of these, the beginning of a character that is not complete

    def feed(self, piece: bytes | bytearray, final: bool = False) -> None:
        """Raise ProtocolError 1007, naming the byte, as soon as the text can't be UTF-8."""
        try:
            self._decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            raise not_utf8(self._seen - self._kept + error.start) from None
        self._seen += len(piece)
        kept = self._decoder.getstate()[0]
        if kept[:1] == b"\xed" and kept[1:] >= b"\xa0":
            # A surrogate, which Python would only refuse with its third byte.
            raise not_utf8(self._seen - len(kept))
        self._kept = len(kept)


def not_utf8(place: int) -> ProtocolError:
    """The error for a text message with a character that is none, `place` bytes into it."""
    return ProtocolError(INVALID_TEXT, f"text is not UTF-8 at byte {place}")


class Assembler:
    """Puts the data frames of one direction together.

    keep: False to check frames and not to hold them; then only frames that are a message by
    themselves become one, and only max_frame counts.
    busy: whether anything of an unfinished message has come. coded: whether an extension's bits
    were set on the message under way, so that its bytes are not yet its text.
    """

    __slots__ = (
        "_begun",
        "_check",
        "_fragments",
        "_joined",
        "_keep",
        "_max_fragments",
        "_max_message",
        "_opcode",
        "_previewed",
        "busy",
        "coded",
    )

    def __init__(self, limits: Limits, keep: bool = True) -> None:
        self._keep = keep
        bounded = limits if keep else Limits(None, None, None)
        self._max_message = _or_infinite(bounded.max_message)
        self._max_fragments = _or_infinite(bounded.max_fragments)
        self._reset()

    def _reset(self) -> None:
        self.busy = False
        self.coded = False
        self._opcode: Opcode | None = None
        self._check: Utf8Check | None = None
        self._joined = bytearray()
        self._fragments = 0
        self._begun = False
        self._previewed = 0

    @property
    def room(self) -> int:
        """Bytes that the message under way may still grow by."""
        return int(min(self._max_message - len(self._joined), sys.maxsize))

    def begin(self, frame: Frame, length: int) -> None:
        """Judge a data frame by its header; a second call for the same frame does nothing.

        Raises ProtocolError 1002 for a frame out of turn, 1008 or 1009 for a limit.
        """
        if self._begun:
            return
        if frame.opcode is Opcode.CONTINUATION:
            if self._opcode is None:
                raise ProtocolError(PROTOCOL_ERROR, "continuation frame with nothing to continue")
        elif self._opcode is not None:
            reason = f"{frame.opcode.name} frame inside a fragmented message"
            raise ProtocolError(PROTOCOL_ERROR, reason)
        else:
            self._opcode = frame.opcode
            self._check = Utf8Check() if frame.opcode is Opcode.TEXT else None
            self.coded = frame.rsv
        self.busy = self._begun = True
        self._previewed = 0
        self._fragments += 1
        if self._fragments > self._max_fragments:
            reason = f"message of more than {self._max_fragments} fragments"
            raise ProtocolError(POLICY, reason)
        if not self.coded:
            self._check_size(length)

    def _check_size(self, length: int) -> None:
        if len(self._joined) + length > self._max_message:
            raise ProtocolError(TOO_BIG, f"message over the limit of {self._max_message} bytes")

    def preview(self, partial: PartialFrame) -> None:
        """Judge what has come of an incomplete frame (begin's errors, and 1007)."""
        self.begin(partial.frame, partial.length)
        if self._check is not None and not self.coded:
            self._check.feed(partial.payload[self._previewed :])
            self._previewed = len(partial.payload)

    def add(self, frame: Frame) -> TextMessage | BinaryMessage | None:
        """Take a complete frame, decoded by the extensions; the message when it was the last."""
        payload = frame.payload
        self.begin(frame, len(payload))
        self._check_size(len(payload))
        if self._check is not None:
            self._check.feed(payload[self._previewed :], frame.fin)
        self._begun = False
        if self._keep and (self._fragments > 1 or not frame.fin):
            self._joined += payload
        if not frame.fin:
            return None
        opcode, fragments, joined = self._opcode, self._fragments, self._joined
        self._reset()
        if not self._keep and fragments > 1:
            return None
        whole = payload if fragments == 1 else bytes(joined)
        return TextMessage(whole.decode()) if opcode is Opcode.TEXT else BinaryMessage(whole)


def _or_infinite(limit: int | None) -> float:
    return math.inf if limit is None else limit
