"""Who may enter a namespace: functions that are asked first, Socket.IO's `io.use(middleware)`.

    @io.use
    def check(socket, next):
        if socket.handshake.auth.get("token") == "secret":
            next()
        else:
            next(ValueError("wrong token"))

The error's text, and its `data` if it has some, reach the client as its `connect_error`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wslab.chat.listeners import Handler, Listeners
from wslab.node.threads import on_loop

if TYPE_CHECKING:
    from wslab.chat.sockets import Socket

Failed = Callable[[Exception], None]
Done = Callable[[Exception | None], None]


def ask(middlewares: Sequence[Handler], socket: Socket, failed: Failed, done: Done) -> None:
    """Ask them in turn, each when the one before has said `next()`; `done` gets the first error, or
    None. `next` may be called later and from any thread; a second time is harmless. `failed` gets
    what an `async` one raises.
    """
    if not middlewares:
        done(None)
        return
    first, others = middlewares[0], middlewares[1:]

    def answered(error: Exception | None) -> None:
        if error is None:
            ask(others, socket, failed, done)
        else:
            done(error)

    steps = Listeners(failed)
    steps.once("next", answered)
    steps.listen("ask", first)
    steps.emit("ask", socket, lambda error=None: on_loop(steps.emit, "next", error))
