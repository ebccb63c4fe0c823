from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.protocol.errors import BadExtensionsHeader, BadProtocolHeader, InvalidHeader
from wslab.protocol.headers import Headers
from wslab.protocol.http_fields import (
    HOST,
    ExtensionOffer,
    check_field,
    format_extensions,
    found,
    is_token,
    parse_extensions,
    parse_protocols,
    shown,
    with_extra,
)

tokens = st.text("abcXYZ0189!#$%&'*+-.^_`|~", min_size=1, max_size=8)


@pytest.mark.parametrize("text", ["a", "permessage-deflate", "!#$%&'*+-.^_`|~", "x.1"])
def test_tokens(text: str) -> None:
    assert is_token(text)


@pytest.mark.parametrize("text", ["", "a b", "a,b", "a;b", 'a"', "ä", "a\n", "a/b", "a\x00", "(a)"])
def test_not_tokens(text: str) -> None:
    assert not is_token(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "b\r\nSet-Cookie: c=d"),
        ("X-A", "b\n"),
        ("X-A", "b\rc"),
        ("X-A", "b\x00"),
        ("X-A", "b\x7f"),
        ("X-A", "\u20ac"),
        ("X A", "b"),
        ("X-A:", "b"),
        ("X-A\r\nY", "b"),
        ("", "b"),
    ],
)
def test_a_header_that_would_not_stay_one_line_is_refused(name: str, value: str) -> None:
    with pytest.raises(InvalidHeader, match=r"[Hh]eader"):
        check_field(name, value)


def test_an_ordinary_header_passes() -> None:
    check_field("Cookie", "a=b; c=\tü")


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("chat", ("chat",)),
        ("chat, superchat", ("chat", "superchat")),
        (" chat ,\tsuperchat,", ("chat", "superchat")),
        (",,chat", ("chat",)),
        ("chat, Chat", ("chat", "Chat")),  # subprotocols are case-sensitive
    ],
)
def test_protocols_in_the_order_of_preference(value: str, names: tuple[str, ...]) -> None:
    assert parse_protocols(value) == names


@pytest.mark.parametrize(
    ("value", "wrong"),
    [("", "empty"), (" , ", "empty"), ("a b", "'a b'"), ("a, b/c", "'b/c'"), ("a,b,a", "twice")],
)
def test_bad_protocol_lists_say_what_is_wrong(value: str, wrong: str) -> None:
    with pytest.raises(BadProtocolHeader, match=wrong):
        parse_protocols(value)


@pytest.mark.parametrize(
    ("value", "offers"),
    [
        ("", ()),
        (" ,\t, ", ()),
        ("foo", (ExtensionOffer("foo"),)),
        ("foo, bar; baz=2", (ExtensionOffer("foo"), ExtensionOffer("bar", (("baz", "2"),)))),
        # RFC 6455 9.1
        (
            'bar; baz=2, foo, bar ; baz="3"',
            (
                ExtensionOffer("bar", (("baz", "2"),)),
                ExtensionOffer("foo"),
                ExtensionOffer("bar", (("baz", "3"),)),
            ),
        ),
        # what Chrome sends
        (
            "permessage-deflate; client_max_window_bits",
            (ExtensionOffer("permessage-deflate", (("client_max_window_bits", None),)),),
        ),
        (r'a; b="c\d"', (ExtensionOffer("a", (("b", "cd"),)),)),
        ("a;b;b = 1", (ExtensionOffer("a", (("b", None), ("b", "1"))),)),
    ],
)
def test_extensions_are_read(value: str, offers: tuple[ExtensionOffer, ...]) -> None:
    assert parse_extensions(value) == offers


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("foo bar", "character 5"),
        ("foo;", "character 5, found the end"),
        ("foo; =1", "character 6"),
        ("foo; a=", "character 8, found the end"),
        ("; a", "character 1"),
        ('foo; a="', "character 8"),
        ('foo; a="b c"', "a quoted string that holds a token at character 8"),
        ('foo; a=""', "character 8"),
        ("foo/1", "character 4, found '/1'"),
        ("foo; a=1 2", "character 10"),
    ],
)
def test_bad_extension_lists_name_the_place(value: str, place: str) -> None:
    with pytest.raises(BadExtensionsHeader, match=place):
        parse_extensions(value)


@given(
    st.lists(
        st.builds(
            ExtensionOffer,
            tokens,
            st.lists(st.tuples(tokens, st.none() | tokens), max_size=3).map(tuple),
        ),
        max_size=4,
    ).map(tuple)
)
def test_what_is_written_is_read_back(offers: tuple[ExtensionOffer, ...]) -> None:
    assert parse_extensions(format_extensions(offers)) == offers


@given(st.text('ab;=,"\\ \t\x01é', max_size=20))
def test_reading_never_raises_anything_else(value: str) -> None:
    try:
        parse_extensions(value)
    except BadExtensionsHeader as error:
        assert error.status == 400
        assert error.header == "Sec-WebSocket-Extensions"


@pytest.mark.parametrize(
    "offer",
    [
        ExtensionOffer("a b"),
        ExtensionOffer("a", (("b\r\n", None),)),
        ExtensionOffer("a", (("b", "c,d"),)),
        ExtensionOffer("a", (("b", ""),)),
    ],
)
def test_what_is_no_token_is_not_written(offer: ExtensionOffer) -> None:
    with pytest.raises(InvalidHeader):
        format_extensions([offer])


@pytest.mark.parametrize(
    "host", ["example.org", "example.org:80", "[::1]", "[::1]:9001", "127.0.0.1:0", "a_b", "x:"]
)
def test_hosts(host: str) -> None:
    assert HOST.fullmatch(host)


@pytest.mark.parametrize(
    "host", ["", "a b", "a/b", "me@a", "a,b", "a:b", "::1", "[::1", "a\r\n", "http://a", "a#b"]
)
def test_not_hosts(host: str) -> None:
    assert not HOST.fullmatch(host)


@pytest.mark.parametrize(
    "name",
    ["Host", "upgrade", "CONNECTION", "Content-Length", "Transfer-Encoding", "sec-webSocket-Key"],
)
def test_the_handshakes_own_headers_can_not_be_added(name: str) -> None:
    with pytest.raises(InvalidHeader, match=name):
        with_extra(Headers(), [(name, "x")])


def test_other_headers_are_added_in_order() -> None:
    fields = with_extra(Headers([("Host", "a")]), [("Cookie", "b=c"), ("Cookie", "d=e")])
    assert list(fields) == [("Host", "a"), ("Cookie", "b=c"), ("Cookie", "d=e")]


def test_a_peers_text_is_shown_short_and_harmless() -> None:
    assert shown("a") == "'a'"
    assert shown("é\x1b[2J\n") == r"'\xe9\x1b[2J\n'"
    assert len(shown("x" * 1000)) == 62
    fields = Headers([("A", "1"), ("A", "2")])
    assert found("A", fields, "must be 3") == "The header A must be 3; it is '1' and '2'."
    assert found("B", fields, "must be 3") == "The header B must be 3; it is missing."
