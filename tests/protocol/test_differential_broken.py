"""The engine against websockets' sans-I/O core and wsproto: broken bytes, and compressed messages.

Broken bytes: what came before the fault means the same to all, and the fault has the same close
code. Where they differ, STRICTER, MILDER, EARLIER, BOTH or NEWER below says how, and what RFC 6455
has to say.
"""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate as TheirDeflate
from wsproto.connection import Connection as WsprotoConnection
from wsproto.connection import ConnectionState, ConnectionType
from wsproto.extensions import PerMessageDeflate as WsprotoDeflate

from tests.protocol.feeding import (
    chunks,
    connection,
    conversations,
    cut_lists,
    mask_for,
    roles,
    wire,
)
from tests.protocol.fuzz import mutated
from tests.protocol.test_differential import Websockets, Wsproto, all_events
from wslab.protocol.deflate import Deflate
from wslab.protocol.events import CloseReceived, Event, Failed, PingReceived, PongReceived
from wslab.protocol.frames import Frame, Opcode
from wslab.protocol.messages import Limits
from wslab.protocol.sending import Role

# websockets takes what we refuse.
STRICTER = (
    "not in its shortest encoding",  # RFC 6455 5.2: the minimal number of bytes MUST be used
    "over 125 bytes",  # the same: 126 in a control frame, with a length that fits into 7 bits
    "with its highest bit set",  # 5.2: the most significant bit MUST be 0
    "text is not UTF-8",  # 8.1; their core leaves text to the layer above
)
# We take what websockets refuses: a Close between the fragments of a message. RFC 6455 5.4 lets
# control frames stand there.
MILDER = 1002
# wsproto refuses a close code that came after RFC 6455, into the list that its 11.7 opened.
NEWER = 1014
NO_LIMITS = Limits(None, None, None)  # theirs have none here


def split(events: list[Event]) -> tuple[list[Event], Failed | None]:
    """The events before the failure, and the failure (websockets' comes with each later piece)."""
    for place, event in enumerate(events):
        if isinstance(event, Failed):
            return events[:place], event
    return events, None


def broken(frames: list[Frame], mask: bytes | None, seed: int, in_header: bool) -> bytes:
    """The bytes of frames, mutated anywhere or in one frame's header."""
    draw = random.Random(seed)
    if not in_header or not frames:
        return mutated(wire(frames, mask), draw)
    picked = draw.randrange(len(frames))
    before, whole, after = (
        wire(part, mask) for part in (frames[:picked], [frames[picked]], frames[picked + 1 :])
    )
    header = len(whole) - len(frames[picked].payload)
    return before + mutated(whole[:header], draw) + whole[header:] + after


def ours_split(receiver: Role, pieces: list[bytes]) -> tuple[list[Event], Failed | None]:
    """What our engine makes of these pieces, without limits."""
    return split(all_events(connection(receiver, limits=NO_LIMITS), pieces))


def websockets_waits(their: Websockets) -> bool:
    """Whether it has a part of a frame: then an end is not where it should be."""
    their.protocol.receive_eof()
    return "stream ends after" in str(their.protocol.parser_exc)


@given(roles, conversations(), st.integers(0, 10**9), st.booleans(), cut_lists)
@settings(max_examples=300, deadline=None)
def test_broken_bytes_mean_the_same_to_websockets(
    receiver: Role, frames: list[Frame], seed: int, in_header: bool, cuts: list[int]
) -> None:
    pieces = chunks(broken(frames, mask_for(receiver), seed, in_header), cuts)
    before, fault = ours_split(receiver, pieces)
    their = Websockets(receiver)
    theirs, their_fault = split(all_events(their, pieces))
    if fault is None:
        if their_fault is not None:
            assert their_fault.code == MILDER
            assert isinstance(before[-1], CloseReceived)
            assert theirs == before[:-1]
        else:
            assert theirs == before
    elif any(reason in fault.reason for reason in STRICTER):
        assert theirs[: len(before)] == before
    elif their_fault is None:
        # EARLIER: the header alone breaks the rule; they wait for the payload, which did not come.
        assert theirs == before
        assert websockets_waits(their)
    elif "must not be sent" in fault.reason:
        # BOTH: a Close whose code and reason are wrong. The RFC does not say which is judged first.
        assert theirs == before
        assert their_fault.code in (1002, 1007)
    else:
        assert (theirs, their_fault.code) == (before, fault.code)


@given(roles, conversations(), st.integers(0, 10**9), st.booleans(), cut_lists)
@settings(max_examples=300, deadline=None)
def test_broken_bytes_mean_the_same_to_wsproto(
    receiver: Role, frames: list[Frame], seed: int, in_header: bool, cuts: list[int]
) -> None:
    pieces = chunks(broken(frames, mask_for(receiver), seed, in_header), cuts)
    before, fault = ours_split(receiver, pieces)
    their = Wsproto(receiver)
    theirs = all_events(their, pieces)
    code = None
    # A fault is told as a Close too, but one that leaves the state as it was.
    if their.connection.state is ConnectionState.OPEN and theirs:
        last = theirs[-1]
        if isinstance(last, CloseReceived):
            code = last.code
            theirs.pop()
    if fault is None:
        if code is not None:
            assert code == 1002
            closed = before.pop()
            assert isinstance(closed, CloseReceived)
            assert closed.code == NEWER
        assert theirs == before
    elif code is None:
        # EARLIER: the first byte breaks the rule, or the header; they wait for what comes after it.
        decoder = their.connection._proto._frame_decoder
        assert theirs == before
        assert decoder.header is not None or len(decoder.buffer) > 0
    else:
        assert (theirs, code) == (before, fault.code)


def compressed(frames: list[Frame], deflate: Deflate) -> list[Frame]:
    """The same conversation, its data frames compressed."""
    return [deflate.encode(f) if f.opcode < Opcode.CLOSE else f for f in frames]


@given(roles, conversations(), cut_lists)
@settings(deadline=None)
def test_compressed_conversations_mean_the_same_to_all(
    receiver: Role, frames: list[Frame], cuts: list[int]
) -> None:
    pieces = chunks(wire(compressed(frames, Deflate()), mask_for(receiver)), cuts)
    expected = all_events(connection(receiver), chunks(wire(frames, mask_for(receiver)), cuts))
    assert all_events(connection(receiver, extensions=[Deflate()]), pieces) == expected

    websockets = Websockets(receiver)
    websockets.protocol.extensions = [TheirDeflate(False, False, 15, 15)]
    assert all_events(websockets, pieces) == expected

    # wsproto forgets at a ping between two fragments that the message is compressed, against
    # RFC 7692 6.2, so it gets the conversation without them.
    frames = [frame for frame in frames if frame.opcode not in (Opcode.PING, Opcode.PONG)]
    pieces = chunks(wire(compressed(frames, Deflate()), mask_for(receiver)), cuts)
    expected = [e for e in expected if not isinstance(e, (PingReceived, PongReceived))]
    wsproto = Wsproto(receiver)
    extension = WsprotoDeflate()
    extension._enabled = True  # as after a handshake in which it was agreed on
    side = (wsproto.connection.client and ConnectionType.CLIENT) or ConnectionType.SERVER
    wsproto.connection = WsprotoConnection(side, [extension])
    assert all_events(wsproto, pieces) == expected
