"""The states of one WebSocket, and the single table of the ways between them.

The table feeds the code (`next_state`), the state diagram in the lessons and the test that walks
each of its rows. The numbers are the browser's readyState (WHATWG WebSockets, "readyState").

What RFC 6455 calls the states: CONNECTING (4.1), OPEN once the handshake is accepted (4.1), CLOSING
once a Close frame was sent or received (7.1.3), CLOSED once the TCP connection has ended (7.1.4).
"""

from __future__ import annotations

from enum import Enum, IntEnum

from wslab.protocol.errors import InvalidState


class State(IntEnum):
    """Where a connection stands; the value is the browser's readyState."""

    CONNECTING = 0
    OPEN = 1
    CLOSING = 2
    CLOSED = 3


class Cause(Enum):
    """What moves a connection from one state to another; the value is for a reader."""

    ACCEPTED = "the opening handshake succeeded"
    REFUSED = "the opening handshake failed"
    GIVEN_UP = "close() was called before the handshake ended"
    CLOSE_SENT = "a Close frame was sent"
    CLOSE_RECEIVED = "a Close frame was received"
    FAILED = "the peer broke a rule"
    TCP_ENDED = "the TCP connection ended"


TRANSITIONS: dict[tuple[State, Cause], State] = {
    # RFC 6455 4.1: the handshake opens the connection or ends it.
    (State.CONNECTING, Cause.ACCEPTED): State.OPEN,
    (State.CONNECTING, Cause.REFUSED): State.CLOSED,
    (State.CONNECTING, Cause.TCP_ENDED): State.CLOSED,
    # WHATWG close(): given up before it was open, closing until the network notices.
    (State.CONNECTING, Cause.GIVEN_UP): State.CLOSING,
    (State.CLOSING, Cause.REFUSED): State.CLOSED,
    # RFC 6455 7.1.3: the first Close frame in either direction starts the closing handshake,
    # and 7.1.7: failing a connection sends one too.
    (State.OPEN, Cause.CLOSE_SENT): State.CLOSING,
    (State.OPEN, Cause.CLOSE_RECEIVED): State.CLOSING,
    (State.OPEN, Cause.FAILED): State.CLOSING,
    # The answer to a Close frame, and two Close frames that crossed.
    (State.CLOSING, Cause.CLOSE_SENT): State.CLOSING,
    (State.CLOSING, Cause.CLOSE_RECEIVED): State.CLOSING,
    (State.CLOSING, Cause.FAILED): State.CLOSING,
    # RFC 6455 7.1.4: only the end of TCP closes a connection; without Close frames it is 1006.
    (State.OPEN, Cause.TCP_ENDED): State.CLOSED,
    (State.CLOSING, Cause.TCP_ENDED): State.CLOSED,
}


def next_state(state: State, cause: Cause) -> State:
    """The state that `cause` leads to; InvalidState names both when the table has no such row."""
    try:
        return TRANSITIONS[state, cause]
    except KeyError:
        raise InvalidState(
            f"A connection in state {state.name} can't go on with {cause.name} ({cause.value})."
        ) from None
