"""What a dissected conversation consists of: one item for each HTTP head, body part and frame.

Every item keeps its exact bytes: `raw` of all items of one direction, joined, is what was recorded
in that direction. Credentials are in them, and `repr` has no contents. Terms: HTTP messages as in
RFC 9112, frames as in RFC 6455 section 5.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from wslab.net.dissect.credentials import Span
from wslab.net.dissect.packets import SentPacket

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One header line of a head, and where its bytes lie in the head (line end included)."""

    name: str
    value: str = field(repr=False)
    start: int
    end: int
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Item:
    """One piece of a conversation.

    `connection` is the number of its connection, `t` the seconds at which the chunk with its last
    byte was recorded, `offset` the position of its first byte among the bytes of its direction.
    `problems` says what is wrong with it, `secrets` where `raw` holds credentials.
    """

    kind: ClassVar[str] = "item"
    connection: int
    direction: Direction
    t: float
    offset: int
    raw: bytes
    problems: tuple[str, ...] = ()
    secrets: tuple[Span, ...] = ()

    def __repr__(self) -> str:  # a cell's last line is stored: no contents, they may be secret
        return f"<{self.kind} {self.direction}: {self.size:,} bytes>"

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return len(self.raw)

    def shown_raw(self) -> bytes:
        """`raw` with each byte of a credential replaced by an asterisk."""
        shown = bytearray(self.raw)
        for start, end in self.secrets:
            shown[start:end] = b"*" * (end - start)
        return bytes(shown)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Head(Item):
    """The head of an HTTP message: start line, header lines, empty line (RFC 9112 section 2.1)."""

    start_line: str
    start_span: Span
    lines: tuple[HeaderLine, ...]
    version: str

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Names and values in order; credentials are still in them, see `redact`."""
        return [(line.name, line.value) for line in self.lines if line.name]

    def get(self, name: str, default: str = "") -> str:
        """The value of a header; repeated ones joined by a comma."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else default

    def has_token(self, name: str, token: str) -> bool:
        """Whether a comma-separated header holds this token, whatever the case."""
        return token.lower() in (part.strip().lower() for part in self.get(name).split(","))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RequestItem(Head):
    """The head of a request; `upgrade` when it asks for WebSocket."""

    kind: ClassVar[str] = "request"
    method: str
    target: str
    upgrade: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ResponseItem(Head):
    """The head of a response; `upgrade` when it is the 101 that makes the connection a
    WebSocket."""

    kind: ClassVar[str] = "response"
    status: int
    reason: str
    upgrade: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BodyItem(Item):
    """A part of an HTTP body: all of it, one chunk (RFC 9112 section 7.1), or what was read at
    once.

    `data` is the content without the chunk's framing, `spans` where in `raw` it stands; `last` says
    that the body ends with this part. `packets` are those of Engine.IO in the body that ends with
    this content, `note` says why there are none. `hidden_from`: see FrameItem.
    """

    kind: ClassVar[str] = "body"
    data: bytes
    framing: Literal["length", "chunked", "close"]
    last: bool
    content_type: str = ""
    spans: tuple[Span, ...] = ()
    packets: tuple[SentPacket, ...] = ()
    note: str = ""
    hidden_from: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FrameItem(Item):
    """A WebSocket frame (RFC 6455 section 5.2).

    `payload` is unmasked. `message` numbers the data messages of the direction from 1 (None for
    control frames), `fragment` the frames of the message from 1. `inflated` is what
    permessage-deflate makes of the payload where it was agreed on and used (RFC 7692), `note` what
    it could not do. `packets` has the Engine.IO packet of the message that ends with this frame.
    From `hidden_from` on, `data` is part of a secret that began in another frame, or goes on there.
    """

    kind: ClassVar[str] = "frame"
    fin: bool
    rsv1: bool
    rsv2: bool
    rsv3: bool
    opcode: int
    opcode_name: str
    mask: bytes | None
    payload: bytes
    header_length: int
    message: int | None = None
    message_opcode: int | None = None
    fragment: int = 1
    compressed: bool = False
    inflated: bytes | None = None
    note: str = ""
    close_code: int | None = None
    close_reason: str = ""
    packets: tuple[SentPacket, ...] = ()
    hidden_from: int | None = None

    @property
    def masked(self) -> bool:
        """Whether the payload travelled masked."""
        return self.mask is not None

    @property
    def wire_length(self) -> int:
        """Bytes on the wire, header and payload."""
        return len(self.raw)

    @property
    def data(self) -> bytes:
        """The payload as the application sees it: unmasked, and inflated where it was
        compressed."""
        return self.payload if self.inflated is None else self.inflated

    @property
    def is_text(self) -> bool:
        """Whether the frame belongs to a text message."""
        return self.message_opcode == 1


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HTTP2Item(Item):
    """A frame of HTTP/2 (RFC 9113 section 4.1), or the preface that comes before them (3.4).

    `name` is "HEADERS" and so on, `stream` the number of the stream, `said` what the frame's own
    fields say. `data` is the content of DATA without padding. `headers` are those of the header
    block that ends with this frame, credentials still in them; `block` says where in `raw` the
    frame's part of a header block stands.
    """

    kind: ClassVar[str] = "http2"
    name: str
    stream: int = 0
    flags: tuple[str, ...] = ()
    said: str = ""
    data: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    block: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RunItem(Item):
    """Very many frames, counted and not taken apart. `counts`: how many of each opcode. What is
    secret in them is not known, so that all of it is hidden.
    """

    kind: ClassVar[str] = "frames"
    counts: dict[int, int]

    @property
    def count(self) -> int:
        """How many frames it is."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class UnparsedItem(Item):
    """Bytes that are neither HTTP nor a frame, with the reason."""

    kind: ClassVar[str] = "unparsed"
    reason: str
