"""An Engine.IO server that echoes, and requests to it in plain HTTP and over WebSocket."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any

from websockets.sync.client import ClientConnection, connect

from wslab.chat.engine import EngineOptions, EngineServer, Session
from wslab.node import WebSocketServer
from wslab.node import http as node_http

FAST = EngineOptions(ping_interval=0.3, ping_timeout=0.2)
# Pings come as soon, and a busy machine has the time to answer them.
PATIENT = EngineOptions(ping_interval=0.1, ping_timeout=3)
CALM = EngineOptions(ping_interval=20, ping_timeout=20)


class Engine:
    """The server, and what its sessions told: (sid, reason, description) of each that ended."""

    def __init__(self, options: EngineOptions, **more: Any) -> None:
        self.http = node_http.createServer()
        self.sessions: list[Session] = []
        self.ended: list[tuple[str, str, str]] = []
        self.server = EngineServer(self._opened, options=options, **more)
        self.http.on("request", self.server.handle)
        sockets = WebSocketServer(
            httpServer=self.http, maxReceivedMessageSize=2**21, maxReceivedFrameSize=2**21
        )
        sockets.on("request", self.server.upgrade)
        self.http.listen(0)

    def _opened(self, session: Session, visit: object) -> None:
        self.sessions.append(session)
        session.on_message = session.send
        session.on_closed = lambda *why: self.ended.append((session.sid, *why))

    def request(
        self,
        query: str,
        body: str | bytes | None = None,
        method: str | None = None,
        **headers: str,
    ) -> tuple[int, str]:
        """Status and body of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http.port, timeout=10)
        try:
            data = body.encode() if isinstance(body, str) else body
            way = method or ("GET" if body is None else "POST")
            connection.request(way, f"/engine.io/?{query}", data, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def open(self) -> str:
        """A new session by polling; its sid."""
        status, body = self.request("EIO=4&transport=polling")
        assert (status, body[0]) == (200, "0"), body
        return str(json.loads(body[1:])["sid"])

    def poll(self, sid: str) -> tuple[int, str]:
        return self.request(f"EIO=4&transport=polling&sid={sid}")

    def post(self, sid: str, body: str | bytes) -> tuple[int, str]:
        return self.request(f"EIO=4&transport=polling&sid={sid}", body)

    def polling(self, sid: str) -> Queue[tuple[int, str]]:
        """A poll in a thread of its own; its answer comes into the queue."""
        answer: Queue[tuple[int, str]] = Queue()
        threading.Thread(target=lambda: answer.put(self.poll(sid)), daemon=True).start()
        return answer

    @contextmanager
    def socket(self, more: str = "", **options: Any) -> Iterator[ClientConnection]:
        """A WebSocket; `more` is added to its query."""
        url = f"{self.http.url}engine.io/?EIO=4&transport=websocket{more}"
        with connect(url, close_timeout=1, **options) as ws:
            yield ws


@contextmanager
def serving(options: EngineOptions = CALM, **more: Any) -> Iterator[Engine]:
    """A running one."""
    engine = Engine(options, **more)
    try:
        yield engine
    finally:
        engine.http.close()
