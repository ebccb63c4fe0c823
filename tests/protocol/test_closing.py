from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import EXTERNAL_CLOSE_CODES

from wslab.protocol.closing import (
    MEANINGS,
    close_payload,
    encode_text,
    is_sendable,
    parse_close,
)
from wslab.protocol.errors import InvalidCloseCode, LocalError, ProtocolError, ReasonTooLong

SENDABLE = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}
EDGES = [0, 1, 999, 1000, 1003, 1004, 1005, 1006, 1007, 1014, 1015, 1016, 2999, 3000, 4999, 5000]


@pytest.mark.parametrize("code", [*EDGES, 65535])
def test_the_codes_that_may_be_sent(code: int) -> None:
    assert is_sendable(code) is (code in SENDABLE)


def test_below_3000_they_are_those_that_websockets_accepts() -> None:
    assert {code for code in range(3000) if is_sendable(code)} == EXTERNAL_CLOSE_CODES


def test_every_sendable_code_below_3000_has_a_meaning() -> None:
    assert {code for code in SENDABLE if code < 3000} | {1005, 1006, 1015} == set(MEANINGS)


@pytest.mark.parametrize(
    ("code", "reason", "payload"),
    [
        (None, "", b""),
        (1000, "", b"\x03\xe8"),
        (1001, "bye", b"\x03\xe9bye"),
        (4999, "é", b"\x13\x87\xc3\xa9"),
        (1000, "\ud800", b"\x03\xe8\xef\xbf\xbd"),
        (1000, "x" * 123, b"\x03\xe8" + b"x" * 123),
    ],
)
def test_what_is_written(code: int | None, reason: str, payload: bytes) -> None:
    assert close_payload(code, reason) == payload


@pytest.mark.parametrize("code", sorted(set(EDGES) - SENDABLE))
def test_a_code_that_must_not_be_sent_is_refused_by_name(code: int) -> None:
    with pytest.raises(InvalidCloseCode, match=str(code)):
        close_payload(code)


@pytest.mark.parametrize("code", [True, 1000.0, "1000"])
def test_a_code_is_a_whole_number(code: object) -> None:
    with pytest.raises(InvalidCloseCode):
        close_payload(code)  # type: ignore[arg-type]


@pytest.mark.parametrize("reason", ["x" * 124, "é" * 62])
def test_a_reason_has_123_bytes_at_most(reason: str) -> None:
    with pytest.raises(ReasonTooLong, match="124"):
        close_payload(1000, reason)


def test_a_reason_needs_a_code() -> None:
    with pytest.raises(LocalError, match="code"):
        close_payload(None, "bye")


def test_an_empty_close_reads_as_1005() -> None:
    assert parse_close(b"") == (1005, "")


@given(st.sampled_from(sorted(SENDABLE)), st.text(st.characters(codec="utf-8"), max_size=30))
def test_what_is_written_is_read_back(code: int, reason: str) -> None:
    assert parse_close(close_payload(code, reason)) == (code, reason)


@pytest.mark.parametrize("payload", [b"\x03", *(c.to_bytes(2, "big") for c in EDGES[:3])])
def test_half_a_code_and_a_bad_one_are_1002(payload: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_close(payload)
    assert caught.value.code == 1002


@pytest.mark.parametrize("code", [1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535])
def test_codes_that_are_only_reported_are_1002_on_the_wire(code: int) -> None:
    with pytest.raises(ProtocolError, match=str(code)) as caught:
        parse_close(code.to_bytes(2, "big") + b"\xff")
    assert caught.value.code == 1002


@pytest.mark.parametrize("reason", [b"\xff", b"ok\xc3", b"\xed\xa0\x80"])
def test_a_reason_that_is_not_utf8_is_1007(reason: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_close(b"\x03\xe8" + reason)
    assert caught.value.code == 1007


@pytest.mark.parametrize(
    ("text", "as_sent"),
    [
        ("", ""),
        ("é€😀", "é€😀"),
        ("a\ud800b", "a\ufffdb"),
        ("a\udc00", "a\ufffd"),
        ("\ud800\ud800\udc00", "\ufffd\U00010000"),  # a pair is one character
        ("\udc00\ud800", "\ufffd\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("\ud800", "\ufffd"),
    ],
)
def test_lone_surrogates_become_the_replacement_character(text: str, as_sent: str) -> None:
    assert encode_text(text) == as_sent.encode()


@given(st.text(st.characters(exclude_categories=[]), max_size=20))
def test_any_str_can_be_sent(text: str) -> None:
    sent = encode_text(text).decode()
    assert sent.count("\ufffd") >= text.count("\ufffd")
    assert [c for c in sent if c < "\ud800"] == [c for c in text if c < "\ud800"]
