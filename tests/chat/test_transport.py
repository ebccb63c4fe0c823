"""One packet in one message; a broadcast is encoded once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wslab.chat import transport
from wslab.chat.transport import NoTransport, Shared, WebSocketTransport, shortened
from wslab.net import console
from wslab.protocol.broadcast import Broadcast
from wslab.protocol.closing import MAX_REASON


class Recorder:
    """As much of a WebSocketConnection as a transport uses."""

    def __init__(self) -> None:
        self.frames: list[Broadcast] = []
        self.texts: list[str] = []
        self.closed: list[tuple[int, str]] = []

    def write_encoded(self, message: Broadcast) -> None:
        self.frames.append(message)

    def sendUTF(self, text: str) -> None:
        self.texts.append(text)

    def close(self, code: int, reason: str) -> None:
        self.closed.append((code, reason))


def test_a_shared_packet_is_encoded_by_the_first_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    packet = Shared('2["news"]')
    first, second = Recorder(), Recorder()
    WebSocketTransport(first).share(packet)  # type: ignore[arg-type]
    monkeypatch.setattr(transport, "Broadcast", None)  # calling it again would raise
    WebSocketTransport(second).share(packet)  # type: ignore[arg-type]
    assert first.frames == second.frames
    assert first.frames[0].plain == b'\x81\x092["news"]'


def test_a_long_reason_is_cut() -> None:
    recorder = Recorder()
    WebSocketTransport(recorder).close(1008, "é" * 200)  # type: ignore[arg-type]
    [(code, reason)] = recorder.closed
    assert code == 1008
    assert reason == "é" * 60 + "…"


@given(st.text())
@settings(deadline=None)
def test_every_reason_fits_into_a_close_frame(reason: str) -> None:
    cut = shortened(reason)
    assert len(cut.encode()) <= MAX_REASON
    assert cut == reason or cut.endswith("…")


def test_a_lone_surrogate_does_not_stop_a_close() -> None:
    assert shortened("\ud800") == "?"


def test_nothing_happens_to_one_who_is_gone() -> None:
    gone = NoTransport()
    gone.send("2[]")
    gone.share(Shared("2[]"))
    gone.close(1000, "")
    gone.handler_failed(ValueError("late"))
    assert [line.text for line in console.lines] == ["error: ValueError: late"]
