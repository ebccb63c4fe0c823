"""Requests: handshakes, refusals, and the rules of the protocol's own test suite, over HTTP."""

from __future__ import annotations

import json
import socket
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Close

from tests.chat.engine.support import FAST, PATIENT, Engine, serving
from tests.waiting import wait_for
from wslab.chat.engine import EngineOptions
from wslab.chat.engine.server import make_id

KEYS = {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}


def test_a_session_by_polling() -> None:
    with serving(FAST) as engine:
        status, body = engine.request("EIO=4&transport=polling")
        opening = json.loads(body[1:])
        assert (status, body[0], set(opening)) == (200, "0", KEYS)
        del opening["sid"]
        assert opening == {
            "upgrades": ["websocket"],
            "pingInterval": 300,
            "pingTimeout": 200,
            "maxPayload": 1_000_000,
        }


def test_a_session_over_websocket() -> None:
    with serving() as engine, engine.socket() as ws:
        opening = json.loads(str(ws.recv())[1:])
        assert set(opening) == KEYS
        assert opening["upgrades"] == []
        ws.send("4hello")
        assert ws.recv() == "4hello"
        ws.send(b"\x01\x02")
        assert ws.recv() == b"\x01\x02"


@pytest.mark.parametrize(
    ("query", "method", "code"),
    [
        ("transport=polling", "GET", 5),
        ("EIO=abc&transport=polling", "GET", 5),
        ("EIO=3&transport=polling", "GET", 5),
        ("EIO=4", "GET", 0),
        ("EIO=4&transport=abc", "GET", 0),
        ("EIO=4&transport=websocket", "GET", 0),
        ("EIO=4&transport=polling", "POST", 2),
        ("EIO=4&transport=polling", "PUT", 2),
        ("EIO=4&transport=polling&sid=nobody", "GET", 1),
    ],
)
def test_a_request_that_is_refused(query: str, method: str, code: int) -> None:
    with serving() as engine:
        status, body = engine.request(query, method=method)
        assert (status, json.loads(body)["code"]) == (400, code)
        assert engine.sessions == []


@pytest.mark.parametrize("more", ["&EIO=3", "&transport=polling", "&sid=nobody"])
def test_a_websocket_that_is_refused(more: str) -> None:
    with serving() as engine, pytest.raises(InvalidStatus, match="400"), engine.socket(more):
        pass


def test_other_methods_of_a_session_are_refused() -> None:
    with serving() as engine:
        sid = engine.open()
        assert engine.request(f"EIO=4&transport=polling&sid={sid}", method="PUT")[0] == 400
        assert engine.post(sid, "4still here") == (200, "ok")


def test_pages_of_other_origins_are_refused() -> None:
    with serving() as engine:
        assert engine.request("EIO=4&transport=polling", Origin="https://evil.example")[0] == 403
        own = engine.http.http_url.rstrip("/")
        assert engine.request("EIO=4&transport=polling", Origin=own)[0] == 200
        sid = engine.open()
        stolen = f"EIO=4&transport=polling&sid={sid}"
        assert engine.request(stolen, Origin="https://evil.example")[0] == 403
        evil = engine.socket(origin="https://evil.example")
        with pytest.raises(InvalidStatus, match="403"), evil:
            pass
    with serving(origins="*") as engine:
        assert engine.request("EIO=4&transport=polling", Origin="https://any.example")[0] == 200


def test_the_number_of_sessions_has_a_limit() -> None:
    with serving(EngineOptions(max_sessions=1)) as engine:
        assert engine.post(engine.open(), "4here") == (200, "ok")
        assert engine.request("EIO=4&transport=polling")[0] == 403
        with pytest.raises(InvalidStatus, match="403"), engine.socket():
            pass


def test_handshakes_alone_do_not_fill_the_server() -> None:
    with serving(EngineOptions(max_sessions=3)) as engine:
        talking = engine.open()
        assert engine.post(talking, "4here") == (200, "ok")
        with engine.socket() as first:
            first.recv()
            second = engine.open()
            third = engine.open()  # takes the place of the first, which is told so
            with pytest.raises(ConnectionClosed) as closed:
                first.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1013
        with engine.socket() as fourth:
            fourth.recv()
            assert engine.poll(second)[0] == 400
            for sid in (talking, third):
                assert engine.post(sid, "4still here") == (200, "ok")
        assert [why for _, why, _ in engine.ended[:2]] == ["transport close"] * 2


@pytest.mark.parametrize("body", ["4hello", "4a\x1e4b\x1e4c", "4hello\x1ebAQIDBA==", "4é\x1ebAA=="])
def test_what_is_posted_is_polled(body: str) -> None:
    with serving() as engine:
        sid = engine.open()
        assert engine.post(sid, body) == (200, "ok")
        assert engine.poll(sid) == (200, body)


@pytest.mark.parametrize("body", ["abc", "", "4ok\x1e9", "b!", "2", "5", "0"])
def test_a_body_that_breaks_a_rule_ends_the_session(body: str) -> None:
    with serving() as engine:
        sid = engine.open()
        status, text = engine.post(sid, body)
        assert engine.poll(sid)[0] == 400
        wait_for(lambda: engine.ended, "the end")
        assert engine.ended[0][:2] == (sid, "parse error")
        assert (status, json.loads(text)) == (400, {"code": 3, "message": engine.ended[0][2]})


