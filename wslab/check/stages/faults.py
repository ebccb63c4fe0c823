"""The stages of what a server must not take: no mask, reserved bits, reserved opcodes, wrong and
too large sizes (RFC 6455, 5.1, 5.2 and 10.4).
"""

from __future__ import annotations

from wslab.check.probes import BINARY, CONTINUATION, PING, TEXT
from wslab.check.stages.making import coming_back, failing
from wslab.check.stages.probe import Probe, from_server
from wslab.net.raw import MASK, client_frame
from wslab.protocol.frames import encode

LIMIT = 100_000  # bytes of a message, which the server of the lesson and those of the table allow
HELLO = b"Hello"

MASKED = (
    failing(
        "a text without a mask",
        "a client masks every frame",
        "5.1",
        from_server(TEXT, HELLO),
        mistakes=[(from_server(TEXT, HELLO), "the text came back although it had no mask.")],
    ),
    failing(
        "no mask, no payload",
        "a client masks every frame",
        "5.1",
        from_server(TEXT),
        mistakes=[(from_server(TEXT), "the text came back although it had no mask.")],
    ),
    failing("a ping without a mask", "a client masks every frame", "5.1", from_server(PING, b"?")),
    coming_back(
        "a masked text",
        "a masked frame is right",
        "5.1",
        client_frame(TEXT, HELLO),
        messages=[(TEXT, HELLO)],
    ),
)


def _bit(number: int) -> Probe:
    first = 0x80 | 0x80 >> number | TEXT
    return failing(
        f"RSV{number}",
        "a reserved bit is 0, unless an extension uses it",
        "5.2",
        encode(first, HELLO, MASK),
        mistakes=[(from_server(TEXT, HELLO), f"the text came back although RSV{number} was 1.")],
    )


def _opcode(number: int) -> Probe:
    kind = "control" if number & 8 else "data"
    return failing(
        f"opcode {number:#x}",
        f"the opcode {number:#x} is reserved for {kind} frames of later times",
        "5.2",
        client_frame(number, HELLO),
        mistakes=[(bytes([0x80 | number, 5]), f"the frame came back with opcode {number:#x}.")],
    )


RESERVED = (
    *map(_bit, (1, 2, 3)),
    failing(
        "RSV1 of a ping",
        "a reserved bit is 0, unless an extension uses it",
        "5.2",
        encode(0xC0 | PING, HELLO, MASK),
    ),
    *map(_opcode, (0x3, 0x7, 0xB, 0xF)),
    coming_back(
        "no reserved bit",
        "what is not reserved is right",
        "5.2",
        client_frame(BINARY, HELLO),
        messages=[(BINARY, HELLO)],
    ),
)


def _header(first: int, length: bytes) -> bytes:
    return bytes([first]) + length + MASK


def _longer(name: str, length: bytes) -> Probe:
    payload = encode(0x80 | TEXT, HELLO, MASK)[6:]
    return failing(
        name,
        "a length has its shortest form",
        "5.2",
        _header(0x80 | TEXT, length) + payload,
        mistakes=[(from_server(TEXT, HELLO), "the text came back; its length was in a long form.")],
    )


_TOO_BIG = "a server sets a limit, and ends with 1009"

SIZES = (
    failing(
        "a ping of 126 bytes",
        "a control frame has at most 125 bytes",
        "5.5",
        client_frame(PING, bytes(126)),
    ),
    _longer("5 in 16 bits", b"\xfe" + (5).to_bytes(2, "big")),
    _longer("5 in 64 bits", b"\xff" + (5).to_bytes(8, "big")),
    failing(
        "the highest bit",
        "the highest bit of 64 is 0",
        "5.2",
        _header(0x80 | BINARY, b"\xff" + (2**63 + 5).to_bytes(8, "big")),
        codes=(1002, 1009),
        last=b"",
    ),
    failing(
        "a terabyte",
        _TOO_BIG,
        "10.4",
        _header(0x80 | BINARY, b"\xff" + (10**12).to_bytes(8, "big")),
        codes=(1009,),
        last=b"",
    ),
    failing(
        "twice 60,000 bytes",
        _TOO_BIG,
        "10.4",
        client_frame(TEXT, b"x" * 60_000, fin=False),
        client_frame(CONTINUATION, b"x" * 60_000),
        codes=(1009,),
        mistakes=[(b"\x81\x7f", f"the message came back; at most {LIMIT:,} bytes are to.")],
    ),
    failing(
        "120,000 bytes, and no end",
        _TOO_BIG,
        "10.4",
        client_frame(TEXT, b"x" * 60_000, fin=False),
        client_frame(CONTINUATION, b"x" * 60_000, fin=False),
        codes=(1009,),
        mistakes=[(b"", "your server waits for more. Look at the size before the last fragment.")],
        last=b"",
    ),
    coming_back(
        f"{LIMIT:,} bytes",
        "the limit itself is allowed",
        "10.4",
        client_frame(BINARY, bytes(LIMIT)),
        messages=[(BINARY, bytes(LIMIT))],
    ),
)
