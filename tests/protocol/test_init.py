from __future__ import annotations

import subprocess
import sys

import wslab.protocol as protocol


def test_every_public_name_is_there_and_documented() -> None:
    for name in protocol.__all__:
        value = getattr(protocol, name)
        if callable(value) and isinstance(value, type):
            assert value.__doc__, name


def test_it_loads_no_socket_no_loop_and_no_randomness() -> None:
    """The floor's promise, kept by the modules that it imports."""
    code = (
        "import sys, wslab.protocol\n"
        "print([m for m in ('asyncio', 'socket', 'threading', 'random', 'secrets', 'time',"
        " 'h11', 'websockets', 'matplotlib') if m in sys.modules and m not in BEFORE])"
    )
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; BEFORE = set(sys.modules)\n{code}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stdout.strip() == "[]"


def test_a_conversation_with_the_public_names_alone() -> None:
    server = protocol.Connection(protocol.Role.SERVER)
    client = protocol.Connection(protocol.Role.CLIENT, mask_source=lambda: b"mask")
    assert server.receive(client.send_text("hi")) == [protocol.TextMessage("hi")]
    to_all = server.send_broadcast(protocol.Broadcast("to all"))
    assert client.receive(to_all) == [protocol.TextMessage("to all")]
    assert client.receive(server.send_close(1001)) == [protocol.CloseReceived(1001, "")]
    assert protocol.CLOSE_CODES[1001] == "going away: a page left, or a server stops"
