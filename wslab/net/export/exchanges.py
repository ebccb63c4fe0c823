"""A connection as HTTP exchanges: each request with its response, its bodies and its messages.

HAR knows exchanges and whole messages; a dissection has heads, parts of bodies and frames.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

from wslab.net.capture import CapturedConnection
from wslab.net.dissect import (
    BodyItem,
    FrameItem,
    HTTP2Item,
    Item,
    RequestItem,
    ResponseItem,
    UnparsedItem,
    dissect,
)
from wslab.net.dissect.secrets import hide_secrets
from wslab.net.dissect.stream import Stream
from wslab.net.export.loaded import BOTH
from wslab.net.relay import Direction


@dataclass(frozen=True, slots=True)
class Message:
    """A data message, its frames joined, unmasked and inflated; or a control frame, which came
    after so many data messages.
    """

    direction: Direction
    t: float
    opcode: int
    data: bytes = field(repr=False)
    after: int = 0


@dataclass(slots=True)
class Exchange:
    """A request and what came back. Times are in seconds since the capture began."""

    request: RequestItem
    began: float  # the request's first byte came
    sent: float  # its last
    response: ResponseItem | None = None
    answered: float = 0.0  # the response's first byte
    finished: float = 0.0  # the last byte of all
    request_body: list[BodyItem] = field(default_factory=list)
    response_body: list[BodyItem] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    controls: list[Message] = field(default_factory=list)
    frames_down: int = 0  # bytes of frames from the server
    problems: list[str] = field(default_factory=list)  # of messages that are not as they were


@dataclass(slots=True)
class Exchanges:
    """The exchanges of a connection, and what is in none of them."""

    found: list[Exchange] = field(default_factory=list)
    unparsed: int = 0  # bytes
    lone: int = 0  # items without a request: a response, a body
    unfinished: int = 0  # messages
    http2: int = 0  # frames


def exchanges_of(connection: CapturedConnection, *, secrets: bool) -> Exchanges:
    """The exchanges of one connection; without `secrets`, those in messages and bodies hidden."""
    streams = {way: Stream(connection.chunks, way, connection.number) for way in BOTH}
    whole = Exchanges()
    waiting: list[Exchange] = []  # for their responses, the oldest first
    answering: Exchange | None = None
    parts: dict[Direction, list[FrameItem]] = {"up": [], "down": []}
    for item in dissect(connection):
        item = item if secrets else hide_secrets(item)
        began = streams[item.direction].arrival(item.offset + 1)[1]
        if isinstance(item, UnparsedItem):
            whole.unparsed += item.size
        elif isinstance(item, HTTP2Item):
            whole.http2 += 1
        elif isinstance(item, RequestItem):
            exchange = Exchange(item, began, item.t, finished=item.t)
            whole.found.append(exchange)
            waiting.append(exchange)
        elif isinstance(item, ResponseItem):
            answering = waiting[0] if waiting else None
            if answering is None:
                whole.lone += 1
            else:
                _answer(answering, item, began)
                if item.status >= 200 or item.status == 101:
                    waiting.pop(0)
        else:
            into = whole.found[-1] if item.direction == "up" and whole.found else answering
            if into is None:
                whole.lone += 1
            else:
                _add(into, item, parts)
    whole.unfinished = sum(bool(frames) for frames in parts.values())
    return whole


def _answer(exchange: Exchange, item: ResponseItem, began: float) -> None:
    if exchange.response is None:  # an interim response (RFC 9110, 15.2) may have come before
        exchange.answered = max(began, exchange.sent)
    exchange.response = item
    exchange.finished = item.t


def _add(exchange: Exchange, item: Item, parts: dict[Direction, list[FrameItem]]) -> None:
    exchange.finished = max(exchange.finished, item.t)
    if isinstance(item, BodyItem) and item.direction == "up":
        exchange.request_body.append(item)
        exchange.sent = item.t
    elif isinstance(item, BodyItem):
        exchange.response_body.append(item)
    elif isinstance(item, FrameItem):
        if item.direction == "down":
            exchange.frames_down += item.size
        if item.note:
            exchange.problems.append(item.note)
        if item.opcode >= 8:
            after = len(exchange.messages)
            control = Message(item.direction, item.t, item.opcode, item.payload, after)
            exchange.controls.append(control)
        else:
            _join(exchange, item, parts[item.direction])


def _join(exchange: Exchange, item: FrameItem, parts: list[FrameItem]) -> None:
    """A message is whole with its last frame, or when the next begins too early."""
    if parts and parts[0].message != item.message:
        exchange.messages.append(_message(parts))
        parts.clear()
    parts.append(item)
    if item.fin:
        exchange.messages.append(_message(parts))
        parts.clear()


def _message(parts: list[FrameItem]) -> Message:
    first, last = parts[0], parts[-1]
    opcode = first.opcode if first.message_opcode is None else first.message_opcode
    data = b"".join(chain(part.data for part in parts))
    return Message(first.direction, last.t, opcode, data)
