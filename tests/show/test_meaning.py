"""wslab.show.meaning: what each item is said to do."""

from __future__ import annotations

from tests.show.recorded import (
    REQUEST,
    RESPONSE,
    chat,
    connection,
    down,
    events,
    http2,
    polling,
    streaming,
)
from wslab.net.dissect import dissect
from wslab.protocol.frames import Opcode
from wslab.show.meaning import meaning


def test_meanings_of_a_conversation() -> None:
    said = [meaning(item) for item in dissect(chat())]
    assert said[0] == "asks to change to WebSocket" and "from here on" in said[1]
    assert said[4] == "fragment 1 of text message 2, more follow"
    assert said[7] == "fragment 2 of text message 2, the last one"
    assert said[9] == "close 1000: normal closure"
    said = [meaning(item) for item in dissect(polling(1))]
    assert said == ["asks for /price", "the answer", "the body"]
    assert meaning(dissect(streaming())[-1]) == "the empty chunk that ends the body"


def test_an_answer_says_which_protocol_it_changes_to() -> None:
    assert "from here on, h2c" in meaning(dissect(http2(upgraded=True))[1])
    answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.3\r\n\r\n"
    assert meaning(dissect(connection(("down", answer)))[0]) == "agrees: from here on, TLS/1.3"


def test_problems_are_part_of_the_meaning() -> None:
    items = dissect(connection(("up", REQUEST), ("down", RESPONSE), ("up", b"\x81\x01x")))
    assert "wrong: not masked" in meaning(items[2])
    frame = down(Opcode.TEXT, b"cut")[1][:-1]
    items = dissect(connection(("up", REQUEST), ("down", RESPONSE), ("down", frame)))
    assert "2 of 3 bytes of payload came" in meaning(items[2])


def test_targets_do_not_betray_tokens() -> None:
    (request,) = dissect(connection(("up", b"GET /x?token=abc HTTP/1.1\r\nHost: h\r\n\r\n")))
    assert meaning(request) == "asks for /x?token=[redacted]"


def test_long_polling_of_engine_io_is_told_as_such() -> None:
    target = "/socket.io/?EIO=4&transport=polling"
    said = []
    for line in (f"GET {target}", f"GET {target}&sid=x", f"POST {target}&sid=x", "GET /?EIO=3"):
        (request,) = dissect(connection(("up", f"{line} HTTP/1.1\r\nHost: h\r\n\r\n".encode())))
        said.append(meaning(request).removeprefix("Engine.IO: "))
    assert said == ["asks for a session", "asks for packets", "brings packets", "asks for /?EIO=3"]


def test_events_that_are_no_chunks_say_so() -> None:
    said = [meaning(item) for item in dissect(events(b"data: 1\n\n:\n\nda", b"ta: 2\n\n"))[2:]]
    assert said == [
        "one event, in a chunk of the body that has more",
        "one event, in a chunk of the body that has more",
        "one event, in 2 chunks of the body",
        "the empty chunk that ends the body",
    ]
