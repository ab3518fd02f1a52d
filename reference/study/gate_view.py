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
        self.input.add_class("course-guess")
        self.show_me = _button("Show me", "course-show-me", lambda _: self._on_show_me())
        self.again = _button("Guess again", "course-guess-again", lambda _: self._on_again())
        self.feedback = widgets.HTML().add_class("course-feedback")
        self.ask = widgets.HTML(f"{GATE_STYLE}<b>Predict.</b> {notebook.inline(gate.question)}")
        self.row = widgets.HBox()
        self.box = widgets.VBox().add_class("course-gate")
        self.refresh()

    def _number_input(self) -> Any:
        import ipywidgets as widgets

        hint = self.gate.hint()
        options = {"placeholder": hint or "a number, such as 30M", "tooltip": f"Your guess. {hint}. Enter commits."}
        text = widgets.Text(
            description="Your guess:", style={"description_width": "initial"}, layout={"width": "min(32em, 100%)"}, **options
        )
        text.on_msg(self._on_message)
        self.buttons = [_button("Guess", "course-submit", lambda _: self._submit(text.value), style="primary")]
        return text

    def _choice_input(self) -> Any:
        """One button per choice: a radio group would lose its arrow keys to Lab, which moves between cells with them."""
        import ipywidgets as widgets

        self.buttons = []
        return widgets.VBox([self._choice_button(choice) for choice in self.gate.choices or ()])

    def _choice_button(self, choice: str) -> Any:
        return _button(choice, "course-choice", lambda _: self._submit(choice))

    def _on_message(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if content.get("event") == "submit":  # Enter in the text field
            self._submit(self.input.value)

    def _submit(self, text: str) -> None:
        try:
            self.gate.submit(text)
            self.again.focus()  # the button that had the keyboard is gone
        except (EstimationError, InvalidInput) as error:
            self.feedback.value = _live(notebook.escape(error))

    def _on_show_me(self) -> None:
        self.gate.show_me()
        self.again.focus()

    def _on_again(self) -> None:
        if self.gate.choices is None:
            self.input.value = ""
        self.gate.fold_again()

    def refresh(self) -> None:
        """Bring the widgets in line with the gate."""
        if self.gate.is_open:
            self.row.children = [self.again]
            self.box.remove_class("course-gate-folded")
            self.box.children = [self.ask, self.row, self.feedback]
            self.feedback.value = _live(notebook.inline(self.gate.feedback()))
            return
        self.row.children = [*self.buttons, self.show_me]
        self.box.add_class("course-gate-folded")
        self.feedback.value = _live("")
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


def _button(text: str, css_class: str, on_click: Any, style: str = "") -> Any:
    import ipywidgets as widgets

    button = widgets.Button(description=text, button_style=style).add_class(css_class)
    button.on_click(on_click)
    return button


def _live(html: str) -> str:
    """A line that screen readers announce when it changes."""
    return f'<div role="status" aria-live="polite">{html}</div>'
