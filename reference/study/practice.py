"""Drills for the learner: a problem, a check that names the misconception, the worked solution on demand, and another one.

A headless run shows the problem and its solution at once. CSS classes for the browser: course-practice, course-practice-answer,
course-practice-check, course-practice-another, course-practice-solution, course-practice-feedback.
"""

from __future__ import annotations

from reference import notebook
from reference.estimation.drills import Drill, Feedback, drill
from reference.estimation.errors import EstimationError
from reference.notebook import escape, inline
from reference.study import progress
from reference.study.entry import Entry
from reference.study.gate_view import display_widget
from reference.study.panel import button, live
from reference.study.style import card

_STYLE = (
    "<style>.course-practice{border:1px solid var(--jp-border-color2,#bbb);border-left:4px solid var(--jp-brand-color1,#1976d2);"
    "border-radius:4px;padding:.6em 1em;max-width:62em;overflow:visible}"
    ".course-practice .widget-html-content{line-height:1.5;white-space:normal;"
    "font-size:var(--jp-content-font-size1,14px);color:var(--jp-ui-font-color1)}"
    ".course-practice .widget-text input{font-size:1em}.course-practice button{width:auto}"
    ".course-practice button:focus-visible,.course-practice input:focus-visible{"
    "outline:2px solid var(--jp-brand-color1,#1976d2);outline-offset:1px}</style>"
)

NOTHING_YET = "Type a number first; 30M, 30 million, 3e7 all work."


def practice(start: int | Drill = 0, kind: str = "") -> None:
    """Show a drill: `start` is a seed (0, 1, 2 …) or a Drill; "Another one" goes on with the next seed.

    kind: only this kind of problem (drills.toml). Raises EstimationError for a seed or a kind that there is not.
    """
    first = start if isinstance(start, Drill) else drill(start, kind)
    if notebook.interactive():
        PracticeView(first, kind).display()
        return
    told = f"<details><summary>Worked solution</summary><p>{inline(first.worked)}</p></details>"
    text = f"Drill. {first.question} ({first.asks})\n{first.worked}"
    notebook.publish(card(f"<h4>Drill</h4><p>{inline(first.question)} <i>({escape(first.asks)})</i></p>{told}", label="Drill"), text=text)


class PracticeView:
    """The widgets of one place of practice; `drill` is the problem that is shown. The solution is in the page only while unfolded."""

    def __init__(self, first: Drill, kind: str = "") -> None:
        import ipywidgets as widgets

        self.drill, self.kind = first, kind
        self.ask = widgets.HTML()
        self.entry = Entry("Your answer:", "course-practice-answer", self.check, lambda: self._say(NOTHING_YET))
        self.solution_button = button("Worked solution", "course-practice-solution", self.turn_solution)
        buttons = [
            button("Check", "course-practice-check", self.entry.commit, style="primary"),
            self.solution_button,
            button("Another one", "course-practice-another", self.another),
        ]
        self.feedback = widgets.HTML().add_class("course-practice-feedback")
        self.solution = widgets.HTML()
        parts = [self.ask, self.entry.widget, widgets.HBox(buttons, layout={"flex_flow": "row wrap"}), self.feedback, self.solution]
        self.box = widgets.VBox(parts).add_class("course-practice")
        self._show()

    def check(self, text: str) -> Feedback | None:
        """Judge `text`; None where it is no number yet (the feedback says so)."""
        try:
            found = self.drill.check(text)
        except EstimationError as error:
            self._say(escape(error))
            return None
        named = found.misconception.name if found.misconception else ""
        learner = progress.current()
        learner.record_drill(f"{self.drill.kind}/{self.drill.seed}", ok=found.ok, misconception=named)
        self._say(inline(found.says) + (f"<br>{escape(learner.notice)}" if learner.notice else ""))
        return found

    def another(self) -> None:
        """The problem of the next seed."""
        self.drill = drill(self.drill.seed + 1, self.kind)
        self._show()
        self.entry.widget.focus()

    def turn_solution(self) -> None:
        """Unfold the worked solution, or fold it again."""
        self._unfold("" if self.solution.value else live(f"<b>Worked solution.</b> {inline(self.drill.worked)}"))

    def _show(self) -> None:
        self.ask.value = f"{_STYLE}<b>Drill.</b> {inline(self.drill.question)} <i>({escape(self.drill.asks)})</i>"
        self.entry.clear(self.drill.asks, f"Your answer, {self.drill.asks}. Enter checks it.")
        self._say("")
        self._unfold("")

    def _unfold(self, solution: str) -> None:
        self.solution.value = solution
        self.solution_button.description = "Fold the solution" if solution else "Worked solution"

    def _say(self, html: str) -> None:
        self.feedback.value = live(html)

    def display(self) -> None:
        display_widget(self.box, "A drill: run this cell to practise.")
