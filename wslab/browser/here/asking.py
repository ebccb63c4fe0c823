"""Asking for the page that shows the cell, and waiting for it, but not for long."""

from __future__ import annotations

import os
from collections.abc import Callable
from urllib.parse import urlsplit

from wslab.browser.here.channel import LOCAL, Content, Job, Page, channel
from wslab.browser.here.outputs import Island, Output, in_a_kernel, script
from wslab.net.loop import background

SECONDS = 1.0
AGAIN = 0.3  # after a wait in vain: where nobody reads, a lesson should not take for ever


def seconds_to_wait(answered: bool) -> float:
    """One second, or what WSLAB_BROWSER_SECONDS says; less if the last wait was in vain.

    Raises ValueError when the variable is no number.
    """
    given = os.environ.get("WSLAB_BROWSER_SECONDS", "")
    try:
        seconds = float(given or SECONDS)
    except ValueError:
        raise ValueError(
            f"WSLAB_BROWSER_SECONDS must be a number of seconds, not {given!r}"
        ) from None
    return seconds if answered else min(seconds, AGAIN)


async def ask(output: Output) -> tuple[Job, Page | None]:
    """On the background loop: bring the script into this output, and wait for the page that runs
    it; None where no browser does.
    """
    open_channel = await channel()
    seconds = seconds_to_wait(open_channel.answered)
    job = open_channel.job()
    page = None
    try:
        output.show_with(script(open_channel.server.port, open_channel.token, job.number))
        page = await job.page(seconds)
    finally:
        if page is None:
            job.done.cancel()
    open_channel.answered = page is not None
    return job, page


def check_reachable(url: str) -> None:
    """Raise ValueError for what no page can be led to: it is led to this kernel's own servers."""
    parts = urlsplit(url)
    if parts.scheme != "ws" or parts.hostname not in LOCAL or not parts.port:
        raise ValueError(
            f"a page can't be led to {url!r}: give the url of a server of this kernel, as"
            " server.url, which is ws://127.0.0.1:port/"
        )


def put(island: Island, content: Content, begin: Callable[[Page], None] | None = None) -> bool:
    """Display an island in the cell that runs, and give it its content in the page that shows it.

    begin: called on the background loop, with the page, when the content is there. Returns whether
    a browser answered.
    """
    output = Output(island)
    if not in_a_kernel():
        return False

    async def ask_and_put() -> bool:
        job, page = await ask(output)
        job.done.cancel()  # nothing comes back
        if page is not None:
            page.put(island.key, content)
            if begin is not None:
                begin(page)
        return page is not None

    try:
        return background().run(ask_and_put())
    finally:
        output.settle()
