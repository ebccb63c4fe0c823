"""Imports point down only: protocol < net < node and browser < chat < check; show is a side room.

The imports are read from the source, so that one inside a function counts as well.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.lessons.course import ROOT

PACKAGE = ROOT / "wslab"
FLOORS = {"protocol": 0, "net": 1, "node": 2, "browser": 2, "chat": 3, "check": 4}
# show draws what the floors recorded: it may know bytes and captures, and opens no socket.
SHOW_KNOWS = ("wslab.protocol", "wslab.net.capture", "wslab.net.dissect", "wslab.show")
# What is drawn while it happens is drawn in the page, and the way there is browser.here's.
LIVE = ("live.py", "wslab.browser.here.stream")
# Floor 0 is bytes in, events out: no socket, clock, thread or randomness of its own.
NOT_IN_PROTOCOL = {
    "asyncio", "concurrent", "contextvars", "datetime", "multiprocessing", "os", "queue",
    "random", "secrets", "select", "selectors", "signal", "socket", "socketserver", "ssl",
    "subprocess", "threading", "time", "uuid", "_thread",
}  # fmt: skip
SOCKETS = {"asyncio", "select", "selectors", "socket", "socketserver", "ssl"}
# The kernel's own packages may be looked for inside a function: without them nothing changes.
LIBRARIES: dict[str, set[str]] = {
    "net": {"h11", "uvloop"},
    "browser": {"ada_url"},
    "check": {"platformdirs", "websockets"},
}
IN_A_KERNEL = {"IPython", "ipykernel"}
LAZY_LIBRARIES: dict[str, set[str]] = {
    "": IN_A_KERNEL | {"jupyterlab"},
    "protocol": {"numpy"},  # for long payloads only: see masking.py
    # Beside the loop: HTTP/2 in feeds and dissect, and the files of Wireshark in export.
    "net": IN_A_KERNEL
    | {"uvloop", "hypercorn", "httpx", "hpack", "hyperframe", "dpkt", "pcapng"},
    # To grade notebooks (psutil is ipykernel's); websockets judges a server as a client.
    "check": {"IPython", "nbformat", "jupyter_client", "psutil", "websockets"},
    "chat": {"confusable_homoglyphs"},  # a megabyte, for the first name
    "show": {"IPython", "PIL", "matplotlib"},  # PIL is matplotlib's
}


@dataclass(frozen=True)
class Import:
    """One imported module, and where."""

    file: Path
    line: int
    module: str
    lazy: bool  # inside a function

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"

    @property
    def room(self) -> str:
        """The sub-package that imports; "" for a module of wslab itself."""
        parts = self.file.relative_to(PACKAGE).parts
        return parts[0] if len(parts) > 1 else ""

    @property
    def top(self) -> str:
        """The distribution's or standard library's name."""
        return self.module.split(".")[0]

    @property
    def into(self) -> str | None:
        """The sub-package of wslab that is imported, if it is one."""
        parts = self.module.split(".")
        return parts[1] if parts[0] == "wslab" and len(parts) > 1 else None


def is_module(name: str) -> bool:
    """Whether a dotted name is a module or package of this tree."""
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def imports(path: Path) -> Iterator[Import]:
    """Every import of a module; `from wslab import show` counts as wslab.show."""
    lazy: set[ast.AST] = set()
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            lazy.update(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(path, node.lineno, alias.name, node in lazy)
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            base = ".".join([*package, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
            for module in {name if is_module(name) else base for name in names}:
                yield Import(path, node.lineno, module, node in lazy)


@cache
def all_imports() -> list[Import]:
    """Every import of every module of wslab."""
    return [found for path in sorted(PACKAGE.rglob("*.py")) for found in imports(path)]


def faults(found: Import) -> Iterator[str]:
    """What is wrong with one import."""
    room, into = found.room, found.into
    higher = into is not None and into != room and FLOORS.get(into, 99) >= FLOORS.get(room, 99)
    if room in FLOORS and higher and (room, into) != ("check", "show"):  # the top may draw
        yield f"{found}: {room} may import only from below"
    known = found.module.startswith(SHOW_KNOWS) or (found.file.name, found.module) == LIVE
    if room == "show" and found.top == "wslab" and not known:
        yield f"{found}: show knows the protocol and recorded data only"
    if room == "show" and found.top in SOCKETS:
        yield f"{found}: show opens no socket"
    if room == "protocol" and found.top in NOT_IN_PROTOCOL:
        yield f"{found}: protocol has no socket, clock, thread or randomness"
    if found.top in sys.stdlib_module_names or found.top == "wslab":
        return
    allowed = LIBRARIES.get(room, set())
    if found.lazy:
        allowed = allowed | LAZY_LIBRARIES.get(room, IN_A_KERNEL)
    if found.top not in allowed:
        names = ", ".join(["the standard library", *sorted(allowed)])
        place = " inside a function" if found.lazy else ""
        yield f"{found}: {room or 'wslab'} uses only {names}{place}"


def test_imports_were_found() -> None:
    """Else the next test would pass for an empty list."""
    assert len(all_imports()) > 50
    assert {found.room for found in all_imports()} >= set(FLOORS) | {"show"}


@pytest.mark.parametrize("room", ["", *FLOORS, "show"], ids=lambda room: room or "wslab")
def test_imports_point_down(room: str) -> None:
    assert [fault for found in all_imports() if found.room == room for fault in faults(found)] == []


@pytest.mark.parametrize(
    ("file", "module", "lazy", "wanted"),
    [
        ("protocol/frames.py", "wslab.net.loop", False, "only from below"),
        ("protocol/frames.py", "time", True, "no socket, clock"),
        ("net/loop.py", "wslab.node", True, "only from below"),
        ("node/http.py", "wslab.browser", False, "only from below"),
        ("net/loop.py", "websockets", True, "uses"),
        ("show/svg.py", "wslab.net.loop", True, "recorded data"),
        ("show/svg.py", "matplotlib.pyplot", False, "uses"),
        ("show/svg.py", "socket", True, "no socket"),
        ("__init__.py", "matplotlib", False, "uses"),
    ],
)
def test_a_wrong_import_is_named(file: str, module: str, lazy: bool, wanted: str) -> None:
    found = list(faults(Import(PACKAGE / file, 1, module, lazy)))
    assert any(wanted in fault for fault in found), found


def test_import_wslab_is_light() -> None:
    """A script that imports wslab does not pay for plots, nor for the library we compare with."""
    heavy = ["matplotlib", "websockets", "IPython", "numpy", "jupyterlab"]
    code = f"import sys, wslab; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
