"""The judges of lesson 04 tell mistakes apart, and agree with the engine and with websockets."""

from __future__ import annotations

import codecs
import struct
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Frame as LibraryFrame
from websockets.frames import Opcode as LibraryOpcode

from wslab.check import lesson04
from wslab.check.exercise import Exercise
from wslab.check.outcome import State
from wslab.net.raw import client_frame, talk
from wslab.net.streams import serve_library
from wslab.node import WebSocketServer, http
from wslab.protocol.closing import is_sendable
from wslab.protocol.frames import Opcode

JUDGES = [lesson04.unmask, lesson04.texts, lesson04.close_answer]
HELLO = bytes.fromhex("818537fa213d7f9f4d5158")  # RFC 6455 5.7

Mistake = tuple[Callable[..., Any], tuple[str, ...]]


def all_told_apart(judge: Exercise, mistakes: Iterable[Mistake]) -> None:
    """Each of these is wrong in words of its own, which have these in them."""
    messages = set()
    for function, words in mistakes:
        outcome = judge.judge(function)
        assert outcome.state is State.WRONG
        assert [word for word in words if word not in outcome.text] == [], outcome.text
        messages.add(outcome.text)
    assert len(messages) == len(list(mistakes))


# 1 · unmask


def start_of(frame: bytes) -> int:
    return {126: 4, 127: 10}.get(frame[1] & 0x7F, 2)


def xor(noise: bytes, key: bytes) -> bytes:
    return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(noise))


