"""The library `websockets` as a server: python -m tests.peers.websockets_server"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.peers.conversation import say


def reject(connection: ServerConnection, request: Request) -> Response | None:
    if request.path == "/reject":
        return connection.respond(HTTPStatus.FORBIDDEN, "not here\n")
    return None


async def handler(connection: ServerConnection) -> None:
    assert connection.request is not None
    if connection.request.path == "/close":
        await connection.close(4001, "bye")
    with suppress(ConnectionClosed):  # which codes other than 1000 and 1001 raise
        async for message in connection:
            if message == "ping me":
                await (await connection.ping("are you there"))
                say("pong", b"are you there".hex())
            await connection.send(message)
    say("close", connection.close_code, connection.close_reason)


async def main() -> None:
    server = await serve(
        handler,
        "127.0.0.1",
        0,
        process_request=reject,
        subprotocols=["echo"],  # type: ignore[list-item]
        select_subprotocol=lambda connection, offered: "echo" if "echo" in offered else None,  # type: ignore[arg-type,return-value]
        max_size=2**22,
    )
    say("port", server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
