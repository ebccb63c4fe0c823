"""Lessons as a learner runs them: a real JupyterLab, driven in a real Chromium.

    python -m tests.lessons.jupyterlab 03           Run All, then pictures of the page
    python -m tests.lessons.jupyterlab --dark 03    the same in the dark theme

The server gets folders of its own for settings, workspaces and run-time files, so that a learner's
JupyterLab is neither read nor written, and it works on copies of the lessons, without outputs.
What is waited for is what a person would see: the kernel's state in the status bar, the number
beside a cell.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from nbformat import NotebookNode
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Request,
    WebSocket,
    expect,
    sync_playwright,
)

from tests.browser.chromium import find_chromium, launch
from tests.lessons import course

SCREENSHOTS = Path(__file__).parent / "screenshots"
WIDTH, TALLEST = 1040, 1500  # of one picture, in CSS pixels
SETTINGS: dict[str, dict[str, Any]] = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/themes": {"theme": "JupyterLab Light"},
    # Every cell is in the page, whether scrolled to or not, so that a picture shows them all.
    "notebook-extension/tracker": {"windowingMode": "none", "scrollPastEnd": False},
    "docmanager-extension/plugin": {"autosave": False},
}

# What File > Open and closing a tab do. To load JupyterLab anew takes longer than most lessons.
OPEN = "path => jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'})"
CLOSE = """async token => {
    for (const widget of [...jupyterapp.shell.widgets('main')]) {
        if (widget.context) widget.context.model.dirty = false;
        widget.dispose();
    }
    const base = location.pathname.split('/lab')[0];
    const ask = (path, method) => fetch(`${base}/api/${path}`,
        {method, headers: {Authorization: `token ${token}`}});
    for (const s of await (await ask('sessions', 'GET')).json())
        await ask(`sessions/${s.id}`, 'DELETE');
}"""


class Lab:
    """A JupyterLab server of its own in a temporary folder; `start` it, `stop` it."""

    def __init__(self, folder: Path, theme: str = "JupyterLab Light") -> None:
        self.home, self.root = folder, folder / "course"
        self.token = secrets.token_hex(16)
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "jupyterlab.log"
        self.url = ""
        for name, values in SETTINGS.items():
            path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            chosen = {**values, "theme": theme} if "theme" in values else values
            path.write_text(json.dumps(chosen))
        (self.root / "notebooks").mkdir(parents=True)
        if (course.ROOT / "images").is_dir():
            shutil.copytree(course.ROOT / "images", self.root / "images")

    def command(self) -> list[str]:
        """What starts JupyterLab on the folder with the copies."""
        command = [sys.executable, "-m", "jupyterlab", "--allow-root"]
        return [*command, f"--ServerApp.root_dir={self.root}"]

    def start(self, command: list[str] | None = None, timeout: float = 120) -> None:
        """Start the server and wait until it answers; `timeout` in seconds."""
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
        }
        command = [*(command or self.command()), "--no-browser", "--port=0"]
        command += ["--ServerApp.ip=127.0.0.1"]
        command += [f"--IdentityProvider.token={self.token}", "--ServerApp.port_retries=0"]
        command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
        command += ["--LabApp.extension_manager=readonly"]
        command += ["--LabApp.expose_app_in_browser=True"]
        command += [] if os.name == "nt" else ["--KernelManager.transport=ipc"]  # see kernel.py
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A cell waits longer than it would for the page, which may be slow where tests run.
                env=os.environ
                | {name: str(self.home / d) for name, d in folders.items()}
                | {"WSLAB_BROWSER_SECONDS": "20"},
            )
        deadline = time.monotonic() + timeout
        while not self.url:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")
            for found in (self.home / "runtime").glob("jpserver-*.json"):
                text = found.read_text()
                if text.endswith("}"):  # else it is still being written
                    self.url = json.loads(text)["url"]
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server, its kernels with it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def add(self, notebook: NotebookNode, name: str) -> None:
        """Put a copy of a notebook on the server, its outputs and numbers removed."""
        bare = nbformat.from_dict(json.loads(json.dumps(notebook)))
        for cell in bare.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(bare, self.root / "notebooks" / name)


class Notebook:
    """One notebook open in a page of Chromium."""

    def __init__(self, lab: Lab, page: Page, name: str) -> None:
        self.lab, self.page, self.name = lab, page, name
        self.foreign: list[str] = []
        page.on("request", self._note)
        page.on("websocket", self._note)
        fresh = not page.url.startswith(lab.url)
        if fresh:
            page.goto(f"{lab.url}lab/tree/notebooks/{name}?token={lab.token}&reset")
        else:
            page.evaluate(OPEN, f"notebooks/{name}")
        self.panel = page.locator(".jp-NotebookPanel:visible")
        self.cells = self.panel.locator(".jp-CodeCell")
        # The indicator beside the notebook says idle before there is a session; this one does not.
        expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60_000)
        if fresh:
            page.keyboard.press("Control+b")  # the file browser away

    def close(self) -> None:
        """Close it without saving, and end its kernel. The page stays."""
        self.page.evaluate(CLOSE, self.lab.token)
        self.page.remove_listener("request", self._note)
        self.page.remove_listener("websocket", self._note)
        expect(self.page.locator("#jp-main-statusbar")).not_to_contain_text("| ")

    def _note(self, asking: Request | WebSocket) -> None:
        parts = urlsplit(asking.url)
        local = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts.scheme in ("http", "https", "ws", "wss") and not local:
            self.foreign.append(asking.url)

    def menu(self, name: str, command: str) -> None:
        """Click an entry of the menu bar, named by its menu and its command."""
        self.page.get_by_role("menubar").get_by_text(name, exact=True).click()
        self.page.locator(f'.lm-Menu-item[data-command="{command}"]').click()

    def run_all(self) -> None:
        """Run > Run All Cells; returns at once."""
        self.menu("Run", "runmenu:run-all")

    def run(self, place: int) -> None:
        """Put the cursor in one code cell (0 is the first) and press Control+Enter."""
        self.cells.nth(place).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")

    def prompt(self, place: int) -> Locator:
        """The number beside a code cell."""
        return self.cells.nth(place).locator(".jp-InputPrompt")

    def wait_numbered(self, place: int, number: int, timeout: float = 60) -> None:
        """Wait until one code cell has finished with this number; `timeout` in seconds."""
        expect(self.prompt(place)).to_have_text(f"[{number}]:", timeout=timeout * 1000)

    def wait_running(self, place: int, timeout: float = 30) -> None:
        """Wait until the kernel is busy with one code cell; `timeout` in seconds."""
        expect(self.prompt(place)).to_have_text("[*]:", timeout=timeout * 1000)
        bar = self.page.locator("#jp-main-statusbar")
        expect(bar).to_contain_text("| Busy", timeout=timeout * 1000)

    def wait_all(self, timeout: float = 120) -> None:
        """Wait until the last code cell has its number after Run All in a fresh kernel."""
        last = self.cells.count() - 1
        self.wait_numbered(last, last + 1, timeout)

    def interrupt(self) -> None:
        """Press the Stop button."""
        self.panel.locator('[data-command="notebook:interrupt-kernel"]').first.click()

    def prompts(self) -> list[str]:
        """The numbers of all code cells as they stand on the page."""
        return self.panel.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()

    def output(self, place: int) -> str:
        """The text below one code cell."""
        return self.cells.nth(place).locator(".jp-Cell-outputArea").inner_text()

    def error_places(self) -> list[int]:
        """Which code cells show a traceback or anything on stderr."""
        marks = '[data-mime-type="application/vnd.jupyter.error"]'
        marks += ', [data-mime-type="application/vnd.jupyter.stderr"]'
        count = self.cells.count()
        return [i for i in range(count) if self.cells.nth(i).locator(marks).count()]

    def saved(self) -> NotebookNode:
        """Save with Control+S and read what JupyterLab wrote."""
        path = self.lab.root / "notebooks" / self.name
        before = path.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if path.stat().st_mtime_ns != before:
                try:
                    return nbformat.read(path, as_version=4)
                except nbformat.reader.NotJSONError:
                    pass  # the file is just being written
            self.page.wait_for_timeout(50)
        raise TimeoutError(f"{self.name} was not saved within 20 s")

    def picture(self, path: Path, height: int = 900) -> None:
        """A picture of the window, scrolled to the first drawing, as a learner has it."""
        self.page.set_viewport_size({"width": WIDTH, "height": height})
        drawings = self.cells.locator(".jp-OutputArea-output").filter(has=self.page.locator("svg"))
        drawings.first.evaluate("e => e.scrollIntoView({block: 'end'})")
        self.page.wait_for_timeout(300)  # for the page to lay itself out: only a picture needs it
        self.page.screenshot(path=path)

    def screenshots(self, name: str, folder: Path = SCREENSHOTS) -> list[Path]:
        """Pictures of the whole notebook from top to bottom, `name`-1.png and so on."""
        folder.mkdir(exist_ok=True)
        for old in folder.glob(f"{name}-[0-9]*.png"):
            old.unlink()
        outer = self.panel.locator(".jp-WindowedPanel-outer").first
        height = outer.evaluate("e => e.scrollHeight") + 120
        self.page.set_viewport_size({"width": WIDTH, "height": height})
        outer.evaluate("e => { e.scrollTop = 0 }")
        self.page.wait_for_timeout(300)  # for the page to lay itself out: only a picture needs it
        paths = []
        for number, top in enumerate(range(0, height, TALLEST), 1):
            paths.append(folder / f"{name}-{number}.png")
            clip = {"x": 0, "y": top, "width": WIDTH, "height": min(TALLEST, height - top)}
            self.page.screenshot(path=paths[-1], clip=clip)  # type: ignore[arg-type]
        return paths


def new_context(browser: Browser) -> BrowserContext:
    """One for all notebooks: JupyterLab's own files are then loaded once."""
    return browser.new_context(viewport={"width": WIDTH, "height": 1000})


