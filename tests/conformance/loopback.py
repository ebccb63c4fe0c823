"""wstest, bound to loopback and to a free port. Runs on Python 2.7, under wstest's interpreter.

wstest's own server mode listens on every interface, at a port that somebody has to know is free.
The arguments are those of wstest; the line "listening on port N" says where it listens.
"""

import sys

del sys.path[0]  # this folder, whose modules are not for Python 2.7

from autobahntestsuite.wstest import run  # noqa: E402  (it chooses the reactor, so it comes first)
from twisted.internet import reactor  # noqa: E402

listen = reactor.listenTCP


def listen_on_loopback(port, factory, backlog=50, interface=""):
    listening = listen(0, factory, backlog, "127.0.0.1")
    # Autobahn compares the port in the Host header with the one it believes to be its own.
    factory.port = factory.externalPort = listening.getHost().port
    sys.stdout.write("listening on port " + str(factory.port) + "\n")
    sys.stdout.flush()
    return listening


reactor.listenTCP = listen_on_loopback
run()
