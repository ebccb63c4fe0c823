"""Engine.IO packets in recorded messages and bodies, and the Socket.IO packets in those.

The parsers are the chat's own, `wslab.protocol.socketio`. They stop at what is wrong; here that
is a remark on the packet. A connection speaks Engine.IO when its request says `EIO=4` in the query
(chapter "Handshake" of the Engine.IO protocol, revision 4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from wslab.net.dissect.credentials import redact_text
from wslab.protocol.socketio import Packet, PacketError, PacketLimits, PacketType, decode
from wslab.protocol.socketio.engine import SEPARATOR, Kind, read, read_payload

LIMITS = PacketLimits(size=1 << 24, depth=100, namespace=1 << 12, attachments=1 << 20)
_BEGINS = re.compile(rb'40[^{\["]*[{\["]')  # a CONNECT, up to its payload
HEAD = 4096  # bytes of a message in several frames in which its first bracket is looked for


@dataclass(frozen=True, slots=True)
class SentPacket:
    """One Engine.IO packet. `wire` has its bytes as they stood in the message or the body,
    `content` what follows the digit. `packet` is the Socket.IO packet in it. `note` says what bytes
    belong to, `problem` what could not be read.
    """

    wire: bytes = field(repr=False)
    kind: Kind | None
    content: str | bytes = field(default="", repr=False)
    packet: Packet | None = field(default=None, repr=False)
    note: str = ""
    problem: str = ""


def speaks_engine(target: str) -> bool:
    """Whether a request for this is one of an Engine.IO session."""
    return _query(target).get("EIO") == ["4"]


def session_of(target: str) -> str:
    """The session's id in the target of a request, "" before there is one."""
    return "".join(_query(target).get("sid", []))


def _query(target: str) -> dict[str, list[str]]:
    try:
        return parse_qs(urlsplit(target).query)
    except ValueError:  # brackets that hold no address, for one
        return {}


class PacketReader:
    """Reads what one side of a session says, in order: bytes belong to the packet before them."""

    def __init__(self, target: str) -> None:
        # A path of engine.io's own has messages whose meaning only the application knows.
        self._has_socketio = "/engine.io" not in target.partition("?")[0]
        self._announced = ""  # the packet whose bytes come next
        self._wanted = self._came = 0
        self._parts: list[bytes] | None = []  # of a message in several frames
        self._head = b""
        self._length = 0
        self.hidden_from: int | None = None  # where in the last frame a secret began or went on

    def fragment(
        self, data: bytes | None, text: bool, fragment: int, fin: bool
    ) -> tuple[SentPacket, ...]:
        """The packet that a frame completes. `data` is None when it could not be inflated."""
        if fragment == 1:
            self._parts, self._head, self._length = [], b"", 0
        self._hide(data or b"", whole=fragment == 1 and fin)
        if data is None:
            self._parts = None
        elif self._parts is not None:
            self._parts.append(data)
        if not fin or self._parts is None:
            return ()
        whole = b"".join(self._parts)
        self._parts = []
        return (self.message(whole, text=text),)

    def _hide(self, data: bytes, *, whole: bool) -> None:
        """Find bytes of a CONNECT's payload. One in a single frame is left to secrets.py."""
        self.hidden_from = None
        before, self._length = self._length, self._length + len(data)
        self._head = (self._head + data)[:HEAD]
        begins = _BEGINS.match(self._head)
        if begins and not whole:
            self.hidden_from = max(0, begins.end() - before)

    def skip(self) -> None:
        """Messages were left out: what comes next belongs to none of those before."""
        self._wanted = self._came = 0

    def message(self, data: bytes, *, text: bool) -> SentPacket:
        """The packet of a whole WebSocket message."""
        if not text:
            return self._bytes(data, data)
        try:
            return self._text(data, data.decode())
        except UnicodeDecodeError:
            return SentPacket(data, None, problem="no Engine.IO packet: it is not UTF-8")

    def payload(self, body: bytes) -> tuple[SentPacket, ...]:
        """The packets of a body of long polling."""
        return tuple(self._part(part) for part in body.split(SEPARATOR.encode()))

    def _part(self, wire: bytes) -> SentPacket:
        try:
            (part,) = read_payload(wire.decode())
        except UnicodeDecodeError:
            return SentPacket(wire, None, problem="no Engine.IO packet: it is not UTF-8")
        except PacketError as error:
            return SentPacket(wire, None, problem=f"no Engine.IO packet: {error}")
        return self._bytes(wire, part) if isinstance(part, bytes) else self._text(wire, part)

    def _text(self, wire: bytes, text: str) -> SentPacket:
        try:
            kind, content = read(text)
        except PacketError as error:
            return SentPacket(wire, None, problem=f"no Engine.IO packet: {error}")
        if kind is not Kind.MESSAGE or not self._has_socketio:
            return SentPacket(wire, kind, content)
        problem = ""
        if self._came < self._wanted:
            problem = f"{self._wanted - self._came} attachments of {self._announced} did not come"
        self._wanted = self._came = 0
        try:
            packet = decode(str(content), LIMITS)
        except PacketError as error:
            # What is wrong with a CONNECT may quote a secret.
            why = "a CONNECT that can't be read" if wire[1:2] == b"0" else redact_text(str(error))
            return SentPacket(wire, kind, content, problem=f"no Socket.IO packet: {why}")
        if packet.attachments:
            name = f'"{packet.data[0]}"' if packet.type is PacketType.BINARY_EVENT else packet.id
            self._announced, self._wanted = f"{packet.type.name} {name}", packet.attachments
        return SentPacket(wire, kind, content, packet, problem=problem)

    def _bytes(self, wire: bytes, data: bytes) -> SentPacket:
        note = ""
        if self._came < self._wanted:
            self._came += 1
            note = f"attachment {self._came} of {self._wanted} of {self._announced}"
        return SentPacket(wire, Kind.MESSAGE, data, note=note)
