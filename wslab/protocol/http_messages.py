"""The two HTTP messages of the handshake, and how they stand on the wire (RFC 9112 2 to 5).

They are values: the handshake module fills and judges them. Reading them from a socket is the net
floor's work, with an HTTP parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus

from wslab.protocol.errors import InvalidHeader
from wslab.protocol.headers import Headers
from wslab.protocol.http_fields import check_field, is_token, shown

_TARGET = re.compile(r"[!-~]+")


@dataclass(slots=True)
class Request:
    """The start line and headers of a request; the handshake has no body."""

    method: str
    target: str
    headers: Headers = field(default_factory=Headers)
    version: str = "HTTP/1.1"

    def serialize(self) -> bytes:
        """The bytes on the wire; InvalidHeader for what would not stay one line of its own."""
        if not is_token(self.method):
            raise InvalidHeader(f"The method {shown(self.method)} is not a token.")
        if not _TARGET.fullmatch(self.target):
            raise InvalidHeader(
                f"The target {shown(self.target)} must be visible ASCII characters, without"
                " spaces: percent-encode the others."
            )
        return _serialize(f"{self.method} {self.target} {self.version}", self.headers)


@dataclass(slots=True)
class Response:
    """The status line, headers and body of a response."""

    status: int
    reason: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def serialize(self) -> bytes:
        """The bytes on the wire; InvalidHeader for what would not stay one line of its own."""
        if not 100 <= self.status <= 999:
            raise InvalidHeader(f"The status {self.status} does not have three digits.")
        check_field("Reason-Phrase", self.reason)
        line = f"HTTP/1.1 {self.status} {self.reason}"
        return _serialize(line, self.headers) + self.body


def reason_phrase(status: int) -> str:
    """The usual words for a status, "" for one that nobody registered."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _serialize(start_line: str, headers: Headers) -> bytes:
    lines = [start_line]
    for name, value in headers:
        check_field(name, value)
        lines.append(f"{name}: {value}")
    return "\r\n".join((*lines, "", "")).encode("latin-1")
