"""The notebook that is graded: the pristine release with the student's answers put in, so that nothing else of the student's runs.

Answers are found by grade id. What was altered, deleted or doubled is reported and costs nothing; an answer that the static gate
refuses is not run, and its place says why.
"""

from __future__ import annotations

import ast
import copy
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tools import course
from tools.submissions import grade_id, shown

SKIP = "skip-execution"
MOST_STRANGE = 5
MOST_REFUSED = 20_000
ACTIVE = re.compile(r"<(?=[A-Za-z/!?])|\](?=[(:])|\\(?=href)")
"""Where Markdown would begin a tag, a link, a link in a formula."""
Gate = Callable[[str, str], list[str]]
"""(grade id, source) → why this answer is refused; empty when it is not."""


@dataclass(frozen=True)
class Note:
    """Something that the instructor should know about a submission. `kind`: duplicate, altered, deleted, refused, unknown; timeout,
    stopped, late (tools/grade_one.py); alike (tools/alike.py)."""

    kind: str
    grade_id: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind} {self.grade_id}: {self.text}" if self.grade_id else f"{self.kind}: {self.text}"


def static_gate(name: str, source: str) -> list[str]:
    """The exercise's own gate (`reference.study.own_answer`), with what its task allows."""
    from reference.study.own_answer import refusals
    from reference.study.task import ALLOWED, tasks

    task = tasks().get(name)
    return refusals(source, task.allowed if task else ALLOWED) or _read_otherwise(source)


def _read_otherwise(source: str) -> list[str]:
    """IPython takes prompts (`>>> `, `...: `) off a cell before it runs it; what runs must be what was read."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        run = ast.dump(ast.parse(TransformerManager().transform_cell(source)))
        return [] if run == ast.dump(ast.parse(textwrap.dedent(source))) else ["line 1: the notebook would run something else than it says"]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ["line 1: this is not Python as a notebook reads it"]


def rebuild(release: Any, cells: list[dict[str, Any]], gate: Gate = static_gate) -> tuple[Any, list[Note]]:
    """(notebook to grade, notes). `release`: as generated; `cells`: the student's, from submissions.read."""
    notebook, notes = copy.deepcopy(release), []
    known = {about["grade_id"] for _, about in course.cells_of(notebook)}
    rebuilt: list[Any] = []
    below = False  # a manual task, so that the place for its answer gives way to the answer
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if not about.get("grade_id") and below and cell.cell_type == "markdown":
            continue
        rebuilt.append(cell)
        if not about.get("grade_id"):
            _leave_out(cell)
        elif about.get("solution"):
            below = False
            notes += _answer(cell, about["grade_id"], cells, gate)
        else:
            notes += _compare(cell, about["grade_id"], cells)
            written = _written_below(about, cells, known)
            below = bool(written)
            rebuilt += written
    notebook.cells = rebuilt
    strange = sorted({grade_id(cell) for cell in cells} - known - {""})
    notes += [Note("unknown", shown(name), "no cell of this exercise; ignored") for name in strange[:MOST_STRANGE]]
    more = len(strange) - MOST_STRANGE
    return notebook, notes + ([Note("unknown", "", f"{more:,} more ids of no cell of this exercise")] if more > 0 else [])


def _leave_out(cell: Any) -> None:
    """A scratch call needs no run, and could hang in it; setup cells have no tag for mistakes."""
    tags = cell.metadata.get("tags", [])
    if cell.cell_type == "code" and "raises-exception" in tags:
        cell.metadata["tags"] = [*tags, SKIP]


def _answer(cell: Any, name: str, cells: list[dict[str, Any]], gate: Gate) -> list[Note]:
    """Put the student's answer into `cell`. Of several with one id the last that was edited counts."""
    found = [each["source"] for each in cells if grade_id(each) == name]
    if not found:
        return [Note("deleted", name, "the answer cell is not there, so it counts as not attempted")]
    notes = [Note("duplicate", name, f"{len(found)} cells bear this id; the last edited one counts")] if len(found) > 1 else []
    edited = [source for source in found if source.strip() != cell.source.strip()]
    if not edited:
        return notes
    refused = gate(name, edited[-1]) if cell.cell_type == "code" else []
    cell.source = _not_run(edited[-1], refused) if refused else edited[-1]
    return [*notes, *([Note("refused", name, "; ".join(refused))] if refused else [])]


def _not_run(source: str, reasons: list[str]) -> str:
    """A cell that shows the answer, runs none of it, and says why."""
    lines = [f"# {line}" for line in source[:MOST_REFUSED].splitlines()]
    return "\n".join(
        ["# This answer was not run:", *(f"# - {reason}" for reason in reasons), "#", *lines, f"raise RuntimeError({reasons[0]!r})"]
    )


def _compare(cell: Any, name: str, cells: list[dict[str, Any]]) -> list[Note]:
    """Notes on a locked cell; the pristine one is graded in any case."""
    found = [each["source"] for each in cells if grade_id(each) == name]
    if not found:
        return [Note("deleted", name, "a locked cell was deleted; the original is graded")]
    notes = [Note("duplicate", name, f"{len(found)} cells bear this id; the original is graded")] if len(found) > 1 else []
    if any(source.strip() != cell.source.strip() for source in found):
        notes.append(Note("altered", name, "a locked cell was changed; the original is graded"))
    return notes


def inert(text: str) -> str:
    """Markdown that looks the same, without tags and links: formgrader shows it in a browser with the instructor's rights."""
    return ACTIVE.sub(lambda found: f"{found[0]}\u200b", text)


def untouched(release: Any, cells: list[dict[str, Any]]) -> list[str]:
    """Grade ids of the manual tasks that stand as they were handed out, with nothing below them but what was there: nobody need mark those.

    One that was altered or deleted is for a person: its answer may be anywhere.
    """
    original = [{"cell_type": cell.cell_type, "source": cell.source, "metadata": cell.metadata} for cell in release.cells]
    known = {grade_id(cell) for cell in original} - {""}
    tasks = [cell for cell in original if cell["metadata"].get("nbgrader", {}).get("task")]
    found = []
    for task in tasks:
        name = grade_id(task)
        mine, ours = ([each for each in some if grade_id(each) == name] for some in (cells, original))
        same = [each["source"].strip() for each in mine] == [each["source"].strip() for each in ours]
        there = {text.strip() for text in _texts_below(name, original, known)}
        if same and all(text.strip() in there for text in _texts_below(name, cells, known)):
            found.append(name)
    return found


def _texts_below(name: str, cells: list[dict[str, Any]], known: set[str]) -> Iterator[str]:
    """What stands below the cell `name`, up to the next cell of the exercise; code as a block of it."""
    place = max((index for index, each in enumerate(cells) if grade_id(each) == name), default=None)
    for each in cells[place + 1 :] if place is not None else []:
        if grade_id(each) in known:
            return
        text = f"```python\n{each['source']}\n```" if each["cell_type"] == "code" else each["source"]
        if each["source"].strip():
            yield text


def _written_below(about: Any, cells: list[dict[str, Any]], known: set[str]) -> list[Any]:
    """What the student wrote below a manual task, up to the next cell of the exercise: as text, none of it runs."""
    from nbformat.v4 import new_markdown_cell

    if not about.get("task"):
        return []
    texts = _texts_below(about["grade_id"], cells, known)
    return [new_markdown_cell(inert(text), id=f"{about['grade_id']}-written-{number}") for number, text in enumerate(texts, start=1)]
