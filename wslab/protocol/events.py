"""What a connection tells its owner: one small frozen class for each thing that can happen.

`Connection.receive` returns them in the order in which their last byte arrived. The rules behind
each are in RFC 6455: messages 5.6, ping and pong 5.5.2 and 5.5.3, Close 5.5.1 and 7.1.5, failing
7.1.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from wslab.protocol.frames import Frame


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A whole text message, its fragments joined and checked as UTF-8."""

    data: str


@dataclass(frozen=True, slots=True)
class BinaryMessage:
    """A whole binary message, its fragments joined."""

    data: bytes


@dataclass(frozen=True, slots=True)
class PingReceived:
    """A ping; with auto_pong its pong is in the output already."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class PongReceived:
    """A pong: the answer to a ping, or unasked for, which RFC 6455 5.5.3 allows."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class CloseReceived:
    """The peer's Close frame; code 1005 when it carried none (RFC 6455 7.1.5)."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class FrameReceived:
    """A data frame as it came; only from a connection with assemble=False."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Failed:
    """The peer broke a rule: the Close frame that says so is in the output, and no more is read."""

    code: int
    reason: str


Event: TypeAlias = (
    TextMessage
    | BinaryMessage
    | PingReceived
    | PongReceived
    | CloseReceived
    | FrameReceived
    | Failed
)
