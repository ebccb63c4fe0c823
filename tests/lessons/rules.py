"""What every lesson keeps to, as functions that name what is wrong: `make exercises` prints it, the
tests fail on it. The numbers are the shape of a lesson: short cells, about a thousand words.
"""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy

from nbformat import NotebookNode

from tests.lessons import nav, stubs
from tests.lessons.course import LESSONS, Lesson
from tests.lessons.normal import METADATA, normalise
from wslab.check.outcome import UNTRIED

LONGEST_CELL, MEDIAN_CELL = 15, 4
FEWEST_WORDS, MOST_WORDS = 700, 1600
FEWEST_ANSWERS = 3
EXERCISES, MOST_WORDS_OF_EXERCISES = 3, 500
TITLE = r"^### [123] · (Fill in|Find the bug|Build): \S"
STAGE_TITLE = r"^### Stage {} · \S"
FEWEST_WORDS_OF_STAGES, MOST_WORDS_OF_STAGES = 1400, 2600  # all of such a lesson
EXERCISES_BEGIN, EXERCISES_END = "## Exercises", "## Recap"

MACHINE = {
    "a port": re.compile(
        r"(?:127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1\])\\?['\"]?[:,] ?\d{2,5}"
        r"|\bport[ =:]+\d{4,5}\b",
        re.I,
    ),
    "a path of a machine": re.compile(
        r"(?<![\w.])/(?:home|root|work|Users|tmp|var|usr|opt|private)/\w|[A-Z]:\\\\?\w|site-packages"
    ),
    "an address in memory": re.compile(r"\bat 0x[0-9a-f]{6,}|0x[0-9a-f]{10,}", re.I),
}

Rule = Callable[[NotebookNode, Lesson], Iterator[str]]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The notebook's code cells in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def again(lesson: Lesson) -> str:
    """The command that mends what a complaint is about."""
    return f"make exercises L={lesson.number}"


def lines_of(cell: NotebookNode) -> int:
    """How many lines of a code cell are not blank."""
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def output_texts(cell: NotebookNode) -> Iterator[str]:
    """Every piece of text among a code cell's outputs, pictures in SVG and HTML among them."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.text
        for kind, data in output.get("data", {}).items():
            if kind.startswith("text/") or kind == "image/svg+xml":
                yield data if isinstance(data, str) else "".join(data)


def drawn_texts(cell: NotebookNode) -> Iterator[str]:
    """Those among a code cell's outputs in which a tag is drawn: printed markup stays text."""
    for output in cell.outputs:
        for kind, data in output.get("data", {}).items():
            if kind in ("text/html", "text/markdown", "image/svg+xml"):
                yield data if isinstance(data, str) else "".join(data)


def prose(cells: Iterable[NotebookNode]) -> str:
    """The Markdown of the cells without navigation and without code blocks."""
    cells = (c for c in cells if c.cell_type == "markdown")
    text = "\n\n".join(c.source for c in cells if "nav" not in c.metadata.get("tags", []))
    return re.sub(r"^(```|~~~).*?^\1", " ", text, flags=re.M | re.S)


def parts(notebook: NotebookNode) -> tuple[list[NotebookNode], list[NotebookNode]]:
    """The cells of the lesson itself, and those of its exercises."""
    lesson: list[NotebookNode] = []
    exercises: list[NotebookNode] = []
    part = lesson
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith(EXERCISES_BEGIN):
            part = exercises
        elif cell.cell_type == "markdown" and cell.source.startswith(EXERCISES_END):
            part = lesson
        part.append(cell)
    return lesson, exercises


