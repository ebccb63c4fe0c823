"""Cookies of a handshake: read from the request, set by the response (RFC 6265)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from wslab.node.records import Record
from wslab.protocol.http_fields import is_token

_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]*")  # RFC 6265 4.1.1, cookie-octet
_PATH_OR_DOMAIN = re.compile(r"[ -:<-~]*")  # anything but control characters and ";"
_KNOWN = ("name", "value", "path", "domain", "expires", "maxage", "secure", "httponly")


def parse_cookies(header: str) -> list[Record]:
    """The pairs of a Cookie header, in order; the value is None where there is no "=" sign."""
    cookies = []
    for part in header.split(";"):
        name, mark, value = (piece.strip() for piece in part.partition("="))
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1]
        if name:
            cookies.append(Record(name=name, value=unquote(value) if mark else None))
    return cookies


def cookie_headers(cookies: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Set-Cookie lines for {name, value, path, domain, expires, maxage, secure, httponly}.

    expires: a datetime. maxage: seconds. Raises ValueError for what can't stand in a header.
    """
    headers = []
    names: set[str] = set()
    for cookie in cookies:
        name = str(cookie.get("name", ""))
        if not is_token(name):
            raise ValueError(f"Illegal character in cookie name {name!r}.")
        if name in names:
            raise ValueError(f"You may not specify the same cookie name twice: {name!r}.")
        names.add(name)
        for option in cookie:
            if option not in _KNOWN:
                raise ValueError(f"cookie {name!r} has no option {option!r}: {', '.join(_KNOWN)}")
        headers.append(("Set-Cookie", _set_cookie(name, cookie)))
    return headers


def _set_cookie(name: str, cookie: Mapping[str, Any]) -> str:
    value = str(cookie.get("value", ""))
    parts = [f"{name}={value if _VALUE.fullmatch(value) else quote(value, safe='')}"]
    for option, title in (("path", "Path"), ("domain", "Domain")):
        if cookie.get(option):
            text = str(cookie[option])
            if not _PATH_OR_DOMAIN.fullmatch(text):
                raise ValueError(f"Illegal character in the {option} of cookie {name!r}.")
            parts.append(f"{title}={text}")
    expires = cookie.get("expires")
    if expires is not None:
        if not isinstance(expires, datetime):
            raise ValueError(f"The expires of cookie {name!r} must be a datetime.")
        from email.utils import format_datetime  # here, as in response.py

        parts.append(f"Expires={format_datetime(expires.astimezone(UTC), usegmt=True)}")
    maxage = cookie.get("maxage")
    if maxage is not None:
        if isinstance(maxage, bool) or not isinstance(maxage, int) or maxage <= 0:
            raise ValueError(f"The maxage of cookie {name!r} must be a number of seconds above 0.")
        parts.append(f"Max-Age={maxage}")
    for flag, title in (("secure", "Secure"), ("httponly", "HttpOnly")):
        chosen = cookie.get(flag)
        if chosen not in (None, True, False):
            raise ValueError(f"The {flag} of cookie {name!r} must be True or False.")
        if chosen:
            parts.append(title)
    return "; ".join(parts)
