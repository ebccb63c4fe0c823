from __future__ import annotations

import pytest

from wslab.protocol.headers import Headers

PAIRS = [("Host", "a"), ("Connection", "keep-alive, Upgrade"), ("X-A", "1"), ("x-a", " 2 ,, 3 ")]


def test_names_are_found_in_any_case_and_kept_as_written() -> None:
    headers = Headers(PAIRS)
    assert headers.get("hOST") == "a"
    assert "CONNECTION" in headers
    assert "Cookie" not in headers
    assert 7 not in headers
    assert list(headers) == PAIRS
    assert len(headers) == 4


def test_get_gives_the_first_line_or_the_default() -> None:
    headers = Headers(PAIRS)
    assert headers.get("x-a") == "1"
    assert headers.get("nothing") is None
    assert headers.get("nothing", "x") == "x"


def test_repeated_lines_read_as_one_list() -> None:
    headers = Headers(PAIRS)
    assert headers.get_all("X-a") == ["1", " 2 ,, 3 "]
    assert headers.tokens("X-A") == ["1", "2", "3"]
    assert headers.tokens("nothing") == []


@pytest.mark.parametrize(
    ("token", "there"), [("upgrade", True), ("UPGRADE", True), ("up", False), ("", False)]
)
def test_a_token_is_compared_whole_and_without_case(token: str, there: bool) -> None:
    assert Headers(PAIRS).has_token("connection", token) is there


def test_tokens_keep_their_case() -> None:
    assert Headers(PAIRS).tokens("Connection") == ["keep-alive", "Upgrade"]


def test_add_keeps_what_is_there() -> None:
    headers = Headers(PAIRS)
    headers.add("Host", "b")
    assert headers.get_all("host") == ["a", "b"]
    assert PAIRS[-1][0] == "x-a"  # the list that was given is not the one that grew


def test_set_leaves_one_line_in_the_first_ones_place() -> None:
    headers = Headers(PAIRS)
    headers.set("X-a", "9")
    assert list(headers) == [*PAIRS[:2], ("X-a", "9")]
    headers.set("New", "n")
    assert list(headers)[-1] == ("New", "n")


def test_remove_drops_all_lines() -> None:
    headers = Headers(PAIRS)
    headers.remove("X-A")
    headers.remove("nothing")
    assert list(headers) == PAIRS[:2]


def test_equality_ignores_the_case_of_names_but_not_order_or_values() -> None:
    assert Headers([("A", "x"), ("B", "y")]) == Headers([("a", "x"), ("b", "y")])
    assert Headers([("A", "x"), ("B", "y")]) != Headers([("B", "y"), ("A", "x")])
    assert Headers([("A", "x")]) != Headers([("A", "X")])
    assert Headers() != []


def test_a_copy_is_on_its_own() -> None:
    headers = Headers(PAIRS)
    copy = Headers(list(headers))
    copy.remove("Host")
    assert "Host" in headers


def test_repr_shows_the_lines() -> None:
    assert repr(Headers([("A", "x")])) == "Headers([('A', 'x')])"


def test_it_can_not_be_a_dictionary_key() -> None:
    with pytest.raises(TypeError):
        hash(Headers())
