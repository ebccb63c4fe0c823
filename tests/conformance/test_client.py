"""tests.conformance.client against a server that asks as wstest's fuzzing server does."""

from __future__ import annotations

from typing import Any

from tests.conformance.client import run_all_cases
from wslab.node import WebSocketServer, http


def test_every_case_is_run_once_and_every_message_comes_back() -> None:
    server = http.createServer()
    asked: list[str] = []
    back: list[str | bytes] = []

    def on_request(request: Any) -> None:
        asked.append(request.resource)
        if "case=2" in request.resource:
            request.reject(403, "this one fails in the handshake")
            return
        connection = request.accept(None, request.origin)
        if request.resource == "/getCaseCount":
            connection.sendUTF("3")
            connection.close()
        elif request.resource.startswith("/runCase"):

            def on_message(message: Any) -> None:
                back.append(message.utf8Data if message.type == "utf8" else message.binaryData)
                if message.type == "binary":
                    connection.close()

            connection.on("message", on_message)
            connection.sendUTF("é")
            connection.sendBytes(b"\xff")
        else:
            connection.close()

    WebSocketServer(httpServer=server).on("request", on_request)
    server.listen(0)
    try:
        assert run_all_cases(server.url.rstrip("/"), 30) == 3
    finally:
        server.close()
    assert asked == [
        "/getCaseCount",
        *(f"/runCase?case={number}&agent=wslab" for number in (1, 2, 3)),
        "/updateReports?agent=wslab",
    ]
    assert back == ["é", b"\xff"] * 2
