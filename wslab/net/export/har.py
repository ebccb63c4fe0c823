"""A capture as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), as Chrome writes it.

Chrome's own fields have an underscore before them: `_resourceType`, `_connectionId`, and for a
WebSocket `_webSocketMessages` with one {type, time, opcode, data} for each text or binary message,
base64 for binary ones. Three fields are ours: `_webSocketControlFrames` has close, ping and pong in
the same form, which Chrome leaves out, and in `_after` how many messages came before; `_encoding`
says base64 where the form knows only text; `_wslab` has the connections' times, and what else the
file has not, in words.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import wslab
from wslab.net.capture import Capture, CapturedConnection
from wslab.net.dissect import redact_text
from wslab.net.dissect.credentials import hide
from wslab.net.export.exchanges import Exchange, Exchanges, Message, exchanges_of
from wslab.net.export.har_fields import (
    Json,
    cookies_of,
    date_of,
    decoded,
    headers_of,
    joined,
    query_of,
    text_or_base64,
    url_of,
)
from wslab.net.export.loaded import LEFT_OUT, counted


def har_of(capture: Capture, *, secrets: bool = False) -> bytes:
    """The bytes of the file. Secrets are replaced by a mark unless `secrets`."""
    entries: list[tuple[float, Json]] = []
    connections = list(capture.connections)
    wholes = []
    for connection in connections:
        whole = exchanges_of(connection, secrets=secrets)
        wholes.append(whole)
        for exchange in whole.found:
            entries.append((exchange.began, _entry(capture, connection, exchange, secrets)))
    entries.sort(key=lambda pair: pair[0])
    missing = [*_missing(wholes)]
    for connection, whole in zip(connections, wholes, strict=True):
        if not whole.found:
            missing.append(f"connection {connection.number} has no request, and is not in it")
    about = {
        "began": capture.began_at,
        "port": capture.port or capture.server_port,
        "full": capture.full,
        "connections": [
            {"id": str(c.number), "opened": c.opened, "closed": c.closed, "ended_by": c.ended_by,
             "reset_by": c.reset_by, "left_out": c.left_out}
            for c in connections
        ],
        "notes": [*missing, *capture.notes],
    }  # fmt: skip
    log = {
        "version": "1.2",
        "creator": {"name": "wslab", "version": wslab.__version__},
        "pages": [],
        "entries": [entry for _, entry in entries],
        "comment": _comment(capture, missing, secrets),
        "_wslab": about,
    }
    return json.dumps({"log": log}, indent=2, ensure_ascii=False).encode() + b"\n"


def _comment(capture: Capture, missing: list[str], secrets: bool) -> str:
    lines = ["Secrets are in it." if secrets else "Secrets are replaced by a mark."]
    if lost := sum(connection.left_out for connection in capture.connections):
        limit = f" ({capture.full})" if capture.full else ""
        lines.append(f"{counted(lost, 'byte')} {LEFT_OUT}{limit}.")
    lines += [f"{line}." for line in missing]
    return " ".join([*lines, *(f"Note: {note}." for note in capture.notes)])


def _missing(wholes: list[Exchanges]) -> Iterator[str]:
    if unparsed := sum(whole.unparsed for whole in wholes):
        yield f"{counted(unparsed, 'byte')} that could not be parsed are not in it"
    if lone := sum(whole.lone for whole in wholes):
        yield f"{counted(lone, 'part')} of responses without a request are not in it"
    if unfinished := sum(whole.unfinished for whole in wholes):
        yield f"{counted(unfinished, 'message')} without an end are not in it"
    if frames := sum(whole.http2 for whole in wholes):
        yield f"{counted(frames, 'frame')} of HTTP/2 are not in it: save it as .pcapng"


def _entry(
    capture: Capture, connection: CapturedConnection, exchange: Exchange, secrets: bool
) -> Json:
    upgraded = bool(exchange.response and exchange.response.upgrade)
    address = f"{capture.host}:{capture.port or capture.server_port}"
    url = url_of(exchange.request, address, upgraded=upgraded, secrets=secrets)
    answered = exchange.answered if exchange.response else exchange.finished
    timings = {
        "blocked": -1,
        "dns": -1,
        "ssl": -1,
        "connect": -1,
        "send": _milliseconds(exchange.sent - exchange.began),
        "wait": _milliseconds(answered - exchange.sent),
        "receive": _milliseconds(exchange.finished - answered),
    }
    response, note = _response(exchange, secrets)
    entry: Json = {
        "_connectionId": str(connection.number),
        "_resourceType": "websocket" if upgraded else "other",
        "cache": {},
        "connection": str(capture.port or capture.server_port),
        "request": _request(exchange, url, secrets),
        "response": response,
        "serverIPAddress": capture.host,
        "startedDateTime": date_of(capture.began_at + exchange.began),
        "time": sum(max(0, value) for value in timings.values()),
        "timings": timings,
    }
    if upgraded:
        began = capture.began_at
        entry["_webSocketMessages"] = [_message(m, began, secrets) for m in exchange.messages]
        if exchange.controls:
            entry["_webSocketControlFrames"] = [
                _message(m, began, secrets) | {"_after": m.after} for m in exchange.controls
            ]
    notes = [*([note] if note else []), *dict.fromkeys(exchange.problems), *_cut_bodies(exchange)]
    if connection.left_out:
        notes.append(f"{counted(connection.left_out, 'byte')} of its connection were left out")
    if notes:
        entry["comment"] = "; ".join(notes)
    return entry


def _cut_bodies(exchange: Exchange) -> Iterator[str]:
    bodies = {"request": exchange.request_body, "response": exchange.response_body}
    for name, parts in bodies.items():
        if parts and not parts[-1].last:
            yield ": ".join([f"the body of the {name} is not whole", *parts[-1].problems])


def _request(exchange: Exchange, url: str, secrets: bool) -> Json:
    head = exchange.request
    found: Json = {
        "method": head.method,
        "url": url,
        "httpVersion": head.version,
        "headers": headers_of(head, secrets=secrets),
        "queryString": query_of(url),
        "cookies": cookies_of(head, secrets=secrets),
        "headersSize": head.size,
        "bodySize": sum(part.size for part in exchange.request_body),
    }
    if exchange.request_body:
        kind, data = head.get("Content-Type"), joined(exchange.request_body)
        data = data if secrets else hide(data, "up")
        text, in_base64 = text_or_base64(data, kind)
        found["postData"] = {"mimeType": kind, "text": text}
        if in_base64:
            found["postData"]["_encoding"] = "base64"
    return found


def _response(exchange: Exchange, secrets: bool) -> tuple[Json, str]:
    """The response, and what is to be said of its body."""
    head = exchange.response
    if head is None:  # as Chrome has it for a request that failed
        content = {"size": 0, "mimeType": "x-unknown"}
        return {
            "status": 0, "statusText": "", "httpVersion": "", "headers": [], "cookies": [],
            "content": content, "redirectURL": "", "headersSize": -1, "bodySize": -1,
            "_transferSize": 0, "_error": "no response was recorded",
        }, ""  # fmt: skip
    wire = sum(part.size for part in exchange.response_body)
    data, note = decoded(joined(exchange.response_body), head.get("Content-Encoding"))
    data = data if secrets else hide(data, "down")  # again: it may have been compressed
    kind, location = head.get("Content-Type"), head.get("Location")
    content = {"size": len(data), "mimeType": kind or "x-unknown"}
    if data:
        content["compression"] = len(data) - wire
        coded = bool(note)
        content["text"], in_base64 = text_or_base64(data, "coded" if coded else kind)
        if in_base64:
            content["encoding"] = "base64"
    return {
        "status": head.status,
        "statusText": head.reason,
        "httpVersion": head.version,
        "headers": headers_of(head, secrets=secrets),
        "cookies": cookies_of(head, secrets=secrets),
        "content": content,
        "redirectURL": location if secrets else redact_text(location),
        "headersSize": head.size,
        "bodySize": wire,
        "_transferSize": head.size + wire + exchange.frames_down,
        "_error": None,
    }, note


def _message(message: Message, began: float, secrets: bool) -> Json:
    # What was cut in two is found when its parts are joined.
    data = message.data if secrets else hide(message.data, message.direction)
    found: dict[str, Any] = {
        "type": "send" if message.direction == "up" else "receive",
        "time": began + message.t,
        "opcode": message.opcode,
    }
    try:
        text = data.decode() if message.opcode == 1 else None
    except UnicodeDecodeError:
        text = None
        found["_encoding"] = "base64"
    found["data"] = base64.b64encode(data).decode() if text is None else text
    return found


def _milliseconds(seconds: float) -> float:
    return max(0.0, seconds * 1000)
