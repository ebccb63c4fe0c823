"""The exercises of lesson 04: a masked frame of any length, texts cut into fragments, and the
answer to a close frame. RFC 6455, sections 5.2 to 5.5.1, 7.4 and 8.1.

Each mistake that is easy to make has a sentence of its own; what else differs is named byte by
byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wslab.check.difference import BytesLike, same_bytes, same_frame, same_items
from wslab.check.exercise import exercise
from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer, shown
from wslab.protocol.closing import INVALID_TEXT, PROTOCOL_ERROR
from wslab.protocol.frames import Frame, Opcode, encode_frame
from wslab.protocol.masking import apply_mask

LENGTH, MASKING = "RFC 6455, 5.2", "RFC 6455, 5.3"
FRAGMENTS, CONTROL, CLOSING = "RFC 6455, 5.4", "RFC 6455, 5.5", "RFC 6455, 5.5.1"
CODES, UTF_8 = "RFC 6455, 7.4", "RFC 6455, 8.1"

# 1 · Fill in: the payload of a client's frame


def unmask_stub(frame):  # type: ignore[no-untyped-def]
    """The payload of a client's whole frame, readable."""
    length = frame[1] & 0x7F
    start = {126: ..., 127: ...}.get(length, ...)  # where the masking key begins
    key, noise = frame[start : start + 4], frame[start + 4 :]  # type: ignore[operator]
    return bytes(byte ^ key[...] for i, byte in enumerate(noise))


KEY = bytes.fromhex("37fa213d")  # that of the examples, RFC 6455 5.7
OTHER_KEY = bytes.fromhex("c8054d92")
MASKED: tuple[tuple[bytes, bytes], ...] = (  # payload, key
    (b"Hello", KEY),
    (b"", KEY),
    (bytes(range(125, 0, -1)), KEY),
    (bytes(i * 31 % 251 for i in range(126)), KEY),
    (bytes(i * 7 % 256 for i in range(65_535)), OTHER_KEY),
    (bytes(i * 37 % 256 for i in range(65_539)), OTHER_KEY),
    (b"Hello again", OTHER_KEY),
)


@exercise(lesson=4, stub=unmask_stub, awaited=False)
def unmask(answer: Answer) -> str:
    """unmask(frame: bytes) -> bytes: the payload of a whole masked frame."""
    for payload, key in MASKED:
        frame = encode_frame(Frame(Opcode.BINARY, payload, mask=key))
        got = answer(frame)
        what = f"the payload of {len(payload):,} bytes"
        if isinstance(got, BytesLike):
            _masking_mistakes(bytes(got), payload, frame, what)
        same_bytes(got, payload, what, MASKING)
    return "Each byte of payload met its byte of the key, behind a header of 6, 8 or 14 bytes."


def _masking_mistakes(got: bytes, payload: bytes, frame: bytes, what: str) -> None:
    """Raise Wrong for what usually goes wrong with a mask."""
    if got == payload:
        return
    start = len(frame) - len(payload) - 4
    key, noise = frame[start : start + 4], frame[start + 4 :]
    if got == noise:
        raise Wrong(f"{what} is as it came: the mask is still on it.", MASKING)
    if key != KEY and got == apply_mask(noise, KEY):
        raise Wrong(f"{what} met the key of another frame: each frame has its own.", MASKING)
    if got[len(key) :] == payload or got in (frame[start:], key + payload):
        raise Wrong(f"{what} begins with four bytes too many: those of the key.", MASKING)
    if got == payload[: len(key)]:
        raise Wrong(f"{what} ends after 4 bytes: the key begins again there.", MASKING)
    if got == bytes(byte ^ key[0] for byte in noise):
        raise Wrong(f"{what} met one byte of the key only; the key has four.", MASKING)
    for turn in (1, 2, 3):
        if got == apply_mask(noise, key[turn:] + key[:turn]):
            place = f"byte {turn} of the key met byte 0 of the payload"
            raise Wrong(f"in {what}, {place}; they are counted from 0 together.", MASKING)
    used = _key_used(got, frame)
    if used is not None and used != start:
        field = frame[1] & 0x7F
        where = f"bytes {used} to {used + 3} of the frame were taken for the key"
        raise Wrong(f"in {what}, {where}. Its length field is {field}.", LENGTH)


