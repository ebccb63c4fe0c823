"""Broken input at length: python -m tests.protocol.fuzz --inputs 10000000 --seconds 3600 --jobs 1

Valid handshakes, conversations and compressed messages, mutated at random and cut anywhere.
Whatever comes, a connection must not raise, must say nothing after its end, and must keep to its
limits; a handshake may raise nothing but the documented errors. What breaks a rule is printed with
its seed and its bytes, and ends the run.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
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
    format_extensions,
    parse_extensions,
)
from wslab.protocol.deflate import Agreement
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
PIECES = [b"\x00\x00\xff\xff", b"\xff" * 8, b"\x7e\x00", b';=,"', b"\x00" * 9, b"\xc1\x88"]


class Draw(random.Random):
    """The choices that make one input, and the bytes that came of them, to be shown."""

    data = b""


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


def factory(draw: random.Random) -> PerMessageDeflate:
    """One side's wishes."""
    return PerMessageDeflate(
        server_no_context_takeover=draw.random() < 0.3,
        client_no_context_takeover=draw.random() < 0.3,
        server_max_window_bits=draw.choice((None, None, 8, 9, 15)),
        client_max_window_bits=draw.choice((True, True, None, False, 8, 12)),
    )


def handshake(draw: Draw) -> None:
    """A request and a response with mutated headers, and mutated extensions on both sides."""

    def text(value: str) -> str:
        return mutated(value.encode(), draw).decode("latin-1")

    fields = [
        (name, text(value))
        for name, value in FIELDS
        for _ in range(draw.choice((0, 1, 1, 1, 1, 1, 1, 2)))
    ]
    method, version = "GET", "HTTP/1.1"
    if draw.random() < 0.1:
        method, version = text(method), text(version)
    lines = [f"{method} / {version}", *(f"{name}: {value}" for name, value in fields)]
    draw.data = "\r\n".join(lines).encode("latin-1")
    headers, wishes = Headers(fields), factory(draw)
    with contextlib.suppress(HandshakeError):
        choose(check_request(Request(method, "/", headers, version)).extensions, [wishes])
    with contextlib.suppress(HandshakeError):
        response = Response(draw.choice((101, 101, 101, 200)), text("OK"), headers)
        accepted = check_response(response, FIELDS[4][1], ["chat"], wishes.offers())
        agree(accepted.extensions, [wishes])


def extensions(draw: Draw) -> None:
    """The header of the extensions alone, so that most inputs come as far as the parameters."""
    client, server = factory(draw), factory(draw)
    offers = [*client.offers(), *factory(draw).offers()]
    draw.data = format_extensions(offers).encode()
    answer, _ = choose(client.offers(), [server])
    agree(parse_extensions(answer), [client])  # whatever either side wishes, they agree
    draw.data = mutated(draw.data, draw)
    with contextlib.suppress(HandshakeError):
        read = parse_extensions(draw.data.decode("latin-1"))
        assert parse_extensions(format_extensions(read)) == read
        answer, _ = choose(read, [server])
        assert all(offer.name == server.name for offer in parse_extensions(answer))
        agree(read, [client])


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


def agreement(draw: random.Random) -> Agreement:
    """One direction of what was agreed on; most often the defaults."""
    return Agreement(draw.random() < 0.7, draw.choice((15, 15, 15, 8, 9)))


def connection(draw: Draw) -> None:
    """A connection of either role, with or without compression, and what it does with such."""
    role = draw.choice(list(Role))
    assemble = draw.random() < 0.8
    fed = Connection(
        role,
        limits=LIMITS,
        extensions=[Deflate(agreement(draw), agreement(draw))] if draw.random() < 0.7 else [],
        mask_source=lambda: KEY,
        assemble=assemble,
    )
    data = draw.data = mutated(conversation(draw), draw)
    cuts = [draw.randrange(len(data) + 1) for _ in range(draw.randrange(4))]
    reader = FrameParser(expect_masked=role is Role.CLIENT)
    ended = False
    for piece in chunks(data, cuts):
        for event in fed.receive(piece):
            assert not ended, f"{event} after the end"
            ended = isinstance(event, (Failed, CloseReceived))
            if isinstance(event, (TextMessage, BinaryMessage)):
                size = len(event.data.encode() if isinstance(event.data, str) else event.data)
                assert size <= 500 or not assemble, f"a message of {size} bytes"
        for frame in reader.feed(fed.take_output()):
            assert frame.opcode in (Opcode.PONG, Opcode.CLOSE)
    assert fed.finished is ended


def inflating(draw: Draw) -> None:
    """A compressed payload that is mutated, and a bound."""
    payload = Deflate()._compress(draw.choice((bytes(900), b"la " * 99, draw.randbytes(99))), True)
    room, broken = draw.randrange(1000), mutated(payload, draw)
    draw.data = broken
    try:
        inflater = Deflate(receives=agreement(draw))
        frame = inflater.decode(Frame(Opcode.BINARY, broken, rsv1=True), room)
    except ProtocolError as error:
        assert error.code in (1007, 1009)
    else:
        assert len(frame.payload) <= room


KINDS = (handshake, extensions, connection, connection, connection, inflating)


def run(inputs: int, seconds: float, seed: int, say: bool = True) -> tuple[int, int | None]:
    """How many inputs were tried, and the seed of the one that broke a rule, if one did."""
    begun = time.monotonic()
    told = begun
    for number in range(inputs):
        draw = Draw(seed + number)
        try:
            draw.choice(KINDS)(draw)
        except Exception as error:
            print(f"\nseed {seed + number}: {type(error).__name__}: {error}", file=sys.stderr)
            print(f"bytes {draw.data.hex()}", file=sys.stderr)
            return number + 1, seed + number
        if number % 256 == 0:
            now = time.monotonic()
            if now > begun + seconds:
                return number + 1, None
            if say and now > told + 5:
                told = now
                rate = (number + 1) / (now - begun)
                print(f"\r{number + 1:,} inputs, {rate:,.0f} a second", end="", flush=True)
    return inputs, None


def shares(inputs: int, seconds: float, seed: int, jobs: int) -> list[tuple[int, float, int, bool]]:
    """What `run` is to do in each of several processes. The first one tells how far it is."""
    share, more = divmod(inputs, jobs)
    counts = [share + (job < more) for job in range(jobs)]
    return [
        (count, seconds, seed + sum(counts[:job]), job == 0) for job, count in enumerate(counts)
    ]


def main() -> int:
    """Run until the inputs or the time are used up, or something is found."""
    parser = argparse.ArgumentParser(prog="tests.protocol.fuzz")
    parser.add_argument("--inputs", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=0, help="the first one; each input has its own")
    parser.add_argument("--jobs", type=int, default=1, help="processes, each with a share of it")
    options = parser.parse_args()
    parts = shares(options.inputs, options.seconds, options.seed, options.jobs)
    if options.jobs == 1:
        results = [run(*parts[0])]
    else:
        with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
            results = pool.starmap(run, parts, chunksize=1)
    tried = sum(count for count, _ in results)
    found = [seed for _, seed in results if seed is not None]
    words = "something" if found else "nothing"
    print(f"\r{tried:,} inputs, {words} was found        ")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
