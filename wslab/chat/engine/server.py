"""The requests of Engine.IO clients: which session they belong to, and whether they may come.

    GET  ?EIO=4&transport=polling             a new session
    GET  ?EIO=4&transport=polling&sid=…       wait for packets
    POST ?EIO=4&transport=polling&sid=…       send packets
    WebSocket ?EIO=4&transport=websocket      a new session, or with sid the upgrade of one
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from wslab.chat.engine.cors import sharing
from wslab.chat.engine.session import POLICY, EngineOptions, Session, answer, refuse
from wslab.net.entropy import random_source
from wslab.net.loop import background
from wslab.node import WebSocketRequest
from wslab.node.incoming import IncomingMessage
from wslab.node.response import ServerResponse
from wslab.protocol.errors import ForbiddenOrigin
from wslab.protocol.origin import Allowed, check_origin

VERSION = "4"
OVERTAKEN_SECONDS = 0.01
UNKNOWN_TRANSPORT, UNKNOWN_SESSION, BAD_METHOD, BAD_REQUEST, FORBIDDEN, BAD_VERSION = range(6)


class Refused(Exception):
    """Why a request is not served, in Engine.IO's numbers and words."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of a client from its first request."""

    address: str
    url: str
    headers: Mapping[str, str | list[str]]


def make_id() -> str:
    """20 characters that nobody can guess."""
    return base64.urlsafe_b64encode(random_source()(15)).decode()


class EngineServer:
    """The sessions of one server. on_session(session, visit): called for each new one, before its
    open packet. Everything runs on the background loop.
    """

    def __init__(
        self,
        on_session: Callable[[Session, Visit], None],
        *,
        options: EngineOptions | None = None,
        origins: Allowed = None,
        generate_id: Callable[[], str] = make_id,
    ) -> None:
        self.on_session = on_session
        self.options = options or EngineOptions()
        self.origins = origins
        self.sessions: dict[str, Session] = {}
        self._generate_id = generate_id

    def handle(self, request: IncomingMessage, response: ServerResponse) -> None:
        """A request of long polling."""
        query = dict(parse_qsl((request.url or "").partition("?")[2]))
        session = self.sessions.get(query.get("sid", ""))
        if session is not None:
            session.keep_time()
        if session is not None and session.probing:
            # What the WebSocket brings may have been sent before this request, and be read after
            # it: first the one, then the other.
            loop = background().loop
            serve = (self._handle, request, response, query)
            loop.call_later(OVERTAKEN_SECONDS, loop.call_later, 0, *serve)
        else:
            self._handle(request, response, query)

    def _handle(
        self, request: IncomingMessage, response: ServerResponse, query: Mapping[str, str]
    ) -> None:
        try:
            self._check(query, "polling", _text(request.headers, "origin"), request.headers)
            shared = sharing(request.headers, self.origins)
            for name, value in shared.items():
                response.setHeader(name, value)
            if shared and request.method == "OPTIONS":  # a browser asks before it sends
                response.writeHead(204).end()
                return
            session = self._session_of(query)
            if session is None:
                if request.method != "GET":
                    raise Refused(BAD_METHOD, "Bad handshake method")
                session = self._new(visit_of(request))
                session.open()
            elif session.websocket is not None:
                raise Refused(BAD_REQUEST, "Bad request")
            elif session.ended and request.method != "GET":
                raise Refused(UNKNOWN_SESSION, "Session ID unknown")
            if request.method == "GET":
                session.poll(response)
            elif request.method == "POST":
                _Body(session, request, response, self.options.max_payload)
            else:
                raise Refused(BAD_REQUEST, "Bad request")
        except Refused as refused:
            status = 403 if refused.code == FORBIDDEN else 400
            refuse(response, refused.message, refused.code, status)

    def upgrade(self, request: WebSocketRequest) -> None:
        """A WebSocket: a session of its own, or the upgrade of one."""
        query = request.resourceURL.query
        try:
            self._check(query, "websocket", request.origin, request.httpRequest.headers)
            session = self._session_of(query)
            if session is None:
                self._make_room()
        except Refused as refused:
            request.reject(403 if refused.code == FORBIDDEN else 400, refused.message)
            return
        connection = request.accept(None, request.origin)
        if session is None:
            self._new(visit_of(request.httpRequest)).open(connection)
        elif session.may_upgrade:
            session.probe(connection)
        else:
            # As engine.io does it: its test suite takes an HTTP error for a fault of the server.
            connection.close(POLICY, "this session needs no other WebSocket")

    def _check(
        self,
        query: Mapping[str, Any],
        transport: str,
        origin: str | None,
        headers: Mapping[str, str | list[str]],
    ) -> None:
        if query.get("transport") != transport:
            raise Refused(UNKNOWN_TRANSPORT, "Transport unknown")
        if query.get("EIO") != VERSION:
            raise Refused(BAD_VERSION, "Unsupported protocol version")
        try:
            check_origin(origin, _text(headers, "host") or "", self.origins)
        except ForbiddenOrigin as error:
            raise Refused(FORBIDDEN, str(error)) from None

    def _session_of(self, query: Mapping[str, Any]) -> Session | None:
        sid = query.get("sid")
        if sid is None:
            return None
        session = self.sessions.get(str(sid))
        if session is None:
            raise Refused(UNKNOWN_SESSION, "Session ID unknown")
        return session

    def _new(self, visit: Visit) -> Session:
        self._make_room()
        session = Session(self._generate_id(), self.options, self._forget)
        self.sessions[session.sid] = session
        self.on_session(session, visit)
        return session

    def _make_room(self) -> None:
        """Handshakes alone must not fill the server: who came first and said nothing goes."""
        if len(self.sessions) >= self.options.max_sessions:
            silent = next((one for one in self.sessions.values() if one.silent), None)
            if silent is None:
                raise Refused(FORBIDDEN, "Forbidden: the server is full")
            silent.make_way()

    def _forget(self, session: Session) -> None:
        self.sessions.pop(session.sid, None)


class _Body:
    """Reads the body of a POST, up to a limit, and gives it to the session."""

    def __init__(
        self, session: Session, request: IncomingMessage, response: ServerResponse, limit: int
    ) -> None:
        self.session, self.response, self.limit = session, response, limit
        self.data = bytearray()
        if session._posting:
            refuse(response, "one request with packets at a time")
            session.refuse_post("two requests with packets at once")
            return
        session._posting = True
        request.on("data", self._piece)
        request.on("end", self._complete)
        request.on("close", self._closed)

    def _piece(self, data: bytes) -> None:
        self.data += data
        if len(self.data) > self.limit and not self.response.writableEnded:
            answer(self.response, 413, f"a body has {self.limit} bytes at most")
            self.session.refuse_post(f"a body of more than {self.limit} bytes")

    def _complete(self) -> None:
        self._closed()
        if self.response.writableEnded:
            return
        try:
            text = self.data.decode()
        except UnicodeDecodeError:
            refuse(self.response, "a body is UTF-8")
            self.session.refuse_post("a body that is not UTF-8")
            return
        self.session.post(text, self.response)

    def _closed(self) -> None:
        self.session._posting = False


def visit_of(request: IncomingMessage) -> Visit:
    """Who came, from where, with which headers."""
    return Visit(request.socket.remoteAddress or "", request.url or "", request.headers)


def _text(headers: Mapping[str, str | list[str]], name: str) -> str | None:
    value = headers.get(name)
    return value if isinstance(value, str) else None
