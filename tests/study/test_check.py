"""What a learner sees when checking: one of four outcomes, their own line, never our traceback, nothing on stderr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reference.study import CheckFailed, check, grade, progress
from reference.study import task as task_module
from reference.study.attempt import EXCEPTION, FAILED, NOT_ATTEMPTED, PASSED, attempt, try_source
from reference.study.attempts import record_of
from tests.study.small_task import RIGHT, SHARE, ran

STUB = "def share(bill):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"
WRONG = "def share(bill):\n    return bill / 2\n"


@pytest.fixture(autouse=True)
def _one_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_module, "tasks", lambda: {SHARE.grade_id: SHARE})


def checked(namespace: dict[str, Any], call: Any = check) -> str:
    """What the check raised, as the notebook runs it; "" when it passed."""
    try:
        exec('call("small-share")', namespace | {"call": call})
    except CheckFailed as failed:
        return str(failed)
    return ""


def test_nothing_there_is_not_attempted() -> None:
    for namespace in ({}, {"share": None}, {"share": ...}):
        assert attempt(SHARE, namespace).result == NOT_ATTEMPTED


def test_the_stub_is_not_attempted_and_its_line_is_shown() -> None:
    outcome = attempt(SHARE, ran(STUB))
    assert outcome.result == NOT_ATTEMPTED and "raise NotImplementedError()" in outcome.says and "ine 3" in outcome.says


def test_a_cell_whose_stub_was_run_says_to_delete_the_raise_line() -> None:
    outcome = attempt(SHARE, {"In": ["", "share = 1\nraise NotImplementedError()"]})
    assert outcome.result == NOT_ATTEMPTED and "delete the" in outcome.says


def test_an_exception_shows_the_learners_own_line_and_the_input() -> None:
    outcome = attempt(SHARE, ran("def share(bill):\n    half = bill / 2\n    return half / 0\n"))
    assert (outcome.result, outcome.title) == (EXCEPTION, "exception: ZeroDivisionError")
    assert outcome.first is not None
    assert (outcome.first.line, outcome.first.given) == ("line 3: `return half / 0`", "`share(10)`")


def test_a_cell_is_compiled_as_a_kernel_would() -> None:
    """Our own `from __future__ import annotations` must not make a cell run that fails in the learner's kernel."""
    outcome = try_source(SHARE, "def share(bill: Nowhere) -> float:\n    return bill / small_share.people\n")
    assert (outcome.result, outcome.first is not None and "Nowhere" in outcome.first.got) == (EXCEPTION, True)


def test_a_failure_names_behaviour_input_expectation_and_pointer() -> None:
    first = attempt(SHARE, ran(WRONG)).first
    assert first is not None and first.behaviour == "everybody pays the same"
    assert (first.given, first.expected, first.got, first.hint) == ("`share(10)`", "2.5", "5.0", "Divide by the number of people.")


def test_the_first_failure_is_shown_in_full_and_the_others_by_name() -> None:
    outcome = attempt(SHARE, ran("def share(bill):\n    return 7\n"))
    assert outcome.first is not None and outcome.others == ("nothing costs nothing",)


def test_an_endless_loop_is_a_failure_and_not_the_end_of_the_kernel() -> None:
    outcome = attempt(SHARE, ran("def share(bill):\n    while True:\n        pass\n"))
    assert outcome.result == FAILED and outcome.first is not None and "loops for ever" in outcome.first.got


def test_what_an_answer_prints_is_kept_from_both_streams(capfd: pytest.CaptureFixture[str]) -> None:
    noisy = RIGHT.replace("    return", "    import sys\n    print('debug')\n    print('trouble', file=sys.stderr)\n    return")
    outcome = attempt(SHARE, ran(noisy), source=RIGHT)
    assert outcome.result == PASSED and outcome.printed.startswith("debug\ntrouble") and capfd.readouterr() == ("", "")


def test_an_endless_print_does_not_fill_the_memory() -> None:
    outcome = attempt(SHARE, ran("def share(bill):\n    while True:\n        print('x' * 10_000)\n"))
    assert outcome.result == FAILED and len(outcome.printed) <= 2_000


def test_what_comes_from_another_cell_is_said_and_not_held_against_it() -> None:
    with_helper = RIGHT.replace("/ small", "/ helper / small")
    outcome = attempt(SHARE, ran(f"helper = 1\n{with_helper}"), source=with_helper)
    assert outcome.result == PASSED and "`helper`" in outcome.notes[0]


def test_check_raises_a_failure_that_shows_no_traceback(headless: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(ran(WRONG)) == "small-share: failed: everybody pays the same"
    out, err = capsys.readouterr()
    assert "Divide by the number of people." in out and err == ""
    with pytest.raises(CheckFailed) as raised:
        exec('check("small-share")', ran(WRONG) | {"check": check})
    assert "Traceback" not in "".join(raised.value._render_traceback_()) and raised.value.__suppress_context__


def test_check_says_passed_and_that_hidden_checks_count(headless: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(ran(RIGHT)) == ""
    assert "passed (public checks; hidden ones count for the mark)" in capsys.readouterr().out


def test_an_answer_is_found_by_name_wherever_its_cell_stands(headless: Path) -> None:
    namespace = ran("x = 1\n") | ran(RIGHT, 2)
    assert checked(namespace) == ""


def test_grade_names_the_behaviour_and_nothing_else(
    headless: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_HIDDEN_SEED", "3,4")
    small_bills = "def share(bill):\n    return bill / 4 if bill < 1000 else 0\n"
    assert checked(ran(small_bills)) == ""
    capsys.readouterr()
    assert checked(ran(small_bills), grade) == "small-share: failed: everybody pays the same (hidden check)"
    assert checked(ran(RIGHT), grade) == "" and capsys.readouterr() == ("", "")


def test_further_laws_of_the_overlay_count_in_the_hidden_check(headless: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hidden").mkdir()
    law = "    @contract.behaviour(why='w', hint='h')\n    def debts_are_shared_too(judged):\n        assert judged.answer(-4) == -1\n"
    (tmp_path / "hidden" / "small-share.py").write_text(f"def laws(contract):\n{law}", encoding="utf-8")
    monkeypatch.setenv("COURSE_OVERLAY", str(tmp_path))
    monkeypatch.setenv("COURSE_HIDDEN_SEED", "1")
    assert checked(ran(RIGHT), grade) == ""
    debts = ran("def share(bill):\n    return max(bill, 0) / 4\n")
    assert checked(debts) == "" and "debts are shared too" in checked(debts, grade)


def test_progress_keeps_tries_and_the_outcome_and_a_stub_is_no_try(in_lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for source in (STUB, WRONG, RIGHT, WRONG):
        checked(ran(source))
    record = record_of(progress.current(), "small-share")
    assert (record.tries, record.passed, record.tries_to_pass) == (3, True, 2)
    assert record.outcome == "failed: everybody pays the same"


def test_copied_cells_with_one_id_are_said(
    in_lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = {"cell_type": "code", "source": [], "metadata": {"nbgrader": {"grade_id": "small-share"}}}
    path = tmp_path / "copied.ipynb"
    path.write_text(json.dumps({"cells": [cell, cell]}), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    checked(ran(RIGHT))
    assert "2 cells of this notebook bear the id small-share" in capsys.readouterr().out
