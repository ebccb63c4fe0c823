"""The chat room: the seed's events under the seed's names, with its faults mended.

    new user (name, {room, since})  → {ok, name} or {ok: false, reason, code}
    send message (text, {uid})      → {ok, id} once it is stored, or {ok: false, reason, code}
    get users (list)                the names of all in the room, to replace the list before
    new message                     {id, name, text, time}: says who wrote it
    user joined, user left          {name, online}: then the name is free again

And what people expect beyond it:

    history                         {room, messages, earlier, more}: on entering, then what is new
    join room (name, {since})       → {ok, room}
    get messages ({before})         → {ok, room, messages, earlier}: the hundred before that id
    get rooms ()                    → {ok, rooms}, and from then on `rooms` when they change
    typing (whether)                to the others {name, typing}

`since` is the id of the last message that a client has: it gets what came after it, at most a
thousand. With `more` it is not there yet, and asks again by `join room`. A client that gave a `key`
in its handshake (Socket.IO's `auth`) keeps its name for a while when its connection is lost, and
gets it back with that key. Of two messages with the same `uid` one is kept.

Only those who are logged in receive events. Text stays text: the page makes no markup of it.
"""

from __future__ import annotations

import time
from asyncio import TimerHandle
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wslab.chat.history import Draft, History, HistoryError, Keeper, Message, SQLiteHistory
from wslab.chat.names import fold
from wslab.chat.page import serve_page
from wslab.chat.people import MAX_PEOPLE, People, Person
from wslab.chat.rates import Left
from wslab.chat.refused import Refused
from wslab.chat.request import Request
from wslab.chat.rooms import LOBBY, Rooms
from wslab.chat.server import Server
from wslab.chat.sockets import Socket
from wslab.net.console import console
from wslab.net.loop import background
from wslab.node import http
from wslab.node.threads import wait_on_loop

MAX_TEXT = 2_000  # characters of one message
PAGE = 100  # messages at once, for who comes and who asks for earlier ones
MISSED = 1_000  # and for who has missed some, so that it catches up with a busy room
MOST_TEXT = 250_000  # characters in either
KEEP_NAME = 30.0  # seconds
CROWD = 100  # people in a room
ROOMS_SECONDS = 1.0  # between two lists of the rooms
WATCHERS = "watchers"  # the Socket.IO room of those who want that list
TRY_AGAIN_LATER = 1013  # in the registry of close codes
LOST = ("ping timeout", "transport error")


