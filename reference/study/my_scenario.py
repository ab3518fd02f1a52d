"""The learner's own scenario: twelve requirements and more on a sheet, kept in the progress file, shown by "yours" panels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reference import notebook
from reference.estimation.errors import EstimationError, require
from reference.estimation.estimate import estimate
from reference.estimation.numbers import parse_number
from reference.estimation.scenario import Scenario, assumptions
from reference.study import progress
from reference.study.phrases import say, written
from reference.study.scoping import full, known
from reference.study.style import card

KEPT = "scenario"
NAME = "yours"
SHEET = (
    "users", "daily_users", "tweets_per_day", "timelines_per_user", "follows_per_user", "write_peak", "read_peak",
    "largest_following", "celebrity_threshold", "visible_within", "slo", "retention", "budget",
)  # fmt: skip
"""What the sheet asks for; every other assumption stays as it was."""
NOT_YET = "Yours: fill in the requirement sheet of 01, and this panel shows your numbers."


def my_scenario() -> Scenario:
    """The learner's scenario, named "yours"; design A in a headless run, where nothing is saved, or where what is saved means nothing."""
    return saved_scenario() or full()


def saved_scenario() -> Scenario | None:
    """What the sheet saved, None in a headless run or where that is no scenario (any more)."""
    kept = progress.current().kept(KEPT)
    if not isinstance(kept, dict) or not kept:
        return None
    try:
        return full().but(NAME, **kept)
    except (EstimationError, TypeError):
        return None


def save_scenario(scenario: Scenario) -> str:
    """Keep the sheet's values and whatever else differs from design A; returns a sentence that says where it went."""
    values = {name: getattr(scenario, name) for name in assumptions()}
    store = progress.current()
    store.keep(KEPT, {name: value for name, value in values.items() if name in SHEET or value != getattr(full(), name)})
    if store.notice:
        return store.notice
    where = f"in {store.path.name}" if store.path else "until this kernel stops (there is no `my` folder here)"
    return f"Saved {where}. “Yours” panels show these numbers when their cells are run again."


def texts_of(scenario: Scenario) -> dict[str, str]:
    """The sheet filled in from `scenario`: field → text as one would type it."""
    return {name: written(getattr(scenario, name)) for name in SHEET}


def read_sheet(texts: Mapping[str, str], base: Scenario) -> tuple[Scenario | None, dict[str, str]]:
    """The scenario that `texts` (field → text) describe, all else as in `base`; None with field → what is wrong, in friendly words."""
    values, wrong = {}, {}
    for name, text in texts.items():
        try:
            values[name] = _read(name, text)
        except EstimationError as error:
            wrong[name] = str(error)
    if wrong:
        return None, wrong
    try:
        return base.but(NAME, **values), {}
    except EstimationError as error:  # each may stand alone, but not together
        return None, {"daily_users": str(error).replace("daily_users must be", "It must be", 1)}


def _read(name: str, text: str) -> float:
    """One field, judged by itself, so that no other field is blamed."""
    about = assumptions()[name]
    value = parse_number(text, str(about["unit"]))
    low, high = about["low"], about["high"]
    require(low <= value <= high, f"It must be between {say(name, low)} and {say(name, high)}, not {text.strip()}.")
    return value


def flips_against_a(scenario: Scenario) -> list[tuple[str, str, str]]:
    """Decisions that come out otherwise than for design A: (decision, A's choice, this one's)."""
    return [(name, known()[name], choice) for name, choice in estimate(scenario).decided().items() if choice != known()[name]]


def yours(show: Callable[[Scenario], Any]) -> None:
    """A "yours" panel: `show(scenario)` for the learner's saved scenario returns a figure, frame, table or Markdown, or displays itself.

    Headless, or where nothing is saved, one fixed line: notebooks may compare it. Computed anew each time the cell runs.
    """
    scenario = saved_scenario() if notebook.interactive() else None
    if scenario is None:
        notebook.publish(card(f"<p>{NOT_YET}</p>", label="Yours"), text=NOT_YET)
        return
    title = f"the same for the scenario on your requirement sheet ({_size(scenario)})."
    notebook.publish(card(f"<p><b>Yours</b>: {title}</p>", label="Yours"), text=f"Yours: {title}")
    try:
        content = show(scenario)
    except EstimationError as error:
        notebook.publish(card(f'<p role="alert">Not for these numbers: {notebook.escape(error)}</p>', label="Yours"), text=str(error))
        return
    notebook.show_object(content)


def _size(scenario: Scenario) -> str:
    return f"{written(scenario.daily_users)} daily users, {written(scenario.tweets_per_day)} tweets a day"
