"""The statements that ask for a judgement are found wherever a learner writes them."""

from __future__ import annotations

import pytest

from wslab.check.grading.asking import asking, names_in

ACCEPT = "_wslab_check.lesson02.accept(accept)"


@pytest.mark.parametrize(
    "cell",
    [
        "check.lesson02.accept(accept)",
        "# test my answer\ncheck.lesson02.accept(accept)",
        "print('now')\ncheck.lesson02.accept(accept)  # at last",
        "def accept(key):\n    return key\n\ncheck.lesson02.accept(accept)\nprint('done')",
        "x = 1; check.lesson02.accept(accept)",
        "%matplotlib inline\ncheck.lesson02.accept(accept)",
        "!ls\ncheck.lesson02.accept(accept)",
        "this is no Python\ncheck.lesson02.accept(accept)",
        "wslab.check.lesson02.accept(accept)",
        "from wslab import check as c\nc.lesson02.accept(accept)",
        "from wslab.check import lesson02\nlesson02.accept(accept)",
        "from wslab.check import lesson02 as two\ntwo.accept(accept)",
        "from wslab.check.lesson02 import accept as judge\njudge(accept)",
        "import wslab.check as c\nc.lesson02.accept(accept)",
    ],
)
def test_a_call_is_found(cell: str) -> None:
    assert asking([cell]) == [ACCEPT]
    assert names_in(ACCEPT) == ["02.accept"]


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "checks = 3",
        "check.progress()",
        "print('check.lesson02.accept(accept)')",
        "# check.lesson02.accept(accept)",
        "def test():\n    check.lesson02.accept(accept)",
        "other.lesson02.accept(accept)",
        "check.lesson02",
    ],
)
def test_the_rest_is_not(cell: str) -> None:
    assert asking([cell]) == []


def test_a_statement_is_taken_as_a_whole() -> None:
    loop = "for n in (1, 2):\n    check.stage(n, serve)"
    assert asking([loop]) == ["for n in (1, 2):\n    _wslab_check.stage(n, serve)"]
    assert asking(["right = check.stage(3, serve)"]) == ["right = _wslab_check.stage(3, serve)"]


def test_stages_have_their_numbers() -> None:
    cells = ["check.stage(3, serve)", "check.stage(number=12, server=serve)"]
    assert [name for asked in asking(cells) for name in names_in(asked)] == [
        "07.stage03",
        "07.stage12",
    ]
