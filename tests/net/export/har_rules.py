"""The rules of HAR 1.2 that a test can check, by its chapters, and the form of Chrome's fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any

Rule = dict[str, Any]  # name: type; a name that ends with ? may be absent

NUMBER = (int, float)
NAMED: Rule = {"name": str, "value": str, "comment?": str}
COOKIE: Rule = NAMED | {
    "path?": str, "domain?": str, "expires?": str, "httpOnly?": bool, "secure?": bool,
}  # fmt: skip
MESSAGE: Rule = {"type": str, "time": NUMBER, "opcode": int, "data": str}
REQUEST: Rule = {
    "method": str, "url": str, "httpVersion": str, "cookies": [COOKIE], "headers": [NAMED],
    "queryString": [NAMED], "headersSize": int, "bodySize": int, "comment?": str,
    "postData?": {"mimeType": str, "text": str, "params?": list, "comment?": str},
}  # fmt: skip
RESPONSE: Rule = {
    "status": int, "statusText": str, "httpVersion": str, "cookies": [COOKIE], "headers": [NAMED],
    "redirectURL": str, "headersSize": int, "bodySize": int, "comment?": str,
    "content": {
        "size": int, "mimeType": str, "compression?": int, "text?": str, "encoding?": str,
        "comment?": str,
    },
}  # fmt: skip
TIMINGS: Rule = {
    "blocked?": NUMBER, "dns?": NUMBER, "connect?": NUMBER, "send": NUMBER, "wait": NUMBER,
    "receive": NUMBER, "ssl?": NUMBER, "comment?": str,
}  # fmt: skip
ENTRY: Rule = {
    "pageref?": str, "startedDateTime": str, "time": NUMBER, "request": REQUEST,
    "response": RESPONSE, "cache": dict, "timings": TIMINGS, "serverIPAddress?": str,
    "connection?": str, "comment?": str, "_resourceType?": str, "_webSocketMessages?": [MESSAGE],
}  # fmt: skip
LOG: Rule = {
    "version": str, "creator": {"name": str, "version": str, "comment?": str}, "browser?": dict,
    "pages?": list, "entries": [ENTRY], "comment?": str,
}  # fmt: skip


def broken_rules(har: Any) -> list[str]:
    """What is wrong with a HAR; nothing, if it keeps the rules."""
    found = list(_check(har, {"log": LOG}, "har"))
    if found:
        return found
    if har["log"]["version"] != "1.2":
        found.append("log.version is not 1.2")
    for number, entry in enumerate(har["log"]["entries"]):
        name = f"entries[{number}]"
        if datetime.fromisoformat(entry["startedDateTime"]).tzinfo is None:
            found.append(f"{name}.startedDateTime has no time zone")
        # "time" is the sum of the timings without -1; ssl is part of connect (HAR 1.2, timings).
        spent = sum(max(0, t) for key, t in entry["timings"].items() if key != "ssl")
        if abs(spent - entry["time"]) > 1e-6:
            found.append(f"{name}.time is not the sum of its timings")
        content = entry["response"]["content"]
        if content.get("encoding") not in (None, "base64"):
            found.append(f"{name}.response.content.encoding is not base64")
        for message in entry.get("_webSocketMessages", ()):
            if message["type"] not in ("send", "receive"):
                found.append(f"{name} has a message of type {message['type']}")
    return found


def _check(value: Any, rule: Any, where: str) -> list[str]:
    if isinstance(rule, list):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [w for i, each in enumerate(value) for w in _check(each, rule[0], f"{where}[{i}]")]
    if not isinstance(rule, dict):
        right = isinstance(value, rule) and not (isinstance(value, bool) and rule is not bool)
        return [] if right else [f"{where} is {type(value).__name__}"]
    if not isinstance(value, dict):
        return [f"{where} is no object"]
    found = []
    known = {key.rstrip("?"): (key.endswith("?"), kind) for key, kind in rule.items()}
    for key in value:
        if key not in known and not key.startswith("_"):
            found.append(f"{where}.{key} is not a field of HAR 1.2")
    for key, (optional, kind) in known.items():
        if key in value:
            found += _check(value[key], kind, f"{where}.{key}")
        elif not optional:
            found.append(f"{where}.{key} is missing")
    return found
