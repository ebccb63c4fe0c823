"""wslab.show.conversation: swimlanes of real dissected bytes."""

from __future__ import annotations

import pytest

from tests.show.looking import everything, html_of, parsed, rows_of, texts
from tests.show.recorded import (
    REQUEST,
    RESPONSE,
    captured,
    chat,
    connection,
    polling,
    streaming,
    up,
)
from wslab import show
from wslab.net.dissect import dissect
from wslab.protocol.frames import Opcode


def test_messages_stand_in_order_with_their_sizes() -> None:
    shown = show.conversation(captured(chat()))
    found = texts(shown)
    wanted = [
        "TCP connect", f"GET /chat?token=[redacted]{len(REQUEST)} B",
        f"101 Switching Protocols{len(RESPONSE)} B", 'text "Hello"11 B', 'text "Hello"7 B',
        'ping "?"7 B', 'close 1000 "bye"11 B', "close 10004 B", "TCP close",
    ]  # fmt: skip
    places = [found.index(text) for text in wanted]
    assert places == sorted(places)
    assert repr(shown) == "<conversation: 1 connection, 11 items>"


def test_the_words_hold_what_the_picture_shows() -> None:
    rows = rows_of(show.conversation(captured(chat())))
    assert rows[0] == ["connection 1", "client → server", "TCP connect", ""]
    assert rows[2][1:] == ["client ← server", "101 Switching Protocols", str(len(RESPONSE))]


def test_the_alt_text_tells_the_story() -> None:
    said = show.conversation(captured(polling(1))).description
    assert said == '1 connection: TCP connect; GET /price; 200 OK "{"price": 100}"; TCP close.'


def test_the_same_conversation_gives_the_same_picture_whatever_ports_and_times() -> None:
    one = show.conversation(captured(chat()))
    late = chat()
    late.chunks = [type(c)(c.t * 3 + 1, c.direction, c.data) for c in late.chunks]
    late.opened, late.closed = 5.0, 9.0
    two = show.conversation(captured(late, port=1025))
    assert (one.svg, one.html, one.text) == (two.svg, two.html, two.text)
    assert "41234" not in everything(one) and "ms" not in texts(one)


def test_times_when_asked_for() -> None:
    shown = show.conversation(captured(chat()), times=True)
    assert "20.0 ms" in texts(shown) and rows_of(shown)[2][1] == "20.0"


def test_hostile_payloads_and_secrets() -> None:
    shown = show.conversation(
        captured(
            connection(
                ("up", REQUEST), ("down", RESPONSE), up(Opcode.TEXT, b"</text><script>\x00")
            ),
            connection(("up", REQUEST[:-9]), number=2),
        )
    )
    parsed(shown)
    html_of(shown)
    assert "<script" not in shown.svg
    assert "topsecret" not in everything(shown) and "s3cret" not in everything(shown)


def test_polls_on_connections_of_their_own_are_folded() -> None:
    shown = show.conversation(captured(*(polling(1, i) for i in range(1, 30))))
    assert any("28 more connections like this" in text for text in texts(shown))
    unfolded = show.conversation(captured(*(polling(1, i) for i in range(1, 6))), fold=False)
    assert sum(text == "TCP connect" for text in texts(unfolded)) == 5


def test_items_alone_have_no_tcp() -> None:
    shown = show.conversation(dissect(streaming()))
    assert not any("TCP" in text for text in texts(shown))


def test_nothing_recorded_is_a_picture_too() -> None:
    shown = show.conversation(captured())
    parsed(shown)
    assert shown.description == "0 connections, nothing sent."


def test_compare_puts_conversations_beside_each_other() -> None:
    shown = show.compare({"HTTP": captured(polling(2)), "WebSocket": captured(chat())})
    found = texts(shown)
    assert found.count("Client") == found.count("Server") == 2
    assert found.index("HTTP") < found.index("WebSocket")
    assert {row[0] for row in rows_of(shown)} == {"HTTP", "WebSocket"}
    one = polling(2)
    total = f"In all: → {one.bytes_up} B + ← {one.bytes_down} B = {one.bytes_up + one.bytes_down} B"
    assert total in found and total in shown.description
    assert repr(shown) == "<compare: 2 conversations>"
    with pytest.raises(ValueError, match="nothing to compare"):
        show.compare({})
