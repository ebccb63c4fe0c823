"""wslab.net.dissect.credentials: what is one is found, and nothing else."""

from __future__ import annotations

import time

import pytest

from wslab.net.dissect import REDACTED, redact, redact_text, secret_spans
from wslab.net.dissect.credentials import hide, is_secret_name, star_value

S = "SEKRET9x"
NAMES = [
    "token", "access_token", "_xsrf", "id_token", "refresh_token", "auth", "auth_token",
    "authToken", "api_key", "apikey", "password", "passwd", "secret", "jwt", "ticket", "signature",
    "X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "session", "sessionid", "pwd",
    "client_secret", "user[password]", "csrfmiddlewaretoken", "pass", "sig",
]  # fmt: skip
PLAIN = [
    "sid", "EIO", "transport", "key", "code", "author", "tokens", "token_type", "keyboard",
    "signatures", "compass", "design", "name",
]  # fmt: skip


def test_redact_replaces_values_and_keeps_names_and_order() -> None:
    pairs = [
        ("Host", "h"), ("COOKIE", "a=b"), ("set-cookie", "c=d"), ("Authorization", "Basic eA=="),
        ("Proxy-Authorization", "x"), ("Referer", "http://h/lab?token=abc&x=1"),
    ]  # fmt: skip
    assert redact(pairs) == [
        ("Host", "h"), ("COOKIE", REDACTED), ("set-cookie", REDACTED), ("Authorization", REDACTED),
        ("Proxy-Authorization", REDACTED), ("Referer", f"http://h/lab?token={REDACTED}&x=1"),
    ]  # fmt: skip


def test_redact_text_only_touches_tokens() -> None:
    assert redact_text("/a?x=1&_xsrf=2|3") == f"/a?x=1&_xsrf={REDACTED}"
    assert redact_text("/a?tokens=1") == "/a?tokens=1"


def test_secret_spans_cover_folded_and_repeated_lines() -> None:
    raw = b"Cookie: a\r\n b\r\nX: y\r\nset-cookie:c\r\n\r\n"
    hidden = [raw[start:end] for start, end in secret_spans(raw)]
    assert hidden == [b"a\r\n b", b"c"]


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_name(name: str) -> None:
    assert is_secret_name(name) and is_secret_name(name.upper())
    for before, after in (("/a?x=1&", "&y=2"), ("/a?", " HTTP/1.1"), ("/a?x=1;", "#y"), ("#", "")):
        assert redact_text(f"{before}{name}={S}{after}") == f"{before}{name}={REDACTED}{after}"
    assert S.encode() not in hide(f'{{"a":1,"{name}": "{S}"}}'.encode(), "down")


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_that_is_none(name: str) -> None:
    assert not is_secret_name(name)
    for text in (f"/a?{name}=value&x=1", f'{{"{name}":"value"}}'):
        assert redact_text(text) == text
        assert hide(text.encode(), "up") == text.encode()


@pytest.mark.parametrize(
    "line",
    [
        "Cookie", "Set-Cookie", "Cookie2", "Authorization", "Proxy-Authorization", "X-XSRFToken",
        "X-CSRFToken", "X-Api-Key", "X-Auth-Token", "X-Amz-Security-Token", "Authentication-Info",
    ],
)  # fmt: skip
def test_a_secret_header(line: str) -> None:
    assert redact([(line, S)]) == [(line, REDACTED)]
    raw = f"GET / HTTP/1.1\r\nHost: h\r\n{line.lower()}: {S}\r\n\r\n".encode()
    assert [raw[a:b] for a, b in secret_spans(raw)] == [S.encode()]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("chat, superchat", "chat, superchat"),
        ("graphql-ws, graphql-transport-ws", "graphql-ws, graphql-transport-ws"),
        (f"bearer, {S}", "bearer, ********"),
        (f"chat, access_token, {S}, x", "chat, access_token, ********, x"),
        (f"base64url.bearer.authorization.k8s.io.{S}, v1",
         "base64url.bearer.authorization.k8s.io.********, v1"),
        (f"bearer-{S}", "bearer-********"),
    ],
)  # fmt: skip
def test_a_token_offered_as_a_subprotocol(value: str, shown: str) -> None:
    assert star_value("Sec-WebSocket-Protocol", value) == shown
    raw = f"GET / HTTP/1.1\r\nSec-WebSocket-Protocol: {value}\r\n\r\n".encode()
    assert (S.encode() in b"".join(raw[a:b] for a, b in secret_spans(raw))) == (S in value)


def test_what_a_lesson_is_about_stays() -> None:
    pairs = [
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("Access-Control-Allow-Credentials", "true"),
        ("Referer", "http://127.0.0.1:8888/socket.io/?EIO=4&sid=abc"),
    ]
    assert redact(pairs) == pairs


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"/a?t%6fken={S}&b=1", "/a?t%6fken=********&b=1"),
        (f"http://user:{S}@h/x", "http://*************@h/x"),
        ("http://h/x@y:z", "http://h/x@y:z"),
        (f'<a href="/lab?token={S}">', '<a href="/lab?token=********">'),
        (f"user=u&password={S}&b=1", "user=u&password=********&b=1"),
        (f'token="{S}" x', 'token="********" x'),
        (f'["go",{{"jwt":"{S}"}}]', '["go",{"jwt":"********"}]'),
        ("x eyJhbGciOiJ9.eyJzdWIifQ.c2ln y", "x **************************** y"),
        ("a token = 5, b == c", "a token = 5, b == c"),
    ],
)
def test_contents(text: str, shown: str) -> None:
    assert hide(text.encode(), "down").decode() == shown


@pytest.mark.parametrize(
    ("packet", "shown"),
    [
        (f'40["{S}"]', '40["********"]'),
        (f'40"{S}"', '40"********"'),
        (f'40{{"{S}":1}}', '40{"********":*}'),
        (f"40{{key:{S}}}", "40{***:********}"),
        (f'40/admin?token={S},{{"key":"x"}}', '40/admin?token=********,{"key":"*"}'),
        (f"40/admin?token={S},", "40/admin?token=********,"),
        ("40", "40"),
        ("40 people", "40 people"),
    ],
)
def test_the_auth_of_socket_io(packet: str, shown: str) -> None:
    assert hide(packet.encode(), "up").decode() == shown


def test_broken_heads() -> None:
    for raw in (
        f"GET / HTTP/1.1\rHost: h\rCookie: a={S}\r\r".encode(),
        f"okie: a={S}\r\n\r\n".encode(),
        f"zation: Basic {S}\r\n\r\n".encode(),
    ):
        hidden = b"".join(raw[a:b] for a, b in secret_spans(raw))
        assert S.encode() in hidden and b"Host" not in hidden


@pytest.mark.parametrize(
    "data",
    [
        b"a=b " * 250_000, b"=" + b"a" * 1_000_000, b"token" * 200_000 + b"=", b"://a" * 250_000,
        b"?%" * 500_000 + b"=", b"session-" * 125_000 + b"=", b"eyJaaaaaa." * 100_000 + b"=",
        b"@://" * 250_000, b'40{"a":' * 150_000, b'token":' * 150_000, b"token=\\" * 100_000,
        b"40/" * 300_000, b'"' + b"\\" * 1_000_000,
    ],
)  # fmt: skip
def test_a_megabyte_takes_no_seconds(data: bytes) -> None:
    before = time.process_time()
    hide(data, "up")
    secret_spans(data)
    assert time.process_time() - before < 2
