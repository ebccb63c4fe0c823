"""The chat room over real sockets: the seed's events, its faults mended. The rest of the room is in
test_room_more.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.chat.support import ENGINE, Raw, chatting, connected
from tests.waiting import wait_for
from wslab.chat import ChatRoom, serve_chat
from wslab.net import console, leftovers


def packets_url(room: ChatRoom) -> str:
    return f"{room.url}socket.io/?{ENGINE}"


def log_in(raw: Raw, name: str) -> None:
    """Log in, and read what a newcomer is sent."""
    [answer] = raw.ask(0, "new user", name)
    assert answer == {"ok": True, "name": name}
    assert raw.event()[0] == "history"
    event, users = raw.event()
    assert event == "get users"
    assert users[-1] == name


def test_two_people_meet_talk_and_part() -> None:
    with chatting(clock=lambda: 1_000_000_000.9) as room, connected(packets_url(room)) as ada:
        log_in(ada, "Ada")
        with connected(packets_url(room)) as bob:
            log_in(bob, "Bob")
            assert ada.event() == ["get users", ["Ada", "Bob"]]
            assert ada.event() == ["user joined", {"name": "Bob", "online": 2}]
            assert (room.online, room.users) == (2, ["Ada", "Bob"])
            bob.send('27["send message","Hi, <b>Ada</b>!\\n你好"]')
            message = {
                "id": 1_000_000_000_901,
                "name": "Bob",
                "text": "Hi, <b>Ada</b>!\n你好",
                "time": "2001-09-09T01:46:40Z",
            }
            assert bob.event() == ada.event() == ["new message", message]
            assert bob.receive() == '37[{"ok":true,"id":1000000000901}]'
        assert ada.event() == ["get users", ["Ada"]]
        assert ada.event() == ["user left", {"name": "Bob", "online": 1}]
        assert repr(room) == "<chat room: 1 online>"
    texts = [line.text for line in console.lines]
    assert texts[:3] == ["Ada joined, 1 online", "Bob joined, 2 online", "Bob left, 1 online"]


@pytest.mark.parametrize("name", ["Ada", "ADA", " ada ", "Ａｄａ"])
def test_a_taken_name_is_refused_with_a_reason(name: str) -> None:
    with (
        chatting() as room,
        connected(packets_url(room)) as ada,
        connected(packets_url(room)) as bob,
    ):
        log_in(ada, "Ada")
        [answer] = bob.ask(0, "new user", name)
        assert answer["ok"] is False
        assert "is here already" in answer["reason"]
        assert ada.quiet()
        log_in(bob, "Bob")


@pytest.mark.parametrize("name", ["", "   ", "x" * 33, "\u202eadA", None, 7, ["Ada"], {"a": 1}])
def test_a_bad_name_is_refused_with_a_reason(name: Any) -> None:
    with chatting() as room, connected(packets_url(room)) as raw:
        [answer] = raw.ask(0, "new user", name)
        assert answer["ok"] is False
        assert answer["reason"]
        assert room.users == []


@pytest.mark.parametrize("how", ["leave", "close", "vanish", "misbehave"])
def test_a_name_is_free_again_however_its_holder_went(how: str) -> None:
    with chatting() as room, connected(packets_url(room)) as other:
        log_in(other, "Other")
        with connected(packets_url(room)) as ada:
            log_in(ada, "Ada")
            if how == "leave":
                ada.send("1")
            elif how == "close":
                ada.ws.close()
            elif how == "vanish":
                ada.vanish()
            else:
                ada.send("nonsense")
            wait_for(lambda: room.users == ["Other"], "the name to be free")
        with connected(packets_url(room)) as again:
            log_in(again, "ADA")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("x" * 2_001, "2001 characters; 2000"),
        (None, "must be a text"),
        (["a"], "must be a text"),
    ],
)
def test_a_bad_message_is_refused_with_a_reason(text: Any, words: str) -> None:
    with chatting() as room, connected(packets_url(room)) as ada:
        log_in(ada, "Ada")
        [answer] = ada.ask(1, "send message", text)
        assert answer["ok"] is False
        assert words in answer["reason"]
        assert ada.quiet()


def test_strangers_neither_speak_nor_hear() -> None:
    with (
        chatting() as room,
        connected(packets_url(room)) as ada,
        connected(packets_url(room)) as raw,
    ):
        log_in(ada, "Ada")
        refused = {"ok": False, "reason": "Log in first.", "code": "log in"}
        for event in ("send message", "join room", "get messages", "get rooms", "typing"):
            assert raw.ask(0, event, "hello") == [refused]
        ada.send('2["send message","among us"]')
        assert ada.event()[0] == "new message"
        assert raw.quiet()


def test_one_person_has_one_name() -> None:
    with chatting() as room, connected(packets_url(room)) as ada:
        log_in(ada, "Ada")
        [answer] = ada.ask(1, "new user", "Grace")
        assert answer["reason"] == "You are logged in as Ada already."
        assert room.users == ["Ada"]


def test_nobody_needs_to_ask_for_answers() -> None:
    with chatting() as room, connected(packets_url(room)) as ada:
        ada.send('2["new user"]', '2["new user","Ada","and","more"]', '2["send message"]')
        assert ada.event()[0] == "history"
        assert ada.event() == ["get users", ["Ada"]]
        ada.send('2["send message","hello"]')
        assert ada.event()[1]["text"] == "hello"
    assert not [line for line in console.lines if "error" in line.text]


def test_serve_chat_listens_and_close_leaves_nothing() -> None:
    before = leftovers()
    room = serve_chat(clock=lambda: 0)
    assert room.url == f"ws://127.0.0.1:{room.port}/"
    assert room.http_url == f"http://127.0.0.1:{room.port}/"
    with connected(packets_url(room)) as ada:
        log_in(ada, "Ada")
        room.close()
        assert ada.closed() == (1001, "server shutting down")
        assert room.online == 0
        room.close()
    assert [name for name in leftovers() if "server" in name] == [
        name for name in before if "server" in name
    ]


def test_a_room_is_a_context_and_a_busy_port_is_said() -> None:
    with serve_chat() as room, pytest.raises(OSError, match=f"port {room.port} is in use"):
        serve_chat(port=room.port)
