"""Real clients that talk to a learner's server, once the probes have nothing against it.

The library `websockets` always does, npm's `ws` where Node and that package are installed, and the
browser that shows the notebook where there is one (`page`). They do only what the stage and those
before it are about. What they find is said only when it is wrong, so that a lesson's output is the
same on each machine.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import wslab
from wslab.net.loop import background

SECONDS = 1.0
NODE_SECONDS = 10.0  # Node has to start, on a busy machine too
LONG = "x" * 70_000
WORDS = "Grüße"

# From which stage on the clients do what.
HANDSHAKE, TEXT, LENGTHS, PING, FRAGMENTS, BETWEEN, CLOSE = 2, 4, 5, 7, 8, 9, 10


def ask_peers(server: Any, stage: int) -> str:
    """What the two libraries have against a server at a stage from 2 on; "" for nothing."""
    try:
        why = background().run(_websockets(server.port, stage), 2 * SECONDS)
    except TimeoutError:
        why = "it waited in vain"
    if why:
        return f"the probes find no fault, but the library websockets does: {why}."
    why = npm_ws(server.port, stage)
    return f"the probes find no fault, but npm's ws does: {why}." if why else ""


async def _websockets(port: int, stage: int) -> str:
    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException

    connection = None
    try:
        async with asyncio.timeout(SECONDS):
            connection = await connect(
                f"ws://127.0.0.1:{port}/", proxy=None, ping_interval=None, close_timeout=SECONDS
            )
            return await _talk(connection, stage)
    except TimeoutError:
        return "it waited in vain"
    except (OSError, WebSocketException) as error:
        return str(error).splitlines()[0].rstrip(".")
    finally:
        if connection is not None:
            connection.transport.abort()


async def _talk(connection: Any, stage: int) -> str:
    sent: list[tuple[Any, str]] = []  # what goes out, and what comes back
    if stage >= TEXT:
        sent.append((WORDS, WORDS))
    if stage >= LENGTHS:
        sent.append((LONG, LONG))
    if stage >= FRAGMENTS:
        sent.append((["Grü", "", "ße"], WORDS))
    for message, answer in sent:
        await connection.send(message)
        if await connection.recv() != answer:
            return "another text came back"
    if stage >= PING:
        await (await connection.ping(b"there?"))
    if stage >= CLOSE:
        await connection.close(4000, "bye")
        if connection.close_code != 4000:
            return f"it closed with 4000, and {connection.close_code} came back"
    return ""


def npm_ws(port: int, stage: int) -> str:
    """What npm's ws has against the server; "" for nothing, and where there is no ws."""
    node, modules = shutil.which("node"), modules_folder()
    if node is None or modules is None:
        return ""
    try:
        done = subprocess.run(
            [node, "-e", SCRIPT, f"ws://127.0.0.1:{port}/", str(stage)],
            env=os.environ | {"NODE_PATH": str(modules)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=NODE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""  # Node itself does not work here
    said = done.stdout.strip()
    return "" if said in ("", "ok") else said


def modules_folder() -> Path | None:
    """The node_modules that has ws: beside the notebook, or where the course's tests have it."""
    course = Path(wslab.__file__).parents[1] / "tests" / "peers"
    for folder in (Path.cwd(), *Path.cwd().parents, course):
        if (folder / "node_modules" / "ws" / "package.json").is_file():
            return folder / "node_modules"
    return None


SCRIPT = """
const [url, stage] = process.argv.slice(1)
const ws = new (require('ws'))(url)
const end = text => { console.log(text); process.exit() }
setTimeout(() => end('it waited in vain'), 2000)
ws.on('error', error => end(error.message))
const next = name => new Promise(resolve => ws.once(name, resolve))
const back = async text => {
  if (String(await next('message')) !== text) end('another text came back')
}
ws.on('open', async () => {
  if (stage >= 4) { ws.send('Grüße'); await back('Grüße') }
  if (stage >= 5) { ws.send('x'.repeat(70000)); await back('x'.repeat(70000)) }
  if (stage >= 7) { ws.ping('there?'); await next('pong') }
  if (stage >= 8) {
    ws.send('Grü', { fin: false })
    if (stage >= 9) ws.ping()
    ws.send('ße', { fin: true })
    await back('Grüße')
  }
  if (stage >= 10) {
    ws.close(4000, 'bye')
    const code = await next('close')
    if (code !== 4000) end('it closed with 4000, and ' + code + ' came back')
  }
  end('ok')
})
"""
