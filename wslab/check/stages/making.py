"""The kinds of probes that stages are made of: what comes back, and what the server must end."""

from __future__ import annotations

from collections.abc import Sequence

from wslab.check.probes import CLOSE, PONG, echoes, fails
from wslab.check.stages.probe import LAST, LAST_BACK, Mistake, Probe, Step, from_server

Message = tuple[int, bytes]


def coming_back(
    name: str,
    rule: str,
    section: str,
    *pieces: bytes,
    messages: Sequence[Message] = (),
    pongs: Sequence[bytes] = (),
    mistakes: Sequence[Mistake] = (),
    first: Step | None = None,
) -> Probe:
    """A probe that a right server answers with these pongs, then these messages.

    first: a step before the pieces, the answers to which are waited for.
    """
    expected = b"".join(
        [
            *(from_server(PONG, payload) for payload in pongs),
            *(from_server(*message) for message in messages),
            LAST_BACK,
        ]
    )
    steps = (*([first] if first else []), Step((*pieces, LAST)))
    judge = echoes(*messages, pongs=pongs)
    return Probe(name, rule, section, steps, judge, expected, mistakes=tuple(mistakes))


def failing(
    name: str,
    rule: str,
    section: str,
    *pieces: bytes,
    codes: Sequence[int] = (1002,),
    mistakes: Sequence[Mistake] = (),
    last: bytes = LAST,
) -> Probe:
    """A probe at which a right server fails the connection (RFC 6455, 7.1.7): it ends it, and a
    Close frame, if it sends one, has one of these codes.
    """
    expected = from_server(CLOSE, codes[0].to_bytes(2, "big"))
    steps = (Step((*pieces, *([last] if last else []))),)
    return Probe(
        name, rule, section, steps, fails(*codes), expected, ends=True, mistakes=tuple(mistakes)
    )
