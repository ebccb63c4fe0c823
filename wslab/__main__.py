"""`python -m wslab echo | chat | lab | grade | images`: the course's servers outside a notebook,
the course itself, a class's answers, and the pictures.

Each server prints one line with its address when it is ready. SIGINT (Ctrl+C) and SIGTERM close
every connection with 1001 and end the program with exit code 0.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

FIRST_LESSON = "00_start_here.ipynb"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the exit code."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wslab", description="Learn WebSocket by running it.")
    commands = parser.add_subparsers(required=True, metavar="echo | chat | lab | grade | images")

    echo = commands.add_parser("echo", help="a WebSocket server that sends every message back")
    _add_address(echo, 9001)
    echo.add_argument(
        "--broadcast", action="store_true", help="send every message to every client instead"
    )
    echo.add_argument(
        "--no-compression",
        action="store_true",
        help="never negotiate permessage-deflate (RFC 7692)",
    )
    echo.set_defaults(run=_echo)

    chat = commands.add_parser("chat", help="the chat room of lesson 06, with its page")
    _add_address(chat, 5000)
    chat.add_argument(
        "--history",
        metavar="FILE",
        help="an SQLite file that keeps what is said; without it, all goes with the program",
    )
    chat.set_defaults(run=_chat)

    lab = commands.add_parser("lab", help="JupyterLab, open on the first lesson")
    lab.add_argument("--notebooks", type=Path, default=None, help="the folder with the lessons")
    lab.add_argument(
        "rest", nargs=argparse.REMAINDER, help="options for JupyterLab itself, after --"
    )
    lab.set_defaults(run=_lab)

    grade = commands.add_parser("grade", help="judge the exercises in a folder of notebooks")
    grade.add_argument("folder", type=Path, help="where the notebooks are, below it too")
    grade.add_argument("--seconds", type=float, default=300, help="for one notebook (300)")
    grade.add_argument("--jobs", type=int, default=2, help="notebooks at the same time (2)")
    grade.add_argument(
        "--network", action="store_true", help="leave the notebooks the network, which is a risk"
    )
    grade.set_defaults(run=_grade)

    images = commands.add_parser("images", help="draw the course's pictures again")
    images.add_argument("folder", type=Path, nargs="?", default=Path("images"))
    images.set_defaults(run=_images)
    return parser


def _add_address(parser: argparse.ArgumentParser, port: int) -> None:
    parser.add_argument(
        "--port", type=_port, default=port, help=f"default {port}; 0 picks a free one"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="default 127.0.0.1, which only this computer reaches"
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")
    return int(text)


def _echo(options: argparse.Namespace) -> int:
    from wslab.node import WebSocketServer, http

    server = http.createServer()
    sockets = WebSocketServer(
        httpServer=server,
        maxReceivedFrameSize=16_777_216,
        maxReceivedMessageSize=16_777_216,
        perMessageDeflate=not options.no_compression,
    )

    def on_request(request: Any) -> None:
        connection = request.accept(None, request.origin)

        def on_message(message: Any) -> None:
            if message.type == "utf8":
                send, data = (
                    (sockets.broadcastUTF if options.broadcast else connection.sendUTF),
                    message.utf8Data,
                )
            else:
                send, data = (
                    (sockets.broadcastBytes if options.broadcast else connection.sendBytes),
                    message.binaryData,
                )
            send(data)

        connection.on("message", on_message)

    sockets.on("request", on_request)
    return _serve(
        lambda: server.listen(options.port, options.host), lambda: f"echo server: {server.url}"
    )


def _chat(options: argparse.Namespace) -> int:
    from wslab.chat import HistoryError, serve_chat

    def listen() -> None:
        try:
            room.append(serve_chat(options.port, options.host, history=options.history))
        except HistoryError as error:
            raise OSError(str(error)) from None

    room: list[Any] = []
    code = _serve(listen, lambda: f"chat room: {room[0].http_url}")
    if room:
        room[0].close()  # what waits is stored
    return code


def _serve(listen: Callable[[], object], ready: Callable[[], str]) -> int:
    """Listen, say where, and wait for a signal; then close everything."""
    import asyncio

    from wslab.net import close_everything, console
    from wslab.net.servers import PortInUse

    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        listen()
    except PortInUse as error:
        advice = "End that program first, or use --port 0, which picks a free port"
        print(f"wslab: {error.held}. {advice}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"wslab: {error.strerror or error}", file=sys.stderr)
        return 1
    print(ready(), flush=True)
    while not stop.wait(0.5):
        if console.lines:  # handlers' words, which a notebook would show in a cell
            for line in console.take():
                print(
                    f"[{line.source}] {line.text}" if line.source else line.text,
                    file=sys.stderr,
                    flush=True,
                )
    asyncio.run(close_everything())
    return 0


def _lab(options: argparse.Namespace) -> int:
    folder = options.notebooks or _notebooks()
    if not (folder / FIRST_LESSON).is_file():
        print(
            f"wslab: no lessons in {folder}. Run this in a copy of the course, or name its folder: "
            "python -m wslab lab --notebooks FOLDER",
            file=sys.stderr,
        )
        return 1
    _trust(sorted(folder.glob("[0-9][0-9]_*.ipynb")))
    rest = [argument for argument in options.rest if argument != "--"]
    command = [sys.executable, "-m", "jupyter", "lab", str(folder.resolve() / FIRST_LESSON)]
    # The lessons show pictures from ../images, so the folder above is the one that is served.
    command.append(f"--ServerApp.root_dir={folder.resolve().parent}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # a container's only user; Jupyter refuses it otherwise
    command += rest
    print(f"opening {FIRST_LESSON} in JupyterLab; Ctrl+C twice ends it", flush=True)
    os.execv(sys.executable, command)


def _trust(lessons: Sequence[Path]) -> None:
    """Sign the lessons: of a notebook that nobody signed JupyterLab shows pictures as bare text."""
    command = [sys.executable, "-m", "jupyter", "trust", *map(str, lessons)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:  # all else works without
        words = done.stderr.strip().splitlines()[-1:]
        print(f"wslab: the lessons could not be signed as trusted: {words}", file=sys.stderr)


def _grade(options: argparse.Namespace) -> int:
    from wslab.check.grading import folder

    rows = []
    try:
        count = len(folder.notebooks(options.folder))
        for row in folder.grade(
            options.folder, seconds=options.seconds, jobs=options.jobs, network=options.network
        ):
            rows.append(row)
            passed = f"{row.passed} of {len(row.results)}" if row.results else row.problem
            print(f"{len(rows)} of {count}: {row.notebook}: {passed}", flush=True)
    except folder.CantGrade as error:
        print(f"wslab: {error}", file=sys.stderr)
        return 1
    for path in folder.write(rows, options.folder):
        print(path)
    return 0


def _images(options: argparse.Namespace) -> int:
    from wslab.gallery import draw_all

    for file in draw_all(options.folder):
        print(file)
    return 0


def _notebooks() -> Path:
    """The lessons: beside the package in a checkout, else in the working folder."""
    beside = Path(__file__).resolve().parent.parent / "notebooks"
    return beside if beside.is_dir() else Path.cwd() / "notebooks"


if __name__ == "__main__":
    sys.exit(main())
