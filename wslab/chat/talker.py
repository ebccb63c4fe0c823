"""Somebody who talks in the chat room and stays there, from a notebook or a script.

    async with Talker(room.url, "Ada") as ada:
        await ada.say("Hello")             # → the message's id, once it is stored
        ada.messages                       # → [{'id': …, 'name': 'Ada', 'text': 'Hello', …}]

A lost connection is opened again. What was missed comes then, once and in order; what the server
did not acknowledge is said again, under the same uid, so that it is stored once.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from wslab.chat.client import ChatClient, Disconnected
from wslab.chat.refused import Refused

FIRST_WAIT = 0.2  # seconds before the second attempt; each next one waits twice as long
LONGEST_WAIT = 5.0


class Talker:
    """One person. Everything happens on the loop that enters it. Times are in seconds.

    messages: all that was said in the room since the talker came, and the hundred before, oldest
    first. reconnected: how often the connection came back. room: None is the lobby.
    """

    def __init__(
        self, url: str, name: str, *, room: str | None = None, timeout: float = 10.0
    ) -> None:
        self.name = name
        self.room = room
        self.timeout = timeout
        self.messages: list[dict[str, Any]] = []
        self.reconnected = -1
        self._client = ChatClient(url, timeout=timeout, auth={"key": uuid.uuid4().hex})
        self._client.on("history", self._history)
        self._client.on("new message", lambda message: self._heard([message]))
        self._client.on("logged out", self._logged_out)
        self._sent_away = ""  # why
        self._entered = False  # nothing is missing
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<{self.name}, {'here' if self.here else 'away'}>"

    @property
    def here(self) -> bool:
        """Whether there is a connection, and all is here that was said."""
        return self._entered and self._client.connected

    async def __aenter__(self) -> Talker:
        try:
            await self._come()
        except BaseException:
            await self._client.close()
            raise
        self._task = asyncio.create_task(self._stay())
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [task for task in (self._task, self._asking) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.close()

    async def say(self, text: str) -> int:
        """Say something; the message's id, once the server has stored it. Raises Refused."""
        uid = uuid.uuid4().hex
        while True:
            await self._until(lambda: self.here)
            try:
                answer = await self._client.emit("send message", text, {"uid": uid})
            except (Disconnected, TimeoutError):
                continue  # was it stored? The uid makes it safe to say it again
            if answer["ok"]:
                return int(answer["id"])
            if "retry_after" not in answer:
                raise Refused(answer["code"], answer["reason"])
            await asyncio.sleep(answer["retry_after"])

    def lose(self) -> None:
        """Lose the connection, as when the network breaks; the talker comes back by itself."""
        self._client.lose()

    async def heard(self, count: int, timeout: float = 30.0) -> list[dict[str, Any]]:
        """All messages, once there are so many. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            await self._until(lambda: len(self.messages) >= count)
        return self.messages

    async def _stay(self) -> None:
        """Come back whenever the connection is lost."""
        try:
            while True:
                await self._client.ended()
                self._entered = False
                if self._sent_away:
                    raise Disconnected(self._sent_away)
                await self._come_back()
        finally:
            self._changed.set()

    async def _come_back(self) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                return await self._come()
            except (Disconnected, TimeoutError):
                await self._client.close()
            # Not all for the same time, so that a server can get up again.
            await asyncio.sleep(wait * random.uniform(0.5, 1.5))
            wait = min(2 * wait, LONGEST_WAIT)

    async def _come(self) -> None:
        await self._client.connect()
        options = {"room": self.room} | ({"since": self._last} if self.reconnected >= 0 else {})
        answer = await self._client.emit("new user", self.name, options)
        if not answer["ok"]:
            raise Refused(answer["code"], answer["reason"])
        await self._until(lambda: self._entered or not self._client.connected)
        if not self._entered:
            raise Disconnected(f"{self.name} was not let in")
        self.reconnected += 1

    @property
    def _last(self) -> int:
        return int(self.messages[-1]["id"]) if self.messages else 0

    def _history(self, history: dict[str, Any]) -> None:
        self._heard(history["messages"])
        self.room = history["room"]
        if history["more"]:
            self._asking = asyncio.create_task(self._ask_for_more())
        else:
            self._entered = True
            self._changed.set()

    async def _ask_for_more(self) -> None:
        """The next page of what was missed, as fast as the server allows."""
        with suppress(Disconnected, TimeoutError):  # then all begins again
            while True:
                answer = await self._client.emit("join room", self.room, {"since": self._last})
                if answer["ok"]:
                    return
                await asyncio.sleep(answer.get("retry_after", FIRST_WAIT))

    def _logged_out(self, why: dict[str, Any]) -> None:
        self._sent_away = why["reason"]

    def _heard(self, messages: list[dict[str, Any]]) -> None:
        self.messages += messages
        self._changed.set()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            if self._task is not None and self._task.done():
                await self._task  # refused, when it wanted to come back
                raise Disconnected(f"{self.name} has left")
            self._changed.clear()
            await self._changed.wait()


@asynccontextmanager
async def talkers(url: str, count: int, *, room: str | None = None) -> AsyncIterator[list[Talker]]:
    """So many people in a room, named `talker 1` and so on; they leave with the block."""
    async with AsyncExitStack() as stack:
        people = [Talker(url, f"talker {number}", room=room) for number in range(1, count + 1)]
        for person in people:
            await stack.enter_async_context(person)
        yield people
