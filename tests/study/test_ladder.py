from __future__ import annotations

import json

import pytest

from reference.study import board, ladder
from reference.study.countdown import DONE, READY, RUNNING
from reference.study.ladder_view import LadderView
from reference.study.rungs import ITEMS, KEPT, Rung, Score, ladders_on_the_board, rung, scores_of, with_score
from reference.twitter.errors import InvalidInput
from tests.study.test_cards import html

RUNGS = [rung(("mid", "What?", "A *mix*.")), rung(("staff", "If not?", "One.\n\nTwo."))]


@pytest.fixture
def view(in_lab) -> LadderView:
    return LadderView("07b/ladder", "Why?", RUNGS, 60)


def page(widget) -> str:
    """All text that the widget and its children hold."""
    children = "".join(page(child) for child in getattr(widget, "children", ()))
    return f"{getattr(widget, 'value', '')} {getattr(widget, 'description', '')} {children}"


def say(rung_view, *items: str, used_s: float = 42.0) -> None:
    """Climb one rung: the clock runs, the answer is said, these items are ticked and scored."""
    rung_view.clock.phase = RUNNING
    rung_view.clock.used_s = used_s
    rung_view.clock.phase = DONE
    for item in items:
        rung_view.boxes[item].value = True
    rung_view.commit.click()


def test_a_headless_ladder_folds_every_model_answer(headless):
    shown = html(ladder, "07b/ladder", "Why?", [("mid", "What?", "A mix."), ("staff", "If not?", "One.\n\nTwo.")])
    assert shown.count("<details>") == 2 and "<p>One.</p><p>Two.</p>" in shown
    assert "<li><details><summary><b>mid</b> — What?</summary><p>A mix.</p></details></li>" in shown


def test_items_of_a_rungs_own_change_nothing_in_a_headless_run(headless):
    four = ("a", "b", "c", "d")
    assert html(ladder, "x", "?", [("mid", "?", "!", four)]) == html(ladder, "x", "?", [("mid", "?", "!")])


def test_what_is_no_rung_is_named():
    with pytest.raises(InvalidInput, match="intern"):
        ladder("x", "?", [("intern", "?", "!")])
    with pytest.raises(InvalidInput, match="4 different items"):
        ladder("x", "?", [("mid", "?", "!", ["one", "two", "two", "three"])])
    with pytest.raises(InvalidInput, match="not 2 parts"):
        ladder("x", "?", [("mid", "?")])
    with pytest.raises(InvalidInput, match="seconds"):
        ladder("x", "?", [("mid", "?", "!")], seconds=0)


def test_a_ladder_in_lab_shows_levels_questions_and_clocks_and_no_answer(view):
    assert "mid" in page(view.rungs[0].box) and "What?" in page(view.rungs[0].box) and "staff" in page(view.rungs[1].box)
    assert all(each.clock in each.box.children and each.clock.seconds == 60 for each in view.rungs)
    assert "mix" not in page(view.box) and "One." not in page(view.box)


def test_the_items_come_when_the_answer_was_said_and_not_before(view):
    first = view.rungs[0]
    first.clock.phase = RUNNING
    assert first.commit not in first.box.children
    first.clock.phase = DONE
    assert [*first.boxes.values(), first.commit] == list(first.box.children[-5:])
    assert [box.description for box in first.boxes.values()] == [f"I {item.says}{item.means}" for item in ITEMS]
    assert "mix" not in page(view.box)


def test_the_answer_unfolds_once_scored_and_only_that_rungs(view):
    say(view.rungs[0], "gave a number", "said the mechanism")
    told = page(view.rungs[0].box)
    assert "A <i>mix</i>." in told and "<b>2 of 4</b> in 42 s." in told and "Left out: “named what it costs”; “said what breaks”" in told
    assert "One." not in page(view.box)
    assert "1 of 2 rungs climbed, 2.0 of 4 on average" in view.status.value and 'role="status"' in view.status.value


def test_the_button_says_how_many_were_ticked(view):
    first = view.rungs[0]
    assert first.commit.description.startswith("0 of 4")
    first.boxes["gave a number"].value = True
    assert first.commit.description.startswith("1 of 4")


