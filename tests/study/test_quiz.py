from __future__ import annotations

import random

import pytest
from IPython.utils.capture import capture_output

from reference.study import quiz
from reference.study.quiz import _MATHJAX_GUARD, Question, seed_of
from reference.twitter.errors import InvalidInput

CHOICES = {"cost": "No: activity decides cost.", "latency": "Yes, < 5 s."}
QUESTIONS = [{"question": "What does `it` bound for $5?", "choices": CHOICES, "answer": "latency"}]


@pytest.fixture
def shell():
    from IPython.core.interactiveshell import InteractiveShell

    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def shown(quiz_id):
    with capture_output() as captured:
        quiz(quiz_id, QUESTIONS)
    return [output.data for output in captured.outputs]


def test_the_output_is_the_same_each_time_and_differs_between_quizzes(in_lab, shell):
    assert shown("07b/quiz") == shown("07b/quiz") != shown("07c/quiz")
    assert seed_of("07b/quiz") != seed_of("07c/quiz")


def test_the_quiz_leaves_everybody_elses_dice_alone(in_lab, shell):
    random.seed(1)
    expected = random.Random(1).random()
    shown("07b/quiz")
    assert random.random() == expected


def test_the_quiz_never_asks_the_network(in_lab, shell):
    from importlib.resources import files

    library = "".join(path.read_text() for path in files("jupyterquiz").joinpath("js").iterdir())
    script = "".join(data.get("application/javascript", "") for data in shown("07b/quiz"))
    assert _MATHJAX_GUARD in library, "jupyterquiz has changed: look again how it loads MathJax"
    assert script and _MATHJAX_GUARD not in script


def test_markup_and_dollars_in_a_question_stay_text(in_lab, shell):
    script = "".join(data.get("application/javascript", "") for data in shown("07b/quiz"))
    assert "<code>it</code>" in script and "&#36;5" in script and "&lt; 5 s" in script


def test_a_headless_run_folds_answers_with_an_explanation_for_each_choice(headless, shell):
    (data,) = shown("07b/quiz")
    assert "<details>" in data["text/html"] and "No: activity decides cost." in data["text/html"] and "script" not in data["text/html"]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({"question": "?", "choices": {"a": "x"}, "answer": "a"}, "at least 2"),
        ({"question": "?", "choices": {"a": "x", "b": "y"}, "answer": "c"}, "one of the choices"),
        ({"question": "?", "choices": {"a": "x", "b": " "}, "answer": "a"}, "explained"),
        ({"question": "?", "choices": {"a": "x", "b": "y"}, "answer": "a", "hint": "z"}, "hint"),
    ],
)
def test_a_question_that_explains_too_little_is_refused(headless, question, reason):
    with pytest.raises(InvalidInput, match=reason):
        quiz("t", [question])


def test_questions_may_be_objects(headless, capsys):
    quiz("t", [Question("Why?", {"a": "no", "b": "yes"}, "b")])
    assert "1. Why? → b" in capsys.readouterr().out
