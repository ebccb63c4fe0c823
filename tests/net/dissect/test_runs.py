"""Frames that are only counted: none is lost, and what is taken apart is as it would be anyway."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.show.recorded import DEFLATE_RESPONSE, REQUEST, RESPONSE
from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.dissect import FrameItem, Item, RunItem, dissect, runs
from wslab.net.raw import client_frame
from wslab.protocol.frames import Opcode


def connection(*frames: bytes, answer: bytes = RESPONSE) -> CapturedConnection:
    """The handshake, then these frames from the client, a chunk each."""
    chunks = [Chunk(0.0, "up", REQUEST), Chunk(0.0, "down", answer)]
    chunks += [Chunk(float(place), "up", frame) for place, frame in enumerate(frames, 1)]
    return CapturedConnection(1, 0.0, chunks=chunks)


def conversation(count: int, seed: int) -> list[bytes]:
    """Messages in one frame and in several, of all lengths, with control frames anywhere."""
    draw = random.Random(seed)
    frames = []
    while len(frames) < count:
        payload = bytes(draw.choice((0, 3, 125, 126, 70_000 if draw.random() < 0.01 else 127)))
        parts = draw.choice((1, 1, 1, 3))
        for part in range(parts):
            opcode = Opcode.TEXT if part == 0 else Opcode.CONTINUATION
            frames.append(client_frame(opcode, payload, fin=part == parts - 1))
            if draw.random() < 0.2:
                frames.append(client_frame(Opcode.PING, b"?"))
    return frames


def frames_in(items: list[Item]) -> list[FrameItem]:
    return [item for item in items if isinstance(item, FrameItem)]


@pytest.mark.parametrize("seed", range(5))
def test_counted_and_taken_apart_are_all_frames(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "LAST", 20)
    recorded = connection(*conversation(300, seed))
    whole, items = frames_in(dissect(recorded)), dissect(recorded, most=30)
    (run,) = [item for item in items if isinstance(item, RunItem)]
    found = frames_in(items)
    assert found[:30] == whole[:30]
    assert 0 < len(found) - 30 <= 20
    assert found[30:] == whole[30 + run.count :]  # their numbers of the messages too
    left_out = Counter(frame.opcode for frame in whole[30 : 30 + run.count])
    assert run.counts == dict(sorted(left_out.items()))
    up = b"".join(item.raw for item in items if item.direction == "up")
    assert up == recorded.data("up")


def test_few_are_no_run() -> None:
    recorded = connection(*conversation(300, 1))
    assert dissect(recorded, most=30) == dissect(recorded)


def test_what_can_t_be_a_frame_is_still_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "LAST", 20)
    recorded = connection(*conversation(100, 2), b"\x81\xff\xff" + bytes(20))
    *_, last = dissect(recorded, most=10)
    assert last == dissect(recorded)[-1]
    assert last.kind == "unparsed"


def test_a_connection_of_pings_is_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "LAST", 20)
    recorded = connection(*[client_frame(Opcode.PING, b"?")] * 100)
    items = dissect(recorded, most=10)
    (run,) = [item for item in items if isinstance(item, RunItem)]
    assert run.counts == {9: run.count}
    assert run.count + len(frames_in(items)) == 100


def test_after_a_run_nothing_is_inflated_that_may_point_into_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs, "LAST", 5)
    answer = DEFLATE_RESPONSE
    hello = bytes.fromhex("f248cdc9c90700")  # RFC 7692, 7.2.3.2
    frames = [client_frame(Opcode.TEXT, hello, rsv1=True)] * 50
    for header, notes in (
        (answer, {"not inflated: it may need messages that were only counted"}),
        (answer.replace(b"deflate", b"deflate; client_no_context_takeover"), {""}),
    ):
        items = frames_in(dissect(connection(*frames, answer=header), most=10))
        assert [item.inflated for item in items[:10]] == [b"Hello"] * 10
        assert {item.note for item in items[10:]} == notes


def test_all_of_a_run_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "LAST", 5)
    items = dissect(connection(*[client_frame(Opcode.TEXT, b"secret")] * 50), most=10)
    (run,) = [item for item in items if isinstance(item, RunItem)]
    assert set(run.shown_raw()) == set(b"*")
