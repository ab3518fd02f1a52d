"""`make tasks`: every exercise with its checks, hints, misconceptions, mutants and survivors. Arguments: beginnings of ids or topics."""

from __future__ import annotations

import ast
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools import course, mutants
from tools.submissions import read

MISCONCEPTIONS = course.ROOT / "tests" / "misconceptions"


def misconceptions(grade_id: str, folder: Path = MISCONCEPTIONS) -> list[tuple[str, str]]:
    """(name, what the check must say) of each stored misconception of a task."""
    found = []
    for path in sorted((folder / grade_id).glob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found.append((path.stem.replace("_", " "), docstring.partition("\n")[0]))
    return found


def manual_tasks(root: Path = course.ROOT) -> list[tuple[str, str, float, str]]:
    """(topic, grade id, points, title) of the tasks that a person marks."""
    found = []
    for topic in course.topics(root):
        for cell in read(root / course.SOURCE / topic / f"{topic}.ipynb"):
            about = cell["metadata"].get("nbgrader", {})
            if about.get("task"):
                title = cell["source"].partition("\n")[0].lstrip("# ")
                found.append((topic, str(about["grade_id"]), float(about["points"]), title))
    return found


def laws(task: Any) -> list[str]:
    """The names of the behaviours that the judge looks at, learned by judging the solution in public."""
    from reference.study.hints import solution

    report = _report(task, solution(task))
    return [*report.passed, *report.failed] if report is not None else []


def _report(task: Any, source: str) -> Any:
    namespace: dict[str, Any] = {"__name__": "__main__", task.given: task.variant()}
    if not source:
        return None
    exec(compile(source, f"<solution of {task.grade_id}>", "exec"), namespace)  # the instructor's own, from solutions/
    return task.judge(namespace[task.answer], task.trial())


def page(task: Any, found: dict[str, Any]) -> str:
    """One task as lines of text. `found`: what the last whole `make mutants` kept."""
    wrong = misconceptions(task.grade_id)
    lines = [
        f"{task.grade_id}: {task.title}",
        f"  {task.kind}, {task.level}, {task.points} points, {task.minutes} minutes; answer `{task.answer}`",
    ]
    lines += [f"  asks: {task.question()}", f"  why: {task.why}", f"  read: {task.read}"]
    lines += ["  checks", *(f"    {law}" for law in laws(task))]
    lines += ["  hints", *(f"    {number}. {hint}" for number, hint in enumerate(task.hints, start=1))]
    lines += [f"  misconceptions: {len(wrong)}", *(f"    {name}: “{says}”" for name, says in wrong)]
    return "\n".join([*lines, *_mutants(task, found)])


def _mutants(task: Any, found: dict[str, Any]) -> list[str]:
    if task.kind != "code":
        return []
    source = mutants.solutions().get(task.grade_id, "")
    kept = found.get(task.grade_id)
    if kept is None or kept["solution"] != mutants.digest(source):
        return ["  mutants: not known for this solution; make mutants"]
    head = f"  mutants: {kept['mutants']}, of which equivalent {kept['equivalent']}, surviving {len(kept['survivors'])}"
    return [head, *(f"    {each['was']}  →  {each['becomes']}" for each in kept["survivors"])]


def summary(chosen: Sequence[Any], by_hand: Sequence[tuple[str, str, float, str]]) -> str:
    points = sum(task.points for task in chosen) + sum(each[2] for each in by_hand)
    minutes = [task.minutes for task in chosen]
    median = f", median {statistics.median(minutes):g} minutes" if minutes else ""
    told = f"{points:g} points{median}, {sum(minutes)} minutes in all"
    return f"{len(chosen)} tasks that check themselves and {len(by_hand)} for a person: {told}"


def main(argv: list[str]) -> int:
    from reference.study.task import tasks

    found = json.loads(mutants.FOUND.read_text(encoding="utf-8")) if mutants.FOUND.is_file() else {}
    chosen = [
        task for name, task in tasks().items() if not argv or any(begins.startswith(each) for each in argv for begins in (name, task.topic))
    ]
    by_hand = [each for each in manual_tasks() if not argv or any(begins.startswith(name) for name in argv for begins in each[:2])]
    for task in chosen:
        print(page(task, found), end="\n\n")
    for topic, name, points, title in by_hand:
        print(f"{name}: {title}\n  marked by a person, {points:g} points, {topic}", end="\n\n")
    print(summary(chosen, by_hand))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
