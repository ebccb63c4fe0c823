"""What is shared is encoded once; a close frame's reason fits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from wslab.chat.transport import NoTransport, Shared, shortened
from wslab.net import console
from wslab.protocol.closing import MAX_REASON


def test_a_shared_packet_is_encoded_once() -> None:
    packet = Shared(['51-["news",{"_placeholder":true,"num":0}]', b"\x01"])
    assert packet.frames is packet.frames
    text, data = packet.frames
    assert text.plain == b'\x81\x2a451-["news",{"_placeholder":true,"num":0}]'
    assert data.plain == b"\x82\x01\x01"


@given(st.text())
@settings(deadline=None)
def test_every_reason_fits_into_a_close_frame(reason: str) -> None:
    cut = shortened(reason)
    assert len(cut.encode()) <= MAX_REASON
    assert cut == reason or cut.endswith("…")


def test_a_long_reason_is_cut() -> None:
    assert shortened("é" * 200) == "é" * 60 + "…"


def test_a_lone_surrogate_does_not_stop_a_close() -> None:
    assert shortened("\ud800") == "?"


def test_nothing_happens_to_one_who_is_gone() -> None:
    gone = NoTransport()
    gone.send("2[]")
    gone.share(Shared(["2[]"]))
    gone.close(1000, "")
    gone.handler_failed(ValueError("late"))
    assert [line.text for line in console.lines] == ["error: ValueError: late"]
