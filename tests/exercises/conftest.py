"""A small course, generated once per session, and submissions made from its release."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exercises import small_course
from tests.servers import missing
from tools import exercises, sandbox


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a generated course of one topic. Do not write into it."""
    root = small_course.make(tmp_path_factory.mktemp("small"))
    exercises.generate(root, root / "exercises", [small_course.TOPIC])
    return root


@pytest.fixture(scope="session")
def sandboxed() -> None:
    """Skips where bubblewrap is missing; in CI that fails."""
    try:
        sandbox.require()
    except sandbox.NoSandbox as error:
        missing(f"bubblewrap ({error})")
