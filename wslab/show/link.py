"""`show.link`: a link to a page that this kernel serves, for whoever runs the cell, never stored.

A port differs on each run, and a stored output must not. So the link takes the way on which a front
end gets the answer to `help?`: the "page" payload of the reply to a cell (Jupyter messaging,
"Payloads"). JupyterLab draws it with the cell's output. Tools that execute notebooks without a
reader, as nbclient and nbval do, ignore it. What is stored is one sentence that is the same on each
run.

Where the browser is not on the kernel's computer, as on a JupyterHub, the link leads through
jupyter-server-proxy, at `{base_url}proxy/{port}/`. In a container with one open port the page of
JupyterLab is on localhost and the kernel is not: so that way is offered there too.
"""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

from wslab.show.display import Display
from wslab.show.svg import clean

# Runs in a page of Jupyter. `currentScript` is the one of this very output, however many there are.
_SCRIPT = """
(() => {
  const config = document.getElementById("jupyter-config-data");
  const base = config && JSON.parse(config.textContent).baseUrl;
  if (!base) return;
  const link = document.currentScript.parentElement.querySelector("a");
  const { port, pathname, search } = new URL(link.href);
  const below = `${base.replace(/\\/*$/, "")}/proxy/${port}${pathname}${search}`;
  const proxied = new URL(below, location.href).href;
  if (!["127.0.0.1", "localhost", "[::1]"].includes(location.hostname)) {
    link.href = proxied;
    return;
  }
  const other = link.cloneNode();
  other.href = proxied;
  other.textContent = "go through JupyterLab";
  link.after(" · If it does not open, ", other, ".");
})();
"""


class Link(Display):
    """What is stored in the link's place."""

    def __init__(self, text: str, how: str) -> None:
        # JupyterLab may draw the link above this sentence or below it.
        self.sentence = f"{text}: follow the link here. Where none appears, {how}."

    def __repr__(self) -> str:
        return "<link>"

    @property
    def html(self) -> str:
        """One sentence."""
        return f"<p>{clean(self.sentence)}</p>"

    @property
    def text(self) -> str:
        """The same sentence."""
        return self.sentence


def link(server: Any, text: str = "Open the page") -> Link:
    """Put a link to a server's page below the cell; one link in a cell.

    server: anything with an `http_url`, or a URL of this computer as text.
    """
    url = server if isinstance(server, str) else str(server.http_url)
    _show_to_the_reader(_markup(url, text), f"{text}: {url}")
    return Link(text, "print the server's http_url and open that address")


def _markup(url: str, text: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.port:
        raise ValueError(f"can't link to {url!r}: give the address of a page, as http://host:port/")
    return (
        f'<p><a href="{clean(url)}" target="_blank" rel="noopener">{clean(text)}</a>'
        f"<script>{_SCRIPT}</script></p>"
    )


def _show_to_the_reader(html: str, text: str) -> None:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    payloads = getattr(shell, "payload_manager", None)
    if payloads is not None:  # a kernel, not a terminal
        data = {"text/html": html, "text/plain": text}
        payloads.write_payload({"source": "page", "data": data, "start": 0})
