"""A refusal that is meant for the person who asked, and for the page that shows it."""

from __future__ import annotations

from typing import Any


class Refused(ValueError):
    """What somebody wants can't be. The text says why, in English.

    code: the reason as one word, for a page in another language. details: the values that the text
    has in it.
    """

    def __init__(self, code: str, reason: str, **details: Any) -> None:
        super().__init__(reason)
        self.code = code
        self.details = details

    @property
    def answer(self) -> dict[str, Any]:
        """The acknowledgement that says so."""
        return {"ok": False, "reason": str(self), "code": self.code, **self.details}
