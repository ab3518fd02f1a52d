"""Help in steps: `hint` goes one further each time, `reveal` shows the solution to whoever has tried."""

from __future__ import annotations

import json
import re

from reference import notebook
from reference.notebook import escape, inline
from reference.study import attempts, progress, seeds
from reference.study.style import card
from reference.study.task import Task, task

_MARKERS = re.compile(r"^\s*### (BEGIN|END) SOLUTION\n?", re.MULTILINE)
TRY_FIRST = "Try first: `check({})` must have judged an answer of yours, right or wrong. A stub does not count."
NOT_HERE = "The solutions are not part of this copy of the course; your instructor has them. `hint({})` goes three steps."


def hint(grade_id: str) -> None:
    """Show the next of three hints (and those before it); the progress file remembers how far one went. Raises NotFound."""
    wanted = task(grade_id)
    steps = attempts.hinted(progress.current(), grade_id, len(wanted.hints)).hints
    told = wanted.hints[:steps]
    items = "".join(f"<li>{inline(each)}</li>" for each in told)
    left = len(wanted.hints) - steps
    after = f"Call it again for the next of {len(wanted.hints)}." if left else f"That was the last one. It is explained in {wanted.read}."
    text = "\n".join([f"Hints for {grade_id}", *(f"  {number}. {each}" for number, each in enumerate(told, 1)), after])
    notebook.publish(card(f"<h4>Hints: {escape(wanted.title)}</h4><ol>{items}</ol><p>{inline(after)}</p>", label="Hints"), text=text)


def reveal(grade_id: str) -> None:
    """Show the solution's cell, after a real attempt and where `solutions/` is present; otherwise say so. Raises NotFound."""
    wanted = task(grade_id)
    if not attempts.record_of(progress.current(), grade_id).tries:
        _say(TRY_FIRST.format(repr(grade_id)))
    elif not (source := solution(wanted)):
        _say(NOT_HERE.format(repr(grade_id)))
    else:
        notebook.publish(markdown=f"**{wanted.title}: ours.** Others pass as well.\n\n```python\n{source}\n```")


def solution(wanted: Task) -> str:
    """The source of the answer's cell in `solutions/`, without markers; "" where there is none."""
    return _MARKERS.sub("", solution_cells(wanted).get(wanted.grade_id, "")).strip()


def solution_cells(wanted: Task) -> dict[str, str]:
    """Grade id → source of the cells of this task's notebook in `solutions/`, as stored; empty where the folder is not."""
    path = seeds.solutions() / wanted.topic / f"{wanted.topic}.ipynb"
    if not path.is_file():
        return {}
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    graded = [(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id"), "".join(cell["source"])) for cell in cells]
    return {grade_id: source for grade_id, source in graded if grade_id}


def _say(line: str) -> None:
    notebook.publish(card(f"<p>{inline(line)}</p>", label="Solution"), text=line)


__all__ = ["Task", "hint", "reveal", "solution", "solution_cells"]
