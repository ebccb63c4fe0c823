"""The first cell that a learner runs in doubt: is everything there, and if not, what mends it?

Nothing here says a version or a path, so that the table is the same on each machine where all is
well.
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable
from dataclasses import dataclass

from wslab import show
from wslab.browser import WebSocket
from wslab.net.loop import background
from wslab.node import WebSocketServer, http

NEEDED = ("jupyterlab", "websockets", "nest-asyncio2", "matplotlib", "h11", "ada-url")
AT_LEAST = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `mend` is empty when it is as it should be."""

    what: str
    mend: str = ""

    def row(self) -> dict[str, str]:
        return {
            "looked at": self.what,
            "result": "missing" if self.mend else "ok",
            "mend": self.mend,
        }


async def setup() -> show.Table:
    """Look at Python, the packages, the background loop and a socket; a table of what was found."""
    findings = [python(), *map(package, NEEDED), loop(), await loopback()]
    return show.columns([finding.row() for finding in findings], caption="Is everything there?")


def python(version: tuple[int, ...] = sys.version_info[:2]) -> Finding:
    """Python itself."""
    wanted = ".".join(map(str, AT_LEAST))
    mend = (
        ""
        if version >= AT_LEAST
        else f"install Python {wanted} or newer, then run `make lab` again"
    )
    return Finding(f"Python {wanted} or newer", mend)


def package(name: str, find: Callable[[str], object] = importlib.metadata.version) -> Finding:
    """One package that the lessons import."""
    try:
        find(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(f"the package {name}", f"run `make lab` again, or `pip install {name}`")
    return Finding(f"the package {name}")


def loop() -> Finding:
    """The background loop, on which servers and sockets live."""

    async def nothing() -> None:
        return

    try:
        background().run(nothing(), timeout=5)
    except (TimeoutError, RuntimeError):
        return Finding(
            "the background loop answers", "restart the kernel: menu Kernel, Restart Kernel"
        )
    return Finding("the background loop answers")


async def loopback() -> Finding:
    """A real WebSocket on this computer's own address."""
    server = http.createServer()
    server.listen(0)
    sockets = WebSocketServer(httpServer=server, autoAcceptConnections=True)
    socket = WebSocket(server.url)
    try:
        await socket.wait("open")
        socket.close()
        await socket.wait("close")
    except Exception as error:  # whatever it is, the learner gets a row of the table
        mend = f"allow connections to 127.0.0.1 in your firewall or proxy settings ({error})"
        return Finding("a WebSocket on this computer", mend)
    finally:
        sockets.unmount()
        server.close()
    return Finding("a WebSocket on this computer")
