"""A refusal as an answer."""

from __future__ import annotations

from wslab.chat.refused import Refused


def test_the_answer_says_why_in_words_and_as_a_code() -> None:
    refused = Refused("long", "This is too long: 3 is the most.", most=3)
    assert str(refused) == "This is too long: 3 is the most."
    assert refused.answer == {
        "ok": False,
        "reason": "This is too long: 3 is the most.",
        "code": "long",
        "most": 3,
    }
