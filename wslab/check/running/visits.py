"""One visit to a real chat room by a learner's function, and what went over the wire meanwhile.

    visit(answer, room, "Grace", "Hello!", welcome=True)        # async say(url, name, text) -> dict

The packets are read from a capture: the first that is wrong is named, not what came of it.
Socket.IO protocol 5 over Engine.IO 4, chapters "Encoding", "Packet encoding", "Acknowledgement".
"""

from __future__ import annotations

import concurrent.futures
import json
from typing import Any

from wslab.chat import ChatRoom, Packet, PacketError, PacketType, decode
from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer, shown
from wslab.net.capture import Capture, capture
from wslab.net.dissect import FrameItem, frames_of
from wslab.net.loop import background

ENGINE, PACKET = "Engine.IO protocol 4, Encoding", "Socket.IO protocol 5, Packet encoding"
CONNECTION = "Socket.IO protocol 5, Connection to a namespace"
ACKNOWLEDGED = "Socket.IO protocol 5, Acknowledgement"
CLOSING, CODES = "RFC 6455, 7.1.1", "RFC 6455, 7.4.1"
SECONDS = 0.5  # in which a connection ends that was closed


def visit(answer: Answer, room: ChatRoom, name: str, text: str, *, welcome: bool) -> None:
    """One call. welcome: the room lets this name in, so that the text can be said. Raises Wrong."""
    expected = [("new user", name), ("send message", text)][: 1 + welcome]
    wire = capture(room)
    try:
        got = answer(wire.url, name, text)
        if wire.connections:
            background().run(_ended(wire))
    except Wrong as wrong:  # the first packet that is wrong says more than what came of it
        raise _first_fault(wire, expected) or wrong from None
    finally:  # a client that hangs is cut off; nobody has to wait for that
        concurrent.futures.wait([background().submit(wire.aclose())], 0.1)
    if fault := _first_fault(wire, expected, returned=True):
        raise fault
    frames = frames_of(wire.connections[0])
    _returned(got, _answers(frames), len(expected))
    _closed(frames)


def _closed(frames: list[FrameItem]) -> None:
    """The learner's side closed with 1000. Raises Wrong."""
    closing = [f.payload for f in frames if f.direction == "up" and f.opcode == 8]
    if not closing:
        raise Wrong("the connection ended without a close frame of yours.", CLOSING)
    if closing[0][:2] != b"\x03\xe8":
        code = int.from_bytes(closing[0][:2], "big")
        came = f"code {code}" if code else "no code"
        raise Wrong(f"your close frame has {came}; 1000 was expected.", CODES)


async def _ended(wire: Capture) -> None:
    try:
        await wire.until(closed=len(wire.connections), timeout=SECONDS)
    except TimeoutError:
        raise Wrong("say() returned while its connection was open.", CLOSING) from None


def _texts(frames: list[FrameItem], direction: str) -> list[str]:
    found = (f for f in frames if f.direction == direction and f.is_text)
    return [(f.data or b"").decode("utf-8", "replace") for f in found]


def _first_fault(
    wire: Capture, expected: list[tuple[str, str]], *, returned: bool = False
) -> Wrong | None:
    """What is wrong with the packets that the learner sent, if something is; once the function has
    returned, also what is missing.
    """
    if not wire.connections:
        return Wrong("no connection came.", ENGINE) if returned else None
    connected, left = False, list(expected)
    for number, sent in enumerate(_texts(frames_of(wire.connections[0]), "up"), 1):
        what = f"packet {number}, {shown(sent)},"
        if sent == "3":  # the answer to a ping
            continue
        if sent[:1] != "4":
            return Wrong(f"{what} begins with {sent[:1]!r}; a message begins with 4.", ENGINE)
        try:
            packet = decode(sent[1:])
        except PacketError as error:
            return Wrong(f"{what} can't be read: {error}.", PACKET)
        if not connected and packet.type is not PacketType.CONNECT:
            return Wrong(f"{what} comes before a CONNECT.", CONNECTION)
        connected = True
        if packet.type is PacketType.EVENT:
            if not left and len(expected) == 1:
                return Wrong(f"{what} was sent after the name was refused.", "lesson 06, fault 2")
            if not left:
                return Wrong(f"{what} is one event too many.", PACKET)
            if wrong := _not_asked(packet, *left.pop(0), what):
                return wrong
    if returned and not connected:
        return Wrong("no packet came over your connection.", ENGINE)
    if returned and left:
        return Wrong(f"the event {left[0][0]!r} did not come.", PACKET)
    return None


def _not_asked(packet: Packet, event: str, value: str, what: str) -> Wrong | None:
    if packet.data[0] != event:
        return Wrong(f"{what} is the event {shown(packet.data[0])}, not {event!r}.", PACKET)
    if packet.data[1:2] != [value]:
        return Wrong(f"the value in {what} should be {value!r}.", PACKET)
    if packet.id is None:
        return Wrong(f"{what} has no number, so that no answer comes.", ACKNOWLEDGED)
    return None


def _answers(frames: list[FrameItem]) -> list[Any]:
    """What the room answered, in order."""
    packets = [decode(text[1:]) for text in _texts(frames, "down") if text[:2] == "43"]
    return [packet.data[0] for packet in packets]


def _as_json(value: object) -> str:
    """A value to compare: a learner's dict may hold what raises when it is compared."""
    try:
        return json.dumps(value, sort_keys=True)
    except Exception:
        return ""


def _returned(got: object, answers: list[Any], wanted: int) -> None:
    """This is the room's last answer. Raises Wrong."""
    if len(answers) < wanted:
        raise Wrong("the connection was closed before the last answer came.", ACKNOWLEDGED)
    if type(got) is str:
        raise Wrong(f"say() returned the text {shown(got)}; a dict was expected.", PACKET)
    if type(got) is list and len(got) == 1 and type(got[0]) is dict:
        raise Wrong("say() returned the answer's array; its only value was expected.", PACKET)
    if type(got) is not dict:
        raise Wrong(f"say() returned {shown(got)}; a dict was expected.", PACKET)
    said = _as_json(got)
    if said == _as_json(answers[0]) and wanted > 1:
        raise Wrong("say() returned the answer to the login; the last was expected.", ACKNOWLEDGED)
    if said != _as_json(answers[-1]):
        raise Wrong(f"say() returned {shown(got)}; the room's last answer differs.", ACKNOWLEDGED)
