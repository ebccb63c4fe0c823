"""wslab.net.export.har_import: our own files, those of others, and broken ones."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.net.export.recordings import any_talk, messages_of, polling
from tests.show.recorded import REQUEST, RESPONSE, captured, chat, connection, down, http2
from wslab.net.capture import Capture
from wslab.net.dissect import BodyItem, dissect, frames_of
from wslab.net.export import load_capture, save
from wslab.net.export.exchanges import exchanges_of
from wslab.net.export.har import har_of
from wslab.protocol.frames import Opcode, encode

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
HAR = json.loads(har_of(captured(chat(), polling(number=2))))


def load(folder: Path, content: Any) -> Any:
    path = folder / "a.har"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return load_capture(path)


def by_others(*entries: Any) -> Any:
    return {"log": {"version": "1.2", "creator": {}, "entries": list(entries)}}


@settings(deadline=None, max_examples=60)
@given(any_talk())
def test_saved_and_loaded_it_has_the_same_messages(wire: Capture) -> None:
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_capture(save(wire, Path(folder) / "any.har", secrets=True))
    assert messages_of(loaded) == messages_of(wire)


def test_exchanges_and_their_times(tmp_path: Path) -> None:
    wire = captured(chat(), polling(number=2), connection(("up", b"nothing"), number=3))
    loaded = load_capture(save(wire, tmp_path / "a.har", secrets=True))
    assert (loaded.port, loaded.began_at) == (41234, wire.began_at)
    for mine, theirs in zip(wire.connections, loaded.connections, strict=False):
        assert (theirs.ended_by, theirs.closed) == (mine.ended_by, mine.closed)
        assert theirs.reset_by == mine.reset_by
        one, two = (exchanges_of(c, secrets=True).found for c in (mine, theirs))
        for a, b in zip(one, two, strict=True):
            assert a.request.start_line == b.request.start_line
            assert a.request.headers == b.request.headers
            assert [x.data for x in a.request_body] == [x.data for x in b.request_body]
            assert b"".join(x.data for x in a.response_body) == b"".join(
                x.data for x in b.response_body
            )
            assert [m.t for m in b.messages] == pytest.approx([m.t for m in a.messages], abs=1e-5)


def test_what_was_left_out_is_remembered(tmp_path: Path) -> None:
    wire = captured(connection(("up", b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"), left_out=7))
    loaded = load_capture(save(wire, tmp_path / "a.har"))
    assert loaded.connections[0].left_out == 7


def test_a_control_frame_keeps_its_place_among_messages_of_one_chunk(tmp_path: Path) -> None:
    frames = [(9, b"1"), (1, b"one"), (9, b"2"), (1, b"two"), (1, b"three"), (10, b"3")]
    chunk = b"".join(encode(0x80 | opcode, data, None) for opcode, data in frames)
    wire = captured(connection(("up", REQUEST), ("down", RESPONSE), ("down", chunk)))
    for path in ("one.har", "two.har"):
        wire = load_capture(save(wire, tmp_path / path))
        assert [(f.opcode, f.payload) for f in frames_of(wire.connections[0])] == frames


def test_what_the_file_has_not_is_in_the_notes(tmp_path: Path) -> None:
    get = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    wire = captured(
        connection(("up", get), ("down", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")),
        connection(("up", get), ("down", CHUNKED + b"4\r\nhalf\r\n"), number=2),
        connection(("up", b"\x16\x03\x01"), number=3),
        connection(
            ("up", REQUEST), ("down", RESPONSE), down(Opcode.TEXT, b"a", fin=False), number=4
        ),
        connection(*((c.direction, c.data) for c in http2().chunks), number=5),
    )
    path = save(wire, tmp_path / "a.har")
    for _ in range(2):  # and once more for what is saved again
        loaded = load_capture(path)
        assert loaded.notes[1:] == (
            "1 message without an end are not in it",
            "14 frames of HTTP/2 are not in it: save it as .pcapng",
            "3 bytes that could not be parsed are not in it",
            "Content-Length is that of the body in the file",
            "connection 3 has no request, and is not in it",
            "connection 5 has no request, and is not in it",
            "entry 1: the body of the response is not whole: 4 of 100 bytes came",
            "entry 2: the body of the response is not whole",
        )
        path = save(loaded, tmp_path / "b.har")


def entry(**more: Any) -> Any:
    found = json.loads(json.dumps(HAR["log"]["entries"][0]))
    found.pop("_connectionId")
    return found | more


def test_a_har_of_another_program(tmp_path: Path) -> None:
    loaded = load(tmp_path, by_others(entry(), entry(startedDateTime="2026-01-01T10:00:00+0100")))
    assert [len(frames_of(c)) for c in loaded.connections] == [8, 8]
    assert all(not item.problems for c in loaded.connections for item in dissect(c))


@pytest.mark.parametrize(("unit", "zero"), [(1000, 1_700_000_000), (1, 1_700_000_000), (1, 55)])
def test_clocks_of_messages(tmp_path: Path, unit: int, zero: float) -> None:
    """Seconds, Playwright's milliseconds, and a clock that began at some time."""
    messages = [
        {"type": "send", "time": (zero + each) * unit, "opcode": 1, "data": "x"}
        for each in (1.0, 1.25)
    ]
    given = entry(startedDateTime="2023-11-14T22:13:20.500Z", _webSocketMessages=messages)
    given.pop("_webSocketControlFrames")
    given["timings"] = {"send": 0, "wait": 500, "receive": 0}
    (connection,) = load(tmp_path, by_others(given)).connections
    assert [c.t for c in connection.chunks] == pytest.approx([0, 0.5, 0.5, 0.75], abs=1e-5)


