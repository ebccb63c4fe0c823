"""The Stop button: make an interrupt end an `await` in a cell at once.

While a cell awaits, the kernel's loop sleeps in the operating system. The Stop button sends
SIGINT, but the sleeping loop does not look at signals until something else wakes it. An event loop
that has a signal handler also has a wake-up file descriptor, which every signal writes to. So one
harmless handler is enough.
"""

from __future__ import annotations

import asyncio
import signal
import threading


def wake_up_on_interrupt() -> bool:
    """Give the running loop a wake-up descriptor. True if it was done.

    Needs a running loop in the main thread of a Unix system; elsewhere it changes nothing.
    """
    harmless = getattr(signal, "SIGURG", None)  # ignored by default, used by nobody else here
    if harmless is None or threading.current_thread() is not threading.main_thread():
        return False
    try:
        asyncio.get_running_loop().add_signal_handler(harmless, lambda: None)
    except (RuntimeError, NotImplementedError, ValueError):
        return False
    return True
