"""`here.run`: lines of JavaScript in the page that shows the notebook, and the trace of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from html import escape

from wslab.browser.here.asking import ask, check_reachable
from wslab.browser.here.channel import Job, Page
from wslab.browser.here.outputs import Island, Output, in_a_kernel
from wslab.browser.here.seen import Seen
from wslab.browser.library import SCENARIOS, Recording, recorded
from wslab.browser.scenarios import Row, Scenario
from wslab.browser.scripted import ScriptedServer
from wslab.net.conditions import WaitedInVain
from wslab.net.loop import background

MOST_SECONDS = 3600
STUCK_SECONDS = 5  # more than the page was given, after which it is not waited for
LINES = "<p>These lines run in the page that you see, in {}.</p>"
PROXY = "through JupyterLab's proxy, which changes close codes and refusals"
OTHER = (
    "<p>This page reaches the kernel through JupyterLab's proxy, which sends a request of its own."
    " So what follows was {}.</p>"
)


@dataclass(frozen=True, kw_only=True)
class PageTrace(Seen):
    """rows: the events and calls, as a twin's trace has them."""

    rows: list[Row]

    def __repr__(self) -> str:
        return f"<trace: {len(self.rows)} rows, {self.label}>"


async def run(
    lines: str | Scenario,
    url: str | None = None,
    *,
    recording: Recording | None = None,
    timeout: float = 10.0,
) -> PageTrace:
    """Run lines that use `new WebSocket(url)` in the page that shows this notebook, until the
    first close event.

    lines: JavaScript, or a scenario, which has a server of its own. url: where the page is to
    connect, as this kernel knows it. recording: what to give where no browser answers; a scenario
    of the library has one. timeout: in seconds.
    Raises ScriptFailed for an error that the lines do not catch and when no close event comes in
    time, PageClosed when the page goes away, WaitedInVain when it is stuck, ValueError for a url
    that is not of this computer.
    """
    if isinstance(lines, Scenario):
        server = ScriptedServer(lines.server)
        await background().join(server.start())
        if recording is None and lines.name in SCENARIOS:
            recording = recorded(lines.name)
        try:
            return await _run(lines.javascript, server.url, recording, timeout)
        finally:
            await server.aclose()
    if url is None:
        raise ValueError("give the url that these lines connect to, as run(lines, server.url)")
    return await _run(lines, url, recording, timeout)


async def _run(lines: str, url: str, recording: Recording | None, timeout: float) -> PageTrace:
    known = PageTrace(rows=recording.rows, label=recording.label) if recording else None
    found = await rows_of(lines, url, recording.label if recording else None, timeout)
    if found is None:
        # What stands for nothing draws as itself: an empty trace.
        missing = known or PageTrace(rows=[], label="no browser answered")
        return PageTrace(rows=missing.rows, label=missing.label, recorded=known)
    rows, page = found
    return PageTrace(rows=rows, label=page.label, recorded=known, page=page)


async def rows_of(
    lines: str, url: str, recorded: str | None, timeout: float = 10.0, *, by_proxy: bool = True
) -> tuple[list[Row], Page] | None:
    """Run lines in the page, and say in the cell's output where they run; None where no page does.

    recorded: where the recording comes from that the reader sees then. by_proxy: whether to run
    them also where the proxy of JupyterLab is between the page and the kernel.
    """
    check_reachable(url)
    if not 0 < timeout <= MOST_SECONDS:
        raise ValueError(f"timeout must be between 0 and {MOST_SECONDS} seconds, not {timeout!r}")
    output = Output(_notice(recorded))
    if not in_a_kernel():
        return None
    run_there = False
    try:
        job, page = await background().join(ask(output))
        if page is not None:
            run_there = by_proxy or not page.proxied
            html = where_it_runs(page) if run_there else OTHER.format(recorded)
            background().call(page.put, output.island.key, {"html": html})
    finally:
        output.settle()  # at once: a script in the output would be saved with the notebook
    if page is None or not run_there:
        background().call(job.done.cancel)
        return None
    return await background().join(rows_from(page, job, lines, url, timeout)), page


def where_it_runs(page: Page) -> str:
    """The sentence for the reader, as HTML. The browser's name is what the page says."""
    where = f"{page.browser}, {PROXY}" if page.proxied else page.browser
    return LINES.format(escape(where))


async def rows_from(page: Page, job: Job, lines: str, url: str, timeout: float) -> list[Row]:
    """On the background loop: what lines did in a page that has answered."""
    page.tell(type="run", job=job.number, lines=lines, url=url, timeout=timeout * 1000)
    try:
        async with asyncio.timeout(timeout + STUCK_SECONDS):
            return await job.done
    except TimeoutError:
        raise WaitedInVain(
            f"the page did not answer in {timeout + STUCK_SECONDS:g} s: its script may be stuck in"
            " a loop. Load the page anew"
        ) from None


def _notice(recorded: str | None) -> Island:
    what = f"what follows was {recorded}" if recorded else "there is nothing to show"
    text = f"Without a browser that answers: {what}."
    return Island(f"<p>{text}</p>", text)
