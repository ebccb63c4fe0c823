"""The feed as one stream of an HTTP/2 connection (RFC 9113), both ends made of libraries.

    GET /price/stream          the same events as server-sent events, in frames   HTTP/2 stream

HTTP/2 is not this course's subject, so the server is hypercorn and the client httpx. They are
imported when the technique is used; without them it is left out. The client knows beforehand that
the server speaks HTTP/2 (section 3.3), since there is no TLS here to agree on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import socket
import ssl
import time
from typing import Any

from wslab.net.feeds.clients import ANSWER_SECONDS, Watch, read_events
from wslab.net.feeds.heart import Heart
from wslab.net.feeds.price import FIRST_PRICE, Update
from wslab.net.feeds.server import STREAM
from wslab.net.loop import BackgroundLoop

LIBRARIES = ("hypercorn", "httpx", "h2")
ONLY_HTTP1 = ("connection", "host")  # section 8.2.2; what Host says is in :authority
GRACE_SECONDS = 0.1  # for connections that are still open at the end
CLOSE_SECONDS = 2.0


def missing() -> str:
    """Which of the libraries are not installed, "" when all are."""
    return ", ".join(name for name in LIBRARIES if importlib.util.find_spec(name) is None)


class HTTP2Server:
    """Serves a price over HTTP/2 as `PriceServer` does over HTTP/1.1; all on `loop`.

    `heartbeat` is in seconds, None for none; `depth` is the number of offers with each price.
    """

    def __init__(
        self,
        first: float = FIRST_PRICE,
        *,
        heartbeat: float | None = None,
        depth: int = 0,
        loop: BackgroundLoop,
    ) -> None:
        self.latest = Update(1, first, time.monotonic(), depth)
        self.ended = False
        self.port = 0
        self._loop = loop
        self._heart = Heart(heartbeat, lambda: self._send(b":\n\n"))
        self._streams: dict[asyncio.Queue[bytes], None] = {}
        self._over = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None

    @property
    def streams(self) -> int:
        """Open responses."""
        return len(self._streams)

    async def start(self) -> None:
        """Begin to listen on a free port of the loopback address."""
        from hypercorn.asyncio import serve
        from hypercorn.config import Config

        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = listener.getsockname()[1]
        config = Config()
        config.bind = [f"fd://{listener.detach()}"]  # hypercorn closes it
        config.accesslog = config.errorlog = None
        config.include_date_header = config.include_server_header = False  # PriceServer has neither
        config.graceful_timeout = GRACE_SECONDS
        app: Any = self._answer
        self._serving = asyncio.ensure_future(
            serve(app, config, shutdown_trigger=self._over.wait, mode="asgi")
        )

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        """The application, as ASGI calls it."""
        if scope["type"] == "lifespan":
            for _ in ("startup", "shutdown"):
                await send({"type": f"{(await receive())['type']}.complete"})
            return
        found = scope["type"] == "http" and scope["path"] == "/price/stream"
        headers = [(name.lower().encode(), value.encode()) for name, value in STREAM]
        status = 200 if found else 404
        await send({"type": "http.response.start", "status": status, "headers": headers})
        news: asyncio.Queue[bytes] = asyncio.Queue()
        if found:
            news.put_nowait(self._event())
            if not self.ended:
                self._streams[news] = None
                self._heart.start(only_first=True)
        while found and (news in self._streams or not news.empty()):
            if data := await news.get():
                await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def publish(self, price: float) -> Update:
        """Change the price, and tell everybody who listens. On the server's loop."""
        last = self.latest
        self.latest = Update(last.number + 1, price, time.monotonic(), last.depth)
        self._send(self._event())
        self._heart.start()
        return self.latest

    def _event(self) -> bytes:
        return f"data: {self.latest.text}\n\n".encode()

    def _send(self, data: bytes) -> None:
        for news in self._streams:
            news.put_nowait(data)

    def end(self) -> None:
        """Complete the streams. On the server's loop."""
        self.ended = True
        self._heart.stop()
        streams, self._streams = self._streams, {}
        for news in streams:
            news.put_nowait(b"")

    async def aclose(self) -> None:
        """Stop listening, and end what is still open."""
        await self._loop.join(self._close())

    async def _close(self) -> None:
        self.end()
        self._over.set()
        if self._serving is not None:
            with contextlib.suppress(TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(self._serving, CLOSE_SECONDS)


def http2_stream(watch: Watch) -> None:
    """One request, on one stream of a connection that would have room for more."""
    import httpx

    url = f"http://{watch.host}:{watch.port}/price/stream"
    headers = {name: v for name, v in watch.headers.items() if name.lower() not in ONLY_HTTP1}
    patience = httpx.Timeout(ANSWER_SECONDS).as_dict()
    unused = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # else httpx reads all certificates
    transport = httpx.HTTPTransport(verify=unused, http1=False, http2=True)
    with httpx.Client(transport=transport) as client:
        request = httpx.Request("GET", url, headers=headers, extensions={"timeout": patience})
        response = client.send(request, stream=True)
        for data in read_events(line.encode() for line in response.iter_lines()):
            watch.saw(data)
        response.close()
