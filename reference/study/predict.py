"""Ask before telling: commit to a number or a choice, and only then does what follows unfold.

`gate = predict(…)` asks; `gate.reveal(figure, "what we see …")`, in the same cell or a later one, stays folded until a guess or
"Show me". A headless run shows everything at once, as plain outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reference import notebook
from reference.estimation.numbers import closeness, human, parse_number
from reference.study import progress
from reference.twitter.errors import InvalidInput, require

Answer = float | int | str | Callable[[], Any] | None


def predict(
    prediction_id: str,
    question: str,
    *,
    unit: str = "",
    answer: Answer = None,
    plausible: tuple[float, float] | None = None,
    choices: Mapping[str, str] | None = None,
    scale: str = "log",
    why: str = "",
) -> Gate:
    """Ask `question` (one line of Markdown) and return the gate that folds what follows.

    prediction_id: "07b/celebrity-writes", unique in the course. A number: `unit`, `plausible` (low, high; a guess outside gets a
    friendly message), scale "log" (2× is close, 10× the right order of magnitude) or "linear" (share of the plausible range).
    A choice: choices={text: why it is wrong, or what makes it right}. answer: a value or a function called after the guess; may be
    given to `reveal` instead. why: one line of Markdown shown with the answer. Raises InvalidInput for contradictory arguments.
    """
    require(scale in ("log", "linear"), f'scale must be "log" or "linear", not {scale!r}')
    require(choices is None or len(choices) >= 2, f"choices must be at least 2, not {choices!r}")
    gate = Gate(prediction_id, question, unit=unit, answer=answer, plausible=plausible, choices=choices, scale=scale, why=why)
    gate.display()
    return gate


class Gate:
    """One prediction. `is_open` tells whether what follows is unfolded; `guess` is the learner's number or choice, None after "show me"."""

    def __init__(
        self,
        prediction_id: str,
        question: str,
        *,
        unit: str,
        answer: Answer,
        plausible: tuple[float, float] | None,
        choices: Mapping[str, str] | None,
        scale: str,
        why: str,
    ) -> None:
        self.prediction_id, self.question, self.unit, self.why = prediction_id, question, unit, why
        self.plausible, self.choices, self.scale = plausible, choices, scale
        self.guess: float | str | None = None
        self.is_open = False
        self.widget: Any = None
        self._answer: Any = answer
        self._progress = progress.current()
        self._reveals: list[Callable[[], None]] = []
        self._told = ""  # the answer as last shown: several reveals of one gate need not repeat it

    # --- what the learner does -------------------------------------------------------------------------------------------

    def submit(self, text: str) -> str:
        """Commit to a guess; returns the line of feedback. Raises InvalidInput in friendly words for what is no answer."""
        self.guess = self._parsed(text)
        self._remember(shown=False)
        return self._unfold()

    def show_me(self) -> str:
        """Unfold without a guess."""
        self.guess = None
        self._remember(shown=True)
        return self._unfold()

    def fold_again(self) -> None:
        """Forget the guess and fold: the learner wants another try."""
        self._progress.forget(self.prediction_id)
        self.guess, self.is_open = None, False
        self._refresh()

    def _parsed(self, text: str) -> float | str:
        if self.choices is not None:
            require(text in self.choices, "Pick one of the choices first.")
            return text
        require(bool(text and text.strip()), "Type a number first; 30M, 30 million, 3e7 all work. A rough guess is worth more than none.")
        guess = parse_number(text, self.unit)
        if self.plausible is not None and not self.plausible[0] <= guess <= self.plausible[1]:
            low, high = (human(bound) for bound in self.plausible)
            raise InvalidInput(
                f"{human(guess, self.unit)} is outside of what is possible here: somewhere between {low} and {high} {self.unit}."
            )
        return guess

    # --- what follows ----------------------------------------------------------------------------------------------------

    def reveal(self, content: Any = None, reading: str = "", *, answer: Answer = None, why: str = "") -> None:
        """Show `content` once the gate is open: a figure, a frame, a widget, a what-if panel, Markdown, or a function (called only then).

        reading: "what we see", Markdown below it. answer, why: as in `predict`, for answers that a cell between has measured.
        """
        if answer is not None:
            self._answer = answer
        self.why = why or self.why
        if not notebook.interactive():
            self._reveal_headless(content, reading)
            return
        from reference.study.gate_view import Reveal

        view = Reveal(self, content, reading)
        self._reveals.append(view.refresh)
        view.display()
        self._refresh()

    def _reveal_headless(self, content: Any, reading: str) -> None:
        self.is_open = True
        notebook.show_object(content)
        answer = self.answer_line()
        lines = [answer if answer != self._told else "", reading]
        self._told = answer
        if any(lines):
            notebook.publish(markdown="\n\n".join(line for line in lines if line))

    def answer(self) -> Any:
        """The answer; a function is called once, when first asked for. None while no cell has given it."""
        if callable(self._answer):
            self._answer = self._answer()
        return self._answer.item() if hasattr(self._answer, "item") else self._answer

    def answer_line(self) -> str:
        """Markdown: the answer and why; empty while no answer is known."""
        answer = self.answer()
        if answer is None:
            return ""
        return " ".join(part for part in (f"**Answer:** {self._say(answer)}.", self.why, self._explain(answer)) if part)

    def feedback(self) -> str:
        """One line of Markdown: your guess, the answer, how far off, why."""
        answer = self.answer()
        if answer is None:
            return "Committed. The answer unfolds when the next cells have run." if self.guess is not None else "The answer unfolds below."
        if self.guess is None:
            return self.answer_line()
        said = f"Your guess: {self._say(self.guess)}."
        parts: tuple[str, ...]
        if self.choices is None:
            parts = (said, f"The answer: **{self._say(answer)}** ({self.verdict()[0]}).")
        elif self.guess == answer:
            parts = (said, "**Right.**")
        else:
            parts = (said, self._explain(self.guess), f"The answer: **{self._say(answer)}**.")
        return " ".join(part for part in (*parts, self._explain(answer), self.why) if part)

    def verdict(self) -> tuple[str, bool]:
        """("close: 1.4× too low", True); the bool is what the progress board counts."""
        answer = self.answer()
        if self.choices is not None:
            return ("right", True) if self.guess == answer else ("not this one", False)
        span = self.plausible[1] - self.plausible[0] if self.scale == "linear" and self.plausible else None
        result = closeness(float(self.guess or 0.0), float(answer), linear_span=span or (100.0 if self.scale == "linear" else None))
        return result.verdict, result.close

    def _say(self, value: Any) -> str:
        return str(value) if isinstance(value, str) else human(value, self.unit)

    def _explain(self, choice: Any) -> str:
        return (self.choices or {}).get(str(choice), "") if self.choices else ""

    # --- showing and remembering -----------------------------------------------------------------------------------------

    def display(self) -> None:
        """Ask: widgets before a learner, Markdown in a headless run."""
        if not notebook.interactive():
            self.is_open = True
            notebook.publish(markdown=self._question_markdown())
            return
        from reference.study.gate_view import Question

        earlier = self._progress.prediction(self.prediction_id)
        if earlier is not None and self._fits(earlier.get("guess")):
            self.guess, self.is_open = earlier.get("guess"), True
        view = Question(self)
        self.widget = view.box
        self._reveals.append(view.refresh)
        view.display()

    def _fits(self, guess: Any) -> bool:
        """A remembered guess may stem from an older wording of the question."""
        return guess is None or (guess in self.choices if self.choices is not None else isinstance(guess, int | float))

    def _question_markdown(self) -> str:
        hint = f" *(in {self.unit})*" if self.unit and self.choices is None else ""
        lines = [f"**Predict.** {self.question}{hint}"] + [f"- {choice}" for choice in self.choices or ()]
        return "\n".join([lines[0], "", *lines[1:]]).rstrip()

    def hint(self) -> str:
        """What kind of answer is asked for, in words."""
        if self.choices is not None:
            return ""
        between = f"between {human(self.plausible[0])} and {human(self.plausible[1])} " if self.plausible else ""
        return f"{between}{self.unit}".strip()

    def _unfold(self) -> str:
        self.is_open = True
        self._refresh()
        return self.feedback()

    def _refresh(self) -> None:
        for refresh in self._reveals:
            refresh()
        if self.is_open and self.guess is not None and self.answer() is not None:
            verdict, close = self.verdict()
            self._progress.record(self.prediction_id, answer=self.answer(), verdict=verdict, close=close)

    def _remember(self, *, shown: bool) -> None:
        self._progress.record(self.prediction_id, guess=self.guess, shown=shown)


def show(content: Any, reading: str = "") -> None:
    """Show a figure (with its data as a folded table), a frame or Markdown, and below it what we see. No gate."""
    notebook.show_object(content)
    if reading:
        notebook.publish(markdown=reading)
