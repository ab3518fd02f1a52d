"""A learner in JupyterLab, or nobody: `in_lab` and `headless` set the stage; progress goes to a temporary `my`."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def my(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "my"
    (folder / "notebooks").mkdir(parents=True)
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    monkeypatch.chdir(folder / "notebooks")
    return folder


@pytest.fixture
def in_lab(monkeypatch: pytest.MonkeyPatch, my: Path) -> Path:
    monkeypatch.delenv("COURSE_HEADLESS", raising=False)
    monkeypatch.setenv("COURSE_LAB", "1")
    return my


@pytest.fixture
def headless(monkeypatch: pytest.MonkeyPatch, my: Path) -> Path:
    monkeypatch.delenv("COURSE_LAB", raising=False)
    monkeypatch.setenv("COURSE_HEADLESS", "1")
    return my
