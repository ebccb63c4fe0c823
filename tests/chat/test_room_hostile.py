"""Clients that mean harm, and disks and networks that fail: the others go on, nothing is lost."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chat.support import ENGINE, chatting, connected, freezing
from tests.waiting import wait_for
from wslab.chat import ChatClient, ChatRoom, HistoryError, LinkOptions, Rate, SQLiteHistory, Talker
from wslab.chat.engine import EngineOptions
from wslab.chat.history import Draft, Message
from wslab.chat.people import People
from wslab.chat.refused import Refused
from wslab.net import console, until

FREE = LinkOptions(rate=None)


def packets_url(room: ChatRoom) -> str:
    return f"{room.url}socket.io/?{ENGINE}"


def test_a_giant_name_costs_nothing() -> None:
    people = People()
    people.claim("1", "Ada", "key")
    giant = "\u0300\u0316" * 32_000  # putting these in order takes seconds
    began = time.perf_counter()
    assert people.known(giant, "key") is None
    with pytest.raises(Refused, match="too long"):
        people.claim("2", giant)
    assert time.perf_counter() - began < 0.5


def test_a_broken_key_hurts_nobody() -> None:
    with (
        chatting() as room,
        connected(packets_url(room), auth={"key": "\ud800"}) as mallory,
        connected(packets_url(room), auth={"key": "a good one"}) as bob,
    ):
        assert mallory.ask(0, "new user", "Ada")[0]["ok"]
        [answer] = bob.ask(0, "new user", "Ada")
        assert answer["code"] == "taken"
        assert bob.ask(1, "new user", "Bob")[0]["ok"]


@pytest.mark.parametrize("again", ["Mallory", "ＭＡＬＬＯＲＹ"])
def test_who_leaves_and_comes_back_may_send_no_more(again: str) -> None:
    limits = LinkOptions(rate=Rate(per_second=0.01, burst=5))
    with chatting(options=limits) as room:
        with connected(packets_url(room)) as first:  # CONNECT and `new user` take one each
            first.send('20["new user","Mallory"]', *[f'2{n}["typing",true]' for n in (1, 2, 3)])
            answers = "".join(first.receive() for _ in range(6))
            assert "too fast" not in answers
        wait_for(lambda: not room.online, "the farewell")
        with connected(packets_url(room)) as second:
            assert second.ask(0, "new user", again) == [{"ok": True, "name": again}]
            second.send('21["typing",true]')
            assert any("too fast" in second.receive() for _ in range(3))
        with connected(packets_url(room)) as other:
            assert other.ask(0, "new user", "Bob")[0]["ok"]
            other.send('21["typing",true]')
            assert '31[{"ok":true}]' in [other.receive() for _ in range(3)]


def test_two_spellings_at_once_are_one_room() -> None:
    for _ in range(5):
        with ExitStack() as stack:
            room = stack.enter_context(chatting())
            ada, bob = (stack.enter_context(connected(packets_url(room))) for _ in range(2))
            ada.send('20["new user","Ada",{"room":"Tea"}]')
            bob.send('20["new user","Bob",{"room":"tea"}]')
            entered = []
            for raw in (ada, bob):
                raw.receive()
                entered.append(raw.event()[1]["room"])
            assert entered[0] == entered[1]
            assert len(room.rooms.listing()) == 2


def test_the_history_is_not_sent_twice_to_one_who_is_there() -> None:
    with chatting() as room, connected(packets_url(room)) as ada:
        ada.ask(0, "new user", "Ada")
        ada.event(), ada.event()
        ada.send('2["send message","hello"]')
        ada.event()
        ada.send('21["join room","Tea"]', '22["join room","tea"]', '23["join room","TEA"]')
        assert ada.receive() == '31[{"ok":true,"room":"Tea"}]'
        assert [ada.event()[0], ada.event()[0]] == ["history", "get users"]
        assert ada.receive() == '32[{"ok":true,"room":"Tea"}]'
        assert ada.receive() == '33[{"ok":true,"room":"Tea"}]'
        assert ada.quiet()


class Failing(SQLiteHistory):
    """Fails to read for so many times."""

    failures = 0

    def _fail(self) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise HistoryError("the database is locked")

    def after(self, room: str, id: int, limit: int) -> list[Message]:
        self._fail()
        return super().after(room, id, limit)

    def before(self, room: str, id: int | None, limit: int) -> list[Message]:
        self._fail()
        return super().before(room, id, limit)


async def test_what_can_not_be_read_is_not_skipped() -> None:
    history = Failing()
    with chatting(history=history, options=FREE) as room:
        async with Talker(room.url, "Ada") as ada, Talker(room.url, "Bob") as bob:
            await bob.say("one")
            await ada.heard(1)
            history.failures = 2
            ada.lose()
            await until(lambda: not ada.here, "the loss")
            await bob.say("two")
            assert [message["text"] for message in await ada.heard(2)] == ["one", "two"]
            assert history.failures == 0
    assert [line for line in console.lines if "database is locked" in line.text]


def test_earlier_messages_that_can_not_be_read_are_an_answer() -> None:
    history = Failing()
    with chatting(history=history) as room, connected(packets_url(room)) as ada:
        ada.ask(0, "new user", "Ada")
        ada.event(), ada.event()
        history.failures = 1
        [answer] = ada.ask(1, "get messages")
        assert (answer["ok"], answer["code"]) == (False, "not read")
        [answer] = ada.ask(2, "get messages")
        assert answer == {"ok": True, "room": "lobby", "messages": [], "earlier": False}


def test_closing_leaves_no_timer_and_nobody() -> None:
    with chatting(keep_name=1000) as room:
        with connected(packets_url(room), auth={"key": "k"}) as ada:
            ada.ask(0, "new user", "Ada")
            ada.event(), ada.event()
            ada.ask(1, "get rooms")
            ada.vanish()
        with connected(packets_url(room)) as bob:
            bob.ask(0, "new user", "Bob")
            room.close()
        assert room.users == []
        assert room._away == {}
        assert room._rooms_timer is None


def test_a_room_that_can_not_be_made_leaves_no_file_open(tmp_path: Path) -> None:
    file = tmp_path / "chat.db"
    with pytest.raises(TypeError):
        ChatRoom(history=file, no_such_option=1)
    assert not file.exists()


async def test_a_talker_far_behind_catches_up_within_its_rate() -> None:
    history = SQLiteHistory(keep=100_000)
    with chatting(history=history) as room:
        async with Talker(room.url, "Ada") as ada:
            ada.lose()
            await until(lambda: not ada.here, "the loss")
            history.add([Draft("lobby", "Bob", str(n), 0.0) for n in range(35_000)])
            heard = await ada.heard(35_000, timeout=60)
            assert [message["text"] for message in heard] == [str(n) for n in range(35_000)]
            await until(lambda: ada.here, "to be live")


async def test_a_network_that_swallows_everything() -> None:
    engine = EngineOptions(ping_interval=0.2, ping_timeout=0.3)
    with chatting(engine=engine, options=FREE) as room, freezing(room.port) as (url, frozen):
        async with Talker(url, "Ada", timeout=1) as ada:
            await ada.say("before")
            frozen.set()
            await until(lambda: not ada.here, "Ada to notice", 10)
            await asyncio.sleep(1)  # attempts that get nowhere
            frozen.clear()
            await ada.say("after")
            assert [message["text"] for message in await ada.heard(2)] == ["before", "after"]
            frozen.set()
        # Leaving took its time, and raised nothing.
        frozen.clear()


async def test_a_client_leaves_a_network_that_swallows_everything() -> None:
    with chatting() as room, freezing(room.port) as (url, frozen):
        client = ChatClient(url, timeout=0.3)
        await client.connect()
        frozen.set()
        await client.close()
        assert not client.connected
