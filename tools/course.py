"""The course as nbgrader sees it: its folders, its preprocessors, and one converter run at a time."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE, RELEASE, GRADING = "solutions", "exercises", "grading"
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


class NbgraderFailed(Exception):
    """nbgrader gave up; the message is what it logged."""


def config(root: Path, grading: Path | None = None) -> Any:
    """nbgrader's configuration for the course at `root`. `grading`: where submissions, marks and the gradebook are (root/grading)."""
    from traitlets.config import Config

    _programs_are_found()
    place = grading or root / GRADING
    c = Config()
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.course_id = "design-twitter"
    c.CourseDirectory.source_directory, c.CourseDirectory.release_directory = SOURCE, RELEASE
    for step in ("submitted", "autograded", "feedback"):
        c.CourseDirectory[f"{step}_directory"] = str((place / step).relative_to(root))
    c.CourseDirectory.db_url = f"sqlite:///{place / 'gradebook.db'}"
    c.ClearSolutions.code_stub = {"python": STUB}
    c.Exchange.root = str(place / "exchange")
    c.Autograde.autograde_preprocessors = _autograde()
    c.GenerateFeedback.preprocessors = _feedback()
    c.GenerateFeedback.force = True  # else a page that is there stays as it was, whatever a person or a regrade gave since
    c.DeduplicateIds.enabled = True
    return c


def _programs_are_found() -> None:
    """A new gradebook is made by `alembic`, which nbgrader calls by name."""
    programs, path = str(Path(sys.executable).parent), os.environ.get("PATH", "")
    if programs not in path.split(os.pathsep):
        os.environ["PATH"] = programs + os.pathsep + path


def _autograde() -> list[str]:
    """nbgrader's own list, with Execute inside the sandbox."""
    own = ["IgnorePattern", "LimitOutput", "SaveAutoGrades", "AssignLatePenalties", "CheckCellMetadata"]
    ours = [f"nbgrader.preprocessors.{name}" for name in own]
    ours.insert(1, "nbconvert.preprocessors.ClearMetadataPreprocessor")
    return ["tools.sandbox_kernel.SandboxedExecute", *ours]


def _feedback() -> list[str]:
    """nbgrader's own list, without what students are not to read."""
    return ["nbgrader.preprocessors.GetGrades", "tools.feedback.WithoutSecrets", "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor"]


def topics(root: Path = ROOT) -> list[str]:
    """Names of the assignments: each a folder of solutions/ with a notebook of its own name."""
    return sorted(path.parent.name for path in (root / SOURCE).glob("*/*.ipynb") if path.stem == path.parent.name)


def cells_of(notebook: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """(cell, its nbgrader metadata) for every cell that nbgrader knows."""
    for cell in notebook["cells"]:
        about = cell.get("metadata", {}).get("nbgrader")
        if isinstance(about, dict) and about.get("grade_id"):
            yield cell, about


def generate(topic: str, settings: Any) -> None:
    """nbgrader generate_assignment for one topic, into what `settings` calls release and gradebook. Raises: NbgraderFailed."""
    from nbgrader.converters import GenerateAssignment

    run(GenerateAssignment, settings, topic, ".")


def run(converter: Any, settings: Any, topic: str, student: str) -> None:
    """One of nbgrader's converters, on one topic and one student, quietly. Raises: NbgraderFailed with what it logged."""
    from nbgrader.coursedir import CourseDirectory

    directory = CourseDirectory(config=settings)
    directory.assignment_id, directory.student_id = topic, student
    worker = converter(coursedir=directory, config=settings)
    worker.force = True
    heard = _Heard()
    worker.log = heard.logger()
    try:
        worker.start()
    except (Exception, SystemExit) as error:
        raise NbgraderFailed("\n".join([*heard.lines[-5:], f"{type(error).__name__}: {error}"])) from error


class _Heard(logging.Handler):
    """Keeps warnings and errors instead of printing them."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def logger(self) -> logging.Logger:
        logger = logging.Logger(f"nbgrader {id(self)}", logging.WARNING)
        logger.addHandler(self)
        return logger
