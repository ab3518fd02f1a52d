"""One student's notebook graded, in a call and with a gradebook of its own: collected, rebuilt, run in the sandbox by nbgrader."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

from tools import course, gradebook
from tools.collect import Note, rebuild, untouched
from tools.gradebook import Lateness
from tools.sandbox import Limits
from tools.sandbox_kernel import TAMPERED
from tools.submissions import Submission, Unreadable, read

HOUSE_ERRORS = {"InvalidInput", "NotFound", "ImportError", "ModuleNotFoundError", "SyntaxError"}
"""What a grade cell raises when the course or its seeds are at fault; a student's mistake is a CheckFailed."""
STUDENTS = {"CellTimeoutError", "NotRun", "KeyboardInterrupt"}
"""What an answer that does not stop may do to any cell."""
NO_REPLY, NOT_RUN = "CellTimeoutError", "NotRun"
"""Of these, what a cell that was stopped from without ends in: nbgrader's name where it was interrupted, ours where it was set aside."""
OF_TIME = re.compile(r"(within|more than) \d+ s\b")


class NotGraded(Exception):
    """No mark would mean anything; the message says why: the course failed, an answer reached for the judge, the file cannot be read."""


@dataclass(frozen=True)
class Job:
    """What one call needs. `release`: the notebook that answers are put into; `settings`: where nbgrader_config.py is, if there is one."""

    submission: Submission
    release: Any
    grading: Path
    settings: Path | None = None


@dataclass(frozen=True)
class Graded:
    """One notebook's marks: `found` grade id → automatic mark (None: a person marks it), `most` alike, what was noticed, how late it is."""

    found: dict[str, float | None] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    lateness: Lateness = field(default_factory=Lateness)

    @property
    def score(self) -> float:
        return sum(mark or 0.0 for mark in self.found.values())


def grade(job: Job) -> Graded:
    """Grade one notebook; leaves nbgrader's submitted/ and autograded/ folders of this student behind, never touches the class's gradebook.

    Raises: NbgraderFailed, NoSandbox, NotGraded.
    """
    mine = job.submission
    try:
        cells = read(mine.path)
    except Unreadable as error:
        raise NotGraded(f"{error}: ask for it again") from None
    notebook, notes = rebuild(job.release, cells)
    with tempfile.TemporaryDirectory(prefix="course-grading-") as scratch:
        house = Path(scratch)
        _put(notebook, mine, house / "submitted")
        (house / course.SOURCE / mine.topic).mkdir(parents=True)
        gradebook.copy_for_one(job.grading, house)
        _autograde(house, mine, job.settings)
        made = house / "autograded" / mine.student / mine.topic / f"{mine.topic}.ipynb"
        _blame_ourselves(made)
        marks = gradebook.marks(house / "gradebook.db", mine.topic, mine.student)
        late = gradebook.lateness(house / "gradebook.db", mine.topic, mine.student)
        notes += [*stopped(json.loads(made.read_text(encoding="utf-8"))["cells"]), *_late(mine, late)]
        for step in ("submitted", "autograded"):
            _keep(house / step / mine.student / mine.topic, job.grading / step / mine.student / mine.topic)
    notes += [Note("duplicate", "", f"{name} is another notebook of the same exercise; the newest counts") for name in mine.others]
    found = {name: mark for name, (mark, _) in marks.items()} | dict.fromkeys(untouched(job.release, cells), 0.0)
    return Graded(found, {name: most for name, (_, most) in marks.items()}, tuple(notes), late)


def _late(mine: Submission, late: Lateness) -> Iterator[Note]:
    """What Canvas says in the file's name, and what timestamp.txt says of the due date that the gradebook knows."""
    if mine.late:
        yield Note("late", "", "Canvas says so in the file's name")
    if late.seconds:
        taken = f"; the late policy takes {late.penalty:g} points" if late.penalty else ""
        yield Note("late", "", f"handed in {timedelta(seconds=int(late.seconds))} (h:min:s) after the due date{taken}")


class OnlyWhole(NbGraderPreprocessor):
    """An answer whose cell had to be stopped has not been handed in whole: what it defined before counts nothing, whatever its check says.

    Else a class above a loop without end would have all marks, and the loop would cost the class's graders half a minute each.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        reasons = {note.grade_id: note.text for note in stopped(nb.cells)}
        for cell in nb.cells:
            about = cell.metadata.get("nbgrader", {})
            reason = reasons.get(str(about.get("grade_id")).removesuffix("-grade")) if about.get("grade") else None
            if reason and cell.cell_type == "code":
                words = f"the answer's cell had to be stopped: {reason}"
                said = new_output("error", ename=NOT_RUN, evalue=words, traceback=[f"Not judged: {words}."])
                cell.outputs = [said, *(each for each in cell.outputs if each.output_type == "error")]  # who reached for the judge shows
        return nb, resources


def stopped(cells: list[Any]) -> list[Note]:
    """A note per cell that was stopped from without, of one task at most one: `timeout` where it took too long, else `stopped`."""
    notes: dict[str, Note] = {}
    for cell in cells:
        about = cell["metadata"].get("nbgrader", {})
        name, answer = str(about.get("grade_id", "")), bool(about.get("solution"))
        reasons = [_reason(output) for output in cell.get("outputs", []) if output["output_type"] == "error"]
        reason = next(filter(None, reasons), "")
        if name and reason and name.removesuffix("-grade") not in notes:
            kind = "timeout" if OF_TIME.search(reason) else "stopped"
            notes[name] = Note(kind, name, f"{reason}; the task has no marks" if answer else reason)
    return list(notes.values())


def _reason(error: Any) -> str:
    """Why a cell was stopped, "" for an error of its own."""
    if error["ename"] == NO_REPLY:
        return f"it did not stop within {Limits().cell_s} s"
    return str(error["evalue"]) if error["ename"] == NOT_RUN else ""


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


def _autograde(house: Path, mine: Submission, own: Path | None) -> None:
    from nbgrader.converters import Autograde

    gradebook.quiet()
    settings = course.config(house)
    settings.merge(late_policy(own))
    steps = settings.Autograde.autograde_preprocessors
    steps.insert(steps.index("tools.sandbox_kernel.SandboxedExecute") + 1, f"{__name__}.{OnlyWhole.__name__}")
    settings.CourseDirectory.db_url = gradebook.url(house / "gradebook.db")
    for step in ("submitted", "autograded"):
        settings.CourseDirectory[f"{step}_directory"] = step
    course.run(Autograde, settings, mine.topic, mine.student)


def late_policy(settings: Path | None) -> Any:
    """What the instructor's nbgrader_config.py says of late submissions, and nothing else of it: the rest is ours here."""
    from traitlets.config import Config, PyFileConfigLoader

    if settings is None or not settings.is_file():
        return Config()
    said = PyFileConfigLoader(settings.name, path=str(settings.parent)).load_config()
    plugin = said.AssignLatePenalties.get("plugin_class", "LateSubmissionPlugin")
    plugin_name = plugin.rpartition(".")[2] if isinstance(plugin, str) else plugin.__name__
    return Config({name: said[name] for name in ("AssignLatePenalties", plugin_name) if name in said})


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
