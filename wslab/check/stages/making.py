"""The kinds of probes that stages are made of: what comes back, what the server must end, and
several that are one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wslab.check.probes import CLOSE, PONG, Judge, echoes, fails
from wslab.check.stages.probe import (
    LAST,
    LAST_BACK,
    SECONDS,
    Finding,
    Mistake,
    Probe,
    Step,
    from_server,
)
from wslab.net.dissect.items import FrameItem

Message = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Several:
    """Probes that ask one thing of several values, under one name: the first that finds something
    speaks for all. Each has a connection of its own.
    """

    name: str
    probes: tuple[Probe, ...]

    @property
    def rule(self) -> str:
        return self.probes[0].rule

    @property
    def section(self) -> str:
        return self.probes[0].section

    async def ask(self, server: Any, seconds: float = SECONDS) -> Finding:
        """Hold the conversations with a server, one after another, up to the first fault."""
        ends = time.monotonic() + seconds
        for probe in self.probes:
            finding = await probe.ask(server, max(0.05, ends - time.monotonic()))
            if finding.why:
                return Finding(f"{probe.name}: {finding.why}", finding.lines)
        return Finding()


def coming_back(
    name: str,
    rule: str,
    section: str,
    *pieces: bytes,
    messages: Sequence[Message] = (),
    pongs: Sequence[bytes] = (),
    mistakes: Sequence[Mistake] = (),
    first: Step | None = None,
) -> Probe:
    """A probe that a right server answers with these pongs, then these messages.

    first: a step before the pieces, the answers to which are waited for.
    """
    expected = b"".join(
        [
            *(from_server(PONG, payload) for payload in pongs),
            *(from_server(*message) for message in messages),
            LAST_BACK,
        ]
    )
    steps = (*([first] if first else []), Step((*pieces, LAST)))
    judge = echoes(*messages, pongs=pongs)
    return Probe(name, rule, section, steps, judge, expected, mistakes=tuple(mistakes))


def failing(
    name: str,
    rule: str,
    section: str,
    *pieces: bytes,
    codes: Sequence[int] = (1002,),
    mistakes: Sequence[Mistake] = (),
    last: bytes = LAST,
) -> Probe:
    """A probe at which a right server fails the connection (RFC 6455, 7.1.7): it ends it, and a
    Close frame, if it sends one, has one of these codes.
    """
    expected = from_server(CLOSE, codes[0].to_bytes(2, "big"))
    steps = (Step((*pieces, *([last] if last else []))),)
    return Probe(
        name, rule, section, steps, _failed(*codes), expected, ends=True, mistakes=tuple(mistakes)
    )


def _failed(*codes: int) -> Judge:
    """The judge of a failed connection, to whom the probe never said goodbye."""
    failed = fails(*codes)

    def judge(frames: Sequence[FrameItem]) -> str:
        why = failed(frames)
        if not why or any(frame.opcode != CLOSE for frame in frames):
            return why
        if (code := frames[0].close_code) is None:
            return f"closed without a code; {codes[0]} was expected"
        return f"closed with {code}; {codes[0]} was expected{swapped(code, codes)}"

    return judge


def swapped(code: int, codes: Sequence[int | None]) -> str:
    """What to add when a code is a right one with its two bytes in the other order."""
    other = int.from_bytes(code.to_bytes(2, "big"), "little")
    return ": its two bytes are in the wrong order" if other in codes else ""
