"""Reading and writing the header values of the handshake.

Tokens and quoted strings are RFC 9110 5.6.2 and 5.6.4; the list of subprotocols RFC 6455 4.1 item
10 and 11.3.4; the list of extensions RFC 6455 9.1:

    extension-list  = 1#extension
    extension       = extension-token *( ";" extension-param )
    extension-param = token [ "=" (token | quoted-string) ]     the string unquoted is a token
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from wslab.protocol.errors import BadExtensionsHeader, BadProtocolHeader, InvalidHeader
from wslab.protocol.headers import Headers

TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # RFC 9110 5.6.2
_TOKEN = re.compile(TOKEN)
_QUOTED = re.compile(r'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t -~\x80-\xff])*)"')
_SPACE = re.compile(r"[ \t]*")
# RFC 9110 5.5: visible characters, space and tab; what a line break would start is not a value.
_VALUE = re.compile(r"[\t -~\x80-\xff]*")


HOST = re.compile(r"(\[[0-9A-Za-z.:%\-]+\]|[^\s/@,\\?#:\[\]\x00-\x20\x7f]+)(:[0-9]*)?")
"""host or host:port, as the Host header has it (RFC 9112 3.2)."""

_HANDSHAKE = frozenset(("host", "upgrade", "connection", "content-length", "transfer-encoding"))
"""Headers that the handshake sets, or that would make a body of what follows it."""


def is_token(text: str) -> bool:
    """Whether `text` is an HTTP token: one or more letters, digits and !#$%&'*+-.^_`|~"""
    return _TOKEN.fullmatch(text) is not None


def shown(text: str) -> str:
    """A peer's text as an error message may hold it: quoted, ASCII, 60 characters at most."""
    return ascii(text if len(text) <= 60 else text[:57] + "...")


def check_field(name: str, value: str) -> None:
    """Refuse a header line that would not stay one line: InvalidHeader names it."""
    if not isinstance(name, str) or not is_token(name):
        raise InvalidHeader(f"Header name {shown(str(name))} is not a token (RFC 9110 5.6.2).")
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise InvalidHeader(
            f"The value of header {name} holds a line break, a control character or one beyond"
            f" Latin-1: {shown(str(value))}."
        )


def with_extra(fields: Headers, extra: Iterable[tuple[str, str]]) -> Headers:
    """`fields` with the caller's own ones added, all of them checked: InvalidHeader names one."""
    for name, value in extra:
        if name.lower() in _HANDSHAKE or name.lower().startswith("sec-websocket-"):
            raise InvalidHeader(f"The handshake sets the header {name} itself.")
        fields.add(name, value)
    for name, value in fields:
        check_field(name, value)
    return fields


def found(name: str, fields: Headers, wanted: str) -> str:
    """The sentence of an error: what the header must be, and what it is."""
    values = fields.get_all(name)
    found = " and ".join(shown(value) for value in values[:3]) if values else "missing"
    return f"The header {name} {wanted}; it is {found}."


def parse_protocols(value: str) -> tuple[str, ...]:
    """The subprotocols in a Sec-WebSocket-Protocol value, most wanted first.

    Raises BadProtocolHeader for what is not a token, a repeated one, or an empty list.
    """
    names = [part.strip(" \t") for part in value.split(",")]
    names = [name for name in names if name]  # empty elements are ignored, RFC 9110 5.6.1
    if not names:
        raise BadProtocolHeader("The header Sec-WebSocket-Protocol is empty; name one or more.")
    for index, name in enumerate(names):
        if not is_token(name):
            raise BadProtocolHeader(
                f"Sec-WebSocket-Protocol: {shown(name)} is not a token (letters, digits and"
                " !#$%&'*+-.^_`|~)."
            )
        if name in names[:index]:
            raise BadProtocolHeader(f"Sec-WebSocket-Protocol names {shown(name)} twice.")
    return tuple(names)


@dataclass(frozen=True, slots=True)
class ExtensionOffer:
    """One element of Sec-WebSocket-Extensions: a name and its parameters, None without value."""

    name: str
    params: tuple[tuple[str, str | None], ...] = ()


def parse_extensions(value: str) -> tuple[ExtensionOffer, ...]:
    """The extensions in a Sec-WebSocket-Extensions value, most wanted first.

    An empty value gives none. Raises BadExtensionsHeader with the place where the grammar ends.
    """
    offers: list[ExtensionOffer] = []
    reader = _Reader(value)
    while True:
        while reader.skip(","):  # empty elements are ignored
            pass
        if reader.at_end():
            return tuple(offers)
        name = reader.token("an extension's name")
        params: list[tuple[str, str | None]] = []
        while reader.skip(";"):
            param = reader.token("a parameter's name")
            params.append((param, reader.value() if reader.skip("=") else None))
        offers.append(ExtensionOffer(name, tuple(params)))
        if not reader.at_end() and not reader.skip(","):
            reader.refuse("a comma, a semicolon or the end")


def format_extensions(offers: Iterable[ExtensionOffer]) -> str:
    """The header value that names these extensions; InvalidHeader for what is not a token."""
    parts: list[str] = []
    for offer in offers:
        words = [offer.name, *(word for pair in offer.params for word in pair if word is not None)]
        for word in words:
            if not is_token(word):
                raise InvalidHeader(f"Extension {shown(offer.name)}: {shown(word)} is no token.")
        params = (name if value is None else f"{name}={value}" for name, value in offer.params)
        parts.append("; ".join((offer.name, *params)))
    return ", ".join(parts)


class _Reader:
    """A place in a header value that moves on token by token, skipping spaces."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self._skip_spaces()

    def _skip_spaces(self) -> None:
        match = _SPACE.match(self.text, self.place)
        self.place = match.end() if match else self.place

    def at_end(self) -> bool:
        return self.place == len(self.text)

    def skip(self, mark: str) -> bool:
        if not self.text.startswith(mark, self.place):
            return False
        self.place += 1
        self._skip_spaces()
        return True

    def token(self, expected: str) -> str:
        match = _TOKEN.match(self.text, self.place)
        if match is None:
            self.refuse(expected)
        self.place = match.end()
        self._skip_spaces()
        return match.group()

    def value(self) -> str:
        match = _QUOTED.match(self.text, self.place)
        if match is None:
            return self.token("a parameter's value")
        text = re.sub(r"\\(.)", r"\1", match.group(1))
        if not is_token(text):
            self.refuse("a quoted string that holds a token")
        self.place = match.end()
        self._skip_spaces()
        return text

    def refuse(self, expected: str) -> NoReturn:
        found = shown(self.text[self.place :]) if self.place < len(self.text) else "the end"
        raise BadExtensionsHeader(
            f"Sec-WebSocket-Extensions: expected {expected} at character {self.place + 1},"
            f" found {found}."
        )
