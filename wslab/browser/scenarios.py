"""Conversations between a page and a server, written once and played by twin and browser.

A scenario has the server's script and the page's steps. From the steps come the page's lines in
JavaScript, as Chromium plays them, and the same in Python; `play` runs them with the twin. Both
write a trace, a list of rows: an event as it was dispatched, or a call and what it threw. Where
Chromium is known to depart from the standard, the scenario says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from wslab.browser.blob import Blob
from wslab.browser.errors import DOMException
from wslab.browser.lesson import describe
from wslab.browser.scripted import Script, ScriptedServer
from wslab.browser.websocket import WebSocket
from wslab.net.loop import background

Row = dict[str, Any]
MAX_ARGUMENT = 20  # characters of a text that is sent, as a trace shows it


@dataclass(frozen=True, slots=True)
class Do:
    """One line of the page: a call of `send` or `close`, or a value for `binaryType`.

    when: "" for at once, or the event in whose handler it stands. throws: its error's name.
    """

    when: str
    name: str
    args: tuple[Any, ...] = ()
    throws: str | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One conversation. `departs` is why Chromium's trace lacks the events in `chromium_lacks`."""

    name: str
    title: str
    server: Script
    steps: tuple[Do, ...] = ()
    protocols: tuple[str, ...] = ()
    chromium_lacks: tuple[str, ...] = ()
    departs: str = ""

    @property
    def javascript(self) -> str:
        """The page's lines in JavaScript. `attempt(…)` leaves a call's error to the trace."""
        protocols = f", {json.dumps(self.protocols)}" if self.protocols else ""
        lines = [f"const ws = new WebSocket(url{protocols});"]
        for when, steps in self._by_event():
            calls = [_javascript(step) for step in steps]
            if not when:
                lines += [f"{call};" for call in calls]
            elif len(calls) == 1:
                lines.append(f"ws.on{when} = () => {calls[0]};")
            else:
                lines += [f"ws.on{when} = () => {{", *(f"  {call};" for call in calls), "};"]
        return "\n".join(lines)

    @property
    def python(self) -> str:
        """The same lines in Python."""
        protocols = f", {json.dumps(self.protocols)}" if self.protocols else ""
        lines = [f"ws = WebSocket(url{protocols})"]
        for when, steps in self._by_event():
            calls = [_python(step) for step in steps]
            if not when:
                lines += calls
            elif len(calls) == 1:
                lines.append(f"ws.on{when} = lambda: {calls[0]}")
            else:
                lines += ["", f"def on_{when}():", *(f"    {call}" for call in calls), ""]
                lines.append(f"ws.on{when} = on_{when}")
        return "\n".join(lines)

    def _by_event(self) -> list[tuple[str, list[Do]]]:
        groups: dict[str, list[Do]] = {}
        for step in self.steps:
            groups.setdefault(step.when, []).append(step)
        return list(groups.items())

    def without_departures(self, rows: list[Row]) -> list[Row]:
        """A trace as Chromium would have it: without the events that it is known to leave out."""
        return [row for row in rows if row.get("event") not in self.chromium_lacks]


def _javascript(step: Do) -> str:
    if step.name == "binaryType":
        return f"ws.binaryType = {json.dumps(step.args[0])}"
    given = [_value(a, "new Uint8Array([{}])", '"{}".repeat({})') for a in step.args]
    call = f"ws.{step.name}({', '.join(given)})"
    return f"attempt(() => {call})" if step.throws else call


def _python(step: Do) -> str:
    if step.name == "binaryType":
        return f"ws.binaryType = {json.dumps(step.args[0])}"
    given = [_value(a, "bytes([{}])", '"{}" * {}') for a in step.args]
    if step.throws:
        return f"attempt({', '.join([f'ws.{step.name}', *given])})"
    return f"ws.{step.name}({', '.join(given)})"


def _value(value: Any, as_bytes: str, repeated: str) -> str:
    if isinstance(value, bytes):
        return as_bytes.format(", ".join(map(str, value)))
    if isinstance(value, str) and len(value) > 40 and len(set(value)) == 1:
        return repeated.format(value[0], len(value))
    return json.dumps(value, ensure_ascii=False)


class TracedWebSocket(WebSocket):
    """A WebSocket that writes its calls into the trace, between the events."""

    def __init__(self, rows: list[Row], url: str, *args: Any) -> None:
        row: Row = {"event": f"new WebSocket({', '.join(['url', *map(_literal, args)])})"}
        rows.append(row)
        try:
            super().__init__(url, *args)
        except DOMException as error:
            row["throws"] = error.name
            raise
        self._trace = rows
        row.update(readyState=self.readyState, bufferedAmount=self.bufferedAmount)

    def send(self, data: Any) -> None:
        self._note("send", super().send, data)

    def close(self, *args: Any) -> None:
        self._note("close", super().close, *args)

    def _note(self, name: str, function: Callable[..., None], *args: Any) -> None:
        row: Row = {"event": f"ws.{name}({', '.join(map(_literal, args))})"}
        self._trace.append(row)
        try:
            function(*args)
        except DOMException as error:
            row["throws"] = error.name
            raise
        finally:
            row.update(readyState=self.readyState, bufferedAmount=self.bufferedAmount)


def _literal(value: Any) -> str:
    """An argument as tracer.js writes it."""
    if isinstance(value, str):
        return json.dumps(describe(value, MAX_ARGUMENT), ensure_ascii=False)
    if isinstance(value, bytes):
        return f"bytes({len(value)})"
    if isinstance(value, Blob):
        return f"Blob({value.size})"
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def attempt(function: Callable[..., None], *args: Any) -> None:
    """Call, and let a DOMException be: it is in the trace."""
    with suppress(DOMException):
        function(*args)


async def play(scenario: Scenario, timeout: float = 10.0) -> list[Row]:
    """Play a scenario with the twin against a server of its own, and return the trace.

    `timeout` is in seconds. Raises TimeoutError when the close event does not come.
    """
    server = ScriptedServer(scenario.server)
    await background().join(server.start())
    rows: list[Row] = []
    try:
        arguments = [list(scenario.protocols)] if scenario.protocols else []
        try:
            ws = TracedWebSocket(rows, server.url, *arguments)
        except DOMException:
            return rows
        for when, steps in scenario._by_event():
            if when:
                setattr(ws, f"on{when}", _handler(ws, steps))
            else:
                _handler(ws, steps)()
        await ws.wait("close", timeout)
        return rows
    finally:
        await server.aclose()


def _handler(ws: WebSocket, steps: list[Do]) -> Callable[[], None]:
    def run() -> None:
        for step in steps:
            if step.name == "binaryType":
                ws.binaryType = step.args[0]
            else:
                (attempt if step.throws else _call)(getattr(ws, step.name), *step.args)

    return run


def _call(function: Callable[..., None], *args: Any) -> None:
    function(*args)