def test_scores_are_kept_by_ladder_and_rung_and_open_the_rung_again(view, in_lab):
    say(view.rungs[1], "gave a number")
    kept = json.loads((in_lab / "progress.json").read_text(encoding="utf-8"))["kept"][KEPT]["07b/ladder"]
    assert kept["of"] == 2 and kept["rungs"]["2"]["said"] == ["gave a number"] and kept["rungs"]["2"]["used_s"] == 42.0
    again = LadderView("07b/ladder", "Why?", RUNGS, 60)
    assert "<p>One.</p><p>Two.</p>" in page(again.rungs[1].box) and "mix" not in page(again.box)
    assert "1 of 2 rungs climbed, 1.0 of 4" in again.status.value
    assert "0 of 2 rungs climbed." in LadderView("07c/ladder", "Why?", RUNGS, 60).status.value


def test_another_try_folds_the_answer_and_the_score_stands_until_there_is_a_new_one(view):
    first = view.rungs[0]
    say(first, "gave a number")
    first.again.click()
    assert "mix" not in page(view.box) and first.clock.phase == READY and not any(box.value for box in first.boxes.values())
    assert "1 of 2 rungs climbed, 1.0 of 4" in view.status.value
    say(first, *first.boxes)
    assert "1 of 2 rungs climbed, 4.0 of 4" in view.status.value and "Now compare" in first.told.value


def test_a_score_on_other_items_does_not_open_the_rung(view):
    say(view.rungs[0], "gave a number")
    own = rung(("mid", "What?", "A mix.", ("a", "b", "c", "d")))
    changed = LadderView("07b/ladder", "Why?", [own, RUNGS[1]], 60)
    assert changed.rungs[0].score is None and "mix" not in page(changed.box)


def test_two_ladders_open_at_once_lose_no_score(in_lab):
    """Each reads what the other has written before it writes."""
    one, two = (LadderView(name, "Why?", RUNGS, 60) for name in ("a", "b"))
    say(one.rungs[0]), say(two.rungs[0], "gave a number"), say(one.rungs[1])
    kept = json.loads((in_lab / "progress.json").read_text(encoding="utf-8"))["kept"][KEPT]
    assert [len(scores_of(kept, name)) for name in ("a", "b")] == [2, 1]


@pytest.mark.parametrize("kept", [None, 7, {"a": 1}, {"a": {"rungs": []}}, {"a": {"rungs": {"x": 1, "1": {"said": 3}}}}])
def test_a_file_that_was_edited_breaks_nothing(kept):
    assert scores_of(kept, "a") == {} and ladders_on_the_board(kept) == ("", "")
    assert list(with_score(kept, "a", 1, Score(("x",), (), 5.0), of=2)["a"]["rungs"]) == ["1"]


def test_the_board_counts_rungs_and_names_what_is_left_out_most():
    said, costs = tuple(item.says for item in ITEMS[:2]), tuple(item.says for item in ITEMS[2:])
    kept = with_score(None, "07b/fanout", 1, Score(said, costs, 40), of=7)
    kept = with_score(kept, "07b/fanout", 2, Score((*said, costs[0]), costs[1:], 50), of=7)
    kept = with_score(kept, "02/estimate", 1, Score((*said, *costs), (), 60), of=6)
    shown, text = ladders_on_the_board(kept)
    assert "Ladders: 3 of 13 rungs climbed, 3.0 of 4 on average." in text and "07b/fanout · 2 of 7 · 2.5" in text
    assert "Most often left out: “said what breaks” (2 of 3)." in text and "02/estimate" in shown and "<table" in shown


def test_a_rung_has_a_level_that_interviews_know():
    with pytest.raises(InvalidInput, match="mid, senior, staff"):
        Rung("principal", "?", "!")


def test_the_board_of_the_learner_shows_rungs_climbed(view, capsys):
    board()
    assert "Ladders" not in capsys.readouterr().out
    say(view.rungs[0], "gave a number")
    board()
    assert "07b/ladder · 1 of 2 · 1.0" in capsys.readouterr().out
