"""A kernel's displays, and a page that draws them as JupyterLab does."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from playwright.sync_api import Page

T = TypeVar("T")
BODY = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script id="jupyter-config-data" type="application/json">{"baseUrl": "/"}</script>
<div class="jp-NotebookPanel"></div>"""
DRAW = """([id, html]) => {
  const panel = document.querySelector(".jp-NotebookPanel");
  let output = document.getElementById(id);
  if (!output) {
    output = document.createElement("div");
    output.id = id;
    panel.append(output);
  }
  output.innerHTML = html;
  for (const still of output.querySelectorAll("script")) {
    const script = document.createElement("script");
    script.textContent = still.textContent;
    still.replaceWith(script);
  }
}"""


class Shown:
    """Called as IPython's display is; keeps what an output showed, first to last."""

    def __init__(self) -> None:
        self.outputs: dict[str, list[dict[str, str]]] = {}
        self.news: queue.Queue[tuple[str, str]] = queue.Queue()

    def __call__(self, bundle: dict[str, str], *, raw: bool, display_id: str, update: bool) -> None:
        assert raw and update == (display_id in self.outputs)
        self.outputs.setdefault(display_id, []).append(bundle)
        self.news.put((display_id, bundle["text/html"]))

    @property
    def only(self) -> list[dict[str, str]]:
        """What the one output of a test showed."""
        (states,) = self.outputs.values()
        return states


class FrontEnd:
    """Draws what is shown in a page while a cell runs in another thread."""

    def __init__(self, shown: Shown, page: Page, lab: str) -> None:
        self.shown = shown
        self.page = page
        self.lab = lab
        page.goto(lab)

    def cell(self, function: Callable[[], T]) -> T:
        """Run a cell to its end."""
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(function)
            while not future.done():
                self.draw()
                self.page.wait_for_timeout(5)
            self.draw()
            return future.result()

    def awaiting(self, made: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a cell that awaits."""
        return self.cell(lambda: asyncio.run(made()))

    def draw(self) -> None:
        """Draw what has been shown since the last time, if the page is still there."""
        while not self.shown.news.empty():
            news = self.shown.news.get()
            if not self.page.is_closed():
                self.page.evaluate(DRAW, list(news))

    def display(self, island: Any) -> None:
        """Draw a cell's result."""
        self.page.evaluate(DRAW, ["result", island._repr_mimebundle_()["text/html"]])
