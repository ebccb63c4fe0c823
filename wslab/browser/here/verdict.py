"""Lines in the page that shows the cell, and what they found: for a cell that does not await.

The lines end by calling `found("what is wrong")`, or `found()` when nothing is. The reader sees
that the page did its part; nothing of that is stored in the notebook.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from wslab.browser.here.asking import ask, check_reachable
from wslab.browser.here.errors import PageClosed, ScriptFailed
from wslab.browser.here.outputs import Island, Output, in_a_kernel
from wslab.browser.here.run import rows_from
from wslab.browser.scenarios import Row
from wslab.net.conditions import WaitedInVain
from wslab.net.loop import background

FOUND = "Found"
# An error that nobody catches ends the lines wherever it is thrown, before any close event too.
PREAMBLE = (
    'const found = (what = "") => { throw Object.assign(new Error(what), { name: "Found" }); };\n'
)
STORED = "Where a browser shows this page, it tries your server, too."
TRIES = "The browser that shows this page, {}, tries your server, too."
PROXIED = "This page reaches the kernel through a proxy, so its browser does not try your server."


@dataclass(frozen=True, slots=True)
class Verdict:
    """browser: its name and version. what: what it found; "" for nothing."""

    browser: str
    what: str


def verdict(lines: str, url: str, timeout: float = 3.0) -> Verdict | None:
    """What lines that use `new WebSocket(url)` find in the page that shows this cell; None where no
    page does, where a proxy is between, and where the page goes away.

    url: a server of this kernel. timeout: in seconds, within which they have to call `found`.
    Raises ValueError for another url, ScriptFailed for an error that the lines did not mean.
    """
    check_reachable(url)
    if not in_a_kernel():
        return None
    output = Output(Island(f"<p>{STORED}</p>", STORED))
    try:
        job, page = background().run(ask(output))
    finally:
        output.settle()  # at once: a script in the output would be saved with the notebook
    if page is None:
        return None
    text = PROXIED if page.proxied else TRIES.format(page.browser)
    background().call(page.put, output.island.key, {"html": f"<p>{escape(text)}</p>"})
    if page.proxied:  # what the proxy answers is not what the server does
        background().call(job.done.cancel)
        return None
    try:
        what = _ended(background().run(rows_from(page, job, PREAMBLE + lines, url, timeout)))
    except ScriptFailed as error:
        if error.name not in (FOUND, "TimeoutError"):
            raise
        what = error.message if error.name == FOUND else "it waited in vain"
    except (PageClosed, WaitedInVain):
        return None
    return Verdict(page.browser, what)


def _ended(rows: list[Row]) -> str:
    """What is to be said of a trace that ended with a close event, before anything was found."""
    opened = any(row["event"] == "open" for row in rows)
    what = "the connection ended" if opened else "it could not connect, and that ended"
    return f"{what} with code {rows[-1].get('code', 'none')}"
