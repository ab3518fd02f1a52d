from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from reference.study import board
from reference.study.calibration import GOOD, HIGH, LOW, WIDE, WILD, Calibration, calibration, calibration_on_the_board, strip
from reference.study.progress import current


def records(*pairs) -> dict:
    return {f"n/{i}": {"guess": guess, "answer": answer} for i, (guess, answer) in enumerate(pairs)}


def test_only_numbers_that_were_guessed_and_answered_count():
    found = records((10, 5), ("push", "pull"), (None, 7), (3, None), (0, 4), (5, 0), (True, 1), (float("inf"), 2), (1.5, 3)) | {"n/x": {}}
    assert calibration(found).factors == (2.0, 0.5)


def test_nothing_is_said_before_the_first_and_only_a_count_before_the_twentieth():
    assert calibration_on_the_board({}) == ("", "")
    shown, text = calibration_on_the_board(records(*[(100, 1)] * 19))
    assert text.startswith("Calibration: 19 of 20 numbers guessed") and "svg" not in shown and "estimate" not in text
    assert "<svg" in calibration_on_the_board(records(*[(100, 1)] * 20))[0]


def test_shares_count_both_sides_and_the_bounds_themselves():
    found = Calibration((2.0, 0.5, 10.0, 0.1, 1.0, 11.0))
    assert (found.within(2), found.within(10)) == (3, 5)


def test_the_median_is_of_ratios_not_of_differences():
    assert Calibration((0.25, 1.0, 4.0)).median_factor() == pytest.approx(1)
    assert Calibration((0.25, 1.0)).median_factor() == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("factors", "lean", "advice", "words"),
    [
        ((3.0,) * 16 + (0.5,) * 4, 1, HIGH, "You overestimate: the median guess is 3× too high."),
        ((1 / 3,) * 16 + (2.0,) * 4, -1, LOW, "You underestimate: the median guess is 3× too low."),
        ((1.5,) * 10 + (0.7,) * 10, 0, GOOD, "No lean"),
        ((5.0,) * 10 + (0.2,) * 10, 0, WIDE, "No lean"),
        ((1000.0,) * 10 + (0.5,) * 10, 0, WILD, "No lean"),
        ((1.1,) * 20, 0, GOOD, "No lean"),  # all on one side, by next to nothing
        ((3.0,) * 13 + (0.5,) * 7, 0, WIDE, "No lean"),  # coins do as much
    ],
)
def test_the_sentence_fits_the_guesses(factors, lean, advice, words):
    found = Calibration(factors)
    assert (found.lean(), found.advice()) == (lean, advice)
    assert words in found.sentence() and found.sentence().endswith(advice)


def test_the_sentence_gives_both_shares():
    assert "of 20 numbers guessed, 50% within 2× and 75% within 10×" in Calibration((1.5,) * 10 + (5.0,) * 5 + (50.0,) * 5).sentence()


def test_every_guess_has_a_dot_inside_the_strip():
    drawn = ElementTree.fromstring(strip((1e-30, 1.0, 1.0, 1.01, 1e30)))
    dots = [(float(each.get("cx")), float(each.get("cy"))) for each in drawn if each.tag == "circle"]
    assert len(dots) == len(set(dots)) == 5
    assert all(0 < x < 640 and 0 < y < 104 for x, y in dots) and dots[0][0] < 320 < dots[-1][0]


def test_the_board_says_calibration_from_the_twentieth_number_on(in_lab, capsys):
    for number in range(20):
        board()
        assert "numbers guessed, " not in capsys.readouterr().out
        current().record(f"n/{number}", guess=30, answer=10)
    board()
    assert "You overestimate: the median guess is 3× too high." in capsys.readouterr().out
