"""Pages that the kernel serves: a link, and the page itself in the notebook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.here.support import FrontEnd, Shown
from wslab.browser.here import page as show_page
from wslab.node import http


@pytest.fixture
def server() -> Iterator[http.Server]:
    made = http.createServer(
        lambda request, response: response.writeHead(200, {"Content-Type": "text/html"}).end(
            "<h1>Hello</h1>"
        )
    )
    made.listen(0)
    yield made
    made.close()


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1/", "http://127.0.0.1/", "javascript:alert(1)"])
def test_an_address_that_is_no_page_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="can't link to"):
        show_page(url)


def test_what_is_stored_names_no_port(shown: Shown, server: http.Server) -> None:
    show_page(server, "Open <it>")
    first, _, last = shown.only
    assert first == last
    assert str(server.port) not in str(first)
    assert "Open &lt;it&gt;" in first["text/html"] and "http_url" in first["text/plain"]


@pytest.mark.browser
def test_the_page_has_links_and_shows_it_when_asked(
    front_end: FrontEnd, server: http.Server
) -> None:
    front_end.cell(lambda: show_page(server, "Open <it>", height=120))
    page = front_end.page
    links = page.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert links == [server.http_url, front_end.lab.replace("lab", f"proxy/{server.port}/")]
    expect(page.locator("a").first).to_have_text("Open <it>")
    expect(page.locator("iframe")).to_have_count(0)
    page.get_by_role("button", name="Show it here").press("Enter")
    expect(page.frame_locator("iframe").locator("h1")).to_have_text("Hello")
    page.get_by_role("button", name="Hide it").click()
    expect(page.locator("iframe")).to_have_count(0)


@pytest.mark.browser
def test_without_a_height_there_is_the_link_alone(front_end: FrontEnd, server: http.Server) -> None:
    front_end.cell(lambda: show_page(server, height=0))
    expect(front_end.page.locator("a").first).to_have_text("Open the page")
    expect(front_end.page.get_by_role("button")).to_have_count(0)
