"""What a cell stores, and how a script comes into the page without being stored.

A stored output must be the same on each run, and a token and a port are not. So a cell first
displays what is to be stored, then replaces it for a moment by the same with the script, and when
the page has answered, or has not, puts the first back. Tools that execute notebooks without a
reader keep the last, which is the first; nbval looks at the first alone.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Container
from importlib.resources import files
from typing import Any
from uuid import uuid4

SCRIPTS = (("wslab.browser", "tracer.js"), ("wslab.browser.here", "panel.js"),
           ("wslab.browser.here", "live.js"), ("wslab.browser.here", "agent.js"))  # fmt: skip


class Island:
    """Stored content that gives way, in the page of a live kernel, to what the kernel has.

    html and text: for readers without one. The key follows from them, from the cell's code, and
    from how many equal ones this run of the cell has made before: it is the same on each run, and
    another for another island.
    """

    def __init__(self, html: str, text: str) -> None:
        self.text = text
        code, run = _cell()
        number = _counted(run, html)
        self.key = hashlib.sha256(f"{code}\n{number}\n{html}".encode()).hexdigest()[:12]
        self.html = f'<div class="wslab-island" data-wslab="{self.key}">{html}</div>'

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "<island>"

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


class Output:
    """One output of the cell that runs now. Outside a kernel there is none, and nothing happens."""

    def __init__(self, island: Island) -> None:
        self.island = island
        self._id = uuid4().hex
        self._here = in_a_kernel()
        self._display(update=False)

    def show_with(self, script: str) -> None:
        """Show it with a script, which runs in the page."""
        self._display(script)

    def settle(self) -> None:
        """Put back what is to be stored."""
        self._display()

    def _display(self, script: str = "", update: bool = True) -> None:
        if not self._here:
            return
        from IPython import display as ipython

        display: Any = ipython.display  # it has no types
        bundle = self.island._repr_mimebundle_()
        bundle["text/html"] += script
        display(bundle, raw=True, display_id=self._id, update=update)


def in_a_kernel() -> bool:
    """Whether a front end may be there to show what is displayed."""
    return getattr(_shell(), "kernel", None) is not None


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _cell() -> tuple[str, str]:
    """The code of the cell that runs, and what tells this run from others; "" outside a kernel."""
    parent = getattr(_shell(), "parent_header", None) or {}
    code = str(parent.get("content", {}).get("code", "")).strip()
    return code, str(parent.get("header", {}).get("msg_id", ""))


_made: tuple[str, Counter[str]] = ("", Counter())  # by the run that is going on


def _counted(run: str, html: str) -> int:
    global _made
    if not run or _made[0] != run:
        _made = (run, Counter())
    _made[1][html] += 1
    return _made[1][html]


def script(port: int, token: str, job: str) -> str:
    """The element that makes a page connect and say that it is here for this job."""
    config = json.dumps({"port": port, "token": token, "job": job}).replace("<", "\\u003c")
    code = "\n".join(files(package).joinpath(name).read_text("utf-8") for package, name in SCRIPTS)
    return f"<script>(() => {{\n{code}\nwslabAgent({config});\n}})();</script>"
