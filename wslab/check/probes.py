"""Probes: does a server that echoes messages keep to the rules of RFC 6455?

    rows = await compare({"mine": server, "wslab": other})
    show.columns(rows)

Each probe opens a connection of its own, sends fixed bytes, waits for the answers, sends a close
frame, and judges what came back until the server ended the connection. A rule that says "fail the
connection" (section 7.1.7) is kept by a close frame with the right code, or by ending TCP without a
word.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wslab.net.dissect.items import FrameItem, Item
from wslab.net.raw import NothingCame, RawClient, client_frame
from wslab.protocol.frames import Frame, Opcode, encode_frame

TEXT, BINARY, CONTINUATION = Opcode.TEXT, Opcode.BINARY, Opcode.CONTINUATION
CLOSE, PING, PONG = Opcode.CLOSE, Opcode.PING, Opcode.PONG

GOODBYE = client_frame(CLOSE, (1000).to_bytes(2, "big"))
TIMEOUT = 2.0

Judge = Callable[[Sequence[FrameItem]], str]


@dataclass(frozen=True, slots=True)
class Probe:
    """One rule and the bytes that test it.

    sent: what goes out after the handshake. judge: what is wrong with the frames that came back, ""
    if nothing is. answers: how many frames to wait for before the close frame goes out.
    """

    name: str
    rule: str
    section: str
    sent: bytes
    judge: Judge
    answers: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one server made of one probe; `why` says what was wrong."""

    probe: Probe
    passed: bool
    why: str

    def __str__(self) -> str:
        return "✓" if self.passed else f"✗ {self.why}"


def echoes(*messages: tuple[int, bytes], pongs: Sequence[bytes] = ()) -> Judge:
    """These messages come back, each an opcode and a payload, and these pongs."""

    def judge(frames: Sequence[FrameItem]) -> str:
        ponged = [frame.payload for frame in frames if frame.opcode == PONG]
        if ponged != list(pongs):
            return "no pong came" if not ponged else "the pong was wrong"
        came = messages_of(frames)
        if messages and not came:
            return f"no message came back{_closed_with(frames)}"
        if came != list(messages):
            more = len(came) > 1 or len(messages) > 1
            return "other messages came back" if more else "another message came back"
        return ""

    return judge


def messages_of(frames: Iterable[FrameItem]) -> list[tuple[int, bytes]]:
    """The messages among frames, put together from fragments: opcode and payload."""
    messages: list[tuple[int, bytes]] = []
    whole = True
    for frame in frames:
        if frame.opcode >= CLOSE:
            continue
        if whole or frame.opcode:
            messages.append((frame.opcode, frame.payload))
        else:
            messages[-1] = (messages[-1][0], messages[-1][1] + frame.payload)
        whole = frame.fin
    return messages


def pongs(payload: bytes) -> Judge:
    def judge(frames: Sequence[FrameItem]) -> str:
        ponged = [frame.payload for frame in frames if frame.opcode == PONG]
        if not ponged:
            return f"no pong came{_closed_with(frames)}"
        return "" if ponged == [payload] else "the pong was wrong"

    return judge


def answers_close(code: int) -> Judge:
    def judge(frames: Sequence[FrameItem]) -> str:
        closes = [frame.close_code for frame in frames if frame.opcode == CLOSE]
        if not closes:
            return "no close frame came back"
        return "" if closes == [code] else f"close {closes[0]} came back"

    return judge


def fails(*codes: int) -> Judge:
    """The connection is failed: nothing is echoed, and a close frame, if there is one, says why:
    one of these codes.
    """

    def judge(frames: Sequence[FrameItem]) -> str:
        if any(frame.opcode < CLOSE for frame in frames):
            return "sent the message back"
        if any(frame.opcode == PONG for frame in frames):
            return "sent a pong"
        closes = [frame.close_code for frame in frames if frame.opcode == CLOSE]
        if closes and closes[0] not in codes:
            went_on = "went on, " if closes[0] == 1000 else ""
            return f"{went_on}closed with {closes[0]}"
        return ""

    return judge


