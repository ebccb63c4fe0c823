"""The clients of the feeds: each follows the same price by one technique, as simply as it can be
done.

A client is a function that runs in a thread of its own, calls `watch.saw` with each message that
it gets, and returns when `watch.stop` is set and the server has let it go. HTTP is Python's own
`http.client`; server-sent events are lines over it (WHATWG HTML section 9.2); WebSocket is
`net.client`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection

from wslab.net.client import open_websocket
from wslab.net.loop import background
from wslab.protocol import PerMessageDeflate
from wslab.protocol.events import Event, TextMessage

ANSWER_SECONDS = 30.0  # no single read takes longer in any schedule; after it a client gives up

# What Chromium 156 sends with a fetch of the page's own server, beside Host, Referer and cookies.
LIKE_A_BROWSER = {
    "Connection": "keep-alive",
    "sec-ch-ua-platform": '"Linux"',
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36",
    "sec-ch-ua": '"Not:A-Brand";v="8", "Chromium";v="156"',
    "sec-ch-ua-mobile": "?0",
    "Accept": "*/*",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-US,en;q=0.9",
}


@dataclass(frozen=True, slots=True)
class Watch:
    """What a client is told: where the price is, how often to ask, whom to tell.

    `saw` takes a message and returns the number of the update in it.
    """

    host: str
    port: int
    saw: Callable[[str], int]
    poll_every: float = 0.2
    headers: Mapping[str, str] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def connection(self) -> HTTPConnection:
        """A connection for HTTP requests; it opens with the first one."""
        return HTTPConnection(self.host, self.port, timeout=ANSWER_SECONDS)

    def get(self, connection: HTTPConnection, target: str) -> str:
        """One request and its answer's body, "" when the answer is 204."""
        connection.request("GET", target, headers=dict(self.headers))
        response = connection.getresponse()
        body = response.read().decode()
        if response.status not in (200, 204):
            raise RuntimeError(f"GET {target} was answered {response.status}: {body.strip()}")
        return body


def poll_anew(watch: Watch) -> None:
    """Short polling, a new TCP connection for each request."""
    while not watch.stop.is_set():
        connection = watch.connection()
        watch.saw(watch.get(connection, "/price"))
        connection.close()
        watch.stop.wait(watch.poll_every)


def poll(watch: Watch) -> None:
    """Short polling over one connection, which HTTP/1.1 keeps open (RFC 9112 section 9.3)."""
    connection = watch.connection()
    while not watch.stop.is_set():
        watch.saw(watch.get(connection, "/price"))
        watch.stop.wait(watch.poll_every)
    connection.close()


def long_poll(watch: Watch) -> None:
    """Ask for what comes after the last known update; the server answers when there is one."""
    connection = watch.connection()
    known = 0
    while not watch.stop.is_set():
        if body := watch.get(connection, f"/price/next?after={known}"):
            known = watch.saw(body)
    connection.close()


def server_sent_events(watch: Watch) -> None:
    """One request, and a response that goes on for as long as the feed does."""
    connection = watch.connection()
    connection.request("GET", "/price/stream", headers={**watch.headers})
    for data in read_events(connection.getresponse()):
        watch.saw(data)
    connection.close()


def read_events(lines: Iterable[bytes]) -> Iterator[str]:
    """The data of each event in a stream of lines that end with LF or CRLF.

    Lines of data are joined, an empty line ends the event, a comment begins with a colon; other
    fields (event, id, retry) are passed over.
    """
    data: list[str] = []
    for raw in lines:
        line = raw.decode().rstrip("\r\n")
        name, _, value = line.partition(":")
        if name == "data":
            data.append(value.removeprefix(" "))
        elif not line and data:
            yield "\n".join(data)
            data.clear()


def websocket(watch: Watch) -> None:
    """One request that is upgraded; then the server sends what is new."""
    _follow(watch, "/price/socket", ())


def small_websocket(watch: Watch) -> None:
    """The same with permessage-deflate, which browsers offer each time (RFC 7692)."""
    _follow(watch, "/price/socket/small", (PerMessageDeflate(),))


def _follow(watch: Watch, target: str, extensions: Sequence[PerMessageDeflate]) -> None:
    over = threading.Event()

    def received(event: Event) -> None:
        if isinstance(event, TextMessage):
            watch.saw(event.data)

    async def connect() -> None:
        url = f"ws://{watch.host}:{watch.port}{target}"
        headers = _of_upgrade(watch.headers)
        opened = await open_websocket(url, headers=headers, extensions=extensions)
        opened.peer.on_event = received
        opened.peer.on_closed = lambda code, reason, clean: over.set()
        opened.start()

    background().run(connect())
    over.wait()


def _of_upgrade(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """What of them Chromium sends with an upgrade too: it has a Connection of its own, no Accept,
    no sec-ch-… and no Sec-Fetch-….
    """
    return [
        (name, value)
        for name, value in headers.items()
        if name.lower() not in ("connection", "accept") and not name.lower().startswith("sec-")
    ]