def _key_used(got: bytes, frame: bytes) -> int | None:
    """Where in the header an answer took the key, if what follows that key was unmasked with it."""
    for place in range(11):
        key, rest = frame[place : place + 4], frame[place + 4 :]
        if len(key) == 4 and got == apply_mask(rest, key):
            return place
    return None


# 2 · Find the bug: texts that come in fragments


def texts_stub(frames):  # type: ignore[no-untyped-def]
    """The texts in these frames. Each frame is (fin, opcode, payload)."""
    found, text = [], ""
    for fin, opcode, payload in frames:
        if opcode >= 8:  # a control frame may stand between fragments
            continue
        text += payload.decode()
        if fin:
            found.append(text)
            text = ""
    return found


Frames = list[tuple[int, int, bytes]]

WORDS = "déjà vu €"
PLAIN: Frames = [(0, 1, b"Hel"), (1, 0, b"lo"), (1, 1, b"again")]
BETWEEN: Frames = [(0, 1, b"Hel"), (1, 9, b"?"), (0, 0, b"l"), (1, 10, b"!"), (1, 0, b"o")]
BROKEN: Frames = [(0, 1, b"caf"), (1, 0, b"\xe9!")]
HALF: Frames = [(0, 1, b"caf"), (1, 0, b"\xc3")]
MARKED = "\ufeffa mark in front"  # which a codec may drop as no part of the text
ERROR, NO_UTF_8 = "UnicodeDecodeError", object()


def cut(text: str, place: int) -> Frames:
    """A text in two fragments, the first with so many bytes; then a short text."""
    data = text.encode()
    return [(0, 1, data[:place]), (1, 0, data[place:]), (1, 1, b"next")]


@exercise(lesson=4, stub=texts_stub, awaited=False)
def texts(answer: Answer) -> str:
    """texts(frames: list of (fin, opcode, payload)) -> list of str."""
    same_items(_read(answer, PLAIN), ["Hello", "again"], "text", FRAGMENTS)
    got = _read(answer, BETWEEN)
    if any("?" in text or "!" in text for text in _strings(got)):
        raise Wrong("the payload of a ping or a pong got among the texts.", CONTROL)
    same_items(got, ["Hello"], "text", FRAGMENTS)
    for place in range(1, len(WORDS.encode())):
        _one_cut(_read(answer, cut(WORDS, place)), place)
    if _strings(_read(answer, cut(MARKED, 3)))[:1] == [MARKED[1:]]:
        raise Wrong(f"{MARKED!r} lost its first character, U+FEFF: it is part of the text.", UTF_8)
    same_items(_read(answer, cut(MARKED, 3)), [MARKED, "next"], "text", UTF_8)
    for frames, what in ((BROKEN, "with a wrong byte"), (HALF, "that ends in half a letter")):
        got = _read(answer, frames)
        if got is not NO_UTF_8:
            raise Wrong(f"a text {what} made {shown(got)}; {ERROR} was expected.", UTF_8)
        _as_if_new(_read(answer, PLAIN), what)
    return "A fragment may end within a letter: only the bytes of the whole message are a text."


def _read(answer: Answer, frames: Frames) -> Any:
    """What the answer makes of frames; NO_UTF_8 if it raises the error that says so."""
    try:
        return answer([(bool(fin), opcode, payload) for fin, opcode, payload in frames])
    except Wrong as wrong:
        if f" raised {ERROR}" in str(wrong):
            return NO_UTF_8
        raise


def _as_if_new(got: Any, what: str) -> None:
    """A call knows nothing of an earlier one, which raised an error. Raises Wrong."""
    if got is NO_UTF_8 or _strings(got) != ["Hello", "again"]:
        came = f"raised {ERROR}" if got is NO_UTF_8 else f"made {shown(got)}"
        said = f"after a text {what}, the next call, with good frames, {came}"
        raise Wrong(f"{said}: something of the broken text was kept between the calls.", FRAGMENTS)


def _strings(got: Any) -> list[str]:
    return [text for text in got if type(text) is str] if isinstance(got, list | tuple) else []


