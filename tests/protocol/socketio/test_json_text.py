"""JSON is compact, means the same, and nesting is counted outside of texts."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wslab.protocol.socketio import decode, to_json

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
@settings(deadline=None)
def test_json_is_compact_and_means_the_same(value: Any) -> None:
    assert json.loads(to_json(value)) == value


def test_brackets_inside_text_do_not_count_as_nesting() -> None:
    text = "[" * 100 + '\\" [{' + "{" * 100
    assert decode("2" + to_json(["a", text])).data == ["a", text]
