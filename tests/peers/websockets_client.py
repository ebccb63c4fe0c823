"""The library `websockets` as a client: python -m tests.peers.websockets_client URL"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.peers.conversation import Peer, Refused, converse


class WebsocketsPeer:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.protocol = connection.subprotocol
        self._pong: bytes | None = None

    async def text(self, data: str) -> None:
        await self.connection.send(data)

    async def binary(self, data: bytes) -> None:
        await self.connection.send(data)

    async def fragments(self, parts: list[str]) -> None:
        async def pieces() -> Any:
            for part in parts[:-1]:
                yield part
                await self.connection.ping()
            yield parts[-1]

        await self.connection.send(pieces())

    async def ping(self, data: str) -> None:
        await (await self.connection.ping(data))
        self._pong = data.encode()

    async def close(self, code: int, reason: str) -> None:
        await self.connection.close(code, reason)

    async def next(self) -> tuple[Any, ...]:
        if self._pong is not None:
            pong, self._pong = self._pong, None
            return ("pong", pong)
        try:
            data = await self.connection.recv()
        except ConnectionClosed:
            return ("close", self.connection.close_code, self.connection.close_reason)
        return ("text" if isinstance(data, str) else "binary", data)


async def connected(url: str, protocols: list[str]) -> Peer:
    try:
        made = await connect(url, subprotocols=protocols or None, max_size=2**22)  # type: ignore[arg-type]
    except InvalidStatus as error:
        raise Refused(error.response.status_code) from None
    return WebsocketsPeer(made)


if __name__ == "__main__":
    asyncio.run(converse(sys.argv[1], connected))
