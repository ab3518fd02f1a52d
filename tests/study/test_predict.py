from __future__ import annotations

import pytest

from reference.study import predict
from reference.study.progress import current
from reference.twitter.errors import InvalidInput

CHOICES = {"push": "Push has no bound.", "hybrid": "A threshold caps the largest fanout."}


def number_gate(**options):
    return predict("t/writes", "How **many** writes?", unit="writes", plausible=(1, 1e12), **options)


def texts(widget) -> str:
    """All text that the page holds for this widget and what is in it."""
    own = " ".join(str(getattr(widget, name, "")) for name in ("value", "description", "placeholder", "tooltip", "outputs"))
    return own + " ".join(texts(child) for child in getattr(widget, "children", ()))


def reveal_of(gate, *arguments, **options):
    from reference.study.gate_view import Reveal

    made: list[Reveal] = []
    original = Reveal.display
    Reveal.display = lambda self: made.append(self)  # type: ignore[method-assign]
    try:
        gate.reveal(*arguments, **options)
    finally:
        Reveal.display = original  # type: ignore[method-assign]
    return made[0]


def test_nothing_of_the_answer_is_in_the_page_before_the_guess(in_lab):
    asked = []
    gate = number_gate(answer=lambda: asked.append(1) or 31_415_926)
    view = reveal_of(gate, lambda: "secret content", "secret reading")
    page = texts(gate.widget) + texts(view.box)
    assert "secret" not in page and "31" not in page and not asked
    assert "course-gate-folded" in gate.widget._dom_classes and "course-reveal-folded" in view.box._dom_classes


def test_a_guess_unfolds_with_guess_answer_and_distance(in_lab):
    gate = number_gate()
    view = reveal_of(gate, lambda: "secret content", "secret reading", answer=30_000_000, why="One write per follower.")
    assert (
        gate.submit("3M")
        == "Your guess: 3 M writes. The answer: **30 M writes** (the right order of magnitude, 10× too low). One write per follower."
    )
    assert "course-gate-folded" not in gate.widget._dom_classes and "course-reveal-folded" not in view.box._dom_classes
    assert "secret content" in texts(view.box) and "secret reading" in texts(view.box)
    assert "30 M writes" in texts(gate.widget)


def test_enter_commits_and_bad_input_explains_itself(in_lab):
    gate = number_gate(answer=100)
    _ask, text, _row, feedback = gate.widget.children
    text.value = "rubbish"
    text._handle_custom_msg({"event": "submit"}, [])
    assert "30,000,000" in feedback.value and not gate.is_open
    text.value = "100"
    text._handle_custom_msg({"event": "submit"}, [])
    assert gate.is_open and gate.guess == 100


def test_a_click_on_guess_commits_what_is_typed(in_lab):
    gate = number_gate(answer=100)
    _, text, row, _ = gate.widget.children
    text.value = "150"
    row.children[0].click()
    assert gate.is_open and gate.guess == 150


def test_show_me_unfolds_without_a_guess(in_lab):
    gate = number_gate(answer=100)
    gate.widget.children[2].children[-1].click()
    assert gate.is_open and gate.guess is None
    assert current().prediction("t/writes")["shown"] is True


def test_a_guess_outside_of_what_is_possible_is_asked_again(in_lab):
    gate = number_gate(answer=5)
    with pytest.raises(InvalidInput, match="between 1 and 1 T writes"):
        gate.submit("0.1")
    assert not gate.is_open


def test_a_wrong_choice_is_explained_and_so_is_the_right_one(in_lab):
    gate = predict("t/which", "Which?", choices=CHOICES, answer="hybrid")
    gate.widget.children[1].children[0].click()
    assert gate.guess == "push"
    assert gate.feedback() == "Your guess: push. Push has no bound. The answer: **hybrid**. A threshold caps the largest fanout."
    assert predict("t/right", "Which?", choices=CHOICES, answer="hybrid").submit("hybrid").startswith("Your guess: hybrid. **Right.**")


def test_a_guess_made_before_the_answer_is_measured_waits_for_it(in_lab):
    gate = number_gate()
    assert gate.submit("90").startswith("Committed")
    view = reveal_of(gate, "content", "reading", answer=100)
    assert "course-reveal-folded" not in view.box._dom_classes
    assert "100 writes" in gate.feedback() and current().prediction("t/writes")["close"] is True


def test_a_cell_that_runs_again_keeps_the_guess_until_one_guesses_again(in_lab):
    number_gate(answer=100).submit("90")
    again = number_gate(answer=100)
    assert again.is_open and again.guess == 90
    again.fold_again()
    assert not number_gate(answer=100).is_open


def test_a_guess_for_an_older_wording_of_the_question_is_asked_again(in_lab):
    number_gate(answer=100).submit("90")
    assert not predict("t/writes", "Which?", choices=CHOICES, answer="push").is_open


def test_several_reveals_unfold_together(in_lab):
    gate = number_gate(answer=100)
    views = [reveal_of(gate, "one"), reveal_of(gate, "two")]
    gate.submit("100")
    assert all("course-reveal-folded" not in view.box._dom_classes for view in views)


def test_an_error_behind_the_gate_is_shown_and_not_swallowed(in_lab):
    gate = number_gate(answer=100)
    view = reveal_of(gate, lambda: 1 / 0)
    gate.submit("100")
    assert "ZeroDivisionError" in texts(view.box)


def test_a_headless_run_shows_everything_at_once_and_writes_nothing(headless, capsys):
    gate = number_gate()
    gate.reveal(lambda: "the content", "the reading", answer=30_000_000, why="One per follower.")
    shown = capsys.readouterr().out
    for part in (
        "**Predict.** How **many** writes? *(in writes)*",
        "the content",
        "**Answer:** 30 M writes. One per follower.",
        "the reading",
    ):
        assert part in shown
    assert gate.is_open and gate.widget is None and not list(headless.glob("*.json"))


@pytest.mark.parametrize("options", [{"scale": "cubic"}, {"choices": {"only": "one"}}])
def test_contradictory_questions_are_refused(headless, options):
    with pytest.raises(InvalidInput):
        predict("t/x", "?", **options)


def test_a_headless_run_tells_the_answer_once(headless, capsys):
    gate = predict("t/once", "How many?", unit="writes", answer=7)
    gate.reveal("first", "what we see")
    gate.reveal("second", "what we see next")
    out = capsys.readouterr().out
    assert out.count("**Answer:**") == 1 and out.index("first") < out.index("**Answer:**") < out.index("second")


def test_numpy_answers_are_plain_numbers(in_lab):
    import numpy as np

    gate = number_gate(answer=np.int64(100))
    gate.submit("100")
    assert type(current().prediction("t/writes")["answer"]) is int


def test_enter_that_overtakes_what_was_typed_commits_the_whole_number(in_lab):
    """A busy kernel holds the text back: the key arrives first, the text after it."""
    gate = number_gate(answer=3_000)
    text = gate.widget.children[1]
    assert text.continuous_update is False
    text._handle_custom_msg({"event": "submit"}, [])
    assert not gate.is_open
    text.value = "3000"
    assert gate.is_open and gate.guess == 3_000
