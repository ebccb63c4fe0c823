"""wslab.net.export.exchanges: which response, body and message belongs to which request."""

from __future__ import annotations

from tests.net.export.recordings import AUTH, GET, OK, compressed, polling
from tests.show.recorded import REQUEST, RESPONSE, chat, connection, down, up
from wslab.net.export.exchanges import exchanges_of
from wslab.protocol.frames import Opcode


def test_two_exchanges_on_one_connection() -> None:
    first, second = exchanges_of(polling(), secrets=True).found
    assert first.request.method == "POST" and second.request.method == "GET"
    assert [b.data for b in first.request_body] == [b"user=me"]
    assert [b.data for b in first.response_body] == [b"yes"]
    assert [b.data for b in second.response_body] == [b"\x00\xff\xfe!", b""]
    assert (first.began, first.answered, first.finished) == (0.01, 0.02, 0.02)


def test_two_requests_before_the_first_response() -> None:
    answer = b"HTTP/1.1 204 No Content\r\nX: %d\r\n\r\n"
    whole = exchanges_of(
        connection(("up", GET), ("up", GET), ("down", answer % 1), ("down", answer % 2)),
        secrets=True,
    )
    assert [e.response and e.response.get("X") for e in whole.found] == ["1", "2"]


def test_an_interim_response_is_not_the_answer() -> None:
    parts = (b"HTTP/1.1 100 Continue\r\n\r\n", OK + b"Content-Length: 0\r\n\r\n")
    whole = exchanges_of(
        connection(("up", GET), ("down", parts[0]), ("down", parts[1])), secrets=True
    )
    (exchange,) = whole.found
    assert exchange.response and exchange.response.status == 200


def test_times_are_those_of_first_and_last_bytes() -> None:
    body = OK + b"Content-Length: 4\r\n\r\n"
    (exchange,) = exchanges_of(
        connection(
            ("up", GET[:9]), ("up", GET[9:]), ("down", body[:5]), ("down", body[5:]),
            ("down", b"ab"), ("down", b"cd"),
        ),
        secrets=True,
    ).found  # fmt: skip
    times = (exchange.began, exchange.sent, exchange.answered, exchange.finished)
    assert times == (0.01, 0.02, 0.03, 0.06)


def test_messages_are_joined_and_control_frames_stand_beside() -> None:
    (exchange,) = exchanges_of(chat(), secrets=True).found
    assert [(m.direction, m.opcode, m.data) for m in exchange.messages] == [
        ("up", 1, b"Hello"),
        ("down", 1, b"Hello"),
        ("up", 1, "Hellö".encode()),
        ("down", 2, bytes(range(200))),
    ]
    assert [m.opcode for m in exchange.controls] == [9, 10, 8, 8]


def test_compressed_messages_are_inflated_and_their_secrets_hidden() -> None:
    given = compressed(b"hello", AUTH)
    kept, hidden = (exchanges_of(given, secrets=s).found[0].messages for s in (True, False))
    assert [m.data for m in kept] == [b"hello", AUTH]
    assert [m.data for m in hidden] == [b"hello", b'40{"token":"%s"}' % (b"*" * 31)]


def test_what_is_in_no_exchange_is_counted() -> None:
    lone = exchanges_of(connection(("down", OK + b"Content-Length: 1\r\n\r\nx")), secrets=True)
    assert (lone.found, lone.lone) == ([], 2)
    rest = exchanges_of(
        connection(
            ("up", REQUEST), ("down", RESPONSE), up(Opcode.TEXT, b"a", fin=False), ("down", b"\x81")
        ),
        secrets=True,
    )
    assert (rest.unfinished, rest.unparsed) == (1, 1)


def test_a_message_that_another_interrupts() -> None:
    (exchange,) = exchanges_of(
        connection(
            ("up", REQUEST), ("down", RESPONSE), down(Opcode.TEXT, b"a", fin=False),
            down(Opcode.TEXT, b"b"),
        ),
        secrets=True,
    ).found  # fmt: skip
    assert [m.data for m in exchange.messages] == [b"a", b"b"]
