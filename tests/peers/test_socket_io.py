"""Stock Socket.IO clients in the chat room, with each of their transports; and the protocols' rules
as their own test suites check them.
"""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.peers.process import HERE, running
from tests.waiting import wait_for
from wslab.chat import ChatRoom, LinkOptions, Socket
from wslab.chat.engine import EngineOptions

pytestmark = pytest.mark.peers


@pytest.fixture
def room() -> Iterator[ChatRoom]:
    """A chat room that also echoes, asks, and cuts clients off."""
    engine = EngineOptions(ping_interval=1, ping_timeout=5)
    room = ChatRoom(options=LinkOptions(rate=None), clock=lambda: 0, engine=engine)

    def connected(socket: Socket) -> None:
        def ask(answer: Any) -> None:
            socket.emit("question", "who are you", ack=lambda *values: answer(list(values)))

        socket.on("echo", lambda value, answer: answer(value))
        socket.on("ask me", ask)
        socket.on("cut me off", lambda: socket._link.hang_up(1001, "cut off"))

    room.io.on("connection", connected)
    room.listen(0)
    yield room
    room.close()


CLIENTS = {
    "npm socket.io-client": ["node", str(HERE / "socket_io_client.js")],
    "python-socketio": [sys.executable, "-m", "tests.peers.python_socketio_client"],
}


# What each calls an end that the server brings about; by polling it comes as a packet.
LOST = {
    "npm socket.io-client": ["transport close"],
    "python-socketio": ["transport error", "server disconnect"],
}


@pytest.mark.parametrize("transports", ["polling,websocket", "websocket", "polling"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_stock_client(room: ChatRoom, client: str, transports: str) -> None:
    with running([*CLIENTS[client], room.http_url, transports]) as program:
        lines = program.all_lines()
    carried = "polling" if transports == "polling" else "websocket"
    lost = lines.pop(10)
    assert lost in [["lost", word] for word in LOST[client]]
    assert lines[:-1] == [
        ["transport", carried],
        ["ada", {"ok": True, "name": "Ada"}],
        ["taken", False],
        ["bob", {"ok": True, "name": "Bob"}],
        ["joined", {"name": "Bob", "online": 2}],
        ["users", ["Ada"], ["Ada", "Bob"]],
        ["sent", {"ok": True, "id": 1}],
        ["message", "Bob", "héllo 👋"],
        ["bytes", "0102ff"],
        ["asked", ["WHO ARE YOU", "who are you"]],
        ["again", {"ok": True, "name": "Ada"}],
        ["missed", ["while you were away"]],
        ["typing", {"name": "Bob", "typing": True}],
        ["rooms", [{"name": "lobby", "online": 2}]],
        ["earlier", ["héllo 👋", "while you were away"]],
        ["left", {"name": "Bob", "online": 1}],
        ["entered", {"ok": True, "room": "Tea"}, "Tea"],
    ]
    what, why = lines[-1]
    assert what == "refused" and ("Invalid namespace" in why or "namespaces failed" in why)
    wait_for(lambda: room.online == 0 or transports == "polling", "everybody to have left")


@pytest.mark.parametrize("protocol", ["engine", "socket"])
def test_the_server_for_the_official_suites_starts(protocol: str) -> None:
    with running([sys.executable, "-m", "tests.peers.protocol_server", protocol, "0"]) as server:
        line = server.line()
        assert line is not None and line[0] == "port"
        url = f"http://127.0.0.1:{line[1]}/{protocol}.io/?EIO=4&transport=polling"
        with urllib.request.urlopen(url, timeout=10) as answer:
            body = answer.read().decode()
        assert '"pingInterval":300,"pingTimeout":200,"maxPayload":1000000' in body
