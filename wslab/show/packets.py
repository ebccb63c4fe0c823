"""Engine.IO 4 and Socket.IO 5 packets in words: long ones for a table, short ones for an arrow."""

from __future__ import annotations

from wslab.net.dissect import SentPacket
from wslab.protocol.socketio import Packet, PacketType, pieces
from wslab.protocol.socketio.engine import Kind
from wslab.show.words import plural, preview, shorten, visible

ENGINE = {
    Kind.OPEN: "opens the session, and names it",
    Kind.CLOSE: "closes the session",
    Kind.PING: "asks whether the other side is still there",
    Kind.PONG: "answers a ping",
    Kind.MESSAGE: "a message of the application",
    Kind.UPGRADE: "moves the session to this connection",
    Kind.NOOP: "says nothing: it ends a poll",
}
PROBES = {
    Kind.PING: "asks whether packets come through here",
    Kind.PONG: "says that packets come through here",
}
SOCKET = {
    PacketType.CONNECT: "asks for a namespace, or says that it is open",
    PacketType.DISCONNECT: "leaves the namespace",
    PacketType.EVENT: "a name and its arguments",
    PacketType.ACK: "the answer to an event",
    PacketType.CONNECT_ERROR: "the namespace is not open to this client",
    PacketType.BINARY_EVENT: "an event; its bytes follow as messages",
    PacketType.BINARY_ACK: "an answer; its bytes follow as messages",
}
MOST_TOLD = 8  # packets of one body


def told(packets: tuple[SentPacket, ...]) -> str:
    """What the packets of an item do: Socket.IO EVENT "new user", answer wanted under 0."""
    some = [_told(sent) for sent in packets[:MOST_TOLD]]
    if len(packets) > MOST_TOLD:
        some.append(f"and {plural(len(packets) - MOST_TOLD, 'more packet')}")
    return "; ".join(some)


def _told(sent: SentPacket) -> str:
    if sent.kind is None:
        return "no Engine.IO packet"
    if sent.packet is not None:
        return _socket(sent.packet)
    if sent.note:
        return f"Socket.IO {sent.note}"
    name = f"Engine.IO {sent.kind.name.lower()}"
    if sent.kind is Kind.MESSAGE:
        return f"{name}, in bytes" if isinstance(sent.content, bytes) else name
    if sent.content == "probe":
        return f'{name} "probe": {PROBES.get(sent.kind, ENGINE[sent.kind])}'
    return f"{name}: {ENGINE[sent.kind]}"


def _socket(packet: Packet) -> str:
    name = f"Socket.IO {packet.type.name}"
    if packet.type in (PacketType.EVENT, PacketType.BINARY_EVENT):
        name += f' "{shorten(visible(packet.data[0]), 60)}"'
        if packet.id is not None:
            name += f", answer wanted under {packet.id}"
    elif packet.id is not None:
        name += f", the answer to {packet.id}"
    if packet.namespace != "/":
        name += f", namespace {visible(packet.namespace)}"
    if packet.attachments:
        name += f", {plural(packet.attachments, 'attachment')} to follow"
    return name


def short(packets: tuple[SentPacket, ...], limit: int = 48) -> str:
    """The packets of an item in few words: EVENT 0 ["new user","Ada"]."""
    return " · ".join(_short(sent, limit) for sent in packets[:MOST_TOLD])


def _short(sent: SentPacket, limit: int) -> str:
    if isinstance(sent.content, bytes):
        return f"{sent.note or 'bytes'} {preview(sent.content, limit=limit)}".rstrip()
    content = sent.content if sent.kind is not None else sent.wire.decode("utf-8", "replace")
    if sent.kind is None or sent.problem:
        name = "not a packet:"
    elif sent.packet is None:
        name = "message" if sent.kind is Kind.MESSAGE else f"Engine.IO {sent.kind.name.lower()}"
    else:
        name = sent.packet.type.name
        parts = [part.strip(",") for what, part in pieces(content) if what != "type"]
        content = " ".join(parts)
    return f"{name} {shorten(visible(content), limit)}".rstrip()


def sorts(packets: tuple[SentPacket, ...]) -> str:
    """What kinds of packets these are: what is alike may be folded."""
    return " ".join(
        sent.packet.type.name if sent.packet else sent.kind.name if sent.kind else "?"
        for sent in packets[:MOST_TOLD]
    )
