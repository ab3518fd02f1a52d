"""`make grade SUBMISSIONS=dir`: every notebook in a folder graded, each student in a call of their own, inside the sandbox.

Marks go to grading/gradebook.db (nbgrader's own), what was noticed to grading/report.json and the screen. Options: --unsafe, --workers N.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools import calls, course, gradebook, sandbox, submissions
from tools.alike import alike
from tools.grade_one import Graded, Job, grade

SPARE_S = 120
"""What a call may take beyond its notebook's own limit: nbgrader, and a kernel's start after each cell that was set aside."""
MOST_OF_AN_ERROR = 1_000


def grade_folder(
    folder: Path, root: Path = course.ROOT, grading: Path | None = None, workers: int | None = None
) -> Iterator[dict[str, Any]]:
    """Grade all of `folder` and yield one report per notebook: student, topic, score, most, marks, notes, error, seconds.

    Raises: NoSandbox; NbgraderFailed when the sources themselves cannot be entered into the gradebook.
    """
    place = grading or root / course.GRADING
    if not sandbox.unsafe():
        sandbox.require()
    known = _ids(root)
    found, homeless = submissions.find(folder, known)
    released = gradebook.prepare(root, place, sorted({each.topic for each in found}))
    for sentence in homeless:
        yield {
            "student": "",
            "topic": "",
            "error": submissions.shown(sentence),
            "notes": [],
            "marks": {},
            "score": 0.0,
            "most": 0.0,
            "seconds": 0.0,
        }
    same = alike(found, released)
    jobs = [Job(each, released[each.topic], place) for each in found]
    for answer in calls.each(grade, jobs, limit_s=sandbox.Limits().notebook_s + SPARE_S, workers=workers):
        report = _entered(answer, place)
        report["notes"] += map(str, same.get((report["student"], report["topic"]), ()))  # not for the gradebook: students read that
        yield report


def _ids(root: Path) -> dict[str, frozenset[str]]:
    """Topic → the grade ids of its source."""
    found = {}
    for topic in course.topics(root):
        cells = submissions.read(root / course.SOURCE / topic / f"{topic}.ipynb")
        found[topic] = frozenset(filter(None, map(submissions.grade_id, cells)))
    return found


def _entered(answer: calls.Answer[Job], grading: Path) -> dict[str, Any]:
    """Write one answer into the class's gradebook; returns its report."""
    mine, graded = answer.job.submission, answer.value or Graded()
    comments: dict[str, str] = {}
    for note in graded.notes:
        comments[note.grade_id] = "\n".join(filter(None, [comments.get(note.grade_id), f"{note.kind}: {note.text}"]))
    gradebook.enter(grading / "gradebook.db", mine.topic, mine.student, graded.found, comments, look=bool(answer.error))
    return {
        "student": mine.student,
        "topic": mine.topic,
        "score": graded.score,
        "most": sum(graded.most.values()),
        "marks": graded.found,
        "notes": [submissions.shown(str(note), MOST_OF_AN_ERROR) for note in graded.notes],
        "error": submissions.shown(answer.error, MOST_OF_AN_ERROR),
        "seconds": round(answer.seconds, 1),
    }


def sentence(report: dict[str, Any]) -> str:
    """One report as a line, and a line per note."""
    head = f"{report['student'] or '?':<24} {report['topic']:<22} {report['score']:g} of {report['most']:g}   {report['seconds']:.1f} s"
    if report["error"]:
        head = f"{report['student'] or '?':<24} {report['topic']:<22} NOT GRADED, look at it: {report['error']}"
    by_hand = [name for name, mark in report["marks"].items() if mark is None]
    more = [*report["notes"], *([f"to mark by hand: {', '.join(by_hand)}"] if by_hand else [])]
    return "\n".join([head, *(f"    {line}" for line in more)])


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make grade", description="Grade a folder of submissions: make grade SUBMISSIONS=dir")
    parser.add_argument("folder", nargs="?", default=os.environ.get("SUBMISSIONS"), help="what was handed in; also SUBMISSIONS=…")
    parser.add_argument("--unsafe", action="store_true", help="without a sandbox: students' code may do all that you may do")
    parser.add_argument("--workers", type=int, help="how many at once (default: all cores)")
    chosen = parser.parse_args(argv)
    if not chosen.folder or not Path(chosen.folder).is_dir():
        parser.error(f"name the folder of submissions: make grade SUBMISSIONS=dir (not {chosen.folder!r})")
    if chosen.unsafe:
        os.environ[sandbox.UNSAFE] = "1"
        print("WITHOUT A SANDBOX: what students handed in runs with your rights.", flush=True)
    reports = []
    for report in grade_folder(Path(chosen.folder).resolve(), workers=chosen.workers):
        print(sentence(report), flush=True)
        reports.append(report)
    return _close(reports)


def _close(reports: list[dict[str, Any]]) -> int:
    place = course.ROOT / course.GRADING
    place.mkdir(exist_ok=True)
    (place / "report.json").write_text(json.dumps(reports, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    seconds = [report["seconds"] for report in reports if report["student"]]
    mean = sum(seconds) / len(seconds) if seconds else 0.0
    print(f"{len(seconds)} notebooks, {mean:.1f} s each; {place.name}/report.json. Next: make marks")
    return 1 if any(report["error"] for report in reports) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (sandbox.NoSandbox, course.NbgraderFailed) as failed:
        sys.exit(f"Nothing was graded: {failed}")
