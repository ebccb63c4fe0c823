"""wslab.show.explain: what headers, frames and codes are said to mean."""

from __future__ import annotations

import pytest

from tests.show.recorded import REQUEST, RESPONSE, chat, connection, down, polling, streaming
from wslab.net.dissect import HeaderLine, RequestItem, ResponseItem, dissect
from wslab.protocol.frames import Opcode
from wslab.show import explain
from wslab.show.words import text_width


def test_every_header_of_a_handshake_has_a_meaning_and_a_section() -> None:
    for item in dissect(connection(("up", REQUEST), ("down", RESPONSE))):
        assert isinstance(item, (RequestItem, ResponseItem))
        for line in item.lines:
            said, section = explain.header(line, request=isinstance(item, RequestItem))
            assert said and section.startswith("RFC "), line.name


def test_requests_and_responses_are_told_apart() -> None:
    line = HeaderLine("Sec-WebSocket-Protocol", "chat", 0, 1)
    asked, chosen = explain.header(line, request=True), explain.header(line, request=False)
    assert "offers" in asked[0] and "chose" in chosen[0]


def test_connection_is_explained_by_its_tokens() -> None:
    line = HeaderLine("Connection", "keep-alive, Upgrade", 0, 1)
    said = explain.header(line, request=True)[0]
    assert "stays open" in said and "this hop only" in said


def test_unknown_and_broken_headers() -> None:
    assert explain.header(HeaderLine("X-Own", "1", 0, 1), request=True) == ("", "")
    broken = HeaderLine("a b", "1", 0, 1, "not a name")
    assert explain.header(broken, request=True) == ("not a name", "")


def test_explanations_fit_two_lines_of_the_picture() -> None:
    for request, response, _ in explain.HEADERS.values():
        assert text_width(request, 12) < 800 and text_width(response, 12) < 800


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (None, "no code"), (1000, "normal"), (1006, "never sent"), (1002, "protocol error"),
        (3000, "registered"), (4001, "application"), (999, "not a valid"), (2500, "not a valid"),
    ],
)  # fmt: skip
def test_close_codes(code: int | None, said: str) -> None:
    assert said in explain.close_code(code)


def test_meanings_of_a_conversation() -> None:
    said = [explain.meaning(item) for item in dissect(chat())]
    assert said[0] == "asks to change to WebSocket" and "from here on" in said[1]
    assert said[4] == "fragment 1 of text message 2, more follow"
    assert said[7] == "fragment 2 of text message 2, the last one"
    assert said[9] == "close 1000: normal closure"
    said = [explain.meaning(item) for item in dissect(polling(1))]
    assert said == ["asks for /price", "the answer", "the body"]
    assert explain.meaning(dissect(streaming())[-1]) == "the empty chunk that ends the body"


def test_problems_are_part_of_the_meaning() -> None:
    items = dissect(connection(("up", REQUEST), ("down", RESPONSE), ("up", b"\x81\x01x")))
    assert "wrong: not masked" in explain.meaning(items[2])
    frame = down(Opcode.TEXT, b"cut")[1][:-1]
    items = dissect(connection(("up", REQUEST), ("down", RESPONSE), ("down", frame)))
    assert "2 of 3 bytes of payload came" in explain.meaning(items[2])


def test_targets_do_not_betray_tokens() -> None:
    (request,) = dissect(connection(("up", b"GET /x?token=abc HTTP/1.1\r\nHost: h\r\n\r\n")))
    assert explain.meaning(request) == "asks for /x?token=[redacted]"
