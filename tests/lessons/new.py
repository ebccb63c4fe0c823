"""A new lesson that runs and keeps the rules, to be replaced part by part: the tool behind
`make lesson`.

    python -m tests.lessons.new 08 closing "Closing a connection"

writes the lesson, the judges of its exercises and their tests, and puts the lesson into the list
and into the README. `make exercises` then stores its outputs.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.lessons.course import LESSONS, ROOT

TEMPLATE = Path(__file__).parent / "template"
USE = 'make lesson N=08 NAME=closing TITLE="Closing a connection"'


class CantMake(Exception):
    """The lesson can't be made; the message says why."""


def make(number: str, name: str, title: str, root: Path = ROOT) -> list[Path]:
    """Write the files of a new lesson and list it; the paths that are new or changed.

    Raises CantMake, before anything is written, when the lesson is not the next one or its name is
    none for a file.
    """
    following = f"{len(LESSONS):02}"
    if number != following:
        raise CantMake(f"the next lesson is {following}, not {number!r}: {USE}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise CantMake(f"{name!r} is no name for a file: use small letters, digits and _")
    if not title.strip() or '"' in title or "|" in title:
        raise CantMake(f"{title!r} is no title: give some words without quotes or bars")
    words = {"number": number, "lesson": str(int(number)), "title": title.strip()}
    files = {
        "lesson.ipynb.txt": root / "notebooks" / "solutions" / f"{number}_{name}.ipynb",
        "judges.py.txt": root / "wslab" / "check" / f"lesson{number}.py",
        "test_judges.py.txt": root / "tests" / "check" / f"test_lesson{number}.py",
    }
    for source, path in files.items():
        text = (TEMPLATE / source).read_text("utf-8")
        path.write_text(re.sub(r"\{\{(\w+)\}\}", lambda m: words[m[1]], text), "utf-8")
    course, readme = root / "tests" / "lessons" / "course.py", root / "README.md"
    _after(
        course, r"^LESSONS = \((?:\n    .*)*\n", f'    Lesson("{number}", "{name}", "{title}"),\n'
    )
    row = f"| {number} | [{title}](notebooks/{number}_{name}.ipynb) | … |\n"
    _after(readme, rf"^\| {LESSONS[-1].number} \|.*\n", row)
    return [*files.values(), course, readme]


def _after(path: Path, pattern: str, new: str) -> None:
    text = path.read_text("utf-8")
    found = re.search(pattern, text, re.M)
    if found is None:
        raise CantMake(f"{path.name} has no list of the lessons any more: put {new.strip()} there")
    path.write_text(text[: found.end()] + new + text[found.end() :], "utf-8")


def main(arguments: list[str]) -> int:
    """The command line; returns the exit code."""
    if len(arguments) != 3 or not all(arguments):
        print(f"a number, a name and a title are wanted: {USE}", file=sys.stderr)
        return 1
    try:
        for path in make(*arguments):
            print(path.relative_to(ROOT))
    except CantMake as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
