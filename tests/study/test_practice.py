"""Practice: a drill before a learner, its solution at once in a headless run, and the tally on the board."""

from __future__ import annotations

import json

import pytest

from reference.estimation import EstimationError, drill
from reference.estimation.drills import kinds
from reference.estimation.misconceptions import misconception
from reference.study import board, practice
from reference.study.practice import PracticeView
from reference.study.progress import Progress, current, reset_progress

SEED = 3


@pytest.fixture
def view(in_lab) -> PracticeView:
    return PracticeView(drill(SEED, "tweets-per-second"), "tweets-per-second")


def button(view: PracticeView, css_class: str):
    return next(each for each in view.box.children[2].children if css_class in each._dom_classes)


def answer(view: PracticeView, text: object) -> str:
    view.entry.widget.value = str(text)
    button(view, "course-practice-check").click()
    return view.feedback.value


def page(widget) -> str:
    """All text that the browser holds for this widget and what is in it."""
    own = " ".join(str(getattr(widget, name, "")) for name in ("value", "description", "placeholder", "tooltip"))
    return own + " ".join(page(child) for child in getattr(widget, "children", ()))


def test_the_solution_is_not_in_the_page_before_it_is_unfolded(view):
    assert view.drill.question in page(view.box) and "86,400" not in page(view.box)
    unfold = button(view, "course-practice-solution")
    unfold.click()
    assert "86,400" in view.solution.value and unfold.description == "Fold the solution"
    unfold.click()
    assert "86,400" not in page(view.box) and unfold.description == "Worked solution"


def test_a_right_answer_and_a_misconception_are_told_where_screen_readers_listen(view):
    assert "Right." in answer(view, view.drill.answer) and 'aria-live="polite"' in view.feedback.value
    wrong = answer(view, view.drill.answer * 86_400 / 1e6)
    assert misconception("million-second-day").title in wrong and "aria-live" in wrong and "Right" not in wrong


def press_enter(view: PracticeView, typed: str) -> None:
    """As the browser does it: the key first, then what stands in the field."""
    view.entry.widget._handle_custom_msg({"event": "submit"}, [])
    view.entry.widget.value = typed


def test_enter_checks_what_was_typed_and_not_what_stood_there_before(view):
    press_enter(view, str(view.drill.answer * 3_600))
    assert misconception("per-hour").title in view.feedback.value
    press_enter(view, str(view.drill.answer))
    assert "Right." in view.feedback.value
    assert current().drills()[f"tweets-per-second/{SEED}"] == {"ok": False, "misconceptions": ["per-hour"]}


def test_a_click_that_overtakes_its_text_waits_for_it(view):
    answer(view, view.drill.answer * 3_600)
    button(view, "course-practice-check").click()
    view.entry.widget.value = str(view.drill.answer)
    assert "Right." in view.feedback.value


def test_an_empty_field_is_asked_for_a_number_and_counts_nothing(view):
    button(view, "course-practice-check").click()
    assert "Type a number first" in view.feedback.value and current().drills() == {}


def test_leaving_the_field_checks_nothing_and_enter_then_does(view):
    view.entry.widget.value = str(view.drill.answer)
    assert "Right." not in view.feedback.value and current().drills() == {}
    view.entry.widget._handle_custom_msg({"event": "submit"}, [])
    assert "Right." in view.feedback.value


def test_typing_goes_to_the_kernel_as_a_whole(view):
    assert view.entry.widget.continuous_update is False


def test_what_is_no_number_explains_itself_and_is_not_counted(view):
    press_enter(view, "<b>soon</b>")
    assert "does not look like a number" in view.feedback.value and "<b>soon" not in view.feedback.value
    assert current().drills() == {}


def test_another_one_is_the_next_seed_with_everything_cleared(view):
    answer(view, "1")
    button(view, "course-practice-solution").click()
    button(view, "course-practice-another").click()
    assert view.drill == drill(SEED + 1, "tweets-per-second") and view.drill.question in view.ask.value
    assert view.entry.widget.value == "" and "×" not in view.feedback.value and view.solution.value == ""
    assert view.drill.asks in view.ask.value and view.entry.widget.placeholder == view.drill.asks


