"""wslab.browser.events: constructors, fields and reprs."""

from __future__ import annotations

import pytest

from wslab.browser import CloseEvent, Event, MessageEvent
from wslab.browser.blob import Blob


def test_an_event_has_the_standards_defaults() -> None:
    event = Event("open")
    assert (event.type, event.target, event.srcElement, event.currentTarget) == (
        "open",
        None,
        None,
        None,
    )
    assert (event.eventPhase, event.bubbles, event.cancelable, event.composed) == (
        0,
        False,
        False,
        False,
    )
    assert (event.defaultPrevented, event.returnValue, event.cancelBubble) == (False, True, False)
    assert event.isTrusted is False
    assert event.composedPath() == []
    assert (Event.NONE, Event.CAPTURING_PHASE, Event.AT_TARGET, Event.BUBBLING_PHASE) == (
        0,
        1,
        2,
        3,
    )
    assert event.timeStamp > 0


def test_message_and_close_events_have_theirs() -> None:
    message = MessageEvent("message")
    fields = (message.data, message.origin, message.lastEventId, message.source, message.ports)
    assert fields == (None, "", "", None, ())
    close = CloseEvent("close")
    assert (close.wasClean, close.code, close.reason) == (False, 0, "")


def test_fields_come_from_a_dictionary_or_by_name() -> None:
    one = CloseEvent("close", {"code": 4000, "wasClean": True, "bubbles": True, "unknown": 1})
    two = CloseEvent("close", code=4000, wasClean=True, bubbles=True)
    assert repr(one) == repr(two) == "CloseEvent(code=4000, reason='', wasClean=True)"
    assert one.bubbles
    with pytest.raises(TypeError, match="has no field 'kode'; it has bubbles"):
        CloseEvent("close", kode=4000)
    with pytest.raises(TypeError):
        Event()  # type: ignore[call-arg]


def test_fields_are_read_only() -> None:
    event = MessageEvent("message", data="hi")
    for name in ("type", "target", "data", "origin", "bubbles", "timeStamp", "isTrusted"):
        with pytest.raises(AttributeError):
            setattr(event, name, "other")
    assert event.data == "hi"


def test_preventing_needs_a_cancelable_event() -> None:
    for cancelable in (False, True):
        event = Event("x", cancelable=cancelable)
        event.preventDefault()
        assert event.defaultPrevented is cancelable
        assert event.returnValue is not cancelable


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Event("open"), "Event('open')"),
        (MessageEvent("message", data="hi"), "MessageEvent(data='hi')"),
        (MessageEvent("other", data="hi"), "MessageEvent('other', data='hi')"),
        (MessageEvent("message", data=Blob([b"abc"])), "MessageEvent(data=Blob(3 bytes))"),
        (
            MessageEvent("message", data="x" * 1000),
            f"MessageEvent(data='{'x' * 59}… (1000 characters))",
        ),
        (
            MessageEvent("message", data=b"x" * 1000),
            f"MessageEvent(data=b'{'x' * 58}… (1000 bytes))",
        ),
        (CloseEvent("close", code=1006), "CloseEvent(code=1006, reason='', wasClean=False)"),
    ],
)
def test_a_repr_is_short_and_the_same_on_each_run(event: Event, text: str) -> None:
    assert repr(event) == text
