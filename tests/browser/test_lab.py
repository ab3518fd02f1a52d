"""What a learner sees: every notebook runs in a real JupyterLab, asks before it tells, and moves when it is moved."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.lab import Lab, errors
from tests.house import house
from tools.notebooks import KERNELSPEC

pytestmark = [pytest.mark.slow, pytest.mark.browser]

NOTEBOOKS = [path.name for path in sorted((house.ROOT / "notebooks").glob("*.ipynb"))]
QUESTION = "A prediction:"
FIGURE_DATA = "element => JSON.stringify([element.data, element.layout.title, element.layout.annotations])"
SETTLED = f"""element => {{
  const now = ({FIGURE_DATA})(element), seen = element.courseSeen || {{}};
  element.courseSeen = {{now, times: now === seen.now ? seen.times + 1 : 0}};
  return element.courseSeen.times >= 5;
}}"""
TIMING = "() => Array.from(window.jupyterapp.shell.currentWidget.content.model.cells).some(cell => cell.getMetadata('execution'))"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_and_nothing_is_told_before_the_guess(lab: Lab, page: Any, shot: Callable[[Any, str], Path], name: str) -> None:
    stem = Path(name).stem
    lab.open(page, name)
    shot(page, f"{stem}-1-opened")
    cells = lab.run_all(page)
    assert errors(cells) == []
    asked = sum(output.get("data", {}).get("text/plain", "").startswith(QUESTION) for cell in cells for output in cell["outputs"])
    gates, folded = page.locator(".course-gate"), page.locator(".course-gate-folded")
    wait_for_count(page, ".course-gate", asked)
    assert folded.count() == gates.count() == asked
    assert page.locator(".course-reveal-folded").count() == page.locator(".course-reveal").count() >= (1 if asked else 0)
    assert page.locator(".course-reveal-content").count() == 0
    if asked:
        guess_and_see_it_unfold(page, shot, stem, asked)
    unfold_the_rest(page)
    if any("whatif" in cell["source"] for cell in cells) or page.locator(".course-whatif").count():
        move_a_slider_and_see_its_chart_change(lab, page, shot, stem)
    assert page.elsewhere == [], "a notebook needs no network"


def guess_and_see_it_unfold(page: Any, shot: Callable[[Any, str], Path], stem: str, asked: int) -> None:
    gate = page.locator(".course-gate-folded").first
    gate.scroll_into_view_if_needed()
    if gate.locator(".course-choice").count():
        gate.locator(".course-choice").first.click()
    else:
        field = gate.locator(".course-guess input").first
        low = re.search(r"between (.+?) and", field.get_attribute("placeholder") or "")
        field.fill(low.group(1) if low else "5")
        gate.locator("button.course-submit").click()
    wait_for_count(page, ".course-gate-folded", asked - 1)
    page.locator(".course-reveal-content").first.wait_for(state="visible", timeout=30_000)
    page.locator(".course-gate").first.scroll_into_view_if_needed()
    shot(page, f"{stem}-2-guessed")


def unfold_the_rest(page: Any) -> None:
    """Open every gate that is left by "Show me"."""
    while left := page.locator(".course-gate-folded").count():
        button = page.locator(".course-gate-folded button.course-show-me").first
        button.scroll_into_view_if_needed()
        button.click()
        wait_for_count(page, ".course-gate-folded", left - 1)
    wait_for_count(page, ".course-reveal-folded", 0)


def move_a_slider_and_see_its_chart_change(lab: Lab, page: Any, shot: Callable[[Any, str], Path], stem: str) -> None:
    panel = page.locator(".course-whatif:has(.js-plotly-plot)").first
    panel.wait_for(state="attached", timeout=30_000)
    panel.scroll_into_view_if_needed()
    chart, handle = panel.locator(".js-plotly-plot").first, panel.locator("[role=slider]").first
    before = chart.evaluate(FIGURE_DATA)
    handle.focus()
    for key in ("ArrowRight", "ArrowRight", "Home", "End"):  # whichever end the default stands at
        handle.press(key)
    changed = f"([element, before]) => ({FIGURE_DATA})(element) !== before"
    page.wait_for_function(changed, arg=[chart.element_handle(), before], timeout=30_000)
    lab.wait_until_idle(page)
    page.wait_for_function(SETTLED, arg=chart.element_handle(), polling=100, timeout=30_000)
    shot(page, f"{stem}-3-moved")
    after = chart.evaluate(FIGURE_DATA)
    handle.press("Home")
    same = f"([element, after]) => ({FIGURE_DATA})(element) === after"
    page.wait_for_function(changed, arg=[chart.element_handle(), after], timeout=30_000)
    handle.press("End")
    page.wait_for_function(same, arg=[chart.element_handle(), after], timeout=30_000)  # several moves end where the last one does


def wait_for_count(page: Any, selector: str, count: int) -> None:
    counted = "([selector, count]) => document.querySelectorAll(selector).length === count"
    page.wait_for_function(counted, arg=[selector, count], timeout=60_000)


def write(lab: Lab, name: str, *sources: str) -> None:
    """A learner's own notebook beside the course's."""
    cells = [new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    (lab.my / "notebooks").mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC}), lab.my / "notebooks" / name)


def test_the_check_sees_errors_stderr_and_cells_that_did_not_run(lab: Lab, page: Any) -> None:
    write(lab, "own.ipynb", "import sys; print('oh', file=sys.stderr)", "1 / 0", "1 + 1")
    lab.open(page, "own.ipynb")
    first, *rest = errors(lab.run_all(page))
    assert first.startswith("cell-0 on stderr: oh")
    assert rest == ["cell-1: ZeroDivisionError: division by zero", "cell-2 did not run"]


def test_lab_opens_quietly_on_the_first_notebook(lab: Lab, page: Any, shot: Callable[[Any, str], Path]) -> None:
    """No news, no update check, nothing asked of the network, no timing recorded; the kernel is this environment's."""
    page.goto(f"{lab.url}/?token={lab.token}")
    page.wait_for_selector("#jp-main-statusbar", timeout=60_000)
    page.wait_for_function("() => window.jupyterapp && document.querySelector('.jp-FileBrowser, .jp-DirListing')", timeout=60_000)
    first = "/lab/tree/my/notebooks/00_start_here.ipynb"
    assert first in page.url if "00_start_here.ipynb" in NOTEBOOKS else "/lab" in page.url
    page.wait_for_timeout(3_000)  # the pop-up would come after the start
    shot(page, "lab")
    assert page.locator(".Toastify__toast").count() == 0 and page.elsewhere == []
    write(lab, "own.ipynb", "import sys, os; print(os.environ['COURSE_LAB'], os.environ['PYTHONHASHSEED'], sys.prefix)")
    lab.open(page, "own.ipynb")
    [cell] = lab.run_all(page)
    here, seed, prefix = cell["outputs"][0]["text"].split(maxsplit=2)
    assert (here, seed) == ("1", "0") and Path(prefix.strip()) in (house.ROOT / ".venv", Path(sys.prefix))
    assert page.evaluate(TIMING) is False
