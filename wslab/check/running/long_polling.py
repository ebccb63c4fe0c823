"""A price server that notes who asks what, and whether that is how long polling is meant (RFC 6202
section 2).

    feed = WatchedServer(heartbeat=0.05)
    asked_well(feed.questions)          # raises Wrong for the first question that is not right
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs

from wslab.check.outcome import Wrong
from wslab.check.running.answer import shown
from wslab.net.exchange import Exchange
from wslab.net.feeds import PriceServer

RULE = "RFC 6202, 2.1"
PATH = "/price/next"


@dataclass(frozen=True, slots=True)
class Question:
    """A request. known: the newest update that the server had answered with by then, 0 for none."""

    method: str
    target: str
    known: int


class WatchedServer(PriceServer):
    """Serves one client. questions: what it asked. silences: how often it was answered 204."""

    def __init__(self, first: float, *, heartbeat: float | None = None) -> None:
        super().__init__(first, heartbeat=heartbeat)
        self.questions: list[Question] = []
        self.silences = 0
        self._told = 0

    def _answer(self, exchange: Exchange) -> None:
        request = exchange.request
        self.questions.append(Question(request.method, request.target, self._told))
        super()._answer(exchange)

    def _send_price(self, exchange: Exchange) -> None:
        self._told = self.latest.number
        super()._send_price(exchange)

    def _heartbeat(self) -> None:
        self.silences += self.waiting
        super()._heartbeat()


def asked_well(questions: Iterable[Question]) -> None:
    """Each asks for what comes after the newest update that the client has been told."""
    number = 0
    for number, question in enumerate(questions, 1):
        path, _, query = question.target.partition("?")
        if question.method != "GET" or path != PATH:
            raise Wrong(
                f"request {number} is {question.method} {question.target[:60]}: the server does not"
                " wait with the answer to that.",
                RULE,
            )
        after = parse_qs(query).get("after", ["0"])[-1]
        if not (after.isascii() and after.isdigit()):
            raise Wrong(
                f"request {number} asks for what comes after {shown(after)}; the number of an"
                " update was expected.",
                RULE,
            )
        _after(number, int(after[:9]), question.known)
    if number == 0:
        raise Wrong("no request came to the server.", RULE)


def _after(number: int, after: int, known: int) -> None:
    asks = f"request {number} asks for what comes after update {after}"
    if after < known:
        raise Wrong(f"{asks}, and update {known} was known by then.", RULE)
    if after > known:
        raise Wrong(f"{asks}, and only update {known} was known by then.", RULE)
