"""Names that people choose: which are allowed, and which count as the same.

A name is shown to others as it was typed. Two names are the same when their folded forms are: case
folded and compatibility forms replaced (Unicode Standard Annex 15 and chapter 3.13,
"toNFKC_Casefold"), so that `Ada`, `ADA` and `Ａｄａ` are one person. Characters that can't be
seen, or that turn the direction of the text around them (Unicode Standard Annex 9), would let a
name imitate another, so they are refused.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from wslab.chat.refused import Refused

MIN_LENGTH = 1
MAX_LENGTH = 32  # characters, as Unicode counts code points
MAX_MARKS = 3  # accents on top of each other: more climb into the neighbouring lines

# Categories of control, format (bidirectional controls are there), surrogate, private, unassigned
# characters, and of line and paragraph separators.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Blank, although their categories are those of letters, marks and symbols.
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_VARIATION_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
# Two of the hidden ones build emoji: a woman, a joiner and a computer are one. After a symbol they
# may stay, and folding drops them.
_EMOJI_JOINERS = "\u200d\ufe0f"
_SYMBOLS = frozenset({"So", "Sk"})


def check_name(name: object, what: str = "name") -> str:
    """The name as it will be shown: trimmed, accents composed (NFC). Raises Refused, whose text
    calls it `what`.
    """
    about = {} if what == "name" else {"what": what}
    if not isinstance(name, str):
        raise Refused("not text", f"A {what} must be a text.", **about)
    if len(name) > 16 * MAX_LENGTH:  # before any work on it
        words = f"This {what} is too long: {MAX_LENGTH} characters at most."
        raise Refused("long", words, most=MAX_LENGTH, **about)
    shown = unicodedata.normalize("NFC", name.strip())
    if len(shown) < MIN_LENGTH:
        raise Refused("no name", f"Please choose a {what}.", **about)
    if any(_hidden(character) for character in _without_emoji_joiners(shown)):
        words = f"A {what} must not contain control characters or others that can't be seen."
        raise Refused("hidden", words, **about)
    if len(shown) > MAX_LENGTH:
        words = f"This {what} has {len(shown)} characters; {MAX_LENGTH} is the most."
        raise Refused("long", words, most=MAX_LENGTH, **about)
    if _most_marks(shown) > MAX_MARKS or unicodedata.category(shown[0]).startswith("M"):
        words = f"This {what} has accents in places where they cover other text."
        raise Refused("marks", words, **about)
    return shown


def fold(name: str) -> str:
    """The form in which names are compared; folding it again changes nothing."""
    folded = " ".join(_without_emoji_joiners(name).split())
    while True:  # a character may fold into one that folds again; two rounds are the usual
        again = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded).casefold())
        again = " ".join(again.split())
        if again == folded:
            return folded
        folded = again


def keys(name: str) -> tuple[str, ...]:
    """Two names that have one of these in common are taken for each other: spelt the same, or alike
    with large and small letters as they stand, or alike in capitals.
    """
    alike = (f"alike {_folded_skeleton(form)}" for form in (name, _capitals(name)))
    return tuple(dict.fromkeys((f"same {fold(name)}", *alike)))


def _folded_skeleton(name: str) -> str:
    """Twice, since a small letter may look like other letters than its capital: `M` stays, and `m`
    is `rn`.
    """
    return fold(skeleton(fold(skeleton(name))))


def _capitals(name: str) -> str:
    """The name in capitals, but for `i`, whose capital looks like another letter's small one: the
    Cyrillic `к` looks like no Latin letter, and `К` does.
    """
    capitals = ((one, one.upper()) for one in unicodedata.normalize("NFD", name))
    return "".join(large if skeleton(large).isupper() else one for one, large in capitals)


def skeleton(name: str) -> str:
    """The name with each character replaced by the one that stands for all that look like it
    (Unicode Technical Standard 39 section 4): the Cyrillic `А` by `A`, `1` by `l`, `m` by `rn`.
    """
    prototypes = _prototypes()
    decomposed = unicodedata.normalize("NFD", name)
    return "".join(prototypes.get(character, character) for character in decomposed)


@cache
def _prototypes() -> dict[str, str]:
    """Each character that looks like others, and the one that stands for them. The library has them
    both ways: with the one that stands are all, with each of these is that one.
    """
    from confusable_homoglyphs.confusables import confusables_data as data  # 1 MB, when it is asked

    found: dict[str, str] = {}
    for character, alike in data.items():
        if len(character) == 1 and len(alike) == 1:
            other = alike[0]["c"].strip("\u200e")
            pair = len(data.get(other, ())) == 1
            found[character] = max(character, other, key=lambda c: (len(c), c)) if pair else other
    return found


def _without_emoji_joiners(text: str) -> str:
    kept: list[str] = []
    for character in text:
        after_symbol = bool(kept) and unicodedata.category(kept[-1]) in _SYMBOLS
        if not (after_symbol and character in _EMOJI_JOINERS):
            kept.append(character)
    return "".join(kept)


def _hidden(character: str) -> bool:
    if unicodedata.category(character) in _HIDDEN_CATEGORIES or character in _HIDDEN:
        return True
    return any(ord(character) in selectors for selectors in _VARIATION_SELECTORS)


def _most_marks(text: str) -> int:
    most = run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        most = max(most, run)
    return most