def words(cells: Iterable[NotebookNode]) -> int:
    """How many words a learner reads: links count by their text, tags and table rules do not."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", prose(cells))
    text = re.sub(r"<[^>]+>", " ", text)
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def executed(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """Every code cell was executed, in order, in one go."""
    for place, cell in enumerate(code_cells(notebook), 1):
        if not cell.source.strip():
            yield f"code cell {place} is empty"
        elif cell.execution_count != place:
            yield f"code cell {place} has the number {cell.execution_count}: {again(lesson)}"


def no_errors(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """No stored output is a traceback; a lesson catches its errors and prints them."""
    for place, cell in enumerate(code_cells(notebook), 1):
        if any(output.output_type == "error" for output in cell.outputs):
            yield f"code cell {place} stored a traceback"


def nothing_of_this_machine(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """No stored output holds a port, a path or an address in memory: they differ at each run."""
    for place, cell in enumerate(code_cells(notebook), 1):
        for text in output_texts(cell):
            for what, pattern in MACHINE.items():
                if found := pattern.search(text):
                    yield f"code cell {place} shows {what}: {found.group()!r}"


def short_cells(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """A code cell can be read at a glance: 4 lines at the median, 15 at most."""
    sizes = [lines_of(cell) for cell in code_cells(notebook)]
    for place, size in enumerate(sizes, 1):
        if size > LONGEST_CELL:
            yield f"code cell {place} has {size} lines, at most {LONGEST_CELL}"
    if sizes and statistics.median(sizes) > MEDIAN_CELL:
        yield f"the median code cell has {statistics.median(sizes):g} lines, at most {MEDIAN_CELL}"


def imports_first(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """The first code cell holds the imports, so that any other cell can be run after it."""
    for place, cell in enumerate(code_cells(notebook), 1):
        try:
            top = ast.parse(cell.source, mode="exec").body
        except SyntaxError:  # top-level await parses; a line that begins with % or ! does not
            yield f"code cell {place} is not plain Python (no % or ! commands)"
            continue
        importing = any(isinstance(node, ast.Import | ast.ImportFrom) for node in top)
        if importing != (place == 1):
            yield (
                f"code cell {place} imports: put it in the first code cell"
                if importing
                else "the first code cell imports nothing: it is the place for the imports"
            )


def no_semicolon(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """No cell hides its value with `;` at the end: nbval runs cells so that it has no effect."""
    for place, cell in enumerate(code_cells(notebook), 1):
        if cell.source.rstrip().endswith(";"):
            yield f"code cell {place} ends with ';': end it with an assignment or with None"


def tags(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """No tag lets a cell off the comparison; the only tag is `nav`, on the generated cells."""
    for place, cell in enumerate(notebook.cells, 1):
        if other := set(cell.metadata.get("tags", [])) - {"nav"}:
            yield f"cell {place} has the tags {sorted(other)}; only nav is allowed"


def navigation(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """The first and the last cell hold the generated links, and they are up to date."""
    wanted = [(nav.TOP, nav.text(lesson)), (nav.BOTTOM, nav.text(lesson))]
    marked = [c for c in notebook.cells if "nav" in c.metadata.get("tags", [])]
    ends = [(c.id, c.source) for c in (notebook.cells[0], notebook.cells[-1])]
    if ends != wanted or len(marked) != 2:
        yield f"navigation is missing or out of date: {again(lesson)}"


def normal_form(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """Metadata and cell ids have their one form, which does not tell the machine that ran them."""
    ids = [cell.id for cell in notebook.cells]
    metadata = [dict(cell.metadata) for cell in notebook.cells]
    normal = deepcopy(notebook)
    normalise(normal)
    if notebook.metadata != METADATA:
        yield f"the metadata is more or less than the usual kernelspec: {again(lesson)}"
    if ids != [cell.id for cell in normal.cells] or len(set(ids)) < len(ids):
        yield f"cell ids do not follow from the cells: {again(lesson)}"
    if metadata != [dict(cell.metadata) for cell in normal.cells]:
        yield f"a cell has metadata beside its tags: {again(lesson)}"


def length(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """A lesson is read in half an hour: 1,000 to 1,300 words, and never far from that."""
    if lesson.stages:
        count = words(notebook.cells)
        if not FEWEST_WORDS_OF_STAGES <= count <= MOST_WORDS_OF_STAGES:
            least, most = FEWEST_WORDS_OF_STAGES, MOST_WORDS_OF_STAGES
            yield f"{count} words; {least} to {most} are allowed in a lesson of stages"
        return
    own, exercises = parts(notebook)
    count = words(own)
    if not FEWEST_WORDS <= count <= MOST_WORDS:
        yield f"{count} words; 1,000 to 1,300 are wanted, {FEWEST_WORDS} to {MOST_WORDS} allowed"
    if (count := words(exercises)) > MOST_WORDS_OF_EXERCISES:
        yield f"the exercises have {count} words, at most {MOST_WORDS_OF_EXERCISES}"


def shape(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """One title, predictions with folded answers, and a last code cell that asserts."""
    text = prose(notebook.cells)
    titles = re.findall(r"^# .+", text, flags=re.M)
    if len(titles) != 1 or not titles[0].startswith(f"# {lesson.number}"):
        yield f"one title that begins '# {lesson.number}' is wanted, found {titles}"
    folded = len(re.findall(r"<details>", text))
    if folded < FEWEST_ANSWERS:
        yield f"{folded} answers folded in <details>, at least {FEWEST_ANSWERS}"
    if folded != text.count("</details>") or folded != text.count("<summary>"):
        yield "a <details> has no <summary> or no end"
    cells = code_cells(notebook)
    if not cells or "assert " not in cells[-1].source:
        yield "the last code cell does not assert that nothing is left"


def exercises(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """Three exercises, each with a title, a hint folded away, a stub and a judgement of it; or the
    stages of a lesson that has them, in order, and one exercise after them.
    """
    cells = notebook.cells if lesson.stages else parts(notebook)[1]
    checks = [place for place, cell in enumerate(cells) if stubs.is_check(cell)]
    names = [cells[place].source.splitlines()[0] for place in checks]
    if lesson.stages:
        wanted = [f"check.stage({number}, serve)" for number in range(1, lesson.stages + 1)]
        if names[:-1] != wanted:
            yield f"not the stages 1 to {lesson.stages} in order, and one exercise after them"
    elif len(checks) != EXERCISES:
        yield f"{len(checks)} exercises between {EXERCISES_BEGIN!r} and {EXERCISES_END!r}"
    for number, (place, name) in enumerate(zip(checks, names, strict=True), 1):
        stage = number <= lesson.stages
        statement, stub, check = cells[place - 2 : place + 1]
        if not stage and not name.startswith(f"check.lesson{lesson.number}."):
            yield f"{name} is no exercise of lesson {lesson.number}"
        title = STAGE_TITLE.format(number) if stage else TITLE
        if statement.cell_type != "markdown" or stub.cell_type != "code":
            yield f"{name} does not follow a statement and a stub"
        elif "<summary>Hint</summary>" not in statement.source:
            yield f"{name} has no hint"
        elif not re.search(title, statement.source, re.M):
            yield f"{name} has no title such as '### 1 · Fill in: …' or '### Stage 1 · …'"
        if [text.strip() for text in output_texts(check)] != [f"○ {UNTRIED}"]:
            yield f"{name} does not say of the stub that it was not tried"


def pictures(notebook: NotebookNode, lesson: Lesson) -> Iterator[str]:
    """Every picture says in words what it shows, and every linked file is there."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from _markdown_pictures(cell.source, lesson)
            continue
        for text in drawn_texts(cell):
            for tag in re.findall(r"<svg\b[^>]*>(?:\s*<title)?|<img\b[^>]*>", text):
                named = re.search(r"aria-label(?:ledby)?=|\balt=['\"][^'\"]|<title$", tag)
                if not named and 'aria-hidden="true"' not in tag:
                    yield f"a picture in an output has no alt text: {tag[:60]}"


def _markdown_pictures(source: str, lesson: Lesson) -> Iterator[str]:
    if re.search(r"!\[\s*\]\(", source) or re.search(r"<img(?![^>]*\balt=['\"][^'\"])", source):
        yield "a picture has no alt text"
    listed = {other.file for other in LESSONS}
    prose_only = re.sub(r"```.*?```|`[^`]*`", " ", source, flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose_only):
        local = target.split("#")[0]
        if not local or "://" in local or local.startswith(("mailto:", "attachment:")):
            continue
        if local not in listed and not (lesson.path.parent / local).exists():
            yield f"the link to {local} leads nowhere"


RULES: tuple[Rule, ...] = (
    executed,
    no_errors,
    nothing_of_this_machine,
    short_cells,
    imports_first,
    no_semicolon,
    tags,
    navigation,
    normal_form,
    length,
    shape,
    exercises,
    pictures,
)


def complaints(notebook: NotebookNode, lesson: Lesson) -> list[str]:
    """Everything that the rules find wrong with a lesson."""
    return [complaint for rule in RULES for complaint in rule(notebook, lesson)]
