"""What a client asked says whether it polled as it should."""

from __future__ import annotations

import http.client

import pytest

from wslab.check.outcome import Wrong
from wslab.check.running.long_polling import Question, WatchedServer, asked_well


def get(after: object, known: int) -> Question:
    return Question("GET", f"/price/next?after={after}", known)


def test_a_patient_client_passes() -> None:
    asked_well([get(0, 0), get(1, 1), get(1, 1), get(2, 2)])
    asked_well([Question("GET", "/price/next", 0)])


@pytest.mark.parametrize(
    ("questions", "words"),
    [
        ([], "no request came"),
        ([get(0, 0), get(0, 1)], "request 2 .* after update 0, and update 1 was known"),
        ([get(0, 0), get(1, 0)], "request 2 .* after update 1, and only update 0"),
        ([Question("GET", "/price", 0)], "request 1 is GET /price:"),
        ([Question("POST", "/price/next?after=0", 0)], "request 1 is POST"),
        ([get("x", 0)], "after 'x'; the number"),
        ([get("9" * 5000, 0)], "after update 999999999, and only"),
    ],
)
def test_the_first_wrong_question_is_named(questions: list[Question], words: str) -> None:
    with pytest.raises(Wrong, match=words):
        asked_well(questions)


def test_a_server_notes_what_was_asked_and_known() -> None:
    feed = WatchedServer(1.5, heartbeat=0.05)
    feed.listen()
    client = http.client.HTTPConnection(feed.host, feed.port, timeout=5)
    for after, status in ((0, 200), (1, 204)):
        client.request("GET", f"/price/next?after={after}")
        response = client.getresponse()
        response.read()
        assert response.status == status
    client.close()
    feed.close()
    assert feed.questions == [get(0, 0), get(1, 1)]
    assert feed.silences == 1
