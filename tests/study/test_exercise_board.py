"""The board moves when an exercise is done, and names what is weak."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reference.study import board, hint, progress
from reference.study.attempts import KEPT_AS, records, tried
from reference.study.exercise_board import exercises_on_the_board
from reference.study.task import tasks

TOPIC = "07a_snowflake_ids"


def points(*grade_ids: str) -> int:
    return sum(tasks()[grade_id].points for grade_id in grade_ids)


def test_before_the_first_check_the_board_says_nothing() -> None:
    for kept in (None, {}, "nonsense", {"nobody-knows": {"tries": 1}}, {"snowflake-ids": 3}):
        assert exercises_on_the_board(kept) == ("", "")


def test_a_passed_check_moves_done_and_points(in_lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    learner = progress.current()
    tried(learner, "snowflake-ids", "failed", "failed: x")
    tried(learner, "snowflake-ids", "passed", "passed")
    tried(learner, "snowflake-rate", "passed", "passed")
    board(in_lab)
    listed = [each for each in tasks() if tasks()[each].topic == TOPIC]
    row = f"{TOPIC} · 2 of {len(listed)} · {points('snowflake-ids', 'snowflake-rate')} of {points(*listed)} · 3"
    assert row in capsys.readouterr().out


def test_a_topic_is_weak_when_most_of_what_was_tried_is_open_or_took_much_help(in_lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    learner = progress.current()
    tried(learner, "snowflake-rate", "passed", "passed")
    assert "Weak" not in exercises_on_the_board(learner.kept(KEPT_AS))[1]
    tried(learner, "snowflake-ids", "failed", "failed: x")
    for _ in range(3):
        hint("snowflake-split")
    tried(learner, "snowflake-split", "passed", "passed")
    assert f"Weak topics: {TOPIC} (1 of 3 tried not solved yet, 1 solved only" in exercises_on_the_board(learner.kept(KEPT_AS))[1]


def test_older_files_and_damaged_records_still_load(in_lab: Path) -> None:
    (in_lab / "progress.json").write_text(json.dumps({"version": 1, "predictions": {}}), encoding="utf-8")
    assert records(progress.current()) == {}
    kept = {"snowflake-ids": {"tries": "many", "passed": True, "later": 1}, "snowflake-rate": None}
    (in_lab / "progress.json").write_text(json.dumps({"version": 1, "predictions": {}, "kept": {KEPT_AS: kept}}), encoding="utf-8")
    found = records(progress.current())
    assert list(found) == ["snowflake-ids"] and (found["snowflake-ids"].tries, found["snowflake-ids"].passed) == (0, True)
    assert tried(progress.current(), "snowflake-rate", "failed", "x").tries == 1
