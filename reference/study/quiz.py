"""Quizzes with instant feedback that explains each wrong choice: jupyterquiz before a learner, folded answers in a headless run.

jupyterquiz draws random ids into its output; here they come from the quiz's name, so that the output is the same each time and
no two quizzes of a page share an id.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reference import notebook
from reference.notebook import escape, inline
from reference.study.style import card
from reference.twitter.errors import require


@dataclass(frozen=True, slots=True)
class Question:
    """`choices`: {text: what to tell who picks it}; `answer`: the right one's text. Texts are plain, code may be `quoted`."""

    text: str
    choices: Mapping[str, str]
    answer: str

    def __post_init__(self) -> None:
        require(len(self.choices) >= 2, f"a question needs at least 2 choices: {self.text!r}")
        require(self.answer in self.choices, f"the answer {self.answer!r} must be one of the choices of {self.text!r}")
        silent = [choice for choice, explanation in self.choices.items() if not explanation.strip()]
        require(not silent, f"every choice must be explained; {self.text!r} leaves out {silent}")


def quiz(quiz_id: str, questions: Sequence[Question | Mapping[str, Any]]) -> None:
    """Show the quiz. quiz_id: unique in the course ("07b/quiz"). questions: Question, or dicts {question, choices, answer}."""
    asked = [question if isinstance(question, Question) else _question(question) for question in questions]
    require(bool(asked), f"quiz {quiz_id!r} has no questions")
    if notebook.interactive():
        _display_interactive(quiz_id, asked)
        return
    body = "".join(_folded(number, question) for number, question in enumerate(asked, 1))
    text = "\n".join(f"{number}. {question.text} → {question.answer}" for number, question in enumerate(asked, 1))
    notebook.publish(card(f'<h4 id="quiz-{escape(quiz_id)}">Quiz</h4>{body}', label="Quiz"), text=text)


def _question(given: Mapping[str, Any]) -> Question:
    unknown = set(given) - {"question", "choices", "answer"}
    require(not unknown, f"a question has question, choices and answer, not {sorted(unknown)}")
    return Question(str(given["question"]), dict(given["choices"]), str(given["answer"]))


def _folded(number: int, question: Question) -> str:
    items = "".join(f"<li>{inline(choice)}</li>" for choice in question.choices)
    told = "".join(_explained(choice, explanation, choice == question.answer) for choice, explanation in question.choices.items())
    answer = f"<details><summary>The answer, and why not the others</summary><ul>{told}</ul></details>"
    return f"<p><b>{number}.</b> {inline(question.text)}</p><ul>{items}</ul>{answer}"


def _explained(choice: str, explanation: str, right: bool) -> str:
    return f"<li>{'✓' if right else '✗'} <b>{inline(choice)}</b>: {inline(explanation)}</li>"


# The library's purple is loud beside Lab; these three hold in both themes (white on #2b4a6f: 8.9 to 1).
_COLOURS = {
    "--jq-multiple-choice-bg": "#2b4a6f",
    "--jq-mc-button-bg": "#f4f6f8",
    "--jq-mc-button-border": "#c9d1d9",
    "--jq-correct-color": "#006b4f",
    "--jq-incorrect-color": "#b3261e",
}

_KEEP_ARROW_KEYS = (
    "\nsetTimeout(() => document.querySelectorAll('.Quiz input').forEach("
    "(input) => input.setAttribute('data-lm-suppress-shortcuts', 'true')), 500);\n"
)
_MATHJAX_GUARD = "typeof MathJax != 'undefined'"

# What the library leaves out: a mark on the choice that has the keyboard, feedback legible on a dark ground, Lab's own size of text.
_LOOK = (
    "<style>.Quiz .MCButton:focus-within{outline:3px solid var(--jp-brand-color1,#1976d2);outline-offset:1px}"
    ".Quiz .MultipleChoiceQn,.Quiz .MCButton,.Quiz .Feedback{font-size:15px!important;line-height:1.5}"
    ".Quiz .MultipleChoiceQn code{background:transparent!important;color:inherit!important}"
    '[data-jp-theme-light="false"] .Quiz .Feedback.incorrect{color:#ff9d94}'
    '[data-jp-theme-light="false"] .Quiz .Feedback.correct{color:#4fd1a5}'
    ".Quiz .MCButton{padding:.5em 1em}</style>"
)


def _display_interactive(quiz_id: str, questions: Sequence[Question]) -> None:
    from IPython.display import display
    from IPython.utils.capture import capture_output
    from jupyterquiz import display_quiz

    notebook.publish(_LOOK, text="A quiz: run this cell to take it.")
    library = [_as_library(question) for question in questions]
    state = random.getstate()  # the library draws from the global generator; nobody else's dice may notice
    random.seed(seed_of(quiz_id))
    try:
        with capture_output() as captured:
            display_quiz(library, shuffle_answers=False, max_width=900, border_radius=6, colors=dict(_COLOURS))
    finally:
        random.setstate(state)
    for output in captured.outputs:
        display(mended(output.data), raw=True)


def mended(bundle: Mapping[str, str]) -> dict[str, str]:
    """The library's output without its two faults: beside plotly it fetches MathJax from the network; Lab takes its arrow keys."""
    script = bundle.get("application/javascript", "")
    if not script:
        return {**bundle, "text/plain": ""}
    return {"application/javascript": script.replace(_MATHJAX_GUARD, "false") + _KEEP_ARROW_KEYS, "text/plain": ""}


def seed_of(quiz_id: str) -> int:
    """A seed from the quiz's name; equal seeds would give two quizzes one id, and the second would not work."""
    return int.from_bytes(hashlib.sha256(quiz_id.encode()).digest()[:8], "big")


def _as_library(question: Question) -> dict[str, Any]:
    answers = [
        {"answer": _html(choice), "correct": choice == question.answer, "feedback": _html(explanation)}
        for choice, explanation in question.choices.items()
    ]
    return {"question": _html(question.text), "type": "multiple_choice", "answers": answers}


def _html(text: str) -> str:
    """The library sets innerHTML and takes a dollar sign for mathematics: both are made harmless."""
    return inline(text).replace("$", "&#36;")
