"""Three hints, each further; the solution after a real attempt, where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.study import hint, progress, reveal, seeds
from reference.study.attempts import record_of, tried
from reference.study.task import task
from reference.twitter.errors import NotFound


def test_each_call_goes_one_hint_further_and_the_third_is_the_last(in_lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hints = task("snowflake-ids").hints
    for steps in (1, 2, 3, 3):
        hint("snowflake-ids")
        out = capsys.readouterr().out
        assert [each in out for each in hints] == [number < steps for number in range(3)]
    assert record_of(progress.current(), "snowflake-ids").hints == 3


def test_nothing_is_revealed_before_a_real_attempt(in_lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reveal("snowflake-ids")
    tried(progress.current(), "snowflake-ids", "not attempted", "not attempted")
    reveal("snowflake-ids")
    out = capsys.readouterr().out
    assert out.count("Try first") == 2 and "class TweetIds" not in out


def test_after_a_wrong_answer_the_solution_is_shown_without_its_markers(in_lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tried(progress.current(), "snowflake-ids", "failed", "failed: something")
    reveal("snowflake-ids")
    out = capsys.readouterr().out
    assert "self.lock = threading.Lock()" in out and "SOLUTION" not in out


def test_where_the_solutions_are_not_it_says_so(
    in_lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(seeds, "ROOT", tmp_path)
    tried(progress.current(), "snowflake-ids", "failed", "failed: something")
    reveal("snowflake-ids")
    assert "not part of this copy" in capsys.readouterr().out


def test_an_unknown_task_is_an_error() -> None:
    for call in (hint, reveal):
        with pytest.raises(NotFound):
            call("nobody-knows")
