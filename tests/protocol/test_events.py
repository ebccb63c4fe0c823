from __future__ import annotations

import dataclasses

import pytest

from wslab.protocol import events
from wslab.protocol.frames import Frame, Opcode

EXAMPLES = [
    events.TextMessage("a"),
    events.BinaryMessage(b"a"),
    events.PingReceived(b"a"),
    events.PongReceived(b"a"),
    events.CloseReceived(1000, "a"),
    events.FrameReceived(Frame(Opcode.TEXT, b"a")),
    events.Failed(1002, "a"),
]


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda e: type(e).__name__)
def test_events_are_frozen_and_small(event: events.Event) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(event, dataclasses.fields(event)[0].name, None)
    assert not hasattr(event, "__dict__")


def test_events_of_two_kinds_are_never_equal() -> None:
    assert events.PingReceived(b"a") == events.PingReceived(b"a")
    assert events.PingReceived(b"a") != events.PongReceived(b"a")
    assert events.CloseReceived(1002, "a") != events.Failed(1002, "a")


def test_a_match_statement_reads_them() -> None:
    match events.CloseReceived(1001, "bye"):
        case events.CloseReceived(code, reason):
            assert (code, reason) == (1001, "bye")
