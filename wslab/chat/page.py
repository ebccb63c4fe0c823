"""The page of the chat room, and the headers that keep it to itself.

One HTML file with its own style and script. The Content-Security-Policy (W3C CSP Level 3) allows
exactly that style and that script, by their hashes, connections to this server alone, and nothing
from any other host. Even markup that somehow got into the page could not run there.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from wslab.node.incoming import IncomingMessage
from wslab.node.response import ServerResponse

PATHS = ("/", "/index.html")


@dataclass(frozen=True, slots=True)
class Page:
    """What is sent for the page."""

    body: bytes
    headers: dict[str, str]


@cache
def load_page() -> Page:
    """The page with its headers, read once."""
    text = files("wslab.chat").joinpath("static/index.html").read_text(encoding="utf-8")
    return make_page(text)


def make_page(text: str) -> Page:
    """A page whose headers allow its own styles and scripts, and no others."""
    policy = {
        "default-src": "'none'",
        "script-src": _hashes(text, "script"),
        "style-src": _hashes(text, "style"),
        "img-src": "data:",  # the icon
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-cache",
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Page(text.encode(), headers)


def _hashes(text: str, tag: str) -> str:
    """The hashes of all elements of a kind, as CSP writes them; 'none' if there are none."""
    contents = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    digests = [hashlib.sha256(content.encode()).digest() for content in contents]
    return " ".join(f"'sha256-{base64.b64encode(d).decode()}'" for d in digests) or "'none'"


def serve_page(request: IncomingMessage, response: ServerResponse) -> None:
    """Answer an HTTP request: the page at `/`, 404 elsewhere, 405 for other methods than GET."""
    path = (request.url or "").partition("?")[0]
    if path not in PATHS:
        _answer(response, 404, f"404 Not Found: there is nothing at {path!a}; the page is at /\n")
    elif request.method not in ("GET", "HEAD"):
        response.setHeader("Allow", "GET, HEAD")
        _answer(response, 405, f"405 Method Not Allowed: use GET, not {request.method}\n")
    else:
        page = load_page()
        response.writeHead(200, {**page.headers, "Content-Length": str(len(page.body))})
        response.end(page.body if request.method == "GET" else None)


def _answer(response: ServerResponse, status: int, text: str) -> None:
    response.writeHead(
        status, {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
    )
    response.end(text)
