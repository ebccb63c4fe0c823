"""The learner's own browser in the lessons: JupyterLab in Chromium, here and on a hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.lessons.course import LESSONS
from tests.lessons.normal import METADATA
from tests.lessons.rules import code_cells

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.lessons.jupyterlab import Lab, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

HUB = "hub.example"
SERVER = """
from wslab import show
from wslab.browser import SCENARIOS, here
from wslab.net import capture
from wslab.node import WebSocketServer, http

server = http.createServer(lambda request, response: response.end("<h1>Hello</h1>"))
server.listen(0)

@WebSocketServer(httpServer=server).on("request")
def on_request(request):
    connection = request.accept(None, request.origin)
    connection.on("message", lambda message: connection.sendUTF(message.utf8Data))
"""


def notebook_of(*cells: str) -> NotebookNode:
    """A notebook of these cells, the server first."""
    made = [new_code_cell(source.strip()) for source in (SERVER, *cells)]
    return new_notebook(cells=made, metadata=NotebookNode(METADATA))


def cell_with(notebook: Notebook, beginning: str) -> int:
    """The place of the code cell that has this in it."""
    stored = nbformat.read(notebook.lab.root / "notebooks" / notebook.name, as_version=4)
    (place,) = (i for i, cell in enumerate(code_cells(stored)) if beginning in cell.source)
    return place


@pytest.fixture(scope="module")
def page(context: BrowserContext) -> Page:
    """One page of JupyterLab for the tests that do not need a fresh one."""
    return context.new_page()


def test_lesson_03_in_the_learner_s_browser(
    lab: Lab, context: BrowserContext, page: Page
) -> None:
    """The trace is the twin's, the timeline is there, and the panel works until the end."""
    from playwright.sync_api import expect

    from tests.lessons.jupyterlab import opened

    lesson = LESSONS[3]
    lab.add(nbformat.read(lesson.path, as_version=4), "03.ipynb")
    with opened(lab, context, "03.ipynb", page) as notebook:
        last = notebook.cells.count() - 1
        for place in range(last):  # all but the one that closes everything
            notebook.run(place)
            notebook.wait_numbered(place, place + 1)
        assert notebook.error_places() == []
        timeline = notebook.output(cell_with(notebook, "LINES ="))
        assert "These lines run in the page that you see, in Chromium" in timeline
        misuse = notebook.output(cell_with(notebook, "async def beside"))
        assert "this page, Chromium" in misuse and "no difference" in misuse
        vanished = notebook.output(cell_with(notebook, 'beside("vanished")'))
        assert "this page, Chromium" in vanished and "2 rows of 5 differ" in vanished

        page.get_by_role("button", name="Connect").click()
        state = page.get_by_role("group", name="A WebSocket to drive by hand").get_by_role("status")
        expect(state).to_contain_text("readyState 1, OPEN")
        text = page.get_by_role("textbox", name="Text", exact=True)
        text.click()
        page.keyboard.press("Control+a")
        page.keyboard.type("dd a b m")  # each is a command of JupyterLab's where no field has focus
        page.keyboard.press("Enter")
        events = page.get_by_role("log", name="events")
        expect(events).to_contain_text('"dd a b m"')
        assert notebook.cells.count() == last + 1
        expect(page.get_by_role("log", name="bytes on the wire")).to_contain_text("↓")
        notebook.run(last)
        notebook.wait_numbered(last, last + 1)
        expect(state).to_contain_text("The server is closed")
        assert notebook.foreign == []


def test_lesson_02_shows_this_browser_s_request(
    lab: Lab, context: BrowserContext, page: Page
) -> None:
    """Its own headers, and not the value of a cookie."""
    from tests.lessons.jupyterlab import opened

    lesson = LESSONS[2]
    lab.add(nbformat.read(lesson.path, as_version=4), "02.ipynb")
    with opened(lab, context, "02.ipynb", page) as notebook:
        notebook.run_all()
        notebook.wait_all()
        shown = notebook.output(cell_with(notebook, "here.upgrade("))
        assert "HeadlessChrome" in shown and "shop.example" not in shown
        values = [cookie.get("value", "") for cookie in context.cookies()]
        assert values and not any(value and value in shown for value in values)
        assert "[redacted]" in shown


def test_lesson_05_s_page_opens_in_the_notebook_and_in_a_tab(
    lab: Lab, context: BrowserContext, page: Page
) -> None:
    """The learner changes its HTML, and sees it."""
    from playwright.sync_api import expect

    from tests.lessons.jupyterlab import opened

    lesson = LESSONS[5]
    stored = nbformat.read(lesson.path, as_version=4)
    lab.add(stored, "05.ipynb")
    with opened(lab, context, "05.ipynb", page) as notebook:
        serving = cell_with(notebook, "def serve_page")
        for place in range(serving + 1):
            notebook.run(place)
            notebook.wait_numbered(place, place + 1)
        page.get_by_role("button", name="Show it here").click()
        frame = page.frame_locator('iframe[title="Open the page"]')
        expect(frame.locator("ol li")).to_have_text(["open: echo-protocol"])
        with context.expect_page() as opening:
            page.get_by_role("link", name="Open the page").click()
        tab = opening.value
        tab.get_by_label("Text").fill("from the tab")
        tab.get_by_role("button", name="Send").click()
        expect(frame.locator("ol li").last).to_have_text("from the tab")
        tab.close()


