"""The register of listening servers: who holds which port, and which cell started it.

Running a cell again would start its server a second time, on a port that the first still holds. So
a server remembers the cell that started it. When the same cell runs again, the servers of its
earlier run are closed first. Two servers that one run starts stay side by side.
"""

from __future__ import annotations

import asyncio
import errno
import os
import sys
import threading
from dataclasses import dataclass
from typing import Any, Protocol

from wslab.net.explain import shown_plainly


@shown_plainly
class CantListen(OSError):
    """Nobody can listen on this address here. The text says why, and which addresses will do."""

    def __init__(self, host: str, port: int, error: Exception) -> None:
        number = getattr(error, "errno", None) or 0  # negative for a name that does not resolve
        why = os.strerror(number) if number > 0 else getattr(error, "strerror", None) or str(error)
        super().__init__(
            number,
            f"can't listen on {host} port {port}: {why}. 127.0.0.1 is this computer for itself, "
            "0.0.0.0 all of its addresses, and port 0 a free port",
        )


@shown_plainly
class PortInUse(OSError):
    """The port is held already. The text says by whom, as far as this kernel knows.

    held: the same without the advice, which is for Python.
    """

    def __init__(self, port: int, holder: str) -> None:
        self.port = port
        self.held = f"port {port} is in use by {holder}"
        advice = "Close that one first, or call listen(0), which picks a free port"
        super().__init__(errno.EADDRINUSE, f"{self.held}. {advice}")


class Closable(Protocol):
    """What the register holds: a listening server with a name and a port."""

    name: str
    port: int

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of one notebook cell."""

    identity: str  # the same each time the cell runs
    run: str  # different each time


def current_cell() -> Cell | None:
    """The notebook cell that is running now, or None outside a notebook."""
    if threading.current_thread() is not threading.main_thread():
        return None
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    parent: Any = getattr(shell, "parent_header", None)
    if not isinstance(parent, dict) or "header" not in parent:
        return None
    # JupyterLab sends a cell's id; other front ends do not, and then the code itself is the
    # identity.
    identity = parent.get("metadata", {}).get("cellId") or parent.get("content", {}).get("code", "")
    return Cell(str(identity), str(parent["header"].get("msg_id", "")))


_servers: dict[Closable, Cell | None] = {}
_lock = threading.Lock()


def running_servers() -> list[Closable]:
    """All servers that listen now, oldest first."""
    with _lock:
        return list(_servers)


def register(server: Closable, cell: Cell | None) -> None:
    """Remember a server that has begun to listen."""
    with _lock:
        _servers[server] = cell


def unregister(server: Closable) -> None:
    """Forget a server. Forgetting it twice is harmless."""
    with _lock:
        _servers.pop(server, None)


async def close_earlier_run(cell: Cell | None, name: str | None = None) -> None:
    """Close what an earlier run of this cell started, and any server of the same given name."""
    with _lock:
        old = [
            server
            for server, other in _servers.items()
            if (cell and other and other.identity == cell.identity and other.run != cell.run)
            or (name and server.name == name)
        ]
    await asyncio.gather(*(server.aclose() for server in old))


def port_in_use(port: int) -> PortInUse:
    """The error for a busy port, naming its holder."""
    for server in running_servers():
        if server.port == port:
            return PortInUse(port, f"{server.name}, which this kernel started")
    return PortInUse(port, "another program on this computer")
