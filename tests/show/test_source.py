"""wslab.show.source: what may be shown, and what of it is never shown."""

from __future__ import annotations

import pytest

from tests.show.recorded import REQUEST, captured, chat, connection, polling
from wslab.net.dissect import dissect
from wslab.show.source import content, conversations, kind_of


def test_a_capture_a_connection_and_items_are_accepted() -> None:
    capture = captured(chat(1), polling(2, 2))
    found, _ = conversations(capture)
    assert [(c.number, len(c.items)) for c in found] == [(1, 11), (2, 6)]
    assert found[0].record is capture.connections[0]
    (one,), _ = conversations(capture.connections[1])
    assert one.number == 2
    (two,), _ = conversations(dissect(capture.connections[0]))
    assert (two.number, two.record, len(two.items)) == (1, None, 11)


def test_one_connection_can_be_asked_for() -> None:
    capture = captured(chat(1), polling(2, 2))
    (found,), _ = conversations(capture, 2)
    assert found.number == 2
    with pytest.raises(ValueError, match="no connection 3 in the capture; there is: 1, 2"):
        conversations(capture, 3)


@pytest.mark.parametrize("wrong", [5, "text", b"bytes", [1, 2]])
def test_anything_else_is_refused_by_name(wrong: object) -> None:
    with pytest.raises(TypeError, match=f"can't show {type(wrong).__name__}"):
        conversations(wrong)  # type: ignore[arg-type]


def test_ports_of_the_capture_and_of_loopback_are_hidden() -> None:
    _, tidy = conversations(captured(port=41234, server_port=9001))
    assert tidy("41234 9001 127.0.0.1:7777 141234") == "PORT PORT 127.0.0.1:PORT 141234"


def test_content_is_short_and_without_secrets() -> None:
    items = dissect(chat())
    shown = [content(item, str) for item in items]
    assert shown[0] == "GET /chat?token=[redacted] HTTP/1.1"
    assert shown[2] == '"Hello"' and shown[7] == '"lö"' and shown[8].startswith("00 01 02")
    assert shown[9] == '1000 "bye"' and shown[10] == "1000"
    (cut,) = dissect(connection(("up", REQUEST[:-3])))
    assert "topsecret" not in content(cut, str, 1000) and "s3cret" not in content(cut, str, 1000)
    assert kind_of(cut) == "unparsed" and kind_of(items[9]) == "close"
