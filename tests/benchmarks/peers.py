"""The servers that are compared: each a process of its own, on the first core."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.peers.process import HERE as PEERS
from tests.peers.process import running

SERVERS = Path(__file__).with_name("servers")


def _python(name: str, *options: str) -> list[str]:
    return [sys.executable, "-m", f"tests.benchmarks.servers.{name}", "MODE", *options]


COMMANDS = {
    "wslab": _python("wslab_node"),
    "wslab, asyncio loop": _python("wslab_node", "--stock"),
    "wslab, captured": _python("wslab_node", "--captured"),
    "npm websocket": ["node", str(SERVERS / "npm_websocket.js"), "MODE"],
    "npm ws": ["node", str(SERVERS / "ws.js"), "MODE"],
    "websockets, uvloop": _python("websockets_server"),
    "websockets, asyncio loop": _python("websockets_server", "--stock"),
    "aiohttp": _python("aiohttp_server"),
    "picows": _python("picows_server"),
}
ROOMS = {  # what speaks Socket.IO, for the mode "room"
    "wslab": _python("wslab_chat"),
    "npm socket.io": ["node", str(SERVERS / "npm_socket_io.js")],
    "python-socketio, uvloop": _python("python_socketio_server"),
}


class Server:
    """A running server: its port, and what it has used so far."""

    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self._process = psutil.Process(pid)

    @property
    def cpu(self) -> float:
        """Seconds of processor time, all its threads together."""
        if sys.platform == "linux":  # clock_getcpuclockid(3): not in ticks of 10 ms
            return time.clock_gettime(~self._process.pid << 3 | 2)
        times = self._process.cpu_times()
        return times.user + times.system

    @property
    def memory(self) -> int:
        """Bytes of memory in use."""
        return int(self._process.memory_info().rss)


@contextmanager
def pinning() -> Iterator[Callable[[int], None]]:
    """Gives a function that puts this process, and those it starts from then on, on its first or
    second core, where the system can do that. Afterwards this one may run where it could before.
    """
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    cores = sorted(before)
    if len(cores) < 2:
        yield lambda place: None
        return
    try:
        yield lambda place: os.sched_setaffinity(0, {cores[place]})
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def serving(name: str, mode: str) -> Iterator[Server]:
    """A server of COMMANDS or ROOMS on one core, while this process stays on another."""
    commands = ROOMS if mode == "room" else COMMANDS
    command = [mode if part == "MODE" else part for part in commands[name]]
    with pinning() as pin:
        pin(0)
        with running(command) as program:
            pin(1)
            line = program.line()
            if line is None:
                raise RuntimeError(f"{name} did not start: {program.errors()}")
            yield Server(line[1], program.process.pid)


def versions() -> dict[str, str]:
    """Of Python, Node and each package that is measured."""
    found = {"Python": sys.version.split()[0], "Node": _node()}
    for name in ("uvloop", "websockets", "aiohttp", "picows", "python-socketio", "h11"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    for name in ("websocket", "ws", "socket.io"):
        package = PEERS / "node_modules" / name / "package.json"
        found[f"npm {name}"] = (
            json.loads(package.read_text("utf-8"))["version"] if package.is_file() else "none"
        )
    return found


def _node() -> str:
    try:
        return subprocess.run(
            ["node", "--version"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "none"
