"""The parts of a HAR entry: URL, headers, query, cookies, body (HAR 1.2, as Chrome writes it)."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from wslab.net.dissect import BodyItem, Head, RequestItem, redact, redact_text

Json = dict[str, Any]
MAX_DECODED = 16 << 20
_TEXT = ("json", "xml", "javascript", "x-www-form-urlencoded", "graphql")


def url_of(request: RequestItem, address: str, *, upgraded: bool, secrets: bool) -> str:
    """The URL that was asked for, without its fragment; ws: for a WebSocket."""
    target = request.target
    if not target.lower().startswith(("http://", "https://", "ws://", "wss://")):  # RFC 9112, 3.2
        host = request.get("Host") or address
        scheme = "ws" if upgraded else "http"
        target = f"{scheme}://{host}" + (target if target.startswith("/") else f"/{target}")
    target = target.partition("#")[0]
    return target if secrets else redact_text(target)


def headers_of(head: Head, *, secrets: bool) -> list[Json]:
    """Name and value of each header line."""
    pairs = head.headers if secrets else redact(head.headers)
    return [{"name": name, "value": value} for name, value in pairs]


def query_of(url: str) -> list[Json]:
    """The parameters of a URL's query."""
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []
    return [{"name": name, "value": value} for name, value in pairs]


def cookies_of(head: Head, *, secrets: bool) -> list[Json]:
    """The cookies of a Cookie or Set-Cookie header (RFC 6265). None without `secrets`: Chrome's
    sanitized HAR has none either.
    """
    if not secrets:
        return []
    if isinstance(head, RequestItem):
        pairs = [part.partition("=") for part in head.get("Cookie").split(";") if part.strip()]
        return [{"name": name.strip(), "value": value.strip()} for name, _, value in pairs]
    lines = [value for name, value in head.headers if name.lower() == "set-cookie"]
    return [_set_cookie(line) for line in lines]


def _set_cookie(line: str) -> Json:
    first, *attributes = line.split(";")
    name, _, value = first.partition("=")
    cookie: Json = {"name": name.strip(), "value": value.strip(), "httpOnly": False}
    cookie["secure"] = False
    for attribute in attributes:
        key, _, value = (part.strip() for part in attribute.partition("="))
        key = key.lower()
        if key in ("path", "domain"):
            cookie[key] = value
        elif key == "samesite":
            cookie["sameSite"] = value
        elif key in ("httponly", "secure"):
            cookie["httpOnly" if key == "httponly" else "secure"] = True
        elif key == "expires":
            try:
                cookie["expires"] = date_of(parsedate_to_datetime(value).timestamp())
            except (ValueError, OverflowError):
                continue
    return cookie


def date_of(seconds: float) -> str:
    """Seconds since 1970 as JavaScript's toJSON has them: UTC, with milliseconds."""
    when = datetime.fromtimestamp(int(seconds * 1000) / 1000, UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def joined(parts: Iterable[BodyItem]) -> bytes:
    """A body without its chunks' framing."""
    return b"".join(part.data for part in parts)


def decoded(data: bytes, encoding: str) -> tuple[bytes, str]:
    """A body without its Content-Encoding, and a note if that can't be had."""
    name = encoding.strip().lower()
    if name in ("", "identity") or not data:
        return data, ""
    if name not in ("gzip", "x-gzip", "deflate"):
        return data, f"the body is still in its Content-Encoding, {encoding}"
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, by its first bytes
    try:
        plain = inflate.decompress(data, MAX_DECODED)
    except zlib.error:
        return data, f"the body is not valid {encoding}"
    if not inflate.eof:
        return data, f"the {encoding} body is not whole, or too large to decode"
    return plain, ""


def text_or_base64(data: bytes, content_type: str) -> tuple[str, bool]:
    """A body as text when it is text in UTF-8, else in base64; and whether it is."""
    kind = content_type.partition(";")[0].strip().lower()
    if not kind or kind.startswith("text/") or kind.endswith(_TEXT):
        try:
            return data.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(data).decode(), True
