"""What people expect of a room beyond the seed: history, several rooms, who types, a kept name."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.chat.support import ENGINE, Raw, chatting, connected
from tests.waiting import wait_for
from wslab.chat import ChatRoom, HistoryError, LinkOptions, Rate, SQLiteHistory, serve_chat
from wslab.chat.history import Draft, Message
from wslab.chat.room import MISSED, MOST_TEXT, PAGE
from wslab.net import console

CROWD = 3


def packets_url(room: ChatRoom) -> str:
    return f"{room.url}socket.io/?{ENGINE}"


def log_in(raw: Raw, name: str, **options: Any) -> dict[str, Any]:
    """Log in; the history that came, after which a newcomer gets the list of users."""
    [answer] = raw.ask(0, "new user", name, options)
    assert answer == {"ok": True, "name": name}
    event, history = raw.event()
    assert event == "history"
    return dict(history)


def until(raw: Raw, event: str) -> Any:
    """The argument of the next such event; what comes before is passed over."""
    while True:
        name, *args = raw.event()
        if name == event:
            return args[0]


def texts(messages: Sequence[dict[str, Any]]) -> list[str]:
    return [message["text"] for message in messages]


# History


def test_who_comes_gets_the_last_hundred_and_may_ask_for_more() -> None:
    history = SQLiteHistory(clock=lambda: 0)
    history.add([Draft("lobby", "Ada", str(n), 0.0) for n in range(1, PAGE + 51)])
    with chatting(history=history) as room, connected(packets_url(room)) as raw:
        found = log_in(raw, "Bob")
        assert (found["room"], found["earlier"], found["more"]) == ("lobby", True, False)
        assert texts(found["messages"]) == [str(n) for n in range(51, PAGE + 51)]
        assert found["messages"][0] == {
            "id": 51,
            "name": "Ada",
            "text": "51",
            "time": "1970-01-01T00:00:00Z",
        }
        assert raw.event() == ["get users", ["Bob"]]
        [answer] = raw.ask(1, "get messages", {"before": 51})
        assert (answer["ok"], answer["earlier"]) == (True, False)
        assert texts(answer["messages"]) == [str(n) for n in range(1, 51)]
        [answer] = raw.ask(2, "get messages")
        assert (texts(answer["messages"])[-1], answer["earlier"]) == (str(PAGE + 50), True)
        [answer] = raw.ask(3, "get messages", {"before": "all"})
        assert answer["code"] == "no id"


def test_what_was_missed_comes_page_by_page_and_then_what_is_new() -> None:
    history = SQLiteHistory(clock=lambda: 0)
    history.add([Draft("lobby", "Ada", str(n), 0.0) for n in range(1, 2 * MISSED + 51)])
    with (
        chatting(history=history) as room,
        connected(packets_url(room)) as ada,
        connected(packets_url(room)) as bob,
    ):
        log_in(ada, "Ada")
        found = log_in(bob, "Bob", since=40)
        came = found["messages"]
        assert (texts(came)[0], len(came), found["more"]) == ("41", MISSED, True)
        assert until(ada, "user joined") == {"name": "Bob", "online": 2}
        ada.send('2["send message","meanwhile"]')
        until(ada, "new message")
        assert bob.quiet()  # not there yet
        bob.send(f'2["join room","lobby",{{"since":{came[-1]["id"]}}}]')
        found = bob.event()[1]
        came += found["messages"]
        assert found["more"] is True
        bob.send(f'2["join room","lobby",{{"since":{came[-1]["id"]}}}]')
        found = bob.event()[1]
        came += found["messages"]
        assert found["more"] is False
        assert bob.event() == ["get users", ["Ada", "Bob"]]
        ada.send('2["send message","now"]')
        came.append(bob.event()[1])
        assert texts(came) == [*(str(n) for n in range(41, 2 * MISSED + 51)), "meanwhile", "now"]


def test_long_messages_come_in_smaller_pages() -> None:
    history = SQLiteHistory(clock=lambda: 0)
    long = MOST_TEXT // 4
    history.add([Draft("lobby", "Ada", str(n) * long, 0.0) for n in range(9)])
    with chatting(history=history) as room, connected(packets_url(room)) as bob:
        found = log_in(bob, "Bob", since=0)
        came = found["messages"]
        assert (len(came), found["more"]) == (4, True)
        while found["more"]:
            bob.send(f'2["join room","lobby",{{"since":{came[-1]["id"]}}}]')
            found = bob.event()[1]
            came += found["messages"]
        assert [text[0] for text in texts(came)] == [str(n) for n in range(9)]


def test_what_is_sent_again_is_seen_once() -> None:
    with chatting() as room, connected(packets_url(room)) as ada:
        log_in(ada, "Ada")
        ada.event()
        ada.send('21["send message","hello",{"uid":"u1"}]')
        message = ada.event()[1]
        assert ada.receive() == f'31[{{"ok":true,"id":{message["id"]}}}]'
        [again] = ada.ask(2, "send message", "hello", {"uid": "u1"})
        assert again == {"ok": True, "id": message["id"]}
        [answer] = ada.ask(3, "get messages")
        assert len(answer["messages"]) == 1
        assert "uid" not in message
        [answer] = ada.ask(4, "send message", "hello", {"uid": 7})
        assert answer["code"] == "bad uid"


def test_a_history_that_fails_is_said_and_the_room_goes_on() -> None:
    class Broken(SQLiteHistory):
        broken = True

        def add(self, drafts: Sequence[Draft]) -> list[tuple[Message, bool]]:
            if self.broken:
                raise HistoryError("the disk is full")
            return super().add(drafts)

        def before(self, room: str, id: int | None, limit: int) -> list[Message]:
            raise HistoryError("the disk is broken")

    history = Broken()
    with chatting(history=history) as room, connected(packets_url(room)) as ada:
        assert log_in(ada, "Ada")["messages"] == []
        assert ada.event() == ["get users", ["Ada"]]
        [answer] = ada.ask(1, "send message", "hello")
        assert answer["code"] == "not stored"
        assert "could not be stored" in answer["reason"]
        assert ada.quiet()
        history.broken = False
        ada.send('22["send message","again"]')
        assert ada.event()[0] == "new message"
        assert "disk" not in answer["reason"]  # that is for the log
    assert [line.text for line in console.lines if "disk is full" in line.text]


def test_a_file_keeps_what_was_said(tmp_path: Path) -> None:
    file = tmp_path / "chat.db"
    for texts_before, text in (([], "first"), (["first"], "second"), (["first", "second"], "x")):
        with chatting(history=file) as room, connected(packets_url(room)) as ada:
            assert texts(log_in(ada, "Ada")["messages"]) == texts_before
            ada.event()
            ada.send(f'21["send message","{text}"]')
            assert ada.event()[0] == "new message"
    with pytest.raises(HistoryError, match="not a database"):
        (tmp_path / "notes.txt").write_text("These are notes, and long ones. " * 100)
        serve_chat(history=tmp_path / "notes.txt")


# Rooms


def test_rooms_hear_their_own() -> None:
    with ExitStack() as stack:
        room = stack.enter_context(chatting())
        ada, bob, cem = (stack.enter_context(connected(packets_url(room))) for _ in range(3))
        for raw, name in ((ada, "Ada"), (bob, "Bob"), (cem, "Cem")):
            log_in(raw, name)
            assert name in until(raw, "get users")
        assert until(ada, "user joined")["name"] == "Bob"
        assert until(ada, "user joined")["name"] == "Cem"
        until(bob, "user joined")

        ada.send('21["join room","Tea"]')
        assert ada.receive() == '31[{"ok":true,"room":"Tea"}]'
        expected = {"room": "Tea", "messages": [], "earlier": False, "more": False}
        assert ada.event() == ["history", expected]
        assert ada.event() == ["get users", ["Ada"]]
        for raw in (bob, cem):
            assert raw.event() == ["get users", ["Bob", "Cem"]]
            assert raw.event() == ["user left", {"name": "Ada", "online": 2}]

        bob.send('22["join room","tea"]')  # the same room
        assert bob.receive() == '32[{"ok":true,"room":"Tea"}]'
        assert ada.event() == ["get users", ["Ada", "Bob"]]
        assert ada.event() == ["user joined", {"name": "Bob", "online": 2}]
        until(cem, "user left")

        ada.send('2["send message","in the tea room"]')
        assert ada.event()[1]["text"] == "in the tea room"
        assert until(bob, "new message")["name"] == "Ada"
        assert cem.quiet()
        assert room.users == ["Ada", "Bob", "Cem"]

        cem.send('23["join room","Tea"]')
        assert cem.receive() == '33[{"ok":true,"room":"Tea"}]'
        assert texts(cem.event()[1]["messages"]) == ["in the tea room"]
        [answer] = bob.ask(4, "join room", "\u202etea") if until(bob, "user joined") else [{}]
        assert answer["code"] == "hidden"


def test_a_room_may_be_named_at_the_login() -> None:
    with chatting() as room, connected(packets_url(room)) as ada:
        assert log_in(ada, "Ada", room=" Tea ")["room"] == "Tea"
        ada.event()
        [answer] = ada.ask(1, "new user", "Eve", {"room": ""})
        assert answer["ok"] is False
    with chatting() as room, connected(packets_url(room)) as raw:
        [answer] = raw.ask(0, "new user", "Ada", {"room": 7})
        assert answer["code"] == "not text"
        assert room.users == []


def test_the_list_of_rooms_follows() -> None:
    with (
        chatting() as room,
        connected(packets_url(room)) as ada,
        connected(packets_url(room)) as bob,
    ):
        log_in(ada, "Ada")
        ada.event()
        [answer] = ada.ask(1, "get rooms")
        assert answer == {"ok": True, "rooms": [{"name": "lobby", "online": 1}]}
        log_in(bob, "Bob", room="Tea")
        seen = until(ada, "rooms")
        while len(seen) < 2:  # the first list may be of Ada's own coming
            seen = until(ada, "rooms")
        assert seen == [{"name": "lobby", "online": 1}, {"name": "Tea", "online": 1}]
        assert bob.event()[0] == "get users"
        assert bob.quiet()  # it asked for no list


# Who types


def test_the_others_are_told_who_types() -> None:
    with (
        chatting() as room,
        connected(packets_url(room)) as ada,
        connected(packets_url(room)) as bob,
        connected(packets_url(room)) as cem,
    ):
        for raw, name in ((ada, "Ada"), (bob, "Bob")):
            log_in(raw, name)
        log_in(cem, "Cem", room="Tea")
        for raw in (bob, cem):
            raw.event()
        ada.send('2["typing",true]', '2["typing",false]', '2["typing",{"what":1}]')
        told = [until(bob, "typing") for _ in range(3)]
        assert told == [{"name": "Ada", "typing": typing} for typing in (True, False, False)]
        assert until(ada, "user joined")["name"] == "Bob"
        assert ada.quiet()
        assert cem.quiet()


# A crowd


def test_a_crowd_is_not_told_everything() -> None:
    with ExitStack() as stack:
        room = stack.enter_context(chatting(crowd=CROWD))
        url = packets_url(room)
        people = []
        for number in range(CROWD):
            raw = stack.enter_context(connected(url))
            log_in(raw, f"talker {number}")
            people.append(raw)
        first = people[0]
        lists = [until(first, "get users") for _ in range(CROWD)]
        assert [len(names) for names in lists] == list(range(1, CROWD + 1))
        assert until(first, "user joined")["online"] == CROWD
        with connected(url) as late:
            log_in(late, "late")
            assert len(until(late, "get users")) == CROWD + 1
            assert first.event() == ["user joined", {"name": "late", "online": CROWD + 1}]
            late.send('2["typing",true]')
            late.send('2["send message","hello"]')
            assert first.event()[0] == "new message"
        assert first.event()[0] == "get users"  # few enough again
        assert first.event() == ["user left", {"name": "late", "online": CROWD}]


# A lost connection


def come_back(room: ChatRoom, name: str, key: str | None) -> tuple[Any, Raw]:
    stack = ExitStack()
    raw = stack.enter_context(connected(packets_url(room), auth={"key": key} if key else None))
    raw.stack = stack  # type: ignore[attr-defined]
    return raw.ask(0, "new user", name)[0], raw


def test_a_name_waits_for_one_whose_connection_was_lost() -> None:
    with chatting() as room, connected(packets_url(room)) as bob:
        log_in(bob, "Bob")
        bob.event()
        with connected(packets_url(room), auth={"key": "secret"}) as ada:
            log_in(ada, "Ada")
            until(bob, "user joined")
            ada.vanish()
        wait_for(lambda: "Ada lost the connection" in [line.text for line in console.lines], "it")
        assert room.users == ["Bob", "Ada"]
        assert bob.quiet()
        for key in ("other", None):
            answer, raw = come_back(room, "Ada", key)
            assert answer["code"] == "taken"
            raw.stack.close()  # type: ignore[attr-defined]
        answer, raw = come_back(room, "ada", "secret")
        assert answer == {"ok": True, "name": "Ada"}
        assert raw.event()[0] == "history"
        assert raw.event() == ["get users", ["Bob", "Ada"]]
        assert bob.quiet()  # nobody noticed
        raw.stack.close()  # type: ignore[attr-defined]
        assert until(bob, "user left") == {"name": "Ada", "online": 1}  # this was no loss


def test_a_name_does_not_wait_for_ever() -> None:
    with chatting(keep_name=0.05) as room, connected(packets_url(room)) as bob:
        log_in(bob, "Bob")
        with connected(packets_url(room), auth={"key": "secret"}) as ada:
            log_in(ada, "Ada")
            ada.vanish()
        assert until(bob, "user left") == {"name": "Ada", "online": 1}
        assert room.users == ["Bob"]


@pytest.mark.parametrize("key", [None, "secret"])
def test_who_leaves_is_gone_at_once(key: str | None) -> None:
    for how in ("leave", "close"):
        with chatting() as room, connected(packets_url(room)) as bob:
            log_in(bob, "Bob")
            answer, ada = come_back(room, "Ada", key)
            assert answer["ok"]
            if how == "leave":
                ada.send("1")
            ada.stack.close()  # type: ignore[attr-defined]
            assert until(bob, "user left")["name"] == "Ada"


def test_one_who_comes_back_before_the_loss_was_noticed() -> None:
    with chatting() as room, connected(packets_url(room), auth={"key": "secret"}) as old:
        log_in(old, "Ada")
        old.event()
        answer, new = come_back(room, "Ada", "secret")
        assert answer["ok"]
        assert old.event() == ["logged out", {"reason": "You came in from another window."}]
        assert old.receive() == "1"
        assert old.closed() == (1000, "server namespace disconnect")
        assert room.users == ["Ada"]
        new.stack.close()  # type: ignore[attr-defined]
        wait_for(lambda: room.users == [], "the name to be free")


def test_a_bad_key_is_refused() -> None:
    with chatting() as room, connected(packets_url(room), auth={"key": 7}) as raw:
        [answer] = raw.ask(0, "new user", "Ada")
        assert answer["code"] == "bad key"


def test_who_leaves_while_still_entering_is_no_ghost() -> None:
    with chatting() as room:
        for _ in range(20):
            with connected(packets_url(room)) as raw:
                raw.send('20["new user","Ada"]', "1")
            wait_for(lambda: room.users == [], "the name to be free")
        with connected(packets_url(room)) as raw:
            log_in(raw, "Bob")
            assert raw.event() == ["get users", ["Bob"]]


def test_too_fast_has_a_code() -> None:
    limits = LinkOptions(rate=Rate(per_second=0.01, burst=3))
    with chatting(options=limits) as room, connected(packets_url(room)) as ada:
        log_in(ada, "Ada")
        ada.event()
        ada.send('21["send message","one"]')
        ada.event()
        ada.receive()
        [answer] = ada.ask(2, "send message", "two")
        assert answer["code"] == "too fast"
