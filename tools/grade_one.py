"""One student's notebook graded, in a call and with a gradebook of its own: collected, rebuilt, run in the sandbox by nbgrader."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools import course, gradebook
from tools.collect import Note, rebuild
from tools.sandbox_kernel import TAMPERED
from tools.submissions import Submission, Unreadable, read

HOUSE_ERRORS = {"InvalidInput", "NotFound", "ImportError", "ModuleNotFoundError", "SyntaxError"}
"""What a grade cell raises when the course or its seeds are at fault; a student's mistake is a CheckFailed."""
STUDENTS = {"CellTimeoutError", "NotRun", "KeyboardInterrupt"}
"""What an answer that does not stop may do to any cell."""


class NotGraded(Exception):
    """The course failed and not the student; the message says where."""


@dataclass(frozen=True)
class Job:
    """What one call needs. `release`: the notebook that answers are put into."""

    submission: Submission
    release: Any
    grading: Path


@dataclass(frozen=True)
class Graded:
    """One notebook's marks: `found` grade id → automatic mark (None: a person marks it), `most` alike, and what was noticed."""

    found: dict[str, float | None] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @property
    def score(self) -> float:
        return sum(mark or 0.0 for mark in self.found.values())


def grade(job: Job) -> Graded:
    """Grade one notebook; leaves nbgrader's submitted/ and autograded/ folders of this student behind, never touches the class's gradebook.

    Raises: NbgraderFailed, NoSandbox, NotGraded.
    """
    mine = job.submission
    notebook, notes = _collected(mine, job.release)
    with tempfile.TemporaryDirectory(prefix="course-grading-") as scratch:
        house = Path(scratch)
        _put(notebook, mine, house / "submitted")
        (house / course.SOURCE / mine.topic).mkdir(parents=True)
        gradebook.copy_for_one(job.grading, house)
        _autograde(house, mine)
        _blame_ourselves(house / "autograded" / mine.student / mine.topic / f"{mine.topic}.ipynb")
        marks = gradebook.marks(house / "gradebook.db", mine.topic, mine.student)
        for step in ("submitted", "autograded"):
            _keep(house / step / mine.student / mine.topic, job.grading / step / mine.student / mine.topic)
    notes += [Note("duplicate", "", f"{name} is another notebook of the same exercise; the newest counts") for name in mine.others]
    return Graded({name: mark for name, (mark, _) in marks.items()}, {name: most for name, (_, most) in marks.items()}, tuple(notes))


def _collected(mine: Submission, release: Any) -> tuple[Any, list[Note]]:
    try:
        return rebuild(release, read(mine.path))
    except Unreadable as error:
        return rebuild(release, [])[0], [Note("unreadable", "", str(error))]


def _put(notebook: Any, mine: Submission, submitted: Path) -> None:
    import nbformat

    folder = submitted / mine.student / mine.topic
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{mine.topic}.ipynb")
    stamp = mine.path.parent / "timestamp.txt"
    if _is_a_time(stamp):
        shutil.copyfile(stamp, folder / stamp.name)


def _is_a_time(stamp: Path) -> bool:
    """Whether nbgrader would understand the file: it may be the student's."""
    from nbgrader.utils import parse_utc

    try:
        if not stamp.is_file() or stamp.is_symlink() or stamp.stat().st_size > 100:
            return False
        parse_utc(stamp.read_text(encoding="utf-8").strip())
    except Exception:  # whatever the parser of dates makes of a student's text
        return False
    return True


def _autograde(house: Path, mine: Submission) -> None:
    from nbgrader.converters import Autograde

    gradebook.quiet()
    settings = course.config(house)
    settings.CourseDirectory.db_url = gradebook.url(house / "gradebook.db")
    for step in ("submitted", "autograded"):
        settings.CourseDirectory[f"{step}_directory"] = step
    course.run(Autograde, settings, mine.topic, mine.student)


def _keep(made: Path, place: Path) -> None:
    """Move a folder that nbgrader made into the class's, in place of an older one."""
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(made, place, copy_function=shutil.copyfile)


def _blame_ourselves(notebook_path: Path) -> None:
    """Raises NotGraded if a cell failed that no student can make fail: a mark of 0 would be ours. So does an answer that reached for the
    judge: no mark of its notebook can be trusted."""
    for cell in json.loads(notebook_path.read_text(encoding="utf-8"))["cells"]:
        about, tags = cell["metadata"].get("nbgrader", {}), cell["metadata"].get("tags", [])
        ours = not about.get("grade_id") and "raises-exception" not in tags
        for output in cell.get("outputs", []):
            if output["output_type"] != "error" or output["ename"] in STUDENTS:
                continue
            if output["ename"] == TAMPERED:
                raise NotGraded(f"no mark of this notebook can be trusted: {output['evalue'][:300]}")
            if ours or (about.get("grade") and output["ename"] in HOUSE_ERRORS):
                raise NotGraded(f"the course's own cell {cell.get('id')} failed: {output['ename']}: {output['evalue'][:300]}")
