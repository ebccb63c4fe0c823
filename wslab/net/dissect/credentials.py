"""Which bytes of what was recorded are a credential: by the name that they stand under.

One rule over names serves for headers (RFC 9110 section 11), for queries and fragments of URLs
(OAuth's tokens travel in both), and for name=value and JSON's "name":"value" in any text.
Engine.IO's `sid` and `Sec-WebSocket-Key` are no credentials: lessons are about them. What has no
name is known by its shape: user and password before the host of a URL (RFC 3986 section 3.2.1), a
JWT (RFC 7519), and what a client of Socket.IO says of itself when it connects, `40{"key":"…"}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_to_bytes

Span = tuple[int, int]

REDACTED = "[redacted]"
MOST_BEFORE = 4096  # bytes of a message before a part of it in which a credential may begin

# How the name of a secret ends.
_NAME = (
    r"(?:token|secret|passw(?:or)?d|passphrase|pass(?<![a-z]pass)|pwd|sig(?<![a-z]sig)|jwt"
    r"|signature|ticket|credential|csrf|xsrf|auth(?:ori[sz]ation)?|session(?:[_-]?id)?"
    r"|api[_-]?key|access[_-]?key|auth[_-]?key|private[_-]?key|secret[_-]?key|session[_-]?key)\d*"
)
_HEADER = rf"(?:(?:set-)?cookie2?|[\w.-]*authentication-info|[\w.-]*{_NAME})"
# A recording may begin inside the name of a header.
_TAILS = "|".join(name[i:] for name in ("cookie", "authorization") for i in range(1, len(name)))
_VALUE = r"(?:[^&\s#\"<>\\,]|\\(?!\")|,(?![{\[\s]|\Z))+"

_SECRET_HEADER = re.compile(rf"(?i){_HEADER}")
_SECRET_NAME = re.compile(rf"(?i).*{_NAME}\]?", re.DOTALL)
_LINE = re.compile(
    rf"(?i)(?:(?<![^\r\n])[ \t]*{_HEADER}|\A(?:{_TAILS}))[ \t]*:[ \t]*"
    r"([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)"
)
_PAIR = re.compile(rf"{_NAME}(?:\]|%5d)?=[\"']?({_VALUE})")
_MEMBER = re.compile(rf'{_NAME}\]?\\*"\s*:\s*\\*"((?:[^"\\]|\\.)*)', re.DOTALL)  # of JSON
_ESCAPED_PAIR = re.compile(rf"[?&;#]([^?&;#=\s\"]*%[^?&;#=\s\"]*)=({_VALUE})")
_USER = re.compile(r"://([^/?#\s\"<>@][^/?#\s\"<>]*)@")
_JWT = re.compile(r"\b(eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?)")
# Browsers can set no other header, so tokens travel in this one, as if they were subprotocols.
_OFFER = re.compile(r"(?im)(?<![^\r\n])Sec-WebSocket-Protocol[ \t]*:([^\r\n]*)")
_OFFERED = re.compile(
    r"(?i)(?:\bbearer(?:\.authorization(?:\.k8s\.io)?\.|[.:-])"
    rf"|(?:\bbearer|(?<![\w.-])[\w.-]*{_NAME})[ \t]*,[ \t]*)([^,\s]+)"
)
# A CONNECT packet inside an Engine.IO message, perhaps behind others of one body (U+001E).
_CONNECT = re.compile(rb'((?:^|\x1e)40(?:/[^,{\[]*,)?)([{\["][^\x1e]*)')
# The name of a member, which stays when it looks like one; a text; what JSON has besides.
_TOKEN = re.compile(
    rb'("[a-z_][A-Za-z_]{0,15}"\s*:|true|false|null|[{}\[\],:\s]+)|(")((?:[^"\\]|\\.)*)("|$)|(.)',
    re.DOTALL,
)


def is_secret_name(name: str) -> bool:
    """Whether what stands under this name, in a query or a form, is a credential."""
    return _SECRET_NAME.fullmatch(name) is not None


def redact(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same headers, each credential replaced by a mark."""
    return [(name, _marked(value, _value_spans(name, value))) for name, value in headers]


