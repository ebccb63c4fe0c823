"""`here.page`: a page that this kernel serves, in the notebook and in a tab of its own."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlsplit

from wslab.browser.here.asking import put
from wslab.browser.here.outputs import Island


def page(server: Any, text: str = "Open the page", *, height: int = 300) -> None:
    """Show a link to a server's page below the cell, and a button that shows it in the notebook.

    server: anything with an `http_url`, or a URL of this computer as text. height: of the page in
    the notebook, in CSS pixels; 0 for no such button, where the page forbids frames. Raises
    ValueError for what is no page of a server.
    """
    url = server if isinstance(server, str) else str(server.http_url)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.port:
        raise ValueError(f"can't link to {url!r}: give the address of a page, as http://host:port/")
    stored = (
        f"{text}: a link is here while the kernel runs. Where there is none, print the server's"
        " http_url and open that address."
    )
    content = {"page": {"url": url, "text": text, "height": height}}
    put(Island(f"<p>{escape(stored)}</p>", stored), content)