class ChatRoom:
    """A chat room and its page on an HTTP server of its own; `listen` starts it.

    history: a file, or a store of your own, which is closed with the room; a temporary file if it
    is None. `clock` gives seconds since 1970. keep_name: seconds that a name waits for one whose
    connection was lost. crowd: above so many people, a room is not told who types, and the list of
    users goes to those who enter alone. The other options are those of
    `wslab.chat.server.Server`. Raises HistoryError.
    """

    def __init__(
        self,
        *,
        history: History | str | Path | None = None,
        clock: Callable[[], float] = time.time,
        max_text: int = MAX_TEXT,
        max_people: int = MAX_PEOPLE,
        keep_name: float = KEEP_NAME,
        crowd: int = CROWD,
        **options: Any,
    ) -> None:
        self.clock = clock
        self.max_text = max_text
        self.keep_name = keep_name
        self.crowd = crowd
        self.people = People(max_people)
        self.server = http.createServer(serve_page)
        self.io = Server(self.server, **options)
        self.io.on("connection", self._connected)
        if history is None or isinstance(history, (str, Path)):
            history = SQLiteHistory(history or "", clock=clock)
        try:
            self.rooms = Rooms(history.rooms())
        except BaseException:
            history.close()
            raise
        self.keeper = Keeper(history)
        self.server.on("close", lambda *_: self._closed())
        self._away: dict[Person, TimerHandle] = {}
        self._left = Left()
        self._rooms_timer: TimerHandle | None = None

    def __repr__(self) -> str:
        return f"<chat room: {self.online} online>"

    def __enter__(self) -> ChatRoom:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def listen(self, port: int = 0, host: str = "127.0.0.1", *, name: str | None = None) -> None:
        """Begin to listen; port 0 picks a free one. Raises PortInUse, OSError."""
        self.server.listen(port, host, name=name)

    def close(self) -> None:
        """Disconnect everybody, store what waits, and stop; a second time is harmless."""
        self.io.close()
        wait_on_loop(self._closed)
        if not background().inside():
            self.keeper.join()

    @property
    def port(self) -> int:
        """The port, 0 before `listen`."""
        return self.server.port

    @property
    def url(self) -> str:
        """The room's address for `ChatClient`, as ws://127.0.0.1:PORT/."""
        return self.server.url

    @property
    def http_url(self) -> str:
        """The address of the page, as http://127.0.0.1:PORT/."""
        return self.server.http_url

    @property
    def online(self) -> int:
        """How many people are logged in."""
        return len(self.people)

    @property
    def users(self) -> list[str]:
        """Their names, in order of arrival."""
        return self.people.names()

    def _closed(self) -> None:
        self.keeper.close()
        for person in list(self._away):
            self._leave(person)
        if self._rooms_timer is not None:
            self._rooms_timer.cancel()
            self._rooms_timer = None

    # The events, on the background loop

    def _connected(self, socket: Socket) -> None:
        handlers = {
            "new user": self._new_user,
            "join room": self._join_room,
            "send message": self._send_message,
            "get messages": self._get_messages,
            "get rooms": self._get_rooms,
            "typing": self._typing,
        }
        for event, handler in handlers.items():
            socket.on(event, _answering(socket, handler))
        socket.on("disconnect", lambda why, details: self._disconnected(socket, why, details))

    def _new_user(self, request: Request) -> None:
        socket = request.socket
        room, since, key = (
            self.rooms.find(request.options.get("room")),
            request.id("since"),
            request.key,
        )
        person = None if self.people.of(socket.id) else self.people.known(request.value, key)
        if person is None:
            person = self.people.claim(socket.id, request.value, key)
        else:
            self._take_over(person, socket)
        socket.username = person.name
        if socket.bucket is not None:
            self._left.give_back(fold(person.name), socket.bucket, time.monotonic())
        self._enter(request, person, room, since, {"ok": True, "name": person.name})

    def _join_room(self, request: Request) -> None:
        person, room = self._who(request), self.rooms.find(request.value)
        self._enter(request, person, room, request.id("since"), {"ok": True, "room": room})

    def _send_message(self, request: Request) -> None:
        person, text = self._who(request), request.text(self.max_text)
        draft = Draft(person.bound_for or LOBBY, person.name, text, self.clock(), request.uid)

        def stored(result: Any) -> None:
            if isinstance(result, HistoryError):
                console.error(result)
                words = "The message could not be stored. Please try again later."
                request.answer(Refused("not stored", words).answer)
                return
            message, new = result
            if new:
                self.rooms.spoke(draft.room)
                self.io.to(_channel(draft.room)).emit("new message", as_sent(message))
            request.answer({"ok": True, "id": message.id})

        self.keeper.add(draft, stored)

    def _get_messages(self, request: Request) -> None:
        person, before = self._who(request), request.id("before")
        room = person.room or LOBBY

        def read(found: Any) -> None:
            if isinstance(found, HistoryError):
                console.error(found)
                words = "What was said before can't be read now. Please try again later."
                request.answer(Refused("not read", words).answer)
                return
            messages = _last_fitting(found)
            sent = [as_sent(message) for message in messages]
            earlier = len(messages) < len(found)
            answer = {"ok": True, "room": room, "messages": sent, "earlier": earlier}
            request.answer(answer)

        self.keeper.ask(lambda history: history.before(room, before, PAGE + 1), read)

    def _get_rooms(self, request: Request) -> None:
        self._who(request)
        request.socket.join(WATCHERS)
        request.answer({"ok": True, "rooms": self.rooms.listing()})

    def _typing(self, request: Request) -> None:
        person = self._who(request)
        if person.room is not None and self.rooms.online(person.room) <= self.crowd:
            told = {"name": person.name, "typing": request.value is True}
            request.socket.to(_channel(person.room)).emit("typing", told)
        request.answer({"ok": True})

    def _disconnected(self, socket: Socket, reason: str, description: str) -> None:
        if socket.username is not None and socket.bucket is not None:
            self._left.keep(fold(socket.username), socket.bucket, time.monotonic())
        person = self.people.of(socket.id)
        if person is None:
            return
        lost = reason in LOST or (reason == "transport close" and description.startswith("1006"))
        if lost and person.key is not None and self.keep_name > 0:
            self.people.hand_over(person, None)
            timer = background().loop.call_later(self.keep_name, self._leave, person)
            self._away[person] = timer
            console.log(f"{person.name} lost the connection")
        else:
            self._leave(person)

    # What they have in common

    def _who(self, request: Request) -> Person:
        person = self.people.of(request.socket.id)
        if person is None:
            raise Refused("log in", "Log in first.")
        return person

    def _take_over(self, person: Person, socket: Socket) -> None:
        """The same client is here again: after a loss, or before we have noticed it."""
        if timer := self._away.pop(person, None):
            timer.cancel()
        before = self.io.sockets.sockets.get(person.holder or "")
        self.people.hand_over(person, socket.id)
        if before is not None:
            before.emit("logged out", {"reason": "You came in from another window."})
            before.disconnect(close=True)

    def _enter(
        self,
        request: Request,
        person: Person,
        room: str,
        since: int | None,
        answer: dict[str, Any],
    ) -> None:
        """Into a room, with its history up to that moment. What is stored before the history is
        read is in it, and what is stored later comes as `new message`: the keeper works in order.
        """
        self._head_for(person, room)

        def read(found: Any) -> None:
            if person.holder != request.socket.id:
                return  # gone, meanwhile
            if isinstance(found, HistoryError):
                console.error(found)
                if since is not None:  # it must not miss any: it comes again, and later
                    request.socket.lose(TRY_AGAIN_LATER, "the history can't be read")
                    return
                found = []
            request.answer(answer)
            if since is not None or not self._is_live(request.socket, room):
                self._entered(request.socket, person, room, since, found)

        if since is None:
            self.keeper.ask(lambda history: history.before(room, None, PAGE + 1), read)
        else:
            self.keeper.ask(lambda history: history.after(room, since, MISSED + 1), read)

    def _entered(
        self, socket: Socket, person: Person, room: str, since: int | None, found: list[Message]
    ) -> None:
        messages = _last_fitting(found) if since is None else _first_fitting(found)
        left_out = len(messages) < len(found)
        more = left_out and since is not None
        moves = person.room != room
        if moves:
            self._leave_room(person)
            person.room = room
            self.rooms.enter(room)
        history = {"room": room, "messages": [as_sent(message) for message in messages]}
        socket.emit("history", {**history, "earlier": left_out and not more, "more": more})
        if not more:
            socket.join(_channel(room))
        if moves:
            self._list_users(room)
            news = {"name": person.name, "online": self.rooms.online(room)}
            socket.to(_channel(room)).emit("user joined", news)
            console.log(f"{person.name} joined, {news['online']} online")
            self._rooms_changed()
        if not more and (not moves or self.rooms.online(room) > self.crowd):
            socket.emit("get users", self.people.names(room))

    def _is_live(self, socket: Socket, room: str) -> bool:
        return _channel(room) in socket.rooms

    def _leave(self, person: Person) -> None:
        """Free the name."""
        if timer := self._away.pop(person, None):
            timer.cancel()
        if self.people.release(person):
            self._head_for(person, None)
            self._leave_room(person)

    def _head_for(self, person: Person, room: str | None) -> None:
        """A room is there from the moment that somebody wants to enter it."""
        before, person.bound_for = person.bound_for, room
        if room is not None:
            self.rooms.reserve(room)
        if before is not None:
            self.rooms.free(before)

    def _leave_room(self, person: Person) -> None:
        room, person.room = person.room, None
        if room is None:
            return
        if socket := self.io.sockets.sockets.get(person.holder or ""):
            socket.leave(_channel(room))
        self.rooms.leave(room)
        self._list_users(room)
        online = self.rooms.online(room)
        self.io.to(_channel(room)).emit("user left", {"name": person.name, "online": online})
        console.log(f"{person.name} left, {online} online")
        self._rooms_changed()

    def _list_users(self, room: str) -> None:
        if self.rooms.online(room) <= self.crowd:
            self.io.to(_channel(room)).emit("get users", self.people.names(room))

    def _rooms_changed(self) -> None:
        """Tell those who watch, but not for each who comes and goes."""
        if self._rooms_timer is None and self.server.listening:
            loop = background().loop
            self._rooms_timer = loop.call_later(ROOMS_SECONDS, self._tell_rooms)

    def _tell_rooms(self) -> None:
        self._rooms_timer = None
        self.io.to(WATCHERS).emit("rooms", self.rooms.listing())


