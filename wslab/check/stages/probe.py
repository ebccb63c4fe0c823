"""A probe of a stage: bytes for a server that sends messages back, and what is wrong with its
answer.

    finding = await probe.ask(server)        # anything with a `port`
    finding.why                              # "" when the server keeps the rule

After the bytes of the probe goes one text more, `LAST`: when that has come back, nothing else will
come for the probe, and nobody need wait. A server that must fail the connection never sends it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from wslab.check.handshakes import PAUSE_SECONDS
from wslab.check.probes import CLOSE, TEXT, Judge, frames_among, malformed, messages_of
from wslab.check.stages.marked import difference_lines, sent_line
from wslab.net.dissect.items import FrameItem
from wslab.net.raw import NothingCame, RawClient, client_frame
from wslab.protocol.frames import encode

SECONDS = 1.1  # for the answer to a probe
IDLE = 0.35  # of those: so long without a byte, once what came is wrong
HALFWAY = 0.5  # of those: so long for an answer that must come before the rest goes out

EARLIER = " Is an earlier stage broken?"  # unless it is known what has happened

LAST = client_frame(TEXT, b".")

Mistake = tuple[bytes | Callable[[bytes], bool], str]


def from_server(opcode: int, payload: bytes = b"") -> bytes:
    """The bytes of a whole frame as a server sends it."""
    return encode(0x80 | opcode, payload, None)


LAST_BACK = from_server(TEXT, b".")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a server made of a probe. why: "" when it is right; lines: the bytes, when it is right
    those that were sent.
    """

    why: str = ""
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.why, *(f"  {line}" for line in self.lines)]) if self.why else ""


@dataclass(frozen=True, slots=True)
class Step:
    """Frames, or pieces of one, that go out in one write; then so many frames are waited for.

    alone: each piece goes out on its own, a moment after the one before.
    """

    pieces: tuple[bytes, ...]
    answers: int = 0
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """One rule, the bytes that test it, and the judge of the frames that come back.

    expected: what a right server sends; it may differ, as the judge allows. ends: the server must
    end the connection. mistakes: how a known mistake answers (the bytes that its answer begins
    with, b"" for no bytes at all, or a test of them), and the words for it. bare: payloads that
    count with a frame around them or without.
    """

    name: str
    rule: str
    section: str
    steps: tuple[Step, ...]
    judge: Judge
    expected: bytes
    ends: bool = False
    mistakes: tuple[Mistake, ...] = ()
    bare: tuple[bytes, ...] = ()

    async def ask(self, server: Any, seconds: float = SECONDS) -> Finding:
        """Hold the conversation with a server, and judge it."""
        ends = time.monotonic() + seconds
        try:
            client = await RawClient.connect(server, timeout=seconds)
        except NothingCame:
            return Finding("no answer to the handshake came.")
        except OSError:
            return Finding(f"the handshake failed.{EARLIER}")
        try:
            await self._converse(client, ends, seconds)
            why = self._why(client)
        finally:
            client.close()
        sent = f"sent      {sent_line(self._pieces())}"
        if not why:
            return Finding("", (sent,))
        lines = difference_lines(bytes(client.received), self.expected)
        if self.ends and not client.ended:
            lines[0] += "  (the connection stays open)"
        elif client.ended and not self.ends:
            lines[0] += "  (the connection ended)"
        return Finding(why, (sent, *lines))

    def _pieces(self) -> list[bytes]:
        return [piece for step in self.steps for piece in step.pieces]

    async def _converse(self, client: RawClient, ends: float, seconds: float) -> None:
        wanted = 0
        for step in self.steps:
            for data in step.pieces if step.alone else (b"".join(step.pieces),):
                client.send(data)
                if step.alone:
                    await asyncio.sleep(PAUSE_SECONDS)
            wanted += step.answers
            if step.answers and not await _frames(client, wanted, seconds * HALFWAY):
                return  # what must come in between did not come
        while not self._complete(client) and (left := ends - time.monotonic()) > 0:
            wrong = client.received and not self.expected.startswith(client.received)
            if not await _more(client, min(left, seconds * IDLE) if wrong else left):
                return

    def _complete(self, client: RawClient) -> bool:
        if client.ended:
            return True
        if self.bare:
            return _in_order(client.received, self.bare)
        return messages_of(frames_among(client.frames))[-1:] == [(TEXT, b".")]

    def _why(self, client: RawClient) -> str:
        received = bytes(client.received)
        if self.bare:
            why = "" if _in_order(received, self.bare) else _bare_fault(client)
        else:
            why = self._why_of_frames(client)
        if why:
            for answer, words in self.mistakes:
                if answer(received) if callable(answer) else _begins(received, answer):
                    return words
        return why

    def _why_of_frames(self, client: RawClient) -> str:
        frames = frames_among(client.frames)
        went_on = messages_of(frames)[-1:] == [(TEXT, b".")]
        own = _without_last(frames) if went_on else frames
        if self.ends and went_on:
            what = self.judge(own) or "the message after it came back"
            return f"{what}; the connection was to end."
        if why := self.judge(own) or malformed(client.frames):
            return f"{why}."
        if self.ends:
            return "" if client.ended else "the connection stays open."
        return "" if went_on else "the message after it did not come back."


def _begins(received: bytes, answer: bytes) -> bool:
    return received.startswith(answer) if answer else not received


def _bare_fault(client: RawClient) -> str:
    if client.received:
        return "the text did not come back: other bytes did."
    if client.ended:
        return "the text did not come back."
    return (
        "nothing came back. If your server waits for more bytes: the mask bit is no part of the"
        " length."
    )


def _in_order(received: bytes | bytearray, payloads: Sequence[bytes]) -> bool:
    place = 0
    for payload in payloads:
        found = received.find(payload, place)
        if found < 0:
            return False
        place = found + len(payload)
    return True


def _without_last(frames: Sequence[FrameItem]) -> list[FrameItem]:
    """The frames without those of the last message."""
    data = [place for place, frame in enumerate(frames) if frame.opcode < CLOSE]
    begins = max(place for place in data if frames[place].opcode)
    return [frame for place, frame in enumerate(frames) if place not in data or place < begins]


async def _more(client: RawClient, seconds: float) -> bool:
    """Whether another byte comes in time, or the end."""
    there = len(client.received)
    try:
        await client.until(lambda: len(client.received) > there or client.ended, "more", seconds)
    except NothingCame:
        return False
    return True


async def _frames(client: RawClient, count: int, seconds: float) -> bool:
    """Whether so many frames come in time."""
    try:
        await client.until(
            lambda: len(frames_among(client.frames)) >= count or client.ended, "frames", seconds
        )
    except NothingCame:
        return False
    return len(frames_among(client.frames)) >= count