def test_an_error_that_chrome_saw_is_a_note(tmp_path: Path) -> None:
    error = {"type": "error", "time": 1.0, "opcode": -1, "data": "One or more reserved bits"}
    loaded = load(tmp_path, by_others(entry(_webSocketMessages=[error])))
    assert "the browser said: One or more reserved bits" in loaded.notes


def test_a_request_that_failed(tmp_path: Path) -> None:
    given = json.loads(json.dumps(HAR["log"]["entries"][1]))
    given["response"] = {"status": 0, "headers": []}
    (connection,) = load(tmp_path, by_others(given)).connections
    assert connection.data("down") == b"" and connection.data("up").startswith(b"POST /login")


def test_a_body_without_content_in_the_file(tmp_path: Path) -> None:
    given = json.loads(json.dumps(HAR["log"]["entries"][1]))
    given["response"]["content"] = {"size": 3, "mimeType": "text/plain"}
    loaded = load(tmp_path, by_others(given))
    bodies = [i for i in dissect(loaded.connections[0]) if isinstance(i, BodyItem)]
    assert [b.data for b in bodies if b.direction == "down"] == []
    assert "bodies of responses are not in the file" in loaded.notes


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON in UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "log.entries is not there"),
        ({"log": {"entries": {}}}, "log.entries is not there"),
        (by_others({}), "entry 1: response is missing"),
        (by_others(entry(), entry(startedDateTime="today")), "entry 2: .*today"),
        (by_others(entry(request={"url": "x"})), "entry 1: method is missing"),
        (by_others(entry(_webSocketMessages=[{"type": "send"}])), "entry 1: time is missing"),
        (by_others(entry(_webSocketMessages=3)), "entry 1: "),
        (by_others(7), "entry 1: "),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: Any, why: str) -> None:
    with pytest.raises(ValueError, match=rf"can't read a\.har: .*{why}"):
        load(tmp_path, content)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(value, dict | list):
        return [path]
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(p for key, each in pairs for p in _places(each, (*path, key)))]


PLACES = [place for place in _places(HAR) if place]
NONSENSE = st.sampled_from([None, "", "x", -1, 1e400, [], {}, [{}], [None], {"a": 1}, True, 10**30])


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(PLACES), NONSENSE)
def test_a_wrong_value_anywhere_gives_no_exception_from_inside(
    place: tuple[Any, ...], value: Any
) -> None:
    har = json.loads(json.dumps(HAR))
    *path, last = place
    inside = har
    for key in path:
        inside = inside[key]
    inside[last] = value
    with tempfile.TemporaryDirectory() as folder:
        try:
            loaded = load(Path(folder), har)
        except ValueError as error:
            assert str(error).startswith("can't read a.har: ")
        else:
            for each in loaded.connections:
                dissect(each)
