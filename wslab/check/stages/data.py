"""The stages of messages: a text in, a text out, lengths, fragments (RFC 6455, 5.2 and 5.4)."""

from __future__ import annotations

from wslab.check.probes import BINARY, CLOSE, CONTINUATION, TEXT, echoes
from wslab.check.stages.making import coming_back, failing
from wslab.check.stages.probe import Mistake, Probe, Step, from_server
from wslab.net.raw import MASK, client_frame
from wslab.protocol.frames import encode
from wslab.protocol.masking import apply_mask

OTHER_MASK = bytes.fromhex("01020304")  # with it, letters stay letters, and text stays UTF-8
HELLO = b"Hello"


def _text_in(name: str, rule: str, step: Step, *texts: bytes, mask: bytes = MASK) -> Probe:
    """A probe that counts when the texts come back, framed or bare."""
    masked, first = apply_mask(texts[0], mask), bytes([mask[0]]) * len(texts[0])
    as_sent = encode(0x80 | TEXT, texts[0], mask)
    one_byte = bytes(a ^ b for a, b in zip(texts[0], first, strict=True))
    taken_whole: Mistake = (
        b"",
        "nothing came back. Did you count on one read for the whole frame? A read may return less"
        " than a frame, or more.",
    )
    in_part: Mistake = (
        lambda came: True,
        "a piece of the frame was taken for all of it. A read may return less than a frame.",
    )
    one_only: Mistake = (
        lambda came: came in (texts[0], from_server(TEXT, texts[0])),
        "only the first text came back: after a frame comes the next.",
    )
    mistakes: tuple[Mistake, ...] = (
        (lambda came: as_sent in came, "the frame came back as it was, header, key and all."),
        (lambda came: mask + masked in came, "the masking key was taken for a part of the text."),
        (lambda came: masked in came, "the text came back with the mask still on."),
        (lambda came: one_byte in came, "every byte was unmasked with the first byte of the key."),
        (from_server(CLOSE, b"\x03\xef"), "1007 came: what your server read was no text to it."),
        *([one_only] if len(texts) > 1 else []),
        *([taken_whole, in_part] if step.alone or len(texts) > 1 else []),
    )
    expected = b"".join(texts)
    judge = echoes()  # not asked: the bytes count
    return Probe(name, rule, "5.2", (step,), judge, expected, mistakes=mistakes, bare=texts)


TEXT_IN = (
    _text_in(
        "a text",
        "a payload is unmasked with the four bytes before it",
        Step((encode(0x80 | TEXT, HELLO, OTHER_MASK),)),
        HELLO,
        mask=OTHER_MASK,
    ),
    _text_in(
        "another key",
        "each frame has a masking key of its own",
        Step((client_frame(TEXT, b"another"),)),
        b"another",
    ),
    _text_in(
        "a frame in pieces",
        "a frame may arrive in pieces: TCP knows no frames",
        Step(
            (
                client_frame(TEXT, HELLO)[:1],
                client_frame(TEXT, HELLO)[1:4],
                client_frame(TEXT, HELLO)[4:8],
                client_frame(TEXT, HELLO)[8:],
            ),
            alone=True,
        ),
        HELLO,
    ),
    _text_in(
        "two frames at once",
        "several frames may arrive together: TCP knows no frames",
        Step((client_frame(TEXT, b"one"), client_frame(TEXT, b"two"))),
        b"one",
        b"two",
    ),
)

TEXT_OUT = (
    coming_back(
        "a text",
        "FIN and opcode, the length, the payload",
        "5.2",
        client_frame(TEXT, HELLO),
        messages=[(TEXT, HELLO)],
        mistakes=[
            (HELLO, "the text came back without a header."),
            (b"\x01", "the header came back without FIN."),
            (b"\x81\x85", "the frame has a mask; a server sends none."),
            (b"\x82", "the text came back as binary."),
        ],
    ),
    coming_back(
        "letters and bytes",
        "the length counts bytes, not letters",
        "5.2",
        client_frame(TEXT, "Grüße".encode()),
        messages=[(TEXT, "Grüße".encode())],
        mistakes=[(b"\x81\x05", "the length counts letters; it is to count bytes.")],
    ),
    coming_back(
        "an empty text",
        "a message may be empty",
        "5.2",
        client_frame(TEXT),
        messages=[(TEXT, b"")],
    ),
    coming_back(
        "bytes",
        "what is binary has the opcode 0x2",
        "5.6",
        client_frame(BINARY, b"\x00\xff\x80"),
        messages=[(BINARY, b"\x00\xff\x80")],
        mistakes=[(b"\x81\x03", "the bytes came back as text.")],
    ),
)


def _long(size: int, *mistakes: Mistake) -> Probe:
    text = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    bits = 7 if size < 126 else 16 if size < 65_536 else 64
    return coming_back(
        f"{size:,} bytes",
        f"the shortest form of the length: {size:,} in {bits} bits",
        "5.2",
        client_frame(TEXT, text),
        messages=[(TEXT, text)],
        mistakes=mistakes,
    )


