"""Random bytes for keys and masks, and the way to make them repeatable in a lesson.

RFC 6455 asks for a fresh random Sec-WebSocket-Key for each connection (section 4.1) and for an
unpredictable masking key for each frame (section 5.3). `random_source()` gives both from the
operating system. A lesson calls `repeatable("lesson 02")` first, so that the bytes on every
learner's page are the bytes that the text talks about. Never do that outside a lesson: a mask that
can be predicted protects no one.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

RandomBytes = Callable[[int], bytes]

_seed: str | None = None
_connections = 0


def repeatable(seed: str | None) -> None:
    """Draw all keys and masks from a fixed seed from now on; `None` goes back to the operating
    system.
    """
    global _seed, _connections
    _seed = seed
    _connections = 0


def is_repeatable() -> bool:
    """Whether `repeatable` is in effect: then a server leaves out its Date header too."""
    return _seed is not None


def random_source() -> RandomBytes:
    """A source for one connection: call it with a number of bytes."""
    global _connections
    if _seed is None:
        return os.urandom
    _connections += 1
    return random.Random(f"{_seed}/{_connections}").randbytes
