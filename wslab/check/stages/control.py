"""The stages of control frames: ping and pong, in between, the closing handshake and its codes
(RFC 6455, 5.5 and 7).
"""

from __future__ import annotations

from collections.abc import Sequence

from wslab.check.probes import CLOSE, CONTINUATION, PING, PONG, TEXT, Judge, messages_of
from wslab.check.stages.making import Several, coming_back, failing, swapped
from wslab.check.stages.probe import Mistake, Probe, Step, from_server
from wslab.net.dissect.items import FrameItem
from wslab.net.raw import client_frame

FULL = b"p" * 125

PINGS = (
    coming_back(
        "a ping",
        "a pong has the payload of its ping",
        "5.5.3",
        client_frame(PING, b"Hello"),
        pongs=[b"Hello"],
        mistakes=[
            (b"\x8a\x00", "the pong came without the payload of the ping."),
            (b"\x8a\x85", "the pong has a mask; a server sends none."),
            (b"\x89", "a ping came back; a pong has the opcode 0xA."),
            (b"\x81\x05", "the ping was taken for a message."),
            (from_server(TEXT, b"."), "no pong came."),
        ],
    ),
    coming_back("an empty ping", "a ping may be empty", "5.5.2", client_frame(PING), pongs=[b""]),
    coming_back("125 bytes", "up to 125 bytes", "5.5", client_frame(PING, FULL), pongs=[FULL]),
    coming_back(
        "a pong",
        "a pong that nobody asked for is not answered",
        "5.5.3",
        client_frame(PONG, b"Hello"),
        mistakes=[
            (b"\x8a", "the pong was answered with a pong."),
            (b"\x81\x05", "the pong was taken for a message."),
        ],
    ),
)
_HALF, _REST = client_frame(TEXT, b"Hel", fin=False), client_frame(CONTINUATION, b"lo")

BETWEEN = (
    coming_back(
        "a ping between fragments",
        "a control frame may stand between fragments, and is answered at once",
        "5.4",
        _REST,
        first=Step((_HALF, client_frame(PING, b"?")), answers=1),
        pongs=[b"?"],
        messages=[(TEXT, b"Hello")],
        mistakes=[
            (b"", "no pong came before the message was complete."),
            (b"\x8a\x01?\x81\x02lo", "the ping made the server forget the first fragment."),
            (b"\x8a\x01?\x81\x06", "the payload of the ping became a part of the message."),
            (lambda came: came[3:4] == b"\x88", "the ping broke the message: a Close came."),
            (b"\x81\x03Hel", "the ping ended the message: its first fragment came back."),
            (lambda came: len(came) == 3, "the ping broke the message: it did not come back."),
        ],
    ),
    coming_back(
        "a pong between fragments",
        "a control frame may stand between fragments",
        "5.4",
        _HALF,
        client_frame(PONG, b"?"),
        _REST,
        messages=[(TEXT, b"Hello")],
    ),
    failing(
        "a ping in fragments",
        "a control frame is not fragmented",
        "5.5",
        client_frame(PING, b"?", fin=False),
        client_frame(CONTINUATION, b"!"),
    ),
    failing(
        "a pong without FIN",
        "a control frame is not fragmented",
        "5.5",
        client_frame(PONG, b"?", fin=False),
    ),
)


def close(code: int | None, reason: bytes = b"") -> bytes:
    """A Close frame as a client sends it."""
    return client_frame(CLOSE, b"" if code is None else code.to_bytes(2, "big") + reason)


def _closed(*codes: int | None) -> Judge:
    """The Close frame is answered with one of these codes, None for none; nothing else comes."""

    def judge(frames: Sequence[FrameItem]) -> str:
        if messages_of(frames):
            return "a message came back after the Close"
        closes = [frame for frame in frames if frame.opcode == CLOSE]
        if not closes:
            return "no Close came back: the client will say 1006"
        if len(closes) > 1:
            return "more than one Close came back"
        code = int.from_bytes(closes[0].payload[:2], "big") if closes[0].payload else None
        if code in codes:
            return ""
        if code is None:
            return f"the Close came back without the code {codes[0]}"
        return f"the Close came back with the code {code}{swapped(code, codes)}"

    return judge


def _closing(
    name: str,
    rule: str,
    code: int | None,
    *pieces: bytes,
    section: str = "5.5.1",
    mistakes: Sequence[Mistake] = (),
) -> Probe:
    payload = b"" if code is None else code.to_bytes(2, "big")
    judge = _closed(code) if code else _closed(None, 1000)
    expected = from_server(CLOSE, payload)
    known = ((b"\x8a", "the Close was answered with a pong."), *mistakes)
    return Probe(name, rule, section, (Step(pieces),), judge, expected, ends=True, mistakes=known)


CLOSES = (
    _closing("a code and a reason", "a Close is answered with its code", 1000, close(1000, b"bye")),
    _closing("a code of your own", "a Close is answered with its code", 4000, close(4000)),
    _closing("no code", "a Close without a code is answered, too", None, close(None)),
    _closing(
        "a text after the Close",
        "after a Close nothing is answered any more",
        1000,
        close(1000),
        client_frame(TEXT, b"Hello"),
    ),
    _closing(
        "in the middle of a message",
        "a Close may stand between fragments",
        1000,
        client_frame(TEXT, b"Hel", fin=False),
        close(1000),
    ),
    failing(
        "a Close without FIN",
        "a control frame is not fragmented",
        "5.5",
        client_frame(CLOSE, (1000).to_bytes(2, "big"), fin=False),
        mistakes=[(b"\x88\x02\x03\xe8", "the Close was answered, though it had no FIN.")],
        last=b"",
    ),
)


def _refused(code: int, why: str) -> Probe:
    payload = code.to_bytes(2, "big")
    back = (from_server(CLOSE, payload), f"{code} came back: {why}.")
    return failing(
        f"code {code}", why, "7.4", client_frame(CLOSE, payload), mistakes=[back], last=b""
    )


NEVER_SENT = "it stands for what happened, and is never sent"


def _good(code: int) -> Probe:
    return _closing(f"code {code}", "a code that may be sent", code, close(code), section="7.4")


CODES: tuple[Probe | Several, ...] = (
    *map(_good, (1003, 1011, 3000, 4999)),
    Several(
        "the other good codes",
        tuple(map(_good, (1001, 1002, 1007, 1008, 1009, 1010, 1012, 1013, 1014))),
    ),
    failing(
        "one byte",
        "a code has two bytes",
        "5.5.1",
        client_frame(CLOSE, b"\x03"),
        mistakes=[(b"\x88\x01", "the single byte came back: a code has two bytes.")],
        last=b"",
    ),
    _refused(0, "codes below 1000 are not used"),
    _refused(999, "codes below 1000 are not used"),
    _refused(1004, "it is reserved"),
    _refused(1005, NEVER_SENT),
    _refused(1006, NEVER_SENT),
    _refused(1015, NEVER_SENT),
    _refused(1016, "codes up to 2999 are for the protocol, and nobody defined this one"),
    _refused(2999, "codes up to 2999 are for the protocol, and nobody defined this one"),
    Several(
        "codes from 5000 on",
        tuple(_refused(code, "codes end with 4999") for code in (5000, 65_535)),
    ),
    failing(
        "a reason that is no UTF-8",
        "a reason is UTF-8",
        "5.5.1",
        close(1000, b"caf\xff"),
        codes=(1007,),
        mistakes=[(b"\x88\x02\x03\xe8", "the Close was answered, though its reason is no UTF-8.")],
        last=b"",
    ),
)