def test_another_one_of_any_kind_goes_through_all_kinds(in_lab):
    view, met = PracticeView(drill(0)), set()
    for _ in kinds():
        met.add(view.drill.kind)
        view.another()
    assert met == set(kinds())


def test_practice_shows_a_widget_in_lab_and_takes_a_drill_as_well_as_a_seed(in_lab, monkeypatch):
    shown: list[PracticeView] = []
    monkeypatch.setattr(PracticeView, "display", lambda self: shown.append(self))
    practice(SEED)
    practice(drill(SEED))
    practice(SEED, kind="workers")
    assert shown[0].drill == shown[1].drill == drill(SEED) and shown[2].drill == drill(SEED, "workers")


def test_a_headless_run_tells_question_unit_tolerance_and_solution_the_same_each_time(headless, capsys):
    practice(SEED)
    first = capsys.readouterr().out
    practice(drill(SEED))
    asked = drill(SEED)
    assert capsys.readouterr().out == first
    for part in (asked.question, asked.unit, f"±{asked.tolerance * 100:.0f} %", asked.worked):
        assert part in first
    assert not list(headless.glob("*.json"))


def test_a_seed_that_is_none_is_refused(headless):
    with pytest.raises(EstimationError, match="seed"):
        practice(-1)


def test_the_tally_counts_the_first_answer_to_a_drill_and_each_misconception_of_it_once(view):
    answer(view, view.drill.answer * 86_400 / 1e6)
    answer(view, view.drill.answer * 86_400 / 1e6)
    answer(view, view.drill.answer * 3_600)
    answer(view, view.drill.answer)
    assert current().drills() == {f"tweets-per-second/{SEED}": {"ok": False, "misconceptions": ["million-second-day", "per-hour"]}}


def test_the_board_tells_the_drills_in_one_line_when_there_are_any(in_lab, capsys):
    board()
    assert "Drills" not in capsys.readouterr().out
    current().record_drill("a/1", ok=True)
    current().record_drill("a/2", ok=False, misconception="per-hour")
    current().record_drill("b/2", ok=False, misconception="bits-for-bytes")
    current().record_drill("b/3", ok=False, misconception="bits-for-bytes")
    current().record_drill("b/4", ok=False, misconception="of-an-older-version")
    board()
    line = "Drills: 5 tried, 1 right at once. Misconceptions met: Bits for bytes (2); of-an-older-version (1); Per hour for per second (1)."
    assert capsys.readouterr().out.splitlines().count(line) == 1


def test_the_headless_board_knows_no_drills(headless, capsys):
    (headless / "progress.json").write_text(
        json.dumps({"predictions": {}, "drills": {"a/1": {"ok": True, "misconceptions": []}}}), encoding="utf-8"
    )
    board()
    assert "Drills" not in capsys.readouterr().out


def test_drills_and_guesses_share_the_file_and_survive_the_process(tmp_path):
    Progress(tmp_path / "p.json").record("a", guess=1)
    Progress(tmp_path / "p.json").record_drill("b/1", ok=True)
    Progress(tmp_path / "p.json").record("a", guess=2)
    again = Progress(tmp_path / "p.json")
    assert again.drills() == {"b/1": {"ok": True, "misconceptions": []}} and again.prediction("a")["guess"] == 2


@pytest.mark.parametrize("drills", [[], {"b/1": 7}, {"b/1": {"ok": True}}])
def test_a_tally_that_is_none_is_set_aside_and_the_last_good_file_takes_its_place(tmp_path, drills):
    path = tmp_path / "p.json"
    progress = Progress(path)
    progress.record_drill("a/1", ok=True)
    progress.record_drill("a/2", ok=True)
    path.write_text(json.dumps({"version": 1, "predictions": {}, "drills": drills}), encoding="utf-8")
    assert list(progress.drills()) == ["a/1"] and "last good version" in progress.notice


def test_reset_forgets_the_drills(in_lab):
    current().record_drill("a/1", ok=True)
    reset_progress()
    assert current().drills() == {}
