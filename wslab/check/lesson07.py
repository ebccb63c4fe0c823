"""The last exercise of lesson 07: the chat room of lesson 06, carried by the learner's own frames.

The fourteen stages before it are in `stages`.
"""

from __future__ import annotations

from typing import Any

from wslab.chat import ChatClient, Disconnected
from wslab.check.exercise import exercise
from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer
from wslab.check.running.serving import serving
from wslab.check.stages.judging import BUSY, BUSY_SECONDS
from wslab.net.loop import background

SECONDS = 0.6  # for one answer
ALL_SECONDS = 1.3
RULE = "Socket.IO protocol 5, over RFC 6455"
TEXT = "Grüße, Bob!"
TAKEN = {"ok": False, "reason": "the name is taken"}
LEAVE = "Is room.leave(send) called, however a connection ends?"
AGAIN = "After a change, make the room again, too."


@exercise(lesson=7)
def chat(answer: Answer) -> str:
    """Two clients of lesson 06 talk to each other over `async def chat(reader, writer)`."""
    with serving(answer.function) as server:
        try:
            why = background().run(_two_people(server.url), ALL_SECONDS)
        except TimeoutError:
            why = "Ada and Bob waited in vain."
        if why and (busy := server.at_work()):
            server.close_seconds = BUSY_SECONDS
            why = f"{why} {BUSY} {busy}"
    if server.errors:
        why = f"{why or 'something went wrong.'} Your server raised {server.errors[0]}"
    if why:
        raise Wrong(why, RULE)
    return "Ada and Bob talked over your frames, with the packets of lesson 06."


async def _two_people(url: str) -> str:
    """What goes wrong when two people meet; "" for nothing."""
    ada, bob = (ChatClient(url, timeout=SECONDS) for _ in range(2))
    try:
        return await _talk(ada, bob)
    except TimeoutError as error:
        return _missed(str(error))
    except Disconnected as error:
        return f"a client lost its connection: {error}."
    finally:
        for client in (ada, bob):
            client.lose()
            await client.ended()


async def _talk(ada: ChatClient, bob: ChatClient) -> str:
    for client, name in ((ada, "Ada"), (bob, "Bob")):
        await client.connect()
        answer = await client.emit("new user", name)
        if answer == TAKEN:
            return f"{name} is still in the room, from a try before. {LEAVE} {AGAIN}"
        if answer != {"ok": True, "name": name}:
            return f"{name} asked for that name, and the answer was {answer!r}."
    if await bob.emit("new user", "Ada") == {"ok": True, "name": "Ada"}:
        return "Bob got Ada's name. Is there one room for all connections?"
    await ada.emit("send message", TEXT)
    for client, name in ((ada, "Ada"), (bob, "Bob")):
        if (text := _text(await client.wait("new message"))) != TEXT:
            return f"Ada said {TEXT!r}, and {name} heard {text!r}."
    await bob.close()
    if (left := await ada.wait("user left")) != {"name": "Bob", "online": 1}:
        return f"Bob left, and Ada was told {left!r}."
    return ""


def _missed(error: str) -> str:
    """What a client waited for in vain, and what the learner's function had to do."""
    if "greeting" in error:
        return f"{error}. The room greets at room.enter(send), by what send writes."
    return f"{error}. {LEAVE}" if "user left" in error else f"{error}."


def _text(message: Any) -> Any:
    return message.get("text") if isinstance(message, dict) else message
