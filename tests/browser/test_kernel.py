"""A WebSocket in a notebook: when its events happen, cell by cell, in a real kernel."""

from __future__ import annotations

import nbformat
from nbclient import NotebookClient

from wslab.browser.scripted import ScriptedServer


def run(*cells: str) -> list[str]:
    """What each cell prints."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return ["".join(o.get("text", "") for o in cell.outputs) for cell in notebook.cells]


def test_nothing_happens_before_the_cell_awaits_or_ends() -> None:
    with ScriptedServer([["accept"], ["text", "one"], ["text", "two"], ["hold"]]) as server:
        printed = run(
            "import time\nfrom wslab.browser import WebSocket\nlog = []",
            f"ws = WebSocket({server.url!r})\n"
            "ws.onopen = lambda: log.append('open')\n"
            "while ws._link._peer is None: time.sleep(0.01)\n"
            "print(ws, log)",
            "first = await ws.wait('message')\nprint(ws, log, first)",
            "print((await ws.wait('message')).data)\nws.close()\nprint(ws)",
        )
        assert printed[1] == "<WebSocket CONNECTING> []\n"
        assert printed[2] == "<WebSocket OPEN> ['open'] MessageEvent(data='one')\n"
        assert printed[3] == "two\n<WebSocket CLOSING>\n"


def test_an_error_in_a_handler_is_in_the_log_with_its_line() -> None:
    with ScriptedServer([["accept"], ["close", 1000]]) as server:
        printed = run(
            "from wslab.browser import WebSocket\nfrom wslab.net import console",
            f"ws = WebSocket({server.url!r})\n"
            "def on_open():\n    raise ValueError('no good')\n"
            "ws.onopen = on_open\n"
            "await ws.wait('close')\n"
            "console.show()",
        )
        assert printed[1] == (
            "error: ValueError: no good\n"
            "    in on_open, line 3 of the cell: raise ValueError('no good')\n"
        )