def _closed_with(frames: Sequence[FrameItem]) -> str:
    codes = [frame.close_code for frame in frames if frame.opcode == CLOSE]
    return f": closed with {codes[0]}" if codes and codes[0] != 1000 else ""


LONG = b"long enough! " * 10  # 130 bytes: over 125, the length takes two bytes more

PROBES: tuple[Probe, ...] = (
    Probe(
        "130 bytes",
        "from 126 bytes on, the length has 16 bits",
        "5.2",
        client_frame(TEXT, LONG),
        echoes((TEXT, LONG)),
    ),
    Probe(
        "ping",
        "the pong has the payload of the ping",
        "5.5.3",
        client_frame(PING, b"are you there?"),
        pongs(b"are you there?"),
    ),
    Probe(
        "fragments",
        "they make one message; a ping may stand between",
        "5.4",
        client_frame(TEXT, b"Hel", fin=False)
        + client_frame(PING, b"?")
        + client_frame(CONTINUATION, b"lo"),
        echoes((TEXT, b"Hello"), pongs=[b"?"]),
    ),
    Probe(
        "close 4000",
        "it is answered with the same code",
        "5.5.1",
        client_frame(CLOSE, (4000).to_bytes(2, "big")),
        answers_close(4000),
    ),
    Probe(
        "unmasked",
        "no mask from a client: fail the connection",
        "5.1",
        encode_frame(Frame(TEXT, b"Hello")),
        fails(1002),
    ),
    Probe(
        "opcode 0x3",
        "a reserved opcode: fail the connection",
        "5.2",
        client_frame(0x3, b"Hello"),
        fails(1002),
    ),
    Probe(
        "RSV1 set",
        "no extension uses it: fail the connection",
        "5.2",
        client_frame(TEXT, b"Hello", rsv1=True),
        fails(1002),
    ),
    Probe(
        "bad text",
        "text is not UTF-8: fail the connection",
        "8.1",
        client_frame(TEXT, b"caf\xff"),
        fails(1007),
    ),
)


async def run(probe: Probe, server: Any, *, timeout: float = TIMEOUT) -> Verdict:
    """Send one probe to a server (anything with a `port`) that echoes messages.

    `timeout` is in seconds: a server that does not end the connection by then has not passed.
    """
    try:
        client = await RawClient.connect(server, timeout=timeout)
    except (OSError, TimeoutError) as error:
        return Verdict(probe, False, f"no connection: {error}")
    client.send(probe.sent)
    with contextlib.suppress(EOFError, NothingCame):
        for _ in range(probe.answers):
            await client.frame(timeout)
    if not any(frame.opcode == CLOSE for frame in frames_among(client.frames)):
        client.send(GOODBYE)
    try:
        items: list[Item] = await client.end(timeout)
        late = ""
    except NothingCame as error:
        items, late = error.frames, "did not end the connection"
    why = probe.judge(frames_among(items)) or malformed(items) or late
    return Verdict(probe, not why, why)


async def compare(
    servers: Mapping[str, Any], probes: Iterable[Probe] = PROBES, *, timeout: float = TIMEOUT
) -> list[dict[str, str]]:
    """A row for each probe: its name, its rule, the section, and what each server made of it."""
    rows = []
    for probe in probes:
        row = {"probe": probe.name, "the rule": probe.rule, "RFC 6455": probe.section}
        for name, server in servers.items():
            row[name] = str(await run(probe, server, timeout=timeout))
        rows.append(row)
    return rows


def frames_among(items: Iterable[Item]) -> list[FrameItem]:
    return [item for item in items if isinstance(item, FrameItem)]


def malformed(items: Iterable[Item]) -> str:
    """What is wrong with the frames of the server itself, whatever the probe was about."""
    for item in items:
        if not isinstance(item, FrameItem):
            return "sent what is not a frame"
        if item.problems:
            return f"sent a faulty frame: {item.problems[0]}"
    return ""
