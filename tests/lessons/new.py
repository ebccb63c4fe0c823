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
QUESTION = "…"
USE = 'make lesson N=08 NAME=closing TITLE="Closing a connection"'


class CantMake(Exception):
    """The lesson can't be made; the message says why."""


def make(number: str, name: str, title: str, root: Path = ROOT) -> list[Path]:
    """Write the files of a new lesson and list it; the paths that are new or changed.

    Raises CantMake, before anything is written, when the lesson is not the next one, its name is
    none for a file, or a file of it is there already.
    """
    title = title.strip()
    following = f"{len(LESSONS):02}"
    if number != following:
        raise CantMake(f"the next lesson is {following}, not {number!r}: {USE}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise CantMake(f"{name!r} is no name for a file: use small letters, digits and _")
    if not title or not title.isprintable() or set(title) & set('"|\\'):
        raise CantMake(
            f"{title!r} is no title: give some words without quotes, bars or backslashes"
        )
    words = {"number": number, "lesson": str(int(number)), "title": title}
    files = {
        "lesson.ipynb.txt": root / "notebooks" / "solutions" / f"{number}_{name}.ipynb",
        "judges.py.txt": root / "wslab" / "check" / f"lesson{number}.py",
        "test_judges.py.txt": root / "tests" / "check" / f"test_lesson{number}.py",
    }
    for path in files.values():
        if path.exists():
            raise CantMake(f"{path.relative_to(root)} is there already: move it away first")
    course, readme = root / "tests" / "lessons" / "course.py", root / "README.md"
    lesson = f'    Lesson("{number}", "{name}", "{title}"),\n'
    row = f"| {number} | [{title}](notebooks/{number}_{name}.ipynb) | {QUESTION} |\n"
    texts = {
        path: re.sub(
            r"\{\{(\w+)\}\}", lambda m: words[m[1]], (TEMPLATE / source).read_text("utf-8")
        )
        for source, path in files.items()
    }
    texts[course] = _after(course, r"^LESSONS = \((?:\n    .*)*\n", lesson)
    texts[readme] = _after(readme, rf"^\| {LESSONS[-1].number} \|.*\n", row)
    for path, text in texts.items():
        path.write_text(text, "utf-8")
    return list(texts)


def _after(path: Path, pattern: str, new: str) -> str:
    """A file's text with something new after its list of lessons."""
    text = path.read_text("utf-8")
    found = re.search(pattern, text, re.M)
    if found is None:
        raise CantMake(f"{path.name} has no list of the lessons any more: put {new.strip()} there")
    return text[: found.end()] + new + text[found.end() :]


def main(arguments: list[str]) -> int:
    """The command line; returns the exit code."""
    if len(arguments) != 3 or not all(arguments):
        print(f"a number, a name and a title are wanted: {USE}", file=sys.stderr)
        return 1
    try:
        for path in make(*arguments):
            print(path.relative_to(ROOT))
        print(f"The lesson's question is for you to write, in README.md, where it says {QUESTION}")
    except CantMake as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
