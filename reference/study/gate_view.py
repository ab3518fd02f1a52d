"""The widgets of a gate, in JupyterLab only: a question with its inputs, and what stays folded until it is answered.

Nothing behind the gate exists in the page before it opens: content is made when the learner has committed.
CSS classes that the browser test relies on: course-gate (+ course-gate-folded), course-guess, course-submit (numbers), course-choice (one
button per choice, commits at once), course-show-me, course-guess-again, course-feedback; course-reveal (+ course-reveal-folded),
course-reveal-content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference import notebook
from reference.estimation.errors import EstimationError
from reference.study.entry import Entry
from reference.study.panel import button, live
from reference.study.style import GATE_STYLE
from reference.twitter.errors import InvalidInput

if TYPE_CHECKING:
    from reference.study.predict import Gate


class Question:
    """The question, an input with Guess (or one button per choice), Show me, and one live line of feedback."""

    def __init__(self, gate: Gate) -> None:
        import ipywidgets as widgets

        self.gate = gate
        self.input = self._choice_input() if gate.choices is not None else self._number_input()
        self.show_me = button("Show me", "course-show-me", self._on_show_me)
        self.again = button("Guess again", "course-guess-again", self._on_again)
        self.feedback = widgets.HTML().add_class("course-feedback")
        self.ask = widgets.HTML(f"{GATE_STYLE}<b>Predict.</b> {notebook.inline(gate.question)}")
        self.row = widgets.HBox()
        self.box = widgets.VBox().add_class("course-gate")
        self.refresh()

    def _number_input(self) -> Any:
        self.entry = Entry("Your guess:", "course-guess", self._submit, lambda: self._submit(""))
        self._clear()
        self.buttons = [button("Guess", "course-submit", self.entry.commit, style="primary")]
        return self.entry.widget

    def _clear(self) -> None:
        hint = self.gate.hint()
        self.entry.clear(hint or "a number, such as 30M", f"Your guess. {hint}. Enter commits.")

    def _choice_input(self) -> Any:
        """One button per choice: a radio group would lose its arrow keys to Lab, which moves between cells with them."""
        import ipywidgets as widgets

        self.buttons = []
        return widgets.VBox([self._choice_button(choice) for choice in self.gate.choices or ()]).add_class("course-guess")

    def _choice_button(self, choice: str) -> Any:
        return button(choice, "course-choice", lambda: self._submit(choice))

    def _submit(self, text: str) -> None:
        try:
            self.gate.submit(text)
            self.again.focus()  # the button that had the keyboard is gone
        except (EstimationError, InvalidInput) as error:
            self.feedback.value = live(notebook.escape(error))

    def _on_show_me(self) -> None:
        self.gate.show_me()
        self.again.focus()

    def _on_again(self) -> None:
        if self.gate.choices is None:
            self._clear()
        self.gate.fold_again()

    def refresh(self) -> None:
        """Bring the widgets in line with the gate."""
        if self.gate.is_open:
            self.row.children = [self.again]
            self.box.remove_class("course-gate-folded")
            self.box.children = [self.ask, self.row, self.feedback]
            self.feedback.value = live(notebook.inline(self.gate.feedback()))
            return
        self.row.children = [*self.buttons, self.show_me]
        self.box.add_class("course-gate-folded")
        self.feedback.value = live("")
        self.box.children = [self.ask, self.input, self.row, self.feedback]

    def display(self) -> None:
        display_widget(self.box, "A prediction: run this cell to make your guess.")


class Reveal:
    """A folded region; its content is made when the gate opens, once."""

    def __init__(self, gate: Gate, content: Any, reading: str) -> None:
        import ipywidgets as widgets

        self.gate, self.content, self.reading = gate, content, reading
        self.note = widgets.HTML(
            f"{GATE_STYLE}▸ Folded until you guess (or choose “Show me”) above: <i>{notebook.inline(gate.question)}</i>"
        )
        self.box = widgets.VBox().add_class("course-reveal")
        self._made: list[Any] | None = None
        self.refresh()

    def refresh(self) -> None:
        if self.gate.is_open:
            self.box.remove_class("course-reveal-folded")
            self._made = self._made or [as_widget(part).add_class("course-reveal-content") for part in self._parts()]
            self.box.children = self._made
            return
        self.box.add_class("course-reveal-folded")
        self.box.children = [self.note]

    def _parts(self) -> list[Any]:
        return [part for part in (self.content, self.reading) if part is not None and (not isinstance(part, str) or part)]

    def display(self) -> None:
        display_widget(self.box, "Folded until you guess: run this cell.")


def as_widget(content: Any) -> Any:
    """Anything that can be shown, as a widget: widgets as they are, a panel's own, all else inside an Output widget."""
    import ipywidgets as widgets

    if isinstance(content, widgets.Widget):
        return content
    panel = getattr(content, "widget", None)
    if isinstance(panel, widgets.Widget):
        return panel
    output = widgets.Output()
    output.outputs = tuple(notebook.outputs_of(content))
    return output


def display_widget(widget: Any, text: str) -> None:
    """Show a widget with words of our own for readers without widgets (the default names its Python class)."""
    from IPython.display import display

    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    display({"application/vnd.jupyter.widget-view+json": view, "text/plain": text}, raw=True)
