"""The exercises of lesson 01: what polling brings, events cut anywhere, a client that waits.

All three meet a real PriceServer. Long polling is RFC 6202 section 2; the event stream is WHATWG
HTML section 9.2; that TCP keeps no message together is RFC 9293 section 2.2.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from wslab.check.difference import same_items, same_value
from wslab.check.exercise import exercise
from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer, described, shown
from wslab.check.running.long_polling import Question, WatchedServer, asked_well
from wslab.net.conditions import until
from wslab.net.feeds import PriceServer
from wslab.net.loop import background

STREAM_RULE = "WHATWG HTML, 9.2"
POLLING_RULE = "RFC 6202, 2.1"
CUT_RULE = "RFC 9293, 2.2: TCP carries a stream of bytes"
FIRST = 100.0
SECONDS = 1.5
MOST_EVENTS = 100
ODD = "the data: 5 €"  # strip("data: ") and replace() harm it


@contextlib.contextmanager
def price_server() -> Iterator[PriceServer]:
    """A server with a price, while the block lasts."""
    feed = PriceServer(FIRST)
    feed.listen()
    try:
        yield feed
    finally:
        feed.close()


def price_of(number: int) -> float:
    """The price of an update. It goes up and down again, so that a price alone tells no news."""
    return FIRST if number % 2 else 101.25


# 1 · Fill in

# a: the poller asks; +: the price changes. Then news, wasted, missed.
POLLS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("a+a+aaaaa++a", (4, 4, 1)),
    ("a+++aa", (2, 1, 2)),
    ("++aa+++a", (2, 1, 2)),
    ("aaaa", (1, 3, 0)),
)


@exercise(lesson=1, awaited=False)
def report(answer: Answer) -> str:
    """(news, wasted, missed) for the answers of a short poller, each a JSON text."""
    for steps, expected in POLLS:
        polled = _poll(steps)
        numbers = [text.split(":")[1].split(",")[0] for text in polled]
        _same_report(answer(polled), expected, f"for the updates {', '.join(numbers)}")
    return "Short polling pays for what is no news, and what comes and goes in between is lost."


def _poll(steps: str) -> list[str]:
    """Ask a real server, and change its price, in this order."""
    with price_server() as feed:
        client = http.client.HTTPConnection(feed.host, feed.port, timeout=SECONDS)
        polled = []
        for step in steps:
            if step == "+":
                feed.publish(price_of(feed.latest.number + 1))
            else:
                client.request("GET", "/price")
                polled.append(client.getresponse().read().decode())
        client.close()
    return polled


def _same_report(got: object, expected: tuple[int, int, int], when: str) -> None:
    if (type(got) is not tuple and type(got) is not list) or len(got) != 3:
        said = f"{when}, {shown(got)} was returned"
        raise Wrong(f"{said}; three numbers were expected.", POLLING_RULE)
    numbers = tuple(number for number in got if type(number) is int)  # with an `==` of their own
    if numbers != expected and numbers in itertools.permutations(expected):
        raise Wrong(f"{when}, {shown(got)} has the right numbers in another order.", POLLING_RULE)
    for name, one, other in zip(("news", "wasted", "missed"), got, expected, strict=True):
        same_value(one, other, f"{when}, {name}", POLLING_RULE)


# 2 · Find the bug


def read_events(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yields the data of each event as soon as the event is complete."""
    for chunk in chunks:
        for event in chunk.decode().split("\n\n"):
            if event.startswith("data: "):
                yield event.removeprefix("data: ")


@exercise(lesson=1, stub=read_events)
def events(answer: Answer) -> str:
    """The events of a stream of bytes that is cut anywhere, each as early as can be."""
    blocks = [*_recorded(), (b":\n\n", None), (f"data: {ODD}\n\n".encode(), ODD)]
    stream = b"".join(block for block, _ in blocks)
    first, euro = len(blocks[0][0]), stream.index("€".encode())
    driven = Answer(_driver(answer), answer.seconds)
    _reads(driven, blocks, [block for block, _ in blocks], "each event is one chunk", STREAM_RULE)
    for what, place in (
        ("a line is cut in two", first + 12),
        ("the cut is before the empty line", first - 1),
        ("the cut is in the € sign", euro + 1),
    ):
        _reads(driven, blocks, [stream[:place], stream[place:]], what)
    _reads(driven, blocks, [bytes([byte]) for byte in stream], "each byte is one chunk")
    _reads(driven, blocks, [stream, b"data: the end is mis"], "the last event is not complete")
    return "A chunk is what happened to arrive, and no message: only the empty line ends an event."


Block = tuple[bytes, str | None]


