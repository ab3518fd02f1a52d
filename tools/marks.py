"""`make marks`: the gradebook as files that Canvas and Moodle import, and nbgrader's own export.

grading/marks_canvas.csv, marks_moodle.csv, grades.csv. ROSTER=file.csv joins the names in submissions to those of the system: the file
that Canvas's gradebook or Moodle's exports, or one of your own with a column `student`. See tools/roster.py.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import course, gradebook
from tools.roster import Roster, read_roster

# Canvas Instructor Guide, "How do I import grades in the Gradebook?", and lib/gradebook_importer.rb of canvas-lms: the header begins with
# Student and ID, the two SIS columns may follow, Section ends it; a student is looked up by ID, SIS User ID, SIS Login ID and name, in this
# order; the row "Points Possible" sets what assignments are out of; a column belongs to the assignment of its very title, else Canvas asks.
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# MoodleDocs, "Grade import", and grade/import/csv of Moodle: one column is mapped to the user (idnumber, username or email), the others to
# grade items. A value that fits no user stops the whole import, an empty one takes the user of the line above, and "-" means no grade.
MOODLE = {"ID number": "sis_id", "Username": "login", "Email address": "email"}
NO_GRADE = "-"
NAMED = 5
Table = list[list[str]]


@dataclass(frozen=True)
class Marks:
    """`possible` topic → points; `given` student → topic → marks; `waiting` topic → students whom a person has still to mark."""

    possible: dict[str, float]
    given: dict[str, dict[str, float]]
    waiting: dict[str, list[str]]


def read_marks(path: Path) -> Marks:
    """What the gradebook at `path` holds: automatic and manual marks, minus lateness."""
    with gradebook.open_gradebook(path) as book:
        possible = {assignment.name: float(assignment.max_score) for assignment in book.assignments}
        given: dict[str, dict[str, float]] = {student.id: {} for student in book.students}
        waiting: dict[str, list[str]] = {}
        for topic, student, late, score, looks in _submissions(book):
            given[student][topic] = max(0.0, float(score) - float(late or 0.0))
            if looks:
                waiting.setdefault(topic, []).append(student)
    return Marks(dict(sorted(possible.items())), dict(sorted(given.items())), {topic: sorted(who) for topic, who in waiting.items()})


def _submissions(book: Any) -> list[Any]:
    """(topic, student, penalty, score, whether a person has still to look) of all, by one query: nbgrader's own ask several for each."""
    from nbgrader.api import Assignment, Grade, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import func

    mine = SubmittedAssignment
    asked = [Assignment.name, mine.student_id, mine.late_submission_penalty, func.sum(Grade.score), func.max(Grade.needs_manual_grade)]
    query = book.db.query(*asked).select_from(mine).join(Assignment, Assignment.id == mine.assignment_id)
    query = query.join(SubmittedNotebook, SubmittedNotebook.assignment_id == mine.id).join(Grade, Grade.notebook_id == SubmittedNotebook.id)
    found: list[Any] = query.group_by(mine.id).all()
    return found


def canvas(marks: Marks, roster: Roster) -> Table:
    """Canvas's gradebook import, strangers included: it asks who they are. No submission: empty."""
    rows = [[*CANVAS, *marks.possible], ["Points Possible", "", "", "", "", *map(_written, marks.possible.values())]]
    for student in sorted({*marks.given, *roster.students}):
        who = roster.students.get(student, {})
        login = who.get("login", "") if roster.students else student
        first = [who.get("name") or student, who.get("canvas_id", ""), who.get("sis_id", ""), login, ""]
        rows.append([*map(_safe, first), *_row(student, marks, "")])
    return rows


def moodle(marks: Marks, roster: Roster) -> Table:
    """Moodle's grade import, without strangers and with those columns only that tell everybody's user. No submission: a dash."""
    students = roster.students or {student: {"login": student} for student in marks.given}
    known = {heading: key for heading, key in MOODLE.items() if all(who.get(key) for who in students.values())}
    rows = [[*known, "Full name", *marks.possible]]
    for student, who in sorted(students.items()):
        first = [*(who[key] for key in known.values()), who.get("name") or student]
        rows.append([*map(_safe, first), *_row(student, marks, NO_GRADE)])
    return rows


def _row(student: str, marks: Marks, nothing: str) -> list[str]:
    mine = marks.given.get(student, {})
    return [_written(mine[topic]) if topic in mine else nothing for topic in marks.possible]


def _written(mark: float) -> str:
    return f"{mark:.2f}".rstrip("0").rstrip(".")


def _safe(text: str) -> str:
    """A spreadsheet must not take a name for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def notices(marks: Marks, roster: Roster) -> list[str]:
    """What an instructor should know before importing, a sentence each."""
    told = []
    strangers = [student for student in marks.given if student not in roster.students] if roster.students else []
    if strangers:
        told.append(
            f"not in the roster, so not in marks_moodle.csv: {', '.join(strangers)}. A column `student` with these names joins them"
        )
    if roster.ambiguous:
        told.append(f"joined to nobody, since names fit several: {', '.join(roster.ambiguous)}")
    lacking = {heading: [student for student, who in roster.students.items() if not who.get(key)] for heading, key in MOODLE.items()}
    if roster.students and all(lacking.values()):
        least = min(lacking, key=lambda heading: len(lacking[heading]))
        told.append(f"marks_moodle.csv has no column to know users by: {least} is missing for {_some(lacking[least])}")
    return told


def _some(names: Sequence[str]) -> str:
    """ "3 (ada, bob, eve)", and no more than a line holds."""
    more = ", …" if len(names) > NAMED else ""
    return f"{len(names)} ({', '.join(names[:NAMED])}{more})"


def write(path: Path, rows: Table) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def export(grading: Path, named: Path | None = None) -> tuple[list[Path], Marks, Roster]:
    """Write the three files into `grading`. `named`: the roster's file. Raises: SystemExit without a gradebook, or for the roster."""
    from nbgrader.plugins import CsvExportPlugin

    book = grading / "gradebook.db"
    if not book.exists():
        raise SystemExit("there is no gradebook yet: make grade SUBMISSIONS=dir")
    marks = read_marks(book)
    roster = read_roster(named, marks.given) if named else Roster()
    made = [write(grading / "marks_canvas.csv", canvas(marks, roster)), write(grading / "marks_moodle.csv", moodle(marks, roster))]
    with gradebook.open_gradebook(book) as opened:
        plugin = CsvExportPlugin()
        plugin.to = str(grading / "grades.csv")
        plugin.export(opened)
    return [*made, grading / "grades.csv"], marks, roster


def summary(marks: Marks) -> list[str]:
    """A line per topic: what it is out of, how many handed in, their mean, and whom a person has still to mark."""
    lines = []
    for topic, most in marks.possible.items():
        found: list[Any] = [mine[topic] for mine in marks.given.values() if topic in mine]
        mean = f", {_written(sum(found) / len(found))} on average" if found else ""
        waiting = f"; a person has still to mark {_some(marks.waiting[topic])}" if topic in marks.waiting else ""
        lines.append(f"{topic:<22} of {_written(most):<4} {len(found)} handed in{mean}{waiting}")
    return lines


def main(argv: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    named = argv[0] if argv else environment.get("ROSTER")
    files, marks, roster = export(course.ROOT / course.GRADING, Path(named).expanduser() if named else None)
    print("\n".join([*summary(marks), *notices(marks, roster)]))
    for path in files:
        print(path.relative_to(course.ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
