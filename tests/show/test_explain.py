"""wslab.show.explain: what headers, frames and codes are said to mean."""

from __future__ import annotations

import pytest

from tests.show.recorded import REQUEST, RESPONSE, connection
from wslab.net.dissect import HeaderLine, RequestItem, ResponseItem, dissect
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