def _recorded() -> list[Block]:
    """What a server sent for three prices."""
    with price_server() as feed:
        client = http.client.HTTPConnection(feed.host, feed.port, timeout=SECONDS)
        client.request("GET", "/price/stream")
        response = client.getresponse()
        blocks: list[Block] = []
        for number in (2, 3, 4):
            line = response.readline()
            blocks.append((line + response.readline(), line.decode()[6:-1]))
            feed.publish(price_of(number))
        client.close()
    return blocks


Heard = tuple[list[tuple[object, int]], str]


def _reads(
    driven: Answer,
    blocks: Sequence[Block],
    chunks: list[bytes],
    what: str,
    rule: str = CUT_RULE,
) -> None:
    came, error = driven(chunks)
    expected = list(_complete(blocks, chunks))
    for place, ((got, chunk), (event, due)) in enumerate(zip(came, expected, strict=False), 1):
        if type(got) is not str or got != event:
            said = f"{what}, and event {place} is {shown(got)}; {shown(event)} was expected."
            raise Wrong(said, rule)
        if chunk > due:
            said = f"{what}. Event {place} was complete with chunk {due}, and came after chunk"
            raise Wrong(f"{said} {chunk}: a stream may never end.", STREAM_RULE)
        if chunk < due:
            said = f"{what}. Event {place} came with chunk {chunk}, before its empty line."
            raise Wrong(said, STREAM_RULE)
    if error:
        raise Wrong(f"{what}, and {driven.name}() {error}", rule)
    if len(came) > len(expected):
        extra = shown(came[len(expected)][0])
        raise Wrong(f"{what}, and {extra} came too, which is no event.", STREAM_RULE)
    same_items([event for event, _ in came], [e for e, _ in expected], "event", STREAM_RULE)


def _driver(answer: Answer) -> Callable[[list[bytes]], Heard]:
    """Iterates over what the learner's generator yields, in the thread that can be ended; each
    event with the number of chunks that were taken by then, and how the generator failed.
    """
    function = answer.function
    if not callable(function):
        raise Wrong(f"{shown(function)} is not a function.")

    @functools.wraps(function)  # so that its lines are known
    def drive(chunks: list[bytes]) -> Heard:
        taken = 0

        def source() -> Iterator[bytes]:
            nonlocal taken
            for chunk in chunks:
                taken += 1
                yield chunk

        came: list[tuple[object, int]] = []
        try:
            made = function(source())
            if isinstance(made, Iterable) and not isinstance(made, str | bytes):
                for event in itertools.islice(made, MOST_EVENTS):
                    came.append((event, taken))
                return came, ""
            if inspect.iscoroutine(made):
                made.close()  # else Python complains that nobody awaits it
        except Exception as error:
            return came, f"raised {described(error, function)}"
        return came, f"returned {shown(made)}; events were expected, one by one, with yield."

    drive.__name__ = answer.name
    return drive


def _complete(blocks: Sequence[Block], chunks: list[bytes]) -> Iterator[tuple[str, int]]:
    """Each event with the number of the chunk that completes it."""
    ends = list(itertools.accumulate(map(len, chunks)))
    offset = 0
    for block, event in blocks:
        offset += len(block)
        if event is not None:
            yield event, next(n for n, end in enumerate(ends, 1) if end >= offset)


# 3 · Build

LAST = 4


@exercise(lesson=1, awaited=False)
def follow(answer: Answer) -> str:
    """The prices up to an update, by long polling."""
    feed = WatchedServer(FIRST, heartbeat=0.05)
    feed.listen()
    publishing = background().submit(_publish(feed))
    try:
        prices = answer(feed.host, feed.port, LAST)
    except Wrong as wrong:
        if feed.questions:  # what it asked says more than that the time is over
            _asked_well(feed.questions)
            if not feed.waiting and feed.questions[-1].known == feed.latest.number:
                said = f"{wrong} The last answer was a 204, without a body."
                raise Wrong(said, wrong.rule) from None
        raise
    finally:
        publishing.cancel()
        feed.close()
    _asked_well(feed.questions)
    expected = [price_of(number) for number in range(1, LAST + 1)]
    same_items(prices, expected, "price", POLLING_RULE)
    return "Each change came at once, and no question was in vain but those answered with 204."


def _asked_well(questions: Sequence[Question]) -> None:
    asked_well(questions)
    for number, question in enumerate(questions, 1):
        if question.known >= LAST:
            said = f"request {number} asks for more, and update {LAST}, the last one, was known"
            raise Wrong(f"{said} by then.", POLLING_RULE)


async def _publish(feed: WatchedServer) -> None:
    """Change the price whenever somebody waits for it, the last time after a 204."""
    for number in range(2, LAST + 1):
        await feed.until(waiting=1, timeout=SECONDS)
        if number == LAST:
            await until(lambda: feed.silences, "a 204", SECONDS)
            await feed.until(waiting=1, timeout=SECONDS)
        feed.publish(price_of(number))
