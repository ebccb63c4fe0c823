"""The engine against websockets' sans-I/O core and wsproto: broken bytes, and compressed messages.

Broken bytes: what came before the fault means the same to both, and the fault has the same close
code. Where they differ, STRICTER, MILDER, EARLIER or BOTH below says how, and what RFC 6455
has to say.
"""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate as TheirDeflate
from wsproto.connection import Connection as WsprotoConnection
from wsproto.connection import ConnectionType
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
from wslab.protocol.sending import Role

# websockets takes what we refuse.
STRICTER = (
    "not in its shortest encoding",  # RFC 6455 5.2: the minimal number of bytes MUST be used
    "with its highest bit set",  # 5.2: the most significant bit MUST be 0
    "text is not UTF-8",  # 8.1; their core leaves text to the layer above
)
# We take what websockets refuses: a Close between the fragments of a message. RFC 6455 5.4 lets
# control frames stand there.
MILDER = 1002


def split(events: list[Event]) -> tuple[list[Event], Failed | None]:
    """The events before the failure, and the failure (websockets' comes with each later piece)."""
    for place, event in enumerate(events):
        if isinstance(event, Failed):
            return events[:place], event
    return events, None


@given(roles, conversations(), st.integers(0, 10**9), cut_lists)
@settings(max_examples=300, deadline=None)
def test_broken_bytes_mean_the_same_to_websockets(
    receiver: Role, frames: list[Frame], seed: int, cuts: list[int]
) -> None:
    data = mutated(wire(frames, mask_for(receiver)), random.Random(seed))
    pieces = chunks(data, cuts)
    before, fault = split(all_events(connection(receiver), pieces))
    theirs, their_fault = split(all_events(Websockets(receiver), pieces))
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
    elif "must not be sent" in fault.reason:
        # BOTH: a Close whose code and reason are wrong. The RFC does not say which is judged first.
        assert theirs == before
        assert their_fault.code in (1002, 1007)
    else:
        assert (theirs, their_fault.code) == (before, fault.code)


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