def test_an_untrusted_notebook_is_readable(
    lab: Lab, context: BrowserContext, page: Page
) -> None:
    """What is stored has no script in it, and says where it comes from."""
    from tests.lessons.jupyterlab import opened

    copy = nbformat.read(LESSONS[3].path, as_version=4)
    copy.cells.insert(1, new_markdown_cell("Not signed by anybody."))
    for cell in code_cells(copy):
        assert "<script" not in str(cell.outputs)
    nbformat.write(copy, lab.root / "notebooks" / "untrusted.ipynb")
    with opened(lab, context, "untrusted.ipynb", page) as notebook:
        shown = notebook.output(cell_with(notebook, "async def beside"))
        assert "recorded from Chromium" in shown and "no difference" in shown
        assert "Below them readyState" in notebook.output(cell_with(notebook, "here.panel"))
        assert notebook.page.get_by_title("Notebook not trusted").count()


def test_a_second_tab_does_not_disturb_the_first(lab: Lab, context: BrowserContext) -> None:
    """The same notebook and kernel: the tab that runs the cell is the one whose browser runs it."""
    from tests.lessons.jupyterlab import Notebook, opened

    cell = 'mine = await here.run(SCENARIOS["hello"])\nprint(len(mine.rows), mine.live)'
    lab.add(notebook_of(cell, "here.panel(server)"), "tabs.ipynb")
    with opened(lab, context, "tabs.ipynb") as first:
        first.run_all()
        first.wait_all()
        first.page.get_by_role("button", name="Connect").click()
        first.page.get_by_text("readyState 1, OPEN").wait_for()
        first.saved()
        page = context.new_page()
        second = Notebook(lab, page, "tabs.ipynb")
        sockets: list[str] = []
        first.page.on("websocket", lambda socket: sockets.append(socket.url))
        second.run(1)
        second.wait_numbered(1, 4)
        assert "6 True" in second.output(1)
        assert sockets == []
        assert "readyState 1, OPEN" in first.output(2)
        first.run(1)
        first.wait_numbered(1, 5)
        assert "6 True" in first.output(1)
        page.close()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab as a hub starts it for a learner: below a path, reached by the hub's name."""
    from tests.lessons.jupyterlab import Lab

    started = Lab(Path(tmp_path_factory.mktemp("hub")))
    try:
        more = ["--ServerApp.base_url=/user/learner/", "--ServerApp.allow_remote_access=True"]
        started.start([*started.command(), *more])
        started.url = started.url.replace("127.0.0.1", HUB).replace("localhost", HUB)
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def learner(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that knows the hub's name."""
    from tests.browser.chromium import FLAGS, find_chromium
    from tests.lessons.jupyterlab import new_context

    name = f"--host-resolver-rules=MAP {HUB} 127.0.0.1"
    path = find_chromium()
    resolving = browser.browser_type.launch(executable_path=path, args=[*FLAGS, name])
    yield new_context(resolving)
    resolving.close()


@pytest.fixture(scope="module")
def there(learner: BrowserContext) -> Page:
    """One page of the hub's JupyterLab, in which one lesson after the other is opened."""
    return learner.new_page()


@pytest.mark.parametrize(
    ("number", "cell", "words"),
    [
        (2, "here.upgrade(", "which sends a request of its own"),
        (3, "async def beside", "through JupyterLab's proxy, which changes close codes"),
        (5, "here.page(", "Open the page"),
    ],
)
def test_a_lesson_on_a_hub(
    hub: Lab, learner: BrowserContext, there: Page, number: int, cell: str, words: str
) -> None:
    """Run All, and the lesson says where the proxy is in the way."""
    from tests.lessons.jupyterlab import opened

    lesson = LESSONS[number]
    hub.add(nbformat.read(lesson.path, as_version=4), lesson.file)
    with opened(hub, learner, lesson.file, there) as notebook:
        notebook.run_all()
        notebook.wait_all()
        assert notebook.error_places() == []
        shown = notebook.output(cell_with(notebook, cell))
        assert words in shown or "The server is closed" in shown


def test_on_a_hub(hub: Lab, learner: BrowserContext, there: Page) -> None:
    """Everything goes through jupyter-server-proxy, and says what that changes."""
    from playwright.sync_api import expect

    from tests.lessons.jupyterlab import opened

    hub.add(
        notebook_of(
            "here.panel(server)",
            'here.page(server, "Open it", height=100)',
            'mine = await here.run(SCENARIOS["server-closes"])\n'
            'print(mine.label, mine.rows[-1]["code"], mine.live)',
            "seen = await here.upgrade(capture(server))\nprint(seen.live, seen.label)",
        ),
        "hub.ipynb",
    )
    with opened(hub, learner, "hub.ipynb", there) as notebook:
        sockets: list[str] = []
        page = notebook.page
        page.on("websocket", lambda socket: sockets.append(socket.url))
        notebook.run_all()
        notebook.wait_all()
        assert notebook.error_places() == []
        ran = notebook.output(3)
        assert "through JupyterLab's proxy, which changes close codes" in ran
        assert "1005 True" in ran, "the proxy turns 4001 into no code"
        request = notebook.output(4)
        assert "which sends a request of its own" in request
        assert "False recorded from Chromium" in request

        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_text("readyState 1, OPEN")).to_be_visible()
        page.get_by_role("button", name="Send text").click()
        expect(page.get_by_role("log", name="events")).to_contain_text('"hello"')
        expect(page.get_by_text("through JupyterLab's proxy. It has")).to_be_visible()
        page.get_by_role("button", name="Show it here").click()
        expect(page.frame_locator("iframe").locator("h1")).to_have_text("Hello")
        below = f"ws://{HUB}:{hub.url.split(':')[2].split('/')[0]}/user/learner/proxy/"
        assert sockets and all(url.startswith(below) for url in sockets)
