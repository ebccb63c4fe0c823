"""What a session does for its owner: sending, closing, bounds, errors."""

from __future__ import annotations

import time

import pytest
from websockets.exceptions import ConnectionClosed

from tests.chat.engine.support import CALM, FAST, PATIENT, serving
from tests.waiting import wait_for
from wslab.chat.engine import EngineOptions
from wslab.chat.transport import Shared
from wslab.net import console
from wslab.net.loop import background


def test_a_packet_for_many_goes_to_each_in_its_way() -> None:
    with serving() as engine, engine.socket() as ws:
        ws.recv()
        sid = engine.open()
        shared = Shared(["2[]", b"\x01"])
        for session in engine.sessions:
            background().call(session.share, shared)
        assert [ws.recv(), ws.recv()] == ["42[]", b"\x01"]
        assert engine.poll(sid) == (200, "42[]\x1ebAQ==")


def test_what_is_sent_in_one_turn_is_one_answer() -> None:
    with serving() as engine:
        sid = engine.open()
        poll = engine.polling(sid)
        (session,) = engine.sessions
        wait_for(lambda: session._poll is not None, "the poll")
        background().call(lambda: [session.send(text) for text in ("a", "b", "c")])
        assert poll.get(timeout=10) == (200, "4a\x1e4b\x1e4c")


def test_closing_a_websocket_says_why() -> None:
    with serving() as engine, engine.socket() as ws:
        ws.recv()
        background().call(engine.sessions[0].close, 1008, "the reason")
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "the reason")
        wait_for(lambda: engine.ended, "the end")
        assert engine.ended[0][1] == "transport error"


def test_last_words_wait_for_a_poll() -> None:
    with serving() as engine:
        sid = engine.open()
        (session,) = engine.sessions
        background().call(session.send, "goodbye")
        background().call(session.close, 1000, "over")
        wait_for(lambda: engine.ended, "the end")
        assert engine.post(sid, "4too late")[0] == 400
        assert engine.poll(sid) == (200, "4goodbye\x1e1")
        assert engine.poll(sid)[0] == 400
        background().call(session.send, "to nobody")


def test_last_words_do_not_wait_for_ever() -> None:
    with serving(FAST) as engine:
        sid = engine.open()
        background().call(engine.sessions[0].close, 1000, "over")
        wait_for(lambda: not engine.server.sessions, "the session to be forgotten")
        assert engine.poll(sid)[0] == 400


def test_a_poll_that_waits_gets_the_last_words() -> None:
    with serving() as engine:
        sid = engine.open()
        poll = engine.polling(sid)
        wait_for(lambda: engine.sessions[0]._poll is not None, "the poll")
        background().call(engine.sessions[0].close, 1000, "over")
        assert poll.get(timeout=10) == (200, "1")
        assert engine.server.sessions == {}


def test_who_does_not_poll_fills_no_memory() -> None:
    with serving(EngineOptions(max_waiting=1_000)) as engine:
        sid, other = engine.open(), engine.open()
        background().call(engine.sessions[0].send, "x" * 999)
        assert engine.poll(sid) == (200, "4" + "x" * 999)
        background().call(engine.sessions[0].send, "x" * 1_000)
        wait_for(lambda: engine.ended, "the end")
        assert engine.poll(sid)[0] == 400
        assert engine.post(other, "4hello") == (200, "ok")
        assert "1000 bytes waited" in console.take()[0].text


def test_a_websocket_that_does_not_answer_a_ping_is_dropped() -> None:
    with serving(PATIENT) as engine, engine.socket() as ws:
        assert str(ws.recv())[0] == "0"
        assert ws.recv() == "2"
        ws.send("3")
        assert ws.recv() == "2"
        with pytest.raises(ConnectionClosed):
            ws.recv()
        wait_for(lambda: engine.ended, "the end")
        assert engine.ended[0][1] == "ping timeout"


def test_what_a_timer_is_late_is_made_up_for() -> None:
    """A client counts interval and timeout from the opening, and may ask on the millisecond."""
    with serving(PATIENT) as engine, engine.socket() as ws:
        ws.recv()
        (session,) = engine.sessions
        due = session._ping_due
        assert ws.recv() == "2"
        assert session._pong_due == pytest.approx(due + PATIENT.ping_timeout, abs=1e-6)


def test_a_busy_server_still_waits_for_an_answer() -> None:
    with serving(PATIENT) as engine, engine.socket() as ws:
        ws.recv()
        (session,) = engine.sessions
        background().call(time.sleep, 1.5)
        assert ws.recv() == "2"
        assert session._pong_due - session._ping_due > 1.3 + PATIENT.ping_timeout * 3 / 4
        ws.send("3")
        assert ws.recv() == "2"


def test_a_request_after_the_time_is_refused_though_the_timer_is_not_there_yet() -> None:
    with serving(PATIENT) as engine:
        sid = engine.open()
        assert engine.poll(sid) == (200, "2")
        background().call(setattr, engine.sessions[0], "_pong_due", background().loop.time())
        assert engine.post(sid, "3")[0] == 400
        wait_for(lambda: engine.ended, "the end")
        assert engine.ended == [(sid, "ping timeout", "")]


def test_a_websocket_that_breaks_a_rule_is_closed() -> None:
    with serving() as engine, engine.socket() as ws:
        ws.recv()
        ws.send("abc")
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv()
        assert closed.value.rcvd is not None and "0 to 6" in closed.value.rcvd.reason
        wait_for(lambda: engine.ended, "the end")
        assert engine.ended[0][1] == "parse error"


def test_a_websocket_leaves() -> None:
    with serving() as engine, engine.socket() as ws:
        ws.recv()
        ws.send("1")
        with pytest.raises(ConnectionClosed):
            ws.recv()
        wait_for(lambda: engine.ended, "the end")
        assert engine.ended[0][1:] == ("transport close", "")


def test_an_upgrade_that_does_not_come_ends_the_try_alone() -> None:
    options = EngineOptions(upgrade_timeout=0.05)
    with serving(options) as engine:
        sid = engine.open()
        with engine.socket(f"&sid={sid}") as ws:
            ws.send("2probe")
            assert ws.recv() == "3probe"
            with pytest.raises(ConnectionClosed):
                ws.recv()
        assert engine.post(sid, "4hello") == (200, "ok")
        assert engine.poll(sid) == (200, "4hello")


@pytest.mark.parametrize("over_websocket", [True, False])
def test_a_handler_that_raises_ends_its_own_session(over_websocket: bool) -> None:
    with serving() as engine:
        if over_websocket:
            with engine.socket() as ws:
                ws.recv()
                background().call(engine.sessions[0].handler_failed, ValueError("mine"))
                with pytest.raises(ConnectionClosed) as closed:
                    ws.recv()
                assert closed.value.rcvd is not None and closed.value.rcvd.code == 1011
        else:
            engine.open()
            background().call(engine.sessions[0].handler_failed, ValueError("mine"))
        wait_for(lambda: engine.ended, "the end")
        assert "ValueError: mine" in console.take()[0].text


def test_repr_says_what_carries_it() -> None:
    with serving(CALM) as engine, engine.socket() as ws:
        ws.recv()
        engine.open()
        assert [repr(session) for session in engine.sessions] == [
            "<Engine.IO session over WebSocket>",
            "<Engine.IO session over polling>",
        ]
