"""Floor 2: what a Node developer knows, in Python. The names are Node's and npm `websocket`'s.

    from wslab.node import WebSocketServer, console, http

    server = http.createServer(lambda request, response: response.writeHead(404).end())
    server.listen(0)
    wsServer = WebSocketServer(httpServer=server)

    @wsServer.on("request")
    def accept(request):
        connection = request.accept(None, request.origin)
        connection.on("message", lambda message: connection.sendUTF(message.utf8Data))

Handlers run on the background loop; methods may be called from there or from a cell. Where this
package deviates from npm `websocket` 1.0.35 and from Node:

Safe by default
- `ignoreXForwardedFor` is True: any client can write any address into that header.
- `autoAcceptConnections` refuses pages of other origins with 403. With a 'request' listener the
  decision is the application's, as in npm; look at `request.origin`.
- `http.Server.listen` binds to 127.0.0.1, where Node binds to every interface. Sizes, times and the
  number of connections are limited (`createServer(limits=…)`).
- `reject` and `accept` refuse headers, reasons and cookies with line breaks in them.

As npm documents it, where its code differs
- `accept` compares the subprotocol without regard to case; npm throws for 'Chat'.
- `WebSocketFrame()` needs no arguments; its fin is True.
- With assembleFragments off, a message of a single frame is emitted as 'message' after its 'frame'.
- 'requestRejected' passes the request, as npm's code does and its documentation does not say.

Beyond it
- permessage-deflate is agreed on where the other side can do it; npm `websocket` never compresses.
  `perMessageDeflate=False`, the option that npm `ws` has, turns it off.

To the letter of RFC 6455
- Only version 13 is spoken; npm's 8 is a draft. A broken handshake is answered with 400, 405 or 426
  and a body that names the header; npm checks less. One without `Upgrade` or `Connection` is told
  so too, instead of going to the page's handler.
- The answer to a Close repeats what came; npm always answers 1000. A Close without a code is
  reported as 1005; npm reports 1006. A `close` that the other side never answers is reported as
  1006; npm reports the code that it sent.
- `ping` and `pong` above 125 bytes raise ControlTooLong; npm cuts them. `close` raises
  ReasonTooLong above 123 bytes of reason. Both, and InvalidCloseCode, come before anything is sent.
- `drop` sends its close frame and closes its half; npm destroys the socket, which may lose the
  frame. 'close' then comes when TCP has ended.
- Frames from a client are masked and frames from a server are not, whatever `frame.mask` says.

For a notebook
- `http.Server.close` ends every connection, WebSockets with 1001; Node's waits for them. In a cell,
  `listen` and `close` return when it is done. A cell that runs again replaces its server.
- A 'request' that no listener wants is answered 404; Node leaves it without an answer. A request
  body flows as soon as 'data' or 'end' has a listener.
- An 'error' event without a listener goes to `console.error`; Node ends the process. When one
  listener raises, the others of the event still run; then the connection is closed with 1011, or
  the request is answered 500.
- `reject` has a body with the reason, beside npm's header.
- No Date header while `wslab.net.repeatable` is in effect, so that bytes repeat.
- wslab's own, not in npm: `server.port`, `.url`, `.http_url`; `wsServer.opened`, `.closed`,
  `.until`; `request.number`, `.connection`, `connection.number`, `client.name`.
"""

from __future__ import annotations

from wslab.net.console import console
from wslab.node import http
from wslab.node.client import WebSocketClient
from wslab.node.connection import WebSocketConnection
from wslab.node.events import EventEmitter
from wslab.node.frame import WebSocketFrame
from wslab.node.request import WebSocketRequest
from wslab.node.router import WebSocketRouter, WebSocketRouterRequest
from wslab.node.server import WebSocketServer
from wslab.node.w3cwebsocket import W3CWebSocket

__all__ = [
    "EventEmitter",
    "W3CWebSocket",
    "WebSocketClient",
    "WebSocketConnection",
    "WebSocketFrame",
    "WebSocketRequest",
    "WebSocketRouter",
    "WebSocketRouterRequest",
    "WebSocketServer",
    "console",
    "http",
]
