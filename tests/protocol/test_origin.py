from __future__ import annotations

import pytest

from wslab.protocol.errors import ForbiddenOrigin
from wslab.protocol.origin import Allowed, check_origin

SAME = [
    ("http://localhost:8888", "localhost:8888"),
    ("http://LOCALHOST:8888", "localhost:8888"),
    ("http://example.org", "example.org"),
    ("http://example.org", "example.org:80"),
    ("http://example.org:80", "example.org"),
    ("https://example.org", "example.org"),
    ("https://example.org", "example.org:443"),
    ("http://[::1]:80", "[::1]"),
]
OTHER = [
    ("http://evil.example", "localhost:8888"),
    ("http://localhost:8889", "localhost:8888"),
    ("http://localhost", "localhost:8888"),
    ("https://example.org", "example.org:80"),
    ("http://example.org.evil.example", "example.org"),
    ("http://evil.example/example.org", "example.org"),
    ("http://example.org@evil.example", "evil.example"),
    ("http://127.0.0.1:8888", "localhost:8888"),
    ("null", "localhost:8888"),
    ("", "localhost:8888"),
    ("localhost:8888", "localhost:8888"),
    ("file://", "localhost:8888"),
]


@pytest.mark.parametrize(("origin", "host"), SAME)
def test_a_page_may_connect_to_its_own_host(origin: str, host: str) -> None:
    check_origin(origin, host)


@pytest.mark.parametrize(("origin", "host"), OTHER)
def test_other_pages_may_not_and_are_named(origin: str, host: str) -> None:
    with pytest.raises(ForbiddenOrigin) as caught:
        check_origin(origin, host, None)
    assert caught.value.status == 403
    assert caught.value.header == "Origin"
    assert repr(origin) in str(caught.value)


@pytest.mark.parametrize("allowed", [None, "*", "http://a.example", ["http://a.example"], []])
def test_without_origin_it_is_no_browser_and_passes(allowed: Allowed) -> None:
    check_origin(None, "localhost", allowed)


def test_a_star_allows_any_page() -> None:
    check_origin("http://evil.example", "localhost", "*")
    check_origin("null", "localhost", ["*"])


@pytest.mark.parametrize(
    "origin", ["https://a.example", "HTTPS://A.example:443", "http://b.example:8080", "null"]
)
def test_a_list_allows_what_it_holds(origin: str) -> None:
    check_origin(origin, "localhost", {"https://a.example", "http://b.example:8080", "null"})


@pytest.mark.parametrize("origin", ["http://a.example", "https://a.example:8443", "http://x"])
def test_a_list_refuses_the_rest_even_the_same_host(origin: str) -> None:
    with pytest.raises(ForbiddenOrigin):
        check_origin(origin, "x", ["https://a.example"])


def test_one_origin_may_stand_alone() -> None:
    check_origin("https://a.example", "localhost", "https://a.example")
    with pytest.raises(ForbiddenOrigin):
        check_origin("https://a", "localhost", "https://a.example")


def test_a_function_decides_everything() -> None:
    seen: list[str | None] = []

    def only_a(origin: str | None) -> bool:
        seen.append(origin)
        return origin == "a"

    check_origin("a", "localhost", only_a)
    for origin in (None, "b"):
        with pytest.raises(ForbiddenOrigin):
            check_origin(origin, "localhost", only_a)
    assert seen == ["a", None, "b"]
