"""A ladder as a learner climbs it: the clock runs in the page, four items are scored, and only then the answer is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.lab import Lab, errors
from tests.browser.test_lab import wait_for_count, write

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LIMIT_MS = 30_000
LADDER = """from reference.study import board, ladder
ladder("t/ladder", "How does a *tweet* reach its readers?", [
    ("mid", "What are push and pull?", "Push writes at the post.\\n\\nPull merges at the read: `ZUNION`."),
    ("senior", "Which number decides?", "Timelines loaded for each tweet posted."),
    ("staff", "What if nobody reads?", "Then pull.", ["named who pays", "gave a rate", "said what to measure", "said when to change"]),
], seconds=SECONDS)"""


def open_ladder(lab: Lab, page: Any, seconds: int = 60) -> Any:
    """The ladder in a fresh notebook, run; returns its panel."""
    write(lab, "ladder.ipynb", LADDER.replace("SECONDS", str(seconds)), "board()")
    (lab.my / "progress.json").unlink(missing_ok=True)
    lab.open(page, "ladder.ipynb")
    assert errors(lab.run_all(page)) == []
    wait_for_count(page, ".course-start", 3)
    return page.locator(".course-ladder")


def phase(rung: Any, name: str) -> None:
    rung.locator(f".course-countdown[data-phase={name}]").wait_for(timeout=LIMIT_MS)


def test_a_rung_is_climbed_by_keyboard_and_answers_only_once_scored(lab: Lab, page: Any, shot: Callable[[Any, str], Path]) -> None:
    rung = open_ladder(lab, page).locator(".course-rung").first
    shot(page, "ladder-1-asked")
    rung.locator(".course-start").focus()
    page.keyboard.press("Enter")
    phase(rung, "running")
    page.wait_for_function("() => /^5\\d s$/.test(document.querySelector('.course-left').textContent)", timeout=LIMIT_MS)
    shot(page, "ladder-2-running")
    assert page.locator(".course-item").count() == 0 and rung.locator(".course-left").get_attribute("role") == "timer"
    page.keyboard.press("Space")  # the same button: "I have said it"
    phase(rung, "done")
    wait_for_count(page, ".course-item input", 4)
    for _ in range(2):  # from the clock to the first two items
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    rung.locator("button.course-score:has-text('2 of 4')").wait_for(timeout=LIMIT_MS)
    assert page.locator(".course-model-answer").count() == 0 and "ZUNION" not in page.locator(".course-ladder").inner_html()
    shot(page, "ladder-3-said")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for_count(page, ".course-model-answer", 1)
    assert "ZUNION" in rung.inner_text() and "2 of 4" in rung.inner_text()
    assert "1 of 3 rungs climbed" in page.locator(".course-ladder-status").inner_text()
    page.wait_for_function("() => document.activeElement?.classList.contains('course-rung-again')", timeout=LIMIT_MS)
    shot(page, "ladder-4-scored")
    assert errors(lab.run_all(page)) == []
    wait_for_count(page, ".course-model-answer", 1)  # remembered
    assert "t/ladder" in page.locator(".jp-OutputArea-output").last.inner_text() and page.elsewhere == []


def test_when_time_is_up_the_items_come_by_themselves(lab: Lab, page: Any) -> None:
    rung = open_ladder(lab, page, seconds=1).locator(".course-rung").nth(2)
    rung.locator(".course-start").click()
    phase(rung, "done")
    wait_for_count(page, ".course-item input", 4)
    assert "Time is up" in rung.inner_text() and "named who pays" in rung.inner_text()
    assert page.locator(".course-model-answer").count() == 0
