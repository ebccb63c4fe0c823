"""A learner's server, run so that nothing it does harms the kernel.

    with serving(serve) as server:                   # async def serve(reader, writer)
        items = background().run(talk(server, GOOD))

It listens on a free port of this computer, in a thread and a loop of its own. A handler that raises
has that noted in `errors`; one that blocks its loop blocks no other, and is ended at the end.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import sys
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from wslab.check.outcome import Wrong
from wslab.check.running.answer import TimeIsOver, described, end_thread, log, place_in

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]]

HOST = "127.0.0.1"
LOGGER = logging.getLogger("asyncio")
START_SECONDS = 5.0
CLOSE_SECONDS = 0.5
CLOSE_WORK_SECONDS = 0.15  # of processor time, which no server needs that only has to end
LOOK_SECONDS = 0.02
HEAR_SECONDS = 0.15  # in which a loop that is free takes a call


class Served:
    """A server that runs. errors: what its handlers raised, a line each. stuck: it had to be ended.

    close_seconds: how long it may take to end. On a busy computer it may have to wait for its turn;
    one that works all the time is ended sooner.
    """

    def __init__(self, handler: Handler) -> None:
        self.host, self.port = HOST, 0
        self.errors: list[str] = []
        self.stuck = False
        self.close_seconds = CLOSE_SECONDS
        self._clock: int | None = None
        self._handler = handler
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._ready = threading.Event()
        name = "wslab: a server of an exercise"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, as a WebSocket URL."""
        return f"ws://{self.host}:{self.port}/"

    @property
    def http_url(self) -> str:
        """Where it listens, as an HTTP URL."""
        return f"http://{self.host}:{self.port}/"

    def at_work(self) -> str:
        """The line of the handler that keeps the loop from its work; "" when nothing does, or
        where the line is not known.
        """
        heard = threading.Event()
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(heard.set)
        if heard.wait(HEAR_SECONDS):
            return ""
        frame = sys._current_frames().get(self._thread.ident or 0)
        stack = traceback.extract_stack(frame) if frame else traceback.StackSummary()
        return place_in(stack, self._handler)

    def start(self) -> None:
        LOGGER.addFilter(self._is_news)
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise TimeoutError(f"the server did not listen within {START_SECONDS:g} s")

    def stop(self) -> None:
        """Close the listener and every connection; a handler that is stuck is ended."""
        if self._loop is not None and self._end is not None:
            with suppress(RuntimeError):  # the loop may be closed already
                self._loop.call_soon_threadsafe(self._end.set)
        ends, worked = time.monotonic() + self.close_seconds, self._worked()
        while self._thread.is_alive() and time.monotonic() < ends:
            self._thread.join(LOOK_SECONDS)
            if self._worked() - worked > CLOSE_WORK_SECONDS:
                break
        self.stuck = self._thread.is_alive()
        end_thread(self._thread)
        LOGGER.removeFilter(self._is_news)

    def _is_news(self, record: logging.LogRecord) -> bool:
        """Not that a handler still writes though its client is gone, which asyncio logs each time:
        one that does nothing else fills the cell.
        """
        return (
            record.thread != self._thread.ident or record.msg != "socket.send() raised exception."
        )

    def _worked(self) -> float:
        """Seconds of processor time of the thread; 0 where that is not known, or it has ended."""
        try:
            return 0.0 if self._clock is None else time.clock_gettime(self._clock)
        except OSError:
            return 0.0

    def _run(self) -> None:
        if hasattr(time, "pthread_getcpuclockid"):  # not on Windows and macOS
            self._clock = time.pthread_getcpuclockid(threading.get_ident())
        with suppress(TimeIsOver), asyncio.Runner() as runner:
            try:
                runner.run(self._serve())
            except RuntimeError:  # what asyncio says then is about a Future that no learner made
                self.errors.append("RuntimeError: the event loop was stopped, for all connections.")
            except (KeyboardInterrupt, SystemExit) as error:  # a task's: they end the loop as well
                self.errors.append(described(error, self._handler))

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(log)
        listener = await asyncio.start_server(self._converse, HOST, 0)
        self.port = listener.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        listener.close()  # the connections' tasks are cancelled as the loop ends

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            going = self._handler(reader, writer)
            if not inspect.isawaitable(going):
                raise TypeError("there is nothing to await: `async def` is wanted")
            await going
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away: that is how most conversations end
        except asyncio.CancelledError as error:
            # The server stops; a task that ends so has a traceback printed by Python 3.11.
            if not _is_cancelled():
                self.errors.append(described(error, self._handler))
        except TimeIsOver:  # raised by `stop`: asyncio would log it, and print a traceback
            assert self._end is not None
            self._end.set()
        except BaseException as error:  # exit() would end the loop, and the rest be printed
            self.errors.append(described(error, self._handler))
        finally:
            writer.close()


def _is_cancelled() -> bool:
    """Whether somebody cancelled this task: raising CancelledError does not do that."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


@contextmanager
def serving(handler: object) -> Iterator[Served]:
    """Run a handler as a server while the block lasts. Raises Wrong when it is no function."""
    if not callable(handler):
        raise Wrong("your server is no function: `async def serve(reader, writer)` is wanted.")
    server = Served(handler)
    try:
        server.start()
        yield server
    finally:
        server.stop()
