"""wslab.node.cookies: reading Cookie, writing Set-Cookie."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from wslab.node.cookies import cookie_headers, parse_cookies


def test_cookies_are_pairs_in_order() -> None:
    assert parse_cookies('a=1; b="two words"; a=again; c=%E2%82%AC; flag;; d=x=y') == [
        {"name": "a", "value": "1"},
        {"name": "b", "value": "two words"},
        {"name": "a", "value": "again"},
        {"name": "c", "value": "€"},
        {"name": "flag", "value": None},
        {"name": "d", "value": "x=y"},
    ]
    assert parse_cookies("") == []


def test_set_cookie_with_every_option() -> None:
    cookie = {
        "name": "id",
        "value": "a b;c",
        "path": "/chat",
        "domain": "example.org",
        "expires": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
        "maxage": 60,
        "secure": True,
        "httponly": True,
    }
    assert cookie_headers([cookie, {"name": "x", "value": "y", "secure": False}]) == [
        (
            "Set-Cookie",
            "id=a%20b%3Bc; Path=/chat; Domain=example.org; Expires=Wed, 02 Jan 2030 03:04:05 GMT;"
            " Max-Age=60; Secure; HttpOnly",
        ),
        ("Set-Cookie", "x=y"),
    ]


@pytest.mark.parametrize(
    ("cookie", "text"),
    [
        ({"name": "a b", "value": ""}, "Illegal character in cookie name 'a b'"),
        ({"value": "1"}, "Illegal character in cookie name ''"),
        ({"name": "a", "path": "/\r\nX: 1"}, "Illegal character in the path of cookie 'a'"),
        ({"name": "a", "domain": "x;y"}, "Illegal character in the domain"),
        ({"name": "a", "expires": "soon"}, "expires of cookie 'a' must be a datetime"),
        ({"name": "a", "maxage": 0}, "maxage of cookie 'a' must be a number of seconds above 0"),
        ({"name": "a", "secure": "yes"}, "secure of cookie 'a' must be True or False"),
        ({"name": "a", "samesite": "lax"}, "has no option 'samesite'"),
    ],
)
def test_what_can_not_stand_in_a_header_is_named(cookie: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        cookie_headers([cookie])


def test_a_line_break_in_a_value_is_encoded() -> None:
    assert cookie_headers([{"name": "a", "value": "1\r\nX: 2"}]) == [
        ("Set-Cookie", "a=1%0D%0AX%3A%202")
    ]


def test_the_same_name_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="same cookie name twice: 'a'"):
        cookie_headers([{"name": "a", "value": "1"}, {"name": "a", "value": "2"}])
