"""`make grade SUBMISSIONS=dir`: every notebook in a folder graded, each student in a call of their own, inside the sandbox.

Marks go to grading/gradebook.db (nbgrader's own), what was noticed to grading/report.json and the screen. Options: --unsafe, --workers N.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference.study import seeds
from tools import calls, course, gradebook, release, sandbox, submissions
from tools.alike import alike
from tools.collect import static_gate
from tools.sandbox_watch import end_tree

if TYPE_CHECKING:  # five seconds of imports, which the process that grades takes at the same time
    from tools.grade_one import Graded, Job

SPARE_S = 120
"""What a call may take beyond its notebook's own limit: nbgrader, and a kernel's start after each cell that was set aside."""
MOST_OF_AN_ERROR = 1_000
SETTINGS = "nbgrader_config.py"
Call = Callable[["Job"], "Graded"]


def grade_folder(
    folder: Path, root: Path = course.ROOT, grading: Path | None = None, workers: int | None = None, call: Call | None = None
) -> Iterator[dict[str, Any]]:
    """Grade all of `folder` and yield one report per notebook: student, topic, score, most, marks, notes, error, seconds.

    call: what grades one job, a function of a module (grade_one.grade). Raises: NoSandbox; NbgraderFailed when the sources themselves
    cannot be entered into the gradebook.
    """
    place = grading or root / course.GRADING
    if not sandbox.unsafe():
        sandbox.require()
    with _afresh(call, workers) as each_answer:  # it gets ready while the gradebook is made
        from tools.grade_one import Job

        found, homeless = submissions.find(folder, _ids(root))
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
        for answer in each_answer([Job(each, released[each.topic], place, root / SETTINGS) for each in found]):
            report = _entered(answer, place)
            report["notes"] += map(str, same.get((report["student"], report["topic"]), ()))  # not for the gradebook: students read that
            yield report


@contextmanager
def _afresh(call: Call | None, workers: int | None) -> Iterator[Callable[[list[Job]], Iterator[calls.Answer[Job]]]]:
    """Jobs → an Answer per job, from a process that shares nothing with this one but its files.

    Calls are forks, so that none waits for imports. A fork inherits locks and sockets, too: where a kernel ran in this process before,
    its calls would wait for ever for a thread of zmq that no fork has. So they are forks of a process that has imported and no more.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_calls, args=(there, call, workers), name="grading")
    process.start()
    there.close()
    try:
        yield partial(_answers, here)
    finally:
        if process.pid is not None:
            end_tree(process.pid)
        process.join(5)
        here.close()


def _calls(parent: Connection, call: Call | None, workers: int | None) -> None:
    """What runs in the process of `_afresh`: it gets ready, so that no call need do so for itself, and waits for the jobs."""
    import ipykernel.kernelspec  # noqa: F401
    import nbgrader.converters  # noqa: F401
    import psutil  # noqa: F401

    from tools.grade_one import grade

    static_gate("", "None")
    gradebook.warm_up()
    try:
        for answer in calls.each(call or grade, parent.recv(), limit_s=sandbox.Limits().notebook_s + SPARE_S, workers=workers):
            parent.send(answer)
    except (EOFError, BrokenPipeError, KeyboardInterrupt):  # nobody waits for it any more
        return


def _answers(process: Connection, jobs: list[Job]) -> Iterator[calls.Answer[Job]]:
    """What comes out of it. Should it end early, whoever is left has an error and no mark."""
    left = {(job.submission.student, job.submission.topic): job for job in jobs}
    try:
        process.send(jobs)
        while left:
            answer = process.recv()
            left.pop((answer.job.submission.student, answer.job.submission.topic))
            yield answer
    except (EOFError, OSError):
        for job in left.values():
            yield calls.Answer(job, None, "the process that grades ended before this notebook's turn", 0.0)


def _ids(root: Path) -> dict[str, frozenset[str]]:
    """Topic → the grade ids of its source."""
    found = {}
    for topic in course.topics(root):
        cells = submissions.read(root / course.SOURCE / topic / f"{topic}.ipynb")
        found[topic] = frozenset(filter(None, map(submissions.grade_id, cells)))
    return found


def _entered(answer: calls.Answer[Job], grading: Path) -> dict[str, Any]:
    """Write one answer into the class's gradebook; returns its report."""
    from tools.grade_one import Graded, NotGraded

    mine, graded = answer.job.submission, answer.value or Graded()
    comments: dict[str, str] = {}
    for note in graded.notes:
        comments[note.grade_id] = "\n".join(filter(None, [comments.get(note.grade_id), f"{note.kind}: {note.text}"]))
    late = graded.lateness
    gradebook.enter(grading / "gradebook.db", mine.topic, mine.student, graded.found, comments, look=bool(answer.error), late=late)
    return {
        "student": mine.student,
        "topic": mine.topic,
        "score": graded.score,
        "most": sum(graded.most.values()),
        "marks": graded.found,
        "notes": [submissions.shown(str(note), MOST_OF_AN_ERROR) for note in graded.notes],
        "error": submissions.shown(answer.error.removeprefix(f"{NotGraded.__module__}.{NotGraded.__name__}: "), MOST_OF_AN_ERROR),
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
    asked = same_variant()
    reports = []
    for report in grade_folder(Path(chosen.folder).resolve(), workers=chosen.workers):
        print(sentence(report), flush=True)
        reports.append(report)
    return _close(reports, asked)


def same_variant() -> int:
    """The variant to grade. Raises SystemExit where students were handed out another: right answers to it would be wrong, silently."""
    now, handed_out = seeds.variant_seed(), release.handed_out(release.BUNDLE)
    if handed_out not in (None, now):
        raise SystemExit(
            f"Nothing was graded: the bundle in {release.BUNDLE.parent.name}/ asks variant {handed_out}, and this shell grades "
            f"variant {now}: set COURSE_OVERLAY as when you released."
        )
    return now


def _close(reports: list[dict[str, Any]], asked: int) -> int:
    place = course.ROOT / course.GRADING
    place.mkdir(exist_ok=True)
    (place / "report.json").write_text(json.dumps(reports, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    seconds = [report["seconds"] for report in reports if report["student"]]
    mean = sum(seconds) / len(seconds) if seconds else 0.0
    print(f"{len(seconds)} notebooks of variant {asked}, {mean:.1f} s each; {place.name}/report.json. Next: make marks")
    return 1 if any(report["error"] for report in reports) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (sandbox.NoSandbox, course.NbgraderFailed) as failed:
        sys.exit(f"Nothing was graded: {failed}")
