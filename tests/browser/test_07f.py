"""The panels of 07f as a learner moves them: each slider changes its chart, at once as far as one can see, in light and dark."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.lab import Lab, errors
from tests.browser.test_lab import FIGURE_DATA, unfold_the_rest

pytestmark = [pytest.mark.slow, pytest.mark.browser]

NOTEBOOK = "07f_latency_tradeoffs.ipynb"
PANELS = 3  # the tail, the workers, other worlds
LIMIT_MS = 30_000
SEEN_S = 1.0  # a message to the kernel and back, a redraw in the page: the kernel's own 0.1 s is tested without a browser
DARK = "JupyterLab Dark"


@pytest.fixture(autouse=True)
def nothing_guessed_before_or_left_behind(lab: Lab) -> Iterator[None]:
    """All tests share one learner's folder: what is opened here must be folded for the next."""
    (lab.my / "progress.json").unlink(missing_ok=True)
    yield
    (lab.my / "progress.json").unlink(missing_ok=True)


def test_every_slider_changes_its_chart_at_once(lab: Lab, page: Any, shot: Callable[[Any, str], Path]) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    lab.open(page, NOTEBOOK)
    assert errors(lab.run_all(page)) == []
    unfold_the_rest(page)
    panels = page.locator(".course-whatif:has(.js-plotly-plot)")
    assert panels.count() == PANELS
    for place in range(PANELS):
        lab.wait_until_idle(page)  # what is pressed while a panel is being made is lost
        took = [seconds for handle in handles(panels.nth(place)) for seconds in moves(page, panels.nth(place), handle)]
        shot(page, f"07f-panel-{place}")
        assert statistics.median(took) < SEEN_S, f"panel {place}: {took}"
    assert page.elsewhere == []


def handles(panel: Any) -> list[Any]:
    panel.scroll_into_view_if_needed()
    return [panel.locator("[role=slider]").nth(place) for place in range(panel.locator("[role=slider]").count())]


def moves(page: Any, panel: Any, handle: Any) -> list[float]:
    """Seconds from a key to a changed chart, for a way to both ends of a slider."""
    chart, took = panel.locator(".js-plotly-plot").first, []
    for key in ("End", "Home"):
        before = chart.evaluate(FIGURE_DATA)
        handle.focus()
        started = time.perf_counter()
        handle.press(key)
        page.wait_for_function(
            f"([element, before]) => ({FIGURE_DATA})(element) !== before", arg=[chart.element_handle(), before], timeout=LIMIT_MS
        )
        took.append(time.perf_counter() - started)
    return took


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_chart_can_be_looked_at(lab: Lab, page: Any, shot: Callable[[Any, str], Path], theme: str) -> None:
    """A picture of each chart at 1280 px; nothing in it stands outside its frame."""
    page.set_viewport_size({"width": 1280, "height": 900})
    lab.open(page, NOTEBOOK)
    if theme == "dark":
        page.evaluate(f"() => window.jupyterapp.commands.execute('apputils:change-theme', {{ theme: '{DARK}' }})")
    assert errors(lab.run_all(page)) == []
    unfold_the_rest(page)
    charts = page.locator(".js-plotly-plot")
    assert charts.count() >= 9
    for place in range(charts.count()):
        chart = charts.nth(place)
        chart.scroll_into_view_if_needed()
        chart.locator(".xtitle, .ytitle").first.wait_for(timeout=LIMIT_MS)
        shot(page, f"07f-{theme}-{place}")
        assert chart.evaluate(CUT_OFF) == []


CUT_OFF = """element => {
  const frame = element.getBoundingClientRect();
  return Array.from(element.querySelectorAll('.annotation-text, .textpoint text, .gtitle, .bartext')).filter(text => {
    const box = text.getBoundingClientRect();
    const across = box.left < frame.left - 1 || box.right > frame.right + 1;
    return box.width && (across || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
  }).map(text => text.textContent);
}"""
