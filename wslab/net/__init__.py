"""Floor 1: sockets. One background loop, servers, a client, the capture, and the console.

What a lesson needs is here: `capture`, `save`, `load_capture`, `console`, `repeatable`,
`close_everything`, `leftovers`.
"""

from __future__ import annotations

from wslab.net.capture import Capture, CapturedConnection, Chunk, capture
from wslab.net.cleanup import close_everything, leftovers
from wslab.net.conditions import until
from wslab.net.console import console
from wslab.net.entropy import repeatable
from wslab.net.export import load_capture, save
from wslab.net.interrupt import wake_up_on_interrupt

# The first import happens in a cell, where the kernel's loop runs. Elsewhere this does nothing.
wake_up_on_interrupt()

__all__ = [
    "Capture",
    "CapturedConnection",
    "Chunk",
    "capture",
    "close_everything",
    "console",
    "leftovers",
    "load_capture",
    "repeatable",
    "save",
    "until",
    "wake_up_on_interrupt",
]