@contextmanager
def opened(
    lab: Lab, context: BrowserContext, name: str, page: Page | None = None
) -> Iterator[Notebook]:
    """A notebook of the server in a fresh page, or in one of the same JupyterLab, which stays. Its
    kernel is ended afterwards.
    """
    own = context.new_page() if page is None else page
    try:
        notebook = Notebook(lab, own, name)
        yield notebook
        notebook.close()
    finally:
        if page is None:
            own.close()


@contextmanager
def running(theme: str = "JupyterLab Light") -> Iterator[Lab]:
    """A JupyterLab in a temporary folder, ended and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="wslab-lab-", ignore_cleanup_errors=True) as folder:
        lab = Lab(Path(folder), theme)
        try:
            lab.start()
            yield lab
        finally:
            lab.stop()


def main() -> int:
    """Run lessons by Run All, save pictures of them, and say what went wrong."""
    parser = argparse.ArgumentParser(description="Run lessons in JupyterLab and take pictures.")
    parser.add_argument("lessons", nargs="*", help="numbers such as 03; all when none is given")
    parser.add_argument("--dark", action="store_true", help="in the dark theme")
    parser.add_argument("--picture", type=Path, help="one picture of the window, into this file")
    options = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium or Chrome was found; install one or set WSLAB_CHROMIUM", file=sys.stderr)
        return 1
    failed = 0
    theme, suffix = ("JupyterLab Dark", "-dark") if options.dark else ("JupyterLab Light", "")
    with running(theme) as lab, sync_playwright() as playwright:
        browser = launch(playwright, chromium)
        context = new_context(browser)
        for lesson in course.find(options.lessons):
            lab.add(nbformat.read(lesson.path, as_version=4), lesson.file)
            with opened(lab, context, lesson.file) as notebook:
                start = time.monotonic()
                notebook.run_all()
                try:
                    notebook.wait_all()
                except AssertionError as error:
                    print(f"{lesson.file}: did not finish, prompts {notebook.prompts()}\n{error}")
                    failed += 1
                print(f"{lesson.file}: {time.monotonic() - start:.1f} s")
                if errors := notebook.error_places():
                    print(f"  errors below code cells {[place + 1 for place in errors]}")
                    failed += 1
                if notebook.foreign:
                    print(f"  requests to other hosts: {notebook.foreign}")
                    failed += 1
                if options.picture:
                    notebook.picture(options.picture)
                    continue
                for picture in notebook.screenshots(lesson.number + suffix):
                    print(f"  {picture.relative_to(course.ROOT)}")
        browser.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
