from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reference.study import board, reset_progress
from reference.study.progress import Progress, current, predictions_in, progress_path
from reference.twitter.clock import ManualClock


def test_guesses_survive_the_process(tmp_path):
    Progress(tmp_path / "p.json", ManualClock(1_700_000_000)).record("a/b", guess=5, close=True)
    assert Progress(tmp_path / "p.json").prediction("a/b") == {"guess": 5, "close": True, "at_ms": 1_700_000_000_000}


def test_the_time_of_the_first_guess_stays(tmp_path):
    clock = ManualClock(10)
    progress = Progress(tmp_path / "p.json", clock)
    progress.record("a", guess=1)
    clock.advance(5)
    progress.record("a", answer=2)
    assert progress.prediction("a") == {"guess": 1, "answer": 2, "at_ms": 10_000}


def test_a_broken_file_is_kept_and_the_last_good_one_takes_its_place(tmp_path):
    path = tmp_path / "p.json"
    progress = Progress(path)
    progress.record("a", guess=1)
    progress.record("b", guess=2)
    path.write_text('{"predictions": {"a"', encoding="utf-8")
    fresh = Progress(path)
    assert fresh.prediction("a") is not None
    assert "last good version" in fresh.notice and (tmp_path / "p.broken.json").read_text(encoding="utf-8").endswith('{"a"')
    assert json.loads(path.read_text(encoding="utf-8"))["predictions"]


def test_a_broken_file_without_a_backup_starts_afresh_and_says_so(tmp_path):
    path = tmp_path / "p.json"
    path.write_text("[1, 2]", encoding="utf-8")
    progress = Progress(path)
    assert progress.predictions() == {} and "starts afresh" in progress.notice


def test_a_reader_never_meets_a_half_written_file(tmp_path):
    path = tmp_path / "p.json"
    progress = Progress(path)
    progress.record("seed", guess=0)

    def read(_):
        return len(json.loads(path.read_text(encoding="utf-8"))["predictions"])

    with ThreadPoolExecutor(2) as pool:
        readings = pool.map(read, range(200))
        for i in range(50):
            progress.record(f"id{i}", guess=i)
        assert all(count >= 1 for count in readings)
    assert not list(tmp_path.glob("*.tmp"))


def test_a_folder_that_cannot_be_written_costs_the_memory_and_not_the_guess(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    progress = Progress(blocked / "p.json")
    progress.record("a", guess=1)
    assert "cannot be written" in progress.notice


def test_the_file_is_found_from_any_folder_below_my(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    deep = tmp_path / "my" / "notebooks" / "more"
    deep.mkdir(parents=True)
    assert progress_path(deep) == tmp_path / "my" / "progress.json"
    assert progress_path(tmp_path) is None
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "other.json"))
    assert progress_path(tmp_path) == tmp_path / "other.json"


def test_a_headless_run_neither_reads_nor_writes(headless):
    (headless / "progress.json").write_text('{"predictions": {"a": {"guess": 1}}}', encoding="utf-8")
    progress = current()
    assert progress.prediction("a") is None
    progress.record("b", guess=2)
    assert "b" not in (headless / "progress.json").read_text(encoding="utf-8")


def notebook(folder: Path, name: str, *sources: str) -> None:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    (folder / name).write_text(json.dumps({"cells": cells}), encoding="utf-8")


def test_the_board_counts_predictions_made_close_and_shown(in_lab, capsys):
    notebook(
        in_lab / "notebooks", "07b_x.ipynb", 'gate = predict("07b/a", "?")', 'g = predict(\n    "07b/b", "?")', "predict('07b/c', '?')"
    )
    notebook(in_lab / "notebooks", "08_none.ipynb", "print(1)")
    current().record("07b/a", guess=1, close=True)
    current().record("07b/b", guess=None, shown=True)
    board()
    shown = capsys.readouterr().out
    assert "07b_x · 1 of 3 · 1 · 1" in shown and "08_none" not in shown
    assert list(predictions_in(in_lab / "notebooks")) == ["07b_x"]


def test_the_headless_board_is_an_empty_frame(headless, capsys):
    notebook(headless / "notebooks", "07b_x.ipynb", 'predict("07b/a", "?")')
    board()
    assert "07b" not in capsys.readouterr().out


def test_reset_forgets_everything_and_keeps_a_backup(in_lab):
    current().record("a", guess=1)
    assert "reset" in reset_progress()
    assert current().predictions() == {}
    assert '"a"' in (in_lab / "progress.json.bak").read_text(encoding="utf-8")