def test_a_body_that_is_not_utf_8() -> None:
    with serving() as engine:
        sid = engine.open()
        assert engine.post(sid, b"4\xff")[0] == 400
        assert engine.poll(sid)[0] == 400


def test_a_body_over_the_limit() -> None:
    with serving(EngineOptions(max_payload=1_000)) as engine:
        sid, other = engine.open(), engine.open()
        assert engine.post(sid, "4" + "x" * 1_000)[0] == 413
        assert engine.poll(sid)[0] == 400
        assert engine.post(other, "4" + "x" * 999) == (200, "ok")


def test_two_polls_at_once_end_the_session() -> None:
    with serving() as engine:
        sid = engine.open()
        first = engine.polling(sid)
        wait_for(lambda: engine.sessions[0]._poll is not None, "the first poll")
        assert engine.poll(sid)[0] == 400
        assert first.get(timeout=10) == (200, "1")
        assert engine.poll(sid)[0] == 400
        wait_for(lambda: engine.ended, "the end")
        assert engine.ended == [(sid, "transport error", "two polls at once")]


def test_two_posts_at_once_end_the_session() -> None:
    with serving() as engine:
        sid = engine.open()
        half = socket.create_connection(("127.0.0.1", engine.http.port))
        head = f"POST /engine.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: a\r\n"
        half.sendall(f"{head}Content-Length: 9\r\n\r\n4hel".encode())
        wait_for(lambda: engine.sessions[0]._posting, "the first request")
        assert engine.post(sid, "4other")[0] == 400
        wait_for(lambda: engine.ended, "the end")
        half.close()


def test_a_poll_that_is_cancelled_ends_the_session() -> None:
    with serving() as engine:
        sid = engine.open()
        poll = socket.create_connection(("127.0.0.1", engine.http.port))
        head = f"GET /engine.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: a\r\n\r\n"
        poll.sendall(head.encode())
        wait_for(lambda: engine.sessions[0]._poll is not None, "the poll")
        poll.close()
        wait_for(lambda: engine.ended, "the end")
        assert engine.poll(sid)[0] == 400


def test_pings_by_polling_and_their_end() -> None:
    with serving(PATIENT) as engine:
        sid = engine.open()
        for _ in range(3):
            assert engine.poll(sid) == (200, "2")
            assert engine.post(sid, "3") == (200, "ok")
        begun = time.monotonic()
        wait_for(lambda: engine.ended, "the end")
        assert time.monotonic() - begun < 5
        assert engine.poll(sid)[0] == 400
        assert engine.ended == [(sid, "ping timeout", "")]


def test_a_client_leaves_by_polling() -> None:
    with serving() as engine:
        sid = engine.open()
        poll = engine.polling(sid)
        wait_for(lambda: engine.sessions[0]._poll is not None, "the poll")
        assert engine.post(sid, "1") == (200, "ok")
        assert poll.get(timeout=10) == (200, "6")
        assert engine.poll(sid)[0] == 400
        wait_for(lambda: engine.ended, "the end")
        assert engine.ended == [(sid, "transport close", "")]


def test_a_session_moves_over_to_a_websocket() -> None:
    with serving() as engine:
        sid = engine.open()
        poll = engine.polling(sid)
        wait_for(lambda: engine.sessions[0]._poll is not None, "the poll")
        with engine.socket(f"&sid={sid}") as ws:
            ws.send("2probe")
            assert ws.recv() == "3probe"
            assert poll.get(timeout=10) == (200, "6")
            assert engine.poll(sid) == (200, "6")  # until it has moved, polls end at once
            assert engine.post(sid, "4on the way") == (200, "ok")
            ws.send("5")
            assert ws.recv() == "4on the way"
            ws.send("4hello")
            assert ws.recv() == "4hello"
            assert engine.poll(sid)[0] == 400
            refused_at_once(engine, sid)
            ws.send("4still here")
            assert ws.recv() == "4still here"
        wait_for(lambda: engine.ended, "the end")
        assert engine.server.sessions == {}


def refused_at_once(engine: Engine, sid: str) -> None:
    """Another WebSocket for a session that has one is opened and closed: engine.io's own test suite
    has nobody who would hear of an HTTP error.
    """
    with engine.socket(f"&sid={sid}") as ws, pytest.raises(ConnectionClosed) as closed:
        ws.recv(timeout=10)
    assert closed.value.rcvd == Close(1008, "this session needs no other WebSocket")


def test_a_request_does_not_overtake_the_upgrade_that_was_sent_before_it() -> None:
    with serving() as engine:
        for _ in range(20):
            sid = engine.open()
            with engine.socket(f"&sid={sid}") as ws:
                ws.send("2probe")
                ws.send("5")
                assert engine.poll(sid)[0] == 400


def test_one_websocket_is_tried_at_a_time() -> None:
    with serving() as engine:
        sid = engine.open()
        with engine.socket(f"&sid={sid}") as ws:
            refused_at_once(engine, sid)
            ws.send("4not a probe")
            wait_for(lambda: engine.sessions[0].may_upgrade, "the end of the try")
        assert engine.post(sid, "4the session goes on") == (200, "ok")
        assert engine.poll(sid) == (200, "4the session goes on")


def test_ids_can_not_be_guessed() -> None:
    assert len(make_id()) == 20
    assert make_id() != make_id()
