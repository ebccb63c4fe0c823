"""The last exercise of lesson 07: right answers in two styles, and wrong ones told apart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.check.servers import right_streams as own
from wslab.check.lesson07 import chat
from wslab.check.outcome import State
from wslab.check.stages.room import PacketRoom

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Handler = Callable[[Reader, Writer], Any]


def server(room: Any = None, **changes: Any) -> Handler:
    """A right answer in a class of its own, or one with some of its steps changed."""
    room = room or PacketRoom()
    text = changes.get("text", lambda payload: payload.decode())
    frame = changes.get("frame", lambda text: own.make_frame(1, text.encode()))

    async def handle(reader: Reader, writer: Writer) -> None:
        here = PacketRoom() if changes.get("alone") else room

        def send(said: str) -> None:
            writer.write(frame(said))

        writer.write(own.response(await reader.readuntil(b"\r\n\r\n")))
        if changes.get("enter", True):
            here.enter(send)
        try:
            while True:
                _, opcode, payload = await own.read_frame(reader)
                if opcode == 8:
                    writer.write(own.close_answer(payload))
                    return
                here.hear(send, text(payload))
        finally:
            if changes.get("leave", True):
                here.leave(send)

    return handle


def test_a_right_answer() -> None:
    outcome = chat.judge(server())
    assert outcome.state is State.RIGHT, str(outcome)
    assert "over your frames" in outcome.text


def test_another_style_and_a_second_judgement_of_the_same_room() -> None:
    room = PacketRoom()

    class Chat:
        async def __call__(self, reader: Reader, writer: Writer) -> None:
            await server(room)(reader, writer)

    for _ in range(2):
        assert chat.judge(Chat()).state is State.RIGHT
    assert room.users == []


WRONG: dict[str, tuple[Handler, str]] = {
    "does not greet": (server(enter=False), "The room greets at room.enter(send)"),
    "a room each": (server(alone=True), "one room for all connections"),
    "does not leave": (server(leave=False), "did not come. Is room.leave(send) called"),
    "another encoding": (
        server(frame=lambda text: own.make_frame(1, text.replace("ü", "?").encode())),
        "heard 'Gr?",
    ),
    "bytes": (server(frame=lambda text: own.make_frame(1, text)), "Your server raised TypeError"),
    "echo": (own.serve, "the server's greeting"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_named(name: str) -> None:
    handler, words = WRONG[name]
    outcome = chat.judge(handler)
    assert outcome.state is State.WRONG
    assert words in outcome.text


def test_who_did_not_leave_is_still_there_at_the_next_try() -> None:
    room = PacketRoom()
    chat.judge(server(room, leave=False))
    outcome = chat.judge(server(room))
    assert "Ada is still in the room, from a try before" in outcome.text
    assert "make the room again" in outcome.text


async def nothing(reader: Reader, writer: Writer) -> None:
    writer.close()


async def forever(reader: Reader, writer: Writer) -> None:
    while True:
        pass


@pytest.mark.parametrize(
    "answer",
    [nothing, forever, 7, "chat", lambda: 1],
    ids=["nothing", "forever", "a number", "a text", "no argument"],
)
def test_awkward_answers_are_wrong(answer: Any) -> None:
    assert chat.judge(answer).state is State.WRONG


def test_what_keeps_it_busy_is_named() -> None:
    assert "of its cell: `while True:`" in chat.judge(forever).text


def test_the_stub_is_known() -> None:
    async def chat_stub(reader: Reader, writer: Writer) -> None:
        """Like serve, but each text goes to room.hear(send, text)."""
        ...

    assert chat.judge(chat_stub).state is State.UNTRIED
