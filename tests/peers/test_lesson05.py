"""The JavaScript of lesson 05, as it stands in the notebook, run by Node with npm `websocket`.

The lesson says that its Python does the same, and where Node behaves otherwise: a handler that
raises, a name that was not offered, or a port that is taken ends the whole program.
"""

from __future__ import annotations

import json
import re
from contextlib import AbstractContextManager
from typing import Any

import nbformat
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.lessons.course import LESSONS
from tests.peers.process import Program, running

pytestmark = pytest.mark.peers

MARKDOWN = [
    cell.source
    for cell in nbformat.read(LESSONS[5].path, as_version=4).cells
    if cell.cell_type == "markdown"
]
BLOCKS = re.findall(r"^```js\n(.*?)^```", "\n".join(MARKDOWN), flags=re.M | re.S)

LOG = "console.log = (...values) => process.stdout.write(JSON.stringify(values) + '\\n')\n"
FIRST = """
const clients = []
function decide(request) {
  const connection = request.accept(null, request.origin)
  clients.push(connection)
  connection.on('message', message => clients.forEach(c => c.sendUTF(message.utf8Data)))
}
"""
PORT = "\nserver.on('listening', () => console.log(server.address().port))\n"


def block(part: str) -> str:
    """The one block of JavaScript in the lesson that has this in it."""
    (found,) = [source for source in BLOCKS if part in source]
    return found.replace("listen(3000)", "listen(0)")


MENDED = f"""
{block("originIsAllowed(origin, host)")}
function decide(request) {{
  if (!originIsAllowed(request.origin, request.host)) {{ request.reject(403); return }}
  {block("const wanted")}
  {block("message.type === 'utf8'")}
  connection.on('close', (reasonCode, description) => {{
    console.log('left: ' + reasonCode + ' ' + description)
  }})
}}
"""


def node(*sources: str) -> AbstractContextManager[Program]:
    """Node with these pieces of a program, in the folder with the npm packages."""
    start = "process.chdir('tests/peers'); module.paths.unshift(process.cwd() + '/node_modules')\n"
    return running(["node", "-e", start + LOG + "".join(sources)])


def listening(program: Program) -> str:
    line = program.line()
    assert line is not None, program.errors()
    return f"ws://127.0.0.1:{line[0]}/"


def meet(url: str, **options: Any) -> ClientConnection:
    return connect(url, proxy=None, **options)


def test_every_block_of_the_lesson_is_whole_javascript() -> None:
    assert len(BLOCKS) >= 8
    for source in BLOCKS:
        with node(f"new Function({json.dumps(source)})\nconsole.log('fine')") as program:
            assert program.all_lines() == [["fine"]], source


def test_the_mended_server_does_what_the_python_does() -> None:
    with node(MENDED, block("createServer"), PORT) as program:
        url = listening(program)
        host = url.removeprefix("ws://").rstrip("/")
        with pytest.raises(InvalidStatus) as refused:
            meet(url, origin="https://evil.example")
        assert refused.value.response.status_code == 403
        with (
            meet(url, origin=f"http://{host}", subprotocols=["chat", "echo-protocol"]) as ada,
            meet(url) as bob,
        ):
            assert (ada.subprotocol, bob.subprotocol) == ("echo-protocol", None)
            ada.send("to all")
            assert (ada.recv(10), bob.recv(10)) == ("to all", "to all")
            ada.send(b"\x01\x02")
            assert ada.recv(10) == b"\x01\x02"
            bob.close(4001, "lunch")
            assert [program.line() for _ in range(3)] == [
                ["received utf8"],
                ["received binary"],
                ["left: 4001 lunch"],
            ]


def test_a_goodbye_without_a_code_is_1006_for_npm() -> None:
    with node(MENDED, block("createServer"), PORT) as program:
        with meet(listening(program)) as client:
            client.protocol.send_close()
            client.socket.sendall(b"".join(client.protocol.data_to_send()))
            line = program.line()
        assert line == ["left: 1006 Connection dropped by remote peer."]


def test_two_bytes_end_the_first_server() -> None:
    with node(FIRST, block("createServer"), PORT) as program:
        with meet(listening(program)) as client:
            client.send(b"\x01\x02")
            with pytest.raises(ConnectionClosed):
                client.recv(10)
        assert program.line() is None
        assert "TypeError" in program.errors()


def test_a_name_that_was_not_offered_ends_the_program() -> None:
    decide = "function decide(request) { request.accept('echo-protocol', request.origin) }\n"
    with node(decide, block("createServer"), PORT) as program:
        with pytest.raises(InvalidStatus) as refused:
            meet(listening(program))
        assert refused.value.response.status_code == 500
        assert program.line() is None
        assert "was not requested by the client" in program.errors()


def test_splice_with_an_index_of_minus_one_takes_the_last() -> None:
    there = "const clients = ['Hal', 'Ida'], connection = {on: (name, handler) => handler()}\n"
    with node(there, block("splice"), "\nconsole.log(clients)") as program:
        assert program.all_lines() == [[["Hal"]]]


@pytest.mark.parametrize("listener", ["", block("EADDRINUSE").replace("server.listen(0)", "")])
def test_a_port_that_is_taken_ends_a_program_that_does_not_listen_for_it(listener: str) -> None:
    taken = "const http = require('http')\nconst first = http.createServer().listen(0, () => {\n"
    again = f"const server = http.createServer()\n{listener}\n"
    end = "server.on('error', () => first.close())\n" if listener else ""
    with node(taken, again, end, "server.listen(first.address().port)\n})") as program:
        if listener:
            assert program.all_lines() == [["EADDRINUSE"]]
        else:
            assert program.line() is None
            assert "EADDRINUSE" in program.errors()
