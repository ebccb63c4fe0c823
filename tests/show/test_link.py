"""wslab.show.link: nothing of this run is stored, and the link leads to where the page is."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from wslab import show
from wslab.show.link import _markup

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SERVER = SimpleNamespace(http_url="http://127.0.0.1:54321/")


@pytest.fixture
def payloads(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A kernel's payload manager, as a cell has it."""
    import IPython
    from IPython.core.payload import PayloadManager

    manager = PayloadManager()
    shell = SimpleNamespace(payload_manager=manager)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    return manager


def test_what_is_stored_is_the_same_for_every_port(payloads: Any) -> None:
    stored = show.link(SERVER, "Open <it>")
    other = show.link("http://127.0.0.1:1/", "Open <it>")
    assert (repr(stored), stored.html, stored.text) == ("<link>", other.html, other.text)
    assert "54321" not in stored.html + stored.text
    assert "Open &lt;it&gt;" in stored.html and "<script" not in stored.html
    assert "http_url" in stored.text


def test_the_reader_is_shown_the_address(payloads: Any) -> None:
    show.link(SERVER, "Open <it>")
    [payload] = payloads.read_payload()
    assert payload["source"] == "page"
    assert payload["data"]["text/plain"] == "Open <it>: http://127.0.0.1:54321/"
    html = payload["data"]["text/html"]
    assert '<a href="http://127.0.0.1:54321/"' in html
    assert ">Open &lt;it&gt;</a>" in html


def test_outside_a_notebook_there_is_the_sentence_alone() -> None:
    assert "http_url" in show.link(SERVER).text


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1/", "http://127.0.0.1/", "javascript:alert(1)"])
def test_an_address_that_is_no_page_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="can't link to"):
        show.link(url)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("lab", "base", "hrefs"),
    [
        (
            "http://localhost:8888/lab",
            "/",
            ["http://127.0.0.1:54321/a?b=c", "http://localhost:8888/proxy/54321/a?b=c"],
        ),
        (
            "https://hub.example/user/ada/lab/tree/x.ipynb",
            "/user/ada/",
            ["https://hub.example/user/ada/proxy/54321/a?b=c"],
        ),
        ("https://notes.example/view", None, ["http://127.0.0.1:54321/a?b=c"]),
    ],
    ids=["this computer", "a hub", "not Jupyter"],
)
def test_it_leads_to_where_the_reader_can_go(
    browser: Browser, lab: str, base: str | None, hrefs: list[str]
) -> None:
    config = json.dumps({"baseUrl": base})
    script = f'<script id="jupyter-config-data" type="application/json">{config}</script>'
    body = (script if base else "") + _markup("http://127.0.0.1:54321/a?b=c", "Open")
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(lab)
    assert page.locator("a").evaluate_all("links => links.map(link => link.href)") == hrefs
    context.close()
