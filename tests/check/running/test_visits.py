"""A visit is judged by its packets, and a client that hangs keeps nobody waiting."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from wslab.browser import WebSocket
from wslab.chat import ChatRoom, serve_chat
from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer
from wslab.check.running.visits import visit
from wslab.net.servers import running_servers


@pytest.fixture
def room() -> Iterator[ChatRoom]:
    with serve_chat() as room:
        yield room


def sending(*packets: str, then: Any = None, code: int | None = 1000) -> Answer:
    """Sends these, waits for as many answers as were asked for, and returns the last."""

    async def say(url: str, name: str, text: str) -> Any:
        ws = WebSocket(url + "socket.io/?EIO=4&transport=websocket")
        await ws.wait("open")
        last = None
        for packet in packets:
            ws.send(packet)
            while packet.startswith("421") and not (last or "").startswith("43"):
                last = (await ws.wait("message")).data
        if then is not None:
            await then()
        ws.close(code)
        await ws.wait("close")
        return json.loads(last[3:])[0] if last else None

    return Answer(say, 0.6)


LOG_IN = '421["new user","Grace"]'


def test_a_login_alone_is_a_visit_where_nothing_can_be_said(room: ChatRoom) -> None:
    visit(sending("40", "3", LOG_IN), room, "Grace", "Hi!", welcome=False)
    assert room.users == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (sending(LOG_IN), "packet 1, .* comes before a CONNECT"),
        (sending("40", "42[Grace]"), "packet 2, .* can't be read: the payload is not JSON"),
        (sending("40", "2"), "packet 2, '2', begins with '2'"),
        (sending("40", '421["new user","Bob"]'), "the value in packet 2, .* should be 'Grace'"),
        (sending("40", LOG_IN.replace("421", "42")), "has no number"),
        (sending("40", LOG_IN, LOG_IN), "packet 3, .* sent after the name was refused"),
        (sending("40"), "the event 'new user' did not come"),
        (sending("40", LOG_IN, code=3000), "has code 3000; 1000 was expected"),
        (Answer(lambda *arguments: None), "no connection came"),
    ],
)
def test_the_first_fault_is_named(room: ChatRoom, answer: Answer, words: str) -> None:
    with pytest.raises(Wrong, match=words):
        visit(answer, room, "Grace", "Hi!", welcome=False)


async def stuck() -> None:
    time.sleep(3)


@pytest.mark.parametrize("then", [lambda: asyncio.sleep(60), stuck])
def test_a_client_that_hangs_is_cut_off(room: ChatRoom, then: Any) -> None:
    before, began = len(running_servers()), time.monotonic()
    with pytest.raises(Wrong, match="did not return"):
        visit(sending("40", LOG_IN, then=then), room, "Grace", "Hi!", welcome=False)
    assert time.monotonic() - began < 2
    assert len(running_servers()) == before
