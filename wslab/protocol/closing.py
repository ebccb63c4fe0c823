"""The Close frame's payload: RFC 6455 5.5.1, and which codes may stand in it, 7.4.

nothing at all                   no code: reported as 1005, which itself is never sent
2 bytes of code                  1000 to 1003, 1007 to 1014, 3000 to 4999
2 bytes of code, UTF-8 reason    123 bytes of reason at most
"""

from __future__ import annotations

from wslab.protocol.errors import InvalidCloseCode, LocalError, ProtocolError, ReasonTooLong

PROTOCOL_ERROR = 1002
NO_CODE = 1005
ABNORMAL = 1006
INVALID_TEXT = 1007
POLICY = 1008
TOO_BIG = 1009

MAX_REASON = 123  # bytes of UTF-8: a control frame has 125, and the code takes two

MEANINGS: dict[int, str] = {
    1000: "normal closure",
    1001: "going away: a page left, or a server stops",
    1002: "protocol error",
    1003: "a kind of data that the receiver can't take",
    1005: "no code was in the close frame",
    1006: "the connection broke without a close frame",
    1007: "the data does not fit the message's type, such as text that is not UTF-8",
    1008: "a message against the receiver's policy",
    1009: "a message too big for the receiver",
    1010: "the server did not agree to an extension that the client needs",
    1011: "the server met an unexpected error",
    1012: "the service restarts",
    1013: "try again later",
    1014: "a bad answer from the server behind a gateway",
    1015: "the TLS handshake failed",
}
"""The registered codes (RFC 6455 7.4.1 and 11.7, and IANA's list). 3000 to 3999 are registered
for libraries, 4000 to 4999 are free for applications."""


def is_sendable(code: int) -> bool:
    """Whether a code may stand in a Close frame; 1005, 1006 and 1015 are only ever reported."""
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999


def close_payload(code: int | None, reason: str = "") -> bytes:
    """The payload of a Close frame.

    Lone surrogates become U+FFFD, as in browsers. Raises InvalidCloseCode, ReasonTooLong, or
    LocalError for a reason without a code.
    """
    if code is None:
        if reason:
            raise LocalError("A Close frame can't carry a reason without a code; give a code too.")
        return b""
    if not isinstance(code, int) or isinstance(code, bool) or not is_sendable(code):
        meaning = f" ({MEANINGS[code]}, only ever reported)" if code in (1005, 1006, 1015) else ""
        raise InvalidCloseCode(
            f"Close code {code!r}{meaning} can't be sent; use 1000 to 1003, 1007 to 1014,"
            " or 3000 to 4999."
        )
    payload = encode_text(reason)
    if len(payload) > MAX_REASON:
        raise ReasonTooLong(
            f"The close reason has {len(payload)} bytes of UTF-8, {MAX_REASON} at most."
        )
    return code.to_bytes(2, "big") + payload


def parse_close(payload: bytes) -> tuple[int, str]:
    """Code and reason of a Close frame that was received; (1005, "") for an empty one.

    Raises ProtocolError 1002 for half a code or one that must not be sent, 1007 for a reason
    that is not UTF-8.
    """
    if not payload:
        return NO_CODE, ""
    if len(payload) == 1:
        raise ProtocolError(PROTOCOL_ERROR, "Close frame with one byte; a code has two")
    code = int.from_bytes(payload[:2], "big")
    if not is_sendable(code):
        raise ProtocolError(PROTOCOL_ERROR, f"close code {code} must not be sent")
    try:
        return code, payload[2:].decode()
    except UnicodeDecodeError:
        raise ProtocolError(INVALID_TEXT, "close reason is not UTF-8") from None


def encode_text(text: str) -> bytes:
    """UTF-8 of `text`; lone surrogates become U+FFFD, which is WHATWG's USVString."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        # UTF-16 joins surrogates that are a pair and finds those that are alone.
        units = text.encode("utf-16-le", "surrogatepass")
        return units.decode("utf-16-le", "replace").encode()
