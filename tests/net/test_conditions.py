"""wslab.net.conditions: waiting names what it waits for."""

from __future__ import annotations

import threading

import pytest

from wslab.net.conditions import WaitedInVain, until


async def test_true_at_once() -> None:
    await until(lambda: True, "nothing")


async def test_true_after_another_thread_changed_something() -> None:
    flag = threading.Event()
    threading.Timer(0.02, flag.set).start()
    await until(flag.is_set, "the flag")
    assert flag.is_set()


async def test_too_late_names_what_was_missing() -> None:
    with pytest.raises(
        TimeoutError, match=r"waited 0.02 s for 2 connections, and it did not happen"
    ) as got:
        await until(lambda: False, "2 connections", timeout=0.02)
    assert got.type is WaitedInVain
    shown = got.value._render_traceback_()  # type: ignore[attr-defined]
    assert "wslab" not in "\n".join(shown)  # the words, and the line of the cell
