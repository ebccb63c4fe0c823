"""The fields of Engine.IO and Socket.IO packets in the bytes that carry them.

Sections are the chapters of the two protocol documents, Engine.IO 4 and Socket.IO 5.
"""

from __future__ import annotations

from itertools import chain

from wslab.net.dissect import BodyItem, FrameItem, SentPacket
from wslab.protocol.socketio import Packet, PacketType, pieces
from wslab.protocol.socketio.engine import SEPARATOR, Kind
from wslab.show.frame_fields import Field
from wslab.show.packets import ENGINE, SOCKET
from wslab.show.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED
from wslab.show.words import plural, preview, visible

COLOURS = {
    "type": RED,
    "attachments": ORANGE,
    "namespace": GREY,
    "acknowledgement id": BLUE,
    "payload": GREEN,
}


def packet_fields(item: FrameItem | BodyItem, fields: list[Field]) -> list[Field]:
    """The fields of an item with those of its packets: in place of what carries them, or, where
    its bytes are other ones (compressed, or in several frames), after it.
    """
    data = item.data
    joined = SEPARATOR.encode().join(sent.wire for sent in item.packets)
    in_place = joined == data and (
        len(item.spans) == 1 if isinstance(item, BodyItem) else item.inflated is None
    )
    if not in_place:
        inner = (_fields(sent, item.size, inside=True) for sent in item.packets)
        return [*fields, *chain.from_iterable(inner)]
    start = item.spans[0][0] if isinstance(item, BodyItem) else item.header_length
    end = start + len(data)
    found: list[Field] = []
    place = start
    for sent in item.packets:
        if place > start:
            meaning = "U+001E, between two packets"
            chapter = "Engine.IO: Packet encoding"
            found.append(Field("separator", place, place + 1, "1e", meaning, chapter, GREY))
            place += 1
        found += _fields(sent, place, inside=False)
        place += len(sent.wire)
    before = [field for field in fields if field.end <= start]
    return [*before, *found, *(field for field in fields if field.start >= end)]


def _fields(sent: SentPacket, start: int, *, inside: bool) -> list[Field]:
    """The fields of one packet, from `start` on; without room of their own when `inside`."""
    out: list[Field] = []

    def add(name: str, size: int, value: str, meaning: str, section: str, colour: str) -> None:
        begin = out[-1].end if out else start
        end = begin if inside else begin + size
        out.append(Field(name, begin, end, value, meaning, section, colour))

    engine, socket = "Engine.IO: Packet encoding", "Socket.IO: Packet encoding"
    if sent.kind is None:
        add("no packet", len(sent.wire), preview(sent.wire), sent.problem, engine, RED)
        return out
    if isinstance(sent.content, bytes):
        base64 = "; here b and base64" if sent.wire != sent.content else ""
        meaning = (sent.note or "a message of the application") + base64
        add("bytes", len(sent.wire), preview(sent.content), meaning, engine, GREEN)
        return out
    kind = f"{sent.kind.name}: {ENGINE[sent.kind]}"
    add("Engine.IO type", 1, f"{int(sent.kind)}", kind, engine, PURPLE)
    if sent.packet is None:
        if sent.content:
            said = sent.problem or ("" if sent.kind is Kind.MESSAGE else "what it says")
            value = preview(sent.content.encode(), text=True)
            add("content", len(sent.wire) - 1, value, said, engine, RED if sent.problem else GREEN)
        return out
    for what, part in pieces(sent.content):
        size = len(part.encode())
        meaning = _meaning(what, sent.packet)
        name = "Socket.IO type" if what == "type" else "JSON" if what == "payload" else what
        shown = preview(part.encode(), text=True) if what == "payload" else visible(part)
        add(name, size, shown, meaning, socket, COLOURS[what])
    return out


def _meaning(what: str, packet: Packet) -> str:
    match what:
        case "type":
            return f"{packet.type.name}: {SOCKET[packet.type]}"
        case "attachments":
            return f"{plural(packet.attachments, 'message')} with bytes to follow"
        case "namespace":
            return "which of the server's namespaces is meant; / if none is named"
        case "acknowledgement id":
            asks = packet.type in (PacketType.EVENT, PacketType.BINARY_EVENT)
            return "answer under this number" if asks else "the event that this answers"
    if packet.type in (PacketType.EVENT, PacketType.BINARY_EVENT):
        return f"the event's name and {plural(len(packet.data) - 1, 'argument')}"
    if packet.type in (PacketType.ACK, PacketType.BINARY_ACK):
        return plural(len(packet.data), "value")
    return "what goes with it"
