"""tests.conformance.report, on reports made up in the form that wstest writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conformance.report import Result, read, remarks, table


def write(folder: Path, cases: dict[str, tuple[str, str]]) -> None:
    """An index.json and the details of each case, as wstest names them."""
    index = {}
    for case, (behaviour, closing) in cases.items():
        name = f"wslab_case_{case.replace('.', '_')}.json"
        index[case] = {"behavior": behaviour, "behaviorClose": closing, "reportfile": name}
        details = {
            "description": "Send\n  <b>something</b><br/>",
            "expectation": "Fail   at once",
            "result": "Nothing came.",
            "resultClose": "The wrong endpoint closed.",
            "remoteCloseCode": 1002,
        }
        (folder / name).write_text(json.dumps(details), "utf-8")
    (folder / "index.json").write_text(json.dumps({"wslab": index}), "utf-8")


@pytest.mark.parametrize(
    ("behaviour", "closing", "word"),
    [
        ("OK", "OK", "OK"),
        ("OK", "INFORMATIONAL", "OK"),
        ("NON-STRICT", "OK", "NON-STRICT"),
        ("INFORMATIONAL", "INFORMATIONAL", "INFORMATIONAL"),
        ("FAILED", "OK", "FAILED"),
        ("OK", "UNCLEAN", "FAILED"),
        ("OK", "WRONG CODE", "FAILED"),
        ("NON-STRICT", "FAILED BY CLIENT", "FAILED"),
        ("UNIMPLEMENTED", "OK", "FAILED"),
        ("not run", "not run", "FAILED"),
    ],
)
def test_a_case_passes_by_what_it_did_and_how_it_closed(
    behaviour: str, closing: str, word: str
) -> None:
    assert Result("1.1.1", behaviour, closing).word == word


def test_what_the_report_has_not_has_failed(tmp_path: Path) -> None:
    write(tmp_path, {"10.1.1": ("OK", "OK"), "3.2": ("NON-STRICT", "OK")})
    results = read(tmp_path, "wslab", ["3.2", "9.1.1", "10.1.1"])
    words = [(result.case, result.section, result.word) for result in results]
    assert words == [("3.2", 3, "NON-STRICT"), ("9.1.1", 9, "FAILED"), ("10.1.1", 10, "OK")]


@pytest.mark.parametrize("agents", [None, {}, {"somebody else": {}}])
def test_without_a_report_every_case_has_failed(agents: object, tmp_path: Path) -> None:
    if agents is not None:
        (tmp_path / "index.json").write_text(json.dumps(agents), "utf-8")
    results = read(tmp_path, "wslab", ["1.1.1", "1.1.2"])
    assert [result.word for result in results] == ["FAILED", "FAILED"]
    assert list(remarks(results)) == [
        "FAILED 1.1.1: it was not run",
        "FAILED 1.1.2: it was not run",
    ]


def test_the_table_counts_by_section() -> None:
    results = [
        Result("10.1.1", "OK", "OK"),
        Result("2.1", "OK", "OK"),
        Result("2.2", "NON-STRICT", "OK"),
        Result("2.10", "OK", "UNCLEAN"),
    ]
    rows = [line.split() for line in table(results)]
    assert rows == [
        ["section", "OK", "NON-STRICT", "INFORMATIONAL", "FAILED"],
        ["2", "pings", "and", "pongs", "1", "1", "·", "1"],
        ["10", "miscellaneous", "1", "·", "·", "·"],
        ["all", "2", "1", "·", "1"],
    ]


def test_each_case_that_is_not_ok_is_explained(tmp_path: Path) -> None:
    cases = {"1.1.1": ("OK", "OK"), "3.2": ("NON-STRICT", "OK"), "3.3": ("FAILED", "WRONG CODE")}
    write(tmp_path, cases)
    lines = list(remarks(read(tmp_path, "wslab", list(cases))))
    assert lines == [
        "NON-STRICT 3.2: Send something; closed with 1002",
        "FAILED 3.3: Send something; closed with 1002",
        "    expected: Fail at once",
        "    messages: FAILED. Nothing came.",
        "    closing:  WRONG CODE. The wrong endpoint closed.",
        f"    all of it: {tmp_path / 'wslab_case_3_3.html'}",
    ]
