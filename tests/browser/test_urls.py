"""wslab.browser.urls: what may be connected to, and what a URL becomes."""

from __future__ import annotations

import pytest

from wslab import browser
from wslab.browser.urls import (
    BAD_PORTS,
    check_protocols,
    get_origin,
    get_url_record,
)


@pytest.mark.parametrize(
    ("url", "href", "host", "port"),
    [
        ("ws://h", "ws://h/", "h", 80),
        ("wss://h", "wss://h/", "h", 443),
        ("ws://h:80/x", "ws://h/x", "h", 80),
        ("wss://h:80/x", "wss://h:80/x", "h:80", 80),
        ("http://h/x", "ws://h/x", "h", 80),
        ("https://h:8443/x?y", "wss://h:8443/x?y", "h:8443", 8443),
        ("http://http:1/http", "ws://http:1/http", "http:1", 1),
        ("  WS://EXAMPLE.org/a b\t", "ws://example.org/a%20b", "example.org", 80),
        ("ws:\\\\h\\x", "ws://h/x", "h", 80),
        ("ws://h/a/./b/../c", "ws://h/a/c", "h", 80),
        ("ws://[::1]:9000/", "ws://[::1]:9000/", "[::1]:9000", 9000),
        ("ws://bücher.example/", "ws://xn--bcher-kva.example/", "xn--bcher-kva.example", 80),
        ("ws://0x7f.1/", "ws://127.0.0.1/", "127.0.0.1", 80),
        ("ws://me:secret@h/x", "ws://me:secret@h/x", "h", 80),
        ("ws://h/?\ud800", "ws://h/?%EF%BF%BD", "h", 80),
    ],
)
def test_a_url_is_parsed_as_browsers_do(url: str, href: str, host: str, port: int) -> None:
    record = get_url_record(url)
    assert (record.href, record.host, record.port) == (href, host, port)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://h/", "has ftp"),
        ("mailto:a@b", "has mailto"),
        ("ws://h/#", "fragment"),
        ("ws://h/#x", "fragment"),
        ("ws://", "not a valid URL"),
        ("ws://h:99999/", "not a valid URL"),
        ("ws://a b/", "not a valid URL"),
        ("chat", "needs base="),
        ("", "needs base="),
    ],
)
def test_a_bad_url_is_the_doms_syntax_error_that_says_why(url: str, why: str) -> None:
    with pytest.raises(browser.SyntaxError, match=why):
        get_url_record(url)


def test_relative_urls_refer_to_the_base() -> None:
    base = "https://example.org/course/lesson.html?x#part"
    assert get_url_record("../chat", base).href == "wss://example.org/chat"
    assert get_url_record("", base).href == "wss://example.org/course/lesson.html?x"
    assert get_url_record("//other.example/", base).href == "wss://other.example/"
    with pytest.raises(browser.SyntaxError, match="the base 'lesson' is not an absolute URL"):
        get_url_record("chat", "lesson")


def test_origins_of_messages_and_of_pages() -> None:
    record = get_url_record("ws://h:8000/x")
    assert (record.origin, record.http_origin) == ("ws://h:8000", "http://h:8000")
    assert get_url_record("wss://h/").http_origin == "https://h"
    assert get_origin("https://example.org/course/") == "https://example.org"


def test_blocked_ports_are_those_of_the_fetch_standard() -> None:
    assert len(BAD_PORTS) == 83
    assert {0, 21, 22, 25, 6000, 6667, 10080} <= BAD_PORTS
    assert not {80, 443, 3000, 8000, 8080, 8888, 9001} & BAD_PORTS
    assert get_url_record("ws://h:6667/").blocked
    assert not get_url_record("ws://h:6700/").blocked


def test_subprotocols_are_a_string_or_any_iterable_of_tokens() -> None:
    assert check_protocols("chat") == ("chat",)
    assert check_protocols(["chat", "v2.chat"]) == ("chat", "v2.chat")
    assert check_protocols(name for name in ("a", "b")) == ("a", "b")
    assert check_protocols([]) == ()
    assert check_protocols(5) == ("5",)
    assert check_protocols("!#$%&'*+-.09AZ^_`az|~") == ("!#$%&'*+-.09AZ^_`az|~",)
    for bad in ("", "a b", "a,b", "a/b", "a(b", "a:b", "é", "a\n", ["ok", ""]):
        with pytest.raises(browser.SyntaxError, match="not a token"):
            check_protocols(bad)
    with pytest.raises(browser.SyntaxError, match="'CHAT' is there twice"):
        check_protocols(["chat", "CHAT"])
