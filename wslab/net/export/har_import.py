"""A HAR as a capture: from `save`, a browser or Playwright. What it shows is rebuilt."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.export.har_fields import Json
from wslab.net.export.loaded import LoadedCapture, cannot_read
from wslab.net.export.rebuild import frame_bytes, request_bytes, response_bytes
from wslab.net.relay import Direction

REBUILT = (
    "rebuilt from a HAR, which has messages and no bytes of the wire: each message is one frame, "
    "not compressed, from the client masked with zeros"
)
IN_MILLISECONDS = 1e11  # in seconds this is in the year 5138
A_MONTH = 30 * 86_400
BROKEN = (KeyError, TypeError, ValueError, AttributeError, OverflowError)  # what a wrong type gives
_ZONE = re.compile(r"([+-]\d\d)(\d\d)$")  # older versions of Python read only +01:00


def capture_of_har(path: Path) -> LoadedCapture:
    """The exchanges of the file. Raises ValueError for a broken one."""
    log = _log(path)
    about = log["_wslab"] if isinstance(log.get("_wslab"), dict) else {}
    notes: set[str] = set()
    groups: dict[str, list[tuple[float, int, Json]]] = {}
    for number, entry in enumerate(log["entries"], 1):
        try:
            answered = int(entry["response"]["status"]) != 0
            shared = entry.get("_connectionId") if answered or about else None
            began = _seconds(str(entry["startedDateTime"]))
            groups.setdefault(str(shared or f"entry {number}"), []).append((began, number, entry))
        except BROKEN as error:
            raise cannot_read(path, f"entry {number}: {_why(error)}") from None
    times = [start for group in groups.values() for start, *_ in group]
    stated = about.get("began")
    zero = float(stated) if isinstance(stated, int | float) else min(times, default=0.0)
    known = _known(about)
    notes.update(_told(log, about))
    connections: list[CapturedConnection] = []
    for name, group in groups.items():
        connection = CapturedConnection(len(connections) + 1, max(0.0, group[0][0] - zero))
        for place, (start, number, entry) in enumerate(sorted(group, key=lambda each: each[:2])):
            try:
                _add(connection, entry, start - zero, notes, last=place == len(group) - 1)
            except BROKEN as error:
                raise cannot_read(path, f"entry {number}: {_why(error)}") from None
        _restore(connection, known.get(name, {}))
        connections.append(connection)
    address = _address(log["entries"], about)
    said = [REBUILT, *sorted(notes - {REBUILT})]
    loaded = LoadedCapture(path.name, address, zero, connections, said)
    loaded.full = str(about.get("full") or "")
    return loaded


def _log(path: Path) -> Json:
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except ValueError as error:
        raise cannot_read(path, f"it is not JSON in UTF-8: {error}") from None
    except RecursionError:
        raise cannot_read(path, "it is not a HAR: nested too deeply") from None
    log = content.get("log") if isinstance(content, dict) else None
    if not isinstance(log, dict) or not isinstance(log.get("entries"), list):
        raise cannot_read(path, "it is JSON and not a HAR: log.entries is not there")
    return cast(Json, log)


def _why(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)


def _seconds(date: str) -> float:
    """Seconds since 1970 of an ISO 8601 date. Raises ValueError."""
    return datetime.fromisoformat(_ZONE.sub(r"\1:\2", date)).timestamp()


def _known(about: Json) -> dict[str, Json]:
    """What our own files say of their connections."""
    listed = about.get("connections")
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {str(each.get("id")): each for each in found}


def _told(log: Json, about: Json) -> Iterator[str]:
    """What our own files say that they have not, or not whole."""
    said = about.get("notes")
    yield from map(str, said if isinstance(said, list) else ())
    for number, entry in enumerate(log["entries"] if about else (), 1):
        if comment := entry.get("comment"):
            yield f"entry {number}: {comment}"


def _restore(connection: CapturedConnection, known: Json) -> None:
    last = connection.chunks[-1].t if connection.chunks else connection.opened
    opened, closed, left_out = (known.get(key) for key in ("opened", "closed", "left_out"))
    if isinstance(opened, int | float):
        connection.opened = min(float(opened), connection.chunks[0].t)
    if isinstance(closed, int | float):
        connection.closed = max(float(closed), last)
    if known.get("ended_by") in ("client", "server", "reset", "refused"):
        connection.ended_by = known["ended_by"]
    if known.get("reset_by") in ("client", "server"):
        connection.reset_by = known["reset_by"]
    if isinstance(left_out, int):
        connection.left_out = left_out


def _add(
    connection: CapturedConnection, entry: Json, began: float, notes: set[str], *, last: bool
) -> None:
    """The chunks of one exchange, at the times that it says."""
    timings = entry.get("timings") or {}
    sent = began + _positive(timings, "send") / 1000
    answered = sent + _positive(timings, "wait") / 1000
    if entry.get("_resourceType") != "websocket":  # else the message's times say more
        began_receiving, finished = answered, answered + _positive(timings, "receive") / 1000
    else:
        began_receiving = finished = answered
    head, body = request_bytes(entry, notes)
    _put(connection, began, "up", head)
    _put(connection, sent, "up", body)
    if int(entry["response"]["status"]) == 0:
        return
    head, body = response_bytes(entry, notes, last=last)
    _put(connection, began_receiving, "down", head)
    _put(connection, finished, "down", body)
    messages = _in_order(entry)
    clock = _clock(messages, connection.chunks[-1].t, entry, began)
    for message in messages:
        if int(message["opcode"]) == -1:  # Chrome's word for an error of its own
            notes.add(f"the browser said: {str(message.get('data', ''))[:80]}")
            continue
        way, frame = frame_bytes(message)
        _put(connection, clock(float(message["time"])), way, frame)


def _in_order(entry: Json) -> list[Json]:
    """Messages and control frames by their times; of those at one time, a control frame stands
    behind as many messages as it came after.
    """
    messages = entry.get("_webSocketMessages") or []
    controls = entry.get("_webSocketControlFrames") or []
    placed = [(float(each["time"]), place, 1, each) for place, each in enumerate(messages)]
    for each in controls:
        placed.append((float(each["time"]), int(each.get("_after", len(messages))), 0, each))
    return [each for *_, each in sorted(placed, key=lambda entry: entry[:3])]


def _clock(
    messages: list[Json], after: float, entry: Json, began: float
) -> Callable[[float], float]:
    """From a message's time to ours. Chrome counts seconds since 1970, Playwright milliseconds;
    with any other clock the first message stands where the response ends.
    """
    zero = _seconds(str(entry["startedDateTime"])) - began
    first = min((float(message["time"]) for message in messages), default=0.0)
    unit = 1000.0 if first > IN_MILLISECONDS else 1.0
    if abs(first / unit - zero - began) > A_MONTH:
        zero = first - after
    return lambda time: time / unit - zero


def _positive(timings: Json, name: str) -> float:
    value = timings.get(name, 0)
    return max(0.0, float(value)) if value is not None else 0.0


def _put(connection: CapturedConnection, t: float, way: Direction, data: bytes) -> None:
    if data:
        last = connection.chunks[-1].t if connection.chunks else connection.opened
        connection.chunks.append(Chunk(max(t, last), way, data))


def _address(entries: list[Any], about: Json) -> tuple[str, int]:
    """The server that most of the entries name."""
    hosts: Counter[tuple[str, int]] = Counter()
    for entry in entries:
        parts = urlsplit(str(entry["request"]["url"]))
        try:
            port = parts.port or (443 if parts.scheme in ("https", "wss") else 80)
        except ValueError:  # a port that is no number
            continue
        hosts[parts.hostname or "127.0.0.1", port] += 1
    (((host, port), _),) = hosts.most_common(1) or [(("127.0.0.1", 0), 0)]
    return host, int(about["port"]) if isinstance(about.get("port"), int) else port