def unmask_with_numbers(frame: bytes) -> bytearray:
    """As one long number; a bytearray is bytes, too."""
    start = start_of(frame)
    key, noise = frame[start : start + 4], frame[start + 4 :]
    keys = (key * (len(noise) // 4 + 1))[: len(noise)]
    number = int.from_bytes(noise, "big") ^ int.from_bytes(keys, "big")
    return bytearray(number.to_bytes(len(noise), "big"))


def with_start(frame: bytes, start: int) -> bytes:
    return xor(frame[start + 4 :], frame[start : start + 4])


UNMASKED_WRONGLY: list[Mistake] = [
    (lambda f: f[start_of(f) + 4 :], ("5 bytes", "mask is still on")),
    (lambda f: with_start(f, 2), ("126 bytes", "bytes 2 to 5", "length field is 126")),
    (lambda f: with_start(f, 2 if f[1] & 0x7F < 126 else 4), ("65,539", "field is 127")),
    (lambda f: with_start(f, 0), ("5 bytes", "in the payload", "bytes 0 to 3")),
    (lambda f: xor(f[start_of(f) + 4 :], HELLO[2:6]), ("65,535", "each frame has its own")),
    (lambda f: xor(f[start_of(f) :], f[start_of(f) : start_of(f) + 4]), ("four bytes too many",)),
    (lambda f: xor(f[start_of(f) + 4 :], f[start_of(f) : start_of(f) + 1]), ("one byte of",)),
    (
        lambda f: xor(f[start_of(f) + 4 :], f[start_of(f) + 2 : start_of(f) + 4] + f[2:4]),
        ("byte 2 of the key met byte 0",),
    ),
    (
        lambda f: bytes(a ^ b for a, b in zip(f[6:], f[2:6], strict=False)),
        ("ends after 4 bytes", "begins again"),
    ),
    (lambda f: with_start(f, start_of(f)).decode("latin-1"), ("bytes were expected",)),
    (lambda f: list(with_start(f, start_of(f))), ("[72, 101", "bytes were expected")),
    (lambda f: xor(f[6:], f[5:1:-1]), ("byte 0", "0x42", "0x48 was expected")),
    (lambda f: with_start(f, start_of(f))[: f[1] & 0x7F], ("ends after 126 bytes", "65,535")),
]


def test_mistakes_with_the_mask_are_told_apart() -> None:
    all_told_apart(lesson04.unmask, UNMASKED_WRONGLY)


def test_the_mask_may_be_taken_off_in_two_ways() -> None:
    assert lesson04.unmask.judge(unmask_with_numbers).state is State.RIGHT
    outcome = lesson04.unmask.judge(lambda frame: with_start(frame, start_of(frame)))
    assert outcome.state is State.RIGHT
    assert "6, 8 or 14" in outcome.text


def test_half_filled_is_no_solution() -> None:
    def unmask(frame: Any) -> bytes:
        length = frame[1] & 0x7F
        start = {126: 4, 127: 10}.get(length, 2)
        key, noise = frame[start : start + 4], frame[start + 4 :]
        return bytes(byte ^ key[...] for i, byte in enumerate(noise))

    outcome = lesson04.unmask.judge(unmask)
    assert outcome.state is State.WRONG
    assert "TypeError" in outcome.text
    assert "key[...]" in outcome.text


def test_the_frames_of_the_rfc_and_of_the_library_are_unmasked_so() -> None:
    assert bytes(unmask_with_numbers(HELLO)) == b"Hello"
    for payload, _ in lesson04.MASKED:
        frame = LibraryFrame(LibraryOpcode.BINARY, payload).serialize(mask=True)
        assert bytes(unmask_with_numbers(frame)) == payload


# 2 · texts

Frames = list[tuple[bool, int, bytes]]


def texts(
    frames: Frames,
    decode: Callable[[bytes], Any] = bytes.decode,
    each: bool = False,
    skip: bool = True,
    reset: bool = True,
) -> list[Any]:
    """A solution, and with other arguments not quite."""
    found, data = [], b"" if not each else ""
    for fin, opcode, payload in frames:
        if skip and opcode >= 8:
            continue
        data += decode(payload) if each else payload  # type: ignore[operator]
        if fin:
            found.append(data if each else decode(data))  # type: ignore[arg-type]
            data = data if not reset else b"" if not each else ""
    return found


def texts_as_they_come(frames: Frames) -> list[str]:
    """With a decoder that keeps half a letter in mind."""
    found, text, decoder = [], "", codecs.getincrementaldecoder("utf-8")()
    for fin, opcode, payload in frames:
        if opcode < 8:
            text += decoder.decode(payload, final=fin)
            if fin:
                found.append(text)
                text = ""
    return found


def forgiving_the_end(frames: Frames) -> list[str]:
    found, text, decoder = [], "", codecs.getincrementaldecoder("utf-8")()
    for fin, opcode, payload in frames:
        if opcode < 8:
            text += decoder.decode(payload)
            if fin:
                found.append(text)
                text = ""
                decoder.reset()
    return found


def without_what_fails(frames: Frames) -> list[str]:
    try:
        return texts(frames)
    except UnicodeDecodeError:
        return []


left = bytearray()
decoder = codecs.getincrementaldecoder("utf-8")()


def texts_with_one_buffer(frames: Frames) -> list[str]:
    """The buffer is no function's own."""
    found = []
    for fin, opcode, payload in frames:
        if opcode < 8:
            left.extend(payload)
            if fin:
                found.append(left.decode())
                left.clear()
    return found


def texts_with_one_decoder(frames: Frames) -> list[str]:
    """So is the decoder; it forgets a wrong byte, but not half a letter."""
    found, text = [], ""
    for fin, opcode, payload in frames:
        if opcode < 8:
            text += decoder.decode(payload)
            if fin:
                if decoder.getstate()[0]:
                    raise UnicodeDecodeError("utf-8", payload, 0, 1, "half a letter")
                found.append(text)
                text = ""
    return found


READ_WRONGLY: list[Mistake] = [
    (lambda f: texts(f, lambda d: d.decode(errors="ignore"), each=True), ("lost a letter",)),
    (lambda f: texts(f, lambda d: d.decode(errors="replace"), each=True), ("replaced",)),
    (lambda f: texts(f, lambda d: d.decode("latin-1"), each=True), ("for one",)),
    (lambda f: texts(f, each=True) and texts(f, each=True), ("cut after byte 2", "UnicodeDecode")),
    (lambda f: texts(f, skip=False), ("ping",)),
    (lambda f: texts(f, reset=False), ("text 2", "'Helloagain'")),
    (lambda f: texts(f, bytes), ("text 1", "b'Hello'")),
    (lambda f: texts(f)[:1], ("ends after 1 text", "2 texts")),
    (lambda f: texts(f, lambda d: d.decode(errors="replace")), ("wrong byte", "caf�!")),
    (forgiving_the_end, ("half a letter", "'caf'")),
    (without_what_fails, ("wrong byte", "made []")),
    (lambda f: "".join(texts(f)), ("a list of texts",)),
    (lambda f: texts(f, lambda d: d.decode("utf-8-sig")), ("U+FEFF", "part of the text")),
    (texts_with_one_buffer, ("after a text with a wrong byte", "kept between the calls")),
    (texts_with_one_decoder, ("after a text that ends in half a letter, the next call",)),
]


def test_mistakes_with_fragments_are_told_apart() -> None:
    all_told_apart(lesson04.texts, READ_WRONGLY)


@pytest.mark.parametrize("answer", [texts, texts_as_they_come])
def test_fragments_may_be_joined_in_two_ways(answer: Callable[..., Any]) -> None:
    outcome = lesson04.texts.judge(answer)
    assert outcome.state is State.RIGHT, outcome
    assert "within a letter" in outcome.text


# 3 · close_answer


def code_for(payload: bytes) -> bytes:
    """A solution that asks the engine which codes there are."""
    if not payload:
        return b""
    if len(payload) == 1 or not is_sendable(struct.unpack("!H", payload[:2])[0]):
        return struct.pack("!H", 1002)
    try:
        payload[2:].decode("utf-8")
    except UnicodeError:
        return struct.pack("!H", 1007)
    return payload[:2]


def close_answer(payload: bytes) -> bytes:
    code = code_for(payload)
    return struct.pack("!BB", 0x88, len(code)) + code


def close_answer_from_the_library(payload: bytes) -> bytes:
    return LibraryFrame(LibraryOpcode.CLOSE, code_for(payload)).serialize(mask=False)


def framed(data: bytes, first: int = 0x88) -> bytes:
    return bytes([first, len(data)]) + data


def blacklist(*codes: int) -> Callable[[bytes], bytes]:
    """Knows some codes that must not be sent, and takes all others."""
    known = {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, *codes}

    def answer(payload: bytes) -> bytes:
        if len(payload) < 2 or int.from_bytes(payload[:2], "big") in known:
            return close_answer(payload)
        return framed(payload[:2])

    return answer


CLOSED_WRONGLY: list[Mistake] = [
    (framed, ("4999 and a reason", "repeats the reason")),
    (lambda p: framed(p[:2]), ("one byte", "half a code")),
    (lambda p: framed(p[:2] if len(p) != 1 else b"\x03\xea"), ("1005", "code 1002 was expected")),
    (lambda p: framed(b"\x03\xe8"), ("4000", "code 1000; code 4000 was expected")),
    (lambda p: framed(p[:2] or b"\x03\xe8"), ("no payload", "no code was expected")),
    (lambda p: framed(code_for(p[:2])), ("not UTF-8", "code 1000; code 1007 was expected")),
    (lambda p: framed(code_for(p)[::-1]), ("1000", "wrong order")),
    (code_for, ("payload alone",)),
    (lambda p: framed(code_for(p), 0x08), ("FIN 0",)),
    (lambda p: client_frame(Opcode.CLOSE, code_for(p)), ("MASK 1",)),
    (lambda p: framed(code_for(p), 0x8A), ("byte 0", "0x8a", "opcode")),
    (lambda p: close_answer(p)[:-1] or b"", ("1000", "ends after 3 bytes")),
    (lambda p: int.from_bytes(code_for(p), "big"), ("is 1000", "bytes were expected")),
    *(
        (blacklist(*missing), (f"the answer to {code} has", "code 1002 was expected"))
        for code, missing in ((1016, []), (2000, [1016]), (5001, [1016, 2000]))
    ),
    (blacklist(1016, 2000, 5001), ("the answer to 65535 has",)),
]


def test_mistakes_in_the_answer_are_told_apart() -> None:
    all_told_apart(lesson04.close_answer, CLOSED_WRONGLY)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_each_kind_of_bytes_passes(kind: Callable[[bytes], object]) -> None:
    for judge, right in (
        (lesson04.unmask, unmask_with_numbers),
        (lesson04.close_answer, close_answer),
    ):
        assert judge.judge(lambda given, right=right: kind(right(given))).state is State.RIGHT
    outcome = lesson04.close_answer.judge(lambda payload: kind(code_for(payload)))
    assert "payload alone" in outcome.text


@pytest.mark.parametrize("answer", [close_answer, close_answer_from_the_library])
def test_the_answer_may_be_written_in_two_ways(answer: Callable[..., Any]) -> None:
    outcome = lesson04.close_answer.judge(answer)
    assert outcome.state is State.RIGHT, outcome


async def test_real_servers_answer_so() -> None:
    """wslab to the byte where it has no reason to add; websockets with the same code."""

    async def repeat(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    server = http.createServer()

    @WebSocketServer(httpServer=server).on("request")
    def accept(request: Any) -> None:
        request.accept(None, request.origin)

    server.listen(0)
    library = serve_library(lambda: serve(repeat, "127.0.0.1", 0))
    for payload, *_ in lesson04.CLOSES:
        for each in (server, library):
            frames: list[Any] = await talk(each, client_frame(Opcode.CLOSE, payload))
            assert [frame.payload[:2] for frame in frames] == [code_for(payload)], payload
    server.close()
    await library.aclose()


# All three


def test_stubs_are_not_tried() -> None:
    def blank(payload: object) -> None:
        """With a docstring."""
        ...

    assert lesson04.unmask.judge(lesson04.unmask_stub).state is State.UNTRIED
    assert lesson04.texts.judge(lesson04.texts_stub).state is State.UNTRIED
    assert lesson04.close_answer.judge(blank).state is State.UNTRIED


class Evil:
    """Raises whatever is asked of it."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __len__(self) -> int:
        raise RuntimeError

    __repr__ = __bytes__ = __iter__ = __len__  # type: ignore[assignment]


def raises(given: object) -> None:
    raise KeyError("no")


def needs_nothing() -> bytes:
    return b""


async def waits(given: object) -> int:
    return 0


AWKWARD: list[Any] = [
    *(
        lambda given, value=value: value
        for value in (
            None,
            0,
            "",
            b"",
            [],
            [b""],
            (),
            object(),
            Evil(),
            [Evil()],
            {},
            True,
            1.5,
            raises,
        )
    ),
    raises,
    needs_nothing,
    waits,
    7,
    "text",
    Evil(),
]


@pytest.mark.parametrize("judge", JUDGES, ids=repr)
@pytest.mark.parametrize("answer", AWKWARD, ids=range(len(AWKWARD)))
def test_awkward_answers_are_wrong_and_raise_nothing(judge: Exercise, answer: Any) -> None:
    outcome = judge.judge(answer)
    assert outcome.state is State.WRONG
    assert outcome.text


@pytest.mark.parametrize("judge", JUDGES, ids=repr)
def test_endless_answers_end(judge: Exercise) -> None:
    def endless(given: object) -> None:
        while True:
            pass

    began = time.monotonic()
    outcome = judge.judge(endless, seconds=0.3)
    assert outcome.state is State.WRONG
    assert "did not return" in outcome.text
    assert time.monotonic() - began < 2
