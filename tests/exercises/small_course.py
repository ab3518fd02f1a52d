"""A course of one topic and three small tasks, made by hand in a folder: tests of the tooling need no content of the real one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

TOPIC = "07z_small"
SECRET_LINE = "return secret_recipe_of_doubling(number)"
SCHEME = "four points: names the limit that nobody may read"
POINTS = {"small-double": 2, "small-sum": 3, "small-name": 4}

ANSWERS = {
    "small-double": f"def secret_recipe_of_doubling(n):\n    return 2 * n\n\ndef double(number: int) -> int:\n    {SECRET_LINE}",
    "small-sum": "def total(numbers: list[int]) -> int:\n    return sum(numbers)",
    "small-name": "name = 'snowflake'",
}
STUBS = {
    "small-double": '"""Twice the number."""\n',
    "small-sum": "",
    "small-name": "",
}
PUBLIC = {
    "small-double": "assert double(2) == 4",
    "small-sum": "assert total([1, 2]) == 3",
    "small-name": "assert isinstance(name, str)",
}
HIDDEN = {
    "small-double": "assert double(77001) == 154002",
    "small-sum": "assert total([77002, 1]) == 77003",
    "small-name": "assert name == 'snowflake'",
}


def nbgrader(grade_id: str, *, points: int | None = None, **flags: bool) -> dict[str, Any]:
    about: dict[str, Any] = {"schema_version": 3, "grade": False, "locked": False, "solution": False, "task": False}
    return {**about, **flags, "grade_id": grade_id, **({} if points is None else {"points": points})}


def task_cells(grade_id: str) -> list[Any]:
    """Question, answer, scratch call, grade cell of one task."""
    answer = f"{STUBS[grade_id]}### BEGIN SOLUTION\n{ANSWERS[grade_id]}\n### END SOLUTION"
    graded = f"{PUBLIC[grade_id]}\n### BEGIN HIDDEN TESTS\n{HIDDEN[grade_id]}\n### END HIDDEN TESTS\nNone"
    output = [new_output("stream", name="stdout", text="an output that told the solution\n")]
    tagged = {"tags": ["raises-exception"]}
    return [
        new_markdown_cell(f"### {grade_id}", id=f"{grade_id}-question"),
        new_code_cell(answer, id=grade_id, outputs=output, metadata={**tagged, "nbgrader": nbgrader(grade_id, solution=True)}),
        new_code_cell("print('scratch')", id=f"{grade_id}-scratch", metadata=tagged),
        new_code_cell(
            graded,
            id=f"{grade_id}-grade",
            metadata={**tagged, "nbgrader": nbgrader(f"{grade_id}-grade", grade=True, locked=True, points=POINTS[grade_id])},
        ),
    ]


def source() -> Any:
    """The instructor's notebook."""
    opening = [new_markdown_cell("# Small\n\n**What is twice two?**", id="title"), new_code_cell("import math", id="setup")]
    essay = f"Say why.\n### BEGIN MARK SCHEME\n{SCHEME}\n### END MARK SCHEME"
    manual = [new_markdown_cell(essay, id="small-essay", metadata={"nbgrader": nbgrader("small-essay", points=4, task=True, locked=True)})]
    cells = [*opening, *(cell for grade_id in POINTS for cell in task_cells(grade_id)), *manual]
    metadata = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}, "course": {"minutes": 5}}
    return new_notebook(cells=cells, metadata=metadata)


def make(root: Path) -> Path:
    """The course in `root`; returns `root`."""
    folder = root / "solutions" / TOPIC
    folder.mkdir(parents=True)
    nbformat.write(source(), folder / f"{TOPIC}.ipynb")
    (root / "solutions" / "seeds.toml").write_text("variant_seed = 3\nhidden_seeds = [424242]\n", encoding="utf-8")
    return root


def release(root: Path) -> Any:
    """The student's notebook, as generated."""
    return nbformat.read(root / "exercises" / TOPIC / f"{TOPIC}.ipynb", as_version=4)


def answered(root: Path, answers: dict[str, str]) -> Any:
    """The student's notebook with these answers in it."""
    notebook = release(root)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    return notebook


def find(notebook: Any, grade_id: str) -> Any:
    """The cell of this grade id."""
    [cell] = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id]
    return cell