def redact_text(text: str) -> str:
    """A URL, a header's value or another text, each credential replaced by a mark."""
    return _marked(text, _text_spans(text))


def star_value(name: str, value: str) -> str:
    """A header's value, each character of a credential an asterisk."""
    return _starred(value, _value_spans(name, value))


def secret_spans(raw: bytes) -> tuple[Span, ...]:
    """Where HTTP bytes hold credentials: positions from and to, in order, never overlapping."""
    text = raw.decode("latin-1")
    found = [match.span(1) for match in _LINE.finditer(text)]
    for line in _OFFER.finditer(text):
        found += _offered_spans(line[1], line.start(1))
    return tuple(_merged([*found, *_text_spans(text)]))


def hide(data: bytes, direction: str) -> bytes:
    """The content of a message or a body, each byte of a credential an asterisk."""
    if direction == "up" and b"40" in data:
        data = _CONNECT.sub(lambda packet: packet[1] + _TOKEN.sub(_asterisks, packet[2]), data)
    # Without one of these there is none; no loop, since most messages end here.
    if b"=" in data or b'"' in data or b"@" in data or b"eyJ" in data:
        text = data.decode("latin-1")
        if spans := _text_spans(text):
            return _starred(text, spans).encode("latin-1")
    return data


class Parts:
    """A message in parts: finds the one in which a credential goes on that began before it.

    most: how many bytes before a part are looked at, which each part costs.
    """

    def __init__(self, most: int = MOST_BEFORE) -> None:
        self._most = most
        self._before = b""

    def goes_on(self, data: bytes, direction: str, *, first: bool) -> bool:
        """Whether this part, the next one, has bytes of a credential that alone look like none."""
        before = b"" if first else self._before
        whole = before + data
        self._before = whole[-self._most :]
        return bool(before) and hide(whole, direction)[len(before) :] != hide(data, direction)


def _value_spans(name: str, value: str) -> list[Span]:
    name = name.strip().lower()
    if _SECRET_HEADER.fullmatch(name):
        return [(0, len(value))]
    if name == "sec-websocket-protocol":
        return _merged([*_offered_spans(value, 0), *_text_spans(value)])
    return _text_spans(value)


def _offered_spans(value: str, start: int) -> list[Span]:
    return [(start + a, start + b) for a, b in (m.span(1) for m in _OFFERED.finditer(value))]


def _text_spans(text: str) -> list[Span]:
    return _merged(_found(text))


def _found(text: str) -> Iterator[Span]:
    if '"' in text and ":" in text:
        yield from (match.span(1) for match in _MEMBER.finditer(_lower(text)))
    if "=" in text:
        yield from (match.span(1) for match in _PAIR.finditer(_lower(text)))
        if "%" in text:
            for match in _ESCAPED_PAIR.finditer(text):
                if is_secret_name(unquote_to_bytes(match[1]).decode("latin-1")):
                    yield match.span(2)
    if "@" in text:
        yield from (match.span(1) for match in _USER.finditer(text))
    if "eyJ" in text:
        yield from (match.span(1) for match in _JWT.finditer(text))


def _lower(text: str) -> str:
    """In small letters, each where it was: this is ten times faster than a pattern that ignores
    the case.
    """
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(each.lower() if each.isascii() else each for each in text)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _marked(text: str, spans: list[Span]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + REDACTED + text[end:]
    return text


def _starred(text: str, spans: list[Span]) -> str:
    parts, place = [], 0
    for start, end in spans:
        parts += [text[place:start], "*" * (end - start)]
        place = end
    return "".join([*parts, text[place:]])


def _asterisks(token: re.Match[bytes]) -> bytes:
    plain, opens, text, closes, other = token.groups()
    if plain:
        return plain
    return b"*" if other else opens + b"*" * len(text) + closes
