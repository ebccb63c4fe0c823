"""Which pages may connect: the Origin header, RFC 6455 4.2.2 item 4 and 10.2, RFC 6454.

A browser sends the origin of the page and the cookies of the server, to any server that any page
names, and no same-origin policy stops it. A server that does not look at Origin can be used by
every page that its user opens: cross-site WebSocket hijacking. Programs that are no browsers may
send any Origin or none, so that the check protects a browser's user and authenticates nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TypeAlias

from wslab.protocol.errors import ForbiddenOrigin
from wslab.protocol.http_fields import shown

Allowed: TypeAlias = str | Collection[str] | Callable[[str | None], bool] | None

_ORIGIN = re.compile(r"([a-z][a-z0-9+.\-]*)://(\[[^\]/@]+\]|[^:/@\[\]]+)(?::([0-9]+))?", re.I)
_DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}


def check_origin(origin: str | None, host: str, allowed: Allowed = None) -> None:
    """Raise ForbiddenOrigin (403) when a page from `origin` may not connect to `host`.

    allowed: None, the page must come from the host that it connects to; "*", any page; an origin
    or a collection of origins such as "https://example.org"; a function of the origin (None when
    there is no header) that returns whether it may. Except for the function, a request without
    Origin passes: no browser sent it.
    """
    if callable(allowed):
        if not allowed(origin):
            raise ForbiddenOrigin(f"Pages from {_named(origin)} may not connect here.")
        return
    if origin is None or allowed == "*":
        return
    if allowed is None:
        if not _same_host(origin, host):
            raise ForbiddenOrigin(
                f"Pages from {_named(origin)} may not connect to {shown(host)}; only pages from"
                " the same host may, until the server allows others."
            )
        return
    known = [allowed] if isinstance(allowed, str) else allowed
    if "*" not in known and _normal(origin) not in [_normal(item) for item in known]:
        raise ForbiddenOrigin(f"Pages from {_named(origin)} are not among those allowed here.")


def _named(origin: str | None) -> str:
    return "no origin" if origin is None else f"origin {shown(origin)}"


def _normal(origin: str) -> tuple[str, str, str] | str:
    """Scheme, host, port, in lower case and with the port that the scheme implies."""
    match = _ORIGIN.fullmatch(origin.strip())
    if match is None:
        return origin.strip().lower()  # "null", and what is no origin at all
    scheme, host, port = match.group(1).lower(), match.group(2).lower(), match.group(3)
    return scheme, host, port or _DEFAULT_PORTS.get(scheme, "")


def _same_host(origin: str, host: str) -> bool:
    """Host and port alike; a Host without port has the one that the page's scheme implies."""
    page = _normal(origin)
    if isinstance(page, str):
        return False
    server = _normal(f"{page[0]}://{host}")
    return page == server
