"""An exercise as a learner meets it: a stub that breaks nothing, a hint, two wrong answers that are told apart, a right one, the board."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reference.study.attempt import PASSED
from reference.study.hints import solution
from reference.study.task import task, tasks
from tests.browser.lab import OUTPUTS, Lab, errors
from tests.house import house

pytestmark = [pytest.mark.slow, pytest.mark.browser]

TOPIC, GRADE_ID = "07b_timeline_fanout", "fanout-merge"
WRONG = ("pushed_above_pulled", "cut_before_folding")
LIMIT_MS = 30_000

SELECT = """([id, below]) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = Array.from(notebook.model.cells).findIndex(cell => cell.id === id) + below;
  notebook.mode = 'command';
  notebook.activate();
  return notebook.activeCell.model.id;
}"""
WRITTEN = "() => window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.getSource()"
HAS_RUN = """([id, before]) => {
  const cell = Array.from(window.jupyterapp.shell.currentWidget.content.model.cells).find(cell => cell.id === id);
  return cell.executionCount !== null && cell.executionCount !== before;
}"""
ALL_RAN = """() => Array.from(window.jupyterapp.shell.currentWidget.content.model.cells)
  .every(cell => cell.type !== 'code' || cell.executionCount !== null)"""
FOCUS = "() => document.activeElement?.closest('.jp-Notebook') !== null"


def test_a_learner_goes_wrong_twice_then_right_and_the_board_moves(lab: Lab, page: Any, shot: Callable[[Any, str], Path]) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    (lab.my / "progress.json").unlink(missing_ok=True)
    lab.open(page, f"{TOPIC}.ipynb", f"exercises/{TOPIC}")
    lab.run_all(page)
    page.wait_for_function(ALL_RAN, timeout=LIMIT_MS)  # the command comes back at the first stub's error, the cells behind it go on
    lab.wait_until_idle(page)
    nothing_of_ours_breaks_on_stubs(page.evaluate(OUTPUTS))
    check = f"{GRADE_ID}-grade"
    assert "○ fanout-merge: not attempted" in run(lab, page, check)
    told = run(lab, page, add_below(page, check, f'hint("{GRADE_ID}")'))
    assert task(GRADE_ID).hints[0] in told and task(GRADE_ID).hints[1] not in told
    shot(page, "exercise-1-hint")
    for number, name in enumerate(WRONG, start=2):
        message, source = misconception(name)
        rewrite(lab, page, GRADE_ID, source)
        said = run(lab, page, check)
        assert "✗ fanout-merge: failed" in said and message in said and "Traceback" not in said
        shot(page, f"exercise-{number}-wrong")
    before = run(lab, page, add_below(page, check, "from reference.study import board\nboard()"))
    rewrite(lab, page, GRADE_ID, solution(task(GRADE_ID)))
    assert f"✓ fanout-merge: {PASSED}" in run(lab, page, check)
    shot(page, "exercise-4-right")
    after = run(lab, page, add_below(page, check, "from reference.study import board\nboard()"))
    of_topic = [each for each in tasks().values() if each.topic == TOPIC]
    assert f"{TOPIC} · 0 of {len(of_topic)} · 0 of {sum(each.points for each in of_topic)}" in before
    assert f"{TOPIC} · 1 of {len(of_topic)} · {task(GRADE_ID).points} of {sum(each.points for each in of_topic)}" in after
    shot(page, "exercise-5-board")
    assert page.elsewhere == []


def nothing_of_ours_breaks_on_stubs(cells: list[dict[str, Any]]) -> None:
    """Run All comes to the end: each stub stops its own cell, each check says so in its card, and nothing shows a line of our code."""
    assert errors(cells) == []
    checks = [cell for cell in cells if cell["source"].startswith("check(")]
    assert len(checks) == sum(each.topic == TOPIC for each in tasks().values())
    assert all(": not attempted" in said(cell) for cell in checks)
    assert [output for cell in cells for output in cell["outputs"] if "reference/study" in str(output.get("traceback"))] == []


def misconception(name: str) -> tuple[str, str]:
    """(the message that it must get, the cell that a learner wrote)"""
    text = (house.ROOT / "tests" / "misconceptions" / GRADE_ID / f"{name}.py").read_text(encoding="utf-8")
    message = ast.get_docstring(ast.parse(text)) or ""
    return message, text.partition(f'"""{message}"""')[2].strip()


def add_below(page: Any, id: str, source: str) -> str:
    """A learner's own cell, by the keyboard; returns its id."""
    page.evaluate(SELECT, [id, 0])
    page.keyboard.press("b")
    page.wait_for_function(f"() => ({WRITTEN})() === ''", timeout=LIMIT_MS)
    page.keyboard.press("Enter")
    page.keyboard.insert_text(source)
    assert page.evaluate(WRITTEN) == source
    return str(page.evaluate(SELECT, [id, 1]))


def rewrite(lab: Lab, page: Any, id: str, source: str) -> None:
    """Replace the text of the cell, and run it."""
    page.evaluate(SELECT, [id, 0])
    for key in ("Enter", "Control+a"):
        page.keyboard.press(key)
    page.keyboard.insert_text(source)
    assert page.evaluate(WRITTEN) == source
    run(lab, page, id)


def run(lab: Lab, page: Any, id: str) -> str:
    """Shift+Enter on the cell; what it said. The keyboard stays in the notebook."""
    before = next(cell["count"] for cell in page.evaluate(OUTPUTS) if cell["id"] == id)
    page.evaluate(SELECT, [id, 0])
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(HAS_RUN, arg=[id, before], timeout=LIMIT_MS)
    lab.wait_until_idle(page)
    assert page.evaluate(FOCUS), "whoever works by keyboard must be able to go on"
    page.evaluate(SELECT, [id, 0])
    return said(next(cell for cell in page.evaluate(OUTPUTS) if cell["id"] == id))


def said(cell: dict[str, Any]) -> str:
    """The text of all outputs of a cell, an error's included."""
    texts = [output.get("data", {}).get("text/plain") or output.get("text") or output.get("traceback", "") for output in cell["outputs"]]
    return "\n".join(text if isinstance(text, str) else "\n".join(text) for text in texts)