def _first_fitting(messages: Sequence[Message]) -> list[Message]:
    """As many of the first as one packet may hold, and one in any case."""
    return _fitting(messages, MISSED)


def _last_fitting(messages: Sequence[Message]) -> list[Message]:
    return _fitting(messages[::-1], PAGE)[::-1]


def _fitting(messages: Sequence[Message], most: int) -> list[Message]:
    size = 0
    for count, message in enumerate(messages):
        size += len(message.text)
        if count == most or (count and size > MOST_TEXT):
            return list(messages[:count])
    return list(messages)


def as_sent(message: Message) -> dict[str, Any]:
    """A message as clients get it."""
    time = datetime.fromtimestamp(message.time, UTC).isoformat(timespec="seconds")
    return {
        "id": message.id,
        "name": message.name,
        "text": message.text,
        "time": time.replace("+00:00", "Z"),
    }


def _channel(room: str) -> str:
    """The Socket.IO room of those who hear what is said in a room."""
    return f"room {room}"


def _answering(socket: Socket, handler: Callable[[Request], None]) -> Callable[..., None]:
    """The handler of an event; what it refuses is its answer."""

    def called(*args: Any) -> None:
        request = Request(socket, args)
        try:
            handler(request)
        except Refused as refused:
            request.answer(refused.answer)

    return called
