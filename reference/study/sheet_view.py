"""`requirement_sheet()`: the learner's requirements as a form, each field judged beside itself, saved by a button.

CSS classes that a browser test may rely on: course-sheet, course-field (one input each), course-error, course-save, course-sheet-status.
"""

from __future__ import annotations

from typing import Any

from reference import notebook
from reference.estimation.decisions import decisions
from reference.estimation.scenario import Scenario, assumptions
from reference.notebook import escape
from reference.study.gate_view import display_widget
from reference.study.my_scenario import SHEET, flips_against_a, read_sheet, save_scenario, saved_scenario, texts_of
from reference.study.panel import PANEL_STYLE, button, error_line, framed, live
from reference.study.phrases import say, unit_of
from reference.study.scoping import full
from reference.study.scoping_view import kept_game
from reference.study.style import card


def requirement_sheet() -> None:
    """The learner's own scenario: filled with what is saved, else with what the scoping game left, else with design A.

    A headless run shows design A's requirements, with where each comes from.
    """
    if notebook.interactive():
        display_widget(
            SheetView(saved_scenario() or left_by_the_game() or full()).box, "The requirement sheet: run this cell to fill it in."
        )
        return
    rows = [(assumptions()[name]["says"], say(name, getattr(full(), name)), full().source(name)) for name in SHEET]
    html = f"<h4>Requirements of design A</h4>{notebook.table(('requirement', 'value', 'where from'), rows)}"
    notebook.publish(card(html, label="Requirement sheet"), text="\n".join(" · ".join(row) for row in rows))


def left_by_the_game() -> Scenario | None:
    """What the learner's last play of the scoping game settled; None without a play."""
    game = kept_game()
    return game.scenario if game.turns else None


class SheetView:
    """The widgets: `fields` name → Text, `errors` name → HTML, `outcome`, `status` (HTML), `save`. `scenario`: None while wrong."""

    def __init__(self, scenario: Scenario) -> None:
        import ipywidgets as widgets

        self.base, self._filling = scenario, False
        self.scenario: Scenario | None = scenario
        self.fields = {name: self._field(name) for name in SHEET}
        self.errors = {name: widgets.HTML() for name in SHEET}
        self.outcome, self.status = widgets.HTML(), widgets.HTML().add_class("course-sheet-status")
        self.save = button("Save as my scenario", "course-save", self._save, style="primary")
        buttons = [self.save, button("Fill in what the game left", "course-from-game", self._from_game)]
        buttons.append(button("Fill in design A", "course-from-a", lambda: self.fill(full(), "Filled in with design A; not saved yet.")))
        rows = [widgets.HBox([field, self.errors[name]]) for name, field in self.fields.items()]
        title = widgets.HTML(f"{PANEL_STYLE}<h4>Your requirement sheet</h4><p>30M, 30 million, 3e7 and 30,000,000 all work.</p>")
        self.box = framed(title, *rows, self.outcome, widgets.HBox(buttons), self.status).add_class("course-sheet")
        self.fill(scenario)

    def _field(self, name: str) -> Any:
        import ipywidgets as widgets

        unit = unit_of(name)
        label = assumptions()[name]["says"] + (f" ({unit})" if unit else "")
        style, layout = {"description_width": "22em"}, {"width": "34em", "flex": "0 1 auto"}
        field = widgets.Text(description=label, style=style, layout=layout, continuous_update=False)
        field.observe(lambda _: self._check(), names="value")
        return field.add_class("course-field")

    def fill(self, scenario: Scenario, says: str = "") -> None:
        """Put the values of `scenario` into the fields; nothing is saved by that."""
        self.base, self._filling = scenario, True
        for name, text in texts_of(scenario).items():
            self.fields[name].value = text
        self._filling = False
        self._check()
        self.status.value = live(escape(says))

    def _from_game(self) -> None:
        left = left_by_the_game()
        if left is None:
            self.status.value = live("There is no play of the scoping game to fill in.")
            return
        self.fill(left, "Filled in with what your questions settled; not saved yet.")

    def _check(self) -> None:
        """Judge every field, each beside itself, and say what the sheet decides."""
        if self._filling:
            return
        self.scenario, wrong = read_sheet({name: field.value for name, field in self.fields.items()}, self.base)
        for name, shown in self.errors.items():
            shown.value = error_line(escape(wrong.get(name, "")))
        self.outcome.value = live(self._outcome())
        self.status.value = live("")

    def _outcome(self) -> str:
        if self.scenario is None:
            return "<p>These numbers do not make a scenario yet.</p>"
        rows = [(decisions()[name].asks, theirs, mine) for name, theirs, mine in flips_against_a(self.scenario)]
        said = f"<b>{len(rows)} of {len(decisions())} decisions</b> come out otherwise than for design A"
        if not rows:
            return f"<p>{said}.</p>"
        return f"<details><summary>{said}</summary>{notebook.table(('decision', 'design A', 'yours'), rows)}</details>"

    def _save(self) -> None:
        if self.scenario is None:
            self.status.value = live(error_line("Not saved: put right what is marked first."))
            return
        self.status.value = live(escape(save_scenario(self.scenario)))
