"""Drills for the learner: a problem, a check that names the misconception, the worked solution on demand, and another one.

A headless run shows the problem and its solution at once. CSS classes for the browser: course-practice, course-practice-answer,
course-practice-check, course-practice-another, course-practice-solution, course-practice-feedback.
"""

from __future__ import annotations

from typing import Any

from reference import notebook
from reference.estimation.drills import Drill, Feedback, drill
from reference.estimation.errors import EstimationError
from reference.notebook import escape, inline
from reference.study import progress
from reference.study.gate_view import _button, _live, display_widget
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
        self._entered, self._checked = False, ""  # Enter was pressed and its text has yet to come; the text last checked
        self.ask = widgets.HTML()
        # Not continuous: the browser holds back what is typed while the kernel is busy, and Enter or a click would overtake it.
        look = {"style": {"description_width": "initial"}, "layout": {"width": "min(32em, 100%)"}}
        self.input = widgets.Text(description="Your answer:", continuous_update=False, **look)
        self.input.add_class("course-practice-answer").on_msg(self._on_message)
        self.input.observe(self._on_value, "value")
        self.solution_button = _button("Worked solution", "course-practice-solution", lambda _: self.turn_solution())
        buttons = [
            _button("Check", "course-practice-check", lambda _: self.check(), style="primary"),
            self.solution_button,
            _button("Another one", "course-practice-another", lambda _: self.another()),
        ]
        self.feedback = widgets.HTML().add_class("course-practice-feedback")
        self.solution = widgets.HTML()
        parts = [self.ask, self.input, widgets.HBox(buttons, layout={"flex_flow": "row wrap"}), self.feedback, self.solution]
        self.box = widgets.VBox(parts).add_class("course-practice")
        self._show()

    def check(self) -> Feedback | None:
        """Judge what stands in the input; None where it is no number yet (the feedback says so)."""
        self._entered, self._checked = False, self.input.value
        try:
            found = self.drill.check(self.input.value)
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
        self.input.focus()

    def turn_solution(self) -> None:
        """Unfold the worked solution, or fold it again."""
        self._unfold("" if self.solution.value else _live(f"<b>Worked solution.</b> {inline(self.drill.worked)}"))

    def _show(self) -> None:
        self.ask.value = f"{_STYLE}<b>Drill.</b> {inline(self.drill.question)} <i>({escape(self.drill.asks)})</i>"
        self._entered, self._checked = False, ""
        self.input.value, self.input.placeholder = "", self.drill.asks
        self.input.tooltip = f"Your answer, {self.drill.asks}. Enter checks it."
        self._say("")
        self._unfold("")

    def _unfold(self, solution: str) -> None:
        self.solution.value = solution
        self.solution_button.description = "Fold the solution" if solution else "Worked solution"

    def _say(self, html: str) -> None:
        self.feedback.value = _live(html)

    def _on_message(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        """Enter: the browser sends the key first and the text after it; a text that came earlier (by Tab) is checked at once."""
        if content.get("event") == "submit":
            self._entered = True
            if self.input.value != self._checked:
                self.check()

    def _on_value(self, _change: Any) -> None:
        if self._entered:
            self.check()

    def display(self) -> None:
        display_widget(self.box, "A drill: run this cell to practise.")
