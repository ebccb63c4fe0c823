"""wslab.show.steps: which arrows a swimlane has, and what is folded."""

from __future__ import annotations

from tests.show.recorded import REQUEST, RESPONSE, chat, connection, down, polling, streaming, up
from wslab.net.capture import CapturedConnection
from wslab.net.dissect import dissect
from wslab.protocol.frames import Opcode
from wslab.show.source import Conversation
from wslab.show.steps import Step, fold_connections, fold_steps, steps_of


def steps(recorded: CapturedConnection, *, fold: bool = True) -> list[Step]:
    return steps_of(Conversation(recorded.number, dissect(recorded), recorded), str, fold=fold)


def labels(some: list[Step]) -> list[str]:
    return [step.label for step in some]


def test_tcp_opens_and_closes_by_whom_it_did() -> None:
    got = steps(polling(1))
    assert (got[0].label, got[0].direction) == ("TCP connect", "up")
    assert (got[-1].label, got[-1].direction) == ("TCP close", "down")
    reset = steps(connection(("up", REQUEST), ended_by="reset"))[-1]
    assert (reset.label, reset.direction) == ("TCP reset", None)
    known = connection(("up", REQUEST), ended_by="reset")
    known.reset_by = "server"
    assert steps(known)[-1].label == "TCP reset by the server"
    refused = steps(connection(ended_by="refused"))[-1]
    assert (refused.label, refused.direction) == ("the server could not be reached", None)
    assert steps(connection(("up", REQUEST), ended_by=None))[-1].label == "still open"


def test_a_body_of_known_length_joins_its_head() -> None:
    got = steps(polling(1))
    answer = '200 OK "{"price": 100}"'
    assert labels(got) == ["TCP connect", "GET /price", answer, "TCP close"]
    head = len(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n")
    assert got[2].bytes == head + 14 and '"{"price": 100}"' in got[2].hover


def test_every_chunk_of_a_stream_is_a_step_the_empty_one_is_not() -> None:
    got = steps(streaming(), fold=False)
    assert [step.kind for step in got] == [
        "tcp", "request", "response", "body", "body", "body", "tcp",
    ]  # fmt: skip
    assert got[5].bytes == len(b"9\r\ndata: 2\n\n\r\n") + len(b"0\r\n\r\n")


def test_the_switch_to_websocket_is_marked() -> None:
    got = steps(chat())
    assert [step.label for step in got if step.switches] == ["101 Switching Protocols"]
    assert "text, more follows" in got[5].label
    assert not any(step.wrong for step in got)


def test_the_sum_of_the_steps_is_the_bytes_of_the_connection() -> None:
    for recorded in (chat(), polling(30), streaming()):
        got = steps(recorded, fold=False)
        assert sum(s.bytes for s in got if s.direction == "up") == recorded.bytes_up
        assert sum(s.bytes for s in got if s.direction == "down") == recorded.bytes_down


def test_equal_stretches_are_folded_to_the_first_and_the_last() -> None:
    got = steps(polling(12))
    assert labels(got)[1:3] == ["GET /price", '200 OK "{"price": 100}"']
    assert labels(got)[4:6] == ["GET /price", '200 OK "{"price": 111}"']
    fold = got[3]
    assert fold.kind == "fold" and fold.label.startswith("10 more like these 2")
    assert "→ 460 B" in fold.label and "← 530 B" in fold.label
    assert len(steps(polling(12), fold=False)) == 26


def test_a_question_and_its_answer_stay_together_when_the_server_speaks_first() -> None:
    hello = [("up", REQUEST), ("down", RESPONSE), down(Opcode.TEXT, b"hi")]
    talk = [up(Opcode.TEXT, b"same"), down(Opcode.TEXT, b"same")] * 30
    for end in ([], [up(Opcode.TEXT, b"x")]):
        got = steps(connection(*hello, *talk, *end))
        (fold,) = (place for place, step in enumerate(got) if step.kind == "fold")
        assert [step.direction for step in got[fold - 3 : fold]] == ["down", "up", "down"]
        assert got[fold].label.startswith("28 more like these 2")
        assert [step.direction for step in got[fold + 1 : fold + 3]] == ["up", "down"]


def test_a_server_whose_messages_are_answered_speaks_first_in_the_fold_too() -> None:
    talk = [down(Opcode.TEXT, b"101.5"), up(Opcode.TEXT, b"thanks")] * 30
    got = steps(connection(("up", REQUEST), ("down", RESPONSE), *talk))
    assert [step.direction for step in got[3:8]] == ["down", "up", None, "down", "up"]


def test_three_of_a_kind_are_not_folded() -> None:
    assert not any(step.kind == "fold" for step in steps(polling(3)))


def test_messages_fold_whatever_they_say_requests_only_when_equal() -> None:
    texts = [down(Opcode.TEXT, b"%d" % i) for i in range(9)]
    got = steps(connection(("up", REQUEST), ("down", RESPONSE), *texts))
    assert [step.kind for step in got][3:6] == ["text", "fold", "text"]
    assert got[4].label == "7 more like this · ← 21 B"
    requests = [("up", b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % i) for i in range(9)]
    assert not any(step.kind == "fold" for step in steps(connection(*requests)))


def test_folding_nothing_and_things_that_do_not_repeat() -> None:
    assert fold_steps([]) == []
    got = steps(chat(), fold=False)
    assert fold_steps(got) == got


def test_equal_connections_are_folded() -> None:
    answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % i for i in range(10)]
    asked = ("up", b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    alone = [(i, steps(connection(asked, ("down", answer)))) for i, answer in enumerate(answers)]
    assert len(fold_connections(alone)) == 2  # whatever the bodies say
    groups = [(i, steps(polling(1, i))) for i in range(1, 11)]
    folded = fold_connections(groups)
    assert [name for name, _ in folded] == ["connection 1", "connections 2 to 10"]
    assert folded[1][1][0].label.startswith("9 more connections like this · → 414 B · ← 477 B")
    assert len(fold_connections(groups[:3])) == 3


def test_what_is_wrong_is_marked() -> None:
    got = steps(
        connection(("up", REQUEST), ("down", RESPONSE), ("up", b"\x81\x01x"), ("down", b"\x81"))
    )
    assert [step.wrong for step in got if step.kind in ("text", "unparsed")] == [True, True]


def test_what_was_not_recorded_is_said() -> None:
    got = steps(connection(("up", REQUEST), up(Opcode.TEXT), left_out=9))
    assert "9 bytes not recorded: memory was full" in labels(got)
