"""Somebody who stays: through cut connections, and a server that goes and comes back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from wslab.chat import (
    ChatRoom,
    Disconnected,
    LinkOptions,
    Rate,
    Refused,
    SQLiteHistory,
    Talker,
    talkers,
)
from wslab.net import until
from wslab.node.threads import wait_on_loop

FREE = LinkOptions(rate=None)


@pytest.fixture
async def room() -> AsyncIterator[ChatRoom]:
    room = ChatRoom(options=FREE)
    room.listen(0)
    yield room
    await asyncio.to_thread(room.close)


def cut(room: ChatRoom, choose: random.Random | None = None) -> int:
    """End TCP of some clients, or of all, without a Close frame; how many."""

    def abort() -> int:
        sockets = list(room.io.sockets.sockets.values())
        chosen = [one for one in sockets if choose is None or choose.random() < 0.3]
        for one in chosen:
            session: Any = one._link._transport
            session.websocket._peer.abort()
        return len(chosen)

    return wait_on_loop(abort)


async def test_talk(room: ChatRoom) -> None:
    async with Talker(room.url, "Ada") as ada, Talker(room.http_url, "Bob") as bob:
        first = await ada.say("Hello")
        second = await bob.say("Hello Ada")
        heard = await ada.heard(2)
        assert [(m["id"], m["name"], m["text"]) for m in heard] == [
            (first, "Ada", "Hello"),
            (second, "Bob", "Hello Ada"),
        ]
        assert await bob.heard(2) == heard
        assert repr(ada) == "<Ada, here>"
        assert ada.room == "lobby"
    assert repr(ada) == "<Ada, away>"
    await until(lambda: room.online == 0, "everybody to be gone")
    async with Talker(room.url, "Cem") as late:
        assert late.messages == heard
        with pytest.raises(Refused, match="empty"):
            await late.say(" ")


async def test_many_and_one_that_loses_its_connection(room: ChatRoom) -> None:
    async with talkers(room.url, 5, room="tea") as people:
        assert room.users == [f"talker {number}" for number in range(1, 6)]
        talk = asyncio.gather(*(one.say(str(n)) for n in range(4) for one in people))
        people[0].lose()
        await talk
        for one in people:
            assert await one.heard(20) == people[0].messages
            assert one.room == "tea"
        assert [one.reconnected for one in people] == [1, 0, 0, 0, 0]
    await until(lambda: room.online == 0, "everybody to be gone")


async def test_a_name_that_is_taken_is_refused(room: ChatRoom) -> None:
    async with Talker(room.url, "Ada"):
        with pytest.raises(Refused, match="is here already"):
            async with Talker(room.url, "ADA"):
                pass
    await until(lambda: room.online == 0, "everybody to be gone")


async def test_what_was_missed_comes_and_what_was_not_acknowledged_is_said_again(
    room: ChatRoom,
) -> None:
    choose = random.Random(7)
    async with AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(Talker(room.url, f"talker {n}")) for n in range(8)
        ]

        async def talk(person: Talker) -> list[int]:
            return [await person.say(f"{person.name}: {number}") for number in range(25)]

        talking = [asyncio.create_task(talk(person)) for person in people]
        cuts = 0
        while not all(task.done() for task in talking):
            cuts += cut(room, choose)
            await asyncio.sleep(0.15)
        assert cuts >= 8
        acknowledged = [number for task in talking for number in await task]
        for person in people:
            await person.heard(200)
        first = people[0].messages
        assert [message["id"] for message in first] == sorted(acknowledged)
        assert all(person.messages == first for person in people)
        assert room.users == [person.name for person in people]
        assert sum(person.reconnected for person in people) >= 1


async def test_a_server_that_goes_and_comes_back(tmp_path: Any) -> None:
    def start(port: int = 0) -> ChatRoom:
        room = ChatRoom(history=SQLiteHistory(tmp_path / "chat.db"), options=FREE)
        room.listen(port)
        return room

    room = await asyncio.to_thread(start)
    port = room.port
    try:
        async with Talker(room.url, "Ada") as ada, Talker(room.url, "Bob") as bob:
            await ada.say("before")
            await asyncio.to_thread(room.close)
            saying = asyncio.create_task(bob.say("while it was away"))
            await asyncio.sleep(0.05)
            assert not saying.done()
            room = await asyncio.to_thread(start, port)
            await saying
            for person in (ada, bob):
                heard = [message["text"] for message in await person.heard(2)]
                assert heard == ["before", "while it was away"]
    finally:
        await asyncio.to_thread(room.close)


async def test_too_fast_is_slowed_down() -> None:
    room = ChatRoom(options=LinkOptions(rate=Rate(per_second=50, burst=4)))
    room.listen(0)
    async with Talker(room.url, "Ada") as ada:
        await asyncio.gather(*(ada.say(str(number)) for number in range(12)))
        assert len(await ada.heard(12)) == 12
    await asyncio.to_thread(room.close)


async def test_more_than_a_page_was_missed(room: ChatRoom) -> None:
    async with Talker(room.url, "Ada") as ada, Talker(room.url, "Bob") as bob:
        await bob.say("first")
        await ada.heard(1)
        ada._client.connect = asyncio.Event().wait  # type: ignore[method-assign, assignment]
        cut(room)
        await until(lambda: not ada._client.connected, "the loss")
        await asyncio.gather(*(bob.say(str(number)) for number in range(250)))
        del ada._client.connect
        ada._task.cancel()  # type: ignore[union-attr]
        ada._task = asyncio.create_task(ada._come_back())
        assert await ada.heard(251) == await bob.heard(251)


async def test_one_who_was_sent_away_for_good(room: ChatRoom) -> None:
    async with Talker(room.url, "Ada") as ada:
        other = Talker(room.url, "Ada")
        other._client.auth = ada._client.auth  # another window with the same key
        async with other:
            await until(lambda: ada._task.done(), "the first to give up")  # type: ignore[union-attr]
            with pytest.raises(Disconnected, match="another window"):
                await ada.say("hello?")
            await other.say("hello")