def _one_cut(got: Any, place: int) -> None:
    """Judge what came of WORDS, cut after so many bytes. Raises Wrong."""
    what = f"{WORDS!r}, cut after byte {place},"
    if got is NO_UTF_8:
        raise Wrong(f"{what} raised {ERROR}; as a whole it is good UTF-8.", UTF_8)
    first = next(iter(_strings(got)), WORDS)
    if "\ufffd" in first:
        raise Wrong(f"{what} has � in it: half a letter was replaced.", UTF_8)
    if first == WORDS.encode().decode("latin-1"):
        raise Wrong(f"{what} has two or three letters for one: it was not read as UTF-8.", UTF_8)
    if len(first) < len(WORDS):
        raise Wrong(f"{what} lost a letter.", UTF_8)
    same_items(got, [WORDS, "next"], "text", FRAGMENTS)


# 3 · Build: the answer to a close frame

SAME, NONE = -1, 0
CLOSES: tuple[tuple[bytes, int, str, str], ...] = (  # payload, code of the answer, what, rule
    (b"\x03\xe8", SAME, "1000", CLOSING),
    (b"\x0f\xa0", SAME, "4000", CLOSING),
    (b"\x13\x87seen enough", SAME, "4999 and a reason", CLOSING),
    (b"", NONE, "no payload", CLOSING),
    (b"\x03", PROTOCOL_ERROR, "a payload of one byte", CLOSING),
    *((code.to_bytes(2, "big"), SAME, str(code), CODES) for code in (1003, 1007, 1014, 3000)),
    *(
        (code.to_bytes(2, "big"), PROTOCOL_ERROR, str(code), CODES)
        for code in (1005, 1006, 1004, 1015, 999, 2999, 5000, 0, 1016, 2000, 5001, 65_535)
    ),
    (b"\x03\xe8caf\xe9", INVALID_TEXT, "1000 and a reason that is not UTF-8", UTF_8),
    (b"\x03\xe8" + "é".encode() * 61, SAME, "1000 and a reason of 122 bytes", CLOSING),
)


@exercise(lesson=4, awaited=False)
def close_answer(answer: Answer) -> str:
    """close_answer(payload: bytes) -> bytes: the whole frame that answers a client's Close."""
    for payload, code, what, rule in CLOSES:
        said = payload[:2] if code == SAME else code.to_bytes(2, "big") if code else b""
        got, what = answer(payload), f"the answer to {what}"
        if isinstance(got, BytesLike):
            for mistake, broken in _closing_mistakes(bytes(got), said, payload):
                raise Wrong(f"{what} {mistake}", broken)
            _code_of(bytes(got), said, what, rule)
        same_frame(got, encode_frame(Frame(Opcode.CLOSE, said)), what, rule)
    return "Who sent a close frame gets one back, and hears of a fault in its own by the code."


def _closing_mistakes(got: bytes, said: bytes, payload: bytes) -> Iterator[tuple[str, str]]:
    """What is wrong with a frame whatever its code, and the rule."""
    if got == said != b"" or (got == payload != b"" and got[0] != 0x88):
        yield "is a payload alone: a frame begins with two bytes of header.", LENGTH
    elif len(got) > 1 and got[0] == 0x88 and got[1] & 0x80:
        yield "says MASK 1: a server masks nothing.", "RFC 6455, 5.1"
    elif got[:1] == b"\x08":
        yield "has FIN 0: a control frame is never cut.", CONTROL
    elif said and got[2:4] == said[::-1] and said != said[::-1]:
        yield "has the two bytes of its code in the wrong order.", CLOSING
    elif len(payload) > 2 and got[2:] == payload != said and payload[:2] == said:
        yield "repeats the reason; none was asked for.", ""


def _code_of(got: bytes, said: bytes, what: str, rule: str) -> None:
    """A close frame has the expected code. Raises Wrong; other frames are not judged here."""
    if got[:1] == b"\x88" and got[1:2] == bytes([(len(got) - 2) & 0x7F]):
        has, wanted = _named(got[2:4]), _named(said)
        if has != wanted:
            raise Wrong(f"{what} has {has}; {wanted} was expected.", rule)


def _named(code: bytes) -> str:
    if len(code) < 2:
        return "half a code" if code else "no code"
    return f"code {int.from_bytes(code, 'big')}"
