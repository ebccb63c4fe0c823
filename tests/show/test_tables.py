"""wslab.show.tables: conversations, traces and results as tables."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.show.looking import everything, html_of, rows_of
from tests.show.recorded import (
    REQUEST,
    RESPONSE,
    captured,
    chat,
    connection,
    down,
    polling,
    up,
)
from wslab import show
from wslab.protocol.frames import Opcode
from wslab.show.tables import written


def test_a_row_for_each_head_body_and_frame() -> None:
    shown = show.table(captured(chat()))
    rows = rows_of(shown)
    assert [row[2] for row in rows] == [
        "request", "response", "text", "text", "text", "ping", "pong", "continuation",
        "binary", "close", "close",
    ]  # fmt: skip
    assert rows[0] == [
        "1", "client → server", "request", str(len(REQUEST)),
        "GET /chat?token=[redacted] HTTP/1.1", "asks to change to WebSocket",
    ]  # fmt: skip
    assert rows[3] == ["4", "client ← server", "text", "7", '"Hello"', "a text message, in UTF-8"]
    assert repr(shown) == "<table: 11 rows>"


def test_several_connections_are_numbered_and_one_can_be_chosen() -> None:
    capture = captured(chat(1), polling(1, 2))
    assert [row[1] for row in rows_of(show.table(capture))] == ["1"] * 11 + ["2"] * 3
    rows = rows_of(show.table(capture, connection=2))
    assert [row[2] for row in rows] == ["request", "response", "body"]


def test_kinds_filter_by_kind_and_by_opcode() -> None:
    capture = captured(chat())
    assert len(rows_of(show.table(capture, kinds={"frame"}))) == 9
    rows = rows_of(show.table(capture, kinds=["ping", "request"]))
    assert [(row[0], row[2]) for row in rows] == [("1", "request"), ("6", "ping")]


def test_direction_and_text_filter_too_and_rows_keep_their_numbers() -> None:
    capture = captured(chat())
    rows = rows_of(show.table(capture, direction="down"))
    assert rows and {row[1] for row in rows} == {"client ← server"}
    assert [row[0] for row in rows][:2] == ["2", "4"]
    assert [row[0] for row in rows_of(show.table(capture, text="hELLo"))] == ["3", "4"]
    assert [row[2] for row in rows_of(show.table(capture, text="UTF-8", kinds=["text"]))]
    shown = show.table(captured(polling(100)), text="GET", limit=10)
    assert len(rows_of(shown)) == 10
    assert "90 more rows not shown (limit=10)" in shown.text
    assert "no row fits" in show.table(capture, text="nowhere").text
    with pytest.raises(ValueError, match='"up", "down" or None'):
        show.table(capture, direction="left")  # type: ignore[arg-type]


def test_the_limit_says_what_it_left_out() -> None:
    shown = show.table(captured(polling(100)), limit=10)
    assert len(rows_of(shown)) == 10 and "290 more rows not shown (limit=10)" in shown.text


def test_times_only_when_asked_for() -> None:
    capture = captured(chat())
    assert "ms" not in show.table(capture).header
    rows = rows_of(show.table(capture, times=True))
    assert [row[1] for row in rows[:3]] == ["10.0", "20.0", "30.0"]


def test_bytes_that_the_capture_did_not_keep_are_mentioned() -> None:
    shown = show.table(captured(connection(("up", REQUEST), left_out=1500)))
    assert "1,500 bytes came after the capture's memory was full" in shown.text


def test_hostile_payloads_headers_and_secrets() -> None:
    script = b"<script>alert(1)</script>"
    hostile = b"GET /<script>alert(2)</script> HTTP/1.1\r\nHost: h\r\nX: <b>\r\n\r\n"
    shown = show.table(
        captured(
            connection(("up", REQUEST), ("down", RESPONSE), up(Opcode.TEXT, script)),
            connection(("up", hostile), number=2),
            connection(("up", REQUEST[:-2]), number=3),
        )
    )
    html_of(shown)
    out = everything(shown)
    assert "&lt;script&gt;alert(1)" in shown.html and "<script" not in shown.html
    assert "topsecret" not in out and "s3cret" not in out and "41234" not in out


def test_a_faulty_frame_stands_out_by_more_than_colour() -> None:
    bad = connection(("up", REQUEST), ("down", RESPONSE), ("up", b"\x81\x01x"))
    html = show.table(captured(bad)).html
    assert "<strong>a text message, in UTF-8; wrong: not masked" in html


def test_the_same_capture_gives_the_same_bytes() -> None:
    one, two = show.table(captured(chat())), show.table(captured(chat(), port=50001))
    assert (one.html, one.text) == (two.html, two.text)


@dataclass
class Result:
    way: str
    bytes: int


def test_columns_of_mappings_and_dataclasses() -> None:
    shown = show.columns([{"way": "poll", "n": 12345, "share": 0.98765}, Result("ws", 7)])
    assert shown.header == ["way", "n", "share", "bytes"]
    assert rows_of(shown) == [["poll", "12,345", "0.988", ""], ["ws", "", "", "7"]]
    assert "text-align:right" in shown.html
    ordered = show.columns([Result("ws", 7)], order=["bytes", "way"], caption="Cost")
    assert ordered.header == ["bytes", "way"] and "Cost" in ordered.html


def test_columns_of_nothing_and_of_nonsense() -> None:
    assert rows_of(show.columns([])) == []
    with pytest.raises(TypeError, match="a row is a mapping"):
        show.columns([5])


def test_values_are_written_the_same_each_time() -> None:
    values = [None, True, 5, 123456, 0.5, 1234.5, b"\x00\xff", "a\n", [1, "b"], (), 2.0]
    assert [written(v) for v in values] == [
        "", "true", "5", "123,456", "0.5", "1,234", "00 ff", "a\\n", "1, b", "", "2",
    ]  # fmt: skip


def test_a_trace_numbers_its_events() -> None:
    shown = show.trace([{"event": "open", "readyState": 1}, ("message", "<b>hi</b>"), "close"])
    assert rows_of(shown) == [
        ["1", "open", "1", ""], ["2", "message", "", "<b>hi</b>"], ["3", "close", "", ""],
    ]  # fmt: skip
    assert repr(shown) == "<trace: 3 rows>"


def test_side_by_side_marks_what_differs_in_words() -> None:
    python = [{"event": "open", "readyState": 1}, {"event": "close", "code": 1006}]
    browser = [{"event": "open", "readyState": 1}, {"event": "close", "code": 1005}, "late"]
    shown = show.side_by_side({"Python": python, "Chromium": browser})
    assert rows_of(shown) == [
        ["1", "open readyState=1", "open readyState=1", ""],
        ["2", "close code=1006", "close code=1005", "≠ differs"],
        ["3", "(nothing)", "late", "≠ differs"],
    ]
    assert "2 rows of 3 differ" in shown.text
    assert "no difference" in show.side_by_side({"a": python, "b": python}).text


def test_payloads_that_grow_from_deflate_are_shown_inflated() -> None:
    response = RESPONSE[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    hello = down(Opcode.TEXT, bytes.fromhex("f248cdc9c90700"), rsv1=True)
    row = rows_of(show.table(captured(connection(("up", REQUEST), ("down", response), hello))))[2]
    assert row[4] == '"Hello"' and row[5].endswith("compressed, 5 bytes inflated")
