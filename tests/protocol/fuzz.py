"""Broken input at length: python -m tests.protocol.fuzz --inputs 10000000 --seconds 3600

Valid handshakes, conversations and compressed messages, mutated at random and cut anywhere.
Whatever comes, a connection must not raise, must say nothing after its end, and must keep to its
limits; a handshake may raise nothing but the documented errors. What breaks a rule is printed with
its seed, and ends the run.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import time
import zlib

from tests.protocol.feeding import KEY, chunks
from wslab.protocol import (
    BinaryMessage,
    CloseReceived,
    Connection,
    Deflate,
    Failed,
    Frame,
    FrameParser,
    HandshakeError,
    Headers,
    Limits,
    Opcode,
    PerMessageDeflate,
    ProtocolError,
    Request,
    Response,
    Role,
    TextMessage,
    check_request,
    check_response,
    encode_frame,
)
from wslab.protocol.extensions import agree, choose

LIMITS = Limits(max_frame=300, max_message=500, max_fragments=8)
FIELDS = [
    ("Host", "a:1"),
    ("Upgrade", "websocket"),
    ("Connection", "keep-alive, Upgrade"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    ("Sec-WebSocket-Protocol", "chat, echo"),
    ("Sec-WebSocket-Extensions", 'permessage-deflate; client_max_window_bits="10", x; a=1'),
    ("Origin", "http://a"),
]
PIECES = [b"\x00\x00\xff\xff", b"\xff" * 8, b"\x7e\x00", b";=,\"", b"\x00" * 9, b"\xc1\x88"]


def mutated(data: bytes, draw: random.Random) -> bytes:
    """The same with a few bytes changed, taken out, put in, or doubled."""
    made = bytearray(data)
    for _ in range(draw.choice((0, 1, 1, 2, 5))):
        place = draw.randrange(len(made) + 1)
        match draw.randrange(5):
            case 0 if made:
                made[place % len(made)] ^= 1 << draw.randrange(8)
            case 1:
                del made[place : place + draw.randrange(1, 5)]
            case 2:
                made[place:place] = draw.randbytes(draw.randrange(1, 5))
            case 3:
                made[place:place] = draw.choice(PIECES)
            case _:
                made[place:place] = made[place : place + draw.randrange(1, 40)]
    return bytes(made)


def handshake(draw: random.Random) -> None:
    """A request and a response with mutated headers, and mutated extensions on both sides."""
    fields = [
        (name, mutated(value.encode(), draw).decode("latin-1"))
        for name, value in FIELDS
        for _ in range(draw.choice((0, 1, 1, 1, 1, 1, 1, 2)))
    ]
    headers, factory = Headers(fields), PerMessageDeflate()
    with contextlib.suppress(HandshakeError):
        choose(check_request(Request("GET", "/", headers)).extensions, [factory])
    with contextlib.suppress(HandshakeError):
        response = Response(101, "", headers)
        accepted = check_response(response, FIELDS[4][1], ["chat"], factory.offers())
        agree(accepted.extensions, [factory])


def conversation(draw: random.Random) -> bytes:
    """The bytes of a few frames, most of them in order."""
    mask, data, packer = draw.choice((KEY, KEY, None)), b"", zlib.compressobj(wbits=-15)
    for _ in range(draw.randrange(1, 7)):
        opcode = draw.choice((1, 1, 2, 0, 8, 9, 10))
        noise = draw.randbytes(20)
        payload = draw.choice((b"", "grüße €".encode(), bytes(200), noise, b"\x03\xe8"))
        packed = opcode in (1, 2) and draw.random() < 0.5
        if packed:
            payload = (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
        fin = opcode > 7 or draw.random() < 0.7
        data += encode_frame(Frame(Opcode(opcode), payload, fin, rsv1=packed, mask=mask))
    return data


def connection(draw: random.Random) -> None:
    """A connection of either role, with or without compression, and what it does with such."""
    role = draw.choice(list(Role))
    fed = Connection(
        role,
        limits=LIMITS,
        extensions=[Deflate()] if draw.random() < 0.7 else [],
        mask_source=lambda: KEY,
    )
    data = mutated(conversation(draw), draw)
    cuts = [draw.randrange(len(data) + 1) for _ in range(draw.randrange(4))]
    reader = FrameParser(expect_masked=role is Role.CLIENT)
    ended = False
    for piece in chunks(data, cuts):
        for event in fed.receive(piece):
            assert not ended, f"{event} after the end"
            ended = isinstance(event, (Failed, CloseReceived))
            if isinstance(event, (TextMessage, BinaryMessage)):
                size = len(event.data.encode() if isinstance(event.data, str) else event.data)
                assert size <= 500, f"a message of {size} bytes"
        for frame in reader.feed(fed.take_output()):
            assert frame.opcode in (Opcode.PONG, Opcode.CLOSE)
    assert fed.finished is ended


def inflating(draw: random.Random) -> None:
    """A compressed payload that is mutated, and a bound."""
    payload = Deflate()._compress(draw.choice((bytes(900), b"la " * 99, draw.randbytes(99))), True)
    room, broken = draw.randrange(1000), mutated(payload, draw)
    try:
        frame = Deflate().decode(Frame(Opcode.BINARY, broken, rsv1=True), room)
    except ProtocolError as error:
        assert error.code in (1007, 1009)
    else:
        assert len(frame.payload) <= room


def run(inputs: int, seconds: float, seed: int, say: bool = True) -> tuple[int, int | None]:
    """How many inputs were tried, and the seed of the one that broke a rule, if one did."""
    end, told = time.monotonic() + seconds, time.monotonic() + 5
    for number in range(inputs):
        try:
            draw = random.Random(seed + number)
            draw.choice((handshake, connection, connection, connection, inflating))(draw)
        except Exception as error:
            print(f"seed {seed + number}: {type(error).__name__}: {error}", file=sys.stderr)
            return number + 1, seed + number
        if number % 256 == 0 and (now := time.monotonic()) > min(end, told):
            if now > end:
                return number + 1, None
            told = now + 5
            if say:
                print(f"\r{number + 1:,} inputs", end="", flush=True)
    return inputs, None


def main() -> int:
    """Run until the inputs or the time are used up, or something is found."""
    parser = argparse.ArgumentParser(prog="tests.protocol.fuzz")
    parser.add_argument("--inputs", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=0, help="the first one; each input has its own")
    options = parser.parse_args()
    tried, found = run(options.inputs, options.seconds, options.seed)
    print(f"\r{tried:,} inputs, {'nothing' if found is None else 'something'} was found")
    return 0 if found is None else 1


if __name__ == "__main__":
    sys.exit(main())
