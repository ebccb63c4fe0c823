"""The browser that shows this notebook, as a part of the lesson.

    from wslab.browser import here

    mine = await here.run(SCENARIOS["misuse"])       in the page: the trace of its own WebSocket
    mine = await here.run("const ws = new WebSocket(url)…", server.url)
    mine.draw(lambda seen: show.trace(seen.rows))    shown in the page, and the recording stored
    mine = await here.upgrade(wire)                  the handshake that this browser writes
    here.panel(server)                               buttons: connect, send, close
    here.page(server, "Open the page", height=300)   a page of the kernel's, inside and in a tab

What the page does comes back over a WebSocket, to a server of this kernel that only a page with the
kernel's token may use. In the notebook's file nothing of it is stored: what is stored is for
readers without a browser and a kernel, and the same on each run. Where no browser answers within a
second (WSLAB_BROWSER_SECONDS), as under nbval, that is what there is.

On a JupyterHub the page goes through jupyter-server-proxy, at `{base_url}proxy/{port}/`.
"""

from __future__ import annotations

from wslab.browser.here.errors import PageClosed, ScriptFailed
from wslab.browser.here.panel import panel
from wslab.browser.here.run import PageTrace, run
from wslab.browser.here.served import page
from wslab.browser.here.stream import Source, stream
from wslab.browser.here.upgrade import PageUpgrade, upgrade

__all__ = [
    "PageClosed",
    "PageTrace",
    "PageUpgrade",
    "ScriptFailed",
    "Source",
    "page",
    "panel",
    "run",
    "stream",
    "upgrade",
]
