"""Pages of other origins: what they are told over HTTP, and what a browser lets them read."""

from __future__ import annotations

import http.client
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.chat.engine.support import Engine, serving
from wslab.node import http as node_http

FRIEND = "https://friend.example"
POLLING = "EIO=4&transport=polling"
READ = "Access-Control-Allow-Origin"


def headers_of(engine: Engine, method: str, query: str = POLLING, **headers: str) -> Any:
    """Status and headers of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", engine.http.port, timeout=10)
    try:
        connection.request(method, f"/engine.io/?{query}", headers=headers)
        response = connection.getresponse()
        return response.status, response.headers
    finally:
        connection.close()


@pytest.mark.parametrize("origins", [FRIEND, [FRIEND], lambda origin: origin == FRIEND])
def test_a_page_that_is_allowed_may_read_all_answers(origins: Any) -> None:
    with serving(origins=origins) as engine:
        for method, query, wanted in (
            ("GET", POLLING, 200),
            ("GET", f"{POLLING}&sid=nobody", 400),
            ("POST", POLLING, 400),
            ("OPTIONS", POLLING, 204),
        ):
            status, headers = headers_of(engine, method, query, Origin=FRIEND)
            assert (status, headers[READ], headers["Vary"]) == (wanted, FRIEND, "Origin")
            assert headers["Access-Control-Allow-Credentials"] == "true"
        asked = {"Origin": FRIEND, "Access-Control-Request-Headers": "x-token"}
        _, headers = headers_of(engine, "OPTIONS", **asked)
        assert headers["Access-Control-Allow-Headers"] == "x-token"
        for method in ("GET", "OPTIONS"):
            status, headers = headers_of(engine, method, Origin="https://evil.example")
            assert (status, headers[READ]) == (403, None)


@pytest.mark.parametrize("origins", ["*", ["*"]])
def test_all_pages_may_read_but_without_cookies(origins: Any) -> None:
    with serving(origins=origins) as engine:
        status, headers = headers_of(engine, "GET", Origin="https://any.example")
        assert (status, headers[READ]) == (200, "*")
        assert headers["Access-Control-Allow-Credentials"] is None


def test_a_page_of_the_same_host_needs_no_header() -> None:
    with serving() as engine:
        status, headers = headers_of(engine, "GET", Origin=engine.http.http_url.rstrip("/"))
        assert (status, headers[READ]) == (200, None)


def test_a_browser_lets_the_page_that_is_allowed_read(browser: Browser) -> None:
    pages = [node_http.createServer(lambda _, response: response.end("hello")) for _ in range(2)]
    for page in pages:
        page.listen(0)
    context = browser.new_context()
    allowed = [pages[0].http_url.rstrip("/")]
    reading = """async ([url, options]) => {
        try { return (await fetch(url, options)).status; } catch (error) { return error.name; }
    }"""
    try:
        with serving(origins=allowed) as engine:
            url = f"{engine.http.http_url}engine.io/?{POLLING}"
            ways: list[dict[str, Any]] = [
                {},
                {"credentials": "include"},
                {"headers": {"X-Token": "1"}},  # asks first, with OPTIONS
            ]
            found = []
            for server in pages:
                tab = context.new_page()
                tab.goto(server.http_url)
                found.append([tab.evaluate(reading, [url, way]) for way in ways])
        assert found == [[200] * 3, ["TypeError"] * 3]
    finally:
        context.close()
        for page in pages:
            page.close()
