"""Names: what may be one, and which are the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wslab.chat.names import MAX_LENGTH, check_name, fold, keys, skeleton
from wslab.chat.refused import Refused


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ada", "Ada"),
        ("  Ada\t", "Ada"),
        ("Ada Lovelace", "Ada Lovelace"),
        ("e\u0301", "é"),
        ("小明", "小明"),
        ("<b>Ada</b>", "<b>Ada</b>"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("🏳\ufe0f\u200d🌈", "🏳\ufe0f\u200d🌈"),
        ("ดี้", "ดี้"),
        ("x" * MAX_LENGTH, "x" * MAX_LENGTH),
    ],
)
def test_good_names_are_trimmed_and_kept(typed: str, shown: str) -> None:
    assert check_name(typed) == shown


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (None, "must be a text"),
        (7, "must be a text"),
        (["Ada"], "must be a text"),
        ("", "choose a name"),
        (" \t\n ", "choose a name"),
        ("x" * 33, "33 characters; 32"),
        ("x" * 1_000_000, "too long"),
        ("a\x00b", "can't be seen"),
        ("a\nb", "can't be seen"),
        ("a\x7f", "can't be seen"),
        ("\u202eadA", "can't be seen"),  # right-to-left override
        ("\u2066Ada\u2069", "can't be seen"),
        ("A\u200bda", "can't be seen"),  # zero-width space
        ("A\u200dda", "can't be seen"),  # a joiner that joins no emoji
        ("A\ufe0fda", "can't be seen"),
        ("\ufeffAda", "can't be seen"),
        ("\u3164", "can't be seen"),  # Hangul filler
        ("\u2800", "can't be seen"),  # blank Braille
        ("A\u00adda", "can't be seen"),  # soft hyphen
        ("A\U000e0041", "can't be seen"),  # tag
        ("\ud800", "can't be seen"),
        ("\ue000", "can't be seen"),  # private use
        ("a" + "\u0301" * 5, "accents"),
        ("\u0301a", "accents"),
    ],
)
def test_bad_names_are_refused_with_a_reason(typed: object, words: str) -> None:
    with pytest.raises(Refused) as refused:
        check_name(typed)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada", "ADA"),
        ("Ada", "Ａｄａ"),
        ("straße", "STRASSE"),
        ("ﬁn", "FIN"),
        ("Ada  Lovelace", "ada lovelace"),
        ("Ada\u00a0Lovelace", "Ada Lovelace"),
        ("ϒ", "υ"),
        ("é", "E\u0301"),
        ("👩\u200d💻", "👩💻"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert fold(check_name(one)) == fold(check_name(other))


def test_different_names_stay_different() -> None:
    names = ["Ada", "Ada2", "Adа", "Áda", "小明", "小民", "Ad a"]
    assert len({fold(name) for name in names}) == len(names)


@given(st.text(max_size=40))
@settings(deadline=None)
def test_folding_again_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text(max_size=40))
@settings(deadline=None)
def test_what_passes_can_be_shown(typed: str) -> None:
    try:
        shown = check_name(typed)
    except Refused:
        return
    assert shown == check_name(shown)
    assert 1 <= len(shown) <= MAX_LENGTH
    assert shown == shown.strip() == unicodedata.normalize("NFC", shown)
    assert fold(shown)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada", "Аdа"),  # Cyrillic
        ("Ada", "АDА"),
        ("Bill", "BiIl"),  # a large i
        ("Bill", "Bi11"),
        ("Bob", "B0b"),
        ("Jim", "Jirn"),
        ("talker 1", "talker l"),
        ("ρeter", "peter"),
        ("\u00c5sa", "A\u030asa"),
        ("KATE", "кate"),  # from here on in another case, too
        ("TOM", "тom"),
        ("bob", "вob"),
        ("ROB", "Roв"),
        ("Mom", "rnom"),
        ("VEM", "νern"),
        ("KEM", "кern"),
        ("hannah", "наNNан"),
    ],
)
def test_names_that_are_taken_for_each_other(one: str, other: str) -> None:
    assert set(keys(check_name(one))) & set(keys(check_name(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ali", "All"),
        ("talker 1", "talker 11"),
        ("Ada", "Áda"),
        ("小明", "小民"),
        ("Eve", "Ewe"),
        ("Ilya", "lia"),
        ("Lia", "Mia"),
        ("Ina", "Lina"),
        ("Ron", "Rob"),
        ("Нина", "Huha"),
        ("Илья", "Лия"),
        ("Μαρία", "Maria"),
    ],
)
def test_names_that_are_not(one: str, other: str) -> None:
    assert not set(keys(one)) & set(keys(other))


@given(st.text(max_size=40))
@settings(deadline=None)
def test_how_a_name_is_encoded_makes_no_other_of_it(name: str) -> None:
    forms = [unicodedata.normalize(form, name) for form in ("NFC", "NFD")]
    assert keys(forms[0]) == keys(forms[1])
    assert skeleton(forms[0]) == skeleton(forms[1])
