"""The client of python-socketio in the chat room: one JSON line for each thing that happens.

python -m tests.peers.python_socketio_client URL TRANSPORTS       as polling,websocket or websocket
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from typing import Any

import socketio

EVENTS = ("connect", "disconnect", "history", "get users", "user joined", "user left", "typing")
EVENTS += ("new message",)


def say(*what: Any) -> None:
    print(json.dumps(what, ensure_ascii=False), flush=True)


def texts(found: dict[str, Any]) -> list[str]:
    return [message["text"] for message in found["messages"]]


class Client:
    """A client whose events can be waited for."""

    def __init__(self, url: str, transports: list[str]) -> None:
        self.url, self.transports = url, transports
        # It does not come back by itself after an end by polling; npm's client shows that one may.
        self.sio = socketio.AsyncClient(reconnection=False)
        self.events: dict[str, asyncio.Queue[Any]] = defaultdict(asyncio.Queue)
        for name in EVENTS:
            self.sio.on(name, self._keeper(name))
        self.sio.on("question", lambda text: (text.upper(), text.encode()))

    def _keeper(self, name: str) -> Any:
        async def keep(*args: Any) -> None:
            await self.events[name].put(args[0] if args else None)

        return keep

    async def connect(self) -> None:
        await self.sio.connect(self.url, transports=self.transports)
        await self.next("connect")

    async def next(self, event: str) -> Any:
        return await asyncio.wait_for(self.events[event].get(), 10)

    async def ask(self, event: str, *args: Any) -> Any:
        return await self.sio.call(event, args if len(args) != 1 else args[0], timeout=10)


async def main() -> None:
    url, transports = sys.argv[1], sys.argv[2].split(",")
    ada, bob = Client(url, transports), Client(url, transports)
    await ada.connect()
    await bob.connect()
    say("transport", ada.sio.transport())
    say("ada", await ada.ask("new user", "Ada"))
    say("taken", (await bob.ask("new user", "ada"))["ok"])
    say("bob", await bob.ask("new user", "Bob"))
    say("joined", await ada.next("user joined"))
    say("users", await ada.next("get users"), await ada.next("get users"))
    say("sent", await bob.ask("send message", "héllo 👋"))
    message = await ada.next("new message")
    say("message", message["name"], message["text"])
    say("bytes", (await ada.ask("echo", {"deep": [bytes([1, 2, 255])]}))["deep"][0].hex())
    asked = await ada.ask("ask me")
    say("asked", [value if isinstance(value, str) else value.decode() for value in asked])
    await ada.sio.emit("cut me off")
    say("lost", await ada.next("disconnect"))
    await ada.sio.wait()
    await bob.ask("send message", "while you were away")
    await ada.connect()
    await ada.next("history")
    say("again", await ada.ask("new user", "Ada", {"since": message["id"]}))
    say("missed", texts(await ada.next("history")))
    await bob.ask("typing", True)
    say("typing", await ada.next("typing"))
    say("rooms", (await ada.ask("get rooms"))["rooms"])
    say("earlier", texts(await ada.ask("get messages")))
    await bob.sio.disconnect()
    say("left", await ada.next("user left"))
    entered = await ada.ask("join room", "Tea")
    say("entered", entered, (await ada.next("history"))["room"])
    wrong = socketio.AsyncClient(reconnection=False)
    try:
        await wrong.connect(url, namespaces=["/nowhere"], transports=transports)
    except socketio.exceptions.ConnectionError as error:
        say("refused", str(error))
    await ada.sio.disconnect()


if __name__ == "__main__":
    asyncio.run(main())
