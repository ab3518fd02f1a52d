"""Numbers with the slip behind them, choices with their reason, plain values compared plainly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.contracts import Broken, Report
from reference.study.answers import choice, number, plain, same

SLIP = "**You forgot half.** *Double it.*"


def asked(answer: Any, tolerance: float = 0.1) -> Report:
    slips = {SLIP: 50.0, "bits-for-bytes": 800.0}
    return number(answer, 100.0, "tweets/s", tolerance=tolerance, why="why", hint="Count again.", slips=slips)


@pytest.mark.parametrize("answer", [100, 95.5, "104", "0.1 k", "100 tweets/s", np.int64(100), np.float32(99)])
def test_a_number_within_the_tolerance_is_right_in_any_writing(answer: Any) -> None:
    assert asked(answer).ok


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (50, "You forgot half"),
        (800, "Bits for bytes"),
        (100_000, "Thousand"),
        (0.1, "Thousand"),
        (300, "3× too high"),
        (0, "more than nothing"),
    ],
)
def test_a_wrong_number_gets_its_slip_or_how_far_off_it_is(answer: float, says: str) -> None:
    [failure] = asked(answer).failures
    assert says.casefold() in failure.hint.casefold()


@pytest.mark.parametrize("answer", ["many", True, float("nan"), float("inf"), [100], 10**400, object()])
def test_what_is_no_number_is_said_so(answer: Any) -> None:
    [failure] = asked(answer).failures
    assert failure.expected == "a number of tweets/s, within ±10 %" and not failure.error


def test_a_wrong_number_is_never_told_the_right_one() -> None:
    for answer in (50, 800, 300, "many"):
        assert "100 " not in str(asked(answer))


def test_without_tolerance_only_the_number_itself_is_right() -> None:
    assert asked(100, 0).ok and not asked(100.001, 0).ok


def test_a_choice_is_forgiving_about_case_and_a_wrong_one_gets_its_reason() -> None:
    def picked(answer: Any) -> Report:
        return choice(answer, "pull", {"push": "30 M writes for one post."}, why="why")

    assert picked(" Pull ").ok
    assert picked("push").failures[0].hint == "30 M writes for one post."
    assert "'pull', 'push'" in picked("both").failures[0].expected


def test_only_text_is_a_choice() -> None:
    class Turncoat:
        def __str__(self) -> str:
            return "pull"

    for answer in (Turncoat(), 3, None, ["pull"]):
        assert "as text, in quotes" in choice(answer, "pull", {"push": "no"}, why="why").failures[0].hint


class Sly(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize("got", [Sly(1), [Sly(5)], object(), True])
def test_an_objects_own_idea_of_equality_does_not_count(got: Any) -> None:
    with pytest.raises(Broken):
        same(5, got)


def test_numpy_tuples_and_lists_are_plain() -> None:
    same([1, [2, 3]], (np.int64(1), np.array([2, 3])))
    same({"a": {(1, 2)}}, {"a": frozenset({(1, 2)})})
    assert plain({"a": [1]}) == {"a": (1,)}


def test_true_is_not_one() -> None:
    with pytest.raises(Broken):
        same(1, True)
