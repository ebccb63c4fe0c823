"""What JavaScript makes of an argument before the method sees it (WHATWG Web IDL section 3.2)."""

from __future__ import annotations

from wslab.browser.blob import Blob
from wslab.protocol.closing import encode_text


def to_string(value: object) -> str:
    """A JavaScript argument that must be a string: null is "null", lone surrogates are U+FFFD."""
    if value is None:
        return "null"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return encode_text(text).decode()


def to_message(data: object) -> tuple[str | bytes, int]:
    """What to send, copied, and how many bytes that is."""
    if isinstance(data, str):
        encoded = encode_text(data)
        return encoded.decode(), len(encoded)
    if isinstance(data, Blob):
        return data._data, data.size
    try:
        payload = memoryview(data).tobytes()  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            f"send takes str, bytes-like objects or Blob, not {type(data).__name__}: make a string"
            " of it, with json.dumps for one (a browser would send what String() makes of it)"
        ) from None
    return payload, len(payload)


def to_unsigned_short(value: object) -> int:
    """Web IDL's [Clamp] unsigned short: what is no number is 0, what is too large is 65535."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 0
    return 0 if number != number else round(min(max(number, 0), 65_535))
