"""`make marks`: the gradebook as files that Canvas and Moodle import, and nbgrader's own export.

grading/marks_canvas.csv, marks_moodle.csv, grades.csv. A roster (ROSTER=file.csv, columns: student, and any of name, email, canvas_id,
sis_id, login) joins the names in submissions to those of the system; without one the student's name stands for all.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools import course, gradebook

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("ID number", "Username", "Full name", "Email address")
Table = list[list[str]]


def read_marks(path: Path) -> tuple[dict[str, float], dict[str, dict[str, float]], list[str]]:
    """(topic → points possible, student → topic → marks, what still waits for a person). Automatic and manual marks, minus lateness."""
    with gradebook.open_gradebook(path) as book:
        possible = {assignment.name: float(assignment.max_score) for assignment in book.assignments}
        marks: dict[str, dict[str, float]] = {student.id: {} for student in book.students}
        waiting = []
        for assignment in book.assignments:
            for submission in assignment.submissions:
                score = max(0.0, float(submission.score) - float(submission.late_submission_penalty or 0.0))
                marks[submission.student.id][assignment.name] = score
                if submission.needs_manual_grade:
                    waiting.append(f"{submission.student.id}, {assignment.name}")
    return dict(sorted(possible.items())), dict(sorted(marks.items())), sorted(waiting)


def read_roster(path: Path | None) -> dict[str, dict[str, str]]:
    """student → the other columns. Raises: SystemExit without a column `student`, or with two lines for one student."""
    if path is None:
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or "student" not in rows[0]:
        raise SystemExit(f"{path.name} must have a column `student`, with the names as in the submissions' folders")
    found = {row["student"]: {key: value or "" for key, value in row.items() if key} for row in rows}
    if len(found) != len(rows):
        raise SystemExit(f"{path.name} names a student twice")
    return found


def canvas(possible: Mapping[str, float], marks: Mapping[str, Mapping[str, float]], roster: Mapping[str, Mapping[str, str]]) -> Table:
    """Canvas's gradebook import: its five columns, one per assignment, and the line of points possible. No submission: empty."""
    rows = [[*CANVAS, *possible], ["Points Possible", "", "", "", "", *map(_written, possible.values())]]
    for student in _everybody(marks, roster):
        who = roster.get(student, {})
        first = [who.get("name") or student, who.get("canvas_id", ""), who.get("sis_id", ""), who.get("login") or student, ""]
        rows.append([*map(_safe, first), *_row(student, possible, marks)])
    return rows


def moodle(possible: Mapping[str, float], marks: Mapping[str, Mapping[str, float]], roster: Mapping[str, Mapping[str, str]]) -> Table:
    """Moodle's grade import: map one of the first columns to the user, the others to grade items. No submission: empty."""
    rows = [[*MOODLE, *possible]]
    for student in _everybody(marks, roster):
        who = roster.get(student, {})
        first = [who.get("sis_id", ""), who.get("login") or student, who.get("name") or student, who.get("email", "")]
        rows.append([*map(_safe, first), *_row(student, possible, marks)])
    return rows


def _everybody(marks: Mapping[str, Any], roster: Mapping[str, Any]) -> Sequence[str]:
    return sorted({*marks, *roster})


def _row(student: str, possible: Mapping[str, float], marks: Mapping[str, Mapping[str, float]]) -> list[str]:
    mine = marks.get(student, {})
    return [_written(mine[topic]) if topic in mine else "" for topic in possible]


def _written(mark: float) -> str:
    return f"{mark:.2f}".rstrip("0").rstrip(".")


def _safe(text: str) -> str:
    """A spreadsheet must not take a name for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def write(path: Path, rows: Table) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def export(grading: Path, roster: Path | None = None) -> tuple[list[Path], list[str]]:
    """Write the three files into `grading`; returns them, and what still waits for a person. Raises: SystemExit without a gradebook."""
    from nbgrader.plugins import CsvExportPlugin

    book = grading / "gradebook.db"
    if not book.exists():
        raise SystemExit("there is no gradebook yet: make grade SUBMISSIONS=dir")
    possible, marks, waiting = read_marks(book)
    known = read_roster(roster)
    made = [
        write(grading / "marks_canvas.csv", canvas(possible, marks, known)),
        write(grading / "marks_moodle.csv", moodle(possible, marks, known)),
    ]
    with gradebook.open_gradebook(book) as opened:
        plugin = CsvExportPlugin()
        plugin.to = str(grading / "grades.csv")
        plugin.export(opened)
    return [*made, grading / "grades.csv"], waiting


def main(argv: list[str]) -> int:
    named = argv[0] if argv else os.environ.get("ROSTER")
    files, waiting = export(course.ROOT / course.GRADING, Path(named) if named else None)
    for path in files:
        print(path.relative_to(course.ROOT))
    if waiting:
        print(f"{len(waiting)} wait for a person (nbgrader formgrader), and count what they have so far:")
        print("\n".join(f"    {line}" for line in waiting))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
