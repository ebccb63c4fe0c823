"""The way between the kernel and the pages that show its notebook: a WebSocket server on loopback.

A page's script (agent.js) connects with the kernel's token, says which output it ran in, and then
takes what it is told: lines to run, contents for islands. Everything here is on the background
loop, so that it goes on while a cell waits.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from wslab.browser.here.errors import PageClosed, ScriptFailed
from wslab.net.console import console
from wslab.net.exchange import Exchange
from wslab.net.peer import Peer
from wslab.net.server import HTTPServer
from wslab.protocol import Connection, Role
from wslab.protocol.errors import ForbiddenOrigin, HandshakeError
from wslab.protocol.events import Event, TextMessage
from wslab.protocol.handshake import build_response, check_origin, check_request, refusal
from wslab.protocol.messages import Limits
from wslab.protocol.states import State

LOCAL = ("127.0.0.1", "localhost", "::1")
MOST_PAGES = 20
HELLO_SECONDS = 5.0
HELLO = 1_000  # characters of the first message
MESSAGE = 4_194_304  # bytes of a page's message: a trace of ten thousand rows has fewer
Content = dict[str, Any]


@dataclass
class Job:
    """Something that a page is asked for, and by its number the output that asks."""

    number: str
    taken: asyncio.Future[Page]
    done: asyncio.Future[list[dict[str, Any]]]

    async def page(self, seconds: float) -> Page | None:
        """The page in which the output was drawn, None if there is none within that time."""
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(self.taken)
        except TimeoutError:
            return None


class Page:
    """One page that shows the notebook."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.browser = ""
        self.proxied = False
        self.known = False  # whether it has said hello, with the token
        self.contents: dict[str, Content] = {}
        self.asked: dict[str, Callable[[dict[str, Any]], None]] = {}  # by an island's key

    def tell(self, **message: Any) -> None:
        """Send a message, if the page is still there."""
        if self.open:
            self.peer.send_text(json.dumps(message))

    def put(self, key: str, content: Content) -> None:
        """What the islands with this key are to show."""
        self.contents[key] = content
        self.tell(type="island", key=key, content=content)

    @property
    def label(self) -> str:
        """What the page has just done, as a heading."""
        return f"this page, {self.browser}, now"

    @property
    def open(self) -> bool:
        """Whether the page is still there."""
        return self.peer.state is State.OPEN


@dataclass
class Channel:
    """The server, its token, and the pages that have come. Made and used on the background loop."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    pages: dict[Peer, Page] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    answered: bool = True  # whether the last job found its page

    def __post_init__(self) -> None:
        self._number = 0
        self.server = HTTPServer(self._answer)

    def job(self) -> Job:
        """A new job, with a number that no other has."""
        loop = asyncio.get_running_loop()
        self.jobs = {number: job for number, job in self.jobs.items() if not job.done.done()}
        self._number += 1
        job = Job(str(self._number), loop.create_future(), loop.create_future())
        self.jobs[job.number] = job
        return job

    def _answer(self, exchange: Exchange) -> None:
        try:
            upgrade = check_request(exchange.request)
            check_page(upgrade.origin, upgrade.host)
            known = sum(page.known for page in self.pages.values())
            if known >= MOST_PAGES or len(self.pages) - known >= MOST_PAGES:
                raise ForbiddenOrigin(f"{MOST_PAGES} pages have come already.")
        except HandshakeError as error:
            exchange.send_raw_and_close(refusal(error).serialize())
            return
        limits = Limits(MESSAGE, MESSAGE)
        peer = Peer(Connection(Role.SERVER, limits=limits), label=exchange.label)
        page = self.pages[peer] = Page(peer)
        peer.on_event = lambda event: self._heard(page, event)
        peer.when_lost(lambda _: self._lost(page))
        exchange.upgrade(build_response(upgrade).serialize(), peer)
        self.server.adopt(peer)
        asyncio.get_running_loop().call_later(HELLO_SECONDS, self._still_unknown, page)

    def _still_unknown(self, page: Page) -> None:
        if not page.known:
            page.peer.close(1008, "no hello came")

    def _heard(self, page: Page, event: Event) -> None:
        if not isinstance(event, TextMessage):
            return
        try:
            if not page.known and len(event.data) > HELLO:
                raise ValueError("too long for a hello")
            self._take(page, json.loads(event.data))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            page.peer.close(1008, "not a message of agent.js")
            if page.known:  # else anybody could fill the log
                console.error("a page sent what its script does not send, and was closed")

    def _take(self, page: Page, message: dict[str, Any]) -> None:
        kind = message["type"]
        if not page.known:
            # The token is not in the URL, which proxies write into their logs.
            token = str(message["token"]).encode()
            if kind != "hello" or not secrets.compare_digest(token, self.token.encode()):
                page.peer.close(1008, "this is for the page that shows the notebook")
                return
            page.known = True
        if kind == "hello":
            page.browser, page.proxied = str(message["browser"])[:60], bool(message["proxied"])
        elif kind == "want":
            key = str(message["key"])
            if key in page.contents:
                page.put(key, page.contents[key])
        elif kind == "ask":
            if answer := page.asked.get(str(message["key"])):
                answer(message)
        else:
            job = self.jobs.get(str(message["job"]))
            if job is None:  # of a cell that has ended
                return
            if kind == "here" and not job.taken.done():
                job.taken.set_result(page)
            elif kind == "rows" and not job.done.done():
                job.done.set_result([dict(row) for row in message["rows"]])
            elif kind == "failed" and not job.done.done():
                job.done.set_exception(ScriptFailed(str(message["name"]), str(message["message"])))

    def _lost(self, page: Page) -> None:
        self.pages.pop(page.peer, None)
        for job in self.jobs.values():
            mine = job.taken.done() and not job.taken.cancelled() and job.taken.result() is page
            if mine and not job.done.done():
                job.done.set_exception(PageClosed())
                job.done.exception()  # seen, whether or not a cell waits for it


def check_page(origin: str | None, host: str) -> None:
    """Raise ForbiddenOrigin for a page that no Jupyter on this computer, or in front of the proxy
    that passed the request on, can have sent.
    """
    if origin is None:
        raise ForbiddenOrigin("Only pages come this way, and a page has an origin.")
    try:
        if urlsplit(origin).hostname in LOCAL:
            return
    except ValueError:
        pass
    check_origin(origin, host)


_channel: Channel | None = None


async def channel() -> Channel:
    """The one channel of this kernel, listening; on the background loop."""
    global _channel
    if _channel is None or not _channel.server.listening:
        made = Channel()
        await made.server.start(name="the way to the page")
        _channel = made
    return _channel
