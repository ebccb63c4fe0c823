"""What a page may connect to: URLs, subprotocols and ports.

WHATWG WebSockets section 3.1, URL, and Fetch section 2.9. The URL standard is what browsers parse
by, and it differs from the RFC 3986 of Python's urllib in every corner: backslashes, missing
slashes, upper-case hosts, percent-encoding. So the parser is Ada, which Node.js uses too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ada_url import URL

from wslab.browser.conversions import to_string
from wslab.browser.errors import SyntaxError
from wslab.protocol.http_fields import is_token

# Fetch 2.9, "bad port": services that could mistake an HTTP request for one of their own.
# fmt: off
BAD_PORTS = frozenset([
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
])
# fmt: on


@dataclass(frozen=True, slots=True)
class URLRecord:
    """A URL that a page may connect to, parsed and serialised."""

    href: str
    origin: str  # ws://host:port, the origin of the messages that come from there
    host: str  # with the port when it is not the scheme's own
    hostname: str
    port: int

    @property
    def http_origin(self) -> str:
        """The origin of a page that was loaded from this very server."""
        return ("https://" if self.href.startswith("wss:") else "http://") + self.host

    @property
    def blocked(self) -> bool:
        """Whether the Fetch standard forbids this port to pages."""
        return self.port in BAD_PORTS


def get_url_record(url: object, base: str | None = None) -> URLRecord:
    """The WebSocket standard's "get a URL record". `base` is the address of the page.

    Raises SyntaxError, the DOM's, that says what is wrong with the URL.
    """
    text = to_string(url)
    parsed = _parse(text, base)
    if parsed.protocol in ("http:", "https:"):
        parsed = URL(parsed.href.replace("http", "ws", 1))
    if parsed.protocol not in ("ws:", "wss:"):
        scheme = parsed.protocol.rstrip(":")
        raise SyntaxError(f"a WebSocket URL has the scheme ws or wss, and {text!r} has {scheme}")
    if "#" in parsed.href:
        raise SyntaxError(f"a WebSocket URL has no fragment: leave out the # in {text!r}")
    port = int(parsed.port) if parsed.port else {"ws:": 80, "wss:": 443}[parsed.protocol]
    return URLRecord(parsed.href, parsed.origin, parsed.host, parsed.hostname, port)


def _parse(text: str, base: str | None) -> URL:
    if base is not None:
        try:
            URL(base)
        except ValueError:
            raise SyntaxError(f"the base {base!r} is not an absolute URL") from None
    try:
        return URL(text, base)
    except ValueError:
        # A notebook has no address of its own, which a page has.
        full = ": write it in full, from ws:// on. A relative URL needs base=, the page's address"
        hint = "" if base is not None else full
        raise SyntaxError(f"{text!r} is not a valid URL{hint}") from None


def get_origin(url: str) -> str:
    """The origin of a page at this address, as its Origin header has it."""
    return _parse(url, None).origin


def check_protocols(protocols: object) -> tuple[str, ...]:
    """The subprotocols to offer, from one string or a list of strings.

    Raises SyntaxError, the DOM's, for one that is not a token and for one that is there twice,
    where case does not count: web-platform-tests has it so, though Chromium lets "a" and "A" pass.
    """
    if isinstance(protocols, str) or not isinstance(protocols, Iterable):
        protocols = [protocols]
    names = tuple(to_string(name) for name in protocols)
    seen: set[str] = set()
    for name in names:
        if not is_token(name):  # RFC 6455 4.1 item 10
            raise SyntaxError(
                f"the subprotocol {name!r} is not a token: use letters, digits, !#$%&'*+-.^_`|~"
            )
        if name.lower() in seen:
            raise SyntaxError(f"the subprotocol {name!r} is there twice, whatever its case")
        seen.add(name.lower())
    return names