_LITTLE = "The length is in network byte order: the first byte is the largest."

LENGTHS = (
    _long(
        125,
        (b"\x81\x7e\x00\x7d", "125 was sent in 16 bits; 126 is the first that needs them."),
        (b"\x81\x7e", "125 was sent in a longer form; 126 is the first that needs it."),
        (b"", "nothing came back for 125 bytes. Which value is the mark of a longer length?"),
    ),
    _long(
        256,
        (b"\x81\x010", f"01 00 was read as 1: 1 byte of 256 came back. {_LITTLE}"),
        (b"\x88", f"a Close came. Was 01 00 read as 1? {_LITTLE}"),
        (b"\x81\x7e\x00\x01", f"256 was sent in the wrong order. {_LITTLE}"),
        (b"\x81\x7e\x01\x00", "256 bytes were announced, and others came."),
        (b"\x81\x7e", "126, the mark of a longer length, was taken for the length."),
        (b"\x81\x00", "the length came back as 256 modulo 256."),
    ),
    _long(
        126,
        (b"\x81\x7e\x7e\x00", f"126 was sent in the wrong order. {_LITTLE}"),
        (b"\x81\x7e0", "126 was sent in 7 bits, where it is the mark of a longer length."),
        (b"", f"nothing came back for 126 bytes. {_LITTLE}"),
    ),
    _long(
        65_535,
        (b"\x81\x7f", "65,535 was sent in 64 bits; it still fits into 16."),
        (b"\x81\x7e\xff\xff", "65,535 bytes were announced, and others came."),
    ),
    _long(
        65_536,
        (b"\x81\x7f\x00\x00\x01\x00", f"65,536 was sent in the wrong order. {_LITTLE}"),
        (b"\x81\x7e\x00\x00", "65,536 was sent in 16 bits, where it becomes 0."),
        (b"\x81\x00", "an empty text came back: were all 8 bytes of the length read?"),
        (b"", "nothing came back for 65,536 bytes: are the 8 bytes of the length read?"),
    ),
)


def _single(first: bytes, opcode: int = TEXT) -> tuple[Mistake, ...]:
    words = "each fragment was delivered as a message of its own."
    whole = from_server(opcode, first)
    return ((lambda came: came.startswith(whole + b"\x81"), words), (whole + b"\x80", words))


_START, _REST = client_frame(TEXT, b"Hel", fin=False), client_frame(CONTINUATION, b"lo")

FRAGMENTS = (
    coming_back(
        "two fragments",
        "a message is complete at FIN",
        "5.4",
        _START,
        _REST,
        messages=[(TEXT, HELLO)],
        mistakes=[
            *_single(b"Hel"),
            (b"\x80", "the message came back as a continuation: it has the first frame's opcode."),
            (b"\x81\x02lo", "only the last fragment came back."),
            (
                from_server(TEXT, HELLO) + from_server(TEXT, HELLO + b"."),
                "the next message has the parts of this one: a message begins with none.",
            ),
        ],
    ),
    coming_back(
        "an empty fragment",
        "a fragment may be empty, and binary data may be fragmented",
        "5.4",
        client_frame(BINARY, b"\xff\xfe", fin=False),
        client_frame(CONTINUATION, b"", fin=False),
        client_frame(CONTINUATION, b"\xfd"),
        messages=[(BINARY, b"\xff\xfe\xfd")],
        mistakes=_single(b"\xff\xfe", BINARY),
    ),
    coming_back(
        "an empty first fragment",
        "a message has begun, though nothing of it is there",
        "5.4",
        client_frame(TEXT, b"", fin=False),
        client_frame(CONTINUATION, b"Hel", fin=False),
        _REST,
        messages=[(TEXT, HELLO)],
        mistakes=[(b"\x88", "a Close came: a message may begin with a fragment that is empty.")],
    ),
    coming_back(
        "two messages",
        "the next message begins empty",
        "5.4",
        _START,
        _REST,
        client_frame(TEXT, b"you", fin=False),
        client_frame(CONTINUATION, b"!"),
        messages=[(TEXT, HELLO), (TEXT, b"you!")],
    ),
    failing(
        "nothing to continue",
        "a continuation needs a message that it continues",
        "5.4",
        client_frame(CONTINUATION, b"lo"),
    ),
    failing(
        "a text in the middle",
        "a new message waits until the one before is complete",
        "5.4",
        _START,
        client_frame(TEXT, b"you"),
    ),
    failing(
        "a continuation without a mask",
        "a client masks every frame",
        "5.1",
        _START,
        from_server(CONTINUATION, b"lo"),
        mistakes=[
            (from_server(TEXT, HELLO), "the message came back although its end had no mask.")
        ],
    ),
    coming_back(  # the connection of the probe before left a message unfinished
        "a new connection",
        "a connection knows nothing of the fragments of another",
        "5.4",
        client_frame(TEXT, b"you"),
        messages=[(TEXT, b"you")],
        mistakes=[
            (
                lambda came: b"Hel" in came or came[:1] in (b"", b"\x88"),
                "what another connection had left unfinished counted here.",
            )
        ],
    ),
)
