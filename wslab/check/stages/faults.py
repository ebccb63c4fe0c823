"""The stages of what a server must not take: no mask, reserved bits, reserved opcodes, wrong and
too large sizes (RFC 6455, 5.1, 5.2 and 10.4).
"""

from __future__ import annotations

from wslab.check.probes import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT
from wslab.check.stages.making import Several, coming_back, failing
from wslab.check.stages.probe import Probe, Step, from_server
from wslab.net.raw import MASK, client_frame
from wslab.protocol.frames import encode
from wslab.protocol.masking import apply_mask

LIMIT = 100_000  # bytes of a message, which the server of the lesson and those of the table allow
HELLO = b"Hello"
GOODBYE = (1000).to_bytes(2, "big")

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
    Several(
        "control frames without a mask",
        tuple(
            failing(name, "a client masks every frame", "5.1", from_server(opcode, payload))
            for name, opcode, payload in (
                ("a ping", PING, b"?"),
                ("a pong", PONG, b"?"),
                ("a Close", CLOSE, GOODBYE),
            )
        ),
    ),
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


def _control_bit(name: str, first: int, payload: bytes) -> Probe:
    rule = "a reserved bit is 0, unless an extension uses it"
    return failing(name, rule, "5.2", encode(0x80 | first, payload, MASK))


RESERVED: tuple[Probe | Several, ...] = (
    *map(_bit, (1, 2, 3)),
    _control_bit("RSV1 of a ping", 0x40 | PING, HELLO),
    *map(_opcode, (0x3, 0x7, 0xB, 0xF)),
    Several(
        "RSV2 and RSV3 of control frames",
        (
            _control_bit("RSV2 of a ping", 0x20 | PING, HELLO),
            _control_bit("RSV3 of a pong", 0x10 | PONG, HELLO),
            _control_bit("RSV3 of a Close", 0x10 | CLOSE, GOODBYE),
        ),
    ),
    Several("the opcodes between them", tuple(map(_opcode, (0x4, 0x5, 0x6, 0xC, 0xD, 0xE)))),
    coming_back(
        "no reserved bit",
        "what is not reserved is right",
        "5.2",
        client_frame(BINARY, HELLO),
        messages=[(BINARY, HELLO)],
    ),
)


_COUNTED = "a Close came: is the payload of the ping counted into the message?"
_TOO_BIG = "a server sets a limit, and ends with 1009"


def _header(first: int, length: bytes) -> bytes:
    return bytes([first]) + length + MASK


def _longer(length: int, bits: int) -> Probe:
    mark, text = b"\xfe" if bits == 16 else b"\xff", HELLO if length == 5 else b"x" * length
    return failing(
        f"{length:,} in {bits} bits",
        "a length has its shortest form",
        "5.2",
        _header(0x80 | TEXT, mark + length.to_bytes(bits // 8, "big")) + apply_mask(text, MASK),
        mistakes=[(from_server(TEXT, text), "the text came back; its length was in a long form.")],
    )


def _announced(name: str, length: int) -> Probe:
    return failing(
        name,
        _TOO_BIG,
        "10.4",
        _header(0x80 | BINARY, b"\xff" + length.to_bytes(8, "big")),
        codes=(1009,),
        last=b"",
    )


def _long_control(name: str, opcode: int, payload: bytes) -> Probe:
    rule = "a control frame has at most 125 bytes"
    return failing(name, rule, "5.5", client_frame(opcode, payload))


SIZES = (
    _long_control("a ping of 126 bytes", PING, bytes(126)),
    _longer(5, 16),
    _longer(5, 64),
    failing(
        "the highest bit",
        "the highest bit of 64 is 0",
        "5.2",
        _header(0x80 | BINARY, b"\xff" + (2**63 + 5).to_bytes(8, "big")),
        codes=(1002, 1009),
        last=b"",
    ),
    _announced("a terabyte", 10**12),
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
    failing(
        f"{LIMIT + 1:,} bytes",
        _TOO_BIG,
        "10.4",
        client_frame(BINARY, bytes(LIMIT + 1)),
        codes=(1009,),
        mistakes=[(b"\x82\x7f", f"the message came back; at most {LIMIT:,} bytes are to.")],
    ),
    _announced("a gigabyte", 10**9),
    Several("126 to 65,535 in 64 bits", (_longer(126, 64), _longer(65_535, 64))),
    Several(
        "a pong and a Close of 126 bytes",
        (
            _long_control("a pong", PONG, bytes(126)),
            _long_control("a Close", CLOSE, GOODBYE + b"x" * 124),
        ),
    ),
    coming_back(
        "a ping in a message of the limit",
        "the limit counts the message, not the pings between its fragments",
        "5.4",
        client_frame(CONTINUATION),
        first=Step(
            (client_frame(BINARY, bytes(LIMIT), fin=False), client_frame(PING, HELLO)), answers=1
        ),
        pongs=[HELLO],
        messages=[(BINARY, bytes(LIMIT))],
        mistakes=[
            (from_server(PONG, HELLO) + b"\x88", _COUNTED),
            (b"\x88", _COUNTED),
        ],
    ),
)
