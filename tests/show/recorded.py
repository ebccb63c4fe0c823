"""Conversations as a capture would have recorded them, built from the protocol's own bytes."""

from __future__ import annotations

import zlib

from wslab.net.capture import Capture, CapturedConnection, Chunk
from wslab.net.raw import KEY, MASK
from wslab.protocol import accept_value
from wslab.protocol.frames import Frame, Opcode, encode_frame

REQUEST = (
    b"GET /chat?token=s3cret HTTP/1.1\r\nHost: 127.0.0.1:41234\r\nUpgrade: websocket\r\n"
    b"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: " + KEY.encode() + b"\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat, superchat\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    b"Origin: http://localhost:8888\r\nCookie: session=topsecret\r\n\r\n"
)
RESPONSE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: "
    + accept_value(KEY).encode()
    + b"\r\nSec-WebSocket-Protocol: chat\r\n\r\n"
)
DEFLATE_RESPONSE = RESPONSE[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"


def up(opcode: Opcode, payload: bytes = b"", **flags: bool) -> tuple[str, bytes]:
    """A masked frame from the client."""
    return "up", encode_frame(Frame(opcode, payload, mask=MASK, **flags))


def down(opcode: Opcode, payload: bytes = b"", **flags: bool) -> tuple[str, bytes]:
    """A frame from the server."""
    return "down", encode_frame(Frame(opcode, payload, **flags))


def deflated(data: bytes, compressor: zlib._Compress) -> bytes:
    """A message's payload as permessage-deflate sends it (RFC 7692, 7.2.1)."""
    return (compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(
        b"\0\0\xff\xff"
    )


def connection(
    *parts: tuple[str, bytes], number: int = 1, ended_by: str | None = "client", left_out: int = 0
) -> CapturedConnection:
    """A connection whose chunks came 10 ms apart."""
    chunks = [Chunk(0.01 * i, way, data) for i, (way, data) in enumerate(parts, 1)]  # type: ignore[arg-type]
    closed = None if ended_by is None else 0.01 * (len(parts) + 1)
    return CapturedConnection(number, 0.001, closed, ended_by, chunks, left_out)  # type: ignore[arg-type]


def captured(
    *connections: CapturedConnection, port: int = 41234, server_port: int = 9001
) -> Capture:
    """A capture that holds these connections; it never listened."""
    capture = Capture("127.0.0.1", server_port)
    capture.port = port
    capture.connections.extend(connections)
    return capture


def chat(number: int = 1) -> CapturedConnection:
    """An upgrade, a few messages of each kind, a closing handshake."""
    code = (1000).to_bytes(2, "big")
    return connection(
        ("up", REQUEST),
        ("down", RESPONSE),
        up(Opcode.TEXT, b"Hello"),
        down(Opcode.TEXT, b"Hello"),
        up(Opcode.TEXT, b"Hel", fin=False),
        up(Opcode.PING, b"?"),
        down(Opcode.PONG, b"?"),
        up(Opcode.CONTINUATION, "lö".encode()),
        down(Opcode.BINARY, bytes(range(200))),
        up(Opcode.CLOSE, code + b"bye"),
        down(Opcode.CLOSE, code),
        number=number,
    )


def polling(
    times: int = 3, number: int = 1, host: bytes = b"127.0.0.1:41234"
) -> CapturedConnection:
    """Requests on one connection that is kept alive."""
    parts = []
    for i in range(times):
        body = b'{"price": %d}' % (100 + i)
        parts.append(("up", b"GET /price HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"))
        parts.append(
            ("down", b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        )
    return connection(*parts, number=number, ended_by="server")


def streaming() -> CapturedConnection:
    """Server-sent events in chunks."""
    events = [b"data: %d\n\n" % i for i in range(3)]
    return connection(
        ("up", b"GET /feed HTTP/1.1\r\nHost: localhost:9001\r\n\r\n"),
        (
            "down",
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n",
        ),
        *(("down", b"%x\r\n%s\r\n" % (len(e), e)) for e in events),
        ("down", b"0\r\n\r\n"),
    )


SESSION = b"EIO=4&transport=%s&sid=abc"
AUTH = b'40{"key":"s3cret","pin":1234}'


def socketio_polling(number: int = 1) -> CapturedConnection:
    """A Socket.IO session by long polling: opened, connected, an event with bytes, its answer."""
    open_ = b'0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'
    event = b'451-/chat,7["picture",{"_placeholder":true,"num":0}]'
    return connection(
        *_poll(b"GET", b"", open_),
        *_poll(b"POST", AUTH, b"ok"),
        *_poll(b"GET", b"", b'40{"sid":"def"}\x1e2'),
        *_poll(b"POST", b"3\x1e" + event + b"\x1ebAQID", b"ok"),
        *_poll(b"GET", b"", b'43/chat,7["got it"]\x1e42["new message",{"name":"Ada"}]\x1e6'),
        number=number,
    )


def _poll(method: bytes, body: bytes, answer: bytes) -> list[tuple[str, bytes]]:
    target = b"/socket.io/?" + SESSION % b"polling"
    length = b"Content-Length: %d\r\n" % len(body) if body else b""
    ask = b"%s %s HTTP/1.1\r\nHost: h\r\n%s\r\n%s" % (method, target, length, body)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
    return [("up", ask), ("down", head % len(answer) + answer)]


def socketio_socket(
    *parts: tuple[str, bytes], deflate: bool = False, path: bytes = b"/socket.io/"
) -> CapturedConnection:
    """The same over a WebSocket, with these frames or some of each kind."""
    ask = REQUEST.replace(b"/chat?token=s3cret", path + b"?" + SESSION % b"websocket", 1)
    packer = zlib.compressobj(wbits=-15)
    usual = [
        up(Opcode.TEXT, b"2probe"),
        down(Opcode.TEXT, b"3probe"),
        up(Opcode.TEXT, b"5"),
        up(Opcode.TEXT, AUTH[:14], fin=False),
        down(Opcode.TEXT, b"2"),
        up(Opcode.CONTINUATION, AUTH[14:]),
        up(Opcode.TEXT, '420["new user","Adä"]'.encode()),
        down(Opcode.TEXT, b'430[{"ok":true}]'),
        down(Opcode.TEXT, b'451-["picture",{"_placeholder":true,"num":0}]'),
        down(Opcode.BINARY, b"\x01\x02\x03"),
        up(Opcode.TEXT, b"42[not JSON]"),
        down(Opcode.TEXT, b"41"),
    ]
    if deflate:
        usual[6] = up(Opcode.TEXT, deflated(b'420["new user","Ada"]', packer), rsv1=True)
    answer = DEFLATE_RESPONSE if deflate else RESPONSE
    return connection(("up", ask), ("down", answer), *(parts or usual))


def http2(*, upgraded: bool = False) -> CapturedConnection:
    """A request and its response as frames of HTTP/2, a long head in two parts."""
    from hpack import Encoder
    from hyperframe import frame as f

    asks, answers = Encoder(), Encoder()
    head = [(":method", "POST"), (":path", "/price?token=t0ken"), ("cookie", "session=topsecret")]
    block = asks.encode(head)
    again = asks.encode([(":method", "GET"), (":path", "/again")])
    found = answers.encode([(":status", "200"), ("content-type", "text/plain")])
    client = [
        f.SettingsFrame(settings={3: 100}),
        f.HeadersFrame(1, block[:9]),
        f.ContinuationFrame(1, block[9:], flags=["END_HEADERS"]),
        f.DataFrame(1, b"hello", pad_length=3, flags=["END_STREAM", "PADDED"]),
        f.HeadersFrame(3, again, flags=["END_HEADERS", "END_STREAM"]),
        f.PingFrame(0, b"12345678"),
    ]
    server = [
        f.SettingsFrame(flags=["ACK"]),
        f.WindowUpdateFrame(0, 1000),
        f.HeadersFrame(1, found, flags=["END_HEADERS"]),
        f.DataFrame(1, b"102.75", flags=["END_STREAM"]),
        f.RstStreamFrame(3, error_code=8),
        f.GoAwayFrame(0, last_stream_id=3, error_code=0),
    ]
    ups = [("up", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), *(("up", x.serialize()) for x in client)]
    downs = [("down", x.serialize()) for x in server]
    downs.insert(5, ("down", b"\x00\x00\x01\xfa\x01\x00\x00\x00\x00?"))  # no type of HTTP/2's
    ask = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    agrees = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    first = [("up", ask + b"HTTP2-Settings: AAMAAABk\r\n\r\n"), ("down", agrees)]
    return connection(*(first if upgraded else []), *ups[:5], *downs[:2], *ups[5:], *downs[2:])


def events(*chunks: bytes, chunked: bool = True) -> CapturedConnection:
    """Server-sent events, cut into these chunks."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"\r\n"
    parts = [b"%x\r\n%s\r\n" % (len(c), c) if chunked else c for c in chunks]
    end = [b"0\r\n\r\n"] if chunked else []
    ask = b"GET /feed HTTP/1.1\r\nHost: h\r\n\r\n"
    return connection(("up", ask), *(("down", part) for part in (head, *parts, *end)))
