"""The class's gradebook: nbgrader's own database, made from the sources and filled with what each student's call found."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tools import course, overlay


@dataclass(frozen=True)
class Lateness:
    """Of one submission: when it came (UTC, if known), by how many seconds after its due date, what nbgrader's late policy takes off."""

    came: datetime | None = None
    seconds: float = 0.0
    penalty: float | None = None


def url(path: Path) -> str:
    return f"sqlite:///{path.resolve()}"


def open_gradebook(path: Path) -> Any:
    """nbgrader's Gradebook at `path`: a context manager."""
    from nbgrader.api import Gradebook

    quiet()
    return Gradebook(url(path), "design-twitter")


def quiet() -> None:
    """SQLAlchemy warns of how nbgrader fills its own tables: nothing that an instructor could do anything about."""
    warnings.filterwarnings("ignore", message="Object of type <Submitted")


def prepare(root: Path, grading: Path, topics: list[str]) -> dict[str, Any]:
    """Enter `topics` of the course at `root`, hidden tests and mark schemes included, into the gradebook in `grading`.

    Returns: topic → the release notebook that submissions are put into. Raises: NbgraderFailed, also when cells came or went
    after marks were given: then the old folder must be put away first.
    """
    import nbformat

    grading.mkdir(parents=True, exist_ok=True)
    released = {}
    with tempfile.TemporaryDirectory() as scratch:
        house = Path(scratch)
        overlay.sources(root / course.SOURCE, house / course.SOURCE)
        settings = course.config(house)
        settings.CourseDirectory.db_url = url(grading / "gradebook.db")
        _version_without_a_process()
        for topic in topics:
            course.generate(topic, settings)
            released[topic] = nbformat.read(house / course.RELEASE / topic / f"{topic}.ipynb", as_version=4)
    return released


def _version_without_a_process() -> None:
    """nbgrader starts the program `alembic`, for many seconds, to learn one word that its own folder says."""
    import nbgrader.api
    from alembic.script import ScriptDirectory

    folder = Path(nbgrader.api.__file__).parent / "alembic"
    nbgrader.api.get_alembic_version = lambda: ScriptDirectory(str(folder)).get_current_head()


def warm_up() -> None:
    """Set nbgrader's tables up once, in memory, so that no fork of this process must do so for itself."""
    from nbgrader.api import Gradebook

    quiet()
    _version_without_a_process()
    with Gradebook("sqlite://") as opened:
        opened.update_or_create_student("nobody")


def copy_for_one(grading: Path, house: Path) -> None:
    """A gradebook of one's own for one call: nobody waits for anybody's lock, and a call that is ended leaves the class's one whole."""
    shutil.copyfile(grading / "gradebook.db", house / "gradebook.db")


def marks(path: Path, topic: str, student: str) -> dict[str, tuple[float | None, float]]:
    """Grade id → (automatic mark, most) of one submission; None where a person must mark."""
    with open_gradebook(path) as gradebook:
        submission = gradebook.find_submission_notebook(topic, topic, student)
        return {grade.name: (grade.auto_score, grade.max_score) for grade in submission.grades}


def lateness(path: Path, topic: str, student: str) -> Lateness:
    """How late one submission is: nbgrader knows from timestamp.txt and the assignment's due date (an extension included)."""
    with open_gradebook(path) as gradebook:
        submission = gradebook.find_submission(topic, student)
        penalty = gradebook.find_submission_notebook(topic, topic, student).late_submission_penalty
        return Lateness(submission.timestamp, float(submission.total_seconds_late), penalty)


def enter(
    path: Path,
    topic: str,
    student: str,
    found: Mapping[str, float | None],
    comments: Mapping[str, str],
    look: bool,
    late: Lateness = Lateness(),
) -> None:
    """Write one student's automatic marks, lateness and comments. Marks that a person gave stay, and are flagged to be looked at again.

    look: a person should look at all of it (the call failed); what `found` does not have is then 0.
    """
    with open_gradebook(path) as gradebook:
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(topic, student, **({"timestamp": late.came} if late.came else {}))
        submission = gradebook.find_submission_notebook(topic, topic, student)
        submission.late_submission_penalty = late.penalty
        for grade in submission.grades:
            grade.auto_score = found.get(grade.name, 0.0)
            grade.needs_manual_grade = look or grade.auto_score is None or grade.manual_score is not None
        for comment in submission.comments:
            comment.auto_comment = comments.get(comment.name)
        gradebook.db.commit()
