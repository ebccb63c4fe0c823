"""The bytes that a HAR entry stands for, as far as it tells: heads, bodies, messages as frames.

A HAR has no frame boundaries, no masks and no chunks. So each message is one frame, uncompressed;
one from the client is masked with zeros, which change nothing and keep RFC 6455 section 5.3. A
chunked body is one chunk. Where Content-Length does not fit what the file has, it is corrected.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import urlsplit

from wslab.net.export.har_fields import Json
from wslab.net.relay import Direction
from wslab.protocol.frames import encode
from wslab.protocol.http_fields import is_token

NO_MASK = bytes(4)
_VERSION = re.compile(r"(?i)http/1\.[01]")
_CHARSET = re.compile(r"(?i)charset=\"?([\w.:-]+)")
_LINE_ENDS = re.compile(r"[\r\n]+")


def request_bytes(entry: Json, notes: set[str]) -> tuple[bytes, bytes]:
    """Head and body of the request. Raises KeyError, TypeError or ValueError."""
    request = entry["request"]
    method = str(request["method"])
    target = _target(method, str(request["url"]))
    posted = request.get("postData") or {}
    body = body_bytes(posted.get("text"), posted.get("_encoding"), posted.get("mimeType"))
    line = f"{method} {target} {_version(request, notes)}"
    headers = _headers(request, notes)
    if not _has(headers, "host"):
        headers.insert(0, ("Host", urlsplit(str(request["url"])).netloc))
    return _message(line, headers, body, notes, ends=method in ("POST", "PUT", "PATCH"))


def response_bytes(entry: Json, notes: set[str], *, last: bool) -> tuple[bytes, bytes]:
    """Head and body of the response; `last` says that no other follows on its connection."""
    response, method = entry["response"], str(entry["request"]["method"])
    status = int(response["status"])
    if status == 200 and entry.get("_webSocketMessages"):  # over HTTP/2 (RFC 8441, 5)
        notes.add("a WebSocket over HTTP/2 is shown as one over HTTP/1.1")
        status = 101
    content = response.get("content") or {}
    body = body_bytes(content.get("text"), content.get("encoding"), content.get("mimeType"))
    if (content.get("size") or 0) > 0 and not body:
        notes.add("bodies of responses are not in the file")
    line = f"{_version(response, notes)} {status} {response.get('statusText', '')}".rstrip()
    headers = _headers(response, notes)
    if (
        status == 101
        and entry.get("_webSocketMessages") is not None
        and not _has(headers, "upgrade")
    ):
        notes.add("left out by the file and put in: Upgrade: websocket")
        headers += [("Upgrade", "websocket"), ("Connection", "Upgrade")]
    if method == "HEAD" or status < 200 or status in (204, 304):
        return _head(line, headers), b""
    return _message(line, headers, body, notes, ends=not last)


def body_bytes(text: object, encoding: object, content_type: object) -> bytes:
    """The bytes of a body or message. Raises ValueError when they are no base64."""
    if not text:
        return b""
    if encoding == "base64":
        try:
            return base64.b64decode(str(text), validate=True)
        except binascii.Error as error:
            raise ValueError(f"not base64: {error}") from None
    found = _CHARSET.search(str(content_type or ""))
    try:
        return str(text).encode(found[1] if found else "utf-8")
    except (LookupError, UnicodeError):
        return str(text).encode("utf-8", "surrogatepass")


def frame_bytes(message: Json) -> tuple[Direction, bytes]:
    """The frame of a message. Raises KeyError, TypeError or ValueError."""
    if message["type"] not in ("send", "receive"):
        raise ValueError(f"a message's type is send or receive, not {message['type']!r}")
    opcode = int(message["opcode"])
    if not 0 <= opcode <= 15:
        raise ValueError(f"opcode {opcode} is not one of 0 to 15")
    encoding = "utf-8" if opcode == 1 and message.get("_encoding") != "base64" else "base64"
    data = body_bytes(str(message["data"]), encoding, "")
    if message["type"] == "send":
        return "up", encode(0x80 | opcode, data, NO_MASK)
    return "down", encode(0x80 | opcode, data, None)


def _target(method: str, url: str) -> str:
    parts = urlsplit(url)
    if method == "CONNECT":
        return parts.netloc
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return re.sub(r"\s", "%20", target)


def _version(message: Json, notes: set[str]) -> str:
    version = str(message.get("httpVersion", ""))
    if _VERSION.fullmatch(version):
        return version.upper()
    if version and version.lower() != "unknown":
        notes.add(f"{version} is shown as HTTP/1.1")
    return "HTTP/1.1"


def _headers(message: Json, notes: set[str]) -> list[tuple[str, str]]:
    found = []
    for header in message.get("headers") or []:
        name, value = str(header["name"]), _LINE_ENDS.sub(" ", str(header["value"]))
        if is_token(name):
            found.append((name, value))
        elif not name.startswith(":"):  # HTTP/2's own (RFC 9113, 8.3) stand in the first line
            notes.add(f"left out: the header {name[:40]!r}, which is no name")
    return found


def _has(headers: list[tuple[str, str]], name: str) -> bool:
    return any(key.lower() == name for key, _ in headers)


def _message(
    line: str, headers: list[tuple[str, str]], body: bytes, notes: set[str], *, ends: bool
) -> tuple[bytes, bytes]:
    """`ends`: the body must say where it ends, because something may follow."""
    codings = [value.lower() for key, value in headers if key.lower() == "transfer-encoding"]
    if any("chunked" in value for value in codings):
        chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n" if body else b""
        return _head(line, headers), chunk + b"0\r\n\r\n"
    lengths = [value for key, value in headers if key.lower() == "content-length"]
    if lengths and lengths != [str(len(body))]:
        notes.add("Content-Length is that of the body in the file")
        headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        lengths = []
        ends = True
    if not lengths and ends:
        headers = [*headers, ("Content-Length", str(len(body)))]
    return _head(line, headers), body


def _head(line: str, headers: list[tuple[str, str]]) -> bytes:
    lines = [_LINE_ENDS.sub(" ", line), *(f"{name}: {value}" for name, value in headers), "", ""]
    return b"\r\n".join(_wire(text) for text in lines)


def _wire(text: str) -> bytes:
    """A header line as bytes: a HAR has those of Latin-1 as characters (RFC 9110, 5.5)."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
