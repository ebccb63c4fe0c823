"""wslab.protocol.deflate_handshake: RFC 7692 section 7.1, each parameter, both sides."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

from wslab.protocol.deflate import Agreement, Deflate
from wslab.protocol.deflate_handshake import PerMessageDeflate
from wslab.protocol.errors import BadExtensionAnswer, UnrequestedExtension
from wslab.protocol.extensions import agree, choose, offered
from wslab.protocol.http_fields import parse_extensions

P = "permessage-deflate"


def answer_to(offer: str, **server: object) -> str:
    return choose(parse_extensions(offer), [PerMessageDeflate(**server)])[0]  # type: ignore[arg-type]


def agreements(deflate: object) -> tuple[Agreement, Agreement]:
    assert isinstance(deflate, Deflate)
    return deflate._sends, deflate._receives


# The server ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offer", "server", "answer"),
    [
        (f"{P}", {}, f"{P}"),
        (f"{P}; client_max_window_bits", {}, f"{P}"),
        (f"{P}; server_no_context_takeover", {}, f"{P}; server_no_context_takeover"),
        (f"{P}; client_no_context_takeover", {}, f"{P}; client_no_context_takeover"),
        (f"{P}; server_max_window_bits=10", {}, f"{P}; server_max_window_bits=10"),
        (f"{P}; server_max_window_bits=15", {}, f"{P}; server_max_window_bits=15"),
        (f"{P}; client_max_window_bits=10", {}, f"{P}; client_max_window_bits=10"),
        (f"{P}", {"server_no_context_takeover": True}, f"{P}; server_no_context_takeover"),
        (f"{P}", {"client_no_context_takeover": True}, f"{P}; client_no_context_takeover"),
        (f"{P}", {"server_max_window_bits": 9}, f"{P}; server_max_window_bits=9"),
        (
            f"{P}; server_max_window_bits=8",
            {"server_max_window_bits": 9},
            f"{P}; server_max_window_bits=8",
        ),
        # 7.1.2.2: the client's window can only be limited when the client said so
        (f"{P}", {"client_max_window_bits": 9}, f"{P}"),
        (
            f"{P}; client_max_window_bits",
            {"client_max_window_bits": 9},
            f"{P}; client_max_window_bits=9",
        ),
        # several offers: the first that can be kept (5.1), and others' extensions beside it
        (f"x-other, {P}; mode=fast, {P}; server_max_window_bits=7, {P}", {}, f"{P}"),
        (f"{P}; client_no_context_takeover, {P}", {}, f"{P}; client_no_context_takeover"),
    ],
)
def test_what_the_server_answers(offer: str, server: dict[str, object], answer: str) -> None:
    assert answer_to(offer, **server) == answer


@pytest.mark.parametrize(
    "parameters",
    [
        "x",
        "server_no_context_takeover=1",
        "client_no_context_takeover=true",
        "server_max_window_bits",
        "server_max_window_bits=7",
        "server_max_window_bits=16",
        "server_max_window_bits=08",
        "server_max_window_bits=1e1",
        "client_max_window_bits=0",
        "client_max_window_bits=16",
        "server_no_context_takeover; server_no_context_takeover",
        "client_max_window_bits; client_max_window_bits=10",
    ],
)
def test_an_offer_that_is_not_valid_is_declined(parameters: str) -> None:
    assert answer_to(f"{P}; {parameters}") == ""


def test_no_extension_is_chosen_where_none_is_known() -> None:
    assert choose(parse_extensions(f"{P}, x"), []) == ("", ())


# The client ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "offer"),
    [
        ({}, f"{P}; client_max_window_bits"),
        ({"client_max_window_bits": None}, P),
        ({"client_max_window_bits": False}, P),
        ({"client_max_window_bits": 10}, f"{P}; client_max_window_bits=10"),
        (
            {
                "server_no_context_takeover": True,
                "client_no_context_takeover": True,
                "server_max_window_bits": 9,
            },
            f"{P}; server_no_context_takeover; client_no_context_takeover;"
            " server_max_window_bits=9; client_max_window_bits",
        ),
    ],
)
def test_what_a_client_offers(client: dict[str, object], offer: str) -> None:
    assert offered([PerMessageDeflate(**client)]) == offer  # type: ignore[arg-type]


def test_nothing_is_offered_without_a_factory() -> None:
    assert offered([]) == ""


@pytest.mark.parametrize(
    ("client", "answer", "sends", "receives"),
    [
        ({}, "", Agreement(), Agreement()),
        ({}, "client_max_window_bits=9", Agreement(bits=9), Agreement()),
        ({}, "server_max_window_bits=8", Agreement(), Agreement(bits=8)),
        ({}, "server_no_context_takeover", Agreement(), Agreement(takeover=False)),
        ({}, "client_no_context_takeover", Agreement(takeover=False), Agreement()),
        # what was promised counts also when the answer does not repeat it
        ({"client_no_context_takeover": True}, "", Agreement(takeover=False), Agreement()),
        ({"client_max_window_bits": 10}, "", Agreement(bits=10), Agreement()),
        (
            {"client_max_window_bits": 10},
            "client_max_window_bits=9",
            Agreement(bits=9),
            Agreement(),
        ),
    ],
)
def test_what_an_answer_means(
    client: dict[str, object], answer: str, sends: Agreement, receives: Agreement
) -> None:
    factory = PerMessageDeflate(**client)  # type: ignore[arg-type]
    (deflate,) = agree(parse_extensions(f"{P}; {answer}" if answer else P), [factory])
    assert agreements(deflate) == (sends, receives)


@pytest.mark.parametrize(
    ("client", "answer", "named"),
    [
        ({}, "x", "'x'"),
        ({}, "server_max_window_bits=16", "server_max_window_bits"),
        ({}, "server_max_window_bits", "server_max_window_bits"),
        ({}, "client_max_window_bits", "client_max_window_bits"),
        ({}, "server_no_context_takeover=1", "server_no_context_takeover"),
        ({}, "client_no_context_takeover; client_no_context_takeover", "twice"),
        ({"client_max_window_bits": None}, "client_max_window_bits=9", "not offered"),
        ({"client_max_window_bits": 9}, "client_max_window_bits=10", "9 at most"),
        ({"server_max_window_bits": 9}, "server_max_window_bits=10", "9 at most"),
        ({"server_max_window_bits": 9}, "", "9 at most"),
        ({"server_no_context_takeover": True}, "", "missing"),
    ],
)
def test_an_answer_that_the_offer_did_not_allow(
    client: dict[str, object], answer: str, named: str
) -> None:
    factory = PerMessageDeflate(**client)  # type: ignore[arg-type]
    with pytest.raises(BadExtensionAnswer, match=named) as caught:
        agree(parse_extensions(f"{P}; {answer}" if answer else P), [factory])
    assert caught.value.header == "Sec-WebSocket-Extensions"


def test_an_extension_that_was_not_offered_or_comes_twice() -> None:
    for answer, factories in ((P, []), (f"{P}, {P}", [PerMessageDeflate()])):
        with pytest.raises(UnrequestedExtension, match=P):
            agree(parse_extensions(answer), factories)


def test_a_number_of_bits_that_can_not_be() -> None:
    for name in ("server_max_window_bits", "client_max_window_bits"):
        for bits in (7, 16, "9 "):
            with pytest.raises(ValueError, match=name):
                PerMessageDeflate(**{name: bits})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="server_max_window_bits"):
        PerMessageDeflate(server_max_window_bits=True)


# Both sides ----------------------------------------------------------------------------------

wishes = st.builds(
    PerMessageDeflate,
    server_no_context_takeover=st.booleans(),
    client_no_context_takeover=st.booleans(),
    server_max_window_bits=st.none() | st.integers(8, 15),
    client_max_window_bits=st.none() | st.booleans() | st.integers(8, 15),
)


@given(wishes, wishes)
def test_both_sides_understand_the_same(
    client: PerMessageDeflate, server: PerMessageDeflate
) -> None:
    answer, (theirs,) = choose(client.offers(), [server])
    (ours,) = agree(parse_extensions(answer), [client])
    assert agreements(theirs)[0] == agreements(ours)[1]
    sends, expected = agreements(ours)[0], agreements(theirs)[1]
    # A client may do less than the server must be ready for, never more.
    assert sends.bits <= expected.bits
    assert expected.takeover or not sends.takeover


@given(wishes)
def test_we_understand_what_websockets_answers(client: PerMessageDeflate) -> None:
    assume(8 not in (client.server_max_window_bits, client.client_max_window_bits))  # they refuse
    factory = ServerPerMessageDeflateFactory()
    (offer,) = client.offers()
    params, theirs = factory.process_request_params(list(offer.params), [])
    header = "; ".join([P, *(n if v is None else f"{n}={v}" for n, v in params)])
    (ours,) = agree(parse_extensions(header), [client])
    sends, receives = agreements(ours)
    assert receives.bits == theirs.local_max_window_bits
    assert receives.takeover is not theirs.local_no_context_takeover
    assert sends.bits <= theirs.remote_max_window_bits
